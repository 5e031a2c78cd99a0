"""The weekly digest: once a Sunday evening, wherever the person is and whatever happened to the bot."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.people import mark_blocked
from bot.reminders import model, moving, review, service, timer, weekly
from bot.reminders.model import Outcome
from tests.support import NOW, outbox_rows, planned, run_timer, slot_rows, someone, together

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SUNDAY = date(2026, 11, 29)
EVENING = datetime(2026, 11, 29, 15, tzinfo=UTC)
"""20:00 in Almaty on the Sunday of NOW's week."""


async def digests(db: Database, person_id: int = 1) -> list[str]:
    return [row.parameters["sunday"] for row in await outbox_rows(db, kind="week", person_id=person_id)]


async def test_it_comes_on_sunday_evening_to_whoever_has_a_plan(database: Database) -> None:
    person = await someone(database)
    await someone(database, 2)
    await planned(database, person, 3)
    assert await timer.next_due(database) == datetime(2026, 11, 25, 14, tzinfo=UTC)
    await run_timer(database, NOW, EVENING - timedelta(seconds=1))
    assert await digests(database) == []
    await run_timer(database, EVENING, EVENING + 6 * HOUR)
    [message] = await outbox_rows(database, kind="week")
    assert (message.key, message.person_id, message.send_at) == ("week:1:2026-W48", 1, EVENING)
    assert message.parameters == {"sunday": "2026-11-29"}


@pytest.mark.parametrize(
    ("created", "first"),
    [
        (EVENING - MINUTE, "2026-11-29"),
        (EVENING, "2026-12-06"),
        (EVENING + MINUTE, "2026-12-06"),
    ],
)
async def test_the_first_one_is_that_of_the_coming_sunday(database: Database, created: datetime, first: str) -> None:
    await planned(database, await someone(database), 3, now=created)
    await run_timer(database, created, created + 8 * DAY)
    assert (await digests(database))[0] == first


async def test_whoever_does_not_want_it_or_has_nothing_to_be_told_gets_none(database: Database) -> None:
    await planned(database, await someone(database, 1, weekly=False))
    resting = await someone(database, 2)
    plan = await planned(database, resting)
    await service.pause(database, resting, plan.id, None, NOW)
    silent = await someone(database, 3)
    await planned(database, silent)  # daily, never answered: silent from the fourth day on
    gone = await someone(database, 4)
    deleted = await planned(database, gone)
    await service.delete(database, gone, deleted.id, NOW)
    blocked = await someone(database, 5)
    await planned(database, blocked)
    async with database.transaction() as tx:
        await mark_blocked(tx, 5, NOW)
    await run_timer(database, NOW, EVENING + HOUR)
    assert await outbox_rows(database, kind="week") == []
    async with database.transaction() as tx:
        rows = await tx.execute(select(PersonRow.id, PersonRow.weekly_on))
        waiting = {row.id: row.weekly_on for row in rows}
    assert waiting == {1: date(2026, 12, 6), 2: date(2026, 12, 6), 3: date(2026, 12, 6), 4: None, 5: SUNDAY}
    await planned(database, gone, 3, now=EVENING + HOUR)  # a new plan begins it again
    await run_timer(database, EVENING + HOUR, EVENING + 8 * DAY)
    assert await digests(database, 4) == ["2026-12-06"]


@pytest.mark.parametrize(
    ("late", "sent"),
    [(0 * MINUTE, True), (5 * HOUR, True), (24 * HOUR, True), (24 * HOUR + MINUTE, False), (30 * DAY, False)],
    ids=["in time", "that night", "on Monday evening", "too late", "a month"],
)
async def test_after_an_outage(database: Database, late: timedelta, sent: bool) -> None:
    await planned(database, await someone(database))
    await timer.work(database, EVENING + late)
    assert await digests(database) == (["2026-11-29"] if sent else [])
    async with database.transaction() as tx:
        owner = await tx.get_one(PersonRow, 1)
    assert owner.weekly_at is not None
    assert owner.weekly_at > EVENING + late, "the next one lies ahead"


