"""Phrases as people type them, with the exact plan each one means; `<lang>.jsonl` holds one phrase a line.

A row whose `want` is only a status must become a question. Nothing may be read as another plan than the written one,
and nearly everything that has a plan must be read.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.reminders.phrases import as_json, read

LANGS = ("kk", "ru", "en")
_KEYS = {"status", "slots", "every_weeks", "monthly", "start", "until", "outlet", "zone", "at"}


def rows(lang: str) -> list[dict[str, Any]]:
    """The golden rows of a language."""
    lines = (Path(__file__).parent / f"{lang}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def answer(row: dict[str, Any], text: str | None = None) -> dict[str, Any]:
    """What the grammar makes of a row's phrase, or of another text at the same moment and place."""
    now = datetime.fromisoformat(row["now"])
    return as_json(read(row["text"] if text is None else text, now, row["zone"], row["lang"]))


def same(got: dict[str, Any], want: dict[str, Any]) -> bool:
    """Whether an answer is the wanted one, by the contract's rule of comparison."""
    return all(got[name] == value for name, value in want.items())


@pytest.mark.parametrize("lang", LANGS)
def test_no_phrase_is_read_as_another_plan(lang: str) -> None:
    wrong = []
    for row in rows(lang):
        got = answer(row)
        if got["status"] != "question" and not same(got, row["want"]):
            wrong.append((row["id"], row["text"], got))
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_golden_plan_is_read(lang: str) -> None:
    plans = [row for row in rows(lang) if row["want"]["status"] != "question"]
    missed = [(row["id"], row["text"]) for row in plans if not same(answer(row), row["want"])]
    assert missed == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_golden_files_are_as_large_as_promised(lang: str) -> None:
    found = rows(lang)
    questions = [row for row in found if row["want"]["status"] == "question"]
    assert len(found) - len(questions) >= 150
    assert len(questions) >= 40
    assert len({row["text"] for row in found}) == len(found)
    assert all(set(row["want"]) in ({"status"}, _KEYS) for row in found)


@pytest.mark.parametrize("lang", LANGS)
def test_the_interface_language_is_only_a_hint(lang: str) -> None:
    for place, row in enumerate(rows(lang)):
        for other in {*LANGS} - {lang} if "/" in row["text"] else [LANGS[place % 3]]:  # 3/4 is all it is asked for
            got = answer(row | {"lang": other})
            assert got["status"] == "question" or same(got, row["want"]), (row["text"], other)


def test_the_object_has_the_keys_of_the_contract() -> None:
    row = rows("ru")[0]
    assert set(answer(row)) == _KEYS
    assert set(answer(row, "привет")) == _KEYS | {"why"}
