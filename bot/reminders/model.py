"""Plans, slots, streaks and scores as pure rules: no clock, no database, no translation.

A plan keeps what the person meant (local wall time, weekdays, zone); instants are computed from it each time, so a
change of zone rules never shifts anybody's seven in the evening.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby, islice
from typing import Any
from zoneinfo import ZoneInfo


class Outlet(StrEnum):
    """Where a person publishes."""

    YOUTUBE = "youtube"
    SHORTS = "shorts"
    TIKTOK = "tiktok"
    INSTAGRAM = "instagram"
    TELEGRAM = "telegram"
    PODCAST = "podcast"
    VK = "vk"


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """Weekdays (1 = Monday … 7 = Sunday, ascending, none twice) that share one local wall time."""

    weekdays: tuple[int, ...]
    at: time


@dataclass(frozen=True, slots=True)
class Monthly:
    """The nth (1..4, or -1 for the last) given weekday (1 = Monday) of each month."""

    nth: int
    weekday: int


@dataclass(frozen=True, slots=True)
class Rule:
    """When a plan's slots fall, in local dates and wall times.

    `times` is sorted by first weekday, then time. `every_weeks` counts weeks (Monday first) from the week of the first
    slot. With `monthly`, `times` holds exactly that weekday and `every_weeks` is 1. `start` and `until` are included.
    """

    times: tuple[WeeklyTime, ...]
    every_weeks: int = 1
    monthly: Monthly | None = None
    start: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that somebody described but has not turned on. `zone` is an IANA name, only when the text named one.

    `goal_weeks`: how many clean weeks in a row the person aims at; None for no goal.
    """

    rule: Rule
    outlet: Outlet | None = None
    zone: str | None = None
    goal_weeks: int | None = 13


@dataclass(frozen=True, slots=True)
class OneOff:
    """One reminder at one moment: naive local wall time in `zone`, or in the person's zone when that is None."""

    at: datetime
    outlet: Outlet | None = None
    zone: str | None = None


class Outcome(StrEnum):
    """What became of a slot. A skip and an outage of ours are neutral: they neither add nor break."""

    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"
    UNKNOWN = "unknown"

    @property
    def neutral(self) -> bool:
        return self in (Outcome.SKIPPED, Outcome.UNKNOWN)


EARLY = timedelta(hours=6)
LATE = timedelta(hours=12)
GOAL_WEEKS = 13
GOALS = (8, 13, 26, None)
MILESTONES = (4, 8, 13, 26)
CLEAN_WEEKS_PER_FREEZE = 4
MOST_FREEZES = 2
LATE_SEND = timedelta(minutes=30)
FOLLOW_UP_AFTER = timedelta(hours=2)
REPAIR = timedelta(hours=48)
HORIZON_DAYS = 800  # further ahead than any slot of a rule that has one: every 52 weeks, the last Friday of a month


@dataclass(frozen=True, slots=True)
class Moment:
    """One slot to come: its local wall time, naive, and the instant that is in the plan's zone."""

    local: datetime
    instant: datetime


