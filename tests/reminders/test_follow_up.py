"""Two hours after a reminder nobody answered: one question, or none."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.db.engine import Database
from bot.db.tables import OutboxRow
from bot.reminders import service, timer
from bot.reminders.model import Draft, Outcome, Rule, Snooze, WeeklyTime
from tests.support import NOW, outbox_rows, planned, run_timer, slot_rows, someone

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DUE = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""19:00 in Almaty on the Monday of NOW."""


async def test_a_reminder_nobody_answers_is_followed_up_once(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 1)
    await run_timer(database, NOW, DUE + 2 * HOUR - timedelta(seconds=1))
    assert await outbox_rows(database, kind="follow_up") == []
    assert await timer.next_due(database) == DUE + 2 * HOUR
    await run_timer(database, DUE + 2 * HOUR, DUE + 11 * HOUR)
    [message] = await outbox_rows(database, kind="follow_up")
    [slot] = await slot_rows(database)
    assert (message.due_at, message.send_at, message.silent) == (DUE + 2 * HOUR, DUE + 2 * HOUR, False)
    assert message.parameters["slot_id"] == slot.id
    assert slot.follow_up_at is None


@pytest.mark.parametrize("answer", ["done", "skipped", "snoozed", "deleted", "switched off", "late"])
async def test_there_is_nothing_to_ask(database: Database, answer: str) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    await run_timer(database, NOW, DUE)
    [slot] = await slot_rows(database)
    asked_at = DUE + 3 * HOUR
    match answer:
        case "done":
            await service.mark(database, person, slot.id, Outcome.DONE, DUE + HOUR)
        case "skipped":
            await service.mark(database, person, slot.id, Outcome.SKIPPED, DUE + HOUR)
        case "snoozed":
            await service.snooze(database, person, slot.id, Snooze.HALF_HOUR, DUE + HOUR)
        case "deleted":
            await service.delete(database, person, plan.id, DUE + HOUR)
        case "switched off":
            await someone(database, follow_up=False)
        case "late":  # the bot was off for longer than a late question would be welcome
            await timer.work(database, DUE + 2 * HOUR + 31 * MINUTE)
    if answer != "late":
        await run_timer(database, DUE + HOUR, asked_at)
    assert await outbox_rows(database, kind="follow_up") == []


async def test_done_that_is_taken_back_is_followed_up(database: Database) -> None:
    person = await someone(database)
    await planned(database, person, 1)
    await run_timer(database, NOW, DUE)
    [slot] = await slot_rows(database)
    await service.mark(database, person, slot.id, Outcome.DONE, DUE + HOUR)
    await service.undo(database, person, slot.id, DUE + HOUR + MINUTE)
    await run_timer(database, DUE + HOUR + MINUTE, DUE + 3 * HOUR)
    assert len(await outbox_rows(database, kind="follow_up")) == 1


async def test_a_plan_that_grows_silent_is_not_followed_up(database: Database) -> None:
    await planned(database, await someone(database))
    await run_timer(database, NOW, DUE + 20 * DAY)
    followed = [(row.due_at - DUE) for row in await outbox_rows(database, kind="follow_up")]
    assert followed == [2 * HOUR, DAY + 2 * HOUR, 2 * DAY + 2 * HOUR], "three reminders in full, then only reminders"


@pytest.mark.parametrize(
    ("quiet", "plan_at", "sent_after"),
    [
        ({"quiet_moves": False}, "19:00", None),
        ({"quiet_moves": True}, "21:30", timedelta(hours=9, minutes=30)),
        ({"quiet_moves": True, "quiet_until": time(10)}, "21:30", None),  # the slot closes at half past nine
    ],
    ids=["in quiet hours", "at their end", "their end is too late"],
)
async def test_quiet_hours_move_a_follow_up_or_leave_it_out(
    database: Database, quiet: dict[str, Any], plan_at: str, sent_after: timedelta | None
) -> None:
    kept = {"quiet_from": time(20), "quiet_until": time(7)} | quiet
    await planned(database, await someone(database, **kept), 1, at=plan_at)
    await run_timer(database, NOW, NOW + 2 * DAY)
    [slot] = await slot_rows(database)
    sent = [row.send_at - slot.due_at for row in await outbox_rows(database, kind="follow_up")]
    assert sent == ([sent_after] if sent_after is not None else [])


async def test_only_a_reminder_that_went_out_is_followed_up(database: Database) -> None:
    await planned(database, await someone(database), 1)
    await timer.work(database, DUE)
    async with database.transaction() as tx:
        await tx.execute(update(OutboxRow).values(state="failed"))
    await timer.work(database, DUE + 2 * HOUR)
    assert await outbox_rows(database, kind="follow_up") == []
    assert await timer.next_due(database) == DUE + 12 * HOUR


async def test_a_slot_that_closes_before_is_not_asked_about(database: Database) -> None:
    person = await someone(database)
    rule = Rule((WeeklyTime((1,), time(16)), WeeklyTime((1,), time(18))))
    plan = await service.create(database, person, Draft(rule), NOW)
    await run_timer(database, NOW, DUE + 10 * HOUR)
    first, second = await slot_rows(database, plan_id=plan.id)
    assert first.closes_at == second.due_at == first.due_at + 2 * HOUR
    asked = {row.parameters["slot_id"] for row in await outbox_rows(database, kind="follow_up")}
    assert first.id not in asked
    assert second.id in asked
