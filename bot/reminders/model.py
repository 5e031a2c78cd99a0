"""Plans, slots, streaks and scores as pure rules: no clock, no database, no translation.

A plan keeps what the person meant (local wall time, weekdays, zone); instants are computed from it each time, so a
change of zone rules never shifts anybody's seven in the evening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


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
    """A plan that somebody described but has not turned on. `zone` is an IANA name, only when the text named one."""

    rule: Rule
    outlet: Outlet | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class OneOff:
    """One reminder at one moment: naive local wall time in `zone`, or in the person's zone when that is None."""

    at: datetime
    outlet: Outlet | None = None
    zone: str | None = None