async def test_in_quiet_hours_it_makes_no_sound_or_waits(database: Database) -> None:
    hours = {"quiet_from": time(19), "quiet_until": time(8)}
    await planned(database, await someone(database, 1, **hours), 3)
    await planned(database, await someone(database, 2, **hours, quiet_moves=True), 3)
    await run_timer(database, NOW, EVENING)
    silent, waits = await outbox_rows(database, kind="week")
    assert (silent.silent, silent.send_at) == (True, EVENING)
    assert (waits.silent, waits.send_at) == (False, EVENING + 12 * HOUR)


async def test_replicas_queue_it_once(new_url) -> None:
    url = await new_url()
    replicas = [Database(url) for _ in range(3)]
    for number in range(1, 41):
        await planned(replicas[0], await someone(replicas[0], number), 3)
    await together(*(timer.work(replica, EVENING) for replica in replicas))
    assert Counter(row.person_id for row in await outbox_rows(replicas[0], kind="week")) == Counter(range(1, 41))
    for replica in replicas:
        await replica.close()


LANDS = ["Pacific/Kiritimati", "Asia/Tokyo", "Asia/Almaty", "Europe/Berlin", "America/New_York", "Pacific/Pago_Pago"]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    home=st.sampled_from(LANDS),
    moves=st.lists(st.tuples(st.integers(1, 9 * 24 * 60), st.sampled_from(LANDS)), min_size=1, max_size=5),
    start=st.datetimes(datetime(2026, 10, 15), datetime(2026, 11, 20)),
)
async def test_moving_around_the_world_neither_loses_nor_doubles_a_sunday(
    sqlite: Database, home: str, moves: list[tuple[int, str]], start: datetime
) -> None:
    """`moves`: minutes until the next move, and where to. The plan rests until long after, so only digests ring."""
    now = start.replace(tzinfo=UTC)
    async with sqlite.transaction() as tx:
        last = await tx.scalar(select(PersonRow.id).order_by(PersonRow.id.desc())) or 0
    person = await someone(sqlite, last + 1, home)
    await planned(sqlite, person, 3, now=now, start=date(2030, 1, 1))
    first = weekly.coming_sunday(home, now)
    for minutes, there in moves:
        await run_timer(sqlite, now, now + minutes * MINUTE)
        now += minutes * MINUTE
        await service.move_person(sqlite, person, there, None, now)
    await run_timer(sqlite, now, now + MINUTE)
    async with sqlite.transaction() as tx:
        owner = await tx.get_one(PersonRow, person.id)
    assert owner.weekly_on is not None
    weeks = (owner.weekly_on - first).days // 7
    assert await digests(sqlite, person.id) == [(first + week * 7 * DAY).isoformat() for week in range(weeks)]
    assert owner.weekly_at == weekly.instant(owner.weekly_on, owner.zone) > now


async def test_the_week_tells_what_was_and_what_comes(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3, 5)
    await planned(database, person, 7, start=date(2027, 1, 1))
    await run_timer(database, NOW, NOW + 5 * HOUR)
    monday = (await slot_rows(database))[0]
    await service.mark(database, person, monday.id, Outcome.DONE, NOW + 5 * HOUR)
    await run_timer(database, NOW + 5 * HOUR, NOW + 3 * DAY)  # Wednesday passes unanswered
    friday = await service.plan(database, person, plan.id)
    assert friday.plan.next_due_at is not None
    due = friday.plan.next_due_at
    moved = await moving.move(database, person, plan.id, due, due + 20 * HOUR, NOW + 3 * DAY)
    await run_timer(database, NOW + 3 * DAY, moved.slot.due_at)
    await run_timer(database, moved.slot.due_at, EVENING)
    [week] = await review.week(database, person, SUNDAY)
    assert week.plan.id == plan.id
    assert [slot.outcome for slot in week.slots] == [Outcome.DONE, Outcome.MISSED, Outcome.MISSED]
    assert week.slots[2].due_at == moved.slot.due_at, "a moved one belongs to its own week"
    assert [moment.local.date().day for moment in week.coming] == [30, 2, 4]
    assert all(moment.instant == model.instant_of(moment.local, "Asia/Almaty") for moment in week.coming)


async def test_what_is_skipped_ahead_does_not_come_next_week(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1, 3, now=EVENING - HOUR)
    [week] = await review.week(database, person, SUNDAY)
    assert [moment.local.date().day for moment in week.coming] == [30, 2]
    await moving.skip_week(database, person, plan.id, date(2026, 12, 1), EVENING - HOUR)
    assert await review.week(database, person, SUNDAY) == []
