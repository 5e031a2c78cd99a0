"""Plans as recurrence rules and back, against python-dateutil and against a slow reading of the calendar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import LANGUAGES, Translator
from bot.reminders import model, rrule
from bot.reminders.model import Monthly, Rule, WeeklyTime
from bot.reminders.rrule import NotAPlan

TODAY = date(2026, 11, 23)  # a Monday
DAY = timedelta(days=1)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule the bot itself can make, normal as phrases and buttons write it."""
    times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 5, 30, 59]))
    start = draw(st.none() | st.dates(TODAY - 60 * DAY, TODAY + 90 * DAY))
    begin = max(TODAY, start or TODAY)
    until = draw(st.none() | st.dates(begin + 70 * DAY, begin + 500 * DAY))
    if draw(st.booleans()) and draw(st.booleans()):
        nth, weekday = draw(st.sampled_from([1, 2, 3, 4, -1])), draw(st.integers(1, 7))
        hours = sorted(draw(st.sets(times, min_size=1, max_size=2)))
        return Rule(tuple(WeeklyTime((weekday,), at) for at in hours), 1, Monthly(nth, weekday), start, until)
    by_time = draw(st.dictionaries(times, st.sets(st.integers(1, 7), min_size=1), min_size=1, max_size=3))
    groups = sorted(
        (WeeklyTime(tuple(sorted(d)), at) for at, d in by_time.items()), key=lambda g: (g.weekdays[0], g.at)
    )
    return Rule(tuple(groups), draw(st.sampled_from([1, 1, 2, 3, 5])), None, start, until)


def near(moments: Iterable[datetime], count: int = 60) -> list[datetime]:
    """The first moments within six hundred days: no further than a walk is promised to look."""
    return list(islice(takewhile(lambda at: at.date() < TODAY + 600 * DAY, moments), count))


def slots(rule: Rule, count: int = 60) -> list[datetime]:
    """The first wall times of a rule from the beginning of TODAY on."""
    return near(model.walk(rule, TODAY, datetime.combine(TODAY, time.min) - timedelta(minutes=1)), count)


@settings(deadline=None)
@given(rules())
def test_what_a_plan_says_dateutil_says_too(rule: Rule) -> None:
    written = rrule.write(rule, TODAY)
    theirs = sorted(at for each in written for at in near(rrulestr(each.rrule(), dtstart=each.start)))
    ours = slots(rule)
    assert ours == theirs[:60]


@settings(deadline=None)
@given(rules())
def test_what_is_written_reads_back_as_the_same_slots(rule: Rule) -> None:
    written = rrule.write(rule, TODAY)
    back = rrule.together([rrule.read(each.rrule(), each.start, "UTC", TODAY) for each in written], TODAY)
    assert back is not None
    assert slots(back) == slots(rule)
    assert (back.times, back.every_weeks, back.monthly, back.until) == (
        rule.times,
        rule.every_weeks,
        rule.monthly,
        rule.until,
    )


@settings(deadline=None)
@given(rules(), st.sampled_from(["Asia/Almaty", "Europe/Berlin", "America/New_York", "UTC"]))
def test_the_lines_with_a_zone_read_back_as_well(rule: Rule, zone: str) -> None:
    draft = rrule.read_text("\n".join(each.text(zone) for each in rrule.write(rule, TODAY)), "Asia/Tokyo", TODAY)
    assert draft.zone == zone
    assert slots(draft.rule) == slots(rule)


