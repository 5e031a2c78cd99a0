"""Thirteen simulated weeks of fifty people in four zones: no reminder is lost, doubled or shifted.

From January to April 2024: Almaty moves from UTC+6 to UTC+5 in the night to 1 March, New York and Berlin put their
clocks ahead on 10 and 31 March, Tashkent stands still. What is expected is computed here from calendar rules alone
(dateutil's recurrences, read in the zone), never by the bot's own rules.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import (  # type: ignore[import-untyped]
    DAILY,
    FR,
    MO,
    MONTHLY,
    SA,
    SU,
    TH,
    TU,
    WEEKLY,
    rrule,
    rruleset,
)
from sqlalchemy import select

from bot.db.tables import SlotRow
from bot.people import Person
from bot.reminders import service
from bot.reminders.model import Draft, Monthly, Outcome, Rule, WeeklyTime
from tests.journeys.conftest import World

START = datetime(2024, 1, 29, 11, tzinfo=UTC)
"""A Monday, in all four zones; nobody publishes at that time of day, so no step ends on a due moment."""
WEEKS = 13
END = START + timedelta(weeks=WEEKS)
PEOPLE = 50
ZONES = ("Asia/Almaty", "Asia/Tashkent", "Europe/Berlin", "America/New_York")
AWKWARD = {"Europe/Berlin": time(2, 30), "Asia/Almaty": time(23, 30)}
"""A wall time that a change of clocks leaves out, and one that comes twice on 29 February."""
FOLLOW_UP = timedelta(hours=2)
STEP = timedelta(days=2)
"""How far the clock is moved at a time. Answers come in between, soon enough to count."""


@dataclass(frozen=True)
class Habit:
    """What somebody publishes: the bot's rule, and beside it the same in the words of RFC 5545."""

    rule: Rule
    calendar: Callable[[datetime], rrule | rruleset]
    answers: str = "service"
    """Who says Done: the person's `press`, the `service` in their place, or `never` anybody."""


def at(text: str) -> dict[str, int]:
    hour, minute = text.split(":")
    return {"byhour": int(hour), "byminute": int(minute), "bysecond": 0}


def weekly(days: tuple[Any, ...], text: str, answers: str = "service", every: int = 1) -> Habit:
    """Some weekdays at one time, each week or each second one."""
    rule = Rule((WeeklyTime(tuple(day.weekday + 1 for day in days), time.fromisoformat(text)),), every_weeks=every)
    return Habit(rule, lambda start: rrule(WEEKLY, start, every, byweekday=days, wkst=MO, **at(text)), answers)


def two_times() -> Habit:
    """Mondays early, Fridays late."""

    def calendar(start: datetime) -> rruleset:
        both = rruleset()
        both.rrule(rrule(WEEKLY, start, byweekday=MO, **at("08:00")))
        both.rrule(rrule(WEEKLY, start, byweekday=FR, **at("19:00")))
        return both

    return Habit(Rule((WeeklyTime((1,), time(8)), WeeklyTime((5,), time(19)))), calendar)


def every_day(at_time: time) -> Habit:
    rule = Rule((WeeklyTime((1, 2, 3, 4, 5, 6, 7), at_time),))
    return Habit(rule, lambda start: rrule(DAILY, start, **at(f"{at_time:%H:%M}")))


def last_friday() -> Habit:
    rule = Rule((WeeklyTime((5,), time(19)),), monthly=Monthly(-1, 5))
    return Habit(rule, lambda start: rrule(MONTHLY, start, byweekday=FR(-1), **at("19:00")))


def habits(zone: str) -> list[Habit]:
    """Thirteen ways to publish."""
    return [
        weekly((TU,), "19:00", "never"),
        weekly((TU, FR), "19:00", "never"),
        every_day(AWKWARD[zone]) if zone in AWKWARD else weekly((SA,), "10:00"),
        weekly((TU, FR, SU), "19:00"),
        weekly((SU,), "19:00", "press"),
        two_times(),
        weekly((TU, SU), "19:00"),
        weekly((FR,), "19:00", every=2),
        last_friday(),
        weekly((TH,), "00:00"),
        weekly((TH,), "23:30", "press"),  # 29 February is a Thursday
        weekly((SU,), "02:30"),  # 10 and 31 March are Sundays
        weekly((SU,), "19:00"),
    ]


