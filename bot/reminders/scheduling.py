"""Setting a plan's next slot, inside the caller's transaction."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import PlanRow
from bot.reminders import model, preparing, store


def eve(day: date) -> datetime:
    """The last minute before a day."""
    return datetime.combine(day, time.min) - timedelta(minutes=1)


async def reschedule(tx: AsyncSession, row: PlanRow, person_zone: str, after: datetime) -> None:
    """Set a plan's next slot to the first one after `after`, a local wall time, that it has not had."""
    schedule(row, person_zone, after)
    while row.next_local is not None and await store.slot_at(tx, row.id, row.next_local) is not None:
        schedule(row, person_zone, row.next_local)


def schedule(row: PlanRow, person_zone: str, after: datetime) -> None:
    """Set a plan's next slot to the first one after `after`, a local wall time."""
    following = model.next_moment(model.rule_from_json(row.rule), row.zone or person_zone, row.starts_on, after)
    row.next_local = following.local if following else None
    row.next_due_at = following.instant if following else None
    preparing.follow(row, row.zone or person_zone)
