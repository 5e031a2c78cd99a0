"""The whole with ten and a hundred times as many people: what a due reminder costs, and what an update does."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.db.engine import Database
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import local
from tests.benchmarks.ringing import rung
from tests.benchmarks.stored import store
from tests.benchmarks.updates import ours_handles

PEOPLE = (1_000, 10_000, 100_000)
DUE, UPDATES, SENDERS = 1_000, 1_500, 200
FIRST = 10_000_000
"""Those who are only stored: the sandbox numbers its people from one on."""


async def measure(
    folder: Path,
    people: Sequence[int] = PEOPLE,
    due: int = DUE,
    updates: int = UPDATES,
    senders: int = SENDERS,
    rounds: int = 3,
    *engines: str,
) -> list[Figure]:
    """For each of `people`: `due` of their reminders through the crash-safe path, `updates` of `senders` of them."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers, local() as place:
        writing = await place.people(senders)
        for engine, new_url in makers.items():
            reminders: dict[int, list[float]] = {count: [] for count in people}
            handled: dict[int, list[float]] = {count: [] for count in people}
            for _ in range(rounds):  # in turn: a machine that others use is not the same machine in a minute
                for count in people:
                    url, other = await new_url(), await new_url()
                    await _fill(url, count)
                    reminders[count].append((await rung("safe", count, due, url)).cpu_ms)
                    await _fill(other, count, FIRST)
                    handled[count].append((await ours_handles(place, other, folder, writing, updates)).cpu_ms)
            figures += _compared("a due reminder", engine, reminders, f"{due} due, median of {rounds}")
            figures += _compared("an update", engine, handled, f"{senders} write, median of {rounds}")
    return figures


def _compared(what: str, engine: str, costs: Mapping[int, Sequence[float]], note: str) -> list[Figure]:
    """Each size's median, and those of the larger sizes beside the smallest."""
    middle = {count: statistics.median(found) for count, found in costs.items()}
    fewest = min(middle)
    return [
        *(Figure(f"processor {what}, {count} people, {engine}", cost, "ms", note) for count, cost in middle.items()),
        *(
            Figure(f"{what}, {count} / {fewest} people, {engine}", cost / middle[fewest], "×", "flat: 0.8 to 1.2")
            for count, cost in middle.items()
            if count != fewest
        ),
    ]


async def _fill(url: str, count: int, first: int = 1) -> None:
    db = Database(url)
    try:
        await store(db, count, first)
    finally:
        await db.close()
