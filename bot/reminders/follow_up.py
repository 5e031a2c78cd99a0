"""One question two hours after a reminder that nobody answered.

A slot carries the moment of its follow-up from the start; whether there is still something to ask is looked at then,
so nobody who answers for a slot has to think of it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot.db.tables import DeliveryRow, OutboxRow, PersonRow, PlanRow, SlotRow
from bot.people import quiet_of
from bot.reminders import model, store
from bot.reminders.model import Reminding
from bot.reminders.quiet import softened


def follow_up_at(due_at: datetime, closes_at: datetime, unanswered: int) -> datetime | None:
    """When to ask about a slot; None if it closes before, or if its plan goes silent because nobody answers."""
    at = due_at + model.FOLLOW_UP_AFTER
    return at if at < closes_at and model.reminding(unanswered) is Reminding.ALWAYS else None


async def queue_due(tx: AsyncSession, now: datetime, limit: int) -> int:
    """Ask about the slots whose moment has come and that still wait for an answer. Returns how many were looked at."""
    due = SlotRow.follow_up_at <= now, PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None)
    found = (
        select(SlotRow, PlanRow, PersonRow)
        .join(PlanRow, PlanRow.id == SlotRow.plan_id)
        .join(PersonRow, PersonRow.id == SlotRow.person_id)
        .options(defer(SlotRow.link), defer(PlanRow.checklist), defer(PersonRow.first_name))
        .where(*due)
        .order_by(SlotRow.follow_up_at)
        .limit(limit)
        .with_for_update(skip_locked=True, of=SlotRow.__table__)
    )
    rows = [(slot, plan, person) for slot, plan, person in await tx.execute(found)]
    if not rows:
        return 0
    reached = await _reached(tx, [slot.id for slot, _, _ in rows])
    deliveries = []
    for slot, plan, person in rows:
        if slot.id in reached:
            deliveries += _delivery(slot, plan, person, now)
        slot.follow_up_at = None
    await store.add_deliveries(tx, deliveries)
    return len(rows)


async def _reached(tx: AsyncSession, slot_ids: list[int]) -> set[int]:
    """Those of the slots whose reminder has gone out."""
    sent = DeliveryRow.slot_id.in_(slot_ids), DeliveryRow.kind == "first", OutboxRow.state == "sent"
    joined = select(DeliveryRow.slot_id).join(OutboxRow, OutboxRow.id == DeliveryRow.outbox_id)
    return {slot_id for slot_id in await tx.scalars(joined.where(*sent)) if slot_id is not None}


def _delivery(slot: SlotRow, plan: PlanRow, owner: PersonRow, now: datetime) -> list[dict[str, Any]]:
    """The follow-up of a slot, for `store.add_deliveries`, if there is one to send.

    In quiet hours it waits for their end, if the person said so, and is left out otherwise; nothing is asked about a
    slot that is closed by then, nor long after the moment has passed.
    """
    at = slot.follow_up_at
    silent_plan = model.reminding(plan.unanswered) is not Reminding.ALWAYS
    if at is None or slot.outcome is not None or slot.outage or not owner.follow_up or silent_plan:
        return []
    send_at, silent = softened(max(at, now), owner.zone, quiet_of(owner))
    if silent or send_at >= slot.closes_at or now - at > model.LATE_SEND:
        return []
    return [
        {
            "key": f"slot:{slot.id}:follow_up:{int(slot.due_at.timestamp())}",
            "person_id": slot.person_id,
            "kind": "follow_up",
            "message": "follow_up",
            "slot_id": slot.id,
            "due_at": send_at,
            "send_at": send_at,
            "silent": False,
        }
    ]


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next slot may have to be asked about."""
    # Slot by slot, the first one first: a join would begin with everybody there is.
    whose = PlanRow.id == SlotRow.plan_id, PersonRow.id == SlotRow.person_id
    standing = exists().where(*whose, PlanRow.deleted_at.is_(None), PersonRow.blocked_at.is_(None))
    waiting = select(SlotRow.follow_up_at).where(SlotRow.follow_up_at.is_not(None), standing)
    return await tx.scalar(waiting.order_by(SlotRow.follow_up_at).limit(1))
