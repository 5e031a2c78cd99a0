"""Queries about plans, slots and deliveries. Every one takes an open transaction and never commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import DeliveryRow, OneOffRow, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.errors import NotFound
from bot.reminders import feed_store, turns
from bot.reminders.model import GOAL_WEEKS, Outcome, Outlet, Rule, Slot, rule_as_json, rule_from_json


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it is kept. `zone` is the plan's own, `wall_zone` the one its times are read in."""

    id: int
    person_id: int
    outlet: Outlet | None
    rule: Rule
    zone: str | None
    wall_zone: str
    paused: bool
    paused_until: date | None
    starts_on: date
    next_local: datetime | None
    next_due_at: datetime | None
    unanswered: int
    reminded_at: datetime | None
    goal_weeks: int | None = GOAL_WEEKS


def plan_from(row: PlanRow, person_zone: str) -> Plan:
    """The plan in a row, read in the zone of its person unless it has its own."""
    return Plan(
        id=row.id,
        person_id=row.person_id,
        outlet=Outlet(row.outlet) if row.outlet else None,
        rule=rule_from_json(row.rule),
        zone=row.zone,
        wall_zone=row.zone or person_zone,
        paused=row.state == "paused",
        paused_until=row.paused_until,
        starts_on=row.starts_on,
        next_local=row.next_local,
        next_due_at=row.next_due_at,
        unanswered=row.unanswered,
        reminded_at=row.reminded_at,
        goal_weeks=row.goal_weeks,
    )


# What `Slot` holds, read without an object for each row: a person may have years of them.
_SLOT_COLUMNS = (
    SlotRow.id,
    SlotRow.plan_id,
    SlotRow.local_date,
    SlotRow.local_time,
    SlotRow.due_at,
    SlotRow.closes_at,
    SlotRow.outcome,
    SlotRow.outage,
    SlotRow.published_at,
)
_OUTCOMES: dict[str | None, Outcome] = {outcome.value: outcome for outcome in Outcome}


def slot_from(row: SlotRow) -> Slot:
    """The slot in a row."""
    return Slot(
        id=row.id,
        plan_id=row.plan_id,
        local=datetime.combine(row.local_date, row.local_time),
        due_at=row.due_at,
        closes_at=row.closes_at,
        outcome=Outcome(row.outcome) if row.outcome else None,
        outage=row.outage,
        published_at=row.published_at,
    )


async def add_plan(tx: AsyncSession, person_id: int, rule: Rule, values: dict[str, Any]) -> PlanRow:
    """Write a new plan and return its row."""
    row = PlanRow(person_id=person_id, rule=rule_as_json(rule), state="active", **values)
    tx.add(row)
    await tx.flush()
    return row


async def plan_row(tx: AsyncSession, plan_id: int, owner_id: int, *, deleted: bool = False) -> tuple[PlanRow, str]:
    """One plan of `owner_id`, locked, and its person's zone. Raises NotFound."""
    mine = PlanRow.id == plan_id, PlanRow.person_id == owner_id
    row = (
        await tx.execute(
            select(PlanRow, PersonRow.zone).join(PersonRow).where(*mine).with_for_update(of=PlanRow.__table__)
        )
    ).one_or_none()
    if row is None or (row[0].deleted_at is not None and not deleted):
        raise NotFound
    return row[0], row[1]


async def plan_rows(tx: AsyncSession, person_id: int) -> list[PlanRow]:
    """All plans of a person that are not deleted, oldest first."""
    kept = PlanRow.person_id == person_id, PlanRow.deleted_at.is_(None)
    return list(await tx.scalars(select(PlanRow).where(*kept).order_by(PlanRow.id)))


async def add_slots(tx: AsyncSession, slots: Sequence[dict[str, Any]]) -> list[SlotRow]:
    """Write slots and return those that are new: a local moment of a plan has one slot, whoever comes first."""
    if not slots:
        return []
    upsert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    statement = upsert(SlotRow).on_conflict_do_nothing(index_elements=["plan_id", "local_date", "local_time"])
    added = list(await tx.scalars(statement.returning(SlotRow), list(slots)))
    await turns.assign(tx, added)
    return added


