"""What a history says: marks, thirteen weeks, punctuality, a year, several plans of one outlet."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reminders.model import Outcome, Outlet, Progress, Slot
from bot.reminders.statistics import (
    ON_TIME,
    YEAR_WEEKS,
    Mark,
    counts,
    days,
    first_monday,
    history,
    mark,
    punctuality,
    year,
)

TODAY = date(2026, 11, 25)  # a Wednesday
DONE, MISSED, SKIPPED, UNKNOWN = Outcome.DONE, Outcome.MISSED, Outcome.SKIPPED, Outcome.UNKNOWN


def slot(day: date, outcome: Outcome | None, number: int = 1, *, minutes: float | None = None, hour: int = 19) -> Slot:
    """A slot of a day; `minutes`: how long after its time it was published."""
    local = datetime(day.year, day.month, day.day, hour)
    due = local.replace(tzinfo=UTC)
    published = due + timedelta(minutes=minutes) if minutes is not None else None
    return Slot(number, 1, local, due, due + timedelta(hours=12), outcome, published_at=published)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (slot(TODAY, DONE, minutes=3), Mark.DONE),
        (slot(TODAY, DONE), Mark.DONE),
        (slot(TODAY, MISSED), Mark.MISSED),
        (slot(TODAY, MISSED, 7), Mark.FROZEN),
        (slot(TODAY, MISSED, 7, minutes=60 * 60), Mark.LATE),
        (slot(TODAY, UNKNOWN, minutes=60 * 60), Mark.LATE),
        (slot(TODAY, SKIPPED), Mark.NEUTRAL),
        (slot(TODAY, UNKNOWN), Mark.NEUTRAL),
        (slot(TODAY, None), Mark.OPEN),
    ],
    ids=["done", "done, moment unknown", "missed", "a freeze", "late", "late in an outage", "skip", "outage", "open"],
)
def test_each_slot_has_one_mark(shown: Slot, expected: Mark) -> None:
    assert mark(shown, frozenset({7})) is expected


def test_thirteen_weeks_begin_on_a_monday_and_hold_what_is_still_to_come() -> None:
    first = date(2026, 8, 31)
    assert first_monday(TODAY, 13) == first
    slots = [
        slot(first - timedelta(days=1), DONE, 1),
        slot(first, DONE, 2),
        slot(TODAY, MISSED, 4, hour=20),
        slot(TODAY, DONE, 3, hour=9),
    ]
    planned = [datetime(2026, 11, 25, 20), datetime(2026, 11, 27, 19)]
    shown = days(history(None, slots, planned, 7), TODAY, 13)
    assert shown == {
        first: (Mark.DONE,),
        TODAY: (Mark.DONE, Mark.MISSED),  # in the order of the clock; what exists is not to come once more
        date(2026, 11, 27): (Mark.OPEN,),
    }
    assert {each: n for each, n in counts(shown).items() if n} == {Mark.DONE: 2, Mark.MISSED: 1, Mark.OPEN: 1}


@pytest.mark.parametrize(
    ("minutes", "place"),
    [
        (0, ON_TIME),
        (10, ON_TIME),
        (-10, ON_TIME),
        (10.1, ON_TIME + 1),
        (-10.1, ON_TIME - 1),
        (30, ON_TIME + 1),
        (31, ON_TIME + 2),
        (-120, ON_TIME - 2),
        (-121, 0),
        (121, 6),
        (47 * 60, 6),
    ],
)
def test_a_publication_stands_where_its_minutes_put_it(minutes: float, place: int) -> None:
    found = punctuality([slot(TODAY, DONE, minutes=minutes)])
    assert [number for number, count in enumerate(found.counts) if count] == [place]
    assert found.median == round(minutes)


@pytest.mark.parametrize(
    ("offsets", "median", "parts"),
    [
        ([], None, (0, 0, 0)),
        ([5, -5, 40], 5, (0, 2, 1)),
        ([-200, -20, 0, 1], -10, (2, 2, 0)),
        ([1, 2], 2, (0, 2, 0)),  # 1.5 is rounded
    ],
)
def test_punctuality_adds_up(offsets: list[float], median: int | None, parts: tuple[int, int, int]) -> None:
    unpublished = [slot(TODAY, MISSED, 90), slot(TODAY, None, 91), slot(TODAY, DONE, 92)]
    found = punctuality([*unpublished, *(slot(TODAY, DONE, n, minutes=each) for n, each in enumerate(offsets))])
    assert found.median == median
    assert (found.early, found.on_time, found.late) == parts
    assert found.total == len(offsets)


@given(st.lists(st.floats(-5000, 5000), max_size=40))
def test_before_and_after_are_mirror_images(offsets: list[float]) -> None:
    there = punctuality(slot(TODAY, DONE, minutes=each) for each in offsets)
    back = punctuality(slot(TODAY, DONE, minutes=-each) for each in offsets)
    assert there.counts == back.counts[::-1]
    assert there.total == len(offsets)


def test_a_year_counts_what_was_published_in_it() -> None:
    first = first_monday(TODAY, YEAR_WEEKS)
    assert (TODAY - first).days // 7 == YEAR_WEEKS - 1
    slots = [
        slot(first - timedelta(days=3), DONE, 1),
        slot(first, DONE, 2),
        slot(first + timedelta(days=7), MISSED, 3, minutes=60 * 60),
        slot(first + timedelta(days=14), MISSED, 4),
    ]
    told = year(history(Outlet.YOUTUBE, slots, [], 1), TODAY)
    assert (told.first, told.last, told.published) == (first, TODAY, 2)
    assert (told.weeks, told.best_weeks) == (0, 2), "the longest run may have begun before the year"


def test_the_only_plan_of_an_outlet_keeps_its_own_progress() -> None:
    own = Progress(streak=5, weeks=5)
    assert history(None, [slot(TODAY, MISSED)], [], 1, own=own).progress is own


def test_several_plans_of_an_outlet_count_together() -> None:
    tuesdays = [slot(date(2026, 11, 3) + timedelta(weeks=week), DONE, week) for week in range(3)]
    fridays = [slot(date(2026, 11, 6) + timedelta(weeks=week), DONE, 10 + week) for week in range(3)]
    fridays[1] = slot(date(2026, 11, 13), MISSED, 11)
    told = history(Outlet.SHORTS, [*fridays, *tuesdays], [], 2, goal_weeks=26)
    assert [each.local for each in told.slots] == sorted(each.local for each in told.slots)
    assert (told.progress.weeks, told.progress.best_weeks, told.progress.done) == (1, 1, 5)
    assert told.progress.goal_weeks == 26


def test_a_week_with_something_still_to_come_does_not_count_yet() -> None:
    done = [slot(TODAY - timedelta(days=7), DONE, 1), slot(TODAY, DONE, 2)]
    coming = datetime(2026, 11, 27, 19)
    assert history(None, done, [coming], 2).progress.weeks == 1
    assert history(None, done, [], 2).progress.weeks == 2
    assert history(None, done[:1], [coming], 2).progress.weeks == 1, "last week is over whatever this one brings"
