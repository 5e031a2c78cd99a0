"""Calendars: what /export writes, read back by `icalendar` and `recurring-ical-events`; addresses; files of others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import icalendar
import pytest
import recurring_ical_events
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import web
from bot.db.engine import Database
from bot.i18n import LANGUAGES, Language, Translator
from bot.people import People, Person
from bot.reminders import calendar, ics, importing, model, moving, rrule, service, skips, subscription
from bot.reminders.model import Draft, Monthly, Outcome, Outlet, Rule, WeeklyTime
from bot.reminders.vtimezone import vtimezone
from tests.reminders.test_rrule import rules
from tests.support import NOW, planned, run_timer, slot_rows, someone, weekly

TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
YEAR = NOW + 365 * DAY
ZONES = ["Asia/Almaty", "Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "UTC"]


def expanded(data: bytes, start: datetime = NOW, end: datetime = YEAR) -> list[datetime]:
    """Every event's instant in [start, end), as the library expands them."""
    events = recurring_ical_events.of(icalendar.Calendar.from_ical(data)).between(start, end)
    return sorted(at for event in events if start <= (at := event["DTSTART"].dt.astimezone(UTC)) < end)


def walked(draft: Draft, zone: str, start: datetime = NOW, end: datetime = YEAR) -> list[datetime]:
    """The same from the plan's own rule."""
    local = model.local_of(start, zone)
    instants = (model.instant_of(at, zone) for at in model.walk(draft.rule, local.date(), local - timedelta(minutes=1)))
    return sorted(at for at in takewhile(lambda at: at < end, instants) if at > start)


async def exported(db: Database, person: Person, now: datetime = NOW) -> bytes:
    return await calendar.of_person(db, person, now)


def events(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).events)


PLANS = {
    "weekly": weekly(2, 5, at="19:00", outlet=Outlet.YOUTUBE),
    "night in the gap": weekly(7, at="02:30"),
    "every day at the gap of midnight": weekly(at="00:15"),
    "every other week, several times": Draft(
        Rule((WeeklyTime((2,), time(18)), WeeklyTime((6, 7), time(1, 30))), every_weeks=2)
    ),
    "last Sunday of the month": Draft(Rule((WeeklyTime((7,), time(2, 30)),), monthly=Monthly(-1, 7))),
    "from and until": weekly(3, at="23:59", start=date(2027, 1, 10), until=date(2027, 6, 30)),
}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", PLANS)
async def test_a_year_of_events_is_a_year_of_slots(sqlite: Database, zone: str, name: str) -> None:
    draft = PLANS[name]
    person = await someone(sqlite, zone=zone)
    await service.create(sqlite, person, draft, NOW)
    assert expanded(await exported(sqlite, person)) == walked(draft, zone) != []


@settings(deadline=None, max_examples=60)
@given(rules(), st.sampled_from(ZONES))
def test_any_plan_in_any_zone_is_the_same_in_a_calendar(rule: Rule, zone: str) -> None:
    draft = Draft(rule)
    entry = _entry(draft, zone)
    data = calendar.render([entry], Translator("en"), TODAY)
    end = NOW + 200 * DAY
    assert expanded(data, end=end) == walked(draft, zone, end=end)


def _entry(draft: Draft, zone: str) -> calendar.Entry:
    local = model.local_of(NOW, zone)
    following = model.next_moment(draft.rule, zone, local.date(), local)
    plan = calendar.Plan(
        id=1,
        person_id=1,
        outlet=draft.outlet,
        rule=draft.rule,
        zone=None,
        wall_zone=zone,
        paused=False,
        paused_until=None,
        starts_on=local.date(),
        next_local=following.local if following else None,
        next_due_at=following.instant if following else None,
        unanswered=0,
        reminded_at=None,
    )
    return calendar.Entry(plan, calendar.UUID(int=1), 1, NOW, [])


