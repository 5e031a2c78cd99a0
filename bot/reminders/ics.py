"""An .ics file somebody sent, as plans that could be made of it, and what could not and why.

The reader is our own and small: a stranger's file is up to 256 KB of anything, a general reader takes seconds for some
of it and expands rules nobody asked for. Here each line is looked at once, and few properties of an event are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from bot.errors import N_, UserError
from bot.reminders import describe, model, rrule
from bot.reminders.model import Draft, Outlet, Rule
from bot.reminders.rrule import NotAPlan

LARGEST = 256 * 1024
DEEPEST = 8
MOST_EVENTS = 300
MOST_SKIPPED = 60
MOST_TOGETHER = 14  # times of one plan
LONGEST_TITLE = 60
_LANGS = ("kk", "ru", "en")
WANTED = {"DTSTART", "RRULE", "RDATE", "EXDATE", "EXRULE", "SUMMARY", "RECURRENCE-ID", "STATUS", "X-TIREK-OUTLET"}
ONCE = N_("It happens once; a plan repeats.")
MOVED = N_("It is one changed date of a series.")
CANCELED = N_("It was canceled.")
TOO_MANY = N_("There are too many events in the file.")

Property = tuple[Mapping[str, str], str]
Event = dict[str, list[Property]]


class NotACalendar(UserError):
    """The file is no iCalendar file."""

    message = N_("I can't read this calendar. Export it as an .ics file once more.")


class CalendarTooLarge(UserError):
    """The file is larger than we read. Parameters: limit_kb."""

    message = N_("I read calendars up to {limit_kb} KB. Export a smaller one.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that a file holds. `skips`: wall times to come that the calendar leaves out."""

    title: str
    draft: Draft
    skips: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that is no plan: `why` is a message with its `part`."""

    title: str
    why: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds."""

    proposals: list[Proposal]
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class _Series:
    title: str
    outlet: Outlet | None
    zone: str | None
    rule: Rule
    skips: tuple[datetime, ...]


