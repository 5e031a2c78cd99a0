"""The outbox: nothing lost, nothing taken twice, Telegram's pace kept. Real databases, a fake Messenger."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.outbox import ChatMoved, Outgoing, Sender, TryLater, Unreachable
from tests.support import NOW, Recorder, StillClock, outbox_rows, queue, someone, together

S = timedelta(seconds=1)


async def deliver_for(sender: Sender, clock: StillClock, seconds: int) -> None:
    """Let the sender look once a second, as the timer does, for so long on its clock."""
    until = clock.now() + seconds * S
    while clock.now() <= until:
        started = clock.now()
        await sender.deliver()
        clock.set(max(clock.now(), started + S))


# --- Adding, cancelling, claiming -------------------------------------------------------------------------------------


async def test_the_same_key_again_is_the_same_message(database: Database) -> None:
    await someone(database)
    ids = []
    for text in ("first", "second"):
        async with database.transaction() as tx:
            ids.append(await outbox.add(tx, "slot:1:first", 1, "reminder", {"text": text}, NOW))
    assert ids[0] == ids[1]
    [row] = await outbox_rows(database)
    assert row.parameters == {"text": "first"}
    assert (row.state, row.send_at, row.chat_id) == ("waiting", NOW, 1)


async def test_replicas_that_add_the_same_key_at_once_add_one_message(new_url) -> None:
    url = await new_url()
    replicas = [Database(url) for _ in range(4)]
    await someone(replicas[0])
    await together(*(outbox_rows(db) for db in replicas))  # connected before the race begins

    async def add(db: Database, key: str) -> int:
        async with db.transaction() as tx:
            added = await outbox.add(tx, key, 1, "digest", {}, NOW)
            await asyncio.sleep(0.01)
        return added

    for key in ("one", "two", "three"):
        ids = await together(*(add(db, key) for db in replicas))
        assert len(set(ids)) == 1
        assert [row.id for row in await outbox_rows(replicas[0], key=key)] == [ids[0]]
    for db in replicas:
        await db.close()


async def test_eight_workers_take_two_thousand_messages_and_none_twice(new_url) -> None:
    url = await new_url()
    workers = [Database(url) for _ in range(8)]
    ids = await queue(workers[0], *range(1, 2001))
    taken: Counter[int] = Counter()
    share: Counter[int] = Counter()

    async def work(number: int) -> None:
        while True:
            async with workers[number].transaction() as tx:
                rows = await outbox.claim(tx, NOW, 40, outbox.LEASE)
            if not rows:
                return
            taken.update(row.id for row in rows)
            share[number] += len(rows)
            await asyncio.sleep(0)

    await together(*(work(number) for number in range(8)))
    assert taken == Counter(ids)
    assert len(share) > 1, "one worker did everything: nothing was proved"
    for db in workers:
        await db.close()


async def test_a_claim_is_a_lease_on_what_is_due(database: Database) -> None:
    late, due = await queue(database, 1, due_at=NOW - S), await queue(database, 2)
    await queue(database, 3, due_at=NOW + S)

    async def claim(now: datetime, limit: int = 10) -> list[int]:
        async with database.transaction() as tx:
            return [row.id for row in await outbox.claim(tx, now, limit, 60 * S)]

    assert await claim(NOW, limit=1) == late, "the oldest first"
    assert await claim(NOW) == due
    assert await claim(NOW) == []
    assert await claim(NOW + 60 * S) == [3]
    assert await claim(NOW + 61 * S) == [*late, *due], "their holder never came back"


async def test_a_cancelled_message_is_not_sent_even_when_it_was_claimed(database: Database) -> None:
    clock = StillClock()
    first, second, third = await queue(database, 1, 2, 3)

    async def cancel_the_others(message: Outgoing) -> None:
        if message.id == first:
            async with database.transaction() as tx:
                await outbox.cancel(tx, [first, second])

    messenger = Recorder(clock, cancel_the_others)
    assert await Sender(database, clock, messenger, 25).deliver() == 2
    assert messenger.ids == [first, third]


async def test_next_due_is_when_something_can_be_sent_again(database: Database) -> None:
    async def next_due() -> datetime | None:
        async with database.transaction() as tx:
            return await outbox.next_due(tx)

    assert await next_due() is None
    await queue(database, 1, due_at=NOW + 5 * S)
    assert await next_due() == NOW + 5 * S
    async with database.transaction() as tx:
        await outbox.claim(tx, NOW + 5 * S, 1, 60 * S)
    assert await next_due() == NOW + 65 * S
    async with database.transaction() as tx:
        assert await outbox.waiting(tx) == 1


# --- Pace -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [25, 100, 0.25])
async def test_messages_keep_the_rate_and_waste_little_of_it(database: Database, rate: float) -> None:
    clock = StillClock()
    count = 60 if rate > 1 else 5
    messenger = Recorder(clock)
    sender = Sender(database, clock, messenger, rate)
    await queue(database, 1)
    await sender.deliver()
    clock.at += 0.9 * S  # a short rest must not be made up for by a burst
    await queue(database, *range(2, count + 2))
    await sender.deliver()
    starts = [message.due_at + message.late for _, message in messenger.sent]
    assert len(starts) == count + 1
    span = max(1.0, 1 / rate)
    for start in starts:
        within = sum(start <= other < start + span * S for other in starts)
        assert within <= rate * span * 1.12 + 1
    assert (starts[-1] - starts[1]).total_seconds() <= count / rate * 1.01


async def test_one_chat_gets_one_message_a_second_and_holds_up_nobody_else(database: Database) -> None:
    clock = StillClock()
    ids = await queue(database, 7, 7, 7, 7, 1, 2, 3)
    messenger = Recorder(clock)
    sender = Sender(database, clock, messenger, 25)
    await deliver_for(sender, clock, 8)
    starts = [message.due_at + message.late for _, message in messenger.sent if message.chat_id == 7]
    others = [message.due_at + message.late for _, message in messenger.sent if message.chat_id != 7]
    assert sorted(messenger.ids) == ids
    assert len(starts) == 4
    assert all(later - earlier >= S for earlier, later in pairwise(starts))
    assert max(others) < NOW + S


async def test_messages_go_out_in_the_order_they_are_due(database: Database) -> None:
    clock = StillClock()
    later = await queue(database, 1, 2, due_at=NOW - S)
    earlier = await queue(database, 3, 4, due_at=NOW - 2 * S)
    messenger = Recorder(clock)
    await Sender(database, clock, messenger, 25).deliver()
    assert messenger.ids == earlier + later


# --- What Telegram answers --------------------------------------------------------------------------------------------


async def test_a_flood_wait_stops_everything_until_it_is_over(database: Database) -> None:
    clock = StillClock()
    ids = await queue(database, *range(1, 21))

    async def flood(message: Outgoing) -> None:
        if message.id == ids[4] and clock.now() < NOW + 5 * S:
            raise TryLater(30, flood=True)

    messenger = Recorder(clock, flood)
    sender = Sender(database, clock, messenger, 25)
    await deliver_for(sender, clock, 40)
    first, rest = messenger.asked[:5], messenger.asked[5:]
    assert [message.id for _, message in first] == ids[:5]
    assert Counter(messenger.ids) == Counter(ids)
    assert min(at for at, _ in rest) >= first[-1][0] + 30 * S


async def test_a_flood_wait_heard_elsewhere_stops_the_sender_too(database: Database) -> None:
    clock = StillClock()
    await queue(database, 1)
    messenger = Recorder(clock)
    sender = Sender(database, clock, messenger, 25)
    await sender.flooded(10)
    assert sender.not_before(NOW) == NOW + 10 * S
    assert await sender.deliver() == 0
    clock.at += 10 * S
    assert await sender.deliver() == 1


async def test_a_message_that_must_wait_holds_up_nobody_else(database: Database) -> None:
    clock = StillClock()
    slow, quick = await queue(database, 1, 2)

    async def answer(message: Outgoing) -> None:
        if message.id == slow and clock.now() < NOW + 5 * S:
            raise TryLater(5)

    messenger = Recorder(clock, answer)
    sender = Sender(database, clock, messenger, 25)
    await sender.deliver()
    assert messenger.ids == [quick]
    await deliver_for(sender, clock, 20)
    assert messenger.ids == [quick, slow]
    assert messenger.sent[1][0] >= NOW + 5 * S


async def test_a_quarter_of_an_hour_without_telegram_loses_nothing(database: Database) -> None:
    clock = StillClock()
    ids = await queue(database, 1, 2)

    async def away(message: Outgoing) -> None:
        if clock.now() < NOW + timedelta(minutes=15):
            raise TryLater(5)

    messenger = Recorder(clock, away)
    sender = Sender(database, clock, messenger, 25)
    while clock.now() < NOW + timedelta(minutes=17):
        await sender.deliver()
        async with database.transaction() as tx:
            clock.at = max(clock.at, await outbox.next_due(tx) or NOW + timedelta(minutes=17))
    assert Counter(messenger.ids) == Counter(ids)
    assert messenger.sent[0][0] <= NOW + timedelta(minutes=16, seconds=5), "soon after Telegram is back"
    assert len(messenger.asked) < 60, "patience grows"


async def test_after_a_day_without_telegram_a_message_is_given_up(database: Database) -> None:
    clock = StillClock(NOW + timedelta(hours=24))

    async def away(message: Outgoing) -> None:
        raise TryLater(5)

    await queue(database, 1)
    sender = Sender(database, clock, Recorder(clock, away), 25)
    await deliver_for(sender, clock, 10)
    assert [row.state for row in await outbox_rows(database)] == ["failed"]


@pytest.mark.parametrize("blocked", [True, False])
async def test_the_unreachable_are_marked_and_not_tried_again(database: Database, blocked: bool) -> None:
    clock = StillClock()
    lost, fine = await queue(database, 1, 2)

    async def answer(message: Outgoing) -> None:
        if message.id == lost:
            raise Unreachable("Forbidden: bot was blocked by the user", blocked=blocked)

    messenger = Recorder(clock, answer)
    sender = Sender(database, clock, messenger, 25)
    await deliver_for(sender, clock, 30)
    assert [message.id for _, message in messenger.asked] == [lost, fine]
    rows = {row.id: row for row in await outbox_rows(database)}
    assert (rows[lost].state, rows[fine].state) == ("failed", "sent")
    assert rows[lost].error == "Forbidden: bot was blocked by the user"
    async with database.transaction() as tx:
        assert (await tx.get_one(PersonRow, 1)).blocked_at == (NOW if blocked else None)
        assert (await tx.get_one(PersonRow, 2)).blocked_at is None


async def test_a_chat_that_moved_gets_its_message_under_the_new_id(database: Database) -> None:
    clock = StillClock()
    [moved] = await queue(database, 1)

    async def answer(message: Outgoing) -> None:
        if message.chat_id == 1:
            raise ChatMoved(-1001)

    messenger = Recorder(clock, answer)
    await deliver_for(Sender(database, clock, messenger, 25), clock, 5)
    assert [(message.id, message.chat_id) for _, message in messenger.sent] == [(moved, -1001)]


async def test_a_message_that_breaks_is_tried_with_growing_patience_and_given_up(database: Database) -> None:
    clock = StillClock()
    broken, fine = await queue(database, 1, 2)

    async def answer(message: Outgoing) -> None:
        if message.id == broken:
            raise KeyError("no such screen")

    messenger = Recorder(clock, answer)
    sender = Sender(database, clock, messenger, 25)
    for _ in range(outbox.MOST_ATTEMPTS + 3):
        await sender.deliver()
        async with database.transaction() as tx:
            following = await outbox.next_due(tx)
        clock.at = following or clock.at + 600 * S
    tries = [at for at, message in messenger.asked if message.id == broken]
    assert len(tries) == outbox.MOST_ATTEMPTS
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert waits == sorted(waits)
    assert messenger.ids == [fine]
    [row] = await outbox_rows(database, id=broken)
    assert (row.state, row.error) == ("failed", "KeyError")


async def test_a_message_carries_who_reads_it_and_how_late_it_is(database: Database) -> None:
    clock = StillClock(NOW + 90 * S)
    await someone(database, 5, language="ru", zone="Asia/Tashkent")
    await queue(database, 5, kind="digest")
    messenger = Recorder(clock)
    await Sender(database, clock, messenger, 25).deliver()
    [(_, message)] = messenger.sent
    assert (message.person.id, message.person.language, message.person.zone) == (5, "ru", "Asia/Tashkent")
    assert (message.kind, message.late, message.silent) == ("digest", 90 * S, False)
    [row] = await outbox_rows(database)
    assert (row.message_id, row.sent_at, row.attempts) == (1001, NOW + 90 * S, 1)


# --- Crashes and replicas ---------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here: nothing of it runs on."""


