"""What a publication proves: which slot it fulfils, and when to look for the next one. Pure rules.

A feed is advisory: only what was seen changes anything. One publication fulfils one slot and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.reminders.model import EARLY, REPAIR, Outcome, Outlet


class FeedKind(StrEnum):
    """Where publications show by themselves."""

    TELEGRAM = "telegram"
    YOUTUBE = "youtube"


class FeedState(StrEnum):
    """What is known of a feed: nothing was published yet, something was, or it does not answer."""

    UNSEEN = "unseen"
    SEEN = "seen"
    DOWN = "down"


OUTLETS: dict[FeedKind, tuple[Outlet, ...]] = {
    FeedKind.TELEGRAM: (Outlet.TELEGRAM,),
    FeedKind.YOUTUBE: (Outlet.YOUTUBE, Outlet.SHORTS),
}

NEAR = timedelta(hours=2)  # on both sides of a slot a feed is read more often
NEAR_EVERY = timedelta(minutes=15)
EVERY = timedelta(hours=1)
LONGEST_NEAR = timedelta(hours=1)
LONGEST = timedelta(hours=6)
MEMORY = timedelta(days=14)  # for so long after a slot a feed that was down may still bring its proof
DOWN_AFTER = 2  # failures in a row: one alone is a hiccup
NEUTRAL_FOR = timedelta(days=14)  # how long a feed may be down and still excuse a slot


@dataclass(frozen=True, slots=True)
class Item:
    """One publication. `outlets`: what it may be, the likeliest first. `title` is None where only the link is kept."""

    id: str
    published_at: datetime
    outlets: tuple[Outlet, ...]
    link: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A slot that a publication may fulfil; `slot_id` is None for a plan's next slot, which has no row yet.

    `linked`: a publication stands for it already. `since`: when its plan began.
    """

    plan_id: int
    slot_id: int | None
    outlet: Outlet
    due_at: datetime
    closes_at: datetime
    since: datetime
    outcome: Outcome | None = None
    linked: bool = False

    def covers(self, moment: datetime) -> bool:
        """From six hours before the slot until it closes: twelve hours after, never past the next one."""
        return self.due_at - EARLY <= moment < self.closes_at

    @property
    def confirms(self) -> bool:
        """The person said so already; the publication only adds its link."""
        return self.outcome is Outcome.DONE and not self.linked


def fulfilled(item: Item, slots: Iterable[Candidate], now: datetime, connected_at: datetime) -> Candidate | None:
    """The slot that `item` fulfils, among `slots` around it; None when it is beside all of them.

    Within their windows the earliest slot wins; what comes after a slot has closed, and before any other's window,
    repairs it for 48 hours. Who skipped a slot said so, and it stays skipped. A publication in time is found late when
    its feed was down: it counts for slots since the feed was connected.
    """
    found = [each for each in slots if each.outlet in item.outlets and item.published_at >= each.since]
    found.sort(key=lambda each: (item.outlets.index(each.outlet), each.due_at, each.plan_id))
    within = [each for each in found if each.covers(item.published_at)]
    for each in within:
        if each.confirms:
            return each
        if each.outcome in (None, Outcome.MISSED, Outcome.UNKNOWN) and _still_counts(each, now, connected_at):
            return each
    if within:
        return None
    for each in found:
        late = each.closes_at <= item.published_at <= each.due_at + REPAIR
        if late and each.outcome in (None, Outcome.MISSED, Outcome.UNKNOWN) and now <= each.due_at + REPAIR:
            return each
    return None


def _still_counts(slot: Candidate, now: datetime, connected_at: datetime) -> bool:
    if now <= max(slot.closes_at, slot.due_at + REPAIR):
        return True
    return connected_at <= slot.due_at and now <= slot.due_at + MEMORY


def next_check(now: datetime, slots: Sequence[datetime], failures: int, spread: float) -> datetime:
    """When to read a feed again: every 15 minutes around a slot, else hourly, less often while it fails.

    `slots`: due moments of the plans it proves, to come or still open. `spread` is -1..1: a tenth of the time more or
    less, so that feeds do not come all at once.
    """
    near = any(abs(due - now) <= NEAR for due in slots)
    usual, longest = (NEAR_EVERY, LONGEST_NEAR) if near else (EVERY, LONGEST)
    at = now + min(usual * (1 << min(failures, 10)), longest) * (1 + spread / 10)
    ahead = [due - NEAR for due in slots if due - NEAR > now]
    return min([at, *ahead])
