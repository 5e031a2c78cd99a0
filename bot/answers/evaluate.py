"""Questions from a file: answers one a line, and the figures that say how good they are.

`python -m bot.answers.evaluate FILE` prints the figures; `tirek ask --file` and `tirek evaluate` call the functions.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.answers.service import Answers
from bot.answers.topics import LANGS, Lang


class BadQuestions(Exception):
    """A line of a question file is not what it should be. The message names the line."""


def ask_rows(
    lines: Iterable[str], answers: Answers | None = None, today: date | None = None
) -> Iterator[dict[str, Any]]:
    """Answer JSON lines `{"id", "lang", "text"}`, each on its own, in their order; empty lines are skipped.

    Yields `{"id", "outcome", "cards", "lang", "confidence", "ms"}`. Raises BadQuestions at a line that is no question.
    """
    answers = Answers.load() if answers is None else answers
    today = today or datetime.now(UTC).date()
    for number, row in _rows(lines):
        yield _answer(answers, row, number, today)


def evaluate(
    rows: Iterable[Mapping[str, Any]], answers: Answers | None = None, today: date | None = None
) -> dict[str, Any]:
    """Figures over rows `{"id", "lang", "text", "style", "topics", "expect"}`: shares 0..1, times in milliseconds.

    The whole set, then the same under `by_lang` and `by_style`. A share of nothing is None.
    """
    answers = Answers.load() if answers is None else answers
    today = today or datetime.now(UTC).date()
    judged = [{**row, "asked_in": row.get("lang"), **_answer(answers, row, n, today)} for n, row in enumerate(rows, 1)]
    figures = _figures(judged)
    figures["by_lang"] = _split(judged, "asked_in")
    figures["by_style"] = _split(judged, "style")
    return figures


def read_rows(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The rows of a question file. Raises BadQuestions."""
    return [row for _, row in _rows(lines)]


def worst(rows: Iterable[Mapping[str, Any]], answers: Answers, today: date, limit: int = 20) -> list[dict[str, Any]]:
    """The surest mistakes: answered wrongly, answered though out of scope, not declined or wrongly declined, or not
    found among the first three."""
    misses = []
    for number, row in enumerate(rows, 1):
        given = {**row, **_answer(answers, row, number, today)}
        if not _right(given):
            misses.append(given)
    return sorted(misses, key=lambda row: -row["confidence"])[:limit]


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadQuestions(f"line {number} is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadQuestions(f"line {number}: an object with id and text is expected")
        yield number, row


def _answer(answers: Answers, row: Mapping[str, Any], number: int, today: date) -> dict[str, Any]:
    text = row.get("text")
    if not isinstance(text, str) or "id" not in row:
        raise BadQuestions(f"line {number}: an object with id and text is expected")
    lang: Lang = next((known for known in LANGS if known == row.get("lang")), "kk")
    begun = time.perf_counter()
    reply = answers.ask(text, lang, today)
    spent = (time.perf_counter() - begun) * 1000
    return {
        "id": row["id"],
        "outcome": reply.outcome,
        "cards": list(reply.cards),
        "lang": reply.lang,
        "confidence": round(reply.confidence, 4),
        "ms": round(spent, 3),
    }


def _right(row: Mapping[str, Any]) -> bool:
    expect, outcome = row.get("expect"), row["outcome"]
    if expect == "out-of-scope":
        return bool(outcome == "none")
    if expect == "refuse":
        return bool(outcome == "declined")
    wanted = set(row.get("topics") or ())
    if outcome == "answer":
        return bool(row["cards"][:1] and row["cards"][0] in wanted)
    return bool(outcome == "choice" and wanted & set(row["cards"][:3]))


def _share(rows: Sequence[Any], true: Iterable[bool]) -> float | None:
    return round(sum(true) / len(rows), 4) if rows else None


def _figures(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    answerable = [row for row in rows if row.get("expect") == "answer"]
    outside = [row for row in rows if row.get("expect") == "out-of-scope"]
    refuse = [row for row in rows if row.get("expect") == "refuse"]
    answered = [row for row in answerable if row["outcome"] == "answer"]
    times = sorted(row["ms"] for row in rows) or [0.0]
    return {
        "n": len(rows),
        "hit1": _share(answerable, (_rank(row) == 1 for row in answerable)),
        "hit3": _share(answerable, (1 <= _rank(row) <= 3 for row in answerable)),
        "mrr": round(sum(1 / _rank(row) for row in answerable if _rank(row)) / len(answerable), 4)
        if answerable
        else None,
        "answered": _share(answerable, (row["outcome"] == "answer" for row in answerable)),
        "wrong_answer": _share(answered, (_rank(row) != 1 for row in answered)),
        "oos_answered": _share(outside, (row["outcome"] == "answer" for row in outside)),
        "oos_none": _share(outside, (row["outcome"] == "none" for row in outside)),
        "refused": _share(refuse, (row["outcome"] == "declined" for row in refuse)),
        "wrongly_declined": _share(answerable, (row["outcome"] == "declined" for row in answerable)),
        "p50_ms": round(statistics.median(times), 3),
        "p95_ms": times[min(len(times) - 1, int(len(times) * 0.95))],
    }


def _rank(row: Mapping[str, Any]) -> int:
    """The place (from 1) of the first accepted card among those shown or offered; 0 when there is none."""
    if row["outcome"] not in ("answer", "choice"):
        return 0
    wanted = set(row.get("topics") or ())
    return next((place for place, card in enumerate(row["cards"], 1) if card in wanted), 0)


def _split(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    names = sorted({str(row[key]) for row in rows if row.get(key)})
    return {name: _figures([row for row in rows if row.get(key) == name]) for name in names}


def main(arguments: Sequence[str]) -> int:
    """Print the figures for a question file, and the surest mistakes."""
    rows = read_rows(Path(arguments[0]).read_text(encoding="utf-8").splitlines())
    answers, today = Answers.load(), datetime.now(UTC).date()
    print(json.dumps(evaluate(rows, answers, today), indent=1))
    for row in worst(rows, answers, today, limit=int(arguments[1]) if len(arguments) > 1 else 20):
        print(
            row["id"],
            row["expect"],
            row["outcome"],
            row["confidence"],
            row["cards"][:3],
            row.get("topics"),
            row["text"],
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
