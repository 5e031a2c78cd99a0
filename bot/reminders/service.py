"""What a person can do with plans and slots. Each function is one short transaction; the timer's part is `timer.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import PersonRow, PlanRow, SlotRow
from bot.errors import AlreadyMarked, NotFound, SlotClosed, TooManyPlans
from bot.people import Person
from bot.reminders import model, preparing, skips, store, timer, weekly
from bot.reminders.model import Draft, Moment, OneOff, Outcome, Outlet, Progress, Slot, Snooze
from bot.reminders.quiet import softened
from bot.reminders.scheduling import eve, reschedule, schedule
from bot.reminders.store import Plan

MOST_PLANS = 60
UNDO = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Marked:
    """A slot after somebody answered for it: what it is now, and what the plan adds up to."""

    plan: Plan
    slot: Slot
    progress: Progress
    before: Progress


@dataclass(frozen=True, slots=True)
class Due:
    """One line of /today: a slot that exists (`slot`) or is to come."""

    plan: Plan
    moment: Moment
    slot: Slot | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan with its history, for /stats and /plans."""

    plan: Plan
    progress: Progress
    slots: list[Slot]


def preview(draft: Draft, person: Person, now: datetime, count: int = 3) -> list[Moment]:
    """The first slots a draft would have, were it turned on now."""
    zone = draft.zone or person.zone
    return model.coming(draft.rule, zone, model.local_of(now, zone).date(), now, count)


async def create(db: Database, person: Person, draft: Draft, now: datetime) -> Plan:
    """Turn a draft on. Raises TooManyPlans."""
    async with db.transaction() as tx:
        return store.plan_from(await begin(tx, person, draft, now), person.zone)


async def begin(tx: AsyncSession, person: Person, draft: Draft, now: datetime) -> PlanRow:
    """Write a new plan inside the caller's transaction. Raises TooManyPlans."""
    zone = draft.zone or person.zone
    today = model.local_of(now, zone).date()
    following = next(iter(model.coming(draft.rule, zone, today, now, 1)), None)
    owner = await tx.get_one(PersonRow, person.id, with_for_update=True)
    if len(await store.plan_rows(tx, person.id)) >= MOST_PLANS:
        raise TooManyPlans(limit=MOST_PLANS)
    weekly.begin(owner, now)
    values = {
        "outlet": draft.outlet,
        "zone": draft.zone,
        "goal_weeks": draft.goal_weeks,
        "starts_on": today,
        "next_local": following.local if following else None,
        "next_due_at": following.instant if following else None,
        "created_at": now,
    }
    return await store.add_plan(tx, person.id, draft.rule, values)


async def remind_once(db: Database, person: Person, wish: OneOff, now: datetime) -> datetime:
    """Queue a single reminder and return its instant."""
    due_at = model.instant_of(wish.at, wish.zone or person.zone)
    async with db.transaction() as tx:
        await tx.get_one(PersonRow, person.id, with_for_update=True)
        one_off_id = await store.add_one_off(tx, person.id, wish.outlet, due_at, now)
        at, silent = softened(due_at, person.zone, person.quiet)
        delivery = {
            "key": f"once:{one_off_id}:{int(now.timestamp() * 1000)}",
            "person_id": person.id,
            "kind": "once",
            "message": "one_off",
            "one_off_id": one_off_id,
            "due_at": at,
            "send_at": at,
            "silent": silent,
        }
        await store.add_deliveries(tx, [delivery])
    return due_at


async def plans(db: Database, person: Person) -> list[Standing]:
    """Every plan of a person with its history."""
    async with db.transaction() as tx:
        rows = await store.plan_rows(tx, person.id)
        slots = await store.slots_of(tx, [row.id for row in rows])
    return [_standing(store.plan_from(row, person.zone), slots[row.id]) for row in rows]


async def kept_plans(db: Database, person: Person) -> list[Plan]:
    """Every plan of a person without its history, oldest first."""
    async with db.transaction() as tx:
        rows = await store.plan_rows(tx, person.id)
    return [store.plan_from(row, person.zone) for row in rows]