async def assigned(
    tx: AsyncSession, owner_id: int, slot_ids: Sequence[int]
) -> list[tuple[int, int | None, int | None]]:
    """Of the named slots of a group: the slot, whose turn it is, who answered for it."""
    mine = SlotRow.person_id == owner_id, SlotRow.id.in_(slot_ids)
    rows = await tx.execute(select(SlotRow.id, SlotRow.assigned_to, SlotRow.done_by).where(*mine))
    return [(slot_id, person_id, done_by) for slot_id, person_id, done_by in rows]


async def add_deliveries(tx: AsyncSession, deliveries: Sequence[dict[str, Any]]) -> None:
    """Queue messages and write the deliveries they are, one statement each.

    Each dict: key, person_id, kind, slot_id or one_off_id, due_at, send_at, silent, message (the outbox kind).
    """
    if not deliveries:
        return
    messages = [
        {
            "key": each["key"],
            "person_id": each["person_id"],
            "chat_id": each["person_id"],
            "kind": each["message"],
            "parameters": {"slot_id": each.get("slot_id"), "one_off_id": each.get("one_off_id"), "kind": each["kind"]},
            "silent": each["silent"],
            "due_at": each["due_at"],
            "send_at": each["send_at"],
            "state": "waiting",
            "attempts": 0,
        }
        for each in deliveries
    ]
    queued = await tx.execute(insert(OutboxRow).returning(OutboxRow.id, OutboxRow.key), messages)
    ids = {key: row_id for row_id, key in queued}
    await tx.execute(
        insert(DeliveryRow),
        [
            {
                "person_id": each["person_id"],
                "slot_id": each.get("slot_id"),
                "one_off_id": each.get("one_off_id"),
                "kind": each["kind"],
                "due_at": each["due_at"],
                "outbox_id": ids[each["key"]],
            }
            for each in deliveries
        ],
    )


async def slot_row(tx: AsyncSession, slot_id: int, owner_id: int) -> tuple[SlotRow, PlanRow, str]:
    """One slot of `owner_id`, its plan, both locked, and the person's zone. Raises NotFound."""
    mine = SlotRow.id == slot_id, SlotRow.person_id == owner_id
    found = (
        await tx.execute(
            select(SlotRow, PlanRow, PersonRow.zone)
            .join(PlanRow, PlanRow.id == SlotRow.plan_id)
            .join(PersonRow, PersonRow.id == SlotRow.person_id)
            .where(*mine)
            .with_for_update(of=[SlotRow.__table__, PlanRow.__table__])
        )
    ).one_or_none()
    if found is None or found[1].deleted_at is not None:
        raise NotFound
    return found[0], found[1], found[2]


async def slot_at(tx: AsyncSession, plan_id: int, local: datetime) -> SlotRow | None:
    """The slot of a plan at a local moment, if it has been made."""
    key = SlotRow.plan_id == plan_id, SlotRow.local_date == local.date(), SlotRow.local_time == local.time()
    return await tx.scalar(select(SlotRow).where(*key))


async def drop_moved(tx: AsyncSession, plan_id: int, now: datetime, before: datetime | None) -> None:
    """Forget the plan's slots that were moved and have not come, up to `before`; their messages have nothing to say."""
    ahead = SlotRow.plan_id == plan_id, SlotRow.outcome.is_(None), SlotRow.due_at > now
    await tx.execute(delete(SlotRow).where(*ahead, SlotRow.due_at < before if before is not None else true()))


async def slots_of(tx: AsyncSession, plan_ids: Sequence[int]) -> dict[int, list[Slot]]:
    """All slots of the plans, oldest first, by plan."""
    found: dict[int, list[Slot]] = {plan_id: [] for plan_id in plan_ids}
    ordered = select(*_SLOT_COLUMNS).where(SlotRow.plan_id.in_(plan_ids)).order_by(SlotRow.due_at, SlotRow.id)
    for slot_id, plan_id, day, at, due_at, closing, outcome, outage, published in await tx.execute(ordered):
        local = datetime.combine(day, at)
        found[plan_id].append(Slot(slot_id, plan_id, local, due_at, closing, _OUTCOMES.get(outcome), outage, published))
    return found


