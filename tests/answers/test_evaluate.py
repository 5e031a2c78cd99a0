"""The question files of `tirek ask --file` and `tirek evaluate`, and the floor that the answers must keep."""

import json
from typing import Any

import pytest

from bot.answers.evaluate import BadQuestions, ask_rows, evaluate, read_rows, worst
from bot.answers.service import Answers
from tests.answers.conftest import HERE, TODAY

QUESTIONS = (HERE / "questions.jsonl").read_text("utf-8").splitlines()


def test_rows_come_back_in_order_with_exactly_the_agreed_keys(answers: Answers) -> None:
    lines = [
        '{"id": "a", "lang": "ru", "text": "Через сколько сгорает страйк?", "more": 1}',
        "",
        '{"id": 2, "lang": "xx", "text": "hello"}',
        '{"id": "c", "text": "Как обойти Content ID?"}',
    ]
    rows = list(ask_rows(lines, answers, TODAY))
    assert [row["id"] for row in rows] == ["a", 2, "c"]
    assert [row["outcome"] for row in rows] == ["answer", "none", "declined"]
    assert all(list(row) == ["id", "outcome", "cards", "lang", "confidence", "ms"] for row in rows)
    assert rows[0]["cards"][0] == "youtube-three-strikes"


@pytest.mark.parametrize("line", ["{", "[]", '{"id": 1}', '{"text": "x"}', '{"id": 1, "text": 5}'])
def test_a_line_that_is_no_question_is_named(answers: Answers, line: str) -> None:
    with pytest.raises(BadQuestions, match="line 2"):
        list(ask_rows(['{"id": 1, "text": "x"}', line], answers, TODAY))


class Scripted(Answers):
    """Answers with outcomes written down, to check the arithmetic of the figures."""

    def __init__(self, replies: dict[str, Any]) -> None:
        self._replies = replies

    def ask(self, text: str, lang: Any, today: Any) -> Any:
        return self._replies[text]


def test_the_figures_are_what_the_contract_defines() -> None:
    from bot.answers.service import Reply

    replies = {
        "right": Reply("answer", ("x", "y"), "ru", 0.5),
        "wrong": Reply("answer", ("y", "x"), "ru", 0.5),
        "offered": Reply("choice", ("a", "b", "x"), "ru", 0.2),
        "lost": Reply("none", ("x",), "ru", 0.1),  # what "none" would have shown does not count
        "declined": Reply("declined", ("x",), "ru", 0.1),
        "answered anyway": Reply("answer", ("a",), "ru", 0.5),
        "left": Reply("none", (), "ru", 0.1),
    }
    expected = {"answered anyway": "out-of-scope", "left": "out-of-scope"}
    rows: list[dict[str, Any]] = [
        {
            "id": text,
            "lang": "ru",
            "style": "clean",
            "text": text,
            "topics": ["x"],
            "expect": expected.get(text, "answer"),
        }
        for text in replies
    ]
    rows.append({"id": "r1", "lang": "en", "style": "slang", "text": "declined", "topics": [], "expect": "refuse"})
    rows.append({"id": "r2", "lang": "en", "style": "slang", "text": "left", "topics": [], "expect": "refuse"})
    figures = evaluate(rows, Scripted(replies), TODAY)
    shares = {
        name: figures[name]
        for name in (
            *("n", "hit1", "hit3", "mrr", "answered", "wrong_answer", "wrongly_declined"),
            *("oos_answered", "oos_none", "refused"),
        )
    }
    assert shares == {
        "n": 9,
        "hit1": 0.2,
        "hit3": 0.6,
        "mrr": round((1 + 1 / 2 + 1 / 3) / 5, 4),
        "answered": 0.4,
        "wrong_answer": 0.5,
        "wrongly_declined": 0.2,
        "oos_answered": 0.5,
        "oos_none": 0.5,
        "refused": 0.5,
    }
    assert figures["by_lang"]["en"]["refused"] == 0.5
    assert figures["by_lang"]["en"]["hit1"] is None
    assert figures["by_style"]["clean"]["n"] == 7
    assert {row["id"] for row in worst(rows, Scripted(replies), TODAY)} == {
        "wrong",
        "lost",
        "declined",
        "answered anyway",
        "r2",
    }


def test_the_development_set_is_varied_enough_to_mean_something() -> None:
    rows = read_rows(QUESTIONS)
    assert len(rows) >= 300
    assert sum(row["expect"] == "out-of-scope" for row in rows) >= 40
    assert sum(row["expect"] == "refuse" for row in rows) >= 25
    assert {row["style"] for row in rows} == {"clean", "slang", "typo", "latin", "mixed", "voice"}
    assert {row["lang"] for row in rows} == {"kk", "ru", "en"}


def test_no_question_is_a_phrasing_of_a_card(answers: Answers) -> None:
    from bot.answers.fold import words
    from bot.answers.topics import LANGS, TOPICS

    phrasings = {tuple(words(p)) for id_ in TOPICS for lang in LANGS for p in answers.card(id_).text(lang).phrasings}
    copied = [row["text"] for row in read_rows(QUESTIONS) if tuple(words(row["text"])) in phrasings]
    assert copied == []


def test_the_answers_keep_their_floor(answers: Answers) -> None:
    figures = evaluate(read_rows(QUESTIONS), answers, TODAY)
    assert figures["hit1"] >= 0.85
    assert figures["hit3"] >= 0.93
    assert figures["answered"] >= 0.60
    assert figures["wrong_answer"] <= 0.05
    assert figures["oos_answered"] <= 0.04
    assert figures["oos_none"] >= 0.65
    assert figures["refused"] == 1.0
    assert figures["wrongly_declined"] == 0.0
    for lang in ("kk", "ru", "en"):
        assert figures["by_lang"][lang]["hit3"] >= 0.9


def test_rows_are_json_that_a_stranger_can_read(answers: Answers) -> None:
    for row in ask_rows(QUESTIONS[:5], answers, TODAY):
        assert json.loads(json.dumps(row)) == row
