"""What the weekly digest says: what the week was, plan by plan, and which slots the next one brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.db.engine import Database
from bot.people import Person
from bot.reminders import model, service
from bot.reminders.model import Moment, Outcome, Progress, Reminding, Slot
from bot.reminders.store import Plan


@dataclass(frozen=True, slots=True)
class PlanWeek:
    """One plan in a week that ends: its slots, what it adds up to, and the slots of the week that follows."""

    plan: Plan
    slots: list[Slot]
    progress: Progress
    coming: list[Moment]

    def count(self, *outcomes: Outcome | None) -> int:
        """How many slots of the week have one of these outcomes; None stands for those that are open."""
        return sum(slot.outcome in outcomes for slot in self.slots)


async def week(db: Database, person: Person, sunday: date) -> list[PlanWeek]:
    """The week that ends with `sunday` and the one after it, plan by plan, by each plan's own days.

    Plans with nothing in either are left out, and so are those that went silent because nobody answers.
    """
    monday, last = sunday - timedelta(days=6), sunday + timedelta(days=7)
    found = []
    for standing in await service.plans(db, person):
        plan = standing.plan
        if model.reminding(plan.unanswered) is not Reminding.ALWAYS:
            continue
        slots = [slot for slot in standing.slots if monday <= slot.local.date() <= sunday]
        coming = _coming(plan, standing.slots, sunday, last)
        if slots or coming:
            found.append(PlanWeek(plan, slots, standing.progress, coming))
    return found


def _coming(plan: Plan, slots: list[Slot], sunday: date, last: date) -> list[Moment]:
    """A plan's slots after `sunday` and not after `last`: those that were moved, and those of its rule that are not
    skipped ahead."""
    found = [
        Moment(slot.local, slot.due_at) for slot in slots if slot.outcome is None and sunday < slot.local.date() <= last
    ]
    if plan.next_local is None:
        return found
    there = {slot.local for slot in slots}
    for local in model.walk(plan.rule, plan.starts_on, _before(plan.next_local)):
        if local.date() > last:
            break
        if local.date() > sunday and local not in there:
            found.append(Moment(local, model.instant_of(local, plan.wall_zone)))
    return sorted(found, key=lambda moment: moment.instant)


def _before(local: datetime) -> datetime:
    """Just before a slot, for a walk that begins with it."""
    return local - timedelta(minutes=1)
