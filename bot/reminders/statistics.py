"""What a history of slots says: how punctual, what a year was. Pure: no clock, no database, no translation."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.reminders.model import GOAL_WEEKS, Outcome, Outlet, Progress, Slot, progress

YEAR_WEEKS: Final = 52
STEPS: Final = (10, 30, 120)  # minutes: up to the first is on time; then steps away from it, either way
ON_TIME: Final = len(STEPS)  # where that is among the counts


class Mark(StrEnum):
    """How a slot is shown. A freeze covered what is `frozen`; what is `late` was published but does not count."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    FROZEN = "frozen"
    NEUTRAL = "neutral"
    OPEN = "open"


Days = dict[date, tuple[Mark, ...]]
"""The marks of each local day that has slots, in order."""


@dataclass(frozen=True, slots=True)
class History:
    """Everything that became of the slots of one outlet, oldest first.

    `planned`: local moments still to come this week. `progress`: of all its plans together, in a row.
    """

    outlet: Outlet | None
    slots: tuple[Slot, ...]
    planned: tuple[datetime, ...]
    progress: Progress


def history(
    outlet: Outlet | None,
    slots: Iterable[Slot],
    planned: Iterable[datetime],
    per_week: float,
    goal_weeks: int | None = GOAL_WEEKS,
    own: Progress | None = None,
) -> History:
    """The history of an outlet. `own`: the progress of its only plan; with several it is counted here, over all."""
    kept = tuple(sorted(slots, key=lambda slot: (slot.local, slot.id)))
    made = {slot.local for slot in kept}
    coming = tuple(sorted(moment for moment in planned if moment not in made))
    if own is None:
        more = bool(kept) and any(_week(moment) == _week(kept[-1].local) for moment in coming)
        own = progress(kept, per_week, more, goal_weeks)
    return History(outlet, kept, coming, own)


def _week(moment: datetime) -> tuple[int, int]:
    return moment.isocalendar()[:2]


def mark(slot: Slot, frozen: frozenset[int] = frozenset()) -> Mark:
    """How one slot is shown."""
    if slot.late:
        return Mark.LATE
    if slot.outcome is None:
        return Mark.OPEN
    if slot.outcome.neutral:
        return Mark.NEUTRAL
    if slot.outcome is Outcome.MISSED:
        return Mark.FROZEN if slot.id in frozen else Mark.MISSED
    return Mark.DONE


def days(told: History, today: date, weeks: int) -> Days:
    """The marks of the last `weeks` weeks, the present one with what is still to come in it."""
    first = first_monday(today, weeks)
    found: dict[date, list[tuple[datetime, Mark]]] = {}
    for slot in told.slots:
        if slot.local.date() >= first:
            found.setdefault(slot.local.date(), []).append((slot.local, mark(slot, told.progress.frozen)))
    for moment in told.planned:
        found.setdefault(moment.date(), []).append((moment, Mark.OPEN))
    return {day: tuple(each for _, each in sorted(marks)) for day, marks in found.items()}


def first_monday(today: date, weeks: int) -> date:
    """The Monday with which the last `weeks` weeks begin; the present week is the last of them."""
    return today - timedelta(days=today.isoweekday() - 1, weeks=weeks - 1)


def counts(shown: Days) -> dict[Mark, int]:
    """How often each mark is there; marks that never come are 0."""
    found = dict.fromkeys(Mark, 0)
    for marks in shown.values():
        for each in marks:
            found[each] += 1
    return found


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How far from its time each slot was published.

    `counts`: more than 2 h before, 30 min to 2 h, 10 to 30 min before, on time, and the same after. `median`: minutes,
    below 0 before the time; None when nothing was published.
    """

    counts: tuple[int, ...]
    median: int | None

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def on_time(self) -> int:
        return self.counts[ON_TIME]

    @property
    def early(self) -> int:
        return sum(self.counts[:ON_TIME])

    @property
    def late(self) -> int:
        return sum(self.counts[ON_TIME + 1 :])


def punctuality(slots: Iterable[Slot]) -> Punctuality:
    """When each published slot was published, compared with its time."""
    offsets = [(slot.published_at - slot.due_at) / timedelta(minutes=1) for slot in slots if slot.published_at]
    found = [0] * (2 * len(STEPS) + 1)
    for offset in offsets:
        steps = bisect_left(STEPS, abs(offset))
        found[ON_TIME + (steps if offset > 0 else -steps)] += 1
    return Punctuality(tuple(found), round(statistics.median(offsets)) if offsets else None)


@dataclass(frozen=True, slots=True)
class Year:
    """The last 52 weeks up to a day. `published` counts what came late, too."""

    first: date
    last: date
    days: Days
    published: int
    weeks: int
    best_weeks: int


def year(told: History, today: date) -> Year:
    """What the year up to today was."""
    shown = days(told, today, YEAR_WEEKS)
    found = counts(shown)
    return Year(
        first=first_monday(today, YEAR_WEEKS),
        last=today,
        days=shown,
        published=found[Mark.DONE] + found[Mark.LATE],
        weeks=told.progress.weeks,
        best_weeks=told.progress.best_weeks,
    )