@pytest.mark.parametrize(
    "zone", [*ZONES[:-1], "Africa/Casablanca", "Asia/Tehran", "America/Santiago", "Asia/Kathmandu"]
)
def test_a_vtimezone_says_what_the_zone_rules_say(zone: str) -> None:
    read = icalendar.Timezone.from_ical(vtimezone(zone, 2025, 6).to_ical())
    theirs = read.to_tz(lookup_tzid=False)
    ours = ZoneInfo(zone)
    begin = datetime(2025, 1, 10)
    for hours in range(0, 5 * 365 * 24, 7):
        local = begin + timedelta(hours=hours)
        instant = local.replace(tzinfo=ours).astimezone(UTC)
        if instant.astimezone(ours).replace(tzinfo=None) != local or local.replace(fold=1, tzinfo=ours).utcoffset() != (
            local.replace(tzinfo=ours).utcoffset()
        ):
            continue  # an hour that is left out or comes twice: readers differ
        assert local.replace(tzinfo=theirs).utcoffset() == local.replace(tzinfo=ours).utcoffset(), local


def test_an_onset_is_a_wall_time_of_the_offset_before() -> None:
    text = vtimezone("Europe/Berlin", 2027, 1).to_ical().decode()
    assert "DTSTART:20270328T020000" in text, "two o'clock in winter time, as the rules of the EU say"
    assert "DTSTART:20271031T030000" in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_event_carries_what_a_calendar_needs(sqlite: Database, language: Language) -> None:
    person = await someone(sqlite, language=language)
    await planned(sqlite, person, 2, outlet=Outlet.PODCAST)
    data = await exported(sqlite, person)
    [event] = events(data)
    assert (
        event["SUMMARY"] == {"kk": "Жариялау: подкаст", "ru": "Публикация: подкаст", "en": "Publish: podcast"}[language]
    )
    assert (event["SEQUENCE"], event["TRANSP"], event.duration) == (0, "TRANSPARENT", timedelta(minutes=30))
    [alarm] = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt, alarm["DESCRIPTION"]) == ("DISPLAY", timedelta(0), event["SUMMARY"])
    assert icalendar.Calendar.from_ical(data)["VERSION"] == "2.0"
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert [zone["TZID"] for zone in icalendar.Calendar.from_ical(data).walk("VTIMEZONE")] == ["Asia/Almaty"]
    assert not icalendar.Calendar.from_ical(data).errors


async def test_several_times_are_several_events_with_names_that_stay(sqlite: Database) -> None:
    person = await someone(sqlite)
    draft = Draft(Rule((WeeklyTime((2,), time(18)), WeeklyTime((6,), time(12)))))
    plan = await service.create(sqlite, person, draft, NOW)
    before = {event["UID"]: event["SEQUENCE"] for event in events(await exported(sqlite, person))}
    assert len(before) == 2
    changed = Draft(Rule((WeeklyTime((3,), time(18)), WeeklyTime((6,), time(13)))))
    await service.change(sqlite, person, plan.id, changed, NOW)
    after = {event["UID"]: event["SEQUENCE"] for event in events(await exported(sqlite, person))}
    assert after == dict.fromkeys(before, 1), "the same events, one version on"
    other = await someone(sqlite, 2)
    await service.create(sqlite, other, draft, NOW)
    assert not before.keys() & {event["UID"] for event in events(await exported(sqlite, other))}


async def test_the_same_plans_are_the_same_bytes(sqlite: Database) -> None:
    person = await someone(sqlite)
    await planned(sqlite, person, 2, 5)
    assert await exported(sqlite, person) == await exported(sqlite, person, NOW + 3 * DAY)


async def test_no_plans_are_an_empty_calendar(sqlite: Database) -> None:
    assert events(await exported(sqlite, await someone(sqlite))) == []


# --- What does not come -----------------------------------------------------------------------------------------------


