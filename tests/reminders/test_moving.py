"""One slot, one weekday or one week moved: the plan and the streak stay whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.db.engine import Database
from bot.errors import NotFound, SlotClosed
from bot.reminders import model, moving, service, timer
from bot.reminders.model import Draft, Outcome, Rule, WeeklyTime
from bot.reminders.moving import CannotMoveThere, NothingLeft
from tests.support import NOW, outbox_rows, planned, run_timer, send_due, slot_rows, someone, the_plan

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
DUE = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""19:00 in Almaty on the Monday of NOW."""


async def reminders_at(db: Database) -> list[datetime]:
    return [row.due_at for row in await outbox_rows(db, kind="reminder") if row.state == "sent"]


# --- One slot ---------------------------------------------------------------------------------------------------------


async def test_an_announced_slot_is_announced_again_at_its_new_time(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    await run_timer(database, NOW, DUE)
    moved = await moving.move(database, person, plan.id, DUE, DUE + DAY, DUE + HOUR)
    assert (moved.was, moved.slot.due_at, moved.slot.closes_at) == (DUE, DUE + DAY, DUE + DAY + 12 * HOUR)
    assert moved.slot.local == datetime(2026, 11, 23, 19), "its name stays"
    await run_timer(database, DUE + HOUR, DUE + DAY)
    await run_timer(database, DUE + DAY, DUE + DAY + HOUR)
    assert await reminders_at(database) == [DUE, DUE + DAY]
    marked = await service.mark(database, person, moved.slot.id, Outcome.DONE, DUE + DAY + 11 * HOUR)
    assert (marked.slot.outcome, marked.progress.streak) == (Outcome.DONE, 1)
    assert marked.plan.next_due_at == DUE + WEEK
    await run_timer(database, DUE + DAY + 11 * HOUR, DUE + WEEK)
    assert await reminders_at(database) == [DUE, DUE + DAY, DUE + WEEK]


@pytest.mark.parametrize("earlier", [True, False], ids=["earlier", "later"])
async def test_a_slot_to_come_is_announced_once_at_its_new_time(database: Database, earlier: bool) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    to = DUE - 2 * HOUR if earlier else DUE + DAY
    moved = await moving.move(database, person, plan.id, DUE, to, NOW)
    assert moved.plan.next_due_at == DUE + WEEK
    today, week = await service.agenda(database, person, NOW)
    assert [each.moment.instant for each in today + week] == [to]
    await run_timer(database, NOW, to)
    await run_timer(database, to, DUE + 2 * DAY)
    assert await reminders_at(database) == [to]
    [slot] = await slot_rows(database)
    assert slot.outcome == Outcome.MISSED, "a reminder arrived and nobody answered"
    assert (await the_plan(database, plan.id)).unanswered == 1


async def test_a_moved_slot_is_moved_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    await moving.move(database, person, plan.id, DUE, DUE + DAY, NOW)
    back = await moving.move(database, person, plan.id, DUE + DAY, DUE, NOW + MINUTE)
    assert back.slot.due_at == DUE
    await run_timer(database, NOW + MINUTE, DUE)
    assert await reminders_at(database) == [DUE]


@pytest.mark.parametrize(
    "to",
    [NOW - MINUTE, NOW, DUE + 2 * DAY, DUE + 3 * DAY],
    ids=["behind", "now", "at the next slot", "beyond the next slot"],
)
async def test_where_a_slot_cannot_go(database: Database, to: datetime) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3)
    with pytest.raises(CannotMoveThere):
        await moving.move(database, person, plan.id, DUE, to, NOW)
    assert await slot_rows(database) == []
    assert (await the_plan(database, plan.id)).next_due_at == DUE


async def test_a_slot_is_not_moved_past_another_that_was_moved(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3)
    await moving.move(database, person, plan.id, DUE, DUE + 30 * HOUR, NOW)
    with pytest.raises(CannotMoveThere):
        await moving.move(database, person, plan.id, DUE + 2 * DAY, DUE + 31 * HOUR - HOUR, NOW)
    await moving.move(database, person, plan.id, DUE + 30 * HOUR, DUE + HOUR, NOW + MINUTE)
    again = await moving.move(database, person, plan.id, DUE + 2 * DAY, DUE + 40 * HOUR, NOW + MINUTE)
    assert again.plan.next_due_at == DUE + WEEK