async def last_slot_day(tx: AsyncSession, plan_id: int) -> date | None:
    """The latest local date on which the plan has had a slot."""
    return await tx.scalar(select(func.max(SlotRow.local_date)).where(SlotRow.plan_id == plan_id))


async def waiting_messages(tx: AsyncSession, slot_id: int) -> list[int]:
    """Outbox ids of the slot's deliveries that have not gone out."""
    waiting = DeliveryRow.slot_id == slot_id, OutboxRow.state == "waiting"
    return list(await tx.scalars(select(OutboxRow.id).join(DeliveryRow).where(*waiting)))


async def revive_message(tx: AsyncSession, slot_id: int, now: datetime) -> bool:
    """Let the slot's latest message wait again if it was taken back before its time. Whether the slot ever had one."""
    latest = select(OutboxRow).join(DeliveryRow, DeliveryRow.outbox_id == OutboxRow.id)
    row = await tx.scalar(latest.where(DeliveryRow.slot_id == slot_id).order_by(DeliveryRow.id.desc()).limit(1))
    if row is not None and row.state == "cancelled" and row.send_at > now:
        row.state, row.claimed_until = "waiting", None
    return row is not None


async def close_slots(tx: AsyncSession, now: datetime, limit: int) -> int:
    """Give every slot whose time is over its outcome, and count unanswered reminders on the plan.

    Missed if the reminder had gone out, or was withheld because nobody answers; unknown if it did not reach the person,
    or if the feed that would have shown the publication is down.
    """
    over = select(SlotRow).where(SlotRow.outcome.is_(None), SlotRow.closes_at <= now).order_by(SlotRow.closes_at)
    slots = list(await tx.scalars(over.limit(limit).with_for_update(skip_locked=True)))
    if not slots:
        return 0
    first = DeliveryRow.slot_id.in_([slot.id for slot in slots]), DeliveryRow.kind == "first"
    states: dict[int, tuple[str, int]] = {
        slot_id: (state, outbox_id)
        for slot_id, state, outbox_id in await tx.execute(
            select(DeliveryRow.slot_id, OutboxRow.state, OutboxRow.id)
            .join(OutboxRow)
            .where(*first)
            .order_by(DeliveryRow.id)  # the last counts: a slot that was moved is announced once more
        )
        if slot_id is not None
    }
    unanswered: dict[int, int] = {}
    undelivered: list[int] = []
    excused = await feed_store.excused(tx, slots, now)
    for slot in slots:
        state, outbox_id = states.get(slot.id, ("withheld", 0))
        reached = state == "sent" and not slot.outage
        missed = (reached or state == "withheld") and slot.id not in excused
        slot.outcome = Outcome.MISSED if missed else Outcome.UNKNOWN
        slot.decided_at = now
        if reached:
            unanswered[slot.plan_id] = unanswered.get(slot.plan_id, 0) + 1
        if state == "waiting":
            undelivered.append(outbox_id)
    if unanswered:
        more = case(unanswered, value=PlanRow.id)
        changed = update(PlanRow).where(PlanRow.id.in_(unanswered)).values(unanswered=PlanRow.unanswered + more)
        await tx.execute(changed, execution_options={"synchronize_session": False})
    if undelivered:
        gone = OutboxRow.id.in_(undelivered), OutboxRow.state == "waiting"
        await tx.execute(update(OutboxRow).where(*gone).values(state="cancelled"))
    return len(slots)


