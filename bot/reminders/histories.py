"""What became of somebody's plans, outlet by outlet."""

from __future__ import annotations

from datetime import datetime

from bot.db.engine import Database
from bot.people import Person
from bot.reminders import model, service, statistics
from bot.reminders.model import Outlet
from bot.reminders.service import Standing
from bot.reminders.statistics import History


async def histories(db: Database, person: Person, now: datetime) -> list[History]:
    """The history of each outlet that has had a slot, the oldest plan's outlet first."""
    by_outlet: dict[Outlet | None, list[Standing]] = {}
    for standing in await service.plans(db, person):
        by_outlet.setdefault(standing.plan.outlet, []).append(standing)
    told = [_history(outlet, standings, now) for outlet, standings in by_outlet.items()]
    return [each for each in told if each.slots]


def _history(outlet: Outlet | None, standings: list[Standing], now: datetime) -> History:
    plans = [standing.plan for standing in standings]
    goals = [plan.goal_weeks for plan in plans if plan.goal_weeks is not None]
    return statistics.history(
        outlet,
        slots=(slot for standing in standings for slot in standing.slots),
        planned=(moment.local for plan in plans if not plan.paused for moment in service.this_week(plan, now)),
        per_week=sum(model.slots_per_week(plan.rule) for plan in plans),
        goal_weeks=max(goals, default=None),
        own=standings[0].progress if len(standings) == 1 else None,
    )