async def plan(db: Database, person: Person, plan_id: int) -> Standing:
    """One plan with its history. Raises NotFound."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        slots = await store.slots_of(tx, [row.id])
    return _standing(store.plan_from(row, zone), slots[row.id])


def _standing(kept: Plan, slots: list[Slot]) -> Standing:
    kept = skips.beyond(kept, slots)
    return Standing(kept, _progress(kept, slots), slots)


def _progress(kept: Plan, slots: Sequence[Slot]) -> Progress:
    """A plan's progress; its present week counts once nothing more of it is to come."""
    more = False
    slots = [slot for slot in slots if not skips.is_ahead(kept, slot)]
    if slots and kept.next_local is not None and not kept.paused:
        more = kept.next_local.isocalendar()[:2] == slots[-1].local.isocalendar()[:2]
    return model.progress(slots, model.slots_per_week(kept.rule), more, kept.goal_weeks)


async def pause(db: Database, person: Person, plan_id: int, until: date | None, now: datetime) -> Plan:
    """Rest a plan; with `until`, it goes on by itself on that local day. Slots of the pause do not exist: neutral."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        row.state, row.paused_until = "paused", until
        await store.drop_moved(tx, plan_id, now, model.instant_of(eve(until), row.zone or zone) if until else None)
        if until is None:
            row.next_local = row.next_due_at = None
        else:
            await reschedule(tx, row, zone, max(eve(until), model.local_of(now, row.zone or zone)))
        row.version += 1
        return store.plan_from(row, zone)


async def resume(db: Database, person: Person, plan_id: int, now: datetime) -> Plan:
    """Let a paused plan go on from its next slot."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        row.state, row.paused_until, row.unanswered = "active", None, 0
        await reschedule(tx, row, zone, model.local_of(now, row.zone or zone))
        row.version += 1
        return store.plan_from(row, zone)


async def change(db: Database, person: Person, plan_id: int, draft: Draft, now: datetime) -> Plan:
    """Give a plan other days or times. Its history stays; a day that had its slot gets no second one."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        skipped = await skips.lift(tx, row, now)
        row.rule = model.rule_as_json(draft.rule)
        row.zone, row.outlet = draft.zone, draft.outlet
        row.goal_weeks = draft.goal_weeks
        row.starts_on = model.local_of(now, row.zone or zone).date()
        had = await store.last_slot_day(tx, plan_id)
        after = model.local_of(now, row.zone or zone)
        if had is not None and had >= after.date():
            after = datetime.combine(had, time.max)
        if row.state == "active":
            schedule(row, zone, after)
        elif row.paused_until is not None:
            schedule(row, zone, max(eve(row.paused_until), after))
        await skips.again(tx, row, zone, [local.date() for local in skipped], now)
        row.version += 1
        return store.plan_from(row, zone)


async def delete(db: Database, person: Person, plan_id: int, now: datetime) -> Plan:
    """Take a plan away; `undelete` brings it back for a day."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id)
        row.deleted_at = now
        for slot in (await store.slots_of(tx, [plan_id]))[plan_id]:
            if slot.outcome is None:
                await outbox.cancel(tx, await store.waiting_messages(tx, slot.id))
        return store.plan_from(row, zone)


async def undelete(db: Database, person: Person, plan_id: int, now: datetime) -> Plan:
    """Bring a deleted plan back. Raises NotFound once it is gone for good."""
    async with db.transaction() as tx:
        row, zone = await store.plan_row(tx, plan_id, person.id, deleted=True)
        row.deleted_at = None
        if row.state == "active" or (row.next_due_at is not None and row.next_due_at <= now):
            await reschedule(tx, row, zone, model.local_of(now, row.zone or zone))
        for slot in (await store.slots_of(tx, [plan_id]))[plan_id]:
            if slot.outcome is None:
                await store.revive_message(tx, slot.id, now)
        return store.plan_from(row, zone)


async def move_person(db: Database, person: Person, zone: str, place: str | None, now: datetime) -> list[Plan]:
    """Put a person into another zone. Plans that name no zone of their own keep their wall times there.

    The slot each plan would have had next stays its next one: if its time has passed in the new zone it is due now, and
    one that had already come does not come again.
    """
    moved = []
    async with db.transaction() as tx:
        owner = await tx.get_one(PersonRow, person.id, with_for_update=True)
        owner.zone, owner.place, owner.zone_chosen = zone, place, True
        weekly.move(owner, now)
        for row in await store.plan_rows(tx, person.id):
            if row.zone is None and row.next_local is not None:
                row.next_due_at = max(now, model.instant_of(row.next_local, zone))
                preparing.follow(row, zone)
            if row.zone is None:
                await skips.follow_zone(tx, row, zone, now)
            moved.append(store.plan_from(row, zone))
    return moved


