"""Figures for the operator, read from the rows there are: nobody's steps are written down for them."""

from __future__ import annotations

import statistics
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from bot.db.engine import Database
from bot.db.tables import CheckRow, InboxRow, MissRow, OutboxRow, PersonRow

DAY = timedelta(days=1)
WEEKS = 8
MOST = 20_000
"""Rows that are looked at for a percentile: the newest."""
STEPS_S = (1, 2, 5, 30, 300)
"""Seconds of lateness between which messages are counted."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """People. `newcomers`: how many came on each of the last thirty days, oldest first."""

    active_month: int
    no_news: int
    newcomers: tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Cohort:
    """Who came in the week that begins on `monday`, and how many of them were seen in a later week or after it."""

    monday: date
    size: int
    seen: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """Messages of the last day, without broadcasts. Seconds; None when nothing was sent."""

    sent: int
    failed: int
    p50_s: float | None
    p99_s: float | None
    counts: tuple[int, ...]
    waiting: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Checks:
    """Voice checks of the last week by outcome, and the median seconds to a verdict."""

    outcomes: tuple[tuple[str, int], ...]
    waiting: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What went wrong and still stands: updates, and messages of the last day by what Telegram said."""

    parked: int
    updates_waiting: int
    errors: tuple[tuple[str, int], ...]
    misses: tuple[tuple[str, int], ...]


async def crowd(db: Database, now: datetime) -> Crowd:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [midnight - number * DAY for number in range(29, -1, -1)]
    counted = [
        func.count().filter(PersonRow.last_seen > now - 30 * DAY),
        func.count().filter(PersonRow.news.is_(False)),
        *(func.count().filter(PersonRow.created_at >= day, PersonRow.created_at < day + DAY) for day in days),
    ]
    async with db.transaction() as tx:
        month, no_news, *came = (await tx.execute(select(*counted).where(PersonRow.id > 0))).one()
    return Crowd(month, no_news, tuple((day.date(), number) for day, number in zip(days, came, strict=True)))


async def cohorts(db: Database, now: datetime) -> list[Cohort]:
    """The last weeks' newcomers, oldest first. Weeks begin on Monday, UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    mondays = [midnight - timedelta(days=now.weekday(), weeks=back) for back in range(WEEKS - 1, -1, -1)]
    came = [(PersonRow.created_at >= monday, PersonRow.created_at < monday + 7 * DAY) for monday in mondays]
    sizes = [func.count().filter(*each) for each in came]
    pairs = [(week, later) for week in range(WEEKS) for later in range(week, WEEKS)]
    seen = [func.count().filter(*came[week], PersonRow.last_seen >= mondays[later]) for week, later in pairs]
    async with db.transaction() as tx:
        found = (await tx.execute(select(*sizes, *seen).where(PersonRow.id > 0))).one()
    numbers = dict(zip(pairs, found[WEEKS:], strict=True))
    return [
        Cohort(monday.date(), found[week], tuple(numbers[week, later] for later in range(week, WEEKS)))
        for week, monday in enumerate(mondays)
    ]


async def sending(db: Database, now: datetime) -> Sending:
    day = OutboxRow.send_at > now - DAY, OutboxRow.broadcast_id.is_(None)
    newest = select(OutboxRow.due_at, OutboxRow.sent_at).where(OutboxRow.state == "sent", *day)
    async with db.transaction() as tx:
        rows = (await tx.execute(newest.order_by(OutboxRow.send_at.desc()).limit(MOST))).all()
        failed = await tx.scalar(select(func.count()).where(OutboxRow.state == "failed", *day))
        due = OutboxRow.state == "waiting", OutboxRow.send_at <= now
        waiting, oldest = (await tx.execute(select(func.count(), func.min(OutboxRow.send_at)).where(*due))).one()
    late = sorted(max(0.0, (sent - due_at).total_seconds()) for due_at, sent in rows if sent is not None)
    edges = (*STEPS_S, float("inf"))
    counts = [sum(1 for each in late if low <= each < high) for low, high in zip((0, *STEPS_S), edges, strict=True)]
    return Sending(
        sent=len(late),
        failed=int(failed or 0),
        p50_s=statistics.median(late) if late else None,
        p99_s=late[min(len(late) - 1, int(len(late) * 0.99))] if late else None,
        counts=tuple(counts),
        waiting=int(waiting),
        oldest_s=max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
    )


async def checks(db: Database, now: datetime) -> Checks:
    week = CheckRow.created_at > now - 7 * DAY
    columns = CheckRow.result, CheckRow.created_at, CheckRow.finished_at
    async with db.transaction() as tx:
        done = (await tx.execute(select(*columns).where(week, CheckRow.state == "done").limit(MOST))).all()
        waiting = await tx.scalar(select(func.count()).select_from(CheckRow).where(CheckRow.state != "done"))
    outcomes = Counter(str((result or {}).get("reason") or (result or {}).get("band") or "?") for result, _, _ in done)
    took = [(finished - created).total_seconds() for _, created, finished in done if finished is not None]
    return Checks(tuple(outcomes.most_common()), int(waiting or 0), statistics.median(took) if took else None)


async def trouble(db: Database, now: datetime) -> Trouble:
    failed = OutboxRow.state == "failed", OutboxRow.send_at > now - DAY
    async with db.transaction() as tx:
        states = dict(iter(await tx.execute(select(InboxRow.state, func.count()).group_by(InboxRow.state))))
        said = select(OutboxRow.error, func.count()).where(*failed).group_by(OutboxRow.error)
        errors = (await tx.execute(said.order_by(func.count().desc()).limit(5))).all()
        kinds = (await tx.execute(select(MissRow.kind, func.count()).group_by(MissRow.kind))).all()
    return Trouble(
        parked=int(states.get("parked", 0)),
        updates_waiting=int(states.get("waiting", 0)),
        errors=tuple((str(error or "?"), int(number)) for error, number in errors),
        misses=tuple((str(kind), int(number)) for kind, number in kinds),
    )
