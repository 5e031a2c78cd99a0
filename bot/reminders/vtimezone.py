"""A time zone as a VTIMEZONE component, read off the zone rules this bot lives by.

The generator of `icalendar` writes an onset in the new offset where RFC 5545 wants the old one: an hour wrong each
spring.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=7)  # no zone has ever changed twice within a week and back


@lru_cache(maxsize=256)
def vtimezone(zone: str, first_year: int, years: int) -> Timezone:
    """The offsets of an IANA zone from the first of January of a year on, for so many years."""
    rules = ZoneInfo(zone)
    at = datetime.combine(date(first_year, 1, 1), time.min, UTC)
    end = at.replace(year=first_year + years)
    made = Timezone()
    made.add("tzid", zone)
    made.add_component(_observance(rules, at, at, []))
    known: dict[tuple[timedelta | None, timedelta | None, str | None], list[datetime]] = {}
    while at < end:
        following = at + STEP
        if _state(rules, at) != _state(rules, following):
            onset = _onset(rules, at, following)
            key = _offset(rules, onset - timedelta(seconds=1)), *_state(rules, onset)[::2]
            known.setdefault(key, []).append(onset)
        at = following
    for onsets in known.values():
        made.add_component(_observance(rules, onsets[0] - timedelta(seconds=1), onsets[0], onsets[1:]))
    return made


def _offset(rules: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(rules).utcoffset() or timedelta()


def _state(rules: ZoneInfo, at: datetime) -> tuple[timedelta, timedelta, str]:
    local = at.astimezone(rules)
    return _offset(rules, at), local.dst() or timedelta(), local.tzname() or ""


def _onset(rules: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second after `before` on which the zone is as on `after`."""
    old = _state(rules, before)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        before, after = (middle, after) if _state(rules, middle) == old else (before, middle)
    return after


def _observance(
    rules: ZoneInfo, before: datetime, onset: datetime, others: list[datetime]
) -> TimezoneDaylight | TimezoneStandard:
    """What is kept from an onset on. Onsets are wall times of the offset before."""
    old = _offset(rules, before)
    new, saved, name = _state(rules, onset)
    made = TimezoneDaylight() if saved else TimezoneStandard()
    made.add("dtstart", (onset + old).replace(tzinfo=None))
    if others:
        made.add("rdate", [(each + old).replace(tzinfo=None) for each in others])
    made.add("tzoffsetfrom", old)
    made.add("tzoffsetto", new)
    made.add("tzname", name)
    return made
