"""When somebody means who was asked for a moment: "in 2 hours", "tomorrow", "21:00". Pure; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.reminders.model import Draft, OneOff, instant_of, local_of
from bot.reminders.phrases import Question


@dataclass(frozen=True, slots=True)
class Either:
    """An hour that may be in the morning or in the evening; both instants lie ahead."""

    earlier: datetime
    later: datetime


def meant(
    reading: Draft | OneOff | Question, now: datetime, zone: str, usual: time, *, weekday: bool = False
) -> datetime | Either | None:
    """The instant that a reading means in `zone`; None when it means something else.

    A time alone is its next coming, a day alone that day at the `usual` time. With `weekday`, "Wed 20:00" is the next
    Wednesday; without, it stays what it is elsewhere, a plan.
    """
    if isinstance(reading, OneOff):
        return _ahead(instant_of(reading.at, reading.zone or zone), now)
    if isinstance(reading, Draft):
        return _next_weekday(reading, now, zone) if weekday else None
    known = reading.known
    if known.weekdays or known.monthly or known.start or known.until or known.every_weeks != 1:
        return None
    if known.at is not None:
        return _coming(known.day, known.at, now, known.zone or zone)
    if known.hour is not None:
        hour, minute = known.hour
        halves = [time(hour % 12, minute), time(hour % 12 + 12, minute)]
        both = [at for each in halves if (at := _coming(known.day, each, now, known.zone or zone)) is not None]
        if len(both) == 2:
            return Either(min(both), max(both))
        return both[0] if both else None
    if known.day is not None and reading.why == "no_time":
        return _ahead(instant_of(datetime.combine(known.day, usual), zone), now)
    return None


def _coming(day: date | None, at: time, now: datetime, zone: str) -> datetime | None:
    """That time on that day, or its next coming when no day was said."""
    if day is not None:
        return _ahead(instant_of(datetime.combine(day, at), zone), now)
    today = local_of(now, zone).date()
    days = (instant_of(datetime.combine(today + timedelta(days=ahead), at), zone) for ahead in (0, 1))
    return next((instant for instant in days if instant > now), None)


def _next_weekday(draft: Draft, now: datetime, zone: str) -> datetime | None:
    rule = draft.rule
    plain = rule.every_weeks == 1 and not (rule.monthly or rule.start or rule.until)
    if not plain or len(rule.times) != 1 or len(rule.times[0].weekdays) != 1:
        return None
    today = local_of(now, draft.zone or zone).date()
    ahead = (rule.times[0].weekdays[0] - today.isoweekday()) % 7
    for days in (ahead, ahead + 7):
        at = instant_of(datetime.combine(today + timedelta(days=days), rule.times[0].at), draft.zone or zone)
        if at > now:
            return at
    return None


def _ahead(instant: datetime, now: datetime) -> datetime | None:
    return instant if instant > now else None
