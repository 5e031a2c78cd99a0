"""Holidays that meet somebody's plans: what can be offered as a pause of some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.db.engine import Database
from bot.people import Person
from bot.reminders import holidays, model, service, skips
from bot.reminders.holidays import Holiday
from bot.reminders.store import Plan


@dataclass(frozen=True, slots=True)
class OffDays:
    """A holiday and how many publications fall on its days; none are left when they are `skipped`."""

    holiday: Holiday
    count: int
    skipped: bool


async def of_plan(db: Database, person: Person, plan_id: int, now: datetime) -> tuple[Plan, list[OffDays]]:
    """The plan, and the holidays of the next thirty days on which it has publications or has them skipped.

    Raises NotFound.
    """
    plan = (await service.plan(db, person, plan_id)).plan
    rests = (await skips.skipped(db, person, now)).get(plan_id, set())
    today = model.local_of(now, person.zone).date()
    met = (_met(each, [plan], rests, now) for each in holidays.coming(person.zone, today))
    return plan, [each for each in met if each is not None]


async def soon(db: Database, person: Person, now: datetime) -> OffDays | None:
    """The first holiday of the next seven days on which any plan has publications that are not skipped."""
    today = model.local_of(now, person.zone).date()
    ahead = holidays.coming(person.zone, today, holidays.SOON)
    if not ahead:
        return None
    plans = await service.kept_plans(db, person)
    skipped = await skips.skipped(db, person, now)
    for each in ahead:
        counts = [_count(each, plan, skipped.get(plan.id, set()), now) for plan in plans]
        if sum(counts):
            return OffDays(each, sum(counts), skipped=False)
    return None


def _met(each: Holiday, plans: Sequence[Plan], rests: set[date], now: datetime) -> OffDays | None:
    count = sum(_count(each, plan, rests, now) for plan in plans)
    days = (each.first + timedelta(days=number) for number in range((each.last - each.first).days + 1))
    skipped = not count and any(day in rests for day in days)
    return OffDays(each, count, skipped) if count or skipped else None


def _count(each: Holiday, plan: Plan, rests: set[date], now: datetime) -> int:
    return sum(local.date() not in rests for local in skips.ahead(plan, each.first, each.last, now))
