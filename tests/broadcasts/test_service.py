"""Broadcasts on real databases: whom they go to, in pieces, each person once; pause, end, opting out, the journal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from bot import audit
from bot.broadcasts import service
from bot.broadcasts.model import Broadcast, Content, Segment
from bot.broadcasts.service import Nobody, NoSuchBroadcast
from bot.db.engine import Database
from bot.db.tables import BroadcastRow, PersonRow
from bot.outbox import Outgoing, Sender, Unreachable
from bot.people import People, mark_blocked
from bot.reminders.model import Outlet
from tests.support import NOW, Recorder, StillClock, outbox_rows, planned, queue, someone

HELLO = Content("Hello")
RATE = 25.0


async def crowd(db: Database, count: int, first: int = 1, **more: object) -> None:
    """People who have written, numbered on from `first`."""
    born = {"first_name": "A", "language": "ru", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW, **more}
    async with db.transaction() as tx:
        await tx.execute(insert(PersonRow), [{"id": number, **born} for number in range(first, first + count)])


async def begun(db: Database, segment: Segment | None = None, at: datetime | None = None) -> Broadcast:
    made = await service.create(db, None, HELLO, NOW, segment)
    return await service.start(db, made.id, None, NOW, at)


async def test_a_segment_is_who_can_be_written_to_and_wants_to_be(database: Database) -> None:
    await someone(database, 1, language="kk", zone="Asia/Almaty", last_seen=NOW)
    await someone(database, 2, language="ru", zone="Asia/Tashkent", last_seen=NOW - timedelta(days=20))
    tiktoker = await someone(database, 3, language="ru", last_seen=NOW)
    await planned(database, tiktoker, outlet=Outlet.TIKTOK)
    await someone(database, 4, language="ru", news=False)
    await someone(database, 5, language="ru", blocked_at=NOW)
    await someone(database, -6, language="ru")
    for segment, expected in (
        (Segment(), 3),
        (Segment(language="ru"), 2),
        (Segment(zone="Asia/Tashkent"), 1),
        (Segment(active_days=7), 2),
        (Segment(outlet="tiktok"), 1),
        (Segment(language="ru", active_days=7, outlet="tiktok"), 1),
        (Segment(language="en"), 0),
    ):
        assert await service.audience(database, segment, NOW) == expected, segment
    with pytest.raises(Nobody):
        await begun(database, Segment(language="en"))


async def test_everybody_gets_one_row_however_often_the_work_is_broken_off(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "BATCH", 7)
    await crowd(database, 40)
    made = await begun(database)
    assert made.expected == 40
    for _ in range(3):
        assert await service.work(database, NOW, RATE)
    async with database.transaction() as tx:  # a crash before the commit of the next piece, and a row that was there
        row = await tx.get_one(BroadcastRow, made.id, with_for_update=True)
        row.reached = 14
    while await service.work(database, NOW, RATE):
        pass
    rows = await outbox_rows(database)
    assert sorted(row.person_id for row in rows) == list(range(1, 41))
    assert {(row.broadcast_id, row.kind, row.state) for row in rows} == {(made.id, "broadcast", "waiting")}


async def test_only_some_seconds_worth_waits_in_the_outbox(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "BATCH", 10)
    await crowd(database, 60)
    await begun(database)
    for _ in range(20):
        await service.work(database, NOW, 4)
    assert len(await outbox_rows(database)) == 20, "five seconds at four a second"


async def test_it_goes_out_and_ends_with_its_counts_and_the_blocked_are_marked(database: Database) -> None:
    clock = StillClock()
    await crowd(database, 12)
    made = await begun(database)

    async def answer(message: Outgoing) -> None:
        if message.chat_id == 5:
            raise Unreachable("Forbidden: bot was blocked by the user", blocked=True)

    recorder = Recorder(clock, answer)
    sender = Sender(database, clock, recorder, RATE)
    while await service.work(database, clock.now(), RATE) or await sender.deliver():
        pass
    assert sorted(message.chat_id for _, message in recorder.sent) == [n for n in range(1, 13) if n != 5]
    ended = await service.read(database, made.id)
    assert (ended.state, ended.sent, ended.failed, ended.total) == ("done", 11, 1, 12)
    assert await service.audience(database, Segment(), clock.now()) == 11
    assert not await service.work(database, clock.now(), RATE)


async def test_a_paused_one_waits_a_cancelled_one_ends_and_stale_taps_change_nothing(database: Database) -> None:
    clock = StillClock()
    await crowd(database, 9)
    made = await begun(database)
    recorder = Recorder(clock)
    sender = Sender(database, clock, recorder, RATE)
    await service.work(database, NOW, RATE)
    assert (await service.pause(database, made.id, None, NOW)).state == "paused"
    assert (await service.start(database, made.id, None, NOW)).state == "paused"
    assert await sender.deliver() == 0
    assert (await service.resume(database, made.id, None, NOW)).waiting == 9
    clock.at += timedelta(seconds=1)

    async def cancel_after_three(message: Outgoing) -> None:
        if len(recorder.asked) == 3:
            await service.cancel(database, made.id, None, clock.now())

    recorder._answer = cancel_after_three
    await sender.deliver()
    assert len(recorder.sent) <= 4
    for turn in (service.resume, service.pause, service.start):
        assert (await turn(database, made.id, None, NOW)).state == "cancelled"
    assert not await service.work(database, NOW, RATE)
    with pytest.raises(NoSuchBroadcast):
        await service.pause(database, 999, None, NOW)
    assert {row.state for row in await outbox_rows(database)} == {"sent", "cancelled"}
    actions = [entry.action for entry in await audit.latest(database, 10)]
    assert actions == [f"broadcast.{act}" for act in ("cancel", "resume", "pause", "start", "draft")]


async def test_what_was_under_way_at_a_pause_does_not_come_again(database: Database) -> None:
    clock = StillClock()
    await crowd(database, 6)
    made = await begun(database)
    await service.work(database, NOW, RATE)

    async def pause_meanwhile(message: Outgoing) -> None:
        if message.chat_id == 2:
            await service.pause(database, made.id, None, clock.now())

    recorder = Recorder(clock, pause_meanwhile)
    sender = Sender(database, clock, recorder, RATE)
    assert await sender.deliver() == 2
    await service.resume(database, made.id, None, clock.now())
    recorder._answer = None
    clock.at += timedelta(seconds=1)
    while await sender.deliver() or await service.work(database, clock.now(), RATE):
        pass
    assert sorted(message.chat_id for _, message in recorder.sent) == [1, 2, 3, 4, 5, 6]
    assert (await service.read(database, made.id)).sent == 6


async def test_a_scheduled_one_begins_at_its_time(database: Database) -> None:
    await crowd(database, 2)
    at = NOW + timedelta(hours=3)
    await begun(database, at=at)
    async with database.transaction() as tx:
        assert await service.next_due(tx) == at
    assert not await service.work(database, at - timedelta(seconds=1), RATE)
    assert await service.work(database, at, RATE)
    assert len(await outbox_rows(database)) == 2


async def test_who_wants_no_more_gets_nothing_that_is_under_way(database: Database) -> None:
    await crowd(database, 3)
    await begun(database)
    await service.work(database, NOW, RATE)
    await service.no_more(database, 2, NOW)
    assert [row.state for row in await outbox_rows(database)] == ["waiting", "cancelled", "waiting"]
    assert await service.audience(database, Segment(), NOW) == 2


async def test_reminders_overtake_a_broadcast(database: Database) -> None:
    clock = StillClock()
    await crowd(database, 120)
    await begun(database)
    await service.work(database, NOW, RATE)
    recorder = Recorder(clock)
    sender = Sender(database, clock, recorder, RATE)
    due: list[int] = []

    async def refill() -> None:
        if not due:
            due.extend(await queue(database, 7, due_at=clock.now()))

    sender.refill = refill
    await sender.deliver()
    order = [message.kind for _, message in recorder.sent]
    assert len(order) == 121
    assert order.index("reminder") <= 55, "at most about two seconds' worth of the broadcast came first"


async def test_cards_are_brought_up_to_date_every_few_seconds_and_once_at_the_end(database: Database) -> None:
    await someone(database, 1)
    made = await service.create(database, 1, HELLO, NOW)
    await service.put_card(database, made.id, 77)
    await service.start(database, made.id, 1, NOW)
    assert await service.to_show(database, NOW) == []
    await service.work(database, NOW, RATE)
    assert [(each.id, each.card_id) for each in await service.to_show(database, NOW)] == [(made.id, 77)]
    assert await service.to_show(database, NOW + timedelta(seconds=2)) == []
    assert len(await service.to_show(database, NOW + timedelta(seconds=4))) == 1
    end = NOW + timedelta(seconds=5)
    await service.cancel(database, made.id, 1, end)
    assert [each.state for each in await service.to_show(database, end)] == ["cancelled"]
    assert await service.to_show(database, end + timedelta(days=1)) == []


async def test_an_admins_journal_is_theirs_to_see_and_stays_without_them(database: Database) -> None:
    await someone(database, 1)
    await service.create(database, 1, HELLO, NOW)
    kept = await People(database).export(1)
    assert [each["action"] for each in kept["acted_as_admin"]] == ["broadcast.draft"]
    await People(database).erase(1)
    [entry] = await audit.latest(database, 5)
    assert (entry.admin, entry.action) == (None, "broadcast.draft")
    assert (await service.read(database, 1)).admin_id is None


async def test_the_unwritable_are_left_out_at_the_moment_of_queueing(database: Database) -> None:
    await crowd(database, 3)
    await begun(database)
    async with database.transaction() as tx:
        await mark_blocked(tx, 2, NOW)
    await service.work(database, NOW, RATE)
    assert [row.person_id for row in await outbox_rows(database)] == [1, 3]
