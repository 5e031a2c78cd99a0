"""Plans as recurrence rules of RFC 5545 and back: the subset that docs/calendar.md lists, and nothing guessed.

A plan with several times becomes several rules, each with its own first moment: calendars read one BYHOUR at most, many
read none. What a plan cannot hold exactly is `NotAPlan`, which says why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from bot.errors import N_, UserError
from bot.reminders import model
from bot.reminders.model import Draft, Monthly, Rule, WeeklyTime

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
LONGEST = 1_000  # characters of a rule; longer ones are lists no plan could hold
YEARS = range(1970, 2200)
MOST_YEARS = 20  # that a COUNT may reach

WHY = {
    "malformed": N_("“{part}” is not a recurrence rule I can read."),
    "part": N_("A plan has no place for {part}."),
    "frequency": N_("It repeats in another rhythm ({part}); a plan repeats on weekdays."),
    "every_days": N_("It repeats every few days; a plan repeats on weekdays."),
    "month_day": N_("It repeats on a day of the month; a plan repeats on weekdays."),
    "nth": N_("It repeats on several or a fifth weekday of the month; a plan knows one: first to fourth, or last."),
    "weeks": N_("Its weeks begin on another day than Monday."),
    "no_time": N_("It has no time of day."),
    "no_days": N_("It does not say on which days."),
    "start": N_("Its first date is not one of its own days."),
    "end": N_("It ends in the middle of a day, or its end has no first date to count from."),
    "ended": N_("It has ended."),
    "zone": N_("I don't know its time zone, {part}."),
    "apart": N_("Its rules don't fit into one plan."),
}


class NotAPlan(UserError):
    """A recurrence that no plan can hold exactly. Parameters: part, what it is about."""

    def __init__(self, why: str, part: str = "") -> None:
        super().__init__(part=part[:40])
        self.why = why
        self.message = WHY[why]


@dataclass(frozen=True, slots=True)
class Recurrence:
    """One RRULE. `start` is its first moment and `last` its last possible one, naive wall times of the plan's zone;
    `parts` is the rule without its end; `number` the place of its time in the plan, from 0."""

    start: datetime
    parts: str
    last: datetime | None = None
    number: int = 0

    def rrule(self, zone: str | None = None) -> str:
        """The value of the RRULE property. UNTIL is in UTC when the start has a zone, else a wall time as it is."""
        if self.last is None:
            return self.parts
        if zone is None:
            return f"{self.parts};UNTIL={self.last:%Y%m%dT%H%M%S}"
        return f"{self.parts};UNTIL={model.instant_of(self.last, zone):%Y%m%dT%H%M%SZ}"

    def text(self, zone: str | None = None) -> str:
        """Both lines, as `read_text` takes them."""
        tzid = f";TZID={zone}" if zone else ""
        return f"DTSTART{tzid}:{self.start:%Y%m%dT%H%M%S}\nRRULE:{self.rrule(zone)}"


def write(rule: Rule, anchor: date, since: date | None = None) -> list[Recurrence]:
    """The rule's times as recurrences, those that have a slot on or after `since`; `anchor` as in `model.walk`."""
    begin = datetime.combine(since or anchor, time.min) - timedelta(minutes=1)
    found = []
    for number, group in enumerate(rule.times):
        days = set(group.weekdays)
        slots = (s for s in model.walk(rule, anchor, begin) if s.isoweekday() in days and s.time() == group.at)
        start = next(slots, None)
        if start is None:
            continue
        if rule.monthly is not None:
            parts = f"FREQ=MONTHLY;BYDAY={rule.monthly.nth}{DAYS[rule.monthly.weekday - 1]}"
        elif group.weekdays == EVERY_DAY and rule.every_weeks == 1:
            parts = "FREQ=DAILY"
        else:
            interval = f";INTERVAL={rule.every_weeks};WKST=MO" if rule.every_weeks > 1 else ""
            parts = f"FREQ=WEEKLY{interval};BYDAY={','.join(DAYS[day - 1] for day in group.weekdays)}"
        last = datetime.combine(rule.until, group.at) if rule.until else None
        found.append(Recurrence(start, parts, last, number))
    return found


