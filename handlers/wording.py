"""Words that several screens share: outlets, zones, a plan's title."""

from __future__ import annotations

import html
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from bot.i18n import Markup, Translator
from bot.people import Person
from bot.places import PLACES, Place
from bot.reminders.describe import describe
from bot.reminders.model import Outlet, Rule
from bot.reminders.store import Plan

OUTLETS: dict[Outlet, str] = {
    Outlet.YOUTUBE: "YouTube",
    Outlet.SHORTS: "Shorts",
    Outlet.TIKTOK: "TikTok",
    Outlet.INSTAGRAM: "Instagram",
    Outlet.TELEGRAM: "Telegram",
    Outlet.VK: "VK",
}


def outlet_name(outlet: Outlet, t: Translator) -> str:
    """A platform's own name; a podcast is a word of the language."""
    return OUTLETS.get(outlet) or t.plain("Podcast")


def plan_title(rule: Rule, outlet: Outlet | None, t: Translator) -> str:
    """ "Tuesdays and Fridays at 19:00 · YouTube", as plain text."""
    days = describe(rule, t.language)
    days = days[:1].upper() + days[1:]
    return f"{days} · {outlet_name(outlet, t)}" if outlet else days


def short_times(rule: Rule, t: Translator) -> str:
    """Days and times on a button: "Tue, Fri 19:00"."""
    days = sorted({day for group in rule.times for day in group.weekdays})
    times = sorted({group.at for group in rule.times})
    return " ".join([", ".join(t.weekday(day) for day in days), ", ".join(f"{at:%H:%M}" for at in times)])


def short_title(plan: Plan, t: Translator) -> str:
    """A plan on a button: "YouTube · Tue, Fri 19:00"."""
    when = short_times(plan.rule, t)
    return f"{outlet_name(plan.outlet, t)} · {when}" if plan.outlet else when


@cache
def _places_by_name() -> dict[str, Place]:
    return {place.en: place for place in PLACES}


def zone_name(zone: str, t: Translator, now: datetime, place: str | None = None) -> str:
    """ "Almaty, UTC+5": the city somebody chose, else the zone's own, and the offset it has now."""
    chosen = _places_by_name().get(place or "")
    if chosen is None or chosen.zone != zone:
        there = [each for each in PLACES if each.zone == zone]
        named_after = zone.rpartition("/")[2].replace("_", " ")
        chosen = next((each for each in there if each.en == named_after), there[0] if there else None)
    city = chosen.name(t.language) if chosen else t.place(zone)
    return f"{city}, {offset(zone, now)}"


def offset(zone: str, now: datetime) -> str:
    """UTC+5, UTC+5:30, UTC."""
    shift = now.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(shift.total_seconds() // 60) if shift is not None else 0
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "\N{MINUS SIGN}"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


def person_zone(person: Person, t: Translator, now: datetime) -> str:
    """Where a person's times are read."""
    return zone_name(person.zone, t, now, person.place)


def safe(text: str) -> Markup:
    """Plain text as HTML."""
    return Markup(html.escape(text, quote=False))


def lines(*parts: str | None) -> Markup:
    """Lines of a message; None leaves its line out, "" is an empty line."""
    return Markup("\n".join(part for part in parts if part is not None))