async def test_a_pause_leaves_its_dates_out(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await run_timer(database, NOW, NOW + 3 * DAY)
    paused_at = NOW + 3 * DAY
    await service.pause(database, person, plan.id, date(2026, 12, 1), paused_at)
    end = NOW + 40 * DAY
    found = expanded(await exported(database, person, paused_at), end=end)
    had = [slot.due_at for slot in await slot_rows(database)]
    assert found[: len(had)] == had, "what was stays"
    assert found[len(had)] == datetime(2026, 12, 1, 14, tzinfo=UTC)
    await run_timer(database, paused_at, NOW + 10 * DAY)
    assert expanded(await exported(database, person, NOW + 10 * DAY), end=end) == found, (
        "and so it is when the pause is over"
    )


async def test_a_pause_without_an_end_stops_the_events(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await service.pause(database, person, plan.id, None, NOW)
    assert events(await exported(database, person)) == [], "nothing has been, nothing is to come"
    await service.resume(database, person, plan.id, NOW)
    await run_timer(database, NOW, NOW + 3 * DAY)
    await service.pause(database, person, plan.id, None, NOW + 3 * DAY)
    assert expanded(await exported(database, person)) == [slot.due_at for slot in await slot_rows(database)]


async def test_days_skipped_in_advance_are_left_out_and_come_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    everything = expanded(await exported(database, person))
    first, last = date(2026, 12, 16), date(2026, 12, 17)
    gone = await skips.skip(database, person, plan.id, first, last, NOW)
    assert [at.date() for at in gone] == [first, last]
    data = await exported(database, person)
    assert expanded(data) == [at for at in everything if at not in gone]
    assert [event["SEQUENCE"] for event in events(data)] == [1]
    assert await skips.unskip(database, person, plan.id, first, last, NOW) == 2
    assert expanded(await exported(database, person)) == everything


async def test_a_slot_that_was_moved_stands_at_its_new_time(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    everything = expanded(await exported(database, person))
    assert plan.next_due_at is not None
    to = plan.next_due_at + timedelta(hours=3)
    await moving.move(database, person, plan.id, plan.next_due_at, to, NOW)
    assert expanded(await exported(database, person)) == [to, *everything[1:]]


# --- Skipped in advance -----------------------------------------------------------------------------------------------


async def test_the_timer_never_announces_what_is_skipped(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 2, 3)
    await skips.skip(database, person, plan.id, TODAY, TODAY + DAY, NOW)
    standing = await service.plan(database, person, plan.id)
    assert standing.plan.next_local == datetime(2026, 11, 25, 19)
    today, week = await service.agenda(database, person, NOW)
    assert [(due.moment.local.day, due.slot is not None) for due in [*today, *week]] == [
        (23, True), (24, True), (25, False),
    ]  # fmt: skip
    await run_timer(database, NOW, NOW + 4 * DAY)
    outcomes = [(slot.local_date.day, slot.outcome) for slot in await slot_rows(database)]
    assert outcomes == [(23, Outcome.SKIPPED), (24, Outcome.SKIPPED), (25, Outcome.MISSED)]


async def test_what_is_skipped_later_says_nothing_of_this_week(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3)
    await run_timer(database, NOW, NOW + 6 * timedelta(hours=1))
    [slot] = await slot_rows(database)
    await service.mark(database, person, slot.id, Outcome.DONE, NOW + 6 * timedelta(hours=1))
    before = (await service.plan(database, person, plan.id)).progress
    assert (before.streak, before.weeks) == (1, 0), "Wednesday is still to come"
    await skips.skip(database, person, None, date(2026, 12, 16), date(2026, 12, 16), NOW)
    assert (await service.plan(database, person, plan.id)).progress == before


async def test_a_changed_plan_skips_the_same_days(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await skips.skip(database, person, plan.id, date(2026, 12, 16), date(2026, 12, 17), NOW)
    changed = await service.change(database, person, plan.id, weekly(3, 5, at="12:00"), NOW)
    assert changed.next_local == datetime(2026, 11, 25, 12), "what is skipped far ahead holds nothing up"
    assert [(slot.local_date, slot.local_time) for slot in await slot_rows(database)] == [
        (date(2026, 12, 16), time(12))
    ]


async def test_who_moves_takes_the_skipped_days_along(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await skips.skip(database, person, plan.id, date(2026, 12, 16), date(2026, 12, 16), NOW)
    await service.move_person(database, person, "Europe/Berlin", None, NOW)
    [slot] = await slot_rows(database)
    assert (slot.local_time, slot.due_at) == (time(19), datetime(2026, 12, 16, 18, tzinfo=UTC))


async def test_only_slots_that_come_can_be_skipped(database: Database) -> None:
    person, stranger = await someone(database), await someone(database, 2)
    plan = await planned(database, person, 1)
    assert await skips.skip(database, person, plan.id, TODAY - DAY, TODAY - DAY, NOW) == []
    assert await skips.skip(database, person, plan.id, TODAY, TODAY, NOW + DAY) == []
    assert await skips.skip(database, person, plan.id, TODAY + DAY, TODAY + 3 * DAY, NOW) == []
    with pytest.raises(service.NotFound):
        await skips.skip(database, stranger, plan.id, TODAY, TODAY, NOW)
    assert await skips.skip(database, stranger, None, TODAY, TODAY, NOW) == []
    assert len(await skips.skip(database, person, plan.id, TODAY, TODAY, NOW)) == 1
    assert await skips.skip(database, person, plan.id, TODAY, TODAY, NOW) == [], "twice is once"
    assert await skips.skipped(database, person, NOW) == {plan.id: {TODAY}}
    await People(database).erase(person.id)
    assert await slot_rows(database) == []


# --- The address ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def http(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """The bot's HTTP server with the calendars of a database."""

    async def ready() -> dict[str, Any]:
        return {"ready": True}

    app = web.build(ready, None, None, None)
    web.serve_calendars(app, lambda token: subscription.read(database, token, NOW))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
        yield client


async def test_an_address_gives_the_calendar_and_says_when_nothing_is_new(
    database: Database, http: httpx.AsyncClient
) -> None:
    person = await someone(database)
    plan = await planned(database, person, 2)
    token = await subscription.renew(database, person, NOW)
    path = f"/calendar/{token}.ics"
    first = await http.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert first.content == await exported(database, person)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await http.get(path, headers={"If-None-Match": asked})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), asked
    head = await http.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)
    await service.change(database, person, plan.id, weekly(3), NOW)
    newer = await http.get(path, headers={"If-None-Match": tag})
    assert newer.status_code == 200
    assert newer.headers["etag"] != tag


async def test_a_new_address_ends_the_old_and_revoking_ends_it_all(database: Database, http: httpx.AsyncClient) -> None:
    person = await someone(database)
    assert await subscription.since(database, person) is None
    old = await subscription.renew(database, person, NOW)
    new = await subscription.renew(database, person, NOW + DAY)
    assert await subscription.since(database, person) == NOW + DAY
    answers = [(await http.get(f"/calendar/{token}.ics")).status_code for token in (old, new)]
    assert answers == [404, 200]
    assert await subscription.revoke(database, person)
    assert not await subscription.revoke(database, person)
    assert (await http.get(f"/calendar/{new}.ics")).status_code == 404


async def test_nobody_else_s_path_leads_anywhere(database: Database, http: httpx.AsyncClient) -> None:
    person = await someone(database)
    token = await subscription.renew(database, person, NOW)
    paths = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        token + "A",
        "1",
        "%00",
        "..%2f..%2fetc",
        "ә" * 22,
    ]
    for path in paths:
        answer = await http.get(f"/calendar/{path}.ics")
        assert (answer.status_code, "etag" in answer.headers) == (404, False), path
    assert (await http.post(f"/calendar/{token}.ics")).status_code == 405
    assert (await http.delete(f"/calendar/{token}.ics")).status_code == 405


async def test_too_many_requests_wait_a_minute(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = subscription.Gate(most=3)
    assert [gate.passes(at) for at in (0, 1, 2, 3, 59, 60, 60.5, 61)] == [
        True, True, True, False, False, True, False, True,
    ]  # fmt: skip


async def test_the_secret_is_kept_nowhere_and_its_digest_goes_with_the_person(database: Database) -> None:
    person = await someone(database)
    token = await subscription.renew(database, person, NOW)
    assert len(token) == 22, "128 bits"
    people = People(database)
    kept = await people.export(person.id)
    assert [row["person_id"] for row in kept["calendars"]] == [person.id]
    assert token not in str(kept)
    await people.erase(person.id)
    assert await subscription.read(database, token, NOW) is None


# --- Files of others --------------------------------------------------------------------------------------------------

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
TAIL = "END:VCALENDAR\r\n"


def a_file(*events: str) -> bytes:
    """A calendar with some events, each given as its lines."""
    body = "".join(f"BEGIN:VEVENT\r\n{event.strip()}\r\nEND:VEVENT\r\n" for event in events)
    return (HEAD + body + TAIL).replace("\n", "\r\n").replace("\r\r", "\r").encode()


@settings(deadline=None, max_examples=60)
@given(rules(), st.sampled_from(ZONES), st.sampled_from([None, *Outlet]))
def test_what_goes_out_comes_back_as_the_same_plan(rule: Rule, zone: str, outlet: Outlet | None) -> None:
    data = calendar.render([_entry(Draft(rule, outlet), zone)], Translator("ru"), TODAY)
    found = ics.read(data, "Asia/Tokyo", NOW)
    assert found.left_out == []
    [proposal] = found.proposals
    assert (proposal.draft.outlet, proposal.draft.zone, proposal.skips) == (outlet, zone, ())
    end = NOW + 200 * DAY
    assert walked(proposal.draft, zone, end=end) == walked(Draft(rule), zone, end=end)


GOOGLE = """
DTSTART;TZID=Asia/Almaty:20261013T190000
DTEND;TZID=Asia/Almaty:20261013T200000
RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20270302T185959Z;BYDAY=TU
EXDATE;TZID=Asia/Almaty:20261110T190000
EXDATE;TZID=Asia/Almaty:20261215T190000
SUMMARY:Съёмка\\, монтаж\\nи YouTube
BEGIN:VALARM
ACTION:DISPLAY
SUMMARY:not this one
TRIGGER:-P0DT0H30M0S
END:VALARM
"""
APPLE = """
DTSTART;TZID="Asia/Almaty":20261124T090000
RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH
SUMMARY:A very long name that is folded
  over two lines
"""
OUTLOOK = """
DTSTART;TZID=W. Europe Standard Time:20261102T090000
RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1
SUMMARY;LANGUAGE=de:Podcast
"""
OLD_MOZILLA = """
DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261102T090000
RRULE:FREQ=DAILY
EXDATE;VALUE=DATE:20261225
SUMMARY:TikTok and Instagram
"""


@pytest.mark.parametrize(
    ("event", "title", "draft", "skips"),
    [
        (GOOGLE, "Съёмка, монтаж и YouTube",
         weekly(2, outlet=Outlet.YOUTUBE, until=date(2027, 3, 2)), ["2026-12-15T19:00"]),
        (APPLE, "A very long name that is folded over two lines",
         weekly(2, 4, at="09:00", every_weeks=2, start=date(2026, 11, 24)), []),
        (OUTLOOK, "Podcast",
         Draft(Rule((WeeklyTime((1,), time(9)),), 1, Monthly(1, 1)), Outlet.PODCAST, "Europe/Berlin"), []),
        (OLD_MOZILLA, "TikTok and Instagram", weekly(at="09:00", zone="Europe/Berlin"), ["2026-12-25T09:00"]),
    ],
    ids=["Google", "Apple", "Outlook", "an old Thunderbird, two outlets"],
)  # fmt: skip
def test_calendars_of_other_programs_are_read(event: str, title: str, draft: Draft, skips: list[str]) -> None:
    found = ics.read(a_file(event), "Asia/Almaty", NOW)
    assert found.left_out == []
    [proposal] = found.proposals
    assert (proposal.title, proposal.draft) == (title, draft)
    assert proposal.skips == tuple(map(datetime.fromisoformat, skips))


START = "DTSTART;TZID=Asia/Almaty:20261124T190000"


@pytest.mark.parametrize(
    ("event", "why", "part"),
    [
        (START, ics.ONCE, ""),
        (f"{START}\nRRULE:FREQ=WEEKLY\nRECURRENCE-ID:20261201T190000", ics.MOVED, ""),
        (f"{START}\nRRULE:FREQ=WEEKLY\nSTATUS:CANCELLED", ics.CANCELED, ""),
        (f"{START}\nRRULE:FREQ=WEEKLY\nRDATE:20261201T190000", rrule.WHY["part"], "RDATE"),
        (f"{START}\nRRULE:FREQ=WEEKLY\nRRULE:FREQ=DAILY", rrule.WHY["apart"], ""),
        (f"{START}\nRRULE:FREQ=WEEKLY\nEXDATE:20991201T190000", rrule.WHY["part"], "EXDATE"),
        (f"{START}\nRRULE:FREQ=YEARLY", rrule.WHY["frequency"], "FREQ=YEARLY"),
        ("DTSTART;VALUE=DATE:20261124\nRRULE:FREQ=WEEKLY", rrule.WHY["no_time"], ""),
        ("RRULE:FREQ=WEEKLY", rrule.WHY["no_time"], ""),
        ("DTSTART;TZID=Mars:20261124T190000\nRRULE:FREQ=WEEKLY", rrule.WHY["zone"], "Mars"),
    ],
)
def test_what_is_no_plan_is_left_out_with_its_reason(event: str, why: str, part: str) -> None:
    found = ics.read(a_file(f"SUMMARY:Thing\n{event}", f"{START}\nRRULE:FREQ=WEEKLY"), "Asia/Almaty", NOW)
    assert found.left_out == [ics.LeftOut("Thing", why, part)]
    assert len(found.proposals) == 1, "the others are read all the same"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\xff\xfe\x00\x00",
        b"BEGIN:VEVENT\r\nEND:VEVENT\r\n",
        (HEAD + "BEGIN:VEVENT\r\n" * 9000).encode(),
        (HEAD + "BEGIN:VEVENT\r\n" + TAIL).encode(),
        HEAD.encode(),
        (HEAD + TAIL + "X:1\r\n").encode(),
        (HEAD + 'X;A="never closed:1\r\n' + TAIL).encode(),
    ],
    ids=lambda data: repr(data[:40]),
)
def test_what_is_no_calendar_is_refused(data: bytes) -> None:
    with pytest.raises(ics.NotACalendar):
        ics.read(data, "Asia/Almaty", NOW)


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for whole in (data, HEAD.encode() + b"BEGIN:VEVENT\r\n" + data + b"\r\nEND:VEVENT\r\n" + TAIL.encode()):
        with suppress(ics.NotACalendar):
            ics.read(whole, "Asia/Almaty", NOW)


def test_a_large_file_of_anything_ends_soon() -> None:
    """Each as large as a file may be; what a general reader needs many seconds for ends in one look at each line."""
    many = b"".join(b"BEGIN:VEVENT\r\n%s\r\nRRULE:FREQ=WEEKLY\r\nEND:VEVENT\r\n" % START.encode() for _ in range(2000))
    for middle in (
        b"X:1\r\n" * 52_000,
        b"X" + b";A=B" * 60_000 + b":1\r\n",
        b"X:" + b"\r\n a" * 60_000 + b"\r\n",
        many,
    ):
        data = HEAD.encode() + middle + TAIL.encode()
        found = ics.read(data, "Asia/Almaty", NOW)
        assert len(found.left_out) <= 1
    assert found.left_out == [ics.LeftOut("", ics.TOO_MANY)]
    with pytest.raises(ics.CalendarTooLarge):
        ics.read(b"x" * (ics.LARGEST + 1), "Asia/Almaty", NOW)


def test_times_of_one_name_become_one_plan_where_they_fit() -> None:
    def event(start: str, rule: str, title: str = "Show") -> str:
        return f"SUMMARY:{title}\nDTSTART:{start}\nRRULE:{rule}"

    tuesday, saturday = event("20261124T180000", "FREQ=WEEKLY"), event("20261128T120000", "FREQ=WEEKLY")
    [whole] = ics.read(a_file(tuesday, saturday), "Asia/Almaty", NOW).proposals
    assert whole.draft.rule.times == (WeeklyTime((2,), time(18)), WeeklyTime((6,), time(12)))
    apart = [tuesday, event("20261128T120000", "FREQ=WEEKLY;INTERVAL=2"), event("20261128T120000", "FREQ=WEEKLY", "B")]
    assert len(ics.read(a_file(*apart), "Asia/Almaty", NOW).proposals) == 3


async def test_an_offer_is_turned_on_once_and_skips_what_the_calendar_leaves_out(database: Database) -> None:
    person = await someone(database)
    offer = await importing.offer(database, person, a_file(GOOGLE), NOW)
    made = await importing.turn_on(database, person, offer.token, NOW)
    assert [plan.outlet for plan in made] == [Outlet.YOUTUBE]
    assert [slot.local_date for slot in await slot_rows(database)] == [date(2026, 12, 15)]
    with pytest.raises(importing.FileIsOld):
        await importing.turn_on(database, person, offer.token, NOW)
    again = await importing.offer(database, person, a_file(GOOGLE), NOW)
    assert (list(again.proposals), [each.why for each in again.left_out]) == ([], [importing.KNOWN])
    assert expanded(await exported(database, person))[:4] == [
        datetime(2026, 11, 24, 14, tzinfo=UTC),
        datetime(2026, 12, 1, 14, tzinfo=UTC),
        datetime(2026, 12, 8, 14, tzinfo=UTC),
        datetime(2026, 12, 22, 14, tzinfo=UTC),
    ]


async def test_there_is_room_for_so_many_plans(sqlite: Database) -> None:
    person = await someone(sqlite)
    lines = [f"SUMMARY:{n}\nDTSTART:20261124T{n % 24:02}{n // 24:02}00\nRRULE:FREQ=WEEKLY" for n in range(70)]
    for round_ in range(4):
        offer = await importing.offer(sqlite, person, a_file(*lines), NOW)
        taken = min(importing.MOST_AT_ONCE, service.MOST_PLANS - round_ * importing.MOST_AT_ONCE)
        assert len(offer.proposals) == max(0, taken)
        assert {each.why for each in offer.left_out} <= {importing.KNOWN, importing.NO_ROOM}
        if offer.proposals:
            await importing.turn_on(sqlite, person, offer.token, NOW)


async def test_nobody_turns_on_what_was_offered_to_another(sqlite: Database) -> None:
    person, stranger = await someone(sqlite), await someone(sqlite, 2)
    offer = await importing.offer(sqlite, person, a_file(GOOGLE), NOW)
    for act in (importing.turn_on, importing.drop):
        with pytest.raises(importing.FileIsOld):
            await act(sqlite, stranger, offer.token, NOW)
    await importing.drop(sqlite, person, offer.token, NOW)
    with pytest.raises(importing.FileIsOld):
        await importing.turn_on(sqlite, person, offer.token, NOW)