# --- Reading ----------------------------------------------------------------------------------------------------------


def looks_like(text: str) -> bool:
    """Whether a text means to be a recurrence rule."""
    return re.match(r"\s*(RRULE:|FREQ=|DTSTART[:;])", text, re.IGNORECASE) is not None


def read_text(text: str, zone: str, today: date) -> Draft:
    """RRULE lines, each after its DTSTART if it has one, as a draft; for a person in `zone`. Raises NotAPlan."""
    start: datetime | None = None
    named: str | None = None
    rules: list[Rule] = []
    for line in text.split():
        name, _, value = line.rpartition(":") if ":" in line else ("RRULE", "", line)
        name, *parameters = name.upper().split(";")
        if name == "DTSTART":
            given = dict(each.partition("=")[::2] for each in line.rpartition(":")[0].split(";")[1:])
            start, found = moment(value, next((v for k, v in given.items() if k.upper() == "TZID"), None))
            if rules and found != named:
                raise NotAPlan("apart")
            named = found
        elif name == "RRULE" and not parameters:
            rules.append(read(value, start, named or zone, today))
        else:
            raise NotAPlan("part", name)
    if not rules:
        raise NotAPlan("malformed", text)
    whole = together(rules, today)
    if whole is None:
        raise NotAPlan("apart")
    return Draft(whole, zone=named)


