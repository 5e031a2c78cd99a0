"""From items to a plan: which times go with which days, what is one-off, first and last day, and what contradicts.

Every doubt is a `Doubt`: the phrase is then a question, and `Known` says how far it was understood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from bot.reminders.model import Draft, Monthly, OneOff, Outlet, Rule, WeeklyTime
from bot.reminders.reading.dates import add_months, only_once
from bot.reminders.reading.hours import settle
from bot.reminders.reading.items import (
    EVERY_DAY,
    Clock,
    Days,
    Doubt,
    Fill,
    Flag,
    Item,
    Join,
    Moment,
    Nth,
    On,
    Once,
    Part,
    PerDay,
    PerMonth,
    PerWeek,
    Reader,
    Span,
    Start,
    Until,
    Weeks,
    Where,
    Without,
    Zone,
)
from bot.reminders.reading.sense import check


@dataclass(slots=True)
class Known:
    """What was understood of a phrase that is a question."""

    weekdays: tuple[int, ...] = ()
    at: time | None = None
    hour: tuple[int, int] | None = None
    day: date | None = None
    outlet: Outlet | None = None
    zone: str | None = None
    every_weeks: int = 1
    monthly: Monthly | None = None
    start: date | None = None
    until: date | None = None


@dataclass(slots=True)
class _Group:
    """Days and the clocks that were said with them."""

    days: list[Days] = field(default_factory=list)
    clocks: list[time] = field(default_factory=list)

    @property
    def weekdays(self) -> frozenset[int]:
        return frozenset().union(*(said.days for said in self.days))


def known(items: list[Item]) -> Known:
    """What single items say, whatever the phrase as a whole may mean."""
    found = Known()
    clocks: list[Clock] = []
    weekdays: set[int] = set()
    for item in items:
        match item:
            case Days():
                weekdays |= item.days
            case Clock():
                clocks.append(item)
            case Where():
                found.outlet = item.outlet
            case Zone():
                found.zone = item.name
            case Weeks(n, aside) if not aside:
                found.every_weeks = n
            case Nth(nth, weekday):
                found.monthly = Monthly(nth, weekday)
                weekdays.add(weekday)
            case Start(day):
                found.start = day
            case Until(day):
                found.until = day
            case On(day):
                found.day = day
            case _:
                pass
    found.weekdays = tuple(sorted(weekdays))
    if len(clocks) == 1:
        clock = clocks[0]
        try:
            settled = settle(items)
            found.at = next(time(item.hour, item.minute) for item in settled if isinstance(item, Clock))
        except Doubt:
            found.hour = (clock.hour, clock.minute)
    return found


def assemble(items: list[Item], r: Reader) -> Draft | OneOff:
    """The plan or the one-off that the items say. Raises Doubt."""
    check(items)
    outlet, zone = _outlet(items), _zone(items)
    moments = [item for item in items if isinstance(item, Moment)]
    if moments:
        if len(moments) > 1 or any(
            isinstance(item, (Clock, Days, On, Weeks, Nth, Span, Start, Until)) for item in items
        ):
            raise Doubt("contradiction")
        return OneOff(moments[0].at, outlet, zone)
    items = _aside(settle(items), r)
    day = _one_day(items, r)
    if day is not None:
        clocks = [item for item in items if isinstance(item, Clock)]
        if not clocks:
            raise Doubt("no_time")
        if len(clocks) > 1:
            raise Doubt("other")
        if clocks[0].hour == 0 and clocks[0].named:
            raise Doubt("ambiguous_hour")
        at = datetime.combine(day, time(clocks[0].hour, clocks[0].minute))
        if at <= r.now.replace(tzinfo=None):
            raise Doubt("past")
        return OneOff(at, outlet, zone)
    return Draft(_rule(items, r), outlet, zone)


def _outlet(items: list[Item]) -> Outlet | None:
    named = {item.outlet for item in items if isinstance(item, Where)}
    if not named and _flag(items, "story"):
        raise Doubt("other")  # several outlets have stories, and a newsletter is none of ours
    if named == {Outlet.YOUTUBE, Outlet.SHORTS}:
        return Outlet.SHORTS
    if len(named) > 1:
        raise Doubt("other")
    return next(iter(named), None)


def _zone(items: list[Item]) -> str | None:
    named = {item.name for item in items if isinstance(item, Zone)}
    if len(named) > 1:
        raise Doubt("other")
    return next(iter(named), None)


def _aside(items: list[Item], r: Reader) -> list[Item]:
    """`через неделю` means every other week beside a recurring day, and a week from now without days."""
    if not any(isinstance(item, Weeks) and item.aside for item in items):
        return items
    days = [item for item in items if isinstance(item, Days)]
    if any(said.recurs or len(said.days) > 1 for said in days):
        return items
    if days:
        raise Doubt("other")
    later = On(r.today + timedelta(days=7))
    return [later if isinstance(item, Weeks) and item.aside else item for item in items]


def _one_day(items: list[Item], r: Reader) -> date | None:
    """The date of a one-off, or None when the phrase says that something recurs."""
    ons = {item.day for item in items if isinstance(item, On)}
    days = [item for item in items if isinstance(item, Days)]
    once = any(isinstance(item, Once) for item in items)
    if not ons and not once:
        return None
    if len(ons) > 1 or any(
        isinstance(item, (Weeks, PerWeek, PerDay, PerMonth, Nth, Start, Until, Span, Without)) for item in items
    ):
        raise Doubt("other")
    weekdays = frozenset().union(*(said.days for said in days))
    if any(said.recurs for said in days) or len(weekdays) > 1 or any(_flag(items, "evenings")):
        raise Doubt("contradiction")
    if not ons:
        if not weekdays:
            raise Doubt("no_days")
        day = only_once(weekdays, r)
        if day is None:
            raise Doubt("other")
        return day
    (day,) = ons
    if weekdays and day.isoweekday() not in weekdays:
        raise Doubt("contradiction")
    return day


def _flag(items: list[Item], name: str) -> list[Flag]:
    return [item for item in items if isinstance(item, Flag) and item.name == name]


def _rule(items: list[Item], r: Reader) -> Rule:
    nth = {item for item in items if isinstance(item, Nth)}
    weeks = {item.n for item in items if isinstance(item, Weeks)}
    if nth:
        return _monthly(items, nth, weeks, r)
    if any(isinstance(item, PerMonth) for item in items) or len(weeks) > 1:
        raise Doubt("other")
    if any(isinstance(item, PerWeek) for item in items) and not any(isinstance(item, Days) for item in items):
        raise Doubt("no_days")
    groups = _groups(_whole_week(items))
    _announced(groups)
    for group in groups:
        _consistent(group)
    _per_day(groups, items)
    _without(groups, items)
    _paired(groups, items)
    _separate(groups)
    total = frozenset().union(*(group.weekdays for group in groups))
    per_week = [item.n for item in items if isinstance(item, PerWeek)]
    slots = {(day, clock) for group in groups for day in group.weekdays for clock in group.clocks}
    if per_week and per_week != [len(slots)]:
        raise Doubt("contradiction")
    start, until = _bounds(_whole_week(items), r)
    if len(total) == 1 and not (weeks or per_week or start or until or _says_it_recurs(items, groups)):
        raise Doubt("other")
    by_time: dict[time, set[int]] = {}
    for day, clock in slots:
        by_time.setdefault(clock, set()).add(day)
    times = [WeeklyTime(tuple(sorted(days)), clock) for clock, days in by_time.items()]
    times.sort(key=lambda weekly: (weekly.weekdays[0], weekly.at))
    return Rule(tuple(times), max(weeks, default=1), None, start, until)


def _monthly(items: list[Item], nth: set[Nth], weeks: set[int], r: Reader) -> Rule:
    others = frozenset().union(*(item.days for item in items if isinstance(item, Days)))
    clocks = {time(item.hour, item.minute) for item in items if isinstance(item, Clock)}
    if len(nth) > 1 or weeks - {1} or any(isinstance(item, (PerWeek, PerDay, Without)) for item in items):
        raise Doubt("other")
    (said,) = nth
    if others - {said.weekday}:
        raise Doubt("other")
    if len(clocks) != 1:
        raise Doubt("other" if clocks else "no_time")
    (clock,) = clocks
    if any(isinstance(item, Clock) and item.named and item.hour == 0 for item in items):
        raise Doubt("ambiguous_hour")
    start, until = _bounds(items, r)
    return Rule((WeeklyTime((said.weekday,), clock),), 1, Monthly(said.nth, said.weekday), start, until)


def _groups(items: list[Item]) -> list[_Group]:
    """Days with their clocks. Raises Doubt when it is not plain which belong together."""
    runs: list[tuple[str, list[Days | Clock]]] = []
    dash = False
    for item in items:
        if isinstance(item, Join):
            dash = item.kind == "dash"
        elif isinstance(item, (Days, Clock)):
            kind = "days" if isinstance(item, Days) else "clocks"
            if runs and runs[-1][0] == kind:
                if dash and kind == "clocks":
                    raise Doubt("other")  # a window: 18:00-20:00
                runs[-1][1].append(item)
            else:
                runs.append((kind, [item]))
            dash = False
        else:
            dash = False
    kinds = [kind for kind, _ in runs]
    if "clocks" not in kinds:
        raise Doubt("no_time")
    if "days" not in kinds:
        if _flag(items, "evenings"):
            runs = [("days", [Days(EVERY_DAY, True, "daily", 7)]), *runs]
            kinds = [kind for kind, _ in runs]
        else:
            raise Doubt("no_days")
    if kinds == ["days", "clocks", "days"] and _weekdays(runs[0][1]) == _weekdays(runs[2][1]):
        runs = [("days", runs[0][1] + runs[2][1]), runs[1]]  # the days said once more: "…, каждые выходные"
        kinds = kinds[:2]
    if len(runs) % 2 or any(a == b for a, b in pairwise(kinds)):
        raise Doubt("other")
    groups = []
    for first, second in zip(runs[::2], runs[1::2], strict=True):
        group = _Group()
        for item in first[1] + second[1]:
            if isinstance(item, Days):
                group.days.append(item)
            else:
                group.clocks.append(time(item.hour, item.minute))
                if item.named and item.hour == 0:
                    group.days.append(_MIDNIGHT)
        groups.append(group)
    return groups


def _weekdays(run: list[Days | Clock]) -> frozenset[int]:
    return frozenset().union(*(item.days for item in run if isinstance(item, Days)))


def _whole_week(items: list[Item]) -> list[Item]:
    """`the whole week except Wednesday`: no length of a plan, but every day."""
    if any(isinstance(item, Days) for item in items) or not any(isinstance(item, Without) for item in items):
        return items
    return [Days(EVERY_DAY, True, "daily", 7) if item == Span(days=7) else item for item in items]


def _announced(groups: list[_Group]) -> None:
    """Days named first and then each with its own time: `по пн и ср: в пн в 18:00, в ср в 19:00`. Raises Doubt."""
    days = groups[0].days
    if len(groups) < 2 or len(days) < 2 or days[0].whole:
        return
    later = [said.days for said in [*days[1:], *(said for group in groups[1:] for said in group.days)]]
    if frozenset().union(*later) == days[0].days and sum(map(len, later)) == len(days[0].days):
        del days[0]
    elif any(days[0].days & other for other in later):
        raise Doubt("other")


# Stands beside the days of a group whose time was called midnight: with a weekday nobody knows which night.
_MIDNIGHT = Days(frozenset(), whole="midnight")


def _consistent(group: _Group) -> None:
    midnight = _MIDNIGHT in group.days
    group.days = [said for said in group.days if said is not _MIDNIGHT]
    if midnight and group.weekdays != EVERY_DAY:
        raise Doubt("ambiguous_hour")
    for place, said in enumerate(group.days):
        for other in group.days[place + 1 :]:
            if said.days & other.days and (said.days != other.days) and (said.whole or other.whole):
                raise Doubt("contradiction")


def _per_day(groups: list[_Group], items: list[Item]) -> None:
    """`күніне екі рет`, "twice: at 12:00 and 18:00": a number of times is a number of clocks, or nobody knows."""
    times = {item.n for item in items if isinstance(item, PerDay)}
    if times and any({len(set(group.clocks))} != times for group in groups):
        raise Doubt("contradiction")


def _without(groups: list[_Group], items: list[Item]) -> None:
    excluded = frozenset().union(*(item.days for item in items if isinstance(item, Without)))
    if not excluded:
        return
    kinds = [type(item) for item in items if isinstance(item, (Clock, Without))]
    if Clock in kinds[: kinds.index(Without)] and Clock in kinds[kinds.index(Without) :]:
        raise Doubt("contradiction")  # "daily at 19:00, but not on Saturday at 12:00"
    everything = frozenset().union(*(group.weekdays for group in groups))
    if not excluded < everything or len(groups) > 1:
        raise Doubt("contradiction" if not excluded < everything else "other")
    (group,) = groups
    if any(said.days <= excluded for said in group.days):
        raise Doubt("contradiction")  # "every day except Tuesday, on Tuesdays"
    left = group.weekdays - excluded
    group.days = [Days(left, True, "some", len(left))]


def _paired(groups: list[_Group], items: list[Item]) -> None:
    """Two days and two times may be meant in pairs or crossed; so may any equal numbers of listed ones."""
    if _flag(items, "respectively"):
        raise Doubt("other")
    for group in groups:
        listed = 0 if any(said.whole for said in group.days) else len(group.weekdays)
        if len(group.clocks) > 1 and listed == len(group.clocks):
            raise Doubt("other")


def _separate(groups: list[_Group]) -> None:
    """One day against all: a day in two groups is fine only when both list their days one by one."""
    for place, group in enumerate(groups):
        for other in groups[place + 1 :]:
            same = len({said.whole for said in group.days + other.days}) == 1
            if group.weekdays & other.weekdays and not same and any(said.whole for said in group.days + other.days):
                raise Doubt("contradiction")


def _says_it_recurs(items: list[Item], groups: list[_Group]) -> bool:
    if any(said.recurs for group in groups for said in group.days) or _flag(items, "evenings"):
        return True
    bare = (Clock, Part, Days, Join, Where, Zone)
    return all(
        isinstance(item, bare) or (isinstance(item, Fill) and item.kind in ("noun", "topic", "x")) for item in items
    )


def _bounds(items: list[Item], r: Reader) -> tuple[date | None, date | None]:
    starts = {item.day for item in items if isinstance(item, Start)}
    untils = {item for item in items if isinstance(item, Until)}
    spans = {item for item in items if isinstance(item, Span)}
    if len(starts) > 1 or len(untils) > 1 or len(spans) > 1 or (untils and spans):
        raise Doubt("other")
    start = next(iter(starts), None)
    until = next(iter(untils), None)
    if start and start < r.today:
        raise Doubt("past")
    if spans:
        (span,) = spans
        return start, add_months(start or r.today, span.months) + timedelta(days=span.days)
    if until is None:
        return start, None
    last = until.day
    if start and until.yearless and last < start:
        last = add_months(last, 12)
    if last < r.today:
        raise Doubt("past")
    if start and last < start:
        raise Doubt("contradiction")
    return start, last
