"""One slot to another time, one weekday of a plan to another time, or a week without the plan. Streaks stay whole.

A slot that is moved keeps the local date and time of its plan as its name, so it stays in its week and never comes
twice; only its due moment is another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import DeliveryRow, PersonRow, PlanRow, SlotRow
from bot.errors import N_, SlotClosed, UserError
from bot.people import Person
from bot.reminders import model, preparing, skips, store, timer
from bot.reminders.follow_up import follow_up_at
from bot.reminders.model import Outcome, Rule, Slot, WeeklyTime
from bot.reminders.scheduling import eve, reschedule, schedule
from bot.reminders.service import UNDO
from bot.reminders.store import Plan

FURTHEST = timedelta(days=7)


class NothingLeft(UserError):
    """No slot of the plan is left in that week."""

    message = N_("Nothing of this plan is left this week.")


class CannotMoveThere(UserError):
    """The moment lies behind, too far ahead, or beyond the plan's next slot."""

    message = N_("That doesn't fit: the new time must lie ahead, within a week and before the plan's next publication.")


@dataclass(frozen=True, slots=True)
class WeekOff:
    """A week without a plan. `stamp` names it for the way back; `count`: the slots that are skipped."""

    plan: Plan
    count: int
    stamp: datetime


@dataclass(frozen=True, slots=True)
class MovedSlot:
    """A slot at its new time. `was`: when it was due before."""

    plan: Plan
    slot: Slot
    was: datetime


# --- A week without the plan ------------------------------------------------------------------------------------------


async def skip_week(db: Database, person: Person, plan_id: int, day: date | None, now: datetime) -> WeekOff:
    """Skip what is left of a plan in the week of `day`, by default of today. A skip is neutral.

    Raises NothingLeft, NotFound.
    """
    stamp = now.replace(microsecond=0)
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        day = day or model.local_of(now, row.zone or zone).date()
        monday = day - timedelta(days=day.isoweekday() - 1)
        sunday = monday + timedelta(days=6)
        week = SlotRow.local_date >= monday, SlotRow.local_date <= sunday
        waiting = SlotRow.plan_id == plan_id, SlotRow.outcome.is_(None)
        begun = list(await tx.scalars(select(SlotRow).where(*waiting, *week).with_for_update()))
        for slot in begun:
            slot.outcome, slot.decided_at = Outcome.SKIPPED, stamp
            await outbox.cancel(tx, await store.waiting_messages(tx, slot.id))
        to_come = skips.ahead(store.plan_from(row, zone), monday, sunday, now)
        ahead = await skips.add(tx, row, zone, to_come, stamp)
        if not begun and not ahead:
            raise NothingLeft
        row.unanswered = 0
        row.version += 1
        return WeekOff(store.plan_from(row, zone), len(begun) + len(ahead), stamp)


async def unskip_week(db: Database, person: Person, plan_id: int, stamp: datetime, now: datetime) -> Plan:
    """Take a week off back. What was announced waits for an answer again, the rest comes at its time.

    Raises SlotClosed ten minutes later, NotFound.
    """
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        mine = SlotRow.plan_id == plan_id, SlotRow.outcome == Outcome.SKIPPED, SlotRow.decided_at == stamp
        slots = list(await tx.scalars(select(SlotRow).where(*mine).with_for_update()))
        if not slots or now - stamp > UNDO:
            raise SlotClosed
        announced = await _announced(tx, [slot.id for slot in slots])
        back: list[datetime] = []
        deliveries = []
        for slot in slots:
            if slot.id in announced:
                slot.outcome = slot.decided_at = None
                await store.revive_message(tx, slot.id, now)
            elif slot.due_at > now:
                back.append(datetime.combine(slot.local_date, slot.local_time))
                await tx.execute(delete(SlotRow).where(SlotRow.id == slot.id))
            else:  # it came in the minutes between
                slot.outcome = slot.decided_at = None
                owner = await tx.get_one(PersonRow, person.id)
                deliveries.append({**timer.first_delivery(slot, owner), "due_at": now, "send_at": now})
        await store.add_deliveries(tx, deliveries)
        await tx.flush()
        if back and row.next_local is not None and min(back) < row.next_local:
            await reschedule(tx, row, zone, min(back) - timedelta(minutes=1))
        elif back and row.next_local is None and row.state == "active":
            await reschedule(tx, row, zone, model.local_of(now, row.zone or zone))
        row.version += 1
        return store.plan_from(row, zone)


async def _announced(tx: AsyncSession, slot_ids: Sequence[int]) -> set[int]:
    """Those of the slots that have a message, sent or not."""
    found = await tx.scalars(select(DeliveryRow.slot_id).where(DeliveryRow.slot_id.in_(slot_ids)))
    return {slot_id for slot_id in found if slot_id is not None}


# --- One slot ---------------------------------------------------------------------------------------------------------