async def came_back(db: Database, person_id: int, now: datetime) -> None:
    """A person who had blocked the bot lets it write again: plans go on from their next slots."""
    async with db.transaction() as tx:
        owner = await tx.get(PersonRow, person_id, with_for_update=True)
        if owner is None:
            return
        owner.blocked_at = None
        for row in await store.plan_rows(tx, person_id):
            if row.next_due_at is not None and row.next_due_at <= now:
                await reschedule(tx, row, owner.zone, model.local_of(now, row.zone or owner.zone))


async def mark(
    db: Database, person: Person, slot_id: int, outcome: Outcome, now: datetime, *, by: int | None = None
) -> Marked:
    """Record that the person published for this slot, or skips it. `by`: who of the group `person` answered.

    A missed slot can be repaired for 48 hours after it was due. Later than that, "published" is kept but counts no
    more, and a skip raises SlotClosed. Raises NotFound, and AlreadyMarked when another one of the group was first.
    """
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        if by is not None and row.outcome in (Outcome.DONE, Outcome.SKIPPED):
            raise AlreadyMarked
        in_time = now <= max(row.closes_at, row.due_at + model.REPAIR)
        if not in_time and outcome is not Outcome.DONE:
            raise SlotClosed
        before = await _plan_progress(tx, plan_row, zone)
        row.published_at = now if outcome is Outcome.DONE else None
        row.decided_at, row.done_by = now, by
        if in_time:
            row.outcome = outcome
        plan_row.unanswered = 0
        await outbox.cancel(tx, await store.waiting_messages(tx, slot_id))
        await tx.flush()
        return await _marked(tx, row, plan_row, zone, before)


async def done_early(db: Database, person: Person, plan_id: int, now: datetime, *, by: int | None = None) -> Marked:
    """Record that the person published before the reminder of the plan's next slot, within its tolerance.

    `by`: who of the group `person` answered.

    Raises SlotClosed when the next slot is further away than six hours, NotFound.
    """
    async with db.transaction() as tx:
        plan_row, zone = await store.plan_row(tx, plan_id, person.id)
        local, due = plan_row.next_local, plan_row.next_due_at
        if local is None or due is None or due - now > model.EARLY:
            raise SlotClosed
        before = await _plan_progress(tx, plan_row, zone)
        schedule(plan_row, zone, local)
        rows = await store.add_slots(
            tx,
            [
                {
                    "plan_id": plan_id,
                    "person_id": person.id,
                    "local_date": local.date(),
                    "local_time": local.time(),
                    "due_at": due,
                    "closes_at": model.closes_at(due, plan_row.next_due_at),
                    "outcome": Outcome.DONE,
                    "decided_at": now,
                    "published_at": now,
                    "outage": False,
                }
            ],
        )
        if not rows:
            raise SlotClosed
        rows[0].done_by = by
        plan_row.unanswered = 0
        return await _marked(tx, rows[0], plan_row, zone, before)


async def undo(db: Database, person: Person, slot_id: int, now: datetime) -> Marked:
    """Open a slot again that was just answered for; a reminder still to come comes after all.

    Raises SlotClosed ten minutes after the answer.
    """
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        before = await _plan_progress(tx, plan_row, zone)
        if row.outcome is not None:
            if row.decided_at is None or now - row.decided_at > UNDO:
                raise SlotClosed
            if now <= max(row.closes_at, row.due_at + model.REPAIR):
                row.outcome = None
            row.decided_at = row.published_at = row.done_by = None
            if not await store.revive_message(tx, slot_id, now) and row.due_at > now:
                owner = await tx.get_one(PersonRow, person.id)
                await store.add_deliveries(tx, [timer.first_delivery(row, owner)])
                plan_row.reminded_at = now
        await tx.flush()
        return await _marked(tx, row, plan_row, zone, before)