@pytest.mark.parametrize("at", [1, 7, 20])
async def test_a_crash_between_send_and_record_repeats_at_most_what_was_in_flight(new_url, at: int) -> None:
    clock = StillClock()
    url = await new_url()
    dying, survivor = Database(url), Database(url)
    ids = await queue(dying, *range(1, 21))
    gone: list[int] = []

    async def die(message: Outgoing) -> None:
        gone.append(message.id)  # Telegram has it
        if len(gone) == at:
            raise Killed

    with pytest.raises(BaseExceptionGroup, match="TaskGroup"):
        await Sender(dying, clock, Recorder(clock, die), 25).deliver()
    await dying.close()
    in_doubt = {row.id for row in await outbox_rows(survivor, state="waiting")} & set(gone)
    clock.at += 2 * outbox.LEASE
    again = Recorder(clock)
    await Sender(survivor, clock, again, 25).deliver()
    await survivor.close()
    assert set(gone) | set(again.ids) == set(ids), "nothing is lost"
    assert set(gone) & set(again.ids) == in_doubt
    assert 1 <= len(in_doubt) <= outbox.IN_FLIGHT
    assert len(in_doubt) == 1, "one request at a time was under way here"


async def test_a_sender_that_was_paused_sends_nothing_more_once_it_is_replaced(
    new_url, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "IN_FLIGHT", 1)  # all of the process stands still while one request does
    clock = StillClock(beside=1)
    url = await new_url()
    one, two = Database(url), Database(url)
    ids = await queue(one, *range(1, 11))
    theirs = Recorder(clock)
    successor = Sender(two, clock, theirs, 25)

    async def sleep_through_it(message: Outgoing) -> None:
        if message.id == ids[2]:  # the process stands still for two minutes in the middle of a request
            clock.at += timedelta(minutes=2)
            await successor.deliver()

    mine = Recorder(clock, sleep_through_it)
    await Sender(one, clock, mine, 25).deliver()
    assert mine.ids == ids[:3]
    assert theirs.ids == ids[2:], "only the request in flight is repeated"
    assert {row.state for row in await outbox_rows(two)} == {"sent"}
    await one.close()
    await two.close()