def moment(value: str, tzid: str | None) -> tuple[datetime, str | None]:
    """A DATE-TIME as a naive wall time and the zone it names, None for the reader's own. Raises NotAPlan."""
    if re.fullmatch(r"\d{8}", value):
        raise NotAPlan("no_time")
    found = re.fullmatch(r"(\d{8}T\d{6})(Z?)", value.upper())
    if found is None:
        raise NotAPlan("malformed", value)
    try:
        at = datetime.strptime(found[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
    except ValueError:
        raise NotAPlan("malformed", value) from None
    if at.year not in YEARS:
        raise NotAPlan("malformed", value)
    if found[2]:
        return at, "UTC"
    if tzid is not None:
        try:
            ZoneInfo(tzid)
        except (ValueError, OSError, KeyError):
            raise NotAPlan("zone", tzid) from None
    return at, tzid


def read(text: str, start: datetime | None, zone: str, today: date) -> Rule:
    """One RRULE that begins at the naive `start` in `zone`; `today` is the local day. Raises NotAPlan.

    A start that is past is left out, or moved to the first slot still to come where weeks are counted from it.
    """
    parts = _parts(text)
    weekdays, monthly, every_weeks = _rhythm(parts, start)
    times = _times(parts, start)
    every = tuple(sorted(weekdays))
    rule = Rule(tuple(WeeklyTime(every, at) for at in times), every_weeks, monthly, start.date() if start else None)
    if start is not None and next(_slots(rule, start.date()), None) != start:
        raise NotAPlan("start")
    rule = replace(rule, until=_until(parts, rule, start, zone))
    if rule.until is not None and rule.until < max(today, rule.start or today):
        raise NotAPlan("ended")
    if rule.start is None or rule.start > today:
        return rule
    if every_weeks == 1:
        return replace(rule, start=None)
    to_come = model.walk(rule, rule.start, datetime.combine(today, time.min) - timedelta(minutes=1))
    following = next(to_come, None)
    if following is None:
        raise NotAPlan("ended")
    return replace(rule, start=following.date())


def _parts(text: str) -> dict[str, str]:
    """The NAME=VALUE pairs of a rule; names that a plan cannot follow are refused at once."""
    text = text.strip().upper().removeprefix("RRULE:")
    if len(text) > LONGEST:
        raise NotAPlan("malformed", text)
    parts: dict[str, str] = {}
    for pair in filter(None, text.split(";")):
        name, equals, value = pair.partition("=")
        if not equals or not value or name in parts:
            raise NotAPlan("malformed", pair)
        parts[name] = value
    known = {"FREQ", "INTERVAL", "BYDAY", "WKST", "UNTIL", "COUNT", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"}
    if "BYMONTHDAY" in parts:
        raise NotAPlan("month_day")
    if unknown := [name for name in parts if name not in known]:
        raise NotAPlan("part", unknown[0])
    if "FREQ" not in parts:
        raise NotAPlan("malformed", text)
    return parts


def _rhythm(parts: dict[str, str], start: datetime | None) -> tuple[set[int], Monthly | None, int]:
    """Weekdays, the nth of a month, every how many weeks."""
    interval = _number(parts, "INTERVAL", 1, 1, 52)
    days = [re.fullmatch(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", each) for each in _listed(parts, "BYDAY")]
    if not all(days):
        raise NotAPlan("malformed", parts["BYDAY"])
    named = [(int(found[1] or 0), DAYS.index(found[2]) + 1) for found in days if found]
    weekdays = {weekday for _, weekday in named}
    week_start = parts.get("WKST", "MO")
    if week_start not in DAYS:
        raise NotAPlan("malformed", week_start)
    match parts["FREQ"]:
        case "MONTHLY":
            return weekdays, _monthly(parts, named, interval), 1
        case "DAILY" | "WEEKLY" if "BYSETPOS" in parts:
            raise NotAPlan("part", "BYSETPOS")
        case "DAILY" | "WEEKLY" if any(nth for nth, _ in named):
            raise NotAPlan("malformed", parts["BYDAY"])
        case "DAILY":
            if interval > 1:
                raise NotAPlan("every_days")
            return weekdays or set(EVERY_DAY), None, 1
        case "WEEKLY":
            if not weekdays and start is None:
                raise NotAPlan("no_days")
            if not weekdays and start is not None:
                weekdays = {start.isoweekday()}
            first = DAYS.index(week_start) + 1
            if interval > 1 and {day >= first for day in weekdays} == {True, False}:
                raise NotAPlan("weeks")  # the same days would share a week for them and not for us
            return weekdays, None, interval
        case "YEARLY" | "HOURLY" | "MINUTELY" | "SECONDLY" as other:
            raise NotAPlan("frequency", f"FREQ={other}")
        case other:
            raise NotAPlan("malformed", other)


def _monthly(parts: dict[str, str], named: Sequence[tuple[int, int]], interval: int) -> Monthly:
    if interval > 1:
        raise NotAPlan("part", f"INTERVAL={interval}")
    if not named:
        raise NotAPlan("month_day")
    position = _number(parts, "BYSETPOS", 0, -366, 366)
    nth = named[0][0] or position
    if len(named) > 1 or nth not in (-1, 1, 2, 3, 4) or bool(named[0][0]) == bool(position):
        raise NotAPlan("nth")
    return Monthly(nth, named[0][1])


def _times(parts: dict[str, str], start: datetime | None) -> list[time]:
    """Times of day: BYHOUR and BYMINUTE, what they leave open from the start."""
    if _listed(parts, "BYSECOND") not in ([], ["0"], ["00"]) or (start is not None and start.second):
        raise NotAPlan("part", "BYSECOND")
    hours = _numbers(parts, "BYHOUR", 23) or ([start.hour] if start else [])
    minutes = _numbers(parts, "BYMINUTE", 59) or ([start.minute] if start else [])
    if not hours or not minutes:
        raise NotAPlan("no_time")
    if len(hours) * len(minutes) > 24:
        raise NotAPlan("frequency", "FREQ=HOURLY")
    return sorted({time(hour, minute) for hour in hours for minute in minutes})


def _until(parts: dict[str, str], rule: Rule, start: datetime | None, zone: str) -> date | None:
    """The last day, included, of UNTIL or COUNT. A day that would be cut in two is no plan's last one."""
    if "COUNT" in parts and "UNTIL" in parts:
        raise NotAPlan("malformed", "COUNT, UNTIL")
    if "COUNT" in parts:
        if start is None:
            raise NotAPlan("end")
        count = _number(parts, "COUNT", 1, 1, 10**9)
        near = takewhile(lambda slot: slot.year <= start.year + MOST_YEARS, _slots(rule, start.date()))
        counted = list(islice(near, count - 1, count + 1))
        if len(counted) < 2:
            raise NotAPlan("part", f"COUNT={count}")
        if counted[1].date() == counted[0].date():
            raise NotAPlan("end")
        return counted[0].date()
    if "UNTIL" not in parts:
        return None
    value = parts["UNTIL"]
    if re.fullmatch(r"\d{8}", value):
        return moment(value + "T000000", None)[0].date()
    end, named = moment(value, None)
    if named is not None:
        end = model.local_of(end.replace(tzinfo=ZoneInfo("UTC")), zone)
    within = [group.at <= end.time() for group in rule.times]
    if all(within):
        return end.date()
    eve = end.date() - timedelta(days=1)
    if any(within) and any(slot.date() == end.date() for slot in model.walk(rule, rule.start or eve, _minute(end))):
        raise NotAPlan("end")
    return eve


def _minute(end: datetime) -> datetime:
    """Just before the day begins."""
    return datetime.combine(end.date(), time.min) - timedelta(minutes=1)


def _slots(rule: Rule, anchor: date) -> Iterator[datetime]:
    """All slots of a rule, however far they go."""
    after = datetime.combine(anchor, time.min) - timedelta(minutes=1)
    while True:
        last = None
        for last in model.walk(rule, anchor, after):
            yield last
        if last is None:
            return
        after = last


def _listed(parts: dict[str, str], name: str) -> list[str]:
    return parts[name].split(",") if name in parts else []


def _number(parts: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    value = parts.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", value) or not least <= int(value) <= most or int(value) == 0:
        raise NotAPlan("malformed", f"{name}={value}")
    return int(value)


def _numbers(parts: dict[str, str], name: str, most: int) -> list[int]:
    found = _listed(parts, name)
    if not all(re.fullmatch(r"[0-9]{1,2}", each) and int(each) <= most for each in found):
        raise NotAPlan("malformed", f"{name}={parts.get(name)}")
    return [int(each) for each in found]


def together(rules: Iterable[Rule], anchor: date, after: datetime | None = None) -> Rule | None:
    """One rule with exactly the slots of all, from `anchor` on; None when no rule has them.

    `after`: a wall time before which slots don't matter.
    """
    each = list(rules)
    by_time: dict[time, set[int]] = {}
    for rule in each:
        for group in rule.times:
            by_time.setdefault(group.at, set()).update(group.weekdays)
    times = sorted(
        (WeeklyTime(tuple(sorted(days)), at) for at, days in by_time.items()), key=lambda g: (g.weekdays[0], g.at)
    )
    starts = [rule.start for rule in each if rule.start is not None]
    first = min(starts) if len(starts) == len(each) else None
    whole = replace(each[0], times=tuple(times), start=first)
    if len(each) == 1:
        return whole
    if len({(rule.every_weeks, rule.monthly) for rule in each}) > 1:
        return None
    untils = {rule.until for rule in each}
    if len(untils) > 1:
        return None
    # Rules of one rhythm differ at their beginning or never: the slots of two rounds after the latest start decide.
    end = datetime.combine(max([anchor, *starts]), time.min) + timedelta(weeks=2 * whole.every_weeks, days=62)

    begin = after or datetime.combine(anchor, time.min) - timedelta(minutes=1)

    def near(rule: Rule) -> list[datetime]:
        return list(takewhile(lambda slot: slot < end, model.walk(rule, anchor, begin)))

    apart = sorted({slot for rule in each for slot in near(rule)})
    return whole if near(whole) == apart else None