async def snooze(db: Database, person: Person, slot_id: int, choice: Snooze | datetime, now: datetime) -> datetime:
    """Put this slot's reminder off, by a choice or to an instant, and return when it comes.

    The plan stays where it is. Raises SlotClosed.
    """
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        if row.outcome in (Outcome.DONE, Outcome.SKIPPED) or now > max(row.closes_at, row.due_at + model.REPAIR):
            raise SlotClosed
        plan_row.unanswered = 0
        row.follow_up_at = None
        wall = plan_row.zone or zone
        at = choice if isinstance(choice, datetime) else model.snoozed_until(choice, row.local_time, now, wall)
        owner = await tx.get_one(PersonRow, person.id)
        at, silent = softened(at, owner.zone, person.quiet)
        await outbox.cancel(tx, await store.waiting_messages(tx, slot_id))
        delivery = {
            "key": f"slot:{slot_id}:snooze:{int(at.timestamp())}:{int(now.timestamp() * 1000)}",
            "person_id": person.id,
            "kind": "snooze",
            "message": "reminder",
            "slot_id": slot_id,
            "due_at": at,
            "send_at": at,
            "silent": silent,
        }
        await store.add_deliveries(tx, [delivery])
    return at


async def _plan_progress(tx: AsyncSession, row: PlanRow, zone: str) -> Progress:
    return _progress(store.plan_from(row, zone), (await store.slots_of(tx, [row.id]))[row.id])


async def _marked(tx: AsyncSession, row: SlotRow, plan_row: PlanRow, zone: str, before: Progress) -> Marked:
    kept = store.plan_from(plan_row, zone)
    return Marked(kept, store.slot_from(row), await _plan_progress(tx, plan_row, zone), before)


async def slot(db: Database, person: Person, slot_id: int) -> tuple[Plan, Slot]:
    """One slot and its plan. Raises NotFound."""
    async with db.transaction() as tx:
        row, plan_row, zone = await store.slot_row(tx, slot_id, person.id)
        return store.plan_from(plan_row, zone), store.slot_from(row)


async def open_slots(db: Database, person: Person, slot_ids: Sequence[int]) -> list[tuple[Plan, Slot]]:
    """Those of the named slots that still wait for an answer."""
    async with db.transaction() as tx:
        rows = await store.slots_by_id(tx, person.id, slot_ids)
    return [(store.plan_from(row, person.zone), each) for each, row in rows if each.outcome is None]


async def outlet_of_one_off(db: Database, person: Person, one_off_id: int) -> Outlet | None:
    """What a one-off reminder is about. Raises NotFound."""
    async with db.transaction() as tx:
        row = await store.one_off(tx, person.id, one_off_id)
    if row is None:
        raise NotFound
    return Outlet(row.outlet) if row.outlet else None


async def agenda(db: Database, person: Person, now: datetime) -> tuple[list[Due], list[Due]]:
    """What is due today, and what the rest of seven days brings. Open slots of yesterday count as today's."""
    local_now = model.local_of(now, person.zone)
    day_start = model.instant_of(datetime.combine(local_now.date(), time.min), person.zone)
    day_end = model.instant_of(datetime.combine(local_now.date() + timedelta(days=1), time.min), person.zone)
    week_end = day_end + timedelta(days=6)
    async with db.transaction() as tx:
        recent = await store.slots_between(tx, person.id, day_start - timedelta(days=1), week_end)
        rows = await store.plan_rows(tx, person.id)
    found = [
        Due(store.plan_from(row, person.zone), Moment(each.local, each.due_at), each)
        for each, row in recent
        if each.due_at >= day_start or each.outcome is None
    ]
    for row in rows:
        kept = store.plan_from(row, person.zone)
        if kept.next_local is None or kept.next_due_at is None:
            continue
        upcoming = [Moment(kept.next_local, kept.next_due_at)]
        for local in model.walk(kept.rule, kept.starts_on, kept.next_local):
            moment = Moment(local, model.instant_of(local, kept.wall_zone))
            if moment.instant >= week_end:
                break
            upcoming.append(moment)
        there = {each.local for each, plan_row in recent if plan_row.id == row.id}
        found += [Due(kept, each, None) for each in upcoming if each.instant < week_end and each.local not in there]
    found.sort(key=lambda due: due.moment.instant)
    return [due for due in found if due.moment.instant < day_end], [d for d in found if d.moment.instant >= day_end]


def this_week(kept: Plan, now: datetime) -> list[Moment]:
    """A plan's slots to come until Sunday night, its own time."""
    local = model.local_of(now, kept.wall_zone)
    monday = local.date() + timedelta(days=8 - local.isoweekday())
    found = []
    for each in model.walk(kept.rule, kept.starts_on, local):
        if each.date() >= monday:
            break
        found.append(Moment(each, model.instant_of(each, kept.wall_zone)))
    return found
