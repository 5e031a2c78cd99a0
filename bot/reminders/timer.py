"""What falls due by itself: slots are made and announced, slots close, an outage of ours becomes one digest.

The timer rings `work`; it does everything that is due and nothing else. Many replicas may do so at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import FactRow, PersonRow, PlanRow, SlotRow
from bot.people import quiet_of
from bot.reminders import due_store, follow_up, model, preparing, store, weekly
from bot.reminders.follow_up import follow_up_at
from bot.reminders.model import Outcome, Reminding

log = structlog.get_logger(__name__)

BATCH = 500
MOST_AT_ONCE = 2000  # plans that are due: they cost little each
MOST_CAUGHT_UP = 30  # slots of one plan made in one go after a long absence; the rest follows at once in the next
FORGET_DELETED = timedelta(days=1)


async def work(db: Database, now: datetime) -> None:
    """Do everything that is due by `now`."""
    while await queue_due(db, now) or await close_slots(db, now):
        pass
    while await gather_late(db, now):
        pass
    while await queue_beside(db, now):
        pass


async def queue_beside(db: Database, now: datetime) -> int:
    """Queue what goes along with slots: follow-ups, nudges to prepare, weekly digests. Returns how many were looked at.

    Slots close and late reminders are gathered before, so nothing is asked about what is over.
    """
    async with db.transaction() as tx:
        return (
            await follow_up.queue_due(tx, now, BATCH)
            + await preparing.queue_due(tx, now, BATCH)
            + await weekly.queue_due(tx, now, BATCH)
        )


async def queue_due(db: Database, now: datetime) -> int:
    """Make the slots that are due and queue their reminders. Returns how many plans were looked at."""
    async with db.transaction() as tx:
        alike = await due_store.due_plans(tx, now, MOST_AT_ONCE)
        if not alike:
            return 0
        of_plan: dict[int, due_store.Alike] = {}
        for each in alike:
            each.slots = _due_slots(each.plan, each.person, now)
            of_plan |= dict.fromkeys(each.ids, each)
        new = await due_store.add_slots(tx, alike)
        await due_store.move_on(tx, alike)
        announced: dict[tuple[bool, int], list[int]] = {}
        reminded: dict[int, None] = {}
        for slot_id, plan_id, due_at in new:
            each = of_plan[plan_id]
            how = model.reminding(each.plan.unanswered)
            if how is Reminding.ASK:
                await _rest(tx, plan_id, slot_id, now)
            elif how is Reminding.ALWAYS or (plan_id not in reminded and not _reminded_lately(each.plan, now)):
                reminded[plan_id] = None
                how_and_when = _is_quiet(due_at, each.person), int(due_at.timestamp())
                announced.setdefault(how_and_when, []).append(slot_id)
        if reminded:
            alike_slots = [({"silent": silent, "due": due}, ids) for (silent, due), ids in announced.items()]
            await due_store.announce(tx, alike_slots)
            await due_store.remember_reminded(tx, list(reminded), now)
    return len(of_plan)


def first_delivery(slot: SlotRow, person: PersonRow) -> dict[str, Any]:
    """The reminder of a single slot, for `store.add_deliveries`."""
    return {
        "key": f"slot:{slot.id}:first:{int(slot.due_at.timestamp())}",
        "person_id": person.id,
        "kind": "first",
        "message": "reminder",
        "slot_id": slot.id,
        "due_at": slot.due_at,
        "send_at": slot.due_at,
        "silent": _is_quiet(slot.due_at, person),
    }


async def _rest(tx: AsyncSession, plan_id: int, slot_id: int, now: datetime) -> None:
    """Nobody has answered for long: the plan rests, and its person is asked whether to go on."""
    plan = await tx.get_one(PlanRow, plan_id, populate_existing=True)
    plan.state, plan.paused_until, plan.next_local, plan.next_due_at = "paused", None, None, None
    await outbox.add(tx, f"rest:{slot_id}:{int(now.timestamp())}", plan.person_id, "resting", {"plan_id": plan.id}, now)


def _reminded_lately(plan: PlanRow, now: datetime) -> bool:
    return plan.reminded_at is not None and now - plan.reminded_at < timedelta(days=6, hours=12)


def _is_quiet(due_at: datetime, person: PersonRow) -> bool:
    """Whether a reminder makes no sound. In quiet hours it comes all the same: its time was chosen."""
    quiet = quiet_of(person)
    return quiet is not None and quiet.cover(model.local_of(due_at, person.zone).time())


def _due_slots(plan: PlanRow, person: PersonRow, now: datetime) -> list[dict[str, Any]]:
    """The slots due by `now` of plans that are like this one; moves it on past them."""
    zone = plan.zone or person.zone
    rule = model.rule_from_json(plan.rule)
    if plan.state == "paused":  # a pause with an end date: its first slot ends it
        plan.state, plan.paused_until = "active", None
    made: list[dict[str, Any]] = []
    while plan.next_local is not None and plan.next_due_at is not None and plan.next_due_at <= now:
        if len(made) >= MOST_CAUGHT_UP:
            break
        local, due_at = plan.next_local, plan.next_due_at
        following = model.next_moment(rule, zone, plan.starts_on, local)
        plan.next_local = following.local if following else None
        plan.next_due_at = following.instant if following else None
        preparing.follow(plan, zone)
        closes_at = model.closes_at(due_at, plan.next_due_at)
        over = closes_at <= now
        made.append(
            {
                "local_date": local.date(),
                "local_time": local.time(),
                "due_at": due_at,
                "closes_at": closes_at,
                "follow_up_at": None if over else follow_up_at(due_at, closes_at, plan.unanswered),
                "outcome": Outcome.UNKNOWN if over else None,
                "decided_at": now if over else None,
                "published_at": None,
                "outage": over,
            }
        )
    return made


async def close_slots(db: Database, now: datetime) -> int:
    """Give slots whose time is over their outcome. Returns how many."""
    async with db.transaction() as tx:
        return await store.close_slots(tx, now, BATCH)


async def gather_late(db: Database, now: datetime) -> int:
    """Reminders more than half an hour late become one digest a person. Returns how many people get one."""
    async with db.transaction() as tx:
        late = await store.too_late(tx, now, now - model.LATE_SEND, BATCH)
        for person_id, slot_ids in late.items():
            key = f"digest:{person_id}:{min(slot_ids)}:{len(slot_ids)}"
            await outbox.add(tx, key, person_id, "digest", {"slot_ids": slot_ids}, now)
    return len(late)


async def next_due(db: Database) -> datetime | None:
    """When the timer has something to do again."""
    async with db.transaction() as tx:
        return await coming(tx)


async def coming(tx: AsyncSession) -> datetime | None:
    """`next_due` in the caller's transaction."""
    moments = [
        await store.next_due(tx),
        await follow_up.next_due(tx),
        await preparing.next_due(tx),
        await weekly.next_due(tx),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


async def follow_zone_rules(db: Database, now: datetime) -> bool:
    """Recompute every due date when the zone rules are others than the last time. Whether they were.

    A slot that is due already stays as it is: it is late, not moved.
    """
    rules = version("tzdata")
    insert = sqlite_insert if db.is_sqlite else postgresql_insert
    async with db.transaction() as tx:
        await tx.execute(insert(FactRow).values(name="tzdata", value="").on_conflict_do_nothing())
        known = await tx.get_one(FactRow, "tzdata", with_for_update=True)
        if known.value == rules:
            return False
        known.value = rules
        to_come = select(PlanRow, PersonRow.zone).join(PersonRow).where(PlanRow.next_due_at > now)
        for plan, zone in await tx.execute(to_come):
            if plan.next_local is not None:
                plan.next_due_at = model.instant_of(plan.next_local, plan.zone or zone)
                preparing.follow(plan, plan.zone or zone)
        for owner in await tx.scalars(select(PersonRow).where(PersonRow.weekly_at > now)):
            weekly.move(owner, now)
    log.info("zones.recomputed", tzdata=rules)
    return True


async def forget_deleted(db: Database, now: datetime) -> None:
    """Remove plans that were deleted more than a day ago, with their slots."""
    async with db.transaction() as tx:
        await tx.execute(delete(PlanRow).where(PlanRow.deleted_at < now - FORGET_DELETED))
