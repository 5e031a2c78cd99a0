"""When the weekly digest comes: on Sunday evening. What it says is in `review.py`.

Each person's row holds the Sunday of their next digest; its instant is a cache in the person's zone, as a plan's next
slot is. So a move between zones neither doubles a Sunday nor loses one.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from bot import outbox
from bot.db.tables import PersonRow, PlanRow
from bot.people import quiet_of
from bot.reminders import model
from bot.reminders.model import Reminding
from bot.reminders.quiet import softened

AT = time(20)
"""Sunday, local: after the hours at which most people publish, before most quiet hours."""
STALE = timedelta(hours=24)
"""How late a digest may still go out; after that the new week has begun."""


def coming_sunday(zone: str, now: datetime) -> date:
    """The first Sunday whose evening, in `zone`, lies ahead."""
    today = model.local_of(now, zone).date()
    sunday = today + timedelta(days=7 - today.isoweekday())
    return sunday if instant(sunday, zone) > now else sunday + timedelta(days=7)


def instant(sunday: date, zone: str) -> datetime:
    """When the digest of that Sunday is due."""
    return model.instant_of(datetime.combine(sunday, AT), zone)


def begin(owner: PersonRow, now: datetime) -> None:
    """Somebody has a plan: their digests begin, unless they have."""
    if owner.weekly_on is None:
        owner.weekly_on = coming_sunday(owner.zone, now)
        owner.weekly_at = instant(owner.weekly_on, owner.zone)


def move(owner: PersonRow, now: datetime) -> None:
    """Somebody is in another zone now: the same Sunday, its evening there, at once if that has passed."""
    if owner.weekly_on is not None:
        owner.weekly_at = max(now, instant(owner.weekly_on, owner.zone))


async def queue_due(tx: AsyncSession, now: datetime, limit: int) -> int:
    """Queue the digests that are due. Returns how many people were looked at."""
    due = PersonRow.weekly_at <= now, PersonRow.blocked_at.is_(None)
    claimed = (
        select(PersonRow).options(defer(PersonRow.first_name)).where(*due).order_by(PersonRow.weekly_at).limit(limit)
    )
    owners = list(await tx.scalars(claimed.with_for_update(skip_locked=True)))
    if not owners:
        return 0
    kept = PlanRow.person_id.in_([owner.id for owner in owners]), PlanRow.deleted_at.is_(None)
    plans: dict[int, list[bool]] = {}
    for person_id, state, unanswered in await tx.execute(
        select(PlanRow.person_id, PlanRow.state, PlanRow.unanswered).where(*kept)
    ):
        spoken_of = state == "active" and model.reminding(unanswered) is Reminding.ALWAYS
        plans.setdefault(person_id, []).append(spoken_of)
    for owner in owners:
        sunday, at = owner.weekly_on, owner.weekly_at
        owner.weekly_on = owner.weekly_at = None
        if owner.id not in plans or sunday is None or at is None:  # the next plan begins it again
            continue
        owner.weekly_on = max(sunday + timedelta(days=7), coming_sunday(owner.zone, now))
        owner.weekly_at = instant(owner.weekly_on, owner.zone)
        if not owner.weekly or now - at > STALE or not any(plans[owner.id]):
            continue
        send_at, silent = softened(max(at, now), owner.zone, quiet_of(owner))
        key = f"week:{owner.id}:{sunday:%G-W%V}"
        await outbox.add(tx, key, owner.id, "week", {"sunday": sunday.isoformat()}, send_at, silent=silent)
    return len(owners)


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next digest is due."""
    return await tx.scalar(select(func.min(PersonRow.weekly_at)).where(PersonRow.blocked_at.is_(None)))