async def test_what_is_answered_or_somebody_elses_cannot_be_moved(database: Database) -> None:
    person, other = await someone(database), await someone(database, 2)
    plan = await planned(database, person, 1)
    with pytest.raises(NotFound):
        await moving.move(database, other, plan.id, DUE, DUE + DAY, NOW)
    await run_timer(database, NOW, DUE)
    [slot] = await slot_rows(database)
    await service.mark(database, person, slot.id, Outcome.DONE, DUE)
    with pytest.raises(SlotClosed):
        await moving.move(database, person, plan.id, DUE, DUE + DAY, DUE + MINUTE)


async def test_a_pause_forgets_what_was_moved_into_it(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    await moving.move(database, person, plan.id, DUE, DUE + DAY, NOW)
    await service.pause(database, person, plan.id, None, NOW)
    assert await slot_rows(database) == []
    await timer.work(database, DUE + DAY)
    await send_due(database, DUE + DAY)
    [message] = await outbox_rows(database, kind="reminder")
    with pytest.raises(NotFound):  # the message finds nothing to say
        await service.slot(database, person, message.parameters["slot_id"])


# --- One weekday ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("times", "move", "expected"),
    [
        ([((2,), 19)], (2, 19, 21), [((2,), 21)]),
        ([((2, 5), 19)], (5, 19, 21), [((2,), 19), ((5,), 21)]),
        ([((2,), 19), ((5,), 21)], (5, 21, 19), [((2, 5), 19)]),
        ([((2,), 12), ((2,), 19)], (2, 19, 12), [((2,), 12)]),
        ([((2,), 12), ((2,), 19)], (2, 19, 9), [((2,), 9), ((2,), 12)]),
    ],
    ids=["the only one", "one of two", "together again", "falls together", "before another"],
)
def test_a_weekday_has_another_time(times, move, expected) -> None:
    def rule(groups) -> Rule:
        return Rule(tuple(WeeklyTime(days, time(hour)) for days, hour in groups), every_weeks=2)

    day, at, to = move
    assert moving.moved_rule(rule(times), day, time(at), time(to)) == rule(expected)


@given(
    days=st.sets(st.integers(1, 7), min_size=1),
    hours=st.lists(st.integers(0, 23), min_size=1, max_size=2, unique=True),
    pick=st.integers(0, 20),
    to=st.integers(0, 23),
)
def test_moving_a_weekday_there_and_back_changes_nothing_else(
    days: set[int], hours: list[int], pick: int, to: int
) -> None:
    rule = Rule(tuple(WeeklyTime(tuple(sorted(days)), time(hour)) for hour in sorted(hours)))
    slots = {(day, group.at) for group in rule.times for day in group.weekdays}
    day, at = sorted(slots)[pick % len(slots)]
    moved = moving.moved_rule(rule, day, at, time(to))
    found = {(each, group.at) for group in moved.times for each in group.weekdays}
    assert found == (slots - {(day, at)}) | {(day, time(to))}
    assert sum(len(group.weekdays) for group in moved.times) == len(found)
    if (day, time(to)) not in slots:
        assert moving.moved_rule(moved, day, time(to), at) == rule


async def test_moving_a_weekday_keeps_the_streak_and_makes_no_second_slot(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 4)
    now = NOW
    for week in range(4):
        for day in (0, 3):
            due = DUE + week * WEEK + day * DAY
            await run_timer(database, now, due)
            now = due
            await service.mark(database, person, (await slot_rows(database))[-1].id, Outcome.DONE, now)
    before = (await service.plan(database, person, plan.id)).progress
    assert (before.weeks, before.streak, before.freezes) == (4, 8, 1)
    kept = await moving.move_weekday(database, person, plan.id, 4, time(19), time(22), now + MINUTE)
    assert (await service.plan(database, person, plan.id)).progress == before
    assert kept.next_due_at == DUE + 4 * WEEK, "Thursday has had its slot; Monday is next, at its old time"
    await run_timer(database, now + MINUTE, now + 8 * DAY)
    assert (await slot_rows(database))[-1].local_time == time(22)


async def test_an_every_other_week_plan_keeps_its_weeks_when_a_day_moves(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, every_weeks=2)
    await run_timer(database, NOW, DUE + WEEK)
    kept = await moving.move_weekday(database, person, plan.id, 1, time(19), time(20), DUE + WEEK)
    assert kept.next_due_at == DUE + 2 * WEEK + HOUR
    with pytest.raises(SlotClosed):
        await moving.move_weekday(database, person, plan.id, 1, time(19), time(21), DUE + WEEK)


