"""The pure rules: when slots fall in every zone, what they add up to, how long reminders go on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import clock
from bot.reminders import model
from bot.reminders.model import Monthly, Outcome, Reminding, Rule, Slot, Snooze, WeeklyTime

assert clock  # zone rules come from the package, as in the bot

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ZONES = sorted(available_timezones())
CHANGING = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Almaty",
    "Asia/Qyzylorda",
    "Asia/Tehran",
    "America/Caracas",
    "Antarctica/Troll",
]


def instants_of(local: datetime, zone: str) -> list[datetime]:
    """All instants at which a wall clock in the zone shows `local`: none in a gap, two in an overlap."""
    around = {(local + shift).replace(tzinfo=ZoneInfo(zone)).utcoffset() for shift in (-2 * DAY, DAY * 0, 2 * DAY)}
    around |= {(local + shift).replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset() for shift in (DAY * 0, 2 * DAY)}
    candidates = {(local - offset).replace(tzinfo=UTC) for offset in around if offset is not None}
    return sorted(at for at in candidates if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local)


def expected_instant(local: datetime, zone: str) -> datetime:
    """The rule in other words: the first coming, or what a clock that was not changed would show."""
    if found := instants_of(local, zone):
        return found[0]
    before = local - 2 * DAY
    while not instants_of(before, zone):
        before -= DAY
    ahead = instants_of(before, zone)[-1]
    return ahead + (local - before)


def changes(zone: str) -> list[date]:
    """Days from 2011 to 2028 on which the offset of a zone changes."""
    days = [date(2011, 1, 1) + number * DAY for number in range(18 * 365)]
    offsets = [datetime.combine(day, time(12), ZoneInfo(zone)).utcoffset() for day in days]
    return [day for day, (old, new) in zip(days[1:], pairwise(offsets), strict=True) if old != new]


# --- Wall times and instants ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "said", "shown", "utc"),
    [
        ("Europe/Berlin", "2027-03-28T02:30", "2027-03-28T03:30", "2027-03-28T01:30"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Africa/Cairo", "2027-04-30T00:15", "2027-04-30T01:15", "2027-04-29T22:15"),
        ("Pacific/Apia", "2011-12-30T09:00", "2011-12-31T09:00", "2011-12-30T19:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:45", "2026-10-03T15:45"),
        ("Asia/Almaty", "2024-02-29T19:00", "2024-02-29T19:00", "2024-02-29T13:00"),
        ("Asia/Almaty", "2024-03-01T19:00", "2024-03-01T19:00", "2024-03-01T14:00"),
    ],
    ids=["gap", "overlap", "overlap overseas", "gap at midnight", "no such day", "half an hour", "eve", "new rules"],
)
def test_the_odd_moments_of_scheduling(zone: str, said: str, shown: str, utc: str) -> None:
    instant = model.instant_of(datetime.fromisoformat(said), zone)
    assert instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert model.local_of(instant, zone) == datetime.fromisoformat(shown)
    local = datetime.fromisoformat(said)
    rule = Rule((WeeklyTime((local.isoweekday(),), local.time()),))
    found = model.next_moment(rule, zone, local.date() - 8 * DAY, local - DAY)
    assert found == model.Moment(local, instant), "a plan's slot comes there too: the week is not skipped"
    following = model.next_moment(rule, zone, local.date() - 8 * DAY, local)
    assert following is not None
    assert following.local == local + 7 * DAY, "and once"


@pytest.mark.parametrize("zone", CHANGING)
def test_every_quarter_of_an_hour_of_every_day_with_a_change(zone: str) -> None:
    days = changes(zone)
    assert days, "the zone never changed: nothing is proved"
    gaps = overlaps = 0
    for day in days:
        for quarter in range(-16, 104):
            local = datetime.combine(day, time()) + quarter * timedelta(minutes=15)
            found = instants_of(local, zone)
            gaps += not found
            overlaps += len(found) == 2
            assert model.instant_of(local, zone) == expected_instant(local, zone), (zone, local)
    assert gaps or overlaps


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2037, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))


@given(local=MOMENTS, zone=st.sampled_from(ZONES))
def test_a_wall_time_is_kept_unless_it_lies_in_a_gap(local: datetime, zone: str) -> None:
    instant = model.instant_of(local, zone)
    assert instant.tzinfo is UTC
    assert instant == expected_instant(local, zone)
    if instants_of(local, zone):
        assert model.local_of(instant, zone) == local


# --- Rules ------------------------------------------------------------------------------------------------------------

TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
DAYS = st.sets(st.integers(1, 7), min_size=1).map(lambda found: tuple(sorted(found)))


@st.composite
def rules(draw: st.DrawFn, *, bounded: bool = True) -> Rule:
    """Any rule a person can describe: its days are in one group each."""
    if draw(st.integers(0, 3)) == 0:
        nth = Monthly(draw(st.sampled_from([1, 2, 3, 4, -1])), draw(st.integers(1, 7)))
        times: tuple[WeeklyTime, ...] = (WeeklyTime((nth.weekday,), draw(TIMES)),)
        every = 1
    else:
        nth, every = None, draw(st.sampled_from([1, 1, 2, 3, 4, 6]))
        groups = draw(st.lists(st.tuples(DAYS, TIMES), min_size=1, max_size=3, unique_by=lambda group: group[1]))
        times = tuple(sorted((WeeklyTime(*group) for group in groups), key=lambda group: (group.weekdays, group.at)))
    start = until = None
    if bounded:
        day = st.dates(date(2026, 1, 1), date(2027, 12, 31))
        start = draw(st.none() | day)
        until = draw(st.none() | day)
    return Rule(times, every, nth, start, until)


def by_rrule(rule: Rule, anchor: date, after: datetime, count: int) -> list[datetime]:
    """The same slots from dateutil, which counts in wall times without a zone as we do."""
    first = max(filter(None, (rule.start, anchor)))
    days = {day for group in rule.times for day in group.weekdays}
    start = first
    while start.isoweekday() not in days:
        start += DAY
    monday = datetime.combine(start - timedelta(days=start.isoweekday() - 1), time())
    found: list[datetime] = []
    for group in rule.times:
        more = {"byhour": group.at.hour, "byminute": group.at.minute, "bysecond": 0}
        if rule.monthly is not None:
            nth = weekday(rule.monthly.weekday - 1)(rule.monthly.nth)
            own = rrule(MONTHLY, dtstart=monday.replace(day=1), byweekday=nth, **more)
        else:
            own = rrule(
                WEEKLY,
                dtstart=monday,
                interval=rule.every_weeks,
                wkst=0,
                byweekday=[day - 1 for day in group.weekdays],
                **more,
            )
        for local in own.xafter(max(after, datetime.combine(first, time()) - timedelta(seconds=1)), count=count):
            if rule.until is not None and local.date() > rule.until:
                break
            found.append(local)
    return sorted(found)[:count]


@settings(max_examples=150, deadline=None)
@given(rule=rules(), anchor=st.dates(date(2026, 1, 1), date(2027, 6, 30)), ahead=st.integers(-20, 400), minute=TIMES)
def test_slots_are_those_of_dateutil(rule: Rule, anchor: date, ahead: int, minute: time) -> None:
    after = datetime.combine(anchor + ahead * DAY, minute)
    ours = list(islice(model.walk(rule, anchor, after), 12))
    assert ours == by_rrule(rule, anchor, after, len(ours) or 1)[: len(ours)]
    assert all(local > after for local in ours)
    if not ours:
        horizon = (max(filter(None, (rule.start, anchor, after.date())))) + model.HORIZON_DAYS * DAY
        assert all(local.date() > horizon for local in by_rrule(rule, anchor, after, 1))


@settings(max_examples=60, deadline=None)
@given(rule=rules(bounded=False), zone=st.sampled_from(ZONES) | st.sampled_from(CHANGING), start=MOMENTS)
def test_following_a_plan_visits_each_local_day_exactly_once(rule: Rule, zone: str, start: datetime) -> None:
    """What the timer does: from one slot to the next, never looking at the present."""
    rule = Rule(rule.times[:1], rule.every_weeks, rule.monthly)
    local, visited = start, []
    for _ in range(30):
        moment = model.next_moment(rule, zone, start.date(), local)
        assert moment is not None
        visited.append(moment)
        local = moment.local
    days = [moment.local.date() for moment in visited]
    assert days == sorted(set(days))
    at_once = list(islice(model.walk(rule, start.date(), start), 30))  # as far as it looks ahead
    assert [moment.local for moment in visited][: len(at_once)] == at_once
    assert {moment.local.time() for moment in visited} == {rule.times[0].at}, "the wall time never drifts"
    assert all(earlier.instant <= later.instant for earlier, later in pairwise(visited))
    for moment in visited:
        assert moment.instant == expected_instant(moment.local, zone)


@settings(deadline=None)
@given(rule=rules(), zone=st.sampled_from(CHANGING), now=MOMENTS, count=st.integers(0, 5))
def test_what_is_coming_lies_ahead(rule: Rule, zone: str, now: datetime, count: int) -> None:
    instant = now.replace(tzinfo=UTC)
    found = model.coming(rule, zone, now.date() - 30 * DAY, instant, count)
    assert len(found) <= count
    assert all(moment.instant > instant for moment in found)
    if rule.until is None and rule.start is None:
        assert len(found) == count


@pytest.mark.parametrize(
    ("rule", "after", "expected"),
    [
        (Rule((WeeklyTime((2,), time(19)),)), "2026-11-23T00:00", ["2026-11-24T19:00", "2026-12-01T19:00"]),
        (Rule((WeeklyTime((2,), time(19)),)), "2026-11-24T19:00", ["2026-12-01T19:00"]),
        (Rule((WeeklyTime((2, 5), time(18, 30)),)), "2026-11-24T18:29", ["2026-11-24T18:30", "2026-11-27T18:30"]),
        (
            Rule((WeeklyTime((1,), time(9)), WeeklyTime((1, 3), time(21)))),
            "2026-11-23T00:00",
            ["2026-11-23T09:00", "2026-11-23T21:00", "2026-11-25T21:00", "2026-11-30T09:00"],
        ),
        (
            Rule((WeeklyTime((7,), time(10)),), every_weeks=2),
            "2026-11-23T00:00",
            ["2026-11-29T10:00", "2026-12-13T10:00"],
        ),
        (
            Rule((WeeklyTime((5,), time(10)),), monthly=Monthly(-1, 5)),
            "2026-11-23T00:00",
            ["2026-11-27T10:00", "2026-12-25T10:00", "2027-01-29T10:00"],
        ),
        (
            Rule((WeeklyTime((1,), time(10)),), monthly=Monthly(1, 1)),
            "2026-11-23T00:00",
            ["2026-12-07T10:00", "2027-01-04T10:00"],
        ),
        (Rule((WeeklyTime((2,), time(19)),), until=date(2026, 11, 24)), "2026-11-23T00:00", ["2026-11-24T19:00", None]),
        (Rule((WeeklyTime((2,), time(19)),), start=date(2026, 12, 2)), "2026-11-23T00:00", ["2026-12-08T19:00"]),
        (Rule(()), "2026-11-23T00:00", [None]),
        (Rule((WeeklyTime((2,), time(19)),), until=date(2020, 1, 1)), "2026-11-23T00:00", [None]),
    ],
    ids=[
        "weekly",
        "after, not at",
        "two days",
        "two times",
        "every two weeks",
        "last Friday",
        "first Monday",
        "until is included",
        "starts later",
        "no days",
        "over",
    ],
)
def test_rules_by_example(rule: Rule, after: str, expected: list[str | None]) -> None:
    found = model.walk(rule, date(2026, 11, 23), datetime.fromisoformat(after))
    for local in expected:
        assert next(found, None) == (datetime.fromisoformat(local) if local else None)


def test_a_rare_rule_finds_its_slot_within_the_horizon() -> None:
    rule = Rule((WeeklyTime((5,), time(10)),), every_weeks=52)
    found = list(islice(model.walk(rule, date(2026, 11, 23), datetime(2026, 11, 28)), 2))
    assert found == [datetime(2027, 11, 26, 10), datetime(2028, 11, 24, 10)]


@pytest.mark.parametrize(
    ("rule", "average"),
    [
        (Rule((WeeklyTime((1, 3), time(9)), WeeklyTime((5,), time(10)))), 3),
        (Rule((WeeklyTime((1, 3), time(9)),), every_weeks=2), 1),
        (Rule((WeeklyTime((1,), time(9)),), monthly=Monthly(1, 1)), 12 / 52),
    ],
)
def test_slots_in_an_average_week(rule: Rule, average: float) -> None:
    assert model.slots_per_week(rule) == average


@given(rule=rules())
def test_a_rule_survives_its_row(rule: Rule) -> None:
    assert model.rule_from_json(json.loads(json.dumps(model.rule_as_json(rule)))) == rule


T = datetime(2026, 11, 24, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("following", "closes"),
    [(None, 12 * HOUR), (7 * DAY, 12 * HOUR), (3 * HOUR, 3 * HOUR), (12 * HOUR, 12 * HOUR)],
    ids=["the last one", "weekly", "never past the next slot", "exactly twelve"],
)
def test_a_slot_stays_open_for_twelve_hours_at_most(following: timedelta | None, closes: timedelta) -> None:
    assert model.closes_at(T, T + following if following is not None else None) == T + closes


# --- Progress ---------------------------------------------------------------------------------------------------------

LETTERS = {"D": Outcome.DONE, "M": Outcome.MISSED, "S": Outcome.SKIPPED, "U": Outcome.UNKNOWN, ".": None}


def history(weeks: str) -> list[Slot]:
    """Slots by letters: a word a week, its letters on Monday, Tuesday …; ids count from 1."""
    monday = datetime(2026, 1, 5, 19)
    found: list[Slot] = []
    for number, week in enumerate(weeks.split()):
        for day, letter in enumerate(week):
            local = monday + timedelta(weeks=number, days=day)
            due = local.replace(tzinfo=UTC)
            found.append(Slot(len(found) + 1, 1, local, due, due + 12 * HOUR, LETTERS[letter]))
    return found


@pytest.mark.parametrize(
    ("weeks", "streak", "in_weeks", "best", "freezes", "done", "frozen"),
    [
        ("", 0, 0, 0, 0, 0, set()),
        (".", 0, 0, 0, 0, 0, set()),
        ("D D D", 3, 3, 3, 0, 3, set()),
        ("D M", 0, 0, 1, 0, 1, set()),
        ("D D M D", 1, 1, 2, 0, 3, set()),
        ("D S D", 2, 2, 2, 0, 2, set()),
        ("D U D", 2, 2, 2, 0, 2, set()),
        ("S U S", 0, 0, 0, 0, 0, set()),
        ("DS SD", 2, 2, 2, 0, 2, set()),
        ("DD DM", 0, 0, 1, 0, 3, set()),
        ("DD MD", 1, 0, 1, 0, 3, set()),
        ("DD D.", 3, 1, 1, 0, 3, set()),
        ("D D D D", 4, 4, 4, 1, 4, set()),
        ("D D D D D D D D", 8, 8, 8, 2, 8, set()),
        ("D D D D D D D D D D D D D", 13, 13, 13, 2, 13, set()),
        ("D D D D M", 4, 4, 4, 0, 4, {5}),
        ("D D D D M D", 5, 5, 5, 0, 5, {5}),
        ("D D D D M M", 0, 0, 4, 0, 4, {5}),
        ("D D D D D D D D M M", 8, 8, 8, 0, 8, {9, 10}),
        ("D D D D D D D D M M M", 0, 0, 8, 0, 8, {9, 10}),
        ("DD DD DD DD MD", 9, 5, 5, 0, 9, {9}),
        ("D D D S D", 4, 4, 4, 1, 4, set()),
        ("D D M D D D D", 4, 4, 4, 1, 6, set()),
    ],
)
def test_progress(weeks: str, streak: int, in_weeks: int, best: int, freezes: int, done: int, frozen: set[int]) -> None:
    found = model.progress(history(weeks), 1, more_this_week=False)
    shown = (found.streak, found.weeks, found.best_weeks, found.freezes, found.done, set(found.frozen))
    assert shown == (streak, in_weeks, best, freezes, done, frozen)


def test_the_present_week_counts_once_nothing_of_it_is_to_come() -> None:
    slots = history("D D")
    assert model.progress(slots, 1, more_this_week=True).weeks == 1
    assert model.progress(slots, 1, more_this_week=False).weeks == 2
    assert model.progress(history("D M"), 1, more_this_week=True).weeks == 0, "a miss counts at once"


@pytest.mark.parametrize(("weeks", "goal"), [(0, 0), (1, 1), (12, 12), (13, 13), (14, 1), (26, 13), (27, 1)])
def test_the_goal_is_thirteen_weeks_and_renewed(weeks: int, goal: int) -> None:
    assert model.progress(history(" ".join("D" * weeks)), 1, more_this_week=False).goal == goal


@pytest.mark.parametrize(
    ("weeks", "goal_weeks", "goal", "milestone"),
    [
        (0, None, 0, False),
        (5, None, 0, False),
        (13, None, 0, True),
        (26, None, 0, True),
        (27, None, 0, False),
        (4, 8, 4, True),
        (8, 8, 8, True),
        (12, 8, 4, True),
        (13, 8, 5, False),
        (13, 13, 13, True),
        (17, 13, 4, True),
        (26, 26, 26, True),
        (27, 26, 1, False),
    ],
)
def test_a_goal_of_another_length_or_none(weeks: int, goal_weeks: int | None, goal: int, milestone: bool) -> None:
    found = model.progress(history(" ".join("D" * weeks)), 1, more_this_week=False, goal_weeks=goal_weeks)
    assert (found.weeks, found.goal, found.milestone, found.goal_weeks) == (weeks, goal, milestone, goal_weeks)


def score(weeks: str, per_week: float = 1) -> float | None:
    return model.progress(history(weeks), per_week, more_this_week=False).score


def test_the_score_weighs_what_is_four_weeks_back_by_half() -> None:
    assert score("") is None
    assert score("S U") is None
    assert score("D D D") == 1
    assert score("M") == 0
    quarter = 0.5**0.25
    assert score("D M") == pytest.approx(quarter / (1 + quarter))
    assert score("M D D D D") == pytest.approx(1 - 0.5 / sum(quarter**n for n in range(5)))
    assert score("MD DD DD DD D", 2) == pytest.approx(1 - 0.5 / sum(0.5 ** (n / 8) for n in range(9)))
    assert score("M D", 12 / 52) == pytest.approx(2 / 3)


WEEKS = st.lists(st.text("DMSU", min_size=1, max_size=3), max_size=16)


@given(weeks=WEEKS)
def test_progress_obeys_its_own_words(weeks: list[str]) -> None:
    slots = history(" ".join(weeks))
    found = model.progress(slots, 1.5, more_this_week=False)
    letters = "".join(weeks)
    assert 0 <= found.freezes <= model.MOST_FREEZES
    assert found.done == letters.count("D")
    assert 0 <= found.weeks <= found.best_weeks <= len(weeks)
    assert (found.score is None) == (not set(letters) & {"D", "M"})
    assert found.score is None or 0 <= found.score <= 1
    assert all(slot.outcome is Outcome.MISSED for slot in slots if slot.id in found.frozen)
    since = [slot for slot in slots if slot.outcome is Outcome.MISSED and slot.id not in found.frozen]
    last = since[-1].id if since else 0
    assert found.streak == sum(slot.outcome is Outcome.DONE for slot in slots if slot.id > last)
    assert len(found.frozen) + found.freezes <= len([week for week in weeks if "D" in week]) // 4


@given(weeks=WEEKS, place=st.integers(0, 16), neutral=st.sampled_from("SU"))
def test_a_neutral_week_changes_nothing(weeks: list[str], place: int, neutral: str) -> None:
    plain = model.progress(history(" ".join(weeks)), 1, more_this_week=False)
    more = [*weeks[:place], neutral, *weeks[place:]]
    same = model.progress(history(" ".join(more)), 1, more_this_week=False)
    assert (same.streak, same.weeks, same.best_weeks, same.freezes, same.done) == (
        plain.streak,
        plain.weeks,
        plain.best_weeks,
        plain.freezes,
        plain.done,
    )
    assert same.score == (None if plain.score is None else pytest.approx(plain.score))


@given(weeks=WEEKS)
def test_one_more_published_week_never_hurts(weeks: list[str]) -> None:
    before = model.progress(history(" ".join(weeks)), 1, more_this_week=False)
    after = model.progress(history(" ".join([*weeks, "D"])), 1, more_this_week=False)
    assert after.streak == before.streak + 1
    assert after.weeks == before.weeks + 1
    assert after.freezes >= before.freezes
    assert after.score is not None
    assert after.score >= (before.score or 0) - 1e-9


def test_weeks_are_iso_weeks_over_new_year() -> None:
    friday, sunday = datetime(2027, 1, 1, 19), datetime(2027, 1, 3, 19)
    monday = datetime(2026, 12, 28, 19)
    slots = [
        Slot(number, 1, local, local.replace(tzinfo=UTC), local.replace(tzinfo=UTC), Outcome.DONE)
        for number, local in enumerate([monday, friday, sunday])
    ]
    assert model.progress(slots, 3, more_this_week=False).weeks == 1


# --- Reminding and snoozing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unanswered", "how"),
    [
        (0, Reminding.ALWAYS),
        (2, Reminding.ALWAYS),
        (3, Reminding.WEEKLY),
        (12, Reminding.WEEKLY),
        (13, Reminding.ASK),
        (99, Reminding.ASK),
    ],
)
def test_a_plan_nobody_answers_falls_silent_step_by_step(unanswered: int, how: Reminding) -> None:
    assert model.reminding(unanswered) is how


@pytest.mark.parametrize(
    ("choice", "zone", "now", "until"),
    [
        (Snooze.HALF_HOUR, "Asia/Almaty", "2026-11-24T19:05", "2026-11-24T19:35"),
        (Snooze.TWO_HOURS, "Asia/Almaty", "2026-11-24T19:05", "2026-11-24T21:05"),
        (Snooze.EVENING, "Asia/Almaty", "2026-11-24T09:00", "2026-11-24T20:00"),
        (Snooze.EVENING, "Asia/Almaty", "2026-11-24T19:29", "2026-11-24T20:00"),
        (Snooze.EVENING, "Asia/Almaty", "2026-11-24T19:30", "2026-11-24T21:30"),
        (Snooze.EVENING, "Asia/Almaty", "2026-11-24T23:30", "2026-11-25T01:30"),
        (Snooze.TOMORROW, "Asia/Almaty", "2026-11-24T23:59", "2026-11-25T02:30"),
        (Snooze.TOMORROW, "Asia/Almaty", "2026-11-24T00:10", "2026-11-25T02:30"),
        (Snooze.TOMORROW, "Europe/Berlin", "2027-03-27T20:00", "2027-03-28T03:30"),
        (Snooze.TWO_HOURS, "Europe/Berlin", "2027-03-28T01:30", "2027-03-28T04:30"),
    ],
)
def test_a_snoozed_reminder_comes_at(choice: Snooze, zone: str, now: str, until: str) -> None:
    present = model.instant_of(datetime.fromisoformat(now), zone)
    at = model.snoozed_until(choice, time(2, 30), present, zone)
    assert model.local_of(at, zone) == datetime.fromisoformat(until)


@given(choice=st.sampled_from(list(Snooze)), slot=TIMES, now=MOMENTS, zone=st.sampled_from(ZONES))
def test_a_snooze_always_lies_ahead_and_within_two_days(choice: Snooze, slot: time, now: datetime, zone: str) -> None:
    present = now.replace(tzinfo=UTC)
    assert present < model.snoozed_until(choice, slot, present, zone) <= present + 2 * DAY + HOUR


@pytest.mark.parametrize(("outcome", "neutral"), [(o, o in (Outcome.SKIPPED, Outcome.UNKNOWN)) for o in Outcome])
def test_a_skip_and_an_outage_are_neutral(outcome: Outcome, neutral: bool) -> None:
    assert outcome.neutral is neutral
