"""The whole with ten and a hundred times as many people: what a due reminder costs, and what an update does."""

from __future__ import annotations

from collections.abc import Sequence
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
    *engines: str,
) -> list[Figure]:
    """For each of `people`: `due` of their reminders through the crash-safe path, `updates` of `senders` of them."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers, local() as place:
        writing = await place.people(senders)
        for engine, new_url in makers.items():
            for count in people:
                url, other = await new_url(), await new_url()
                await _fill(url, count)
                reminder = (await rung("safe", count, due, url)).cpu_ms
                await _fill(other, count, FIRST)
                update = (await ours_handles(place, other, folder, writing, updates)).cpu_ms
                figures += [
                    Figure(f"processor a due reminder, {count} people, {engine}", reminder, "ms", f"{due} due"),
                    Figure(f"processor an update, {count} people, {engine}", update, "ms", f"{senders} write"),
                ]
            by_name = {figure.name: figure.value for figure in figures}
            for what in ("a due reminder", "an update"):
                first, *more = (by_name[f"processor {what}, {count} people, {engine}"] for count in people)
                figures += [
                    Figure(f"{what}, {count} / {people[0]} people, {engine}", cost / first, "×", "flat: 0.8 to 1.2")
                    for count, cost in zip(people[1:], more, strict=True)
                ]
    return figures


async def _fill(url: str, count: int, first: int = 1) -> None:
    db = Database(url)
    try:
        await store(db, count, first)
    finally:
        await db.close()