# --- One week ---------------------------------------------------------------------------------------------------------


async def test_a_week_off_is_neutral_and_silent(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3, 5)
    other = await planned(database, person, 3)
    await run_timer(database, NOW, DUE)
    off = await moving.skip_week(database, person, plan.id, date(2026, 11, 23), DUE + MINUTE)
    assert (off.count, off.plan.next_due_at) == (3, DUE + WEEK)
    await run_timer(database, DUE + MINUTE, DUE + WEEK)
    slots = await slot_rows(database, plan_id=plan.id)
    assert [slot.outcome for slot in slots] == [Outcome.SKIPPED] * 3 + [None]
    assert [at for at in await reminders_at(database) if at > DUE] == [DUE + 2 * DAY, DUE + WEEK]
    assert (await the_plan(database, other.id)).unanswered == 1
    progress = (await service.plan(database, person, plan.id)).progress
    assert (progress.streak, progress.weeks, progress.score) == (0, 0, None)
    done = await service.mark(database, person, slots[3].id, Outcome.DONE, DUE + WEEK)
    assert done.progress.streak == 1


async def test_a_week_off_between_clean_weeks_breaks_nothing(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    for week in (0, 1, 2):
        due = DUE + week * WEEK
        await run_timer(database, due - DAY if week else NOW, due)
        if week == 1:
            await moving.skip_week(database, person, plan.id, None, due + MINUTE)
        else:
            await service.mark(database, person, (await slot_rows(database))[-1].id, Outcome.DONE, due)
    assert (await service.plan(database, person, plan.id)).progress.weeks == 2


async def test_a_week_off_is_taken_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3, 5)
    await run_timer(database, NOW, DUE)
    off = await moving.skip_week(database, person, plan.id, None, DUE + MINUTE)
    with pytest.raises(NothingLeft):
        await moving.skip_week(database, person, plan.id, None, DUE + 2 * MINUTE)
    back = await moving.unskip_week(database, person, plan.id, off.stamp, DUE + 5 * MINUTE)
    assert back.next_due_at == DUE + 2 * DAY
    [monday] = await slot_rows(database)
    assert monday.outcome is None
    with pytest.raises(SlotClosed):
        await moving.unskip_week(database, person, plan.id, off.stamp, DUE + 6 * MINUTE)
    await run_timer(database, DUE + 5 * MINUTE, DUE + 5 * DAY)
    assert await reminders_at(database) == [DUE, DUE + 2 * DAY, DUE + 4 * DAY]


async def test_a_slot_that_came_while_its_week_was_off_is_announced_when_it_is_taken_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3)
    off = await moving.skip_week(database, person, plan.id, None, DUE - MINUTE)
    await run_timer(database, DUE - MINUTE, DUE + 3 * MINUTE)
    assert await outbox_rows(database, kind="reminder") == []
    await moving.unskip_week(database, person, plan.id, off.stamp, DUE + 4 * MINUTE)
    [message] = await outbox_rows(database, kind="reminder")
    assert (message.due_at, message.state) == (DUE + 4 * MINUTE, "waiting")
    assert (await the_plan(database, plan.id)).next_due_at == DUE + 2 * DAY


async def test_a_week_is_taken_back_within_ten_minutes(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 3)
    off = await moving.skip_week(database, person, plan.id, None, NOW)
    with pytest.raises(SlotClosed):
        await moving.unskip_week(database, person, plan.id, off.stamp, NOW + 10 * MINUTE + timedelta(seconds=1))
    assert (await the_plan(database, plan.id)).next_due_at == DUE + 9 * DAY


async def test_a_week_begins_on_the_plans_own_monday(sqlite: Database) -> None:
    person = await someone(sqlite)
    plan = await service.create(
        sqlite, person, Draft(Rule((WeeklyTime((1, 7), time(12)),)), zone="America/New_York"), NOW
    )
    sunday_night = datetime(2026, 11, 29, 20, tzinfo=UTC)  # Monday in Almaty, Sunday afternoon in New York
    await run_timer(sqlite, NOW, sunday_night)
    off = await moving.skip_week(sqlite, person, plan.id, None, sunday_night)
    assert off.count == 1
    assert off.plan.next_local == datetime(2026, 11, 30, 12)
    assert model.local_of(sunday_night, "America/New_York").date() == date(2026, 11, 29)