async def too_late(tx: AsyncSession, now: datetime, before: datetime, limit: int) -> dict[int, list[int]]:
    """Slots whose first reminder still waits though it was due before `before`, of up to `limit` people, by person;
    the messages are taken back and the slots marked as our outage. What is being sent right now is left alone."""
    unclaimed = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now)
    late = (
        OutboxRow.state == "waiting",
        OutboxRow.kind == "reminder",
        OutboxRow.due_at < before,
        unclaimed,
        DeliveryRow.kind == "first",
    )
    concerned = select(OutboxRow.person_id).join(DeliveryRow, DeliveryRow.outbox_id == OutboxRow.id).where(*late)
    # People are locked, not messages: all that was late for somebody is one digest of one replica.
    people = select(PersonRow.id).where(PersonRow.id.in_(concerned)).order_by(PersonRow.id).limit(limit)
    ids = list(await tx.scalars(people.with_for_update(skip_locked=True, key_share=True)))
    if not ids:
        return {}
    messages = (
        select(OutboxRow, SlotRow)
        .join(DeliveryRow, DeliveryRow.outbox_id == OutboxRow.id)
        .join(SlotRow, SlotRow.id == DeliveryRow.slot_id)
        .where(*late, OutboxRow.person_id.in_(ids))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .with_for_update(skip_locked=True, of=OutboxRow.__table__)
    )
    found: dict[int, list[int]] = {}
    for message, slot in await tx.execute(messages):
        message.state = "cancelled"
        slot.outage = True
        if slot.outcome is None:
            found.setdefault(slot.person_id, []).append(slot.id)
    return found


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next plan is due or the next slot closes."""
    # Not min(): PostgreSQL reads all plans for that, as soon as another table is looked at too.
    first = select(PlanRow.next_due_at).join(PersonRow).order_by(PlanRow.next_due_at).limit(1)
    standing = PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None)
    due = await tx.scalar(first.where(PlanRow.next_due_at.is_not(None), *standing))
    closing = await tx.scalar(select(func.min(SlotRow.closes_at)).where(SlotRow.outcome.is_(None)))
    return min((moment for moment in (due, closing) if moment is not None), default=None)


async def slots_between(tx: AsyncSession, person_id: int, start: datetime, end: datetime) -> list[tuple[Slot, PlanRow]]:
    """Slots of a person due in [start, end) whose plan stands, in order."""
    window = SlotRow.person_id == person_id, SlotRow.due_at >= start, SlotRow.due_at < end
    rows = await tx.execute(
        select(SlotRow, PlanRow)
        .join(PlanRow, PlanRow.id == SlotRow.plan_id)
        .where(*window, PlanRow.deleted_at.is_(None))
        .order_by(SlotRow.due_at)
    )
    return [(slot_from(slot), plan) for slot, plan in rows]


async def slots_by_id(tx: AsyncSession, person_id: int, ids: Sequence[int]) -> list[tuple[Slot, PlanRow]]:
    """The named slots of a person with their plans, in order; those that are gone are left out."""
    mine = SlotRow.person_id == person_id, SlotRow.id.in_(ids), PlanRow.deleted_at.is_(None)
    joined = select(SlotRow, PlanRow).join(PlanRow, PlanRow.id == SlotRow.plan_id).where(*mine)
    rows = await tx.execute(joined.order_by(SlotRow.due_at))
    return [(slot_from(slot), plan) for slot, plan in rows]


async def add_one_off(tx: AsyncSession, person_id: int, outlet: str | None, due_at: datetime, now: datetime) -> int:
    """Write a one-off reminder and return its id."""
    row = OneOffRow(person_id=person_id, outlet=outlet, due_at=due_at, created_at=now)
    tx.add(row)
    await tx.flush()
    return row.id


async def one_off(tx: AsyncSession, person_id: int, one_off_id: int) -> OneOffRow | None:
    """A one-off reminder of a person."""
    return await tx.scalar(select(OneOffRow).where(OneOffRow.id == one_off_id, OneOffRow.person_id == person_id))


async def coming_one_offs(tx: AsyncSession, person_id: int, start: datetime, end: datetime) -> list[OneOffRow]:
    """One-off reminders of a person due in [start, end)."""
    window = OneOffRow.person_id == person_id, OneOffRow.due_at >= start, OneOffRow.due_at < end
    return list(await tx.scalars(select(OneOffRow).where(*window).order_by(OneOffRow.due_at)))