def read(data: bytes, zone: str, now: datetime) -> Found:
    """What a file holds for a person in `zone`. Raises NotACalendar, CalendarTooLarge."""
    if len(data) > LARGEST:
        raise CalendarTooLarge(limit_kb=LARGEST // 1024)
    series: list[_Series] = []
    left_out: list[LeftOut] = []
    for number, event in enumerate(_events(data.decode("utf-8-sig", errors="replace"))):
        title = _text(event, "SUMMARY")[:LONGEST_TITLE]
        if number >= MOST_EVENTS:
            left_out.append(LeftOut("", TOO_MANY))
            break
        try:
            series.append(_series(title, event, zone, now))
        except NotAPlan as error:
            left_out.append(LeftOut(title, error.message, str(error.parameters["part"])))
    return Found(_proposals(series, zone, now), left_out)


# --- Lines ------------------------------------------------------------------------------------------------------------


def _events(text: str) -> Iterator[Event]:
    """The events of a file, each as the properties we want; what they contain, such as alarms, is passed over."""
    inside: list[str] = []
    event: Event = {}
    seen = False
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        if not line.strip():
            continue
        name, parameters, value = _line(line)
        if name == "BEGIN":
            inside.append(value.strip().upper())
            if inside[0] != "VCALENDAR" or len(inside) > DEEPEST:
                raise NotACalendar
            seen = True
            if inside == ["VCALENDAR", "VEVENT"]:
                event = {}
        elif name == "END":
            if not inside or inside.pop() != value.strip().upper():
                raise NotACalendar
            if inside == ["VCALENDAR"] and value.strip().upper() == "VEVENT":
                yield event
        elif inside == ["VCALENDAR", "VEVENT"] and name in WANTED:
            event.setdefault(name, []).append((parameters, value))
        elif not inside:
            raise NotACalendar
    if inside or not seen:
        raise NotACalendar


def _line(line: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value of a content line."""
    parts = []
    begin = 0
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in ";:":
            parts.append(line[begin:place])
            begin = place + 1
            if letter == ":":
                break
    else:
        raise NotACalendar
    parameters = {}
    for each in parts[1:]:
        name, _, value = each.partition("=")
        parameters[name.strip().upper()] = value.strip().strip('"')
    return parts[0].strip().upper(), parameters, line[begin:]


def _text(event: Event, name: str) -> str:
    """A text value on one line, its escapes undone."""
    value = event[name][0][1] if name in event else ""
    undone = re.sub(r"\\(.)", lambda found: " " if found[1] in "nN" else found[1], value)
    return " ".join("".join(letter if letter.isprintable() else " " for letter in undone).split())


# --- Events -----------------------------------------------------------------------------------------------------------


def _series(title: str, event: Event, person_zone: str, now: datetime) -> _Series:
    """An event that recurs. Raises NotAPlan, also for what is no series."""
    if "RECURRENCE-ID" in event:
        raise _left_out(MOVED)
    if _text(event, "STATUS").upper() == "CANCELLED":
        raise _left_out(CANCELED)
    for name in ("RDATE", "EXRULE"):
        if name in event:
            raise NotAPlan("part", name)
    if "DTSTART" not in event:
        raise NotAPlan("no_time")
    start, zone = _moment(event["DTSTART"][0])
    if "RRULE" not in event:
        raise _left_out(ONCE)
    if len(event["RRULE"]) > 1:
        raise NotAPlan("apart")
    wall = zone or person_zone
    today = model.local_of(now, wall).date()
    rule = rrule.read(event["RRULE"][0][1], start, wall, today)
    skips = _skips(event.get("EXDATE", []), rule, wall, now)
    return _Series(title, _outlet(event, title), None if zone == person_zone else zone, rule, skips)


def _left_out(why: str) -> NotAPlan:
    error = NotAPlan("part")
    error.message = why
    return error


def _moment(found: Property) -> tuple[datetime, str | None]:
    parameters, value = found
    if parameters.get("VALUE", "").upper() == "DATE":
        raise NotAPlan("no_time")
    named = parameters.get("TZID")
    return rrule.moment(value.strip(), _iana(named) if named is not None else None)


def _iana(named: str) -> str:
    """The IANA name of a TZID: as it is, behind a program's own path, or for one of Windows' names."""
    if named in WINDOWS_TO_OLSON:
        return WINDOWS_TO_OLSON[named]
    for tried in (named, "/".join(named.split("/")[-2:]), "/".join(named.split("/")[-3:])):
        try:
            return ZoneInfo(tried).key
        except (ValueError, OSError, KeyError):
            continue
    raise NotAPlan("zone", named)


def _skips(found: Sequence[Property], rule: Rule, zone: str, now: datetime) -> tuple[datetime, ...]:
    """The wall times to come that EXDATEs leave out of a series."""
    days: set[date] = set()
    moments: set[datetime] = set()
    for parameters, values in found:
        for value in values.split(","):
            if re.fullmatch(r"\d{8}", value.strip()):
                days.add(rrule.moment(value.strip() + "T000000", None)[0].date())
                continue
            local, other = _moment((parameters, value))
            if other is not None and other != zone:
                local = model.local_of(model.instant_of(local, other), zone)
            moments.add(local)
    here = model.local_of(now, zone)
    last = max([*days, *(each.date() for each in moments)], default=here.date())
    if last > here.date() + timedelta(days=model.HORIZON_DAYS // 2):
        raise NotAPlan("part", "EXDATE")
    left: list[datetime] = []
    for local in model.walk(rule, here.date(), here):
        if local.date() > last:
            break
        if local in moments or local.date() in days:
            left.append(local)
    if len(left) > MOST_SKIPPED:
        raise NotAPlan("part", "EXDATE")
    return tuple(left)


def _outlet(event: Event, title: str) -> Outlet | None:
    """The outlet an event is for: our own mark, or the one that its title names."""
    own = _text(event, "X-TIREK-OUTLET")
    if own in {outlet.value for outlet in Outlet}:
        return Outlet(own)
    words = set(re.findall(r"\w+", title.casefold()))
    named = [outlet for outlet in Outlet if words & {describe.outlet_name(outlet, lang).casefold() for lang in _LANGS}]
    return named[0] if len(named) == 1 else None


def _proposals(series: Iterable[_Series], person_zone: str, now: datetime) -> list[Proposal]:
    """Series of one name, outlet and zone that fit into one plan become one."""
    grouped: dict[tuple[str, Outlet | None, str | None], list[_Series]] = {}
    for each in series:
        grouped.setdefault((each.title, each.outlet, each.zone), []).append(each)
    found = []
    for (title, outlet, zone), group in grouped.items():
        here = model.local_of(now, zone or person_zone)
        rules = [each.rule for each in group]
        whole = rrule.together(rules, here.date(), here) if len(group) <= MOST_TOGETHER else None
        if whole is not None:
            skips = tuple(sorted({local for each in group for local in each.skips}))
            found.append(Proposal(title, Draft(whole, outlet, zone), skips))
        else:
            found += [Proposal(title, Draft(each.rule, outlet, zone), each.skips) for each in group]
    return found