def instant_of(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive wall time.

    A time that a change of clocks leaves out moves on by the gap; one that comes twice is its first coming.
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def local_of(instant: datetime, zone: str) -> datetime:
    """The naive wall time of an instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def walk(rule: Rule, anchor: date, after: datetime) -> Iterator[datetime]:
    """Wall times of the rule's slots later than `after` (naive, local), in order.

    `anchor` is the day the plan begins: weeks of `every_weeks` are counted from the week of its first slot.
    """
    first = max(filter(None, (rule.start, anchor)))
    by_day: dict[int, list[time]] = {}
    for group in rule.times:
        for weekday in group.weekdays:
            by_day.setdefault(weekday, []).append(group.at)
    if not by_day:
        return
    while first.isoweekday() not in by_day:
        first += timedelta(days=1)
    first_monday = first - timedelta(days=first.isoweekday() - 1)
    day = max(first, after.date())
    last = day + timedelta(days=HORIZON_DAYS)
    if rule.until is not None:
        last = min(last, rule.until)
    while day <= last:
        if rule.monthly is not None:
            wanted = day.isoweekday() == rule.monthly.weekday and _is_nth(day, rule.monthly.nth)
        else:
            weeks = (day - first_monday).days // 7
            wanted = day.isoweekday() in by_day and weeks % rule.every_weeks == 0
        if wanted:
            for at in sorted(by_day.get(day.isoweekday(), ())):
                local = datetime.combine(day, at)
                if local > after:
                    yield local
        day += timedelta(days=1)


def _is_nth(day: date, nth: int) -> bool:
    if nth == -1:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == nth


def next_moment(rule: Rule, zone: str, anchor: date, after: datetime) -> Moment | None:
    """The first slot after `after` (naive, local), or None when the rule has ended."""
    for local in walk(rule, anchor, after):
        return Moment(local, instant_of(local, zone))
    return None


def coming(rule: Rule, zone: str, anchor: date, now: datetime, count: int) -> list[Moment]:
    """The next `count` slots from the instant `now` on."""
    moments = (Moment(local, instant_of(local, zone)) for local in walk(rule, anchor, local_of(now, zone)))
    return list(islice((moment for moment in moments if moment.instant > now), count))


def closes_at(due: datetime, following: datetime | None) -> datetime:
    """Until when a slot can be fulfilled: twelve hours, never past the next slot."""
    end = due + LATE
    return min(end, following) if following is not None else end


def slots_per_week(rule: Rule) -> float:
    """Slots in an average week."""
    if rule.monthly is not None:
        return 12 / 52
    return sum(len(group.weekdays) for group in rule.times) / rule.every_weeks


@dataclass(frozen=True, slots=True)
class Slot:
    """One due moment of a plan, with its outcome; None while it is open.

    `published_at`: when the person says, or their channel shows, that they published; that may have been too late for
    the outcome to be done.
    """

    id: int
    plan_id: int
    local: datetime
    due_at: datetime
    closes_at: datetime
    outcome: Outcome | None = None
    outage: bool = False
    published_at: datetime | None = None

    @property
    def published(self) -> bool:
        return self.published_at is not None

    @property
    def late(self) -> bool:
        """Published after the time for it was over: shown, but not counted in a row."""
        return self.published and self.outcome is not Outcome.DONE


@dataclass(frozen=True, slots=True)
class Progress:
    """How steady a plan has been.

    streak: slots fulfilled in a row, a skip neutral, a freeze covering a miss. weeks: the same in clean weeks.
    score: 0..1, outcomes weighed so that one four weeks back counts half; None before the first outcome.
    freezes: left to spend. frozen: slots a freeze covered. goal_weeks: what the person aims at; None without a goal.
    goal: clean weeks of the present goal.
    """

    streak: int = 0
    weeks: int = 0
    best_weeks: int = 0
    score: float | None = None
    freezes: int = 0
    done: int = 0
    frozen: frozenset[int] = frozenset()
    goal_weeks: int | None = GOAL_WEEKS

    @property
    def goal(self) -> int:
        """Weeks of the present goal, 0..goal_weeks; the goal is renewed each time it is reached. 0 without one."""
        if not self.goal_weeks or not self.weeks:
            return 0
        return (self.weeks - 1) % self.goal_weeks + 1

    @property
    def milestone(self) -> bool:
        """Whether the last week is one to celebrate: 4, 8, 13 or 26 of the present goal, and its last one."""
        return (self.goal or self.weeks) in {*MILESTONES, self.goal_weeks}


def progress(
    slots: Iterable[Slot], per_week: float, more_this_week: bool, goal_weeks: int | None = GOAL_WEEKS
) -> Progress:
    """What a plan's slots, oldest first, add up to.

    A week counts when each of its slots is done or neutral and one at least is done; a week of neutral slots alone
    neither adds nor breaks. The last week counts once nothing of it is open or to come (`more_this_week`).
    One freeze is earned per four clean weeks in a row, two at most, and spent on a miss by itself.
    """
    streak = weeks = best = freezes = done = clean_run = 0
    weighed = total = 0.0
    frozen: set[int] = set()
    fade = 0.5 ** (1 / max(1.0, per_week * 4))
    by_week = [list(group) for _, group in groupby(slots, key=lambda slot: slot.local.isocalendar()[:2])]
    for number, week in enumerate(by_week):
        broken = False
        any_done = False
        is_open = number == len(by_week) - 1 and more_this_week
        for slot in week:
            if slot.outcome is None:
                is_open = True
                continue
            if slot.outcome is Outcome.DONE:
                streak, done, any_done = streak + 1, done + 1, True
                weighed, total = weighed * fade + 1, total * fade + 1
            elif slot.outcome is Outcome.MISSED:
                weighed, total = weighed * fade, total * fade + 1
                if freezes:
                    freezes -= 1
                    frozen.add(slot.id)
                else:
                    streak, broken = 0, True
        if broken:
            weeks = clean_run = 0
        elif any_done and not is_open:
            weeks += 1
            clean_run += 1
            if clean_run % CLEAN_WEEKS_PER_FREEZE == 0:
                freezes = min(MOST_FREEZES, freezes + 1)
        best = max(best, weeks)
    score = weighed / total if total else None
    return Progress(streak, weeks, best, score, freezes, done, frozenset(frozen), goal_weeks)


class Reminding(StrEnum):
    """Whether a plan's slot is announced: a plan nobody answers falls silent step by step."""

    ALWAYS = "always"
    WEEKLY = "weekly"
    ASK = "ask"


def reminding(unanswered: int) -> Reminding:
    """Three unanswered reminders in a row → one a week; after thirteen in all → one question, and the plan rests."""
    if unanswered < 3:
        return Reminding.ALWAYS
    return Reminding.WEEKLY if unanswered < GOAL_WEEKS else Reminding.ASK


class Snooze(StrEnum):
    """How long a delivery is put off. The plan stays where it is."""

    HALF_HOUR = "30"
    HOUR = "60"
    TWO_HOURS = "120"
    EVENING = "evening"
    TOMORROW = "tomorrow"


EVENING_AT = time(20, 0)


def snoozed_until(snooze: Snooze, slot_time: time, now: datetime, zone: str) -> datetime:
    """The instant a snoozed reminder comes: this evening is 20:00 (or two hours, late in the day), tomorrow the slot's
    own wall time."""
    if snooze in (Snooze.HALF_HOUR, Snooze.HOUR):
        return now + timedelta(minutes=int(snooze))
    local = local_of(now, zone)
    if snooze is Snooze.TOMORROW:
        return instant_of(datetime.combine(local.date() + timedelta(days=1), slot_time), zone)
    if snooze is Snooze.EVENING and local.time() < time(19, 30):
        return instant_of(datetime.combine(local.date(), EVENING_AT), zone)
    return now + timedelta(hours=2)


def rule_as_json(rule: Rule) -> dict[str, Any]:
    """A rule for a database row or a draft."""
    return {
        "times": [{"weekdays": list(group.weekdays), "at": f"{group.at:%H:%M}"} for group in rule.times],
        "every_weeks": rule.every_weeks,
        "monthly": [rule.monthly.nth, rule.monthly.weekday] if rule.monthly else None,
        "start": rule.start.isoformat() if rule.start else None,
        "until": rule.until.isoformat() if rule.until else None,
    }


def rule_from_json(stored: Mapping[str, Any]) -> Rule:
    """The rule `rule_as_json` wrote."""
    return Rule(
        times=tuple(WeeklyTime(tuple(group["weekdays"]), time.fromisoformat(group["at"])) for group in stored["times"]),
        every_weeks=stored["every_weeks"],
        monthly=Monthly(*stored["monthly"]) if stored["monthly"] else None,
        start=date.fromisoformat(stored["start"]) if stored["start"] else None,
        until=date.fromisoformat(stored["until"]) if stored["until"] else None,
    )
