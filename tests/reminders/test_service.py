"""What a person can do with plans and slots, on real databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import PersonRow, SlotRow
from bot.errors import NotFound, SlotClosed, TooManyPlans
from bot.people import People, Person, QuietHours, mark_blocked
from bot.reminders import model, service, timer
from bot.reminders.model import Draft, OneOff, Outcome, Outlet, Reminding, Rule, Snooze, WeeklyTime
from tests.support import (
    NOW,
    outbox_rows,
    planned,
    run_timer,
    slot_rows,
    someone,
    the_plan,
    together,
    weekly,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""19:00 in Almaty on the Monday of NOW."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def due_slot(db: Database, person: Person, **more: Any) -> SlotRow:
    """The slot of a daily plan, just announced at DUE."""
    plan = await planned(db, person, **more)
    await run_timer(db, NOW, DUE)
    return (await slot_rows(db, plan_id=plan.id))[-1]


async def due_weekly(db: Database, person: Person) -> SlotRow:
    """The slot of a plan for Mondays, just announced at DUE."""
    await planned(db, person, 1)
    await run_timer(db, NOW, DUE)
    return (await slot_rows(db))[-1]


# --- Plans ------------------------------------------------------------------------------------------------------------


async def test_a_new_plan_waits_for_its_first_slot(database: Database) -> None:
    person = await someone(database)
    draft = weekly(2, 5, at="18:30", outlet=Outlet.SHORTS)
    plan = await service.create(database, person, draft, NOW)
    assert (plan.outlet, plan.zone, plan.wall_zone, plan.paused) == (Outlet.SHORTS, None, "Asia/Almaty", False)
    assert (plan.next_local, plan.next_due_at) == (
        local("2026-11-24T18:30"),
        datetime(2026, 11, 24, 13, 30, tzinfo=UTC),
    )
    assert [moment.local for moment in service.preview(draft, person, NOW)] == [
        local("2026-11-24T18:30"),
        local("2026-11-27T18:30"),
        local("2026-12-01T18:30"),
    ]
    [standing] = await service.plans(database, person)
    assert standing.plan == plan
    assert standing.plan.rule == draft.rule
    assert [moment.local for moment in service.this_week(plan, NOW)] == [
        local("2026-11-24T18:30"),
        local("2026-11-27T18:30"),
    ]


async def test_a_plan_with_a_zone_of_its_own_is_read_there(database: Database) -> None:
    plan = await planned(database, await someone(database), at="19:00", zone="Europe/Berlin")
    assert (plan.zone, plan.wall_zone) == ("Europe/Berlin", "Europe/Berlin")
    assert plan.next_due_at == datetime(2026, 11, 23, 18, tzinfo=UTC)


async def test_today_counts_while_its_time_is_ahead(sqlite: Database) -> None:
    person = await someone(sqlite)
    assert (await planned(sqlite, person, at="14:01")).next_local == local("2026-11-23T14:01")
    assert (await planned(sqlite, person, at="14:00")).next_local == local("2026-11-24T14:00")


async def test_there_is_a_limit_of_plans_even_when_asked_for_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_PLANS", 6)
    person = await someone(database)
    kept = [await planned(database, person) for _ in range(service.MOST_PLANS - 1)]
    results = []

    async def one_more() -> None:
        try:
            results.append(await planned(database, person))
        except TooManyPlans as error:
            results.append(error)

    await together(*(one_more() for _ in range(3)))
    assert Counter(type(result).__name__ for result in results) == {"Plan": 1, "TooManyPlans": 2}
    assert next(r for r in results if isinstance(r, TooManyPlans)).parameters == {"limit": 6}
    await service.delete(database, person, kept[0].id, NOW)
    await planned(database, person)


async def test_plans_of_somebody_else_are_not_there(database: Database) -> None:
    owner, stranger = await someone(database, 1), await someone(database, 2)
    slot = await due_slot(database, owner)
    for act in (
        service.plan(database, stranger, slot.plan_id),
        service.pause(database, stranger, slot.plan_id, None, DUE),
        service.resume(database, stranger, slot.plan_id, DUE),
        service.change(database, stranger, slot.plan_id, weekly(1), DUE),
        service.delete(database, stranger, slot.plan_id, DUE),
        service.undelete(database, stranger, slot.plan_id, DUE),
        service.done_early(database, stranger, slot.plan_id, DUE),
        service.mark(database, stranger, slot.id, Outcome.DONE, DUE),
        service.undo(database, stranger, slot.id, DUE),
        service.snooze(database, stranger, slot.id, Snooze.HALF_HOUR, DUE),
        service.slot(database, stranger, slot.id),
        service.outlet_of_one_off(database, stranger, 1),
    ):
        with pytest.raises(NotFound):
            await act
    assert await service.plans(database, stranger) == []
    assert await service.open_slots(database, stranger, [slot.id]) == []
    [unchanged] = await slot_rows(database)
    assert unchanged.outcome is None


# --- Pause and resume -------------------------------------------------------------------------------------------------


async def test_a_pause_has_no_slots_and_breaks_nothing(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.mark(database, person, slot.id, Outcome.DONE, DUE)
    paused = await service.pause(database, person, slot.plan_id, None, DUE + HOUR)
    assert (paused.paused, paused.next_due_at) == (True, None)
    back = DUE + 10 * DAY + HOUR
    await run_timer(database, DUE + HOUR, back)
    assert len(await slot_rows(database)) == 1
    resumed = await service.resume(database, person, slot.plan_id, back)
    assert (resumed.paused, resumed.next_local) == (False, local("2026-12-04T19:00"))
    await run_timer(database, back, DUE + 11 * DAY)
    second = (await slot_rows(database))[-1]
    marked = await service.mark(database, person, second.id, Outcome.DONE, DUE + 11 * DAY)
    assert (marked.progress.streak, marked.before.streak) == (2, 1)


@pytest.mark.parametrize(
    ("until", "first"),
    [
        (date(2026, 11, 26), "2026-11-26T19:00"),
        (date(2026, 11, 24), "2026-11-24T19:00"),
        (date(2026, 11, 23), "2026-11-23T19:00"),
        (date(2026, 11, 1), "2026-11-23T19:00"),
    ],
    ids=["three days", "tomorrow", "today", "a day that is past"],
)
async def test_a_pause_with_an_end_ends_by_itself_with_the_first_slot_of_that_day(
    sqlite: Database, until: date, first: str
) -> None:
    person = await someone(sqlite)
    plan = await planned(sqlite, person)
    paused = await service.pause(sqlite, person, plan.id, until, NOW)
    assert (paused.paused, paused.paused_until, paused.next_local) == (True, until, local(first))
    end = model.instant_of(local(first), "Asia/Almaty")
    await run_timer(sqlite, NOW, end)
    assert [slot.due_at for slot in await slot_rows(sqlite)] == [end]
    row = await the_plan(sqlite, plan.id)
    assert (row.state, row.paused_until) == ("active", None)
    assert len(await outbox_rows(sqlite, kind="reminder", state="sent")) == 1


async def test_resuming_makes_no_second_slot_on_a_day_that_had_one(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await service.done_early(database, person, plan.id, NOW)
    await service.pause(database, person, plan.id, None, NOW)
    resumed = await service.resume(database, person, plan.id, NOW + MINUTE)
    assert resumed.next_local == local("2026-11-24T19:00")


async def test_resuming_a_plan_that_went_to_rest_reminds_every_time_again(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await run_timer(database, NOW, DUE + 3 * DAY + 13 * HOUR)
    assert (await the_plan(database, plan.id)).unanswered == 3
    await service.pause(database, person, plan.id, None, DUE + 4 * DAY)
    assert (await service.resume(database, person, plan.id, DUE + 4 * DAY)).unanswered == 0
    await run_timer(database, DUE + 4 * DAY, DUE + 6 * DAY)
    days = [(row.due_at - DUE).days for row in await outbox_rows(database, kind="reminder")]
    assert days == [0, 1, 2, 5, 6]


# --- Changing ---------------------------------------------------------------------------------------------------------


async def test_changing_a_plan_keeps_its_history_and_takes_all_of_the_draft(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person, outlet=Outlet.YOUTUBE, zone="Asia/Almaty")
    await service.mark(database, person, slot.id, Outcome.DONE, DUE)
    wanted = weekly(3, at="20:00", outlet=Outlet.TIKTOK)
    changed = await service.change(database, person, slot.plan_id, wanted, DUE + MINUTE)
    assert (changed.outlet, changed.zone) == (Outlet.TIKTOK, None)
    assert changed.next_local == local("2026-11-25T20:00")
    standing = await service.plan(database, person, slot.plan_id)
    assert [each.outcome for each in standing.slots] == [Outcome.DONE]
    assert standing.progress.streak == 1


@pytest.mark.parametrize("answered", ["announced", "done", "done early"])
async def test_a_later_time_makes_no_second_slot_on_a_day_that_had_one(sqlite: Database, answered: str) -> None:
    person = await someone(sqlite)
    plan = await planned(sqlite, person)
    if answered == "done early":
        await service.done_early(sqlite, person, plan.id, NOW)
    else:
        await run_timer(sqlite, NOW, DUE)
        if answered == "done":
            await service.mark(sqlite, person, 1, Outcome.DONE, DUE)
    changed = await service.change(sqlite, person, plan.id, weekly(at="23:00"), DUE + MINUTE)
    assert changed.next_local == local("2026-11-24T23:00")
    await run_timer(sqlite, DUE + MINUTE, DUE + DAY)
    assert len(await slot_rows(sqlite)) == 1


async def test_an_earlier_time_before_the_slot_counts_today(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    assert (await service.change(database, person, plan.id, weekly(at="15:00"), NOW)).next_local == local(
        "2026-11-23T15:00"
    )


async def test_changing_a_resting_plan_changes_what_comes_after_the_rest(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await service.pause(database, person, plan.id, date(2026, 11, 26), NOW)
    changed = await service.change(database, person, plan.id, weekly(at="08:00"), NOW)
    assert (changed.paused, changed.paused_until) == (True, date(2026, 11, 26))
    assert changed.next_local == local("2026-11-26T08:00")
    await service.pause(database, person, plan.id, None, NOW)
    changed = await service.change(database, person, plan.id, weekly(at="09:00"), NOW)
    assert (changed.paused, changed.next_due_at) == (True, None)
    assert (await service.resume(database, person, plan.id, NOW)).next_local == local("2026-11-24T09:00")


# --- Deleting ---------------------------------------------------------------------------------------------------------


async def test_a_deleted_plan_is_silent_and_comes_back_whole(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE)
    await service.delete(database, person, slot.plan_id, DUE + MINUTE)
    assert await service.plans(database, person) == []
    for act in (
        service.plan(database, person, slot.plan_id),
        service.mark(database, person, slot.id, Outcome.DONE, DUE + MINUTE),
        service.resume(database, person, slot.plan_id, DUE + MINUTE),
    ):
        with pytest.raises(NotFound):
            await act
    assert await outbox_rows(database, state="waiting") == []
    assert (await timer.next_due(database)) == DUE + 12 * HOUR, "its slot still closes"

    await service.undelete(database, person, slot.plan_id, DUE + 2 * MINUTE)
    [waiting] = await outbox_rows(database, state="waiting")
    assert waiting.send_at == DUE + 30 * MINUTE, "the snoozed reminder comes as promised"
    [standing] = await service.plans(database, person)
    assert standing.plan.next_local == local("2026-11-24T19:00")
    assert [each.id for each in standing.slots] == [slot.id]


async def test_slots_that_passed_while_a_plan_was_deleted_do_not_exist(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    resting = await planned(database, person)
    await service.pause(database, person, resting.id, date(2026, 11, 23), NOW)
    for each in (plan, resting):
        await service.delete(database, person, each.id, NOW)
    back = DUE + 13 * HOUR
    await run_timer(database, NOW, back)
    for each in (plan, resting):
        again = await service.undelete(database, person, each.id, back)
        assert again.next_local == local("2026-11-24T19:00")
    await run_timer(database, back, back + MINUTE)
    assert await slot_rows(database) == []


async def test_what_is_gone_for_good_does_not_come_back(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    await service.delete(database, person, plan.id, NOW)
    await timer.forget_deleted(database, NOW + 25 * HOUR)
    with pytest.raises(NotFound):
        await service.undelete(database, person, plan.id, NOW + 25 * HOUR)


# --- Moving to another zone -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moved_at", "zone", "next_due", "days"),
    [
        # 16:00 in Almaty, before today's 19:00: in Tokyo it is 20:00, today's slot is due at once
        ("2026-11-23T11:00", "Asia/Tokyo", "2026-11-23T11:00", [23, 24, 25]),
        # 20:00 in Almaty, after today's slot: in London it is 15:00, and it does not come again
        ("2026-11-23T15:00", "Europe/London", "2026-11-24T19:00", [23, 24, 25]),
        # 16:00 in Almaty: in London 11:00, today's slot comes at London's 19:00
        ("2026-11-23T11:00", "Europe/London", "2026-11-23T19:00", [23, 24, 25]),
        # the furthest apart there is: 25 hours back and forth over the date line
        ("2026-11-23T15:00", "Pacific/Kiritimati", "2026-11-24T05:00", [23, 24, 25]),
        ("2026-11-23T11:00", "Pacific/Pago_Pago", "2026-11-24T06:00", [23, 24, 25]),
    ],
    ids=["east", "west after the slot", "west before it", "far east", "far west"],
)
async def test_somebody_who_moves_keeps_every_slot_once(
    sqlite: Database, moved_at: str, zone: str, next_due: str, days: list[int]
) -> None:
    person = await someone(sqlite)
    plan = await planned(sqlite, person)
    own = await planned(sqlite, person, zone="Europe/Berlin")
    at = datetime.fromisoformat(moved_at).replace(tzinfo=UTC)
    await run_timer(sqlite, NOW, at)
    moved = await service.move_person(sqlite, person, zone, "Somewhere", at)
    assert [each.wall_zone for each in moved] == [zone, "Europe/Berlin"]
    assert moved[0].next_due_at == datetime.fromisoformat(next_due).replace(tzinfo=UTC)
    assert moved[1].next_due_at == (await the_plan(sqlite, own.id)).next_due_at
    there = await People(sqlite).get(1)
    assert there is not None
    assert (there.zone, there.place, there.zone_chosen) == (zone, "Somewhere", True)
    await run_timer(sqlite, at, at + 4 * DAY)
    slots = await slot_rows(sqlite, plan_id=plan.id)
    assert [slot.local_date.day for slot in slots][:3] == days
    assert len({slot.due_at for slot in slots}) == len(slots)


LANDS = [
    "Pacific/Kiritimati",
    "Asia/Tokyo",
    "Asia/Almaty",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Africa/Cairo",
    "America/New_York",
    "Pacific/Pago_Pago",
]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    home=st.sampled_from(LANDS),
    moves=st.lists(st.tuples(st.integers(1, 40 * 60), st.sampled_from(LANDS)), min_size=1, max_size=4),
    at=st.sampled_from(["00:05", "07:30", "12:00", "19:00", "23:55"]),
    days=st.sets(st.integers(1, 7), min_size=1),
    start=st.datetimes(datetime(2026, 10, 20), datetime(2026, 11, 20)),
)
async def test_moving_around_the_world_neither_loses_nor_doubles_a_slot(
    sqlite: Database,
    monkeypatch: pytest.MonkeyPatch,
    home: str,
    moves: list[tuple[int, str]],
    at: str,
    days: set[int],
    start: datetime,
) -> None:
    """`moves`: minutes until the next move, and where to."""
    monkeypatch.setattr(model, "reminding", lambda unanswered: Reminding.ALWAYS)  # nobody answers here
    now = begun = start.replace(tzinfo=UTC)
    async with sqlite.transaction() as tx:
        last = await tx.scalar(select(PersonRow.id).order_by(PersonRow.id.desc())) or 0
    person = await someone(sqlite, last + 1, home)
    plan = await planned(sqlite, person, *sorted(days), at=at, now=begun)
    zone = home
    for minutes, there in moves:
        await run_timer(sqlite, now, now + minutes * MINUTE)
        now += minutes * MINUTE
        await service.move_person(sqlite, person, there, None, now)
        zone = there
    await run_timer(sqlite, now, now + 3 * DAY)
    now += 3 * DAY
    made = [datetime.combine(slot.local_date, slot.local_time) for slot in await slot_rows(sqlite, plan_id=plan.id)]
    row = await the_plan(sqlite, plan.id)
    assert row.next_local is not None
    walked = list(islice(model.walk(plan.rule, plan.starts_on, model.local_of(begun, home)), 40))
    assert sorted(made) == walked[: len(made)], "each wall time in turn, none twice, none left out"
    assert row.next_local == walked[len(made)]
    assert row.next_due_at == model.instant_of(row.next_local, zone)
    assert row.next_due_at > now
    reminders = await outbox_rows(sqlite, person_id=person.id, kind="reminder")
    assert len(reminders) == len(made)
    assert all(row.send_at >= row.due_at for row in reminders)


async def test_moving_touches_no_message_that_was_promised(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    at = await service.snooze(database, person, slot.id, Snooze.TWO_HOURS, DUE)
    await service.move_person(database, person, "America/New_York", None, DUE + MINUTE)
    [waiting] = await outbox_rows(database, state="waiting")
    assert waiting.send_at == at


# --- Blocked and back -------------------------------------------------------------------------------------------------


async def test_somebody_who_comes_back_starts_with_the_next_slot(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    later = await planned(database, person, 7)
    async with database.transaction() as tx:
        await mark_blocked(tx, 1, NOW)
    back = DUE + 3 * DAY + HOUR
    await run_timer(database, NOW, back)
    assert await slot_rows(database) == []
    await service.came_back(database, 1, back)
    assert (await the_plan(database, plan.id)).next_local == local("2026-11-27T19:00")
    assert (await the_plan(database, later.id)).next_local == local("2026-11-29T19:00")
    await run_timer(database, back, DUE + 4 * DAY)
    assert [slot.due_at for slot in await slot_rows(database)] == [DUE + 4 * DAY]
    known = await People(database).get(1)
    assert known is not None
    assert not known.blocked
    await service.came_back(database, 999, back)  # somebody nobody knows


# --- Answering --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("outcome", "streak"), [(Outcome.DONE, 1), (Outcome.SKIPPED, 0)], ids=["published", "skipped"])
async def test_an_answer_is_kept_and_told(database: Database, outcome: Outcome, streak: int) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    marked = await service.mark(database, person, slot.id, outcome, DUE + MINUTE)
    assert (marked.slot.outcome, marked.progress.streak, marked.before.streak) == (outcome, streak, 0)
    assert marked.plan.id == slot.plan_id
    await run_timer(database, DUE + MINUTE, DUE + 13 * HOUR)
    assert [each.outcome for each in await slot_rows(database)] == [outcome]
    assert (await the_plan(database, slot.plan_id)).unanswered == 0
    again = await service.mark(database, person, slot.id, outcome, DUE + 2 * MINUTE)
    assert again.progress == marked.progress, "a second tap changes nothing"


@pytest.mark.parametrize(
    ("after", "outcome", "streak"),
    [
        (12 * HOUR - MINUTE, Outcome.DONE, 1),
        (12 * HOUR + MINUTE, Outcome.DONE, 1),
        (48 * HOUR, Outcome.DONE, 1),
        (48 * HOUR + MINUTE, Outcome.MISSED, 0),
    ],
    ids=["open", "missed, repaired", "just in time", "too late to count"],
)
async def test_a_missed_slot_can_be_repaired_for_48_hours(
    sqlite: Database, after: timedelta, outcome: Outcome, streak: int
) -> None:
    person = await someone(sqlite)
    slot = await due_weekly(sqlite, person)
    await run_timer(sqlite, DUE, DUE + after)
    marked = await service.mark(sqlite, person, slot.id, Outcome.DONE, DUE + after)
    assert (marked.slot.outcome, marked.progress.streak) == (outcome, streak)
    assert marked.slot.published
    assert marked.slot.late is (outcome is not Outcome.DONE)
    if outcome is Outcome.MISSED:
        with pytest.raises(SlotClosed):
            await service.mark(sqlite, person, slot.id, Outcome.SKIPPED, DUE + after)


async def test_a_repair_mends_the_streak(database: Database) -> None:
    person = await someone(database)
    await planned(database, person)
    await run_timer(database, NOW, DUE + 2 * DAY)
    first, second, third = await slot_rows(database)
    await service.mark(database, person, third.id, Outcome.DONE, DUE + 2 * DAY)
    await service.mark(database, person, second.id, Outcome.DONE, DUE + 2 * DAY)
    marked = await service.mark(database, person, first.id, Outcome.DONE, DUE + 2 * DAY)
    assert (marked.before.streak, marked.progress.streak) == (2, 3)


async def test_answering_takes_back_a_reminder_that_still_waits(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE)
    await service.mark(database, person, slot.id, Outcome.DONE, DUE + MINUTE)
    assert await outbox_rows(database, state="waiting") == []


async def test_undo_opens_the_slot_and_its_reminder_comes_as_promised(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.snooze(database, person, slot.id, Snooze.TWO_HOURS, DUE)
    await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE)
    await service.mark(database, person, slot.id, Outcome.DONE, DUE + MINUTE)
    undone = await service.undo(database, person, slot.id, DUE + 2 * MINUTE)
    assert (undone.slot.outcome, undone.slot.published) == (None, False)
    assert (undone.before.streak, undone.progress.streak) == (1, 0)
    [waiting] = await outbox_rows(database, state="waiting")
    assert waiting.send_at == DUE + 30 * MINUTE
    await run_timer(database, DUE + 2 * MINUTE, DUE + 13 * HOUR)
    assert (await slot_rows(database))[0].outcome == Outcome.MISSED


@pytest.mark.parametrize(("after", "works"), [(10 * MINUTE, True), (11 * MINUTE, False)])
async def test_undo_works_for_ten_minutes(sqlite: Database, after: timedelta, works: bool) -> None:
    person = await someone(sqlite)
    slot = await due_slot(sqlite, person)
    await service.mark(sqlite, person, slot.id, Outcome.DONE, DUE)
    if works:
        await service.undo(sqlite, person, slot.id, DUE + after)
        await service.undo(sqlite, person, slot.id, DUE + after)  # twice is harmless
    else:
        with pytest.raises(SlotClosed):
            await service.undo(sqlite, person, slot.id, DUE + after)
    assert ((await slot_rows(sqlite))[0].outcome is None) is works


async def test_undoing_a_repair_leaves_a_miss(database: Database) -> None:
    person = await someone(database)
    slot = await due_weekly(database, person)
    at = DUE + 20 * HOUR
    await run_timer(database, DUE, at)
    await service.mark(database, person, slot.id, Outcome.DONE, at)
    await service.undo(database, person, slot.id, at + MINUTE)
    await run_timer(database, at, at + HOUR)
    assert (await slot_rows(database))[0].outcome == Outcome.MISSED


# --- Before the reminder ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "works"), [(5 * HOUR, True), (6 * HOUR, True), (6 * HOUR + MINUTE, False), (-MINUTE, True)]
)
async def test_done_can_be_said_up_to_six_hours_before_the_reminder(
    sqlite: Database, before: timedelta, works: bool
) -> None:
    person = await someone(sqlite)
    plan = await planned(sqlite, person, now=DUE - 10 * HOUR)
    at = DUE - before
    if not works:
        with pytest.raises(SlotClosed):
            await service.done_early(sqlite, person, plan.id, at)
        return
    marked = await service.done_early(sqlite, person, plan.id, at)
    assert (marked.slot.outcome, marked.slot.local, marked.slot.due_at) == (
        Outcome.DONE,
        local("2026-11-23T19:00"),
        DUE,
    )
    assert (marked.progress.streak, marked.plan.next_local) == (1, local("2026-11-24T19:00"))
    await run_timer(sqlite, at, DUE + HOUR)
    assert await outbox_rows(sqlite) == [], "no reminder for what is done"
    assert len(await slot_rows(sqlite)) == 1
    with pytest.raises(SlotClosed):
        await service.done_early(sqlite, person, plan.id, at + MINUTE)


async def test_two_taps_at_once_make_one_slot(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    results: list[str] = []

    async def tap() -> None:
        try:
            await service.done_early(database, person, plan.id, NOW)
            results.append("done")
        except SlotClosed:
            results.append("closed")

    await together(tap(), tap(), tap())
    assert sorted(results) == ["closed", "closed", "done"]
    assert len(await slot_rows(database)) == 1


async def test_taking_back_an_early_done_brings_the_reminder(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person)
    marked = await service.done_early(database, person, plan.id, NOW)
    await service.undo(database, person, marked.slot.id, NOW + MINUTE)
    await service.mark(database, person, marked.slot.id, Outcome.SKIPPED, NOW + 2 * MINUTE)
    await service.undo(database, person, marked.slot.id, NOW + 3 * MINUTE)
    await run_timer(database, NOW + 3 * MINUTE, DUE)
    [message] = await outbox_rows(database, state="sent")
    assert (message.kind, message.due_at, message.parameters["slot_id"]) == ("reminder", DUE, marked.slot.id)
    await run_timer(database, DUE, DUE + 13 * HOUR)
    assert [slot.outcome for slot in await slot_rows(database)] == [Outcome.MISSED]


# --- Snooze and one-offs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "comes"),
    [
        (Snooze.HALF_HOUR, DUE + 35 * MINUTE),
        (Snooze.TWO_HOURS, DUE + 2 * HOUR + 5 * MINUTE),
        (Snooze.EVENING, DUE + HOUR),
        (Snooze.TOMORROW, DUE + DAY),
    ],
)
async def test_a_snooze_moves_the_reminder_and_never_the_plan(
    sqlite: Database, choice: Snooze, comes: datetime
) -> None:
    person = await someone(sqlite)
    slot = await due_weekly(sqlite, person)
    before = await the_plan(sqlite, slot.plan_id)
    at = await service.snooze(sqlite, person, slot.id, choice, DUE + 5 * MINUTE)
    assert at == comes
    after = await the_plan(sqlite, slot.plan_id)
    assert (after.next_local, after.next_due_at) == (before.next_local, before.next_due_at)
    await run_timer(sqlite, DUE + 5 * MINUTE, comes)
    assert [(row.kind, row.sent_at) for row in await outbox_rows(sqlite)] == [("reminder", DUE), ("reminder", comes)]
    marked = await service.mark(sqlite, person, slot.id, Outcome.DONE, comes)
    assert marked.slot.outcome is Outcome.DONE


async def test_a_second_snooze_takes_the_place_of_the_first(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.snooze(database, person, slot.id, Snooze.TWO_HOURS, DUE)
    at = await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE)
    assert [row.send_at for row in await outbox_rows(database, state="waiting")] == [at]


async def test_what_is_answered_cannot_be_snoozed(database: Database) -> None:
    person = await someone(database)
    slot = await due_slot(database, person)
    await service.mark(database, person, slot.id, Outcome.SKIPPED, DUE)
    with pytest.raises(SlotClosed):
        await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE)
    other = await someone(database, 2)
    late = await due_weekly(database, other)
    with pytest.raises(SlotClosed):
        await service.snooze(database, other, late.id, Snooze.HALF_HOUR, DUE + 48 * HOUR + MINUTE)


NIGHT = QuietHours(time(22), time(8))
ALMATY = "Asia/Almaty"


@pytest.mark.parametrize(
    ("quiet", "due", "at", "silent"),
    [
        (None, "2026-11-23T23:00", "2026-11-23T23:00", False),
        (NIGHT, "2026-11-23T21:59", "2026-11-23T21:59", False),
        (NIGHT, "2026-11-23T23:00", "2026-11-23T23:00", True),
        (NIGHT, "2026-11-23T08:00", "2026-11-23T08:00", False),
        (QuietHours(time(22), time(8), moves=True), "2026-11-23T23:00", "2026-11-24T08:00", False),
        (QuietHours(time(22), time(8), moves=True), "2026-11-24T07:00", "2026-11-24T08:00", False),
        (QuietHours(time(12), time(14), moves=True), "2026-11-24T13:00", "2026-11-24T14:00", False),
    ],
)
def test_quiet_hours_soften_a_message(quiet: QuietHours | None, due: str, at: str, silent: bool) -> None:
    found = service.softened(model.instant_of(local(due), ALMATY), ALMATY, quiet)
    assert found == (model.instant_of(local(at), ALMATY), silent)


async def test_a_one_off_is_one_message_and_no_slot(database: Database) -> None:
    person = await someone(database)
    at = await service.remind_once(database, person, OneOff(local("2026-11-23T18:00"), Outlet.TIKTOK), NOW)
    assert at == DUE - HOUR
    _, week = await service.agenda(database, person, NOW)
    assert week == []
    await run_timer(database, NOW, DUE)
    [message] = await outbox_rows(database)
    assert (message.kind, message.send_at, message.state) == ("one_off", DUE - HOUR, "sent")
    assert await service.outlet_of_one_off(database, person, message.parameters["one_off_id"]) is Outlet.TIKTOK
    assert await slot_rows(database) == []
    berlin = OneOff(local("2026-11-23T18:00"), None, "Europe/Berlin")
    assert await service.remind_once(database, person, berlin, NOW) == datetime(2026, 11, 23, 17, tzinfo=UTC)


# --- Looking ----------------------------------------------------------------------------------------------------------


async def test_the_agenda_shows_today_and_the_rest_of_seven_days(database: Database) -> None:
    person = await someone(database)
    rule = Rule((WeeklyTime((1,), time(10)), WeeklyTime((1, 3), time(19))))
    monday = datetime(2026, 11, 23, 4, tzinfo=UTC)
    plan = await service.create(database, person, Draft(rule), monday)
    resting = await planned(database, person, now=monday)
    await service.pause(database, person, resting.id, None, monday)
    await run_timer(database, monday, NOW)
    today, week = await service.agenda(database, person, NOW)
    assert [(due.moment.local, due.slot is not None) for due in today] == [
        (local("2026-11-23T10:00"), True),
        (local("2026-11-23T19:00"), False),
    ]
    assert [due.moment.local for due in week] == [local("2026-11-25T19:00")]
    assert {due.plan.id for due in [*today, *week]} == {plan.id}
    await service.done_early(database, person, plan.id, NOW)
    today, _ = await service.agenda(database, person, NOW)
    assert [due.slot.outcome if due.slot else None for due in today] == [None, Outcome.DONE]


async def test_open_slots_are_those_that_wait_for_an_answer(database: Database) -> None:
    person = await someone(database)
    for at in ("15:00", "17:00"):
        await planned(database, person, at=at)
    await run_timer(database, NOW, DUE)
    slots = await slot_rows(database)
    ids = [slot.id for slot in slots]
    await service.mark(database, person, ids[0], Outcome.DONE, DUE)
    assert [slot.id for _, slot in await service.open_slots(database, person, [*ids, 999])] == ids[1:]
    plan, slot = await service.slot(database, person, ids[1])
    assert (plan.id, slot.id) == (slots[1].plan_id, ids[1])


async def test_thirteen_weeks_of_publishing_are_thirteen_weeks(sqlite: Database) -> None:
    person = await someone(sqlite)
    plan = await planned(sqlite, person, 1, 4)
    now = NOW
    for week in range(13):
        for day in (0, 3):
            due = DUE + week * 7 * DAY + day * DAY
            await run_timer(sqlite, now, due)
            now = due
            await service.mark(sqlite, person, (await slot_rows(sqlite))[-1].id, Outcome.DONE, now)
    standing = await service.plan(sqlite, person, plan.id)
    assert (standing.progress.weeks, standing.progress.goal, standing.progress.streak) == (13, 13, 26)
    assert (standing.progress.score, standing.progress.freezes) == (1, 2)
    assert Counter(row.kind for row in await outbox_rows(sqlite)) == {"reminder": 26, "week": 12}
    assert len(await outbox_rows(sqlite, state="sent")) == 38
