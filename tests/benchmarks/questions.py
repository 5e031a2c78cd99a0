"""Milliseconds for a question, and how good the answers are on the development set."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from bot.answers.evaluate import evaluate, read_rows
from bot.answers.service import Answers
from tests.benchmarks.figures import Figure

QUESTIONS = Path(__file__).parents[1] / "answers" / "questions.jsonl"
SHARES = {
    "hit1": "the right card first",
    "hit3": "the right card among three",
    "answered": "of answerable ones, answered at once",
    "wrong_answer": "of those answered, with a wrong card first",
    "oos_answered": "out of scope, answered anyway",
    "oos_none": "out of scope, said so",
    "refused": "to be declined, declined",
    "wrongly_declined": "answerable, declined",
}


async def measure(folder: Path, most: int | None = None) -> list[Figure]:
    """Every question of tests/answers/questions.jsonl, or the first `most`."""
    began = time.perf_counter()
    answers = Answers.load()
    loaded = time.perf_counter() - began
    rows = read_rows(QUESTIONS.read_text(encoding="utf-8").splitlines()[:most])
    today = datetime.now(UTC).date()
    for row in rows[:5]:  # what is built with the first question is not measured
        answers.ask(row["text"], "kk", today)
    found = evaluate(rows, answers, today)
    note = f"n={found['n']}"
    return [
        Figure("cards loaded and indexed", loaded, "s", "once, at the start"),
        Figure("a question, p50", found["p50_ms"], "ms", note),
        Figure("a question, p95", found["p95_ms"], "ms", note),
        *(Figure(name, found[name], "share", text) for name, text in SHARES.items() if found[name] is not None),
    ]
