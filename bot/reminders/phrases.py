"""A sentence to a plan: "every Tuesday 19:00", "вт, пт 18:30", "сейсенбі сайын кешкі 7-де".

Nothing is guessed: whatever leaves a doubt is a `Question` that says what to ask and what was understood. Words come
from three languages at once, in either script, so the interface language is only a hint for dates such as 3/4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.reminders.model import Draft, Monthly, OneOff, Outlet
from bot.reminders.reading.assembly import Known, assemble, known
from bot.reminders.reading.items import Doubt, Item, Reader, Why, Zone
from bot.reminders.reading.scan import scan, zone_in
from bot.reminders.reading.tokens import Token, tokens


@dataclass(frozen=True, slots=True)
class Partial:
    """What was understood of a phrase that is not a plan yet; empty values were not said, or not plainly.

    `at` is a certain wall time; `hour` an hour and minute on the clock face whose half of the day is unknown.
    `day` is the date of a one-off.
    """

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


@dataclass(frozen=True, slots=True)
class Question:
    """The phrase needs an answer first, or (`not_a_plan`) belongs to the answers."""

    why: Why
    known: Partial = Partial()


def prepare() -> None:
    """Build the tables of slips and of cities, half a second's work that the first odd phrase would wait for."""
    read("по моксве вторнкам 19:00", datetime(2026, 1, 1, tzinfo=UTC), "UTC", "ru")


def read(text: str, now: datetime, zone: str, lang: str) -> Draft | OneOff | Question:
    """What a phrase says at the aware instant `now` to a person in IANA `zone`; `lang` is `kk`, `ru` or `en`."""
    text, named = zone_in(text)
    found = tokens(text)
    if named is not None:
        found.append(Token("zone", named))
    if not found:
        return Question("not_a_plan")
    items, reader = _scanned(found, now, zone, lang)
    other = next((item.name for item in items if isinstance(item, Zone)), zone)
    if other != zone:
        items, reader = _scanned(found, now, other, lang)
    try:
        return assemble(items, reader)
    except Doubt as doubt:
        return Question(doubt.why, _partial(known(items)))
    except (OverflowError, ValueError):  # a year beyond the calendar
        return Question("other", _partial(known(items)))


def _scanned(found: list[Token], now: datetime, zone: str, lang: str) -> tuple[list[Item], Reader]:
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    reader = Reader(found, local, zone, lang)
    return scan(reader), reader


def _partial(found: Known) -> Partial:
    return Partial(**{name: getattr(found, name) for name in Partial.__slots__})


def as_json(result: Draft | OneOff | Question) -> dict[str, Any]:
    """The object that `tirek parse --json` prints."""
    blank: dict[str, Any] = {
        "status": "question",
        "slots": [],
        "every_weeks": 1,
        "monthly": None,
        "start": None,
        "until": None,
        "outlet": None,
        "zone": None,
        "at": None,
    }
    if isinstance(result, Question):
        return blank | {"why": result.why}
    outlet = result.outlet.value if result.outlet else None
    if isinstance(result, OneOff):
        at = result.at.strftime("%Y-%m-%dT%H:%M")
        return blank | {"status": "once", "outlet": outlet, "zone": result.zone, "at": at}
    rule = result.rule
    monthly = {"nth": rule.monthly.nth, "weekday": rule.monthly.weekday} if rule.monthly else None
    return blank | {
        "status": "plan",
        "slots": [{"weekdays": list(slot.weekdays), "time": slot.at.strftime("%H:%M")} for slot in rule.times],
        "every_weeks": rule.every_weeks,
        "monthly": monthly,
        "start": rule.start.isoformat() if rule.start else None,
        "until": rule.until.isoformat() if rule.until else None,
        "outlet": outlet,
        "zone": result.zone,
    }
