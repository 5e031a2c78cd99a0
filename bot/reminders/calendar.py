"""Plans as an iCalendar file: what /export sends, and what a subscription serves.

A time of a plan is one event that recurs. Dates that did not or will not come (a pause, a holiday skipped in advance)
are its EXDATEs: whatever lies before the plan's next slot and has no slot of its own never was. The text depends on the
rows alone, so the same plans give the same bytes until a week begins.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import takewhile
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event
from icalendar.prop import vRecur

from bot.db.engine import Database
from bot.db.tables import PlanRow
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import describe, model, rrule, store
from bot.reminders.model import Outcome, Rule, Slot
from bot.reminders.rrule import Recurrence
from bot.reminders.store import Plan
from bot.reminders.vtimezone import vtimezone

PRODUCT = "-//Tirek//Tirek//EN"
OUTLET = "X-TIREK-OUTLET"
HISTORY = timedelta(weeks=52)
ZONE_YEARS = 12
LASTS = timedelta(minutes=30)
REFRESH = timedelta(hours=6)
_SPACE = UUID("b1a3c1de-6a52-4c6f-9d5e-3a4f2d7f9c10")


@dataclass(frozen=True, slots=True)
class Entry:
    """A plan with what its events need: a name that stays (`uid`), how often it was changed, its slots."""

    plan: Plan
    uid: UUID
    version: int
    created_at: datetime
    slots: Sequence[Slot]


async def of_person(db: Database, person: Person, now: datetime) -> bytes:
    """All plans of a person as an .ics file, in their language."""
    async with db.transaction() as tx:
        rows = await store.plan_rows(tx, person.id)
        slots = await store.slots_of(tx, [row.id for row in rows])
    entries = [_entry(row, person, slots[row.id]) for row in rows]
    # Twenty plans take a tenth of a second: beside the loop, not in it.
    return await asyncio.to_thread(render, entries, person.translator, model.local_of(now, person.zone).date())


def _entry(row: PlanRow, person: Person, slots: list[Slot]) -> Entry:
    uid = uuid5(_SPACE, f"{person.id}:{row.id}:{row.created_at:%Y%m%d%H%M%S%f}")
    return Entry(store.plan_from(row, person.zone), uid, row.version, row.created_at, slots)


def render(entries: Sequence[Entry], t: Translator, today: date) -> bytes:
    """An .ics file. What is further back than a year, by whole weeks, is left out."""
    since = today - timedelta(days=today.weekday()) - HISTORY
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", t.plain("Tirek: publications"))
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    zones = sorted({entry.plan.wall_zone for entry in entries if entry.plan.wall_zone != "UTC"})
    for zone in zones:
        made.add_component(vtimezone(zone, since.year, ZONE_YEARS))
    for entry in entries:
        for event in _events(entry, since, t):
            made.add_component(event)
    return bytes(made.to_ical())


def title(plan: Plan, t: Translator) -> str:
    """What an event is called."""
    if plan.outlet is None:
        return t.plain("Publish")
    return t.plain("Publish: {outlet}", outlet=describe.outlet_name(plan.outlet, t.language))


def _events(entry: Entry, since: date, t: Translator) -> Iterator[Event]:
    plan = entry.plan
    rule, end = plan.rule, plan.next_local
    if end is None:  # it rests without an end, or has none left: nothing after its last slot
        if not entry.slots:
            return
        last = entry.slots[-1].local.date()
        rule = replace(rule, until=min(last, rule.until or last))
        end = datetime.combine(last + timedelta(days=1), time.min)
    begin = max(since, plan.starts_on, rule.start or plan.starts_on)
    had = {slot.local for slot in entry.slots if slot.outcome is not Outcome.SKIPPED}
    skipped = {slot.local for slot in entry.slots if slot.outcome is Outcome.SKIPPED}
    for each in rrule.write(rule, plan.starts_on, begin):
        gone = _gone(rule, plan.starts_on, each, end, had, skipped)
        kept = next((local for local in _of(rule, plan.starts_on, each) if local not in gone), None)
        if kept is not None:
            yield _event(entry, replace(each, start=kept), sorted(local for local in gone if local > kept), t)
            for slot in entry.slots:
                if slot.outcome is None and _is_moved(slot, plan) and _belongs(slot.local, rule, each):
                    yield _moved(entry, each, slot, t)


def _of(rule: Rule, anchor: date, each: Recurrence) -> Iterator[datetime]:
    """Wall times of one recurrence, from its start on."""
    group = rule.times[each.number]
    days = set(group.weekdays)
    for local in model.walk(rule, anchor, each.start - timedelta(minutes=1)):
        if local.time() == group.at and local.isoweekday() in days:
            yield local


def _gone(
    rule: Rule, anchor: date, each: Recurrence, end: datetime, had: set[datetime], skipped: set[datetime]
) -> set[datetime]:
    """Moments of a recurrence that did not or will not come: skipped, or before the next slot and without one."""
    last = max(skipped | {end})
    near = takewhile(lambda local: local <= last, _of(rule, anchor, each))
    return {local for local in near if local in skipped or (local < end and local not in had)}


def _is_moved(slot: Slot, plan: Plan) -> bool:
    """Whether a slot comes at another time than the plan says."""
    return abs(slot.due_at - model.instant_of(slot.local, plan.wall_zone)) >= timedelta(minutes=1)


def _belongs(local: datetime, rule: Rule, each: Recurrence) -> bool:
    group = rule.times[each.number]
    return local.time() == group.at and local.isoweekday() in group.weekdays and local >= each.start


def _moved(entry: Entry, each: Recurrence, slot: Slot, t: Translator) -> Event:
    """One moment of a recurrence at another time."""
    zone = _zone(entry.plan)
    made = _described(entry, each.number, t)
    made.add("recurrence-id", slot.local.replace(tzinfo=zone))
    made.add("dtstart", slot.due_at.astimezone(zone))
    made.add_component(_alarm(title(entry.plan, t)))
    return made


def _event(entry: Entry, each: Recurrence, gone: Sequence[datetime], t: Translator) -> Event:
    zone = _zone(entry.plan)
    made = _described(entry, each.number, t)
    made.add("dtstart", each.start.replace(tzinfo=zone))
    made.add("rrule", vRecur.from_ical(each.rrule(entry.plan.wall_zone)))
    if gone:
        made.add("exdate", [local.replace(tzinfo=zone) for local in gone])
    made.add_component(_alarm(title(entry.plan, t)))
    return made


def _zone(plan: Plan) -> tzinfo:
    return ZoneInfo(plan.wall_zone) if plan.wall_zone != "UTC" else UTC


def _described(entry: Entry, number: int, t: Translator) -> Event:
    """An event of a plan's time, without when it is."""
    plan = entry.plan
    made = Event()
    made.add("uid", f"{entry.uid}-{number}@tirek")
    made.add("dtstamp", entry.created_at.astimezone(UTC).replace(microsecond=0))
    made.add("sequence", entry.version - 1)
    made.add("summary", title(plan, t))
    made.add("description", describe.rule(plan.rule, t.language))
    made.add("duration", LASTS)
    made.add("transp", "TRANSPARENT")
    if plan.outlet is not None:
        made.add(OUTLET, plan.outlet.value)
    return made


def _alarm(name: str) -> Alarm:
    made = Alarm()
    made.add("action", "DISPLAY")
    made.add("description", name)
    made.add("trigger", timedelta())
    return made
