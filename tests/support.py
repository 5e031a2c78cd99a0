"""What tests of the core share: a clock that stands still, and short words for people, plans and rows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select, update

from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import Base, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.outbox import Outgoing
from bot.people import People, Person
from bot.reminders import service, timer
from bot.reminders.model import Draft, Outlet, Rule, WeeklyTime
from bot.reminders.store import Plan

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""A Monday, 14:00 in Almaty (UTC+5)."""

_keys = count()


class StillClock(Clock):
    """A clock on which time passes only by sleeping or by being set.

    Whoever sleeps first lets the tasks that were started meanwhile finish (half a second of real time at most), so
    what happens between two moments has happened before the second one. `beside`: tasks not to wait for.
    """

    def __init__(self, at: datetime = NOW, beside: int = 0) -> None:
        super().__init__()
        self.at = at
        self._tasks = len(asyncio.all_tasks()) + beside

    @property
    def is_real(self) -> bool:
        return False

    def now(self) -> datetime:
        return self.at

    def set(self, now: datetime) -> None:
        self.at = now

    async def sleep(self, seconds: float) -> None:
        for _ in range(1000):
            if len(asyncio.all_tasks()) <= self._tasks:
                break
            await asyncio.sleep(0.0005)
        self.at += timedelta(seconds=seconds)


class Recorder:
    """A Messenger that keeps what it was asked to send, with the moment; `answer` may refuse by raising."""

    def __init__(self, clock: Clock, answer: Callable[[Outgoing], Awaitable[None]] | None = None) -> None:
        self._clock = clock
        self._answer = answer
        self.asked: list[tuple[datetime, Outgoing]] = []
        self.sent: list[tuple[datetime, Outgoing]] = []

    async def deliver(self, message: Outgoing) -> int:
        now = self._clock.now()
        self.asked.append((now, message))
        if self._answer is not None:
            await self._answer(message)
        self.sent.append((now, message))
        return 1000 + len(self.sent)

    @property
    def ids(self) -> list[int]:
        """Outbox ids in the order they were sent."""
        return [message.id for _, message in self.sent]


async def someone(db: Database, person_id: int = 1, zone: str = "Asia/Almaty", **values: Any) -> Person:
    """A person who has written once, in `zone`."""
    people = People(db)
    await people.meet(person_id, "Aru", "kk", NOW - timedelta(days=400))
    return await people.change(person_id, zone=zone, **values)


def weekly(*days: int, at: str = "19:00", outlet: Outlet | None = None, zone: str | None = None, **more: Any) -> Draft:
    """A draft with one time on some weekdays; every day when none is named."""
    rule = Rule((WeeklyTime(days or (1, 2, 3, 4, 5, 6, 7), time.fromisoformat(at)),), **more)
    return Draft(rule, outlet, zone)


async def planned(db: Database, person: Person, *days: int, now: datetime = NOW, **more: Any) -> Plan:
    """A plan of `weekly(...)`, turned on at `now`."""
    return await service.create(db, person, weekly(*days, **more), now)


async def run_timer(db: Database, start: datetime, end: datetime) -> None:
    """Let the timer ring at each moment it asked for, from `start` to `end`, and mark what it queued as sent."""
    at = start
    for _ in range(10_000):
        await timer.work(db, at)
        await send_due(db, at)
        if at == end:
            return
        following = await timer.next_due(db)
        at = end if following is None else min(end, max(at + timedelta(microseconds=1), following))
    raise AssertionError("the timer never comes to rest")


async def send_due(db: Database, now: datetime) -> None:
    """Mark what is due as sent, as a sender without anybody to hold it up would."""
    async with db.transaction() as tx:
        due = OutboxRow.state == "waiting", OutboxRow.send_at <= now
        await tx.execute(update(OutboxRow).where(*due).values(state="sent", sent_at=now))


async def queue(db: Database, *chats: int, due_at: datetime = NOW, kind: str = "reminder") -> list[int]:
    """A message to each of the chats, in this order; the ids. People are made where they are missing."""
    async with db.transaction() as tx:
        known = set(await tx.scalars(select(PersonRow.id)))
        born = {"first_name": "Aru", "language": "kk", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW}
        if new := [{"id": chat, **born} for chat in sorted(set(chats) - known)]:
            await tx.execute(insert(PersonRow), new)
        rows = [
            OutboxRow(
                key=f"key {next(_keys)}",
                person_id=chat,
                chat_id=chat,
                kind=kind,
                parameters={},
                due_at=due_at,
                send_at=due_at,
            )
            for chat in chats
        ]
        tx.add_all(rows)
        await tx.flush()
        return [row.id for row in rows]


async def outbox_rows(db: Database, **where: Any) -> list[OutboxRow]:
    """Messages, oldest first."""
    async with db.transaction() as tx:
        return list(await tx.scalars(select(OutboxRow).filter_by(**where).order_by(OutboxRow.id)))


async def slot_rows(db: Database, **where: Any) -> list[SlotRow]:
    """Slots by due moment."""
    async with db.transaction() as tx:
        return list(await tx.scalars(select(SlotRow).filter_by(**where).order_by(SlotRow.due_at, SlotRow.id)))


async def the_plan(db: Database, plan_id: int) -> PlanRow:
    """A plan's row as it is now."""
    async with db.transaction() as tx:
        return await tx.get_one(PlanRow, plan_id)


async def count_rows(db: Database) -> dict[str, int]:
    """How many rows each table has; tables without rows are left out."""
    async with db.transaction() as tx:
        counts = {
            table.name: int(await tx.scalar(select(func.count()).select_from(table)) or 0)
            for table in Base.metadata.sorted_tables
        }
    return {name: number for name, number in counts.items() if number}


async def together(*jobs: Awaitable[Any]) -> Sequence[Any]:
    """Run all at the same time and wait for each; the first error is raised after all have ended."""
    results = await asyncio.gather(*jobs, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