@dataclass
class Creator:
    """One of the fifty. `zone` is the person's, `plan_zone` the plan's own, if it has one."""

    number: int
    zone: str
    habit: Habit
    plan_zone: str | None = None
    chat: int = 0
    person: Person = field(init=False)

    @property
    def slots(self) -> list[datetime]:
        """Due instants, UTC, by the calendar."""
        zone = ZoneInfo(self.plan_zone or self.zone)
        first = START.astimezone(zone).replace(tzinfo=None)
        walls = self.habit.calendar(first).between(first, END.astimezone(zone).replace(tzinfo=None))
        return instants(walls, zone)

    @property
    def reminders(self) -> list[datetime]:
        """Those of the slots that are announced.

        Somebody who never answers hears the first three, then one a week, thirteen in all.
        """
        slots = self.slots
        if self.habit.answers != "never":
            return slots
        later = (each for each in slots[3:] if each.astimezone(ZoneInfo(self.zone)).weekday() == TU.weekday)
        return [*slots[:3], *islice(later, 10)]

    @property
    def follow_ups(self) -> list[datetime]:
        """Two hours after a reminder that is not answered by then; answers come when a step ends.

        Somebody who never answers is asked after the first three.
        """
        if self.habit.answers == "never":
            return [due + FOLLOW_UP for due in self.slots[:3]]
        return [due + FOLLOW_UP for due in self.slots if due + FOLLOW_UP <= step_end(due)]

    @property
    def digests(self) -> list[datetime]:
        """Sundays at eight in the evening, unless there is nothing to tell or nobody answers."""
        mine, plan_zone = ZoneInfo(self.zone), ZoneInfo(self.plan_zone or self.zone)
        first = START.astimezone(plan_zone).replace(tzinfo=None)
        found = []
        for week in range(WEEKS):
            sunday = datetime(2024, 2, 4) + timedelta(weeks=week)
            [at] = instants([sunday + timedelta(hours=20)], mine)
            walls = self.habit.calendar(first).between(sunday - timedelta(days=6), sunday + timedelta(days=8))
            told = [
                wall
                for wall in walls
                if wall > first and (wall >= sunday + timedelta(days=1) or instants([wall], plan_zone)[0] <= at)
            ]
            over = [due for due in self.slots if due + timedelta(hours=12) <= at]
            if told and (self.habit.answers != "never" or len(over) < 3):
                found.append(at)
        return found


def step_end(moment: datetime) -> datetime:
    """When the clock stops next, and answers come in."""
    return START + -((START - moment) // STEP) * STEP


def instants(walls: Iterable[datetime], zone: ZoneInfo) -> list[datetime]:
    return [wall.replace(tzinfo=zone, fold=0).astimezone(UTC) for wall in walls]


def creators(people: int = PEOPLE, zones: tuple[str, ...] = ZONES) -> list[Creator]:
    """Thirteen habits in each zone, in turn; the thirteenth is a plan in another zone than the person's own."""
    made = []
    for number in range(people):
        zone = zones[number % len(zones)]
        turn = number // len(zones) % 13
        abroad = zones[(number + 2) % len(zones)] if turn == 12 else None
        made.append(Creator(number, zone, habits(zone)[turn], abroad))
    return made


@pytest.mark.parametrize(
    ("zone", "wall", "expected"),
    [
        ("Asia/Almaty", "2024-02-29T19:00", "2024-02-29T13:00"),
        ("Asia/Almaty", "2024-02-29T23:30", "2024-02-29T17:30"),  # comes twice: the first time
        ("Asia/Almaty", "2024-03-01T19:00", "2024-03-01T14:00"),
        ("Asia/Tashkent", "2024-03-01T19:00", "2024-03-01T14:00"),
        ("Europe/Berlin", "2024-03-30T19:00", "2024-03-30T18:00"),
        ("Europe/Berlin", "2024-03-31T02:30", "2024-03-31T01:30"),  # does not exist: half past three
        ("Europe/Berlin", "2024-03-31T19:00", "2024-03-31T17:00"),
        ("America/New_York", "2024-03-10T02:30", "2024-03-10T07:30"),
        ("America/New_York", "2024-03-10T19:00", "2024-03-10T23:00"),
    ],
)
def test_the_oracle_knows_the_changes_of_clocks(zone: str, wall: str, expected: str) -> None:
    moment = instants([datetime.fromisoformat(wall)], ZoneInfo(zone))[0]
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_oracle_expects_what_a_calendar_shows() -> None:
    everybody = creators()
    counts = [len(each.reminders) for each in everybody]
    assert len(everybody) == PEOPLE
    assert counts[0::4][:12] == [13, 13, 91, 39, 13, 26, 26, 7, 3, 13, 13, 13]
    assert len(everybody[4].slots) == 26
    assert [f"{each:%d.%m}" for each in everybody[4].reminders[:4]] == ["30.01", "02.02", "06.02", "13.02"]
    assert [len(each.follow_ups) for each in everybody[0::4]][:12] == [3, 3, 91, 39, 13, 26, 26, 7, 3, 13, 13, 13]
    assert [len(each.digests) for each in everybody[0::4]][:12] == [2, 1, 13, 13, 13, 13, 13, 13, 6, 13, 13, 13]
    assert [f"{each:%d.%m %H:%M}" for each in everybody[3].digests] == ["05.02 01:00", "12.02 01:00"]
    assert step_end(START) == START
    assert step_end(START + timedelta(seconds=1)) == step_end(START + STEP) == START + STEP


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)
async def test_no_reminder_is_lost_doubled_or_shifted_in_thirteen_weeks(world: World) -> None:
    await live_thirteen_weeks(world)