async def test_of_two_senders_one_sends_and_the_other_takes_over_when_it_ends(new_url) -> None:
    clock = StillClock(beside=2)
    url = await new_url()
    databases = Database(url), Database(url)
    ids = await queue(databases[0], *range(1, 41))
    messengers = Recorder(clock), Recorder(clock)
    senders = [Sender(db, clock, messenger, 25) for db, messenger in zip(databases, messengers, strict=True)]
    await together(*(sender.deliver() for sender in senders))
    assert Counter(messengers[0].ids + messengers[1].ids) == Counter(ids)
    assert not (messengers[0].ids and messengers[1].ids), "both sent"
    idle = senders[0] if messengers[1].ids else senders[1]
    await queue(databases[0], 41)
    clock.at += 4 * S
    assert await idle.deliver() == 0
    clock.at += 2 * S
    assert await idle.deliver() == 1
    for db in databases:
        await db.close()


async def test_people_who_are_erased_take_their_messages_with_them(database: Database) -> None:
    clock = StillClock()
    first, second = await queue(database, 1, 2)

    async def erase(message: Outgoing) -> None:
        async with database.transaction() as tx:
            await tx.delete(await tx.get_one(PersonRow, 2))

    messenger = Recorder(clock, erase)
    await deliver_for(Sender(database, clock, messenger, 25), clock, 3)
    assert messenger.ids == [first]
    assert [row.id for row in await outbox_rows(database)] == [first]
    assert second


async def test_a_group_gets_twenty_messages_a_minute(sqlite: Database) -> None:
    clock = StillClock()
    recorder = Recorder(clock)
    await queue(sqlite, *[-5] * 25)
    await deliver_for(Sender(sqlite, clock, recorder, 25), clock, 70)
    sent = [at for at, _ in recorder.sent]
    assert len(sent) == 25
    assert all(later - earlier >= timedelta(minutes=1) for earlier, later in zip(sent, sent[20:], strict=False))