@settings(deadline=None)
@given(
    st.datetimes(datetime(2026, 6, 1), datetime(2027, 6, 1)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.sets(st.sampled_from(rrule.DAYS), max_size=4),
    st.integers(1, 4),
    st.sampled_from(
        ["", ";COUNT=1", ";COUNT=7", ";UNTIL=20270901T120000", ";UNTIL=20270901", ";UNTIL=20280101T000000"]
    ),
    st.sampled_from(["", ";WKST=MO", ";WKST=SU", ";WKST=TH"]),
)
def test_rules_of_others_are_read_as_dateutil_reads_them_or_refused(
    start: datetime, days: set[str], interval: int, end: str, week: str
) -> None:
    by_day = f";BYDAY={','.join(sorted(days))}" if days else ""
    text = f"FREQ=WEEKLY;INTERVAL={interval}{by_day}{week}{end}"
    whole_day = f"{text}T235959" if text.endswith("UNTIL=20270901") else text  # to dateutil a date is its first second
    theirs = [at for at in near(rrulestr(whole_day, dtstart=start), 500) if at.date() >= TODAY]
    rule, refused = _read(text, start)
    if rule is None:
        allowed = {"weeks"} | ({"ended"} if not theirs else set())
        allowed |= {"start"} if days and rrule.DAYS[start.weekday()] not in days else set()
        assert refused in allowed
        return
    assert slots(rule, 40) == theirs[:40]


def _read(text: str, start: datetime) -> tuple[Rule | None, str]:
    try:
        return rrule.read(text, start, "UTC", TODAY), ""
    except NotAPlan as refused:
        return None, refused.why


# --- Change of clocks -------------------------------------------------------------------------------------------------

ZONES = ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Almaty", "America/Santiago"]


def slow_instant(local: datetime, zone: str) -> datetime:
    """The instant of a wall time, looked for minute by minute among the instants whose clock shows it.

    The first of two; where there is none, as far after the gap's beginning as the clock would have been.
    """
    begin = (local - timedelta(hours=26)).replace(tzinfo=UTC)
    before = None
    for minute in range(0, 52 * 60, 5):
        at = begin + timedelta(minutes=minute)
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if shown == local:
            return at
        if shown > local:
            assert before is not None
            return before[0] + (local - before[1])
        before = at, shown
    raise AssertionError("no such time within a day")


def slow_slots(rule: Rule, anchor: date) -> Iterator[datetime]:
    """Every wall time of a rule, day by day, with a week count of its own."""
    day = max(anchor, rule.start or anchor)
    weekdays = {weekday for group in rule.times for weekday in group.weekdays}
    while day.isoweekday() not in weekdays:
        day += DAY
    zero = day.toordinal() - day.weekday()
    for number in range(day.toordinal(), day.toordinal() + 600):
        day = date.fromordinal(number)
        if rule.until and day > rule.until:
            return
        if rule.monthly:
            same = [d for d in range(1, 32) if _weekday(day, d) == rule.monthly.weekday]
            place = rule.monthly.nth - 1 if rule.monthly.nth > 0 else -1
            due = day.day == same[place]
        else:
            due = (number - zero) // 7 % rule.every_weeks == 0
        yield from sorted(datetime.combine(day, g.at) for g in rule.times if due and day.isoweekday() in g.weekdays)


def _weekday(day: date, number: int) -> int:
    try:
        return day.replace(day=number).isoweekday()
    except ValueError:
        return 0


@settings(deadline=None)
@given(rules(), st.sampled_from(ZONES))
def test_the_instants_are_those_of_a_slow_reading_of_the_calendar(rule: Rule, zone: str) -> None:
    ours = slots(rule, 30)
    assert ours == near(slow_slots(rule, TODAY), 30)
    for local in ours[:: max(1, len(ours) // 6)]:
        assert model.instant_of(local.replace(minute=local.minute // 5 * 5), zone) == slow_instant(
            local.replace(minute=local.minute // 5 * 5), zone
        )


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T01:30"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Africa/Cairo", "2027-04-30T00:15", "2027-04-29T22:15"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45"),
        ("Asia/Almaty", "2024-03-01T19:00", "2024-03-01T14:00"),
    ],
    ids=["left out", "twice", "twice in the west", "midnight left out", "half an hour", "Almaty moves"],
)
def test_the_slow_reading_knows_the_odd_hours(zone: str, local: str, instant: str) -> None:
    at = datetime.fromisoformat(local)
    assert slow_instant(at, zone) == model.instant_of(at, zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


# --- The subset, row by row -------------------------------------------------------------------------------------------

TUE = "20261124T190000"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=18;BYMINUTE=30", Rule((WeeklyTime((2, 5), time(18, 30)),))),
        ("rrule:freq=weekly;byday=tu;byhour=9,18;byminute=0",
         Rule((WeeklyTime((2,), time(9)), WeeklyTime((2,), time(18))))),
        ("FREQ=DAILY;BYHOUR=7;BYMINUTE=0;BYSECOND=0", Rule((WeeklyTime((1, 2, 3, 4, 5, 6, 7), time(7)),))),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=7;BYMINUTE=5", Rule((WeeklyTime((1, 2, 3, 4, 5), time(7, 5)),))),
        ("FREQ=MONTHLY;BYDAY=2TU;BYHOUR=12;BYMINUTE=0", Rule((WeeklyTime((2,), time(12)),), 1, Monthly(2, 2))),
        ("FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;BYHOUR=12;BYMINUTE=0",
         Rule((WeeklyTime((5,), time(12)),), 1, Monthly(-1, 5))),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,FR;BYHOUR=1;BYMINUTE=0", Rule((WeeklyTime((1, 5), time(1)),), 2)),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY", Rule((WeeklyTime((2,), time(19)),), start=date(2026, 11, 24))),
        ("DTSTART:20261006T190000 RRULE:FREQ=WEEKLY;COUNT=10",
         Rule((WeeklyTime((2,), time(19)),), until=date(2026, 12, 8))),
        ("DTSTART:20261117T190000 RRULE:FREQ=WEEKLY;INTERVAL=2",
         Rule((WeeklyTime((2,), time(19)),), 2, start=date(2026, 12, 1))),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;UNTIL=20270105T185959",
         Rule((WeeklyTime((2,), time(19)),), start=date(2026, 11, 24), until=date(2027, 1, 4))),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;UNTIL=20270105T140000Z",
         Rule((WeeklyTime((2,), time(19)),), start=date(2026, 11, 24), until=date(2027, 1, 5))),
    ],
)  # fmt: skip
def test_what_a_plan_can_hold_is_read(text: str, expected: Rule) -> None:
    draft = rrule.read_text(text, "Asia/Almaty", TODAY)
    assert draft.rule == expected
    assert draft.zone is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hello", "malformed"),
        ("RRULE:", "malformed"),
        ("FREQ=WEEKLY;FREQ=DAILY", "malformed"),
        ("FREQ=WEEKLY;BYDAY=XX;BYHOUR=1;BYMINUTE=1", "malformed"),
        ("FREQ=WEEKLY;BYDAY=2TU;BYHOUR=1;BYMINUTE=1", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=24;BYMINUTE=1", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;INTERVAL=0", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;INTERVAL=-2", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;UNTIL=tomorrow", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;UNTIL=20270230", "malformed"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;COUNT=3;UNTIL=20270105", "malformed"),
        ("FREQ=WEEKLY;BYDAY=" + ",".join(["TU"] * 400), "malformed"),
        ("DTSTART:99991231T190000 RRULE:FREQ=WEEKLY", "malformed"),
        ("FREQ=FORTNIGHTLY;BYHOUR=1;BYMINUTE=1", "malformed"),
        ("FREQ=WEEKLY;BYDAY=TU", "no_time"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=19", "no_time"),
        ("DTSTART:20261124 RRULE:FREQ=WEEKLY", "no_time"),
        ("FREQ=WEEKLY;BYHOUR=1;BYMINUTE=1", "no_days"),
        ("FREQ=YEARLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1", "frequency"),
        ("FREQ=HOURLY;BYHOUR=1;BYMINUTE=1", "frequency"),
        (f"DTSTART:{TUE} RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7;BYMINUTE=0,10,20,30", "frequency"),
        ("FREQ=DAILY;INTERVAL=2;BYHOUR=1;BYMINUTE=1", "every_days"),
        ("FREQ=MONTHLY;BYMONTHDAY=15;BYHOUR=1;BYMINUTE=1", "month_day"),
        ("FREQ=MONTHLY;BYHOUR=1;BYMINUTE=1", "month_day"),
        ("FREQ=MONTHLY;BYDAY=5TU;BYHOUR=1;BYMINUTE=1", "nth"),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU;BYHOUR=1;BYMINUTE=1", "nth"),
        ("FREQ=MONTHLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1", "nth"),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU;BYHOUR=1;BYMINUTE=1", "part"),
        ("FREQ=WEEKLY;BYDAY=TU;BYMONTH=5;BYHOUR=1;BYMINUTE=1", "part"),
        ("FREQ=WEEKLY;BYDAY=TU;BYWEEKNO=5;BYHOUR=1;BYMINUTE=1", "part"),
        ("FREQ=WEEKLY;BYDAY=TU;X-THING=5;BYHOUR=1;BYMINUTE=1", "part"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;BYSECOND=30", "part"),
        ("DTSTART:20261124T190030 RRULE:FREQ=WEEKLY", "part"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;COUNT=100000", "part"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY EXDATE:{TUE}", "part"),
        ("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;BYHOUR=1;BYMINUTE=1", "weeks"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;BYDAY=FR", "start"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;BYHOUR=9,19;BYMINUTE=0", "start"),
        ("DTSTART:20261124T090000 RRULE:FREQ=WEEKLY;BYHOUR=9,19;BYMINUTE=0;COUNT=3", "end"),
        ("DTSTART:20261124T090000 RRULE:FREQ=WEEKLY;BYHOUR=9,19;BYMINUTE=0;UNTIL=20261201T120000", "end"),
        ("FREQ=WEEKLY;BYDAY=TU;BYHOUR=1;BYMINUTE=1;COUNT=3", "end"),
        ("DTSTART:20260106T190000 RRULE:FREQ=WEEKLY;COUNT=3", "ended"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY;UNTIL=20261123", "ended"),
        (f"DTSTART;TZID=Mars/Olympus:{TUE} RRULE:FREQ=WEEKLY", "zone"),
        (f"DTSTART;TZID=../../etc/passwd:{TUE} RRULE:FREQ=WEEKLY", "zone"),
        (f"DTSTART:{TUE} RRULE:FREQ=WEEKLY RRULE:FREQ=MONTHLY;BYDAY=4TU", "apart"),
    ],
)
def test_what_a_plan_cannot_hold_is_a_question_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(NotAPlan) as refused:
        rrule.read_text(text, "Asia/Almaty", TODAY)
    assert refused.value.why == why


@settings(deadline=None)
@given(st.text(max_size=80) | st.text("FREQ=WKLYDAIBOUMNT;,:0123456789 \nRS", max_size=80))
def test_any_text_is_a_plan_or_a_refusal(text: str) -> None:
    with suppress(NotAPlan):
        draft = rrule.read_text(text, "Asia/Almaty", TODAY)
        assert slots(draft.rule, 1)


def test_every_reason_can_be_said_in_three_languages() -> None:
    for why in rrule.WHY:
        refused = NotAPlan(why, "BYWEEKNO")
        said = [Translator(language)(refused.message, **refused.parameters) for language in LANGUAGES]
        assert len(set(said)) == 3, said


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (Rule((WeeklyTime((1, 2, 3, 4, 5, 6, 7), time(7)),)), ["FREQ=DAILY"]),
        (
            Rule((WeeklyTime((2,), time(18)), WeeklyTime((6,), time(12))), 2),
            ["FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU", "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SA"],
        ),
        (Rule((WeeklyTime((5,), time(12)),), 1, Monthly(-1, 5)), ["FREQ=MONTHLY;BYDAY=-1FR"]),
        (
            Rule((WeeklyTime((2,), time(19)),), until=date(2027, 3, 2)),
            ["FREQ=WEEKLY;BYDAY=TU;UNTIL=20270302T140000Z"],
        ),
    ],
)
def test_a_plan_is_written_in_the_plainest_way(rule: Rule, lines: list[str]) -> None:
    assert [each.rrule("Asia/Almaty") for each in rrule.write(rule, TODAY)] == lines
