"""When somebody is nudged to prepare a slot: a day before it, three hours before it, or both. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.reminders import model
from bot.reminders.model import Moment, Rule

MOST_STEPS = 12
LONGEST_STEP = 58  # with its box it still fits on a button
HOURS_BEFORE = timedelta(hours=3)


class Lead(StrEnum):
    """How long before its slot a nudge comes."""

    DAY = "day"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One message about a slot to come. `at` is its instant."""

    lead: Lead
    slot: Moment
    at: datetime

    def useful(self, now: datetime) -> bool:
        """Whether it still helps at `now`: a nudge that was held up goes out while half its time is left."""
        return now < self.slot.instant and now - self.at <= (self.slot.instant - self.at) / 2


def nudge(lead: Lead, slot: Moment, zone: str) -> Nudge:
    """The nudge of a slot: the same wall time a day before, or three hours of anybody's clock.

    Both are counted from the slot's instant: one that was moved keeps its local date and time as its name.
    """
    if lead is Lead.HOURS:
        return Nudge(lead, slot, slot.instant - HOURS_BEFORE)
    return Nudge(lead, slot, model.instant_of(model.local_of(slot.instant, zone) - timedelta(days=1), zone))


def slots_from(rule: Rule, zone: str, anchor: date, first: datetime | None) -> Iterator[Moment]:
    """A rule's slots from the wall time `first` on, that one included; none when it is None."""
    if first is None:
        return
    for local in model.walk(rule, anchor, first - timedelta(minutes=1)):
        yield Moment(local, model.instant_of(local, zone))


def between(slots: Iterable[Moment], leads: Collection[Lead], zone: str, start: datetime, end: datetime) -> list[Nudge]:
    """Nudges at instants in [start, end] of slots in order, soonest first."""
    found = []
    for slot in slots:
        mine = [nudge(lead, slot, zone) for lead in leads]
        if all(each.at > end for each in mine):
            break
        found += [each for each in mine if start <= each.at <= end]
    return sorted(found, key=lambda each: each.at)


def first_after(slots: Iterable[Moment], leads: Collection[Lead], zone: str, after: datetime | None) -> datetime | None:
    """When the first nudge comes that is later than `after`; the very first one when that is None."""
    waiting = set(leads)
    found: list[datetime] = []
    for slot in slots:
        for lead in list(waiting):
            at = nudge(lead, slot, zone).at
            if after is None or at > after:
                found.append(at)
                waiting.discard(lead)
        if not waiting:
            break
    return min(found, default=None)
