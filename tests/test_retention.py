"""What nobody will look at again goes after its time; what a person made, and what still has to be sent, stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from bot import retention
from bot.db.engine import Database
from bot.db.tables import CheckRow, DeliveryRow, KnownVoiceRow, OneOffRow, OutboxRow, PlanRow, SlotRow
from bot.reminders import service, timer
from bot.reminders.model import OneOff, Outcome
from tests.support import NOW, planned, send_due, someone

DAY = timedelta(days=1)


async def counted(db: Database, *tables: type) -> list[int]:
    async with db.transaction() as tx:
        return [int(await tx.scalar(select(func.count()).select_from(table)) or 0) for table in tables]


async def test_messages_that_went_out_go_after_a_week_and_the_slot_stays(database: Database) -> None:
    person = await someone(database)
    plan = await planned(database, person, 1)
    assert plan.next_due_at is not None
    await timer.work(database, plan.next_due_at)
    await send_due(database, plan.next_due_at)
    await service.remind_once(database, person, OneOff(datetime(2026, 12, 25, 9)), NOW)
    assert await counted(database, OutboxRow, DeliveryRow, SlotRow, OneOffRow) == [2, 2, 1, 1]

    assert await retention.forget_old(database, plan.next_due_at + 7 * DAY) == 0
    await timer.close_slots(database, plan.next_due_at + DAY)
    dropped = await retention.forget_old(database, plan.next_due_at + 7 * DAY + timedelta(minutes=1))
    assert dropped == 1
    assert await counted(database, OutboxRow, DeliveryRow, SlotRow, PlanRow) == [1, 1, 1, 1], "the one-off still waits"
    standing = await service.plan(database, person, plan.id)
    assert [slot.outcome for slot in standing.slots] == [Outcome.MISSED], "told by the slot alone"


@pytest.mark.parametrize(("age", "left"), [(89 * DAY, 1), (91 * DAY, 0)])
async def test_checks_and_what_models_said_are_kept_for_ninety_days(
    database: Database, age: timedelta, left: int
) -> None:
    person = await someone(database)
    made = NOW - age
    check = {"chat_id": person.id, "message_id": 7, "file_id": "f", "state": "done", "attempts": 1}
    check |= {"person_id": person.id, "send_at": made, "created_at": made}
    async with database.transaction() as tx:
        await tx.execute(insert(CheckRow).values(**check))
        await tx.execute(insert(KnownVoiceRow).values(digest="d", model="m", result={}, created_at=made))
    await retention.forget_old(database, NOW)
    assert await counted(database, CheckRow, KnownVoiceRow) == [left, left]


async def test_more_rows_than_one_transaction_takes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    person = await someone(database)
    row = {"person_id": person.id, "created_at": NOW - 9 * DAY, "due_at": NOW - 8 * DAY}
    async with database.transaction() as tx:
        await tx.execute(insert(OneOffRow), [row] * 8)
    assert await retention.forget_old(database, NOW) == 8
    assert await counted(database, OneOffRow) == [0]