async def live_thirteen_weeks(world: World) -> None:
    await world.http.post("/sandbox/clock", json={"set": START.isoformat()})
    everybody = creators()
    await arrive(world, everybody)
    by_chat = {each.person.id: each for each in everybody}
    expected = {
        "reminder": Counter((each.person.id, due) for each in everybody for due in each.reminders),
        "follow-up": Counter((each.person.id, due) for each in everybody for due in each.follow_ups),
        "digest": Counter((each.person.id, due) for each in everybody for due in each.digests),
    }

    came: dict[str, Counter[tuple[int, datetime]]] = {kind: Counter() for kind in expected}
    resting: Counter[int] = Counter()
    seen = 0
    reached = START
    while reached < END:
        reached = min(reached + STEP, END)
        await world.advance(seconds=(reached - await world_time(world)).total_seconds())
        sent = await world.calls("sendMessage", after=seen)
        seen = max([seen, *(call["n"] for call in sent)])
        for call in sent:
            assert call["answer"]["ok"], call["answer"]
            chat, buttons = int(call["parameters"]["chat_id"]), callbacks(call)
            if (kind := kind_of(call)) is not None:
                came[kind][chat, datetime.fromisoformat(call["time"]).replace(second=0, microsecond=0)] += 1
            if kind == "reminder" and by_chat[chat].habit.answers == "press":
                await press_done(world, chat, call["answer"]["result"]["message_id"], buttons)
            resting[chat] += any(data.endswith(":resume") for data in buttons)
        await publish(world, {each.person.id: each.person for each in everybody if each.habit.answers == "service"})

    for kind, wanted in expected.items():
        missing, surplus = named(wanted - came[kind], by_chat), named(came[kind] - wanted, by_chat)
        assert (missing, surplus) == ([], []), f"{kind}: lost or shifted from their minute; doubled or shifted to it"
    asked = {each.person.id: 1 for each in everybody if each.habit.answers == "never" and len(each.slots) > 13}
    assert +resting == asked
    for each in everybody:
        outcome = Outcome.MISSED if each.habit.answers == "never" else Outcome.DONE
        heard = set(each.reminders)
        outcomes = {due: found for due, found in await outcomes_of(world, each.person.id) if due in heard}
        assert outcomes == dict.fromkeys(heard, outcome), each.number


async def arrive(world: World, everybody: list[Creator]) -> None:
    """Everybody writes once, so that the bot may write to them, and turns their plan on."""
    for each in everybody:
        chatter = await world.person("en", f"P{each.number}")
        await chatter.say("/help")
        people = world.tirek.app.people
        each.person = await people.change(chatter.id, zone=each.zone, zone_chosen=True)
        draft = Draft(each.habit.rule, zone=each.plan_zone)
        await service.create(world.tirek.db, each.person, draft, world.tirek.clock.now())


def kind_of(call: dict[str, Any]) -> str | None:
    """What a sent message is: a reminder, a follow-up, a weekly digest or none of them."""
    buttons = callbacks(call)
    if any(data.startswith("wk:") for data in buttons):
        return "digest"
    if not any(data.startswith("an:") for data in buttons):
        return None
    return "follow-up" if "Did it work out" in call["parameters"]["text"] else "reminder"


async def world_time(world: World) -> datetime:
    return datetime.fromisoformat((await world.http.get("/sandbox/clock")).json()["now"])


def callbacks(call: dict[str, Any]) -> list[str]:
    """Callback data of the buttons that a call sent along."""
    markup = call["parameters"].get("reply_markup") or {}
    markup = json.loads(markup) if isinstance(markup, str) else markup
    return [button.get("callback_data", "") for row in markup.get("inline_keyboard", []) for button in row]


async def press_done(world: World, chat: int, message_id: int, buttons: list[str]) -> None:
    data = next(data for data in buttons if data.startswith("an:"))
    body = {"from": chat, "message_id": message_id, "data": data}
    toast = (await world.http.post("/sandbox/press", json=body)).raise_for_status().json()
    assert toast["answered"], toast


async def publish(world: World, people: dict[int, Person]) -> None:
    """Done for every slot of these people that has come since the last time."""
    unpublished = SlotRow.person_id.in_(people), SlotRow.published_at.is_(None)
    async with world.tirek.db.transaction() as tx:
        found = list(await tx.execute(select(SlotRow.id, SlotRow.person_id).where(*unpublished)))
    for slot_id, person_id in found:
        await service.mark(world.tirek.db, people[person_id], slot_id, Outcome.DONE, world.tirek.clock.now())


async def outcomes_of(world: World, person_id: int) -> list[tuple[datetime, str | None]]:
    async with world.tirek.db.transaction() as tx:
        mine = select(SlotRow.due_at, SlotRow.outcome).where(SlotRow.person_id == person_id)
        return [(due, outcome) for due, outcome in await tx.execute(mine)]


def named(moments: Counter[tuple[int, datetime]], by_chat: dict[int, Creator]) -> list[str]:
    """Something to read in a failure."""
    return sorted(
        f"{count}× person {by_chat[chat].number} in {by_chat[chat].zone} at {due:%Y-%m-%d %H:%MZ}"
        for (chat, due), count in moments.items()
    )
