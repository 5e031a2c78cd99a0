"""What each step of finding a card gives: the figures of the development set without it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot.answers import refusals, search, service
from bot.answers.evaluate import evaluate, read_rows
from bot.answers.search import Index
from bot.answers.service import Answers
from tests.benchmarks.figures import Figure
from tests.benchmarks.questions import QUESTIONS

STEPS: dict[str, tuple[tuple[Any, str, Any], ...]] = {
    "everything": (),
    "without synonyms": ((search, "meanings", lambda _: []), (service, "meanings", lambda _: [])),
    "without the words that only frame a question": ((search, "FRAME", frozenset()),),
    "without the beginnings of words": ((search, "PREFIX_SHARE", 0.0),),
    "without the share of known words": ((Index, "_shares", lambda self, _: [1.0] * len(self._ids)),),
    "without country and platform": ((Answers, "_placed", lambda _, hit, __: hit),),
    "without putting scrambled words right": ((Index, "_unscrambled", lambda _, word: word),),
    "without the second opinion on requests": ((refusals, "likelihood", lambda _: refusals.BESIDE_A_RULE),),
}
SHOWN = ("hit1", "hit3", "answered", "wrong_answer", "oos_none", "refused")


@contextmanager
def _without(changes: tuple[tuple[Any, str, Any], ...]) -> Iterator[None]:
    with ExitStack() as stack:
        for where, name, instead in changes:
            stack.enter_context(patch.object(where, name, instead))
        yield


def table(most: int | None = None, only: Collection[str] = STEPS) -> dict[str, dict[str, float]]:
    """Every step's name and the figures without it."""
    rows = read_rows(QUESTIONS.read_text(encoding="utf-8").splitlines()[:most])
    today = datetime.now(UTC).date()
    made = {}
    for name in only:
        with _without(STEPS[name]):
            found = evaluate(rows, Answers.load(), today)
            made[name] = {key: found[key] for key in SHOWN if found[key] is not None}
    return made


async def measure(_folder: Path, most: int | None = None, only: Collection[str] = STEPS) -> list[Figure]:
    """hit1 and refused without each step; the whole table stands in docs/answers.md."""
    return [
        Figure(f"{key}, {name}", part[key], "share", "")
        for name, part in table(most, only).items()
        for key in ("hit1", "refused")
        if key in part
    ]


if __name__ == "__main__":
    print("| | " + " | ".join(SHOWN) + " |\n|---|" + "---|" * len(SHOWN))
    for name, part in table().items():
        print(f"| {name} | " + " | ".join(f"{part[key]:.3f}" for key in SHOWN) + " |")
