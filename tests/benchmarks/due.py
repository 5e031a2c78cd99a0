"""Ten thousand reminders due in the same second: ours beside a job for each, and a million stored beside a thousand."""

from __future__ import annotations

import asyncio
import importlib.util
import statistics
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path

from bot.db.engine import Database
from tests.benchmarks.databases import NewUrl, databases
from tests.benchmarks.figures import Figure
from tests.benchmarks.ringing import Rung, rung
from tests.benchmarks.stored import store

STORED, DUE = 100_000, 10_000
SIZES = (1_000, 1_000_000)
ROUNDS = 3


async def measure(
    folder: Path,
    stored: int = STORED,
    due: int = DUE,
    sizes: tuple[int, int] = SIZES,
    rounds: int = ROUNDS,
    *engines: str,
) -> list[Figure]:
    """`due` of `stored` in every way; then of each of `sizes` as many as the smaller one holds, `rounds` times."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers:
        memory = await _peer(figures, "memory", stored, due)
        queue = await _peer(figures, "jobqueue", stored, due)
        for engine, new_url in makers.items():
            jobs = await _peer(figures, "jobstore", stored, due, engine, await new_url())
            for name, way in (("claimed", "claimed"), ("crash-safe", "safe")):
                ours = await _ours(way, await new_url(), stored, due)
                figures += _figures(f"{name}, {engine}", ours, f"{due} due of {stored}")
                peers = {f"job store on {engine}": jobs, "memory job store": memory, "JobQueue": queue}
                figures += [
                    Figure(f"{peer} / {name}, {engine}", found.p99_s / ours.p99_s, "×", "lateness p99")
                    for peer, found in peers.items()
                    if found is not None
                ]
        for engine, new_url in makers.items():
            figures += await _flat(engine, new_url, sizes, rounds)
    return figures


async def _ours(way: str, url: str, stored: int, due: int) -> Rung:
    db = Database(url)
    try:
        await store(db, stored)
    finally:
        await db.close()
    return await rung(way, stored, due, url)


async def _peer(figures: list[Figure], way: str, stored: int, due: int, engine: str = "", url: str = "") -> Rung | None:
    """None where what it needs is not installed, which the table says."""
    needs = {"jobqueue": "telegram", "jobstore": "psycopg" if engine == "PostgreSQL" else "apscheduler"}
    needed = needs.get(way, "apscheduler")
    name = {"memory": "memory job store", "jobqueue": "JobQueue", "jobstore": f"job store on {engine}"}[way]
    if importlib.util.find_spec(needed) is None:
        figures.append(
            Figure(f"{name}: NOT MEASURED, {needed} is not installed", 0.0, "share", "pip install -e .[dev]")
        )
        return None
    found = await rung(way, stored, due, url)
    figures += _figures(name, found, f"baseline, {due} due of {stored}")
    return found


def _figures(name: str, found: Rung, note: str) -> list[Figure]:
    return [
        Figure(f"lateness p50, {name}", found.p50_s, "s", note),
        Figure(f"lateness p99, {name}", found.p99_s, "s", note),
        Figure(f"event loop stalled, {name}", found.stall_s * 1000, "ms", "by the clock, others' work too"),
        Figure(f"event loop busy at a stretch, {name}", found.stall_cpu_s * 1000, "ms", "of the processor"),
        Figure(f"processor a reminder, {name}", found.cpu_ms, "ms", "of the process"),
    ]


async def _flat(engine: str, new_url: NewUrl, sizes: tuple[int, int], rounds: int) -> list[Figure]:
    """Few stored and many stored in turn, and the ratio of the medians."""
    due = min(sizes)
    found: dict[int, list[Rung]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            found[size].append(await _ours("safe", await new_url(), size, due))
            await asyncio.sleep(0.1)
    figures: list[Figure] = []
    parts = (("lateness p99", "s", "p99_s"), ("start → ready", "s", "ready_s"), ("RSS", "MB", "rss_mb"))
    for part, unit, field in parts:
        few, many = (_median(found[size], field) for size in sizes)
        note = f"{due} due, crash-safe, median of {rounds}"
        figures += [
            Figure(f"{part}, {sizes[0]} stored, {engine}", few, unit, note),
            Figure(f"{part}, {sizes[1]} stored, {engine}", many, unit, note),
            Figure(f"{part}, {sizes[1]} / {sizes[0]} stored, {engine}", many / few, "×", ""),
        ]
    return figures


def _median(found: Sequence[Rung], field: str) -> float:
    return statistics.median(map(attrgetter(field), found))
