"""From due to delivered: many reminders that are due in the same second."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.db.engine import Database
from bot.db.tables import PersonRow, PlanRow
from bot.outbox import IN_FLIGHT
from bot.reminders.model import Rule, WeeklyTime, rule_as_json
from tests.benchmarks.databases import NewUrl, databases
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.processes import bare_client, local, running_bot

DUE = datetime(2026, 12, 1, 14, tzinfo=UTC)
"""A Tuesday, 19:00 in Almaty."""
LOADS = ((1000, 1000), (100, 25))
"""Reminders due in one second, and SEND_RATE: as fast as it goes, and as it is set by default."""


async def measure(folder: Path, loads: Sequence[tuple[int, int]] = LOADS, *engines: str) -> list[Figure]:
    """Each of `loads` on each database, and beside the first of them a client that only sends."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers:
        for engine, new_url in makers.items():
            for count, rate in loads:
                figures += await _at_rate(engine, new_url, folder, count, rate)
    count, rate = loads[0]
    bare_s = await _bare(count)
    figures.append(Figure(f"{count} messages of a bare client", bare_s, "s", f"baseline, {IN_FLIGHT} at a time"))
    last = {figure.name: figure.value for figure in figures}
    for engine in makers:
        ours = last[f"last of {count} at {rate}/s, {engine}"]
        figures.append(Figure(f"ours / bare client, {engine}", ours / bare_s, "×", "last of all"))
    return figures


async def _at_rate(engine: str, new_url: NewUrl, folder: Path, count: int, rate: int) -> list[Figure]:
    url = await new_url()
    async with local() as place:
        people = await place.people(count)
        await _plans(url, people)
        await place.set_clock(DUE - timedelta(hours=1))
        async with running_bot(place, url, folder, send_rate=rate, clock_url=place.url):
            await place.followed()
            await place.set_clock(DUE - timedelta(seconds=3))  # from here time passes as it always does
            await place.arrivals.reached(count)
        arrived = place.arrivals.sent  # the bot has ended: nothing comes twice later
    got = Counter(each.chat for each in arrived)
    if got != Counter(people):
        raise RuntimeError(f"{engine}: of {count} reminders {len(got)} arrived, {sum(got.values()) - len(got)} twice")
    late = [(each.at - DUE).total_seconds() for each in arrived]
    floor = (count - 1) / rate
    named = f"of {count} at {rate}/s, {engine}"
    return [
        Figure(f"due → delivered, p50 {named}", statistics.median(late), "s", f"the pace alone: {floor / 2:.2f} s"),
        Figure(f"due → delivered, p95 {named}", percentile(late, 0.95), "s", f"the pace alone: {floor * 0.95:.2f} s"),
        Figure(f"last {named}", max(late), "s", f"the pace alone: {floor:.2f} s"),
    ]


async def _plans(url: str, people: Sequence[int]) -> None:
    """Everybody publishes on Tuesdays at 19:00, and it is Monday."""
    made = DUE - timedelta(days=1)
    person = {"first_name": "P", "language": "en", "zone": "Asia/Almaty", "created_at": made, "last_seen": made}
    plan = {
        "rule": rule_as_json(Rule((WeeklyTime((2,), time(19)),))),
        "state": "active",
        "starts_on": made.date(),
        "next_local": datetime(2026, 12, 1, 19),
        "next_due_at": DUE,
        "created_at": made,
    }
    database = Database(url)
    try:
        async with database.transaction() as tx:
            await tx.execute(insert(PersonRow), [{"id": each, **person} for each in people])
            await tx.execute(insert(PlanRow), [{"person_id": each, **plan} for each in people])
    finally:
        await database.close()


async def _bare(count: int) -> float:
    """Seconds from the first to the last message of a client that only sends."""
    async with local() as place:
        people = await place.people(count)
        async with bare_client(place, "send", people[0], count):
            await place.arrivals.reached(count)
        arrived = place.arrivals.sent
    return max(arrived[-1].seconds - arrived[0].seconds, 1e-6)
