"""Slots skipped in advance: the days of a holiday, the dates a calendar leaves out.

Each is a slot's row with its outcome before its time, so the timer, which makes a slot once, never announces it. They
belong to the rule they were made for: when a plan changes, its new slots on those days are skipped instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.tables import PlanRow, SlotRow
from bot.people import Person
from bot.reminders import model, store
from bot.reminders.model import Outcome, Slot
from bot.reminders.scheduling import reschedule
from bot.reminders.store import Plan


def ahead(plan: Plan, first: date, last: date, now: datetime) -> list[datetime]:
    """Wall times of a plan's slots to come on the days `first` to `last`; none while it rests without an end."""
    if plan.next_local is None:
        return []
    start = max(datetime.combine(first, time.min), plan.next_local, model.local_of(now, plan.wall_zone))
    found = []
    for local in model.walk(plan.rule, plan.starts_on, start - timedelta(minutes=1)):
        if local.date() > last:
            break
        if local > model.local_of(now, plan.wall_zone):
            found.append(local)
    return found


def beyond(plan: Plan, slots: Iterable[Slot]) -> Plan:
    """The plan as people should see it: its next slot is one that will come."""
    taken = {slot.local for slot in slots if slot.outcome is Outcome.SKIPPED}
    if plan.next_local not in taken:
        return plan
    following = (local for local in model.walk(plan.rule, plan.starts_on, plan.next_local) if local not in taken)
    first = next(following, None)
    return replace(plan, next_local=first, next_due_at=model.instant_of(first, plan.wall_zone) if first else None)


def is_ahead(plan: Plan, slot: Slot) -> bool:
    """Whether a slot was skipped in advance and its time has not come: it says nothing about the past yet."""
    return slot.outcome is Outcome.SKIPPED and plan.next_local is not None and slot.local > plan.next_local


async def skip(
    db: Database, person: Person, plan_id: int | None, first: date, last: date, now: datetime
) -> list[datetime]:
    """Skip a plan's slots on the days `first` to `last`, or those of all plans when `plan_id` is None.

    Returns the instants of those that are skipped now and were not before. Raises NotFound.
    """
    async with db.transaction() as tx:
        skipped: list[datetime] = []
        for row, zone in await _plans(tx, person, plan_id):
            plan = store.plan_from(row, zone)
            added = await add(tx, row, zone, ahead(plan, first, last, now), now)
            skipped += [slot.due_at for slot in added]
        return sorted(skipped)


async def unskip(db: Database, person: Person, plan_id: int | None, first: date, last: date, now: datetime) -> int:
    """Let the slots of those days come after all. Returns how many. Raises NotFound."""
    async with db.transaction() as tx:
        count = 0
        for row, zone in await _plans(tx, person, plan_id):
            lifted = await lift(tx, row, now, first, last)
            if lifted:
                count += len(lifted)
                row.version += 1
                if row.next_local is not None and min(lifted) < row.next_local:
                    before = min(lifted) - timedelta(minutes=1)
                    await reschedule(tx, row, zone, max(before, model.local_of(now, row.zone or zone)))
        return count


async def skipped(db: Database, person: Person, now: datetime) -> dict[int, set[date]]:
    """The local days on which the person's plans have been skipped in advance, by plan."""
    async with db.transaction() as tx:
        mine = SlotRow.person_id == person.id, SlotRow.outcome == Outcome.SKIPPED, SlotRow.due_at > now
        found: dict[int, set[date]] = {}
        for plan_id, day in await tx.execute(select(SlotRow.plan_id, SlotRow.local_date).where(*mine)):
            found.setdefault(plan_id, set()).add(day)
        return found


# --- Inside somebody else's transaction -------------------------------------------------------------------------------


async def add(
    tx: AsyncSession, row: PlanRow, person_zone: str, locals_: Iterable[datetime], now: datetime
) -> list[SlotRow]:
    """Write slots of a plan as skipped and move the plan on past them. Returns those that are new."""
    zone = row.zone or person_zone
    slots = [
        {
            "plan_id": row.id,
            "person_id": row.person_id,
            "local_date": local.date(),
            "local_time": local.time(),
            "due_at": (due_at := model.instant_of(local, zone)),
            "closes_at": model.closes_at(due_at, None),
            "outcome": Outcome.SKIPPED,
            "decided_at": now,
            "published_at": None,
            "outage": False,
        }
        for local in locals_
    ]
    added = await store.add_slots(tx, slots)
    if added:
        row.version += 1
        if row.next_local is not None:
            await reschedule(tx, row, person_zone, row.next_local - timedelta(minutes=1))
    return added


async def lift(
    tx: AsyncSession, row: PlanRow, now: datetime, first: date = date.min, last: date = date.max
) -> list[datetime]:
    """Forget what was skipped in advance on those days; the wall times, in order."""
    mine = SlotRow.plan_id == row.id, SlotRow.outcome == Outcome.SKIPPED, SlotRow.due_at > now
    days = SlotRow.local_date >= first, SlotRow.local_date <= last
    gone = await tx.execute(delete(SlotRow).where(*mine, *days).returning(SlotRow.local_date, SlotRow.local_time))
    return sorted(datetime.combine(day, at) for day, at in gone)


async def again(tx: AsyncSession, row: PlanRow, person_zone: str, days: Sequence[date], now: datetime) -> None:
    """Skip the slots that a changed plan has on those days."""
    plan = store.plan_from(row, person_zone)
    for day in sorted(set(days)):
        await add(tx, row, person_zone, ahead(plan, day, day, now), now)


async def follow_zone(tx: AsyncSession, row: PlanRow, zone: str, now: datetime) -> None:
    """A plan is read in another zone: what is skipped ahead keeps its wall time there."""
    mine = SlotRow.plan_id == row.id, SlotRow.outcome == Outcome.SKIPPED, SlotRow.due_at > now
    for slot in await tx.scalars(select(SlotRow).where(*mine)):
        slot.due_at = model.instant_of(datetime.combine(slot.local_date, slot.local_time), zone)
        slot.closes_at = model.closes_at(slot.due_at, None)


async def _plans(tx: AsyncSession, person: Person, plan_id: int | None) -> list[tuple[PlanRow, str]]:
    if plan_id is not None:
        return [await store.plan_row(tx, plan_id, person.id)]
    return [await store.plan_row(tx, row.id, person.id) for row in await store.plan_rows(tx, person.id)]
