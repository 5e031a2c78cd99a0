"""A plan while it is being made: buttons add to what was said and lose none of it."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.engine import Database
from bot.people import Draft as Unfinished
from bot.people import save_draft
from bot.reminders import sketch
from bot.reminders.model import Draft, Monthly, Outlet, Rule, WeeklyTime
from bot.reminders.sketch import CardIsOld, Sketch
from tests.support import NOW, someone

SEVEN, NOON = time(19), time(12)
FORTNIGHT = Rule((WeeklyTime((2, 5), SEVEN),), every_weeks=2, start=date(2026, 12, 1), until=date(2027, 3, 1))
TWO_TIMES = Rule((WeeklyTime((2,), SEVEN), WeeklyTime((5,), NOON)), every_weeks=2, until=date(2027, 3, 1))
LAST_FRIDAY = Rule((WeeklyTime((5,), SEVEN),), monthly=Monthly(-1, 5))


def test_days_and_a_time_make_a_draft() -> None:
    made = sketch.new(outlet=Outlet.VK, zone="Asia/Tashkent")
    assert made.draft is None
    made = made.toggled(5).toggled(2)
    assert (made.days, made.draft) == ((2, 5), None)
    made = made.timed(SEVEN)
    assert made.draft == Draft(Rule((WeeklyTime((2, 5), SEVEN),)), Outlet.VK, "Asia/Tashkent")
    assert made.toggled(2).toggled(5).draft is None, "no day is left"


@pytest.mark.parametrize(
    ("rule", "change", "result"),
    [
        (
            FORTNIGHT,
            lambda made: made.timed(NOON),
            Rule((WeeklyTime((2, 5), NOON),), 2, None, date(2026, 12, 1), date(2027, 3, 1)),
        ),
        (
            FORTNIGHT,
            lambda made: made.toggled(7),
            Rule((WeeklyTime((2, 5, 7), SEVEN),), 2, None, date(2026, 12, 1), date(2027, 3, 1)),
        ),
        (
            TWO_TIMES,
            lambda made: made.timed(time(8)),
            Rule((WeeklyTime((2, 5), time(8)),), 2, None, None, date(2027, 3, 1)),
        ),
        (TWO_TIMES, lambda made: made.toggled(5), Rule((WeeklyTime((2,), SEVEN),), 2, None, None, date(2027, 3, 1))),
        (LAST_FRIDAY, lambda made: made.timed(time(0)), Rule((WeeklyTime((5,), time(0)),), monthly=Monthly(-1, 5))),
        (LAST_FRIDAY, lambda made: made.toggled(6), Rule((WeeklyTime((5, 6), SEVEN),))),
    ],
    ids=["fortnight, time", "fortnight, day", "two times, time", "two times, day", "monthly, time", "monthly, day"],
)
def test_a_button_changes_one_thing_of_a_rule(rule: Rule, change, result: Rule) -> None:
    made = sketch.new(Draft(rule, Outlet.YOUTUBE, None))
    assert made.draft == Draft(rule, Outlet.YOUTUBE, None)
    assert change(made).draft == Draft(result, Outlet.YOUTUBE, None)


@given(days=st.lists(st.integers(1, 7), max_size=20))
def test_toggling_a_day_twice_changes_nothing(days: list[int]) -> None:
    made = sketch.new()
    for day in [*days, *days]:
        made = made.toggled(day)
    assert made.days == ()


SKETCHES = [
    Sketch("a1b2c3"),
    Sketch("a1b2c3", days=(1, 7), at=time(0)),
    Sketch("a1b2c3", rule=FORTNIGHT, outlet=Outlet.PODCAST, zone="Asia/Bishkek", plan_id=5),
    Sketch("a1b2c3", days=(3,), frame=Rule((), every_weeks=2), day=date(2026, 12, 31)),
]


@pytest.mark.parametrize("made", SKETCHES, ids=["empty", "midnight", "a rule", "a frame"])
async def test_a_sketch_is_kept_as_it_is(sqlite: Database, made: Sketch) -> None:
    person = await someone(sqlite)
    await sketch.save(sqlite, person, made, NOW)
    assert await sketch.current(sqlite, person, NOW) == made
    assert await sketch.of_card(sqlite, person, "a1b2c3", NOW) == made


async def test_an_old_card_cannot_turn_on_a_newer_plan(database: Database) -> None:
    person = await someone(database)
    with pytest.raises(CardIsOld):
        await sketch.of_card(database, person, "a1b2c3", NOW)
    first, second = sketch.new(), sketch.new()
    assert first.token != second.token
    for made in (first, second):
        await sketch.save(database, person, made, NOW)
    with pytest.raises(CardIsOld):
        await sketch.of_card(database, person, first.token, NOW)
    assert await sketch.of_card(database, person, second.token, NOW + sketch.LIFE) == second
    with pytest.raises(CardIsOld):
        await sketch.of_card(database, person, second.token, NOW + sketch.LIFE + timedelta(seconds=1))
    assert await sketch.drop(database, person) is True
    assert await sketch.drop(database, person) is False


async def test_another_unfinished_thing_is_no_sketch(sqlite: Database) -> None:
    person = await someone(sqlite)
    async with sqlite.transaction() as tx:
        await save_draft(tx, 1, Unfinished("place", {}), NOW)
    assert await sketch.current(sqlite, person, NOW) is None