async def move(db: Database, person: Person, plan_id: int, due_at: datetime, to: datetime, now: datetime) -> MovedSlot:
    """Give the plan's open or next slot, due at `due_at`, another moment. The plan stays where it is.

    Its reminder comes then, and it can be fulfilled for twelve hours from then on. Raises CannotMoveThere, SlotClosed
    for one that is answered or over, NotFound.
    """
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        slot = await _open_slot(tx, plan_id, due_at)
        if slot is None and row.next_due_at is not None and _same(row.next_due_at, due_at):
            slot = await _made(tx, row, zone)
        if slot is None:
            raise SlotClosed
        was = slot.due_at
        if not now < to <= now + FURTHEST or (row.next_due_at is not None and to >= row.next_due_at):
            raise CannotMoveThere
        others = SlotRow.plan_id == plan_id, SlotRow.id != slot.id, SlotRow.outcome.is_(None), SlotRow.due_at > now
        for other in await tx.scalars(select(SlotRow).where(*others)):  # moved, too: they keep their order
            if (other.local_date, other.local_time) < (slot.local_date, slot.local_time):
                stays = other.due_at < to
            else:
                stays = to < other.due_at
            if not stays:
                raise CannotMoveThere
        await outbox.cancel(tx, await store.waiting_messages(tx, slot.id))
        row.unanswered = 0
        slot.due_at, slot.outage = to, False
        slot.closes_at = model.closes_at(to, row.next_due_at)
        slot.follow_up_at = follow_up_at(to, slot.closes_at, 0)
        owner = await tx.get_one(PersonRow, person.id)
        announced = {**timer.first_delivery(slot, owner), "key": f"slot:{slot.id}:moved:{int(now.timestamp() * 1000)}"}
        await store.add_deliveries(tx, [announced])
        row.reminded_at = now
        await tx.flush()
        preparing.follow_moved(row, zone, store.slot_from(slot), now)
        return MovedSlot(store.plan_from(row, zone), store.slot_from(slot), was)


async def _open_slot(tx: AsyncSession, plan_id: int, due_at: datetime) -> SlotRow | None:
    """The slot of a plan that waits for an answer and was due in that second."""
    second = SlotRow.due_at >= due_at, SlotRow.due_at < due_at + timedelta(seconds=1)
    mine = SlotRow.plan_id == plan_id, SlotRow.outcome.is_(None), *second
    return await tx.scalar(select(SlotRow).where(*mine).with_for_update())


async def _made(tx: AsyncSession, row: PlanRow, zone: str) -> SlotRow | None:
    """The plan's next slot, made before its time; the plan moves on past it."""
    local, due_at = row.next_local, row.next_due_at
    if local is None or due_at is None:
        return None
    await reschedule(tx, row, zone, local)
    values: dict[str, Any] = {
        "plan_id": row.id,
        "person_id": row.person_id,
        "local_date": local.date(),
        "local_time": local.time(),
        "due_at": due_at,
        "closes_at": model.closes_at(due_at, row.next_due_at),
        "outcome": None,
        "decided_at": None,
        "published_at": None,
        "outage": False,
    }
    return next(iter(await store.add_slots(tx, [values])), None)


def _same(one: datetime, other: datetime) -> bool:
    return int(one.timestamp()) == int(other.timestamp())


# --- One weekday of the plan ------------------------------------------------------------------------------------------


def moved_rule(rule: Rule, weekday: int, at: time, to: time) -> Rule:
    """The rule with one weekday's time changed; two slots that fall together become one."""
    found: dict[time, set[int]] = {}
    for group in rule.times:
        for day in group.weekdays:
            found.setdefault(to if (day, group.at) == (weekday, at) else group.at, set()).add(day)
    times = [WeeklyTime(tuple(sorted(days)), each) for each, days in found.items()]
    return replace(rule, times=tuple(sorted(times, key=lambda group: (group.weekdays[0], group.at))))


async def move_weekday(
    db: Database, person: Person, plan_id: int, weekday: int, at: time, to: time, now: datetime
) -> Plan:
    """Give one weekday of a plan another time from now on. A day that had its slot gets no second one.

    Raises SlotClosed when the plan has no such time any more, NotFound.
    """
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        rule = model.rule_from_json(row.rule)
        if not any(group.at == at and weekday in group.weekdays for group in rule.times):
            raise SlotClosed
        skipped = await skips.lift(tx, row, now)
        row.rule = model.rule_as_json(moved_rule(rule, weekday, at, to))
        after = model.local_of(now, row.zone or zone)
        had = await store.last_slot_day(tx, plan_id)
        if had is not None and had >= after.date():
            after = datetime.combine(had, time.max)
        if row.state == "active":
            schedule(row, zone, after)
        elif row.paused_until is not None:
            schedule(row, zone, max(eve(row.paused_until), after))
        await skips.again(tx, row, zone, [local.date() for local in skipped], now)
        row.version += 1
        return store.plan_from(row, zone)
