"""Queries about who takes turns in a group. Every one takes an open transaction and never commits.

The members of a group stand in a queue: whoever has the first position takes the next slot and goes to the end.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import MemberRow, PersonRow, PlanRow, SlotRow
from bot.reminders.model import Outcome


async def queue(tx: AsyncSession, group_id: int) -> list[MemberRow]:
    """The members of a group, locked, whoever is next first."""
    mine = select(MemberRow).where(MemberRow.group_id == group_id)
    return list(await tx.scalars(mine.order_by(MemberRow.position, MemberRow.person_id).with_for_update()))


def to_the_end(queued: list[MemberRow], member: MemberRow) -> None:
    """The member has had a turn."""
    member.position = max(each.position for each in queued) + 1
    queued.remove(member)
    queued.append(member)


async def assign(tx: AsyncSession, slots: Sequence[SlotRow]) -> None:
    """Give each new slot of a group to whoever is next. A slot that came and went during an outage is nobody's."""
    ours = [slot for slot in slots if slot.person_id < 0 and slot.outcome in (None, Outcome.DONE)]
    for group_id in sorted({slot.person_id for slot in ours}):
        queued = await queue(tx, group_id)
        for slot in sorted(ours, key=lambda each: (each.due_at, each.plan_id)):
            if slot.person_id == group_id and queued:
                slot.assigned_to = queued[0].person_id
                to_the_end(queued, queued[0])


async def add(tx: AsyncSession, group_id: int, person_id: int, name: str, now: datetime) -> MemberRow:
    """A new member at the end of the queue."""
    last = await tx.scalar(select(func.max(MemberRow.position)).where(MemberRow.group_id == group_id))
    row = MemberRow(group_id=group_id, person_id=person_id, name=name[:64], position=(last or 0) + 1, joined_at=now)
    tx.add(row)
    await tx.flush()
    return row


async def remove(tx: AsyncSession, group_id: int, person_id: int) -> bool:
    """Take a member out of the queue. Whether they were in it."""
    mine = MemberRow.group_id == group_id, MemberRow.person_id == person_id
    gone = delete(MemberRow).where(*mine).returning(MemberRow.person_id)
    return (await tx.execute(gone)).first() is not None


async def release(tx: AsyncSession, group_id: int, person_id: int) -> None:
    """Slots that wait for somebody who is gone wait for everybody."""
    mine = SlotRow.person_id == group_id, SlotRow.assigned_to == person_id, SlotRow.outcome.is_(None)
    await tx.execute(update(SlotRow).where(*mine).values(assigned_to=None))


async def names(tx: AsyncSession, group_id: int, ids: Collection[int]) -> dict[int, str]:
    """What people are called in a group: as they joined it, else as they are known to the bot."""
    known = await tx.execute(select(PersonRow.id, PersonRow.first_name).where(PersonRow.id.in_(ids)))
    found = dict(iter(known))
    mine = MemberRow.group_id == group_id, MemberRow.person_id.in_(ids)
    members = await tx.execute(select(MemberRow.person_id, MemberRow.name).where(*mine))
    return found | dict(iter(members))


async def published(tx: AsyncSession, group_id: int, since: datetime) -> list[tuple[int, int]]:
    """Who marked how many slots of a group as published, as (person, count), most first."""
    counted = func.count()
    mine = SlotRow.person_id == group_id, SlotRow.published_at >= since, SlotRow.done_by.is_not(None)
    query = select(SlotRow.done_by, counted).join(PlanRow, PlanRow.id == SlotRow.plan_id).where(*mine)
    rows = await tx.execute(query.where(PlanRow.deleted_at.is_(None)).group_by(SlotRow.done_by))
    found = [(int(person_id), int(total)) for person_id, total in rows if person_id is not None]
    return sorted(found, key=lambda each: (-each[1], each[0]))
