"""Several replicas on one PostgreSQL: one person's updates in order, pauses that all hear of, wake-ups, one poller."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text

from bot import claims, way_in
from bot.clock import Clock
from bot.db import leases, wakeups
from bot.db.engine import Database
from bot.db.tables import InboxRow, LeaseRow
from bot.db.wakeups import Wakeups
from bot.outbox import Sender, TryLater
from bot.people import People
from bot.updates import Inbox, parked, unpark
from bot.way_in import CannotStart
from tests.conftest import PostgreSQL
from tests.support import NOW, Recorder, StillClock, outbox_rows, queue, someone, together

S = timedelta(seconds=1)


@pytest.fixture
async def shared(postgres: PostgreSQL) -> AsyncIterator[list[Database]]:
    """Three replicas' own connections to one PostgreSQL."""
    url = await postgres.migrated()
    opened = [Database(url) for _ in range(3)]
    yield opened
    for each in opened:
        await each.close()
    postgres.drop(url)


@asynccontextmanager
async def beside(*works: Any) -> AsyncIterator[None]:
    """Run these while the block does."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in running:
                task.cancel()


def message(update_id: int, person: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"from": {"id": person}, "text": "hi"}}


# --- Updates ----------------------------------------------------------------------------------------------------------


async def test_renewing_claims_waits_for_no_update_that_is_being_finished(shared: list[Database]) -> None:
    """Both lock rows of updates: if either waited for the other, a backlog would be handled twice."""
    inbox = Inbox(shared[0], Clock(), None, "one")  # type: ignore[arg-type]
    await inbox.keep([message(1, 1), message(2, 2)])
    async with shared[1].transaction() as finishing:
        await finishing.execute(select(InboxRow.update_id).where(InboxRow.update_id == 1).with_for_update())
        async with shared[2].transaction() as tx:
            before = dict(iter(await tx.execute(select(InboxRow.update_id, InboxRow.claimed_until))))
        async with asyncio.timeout(20):
            await inbox._claims.renew([1, 2])
        async with shared[2].transaction() as tx:
            after = dict(iter(await tx.execute(select(InboxRow.update_id, InboxRow.claimed_until))))
    assert after[1] == before[1]
    assert after[2] > before[2]


async def test_one_persons_updates_leave_what_some_order_would_wherever_they_arrive(shared: list[Database]) -> None:
    """A handler that reads, waits and writes without any lock: two at once would lose a write."""
    written: dict[int, list[int]] = {person: [] for person in range(4)}
    busy: set[int] = set()

    def replica(db: Database) -> Inbox:
        async def handle(update: dict[str, Any]) -> None:
            person = update["message"]["from"]["id"]
            assert person not in busy, "two replicas handle one person at once"
            busy.add(person)
            before = list(written[person])
            await asyncio.sleep(0.004)
            written[person] = [*before, update["update_id"]]
            busy.discard(person)

        return Inbox(db, Clock(), handle)

    replicas = [replica(db) for db in shared]
    dice = random.Random(3)
    updates = [message(number, number % 4) for number in range(1, 61)]
    for begin in range(0, 60, 20):  # in bursts, each shuffled, some twice
        burst = updates[begin : begin + 20] + dice.sample(updates[begin : begin + 20], 5)
        dice.shuffle(burst)
        await together(*(dice.choice(replicas).handle_now(update) for update in burst))
    for person, found in written.items():
        assert sorted(found) == [number for number in range(1, 61) if number % 4 == person]
    async with shared[0].transaction() as tx:
        assert set(await tx.scalars(select(InboxRow.state))) == {"done"}


async def test_an_update_of_a_replica_that_died_is_handled_by_another_and_one_that_lives_keeps_it(
    shared: list[Database],
) -> None:
    clock = StillClock()
    never = asyncio.Event()
    handled: list[tuple[str, int]] = []

    async def hang(update: dict[str, Any]) -> None:
        handled.append(("dying", update["update_id"]))
        await never.wait()

    async def handle(update: dict[str, Any]) -> None:
        handled.append(("living", update["update_id"]))

    dying, living = Inbox(shared[0], clock, hang), Inbox(shared[1], clock, handle)

    async def retried() -> None:
        async with asyncio.TaskGroup() as group:
            await living.retry(group)

    async with asyncio.TaskGroup() as group:
        await dying.keep([message(1, 1), message(2, 1)])
        first = dying.start(group, message(1, 1))
        assert first is not None
        while not handled:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        clock.at += claims.LEASE - S
        await dying._claims.renew([1, 2])
        clock.at += claims.LEASE - S
        await retried()
        assert handled == [("dying", 1)], "it lives and renews its claims"
        clock.at += 2 * S
        await retried()
        assert handled == [("dying", 1), ("living", 1), ("living", 2)]
        first.cancel()


async def test_what_somebody_writes_right_after_erasing_everything_is_answered(shared: list[Database]) -> None:
    handled: list[int] = []
    people = People(shared[0])

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update["update_id"])
        if update["update_id"] == 1:
            await asyncio.sleep(0.05)
            await people.erase(1)

    inbox = Inbox(shared[0], Clock(), handle)
    await together(inbox.handle_now(message(1, 1)), inbox.handle_now(message(2, 1)))
    assert handled == [1, 2]


async def test_what_was_parked_is_tried_anew_when_somebody_asks(database: Database) -> None:
    clock = StillClock()
    broken = True
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        if broken:
            raise RuntimeError("on purpose")
        handled.append(update["update_id"])

    inbox = Inbox(database, clock, handle)
    for _ in range(5):
        await inbox.handle_now(message(7, 1))
    async with database.transaction() as tx:
        assert [row.update_id for row in await parked(tx)] == [7]
    broken = False
    async with database.transaction() as tx:
        assert await unpark(tx, clock.now(), [8]) == 0
        assert await unpark(tx, clock.now()) == 1
    async with asyncio.TaskGroup() as group:
        await inbox.retry(group)
    assert handled == [7]


async def test_a_full_or_closing_inbox_says_so(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    go = asyncio.Event()

    async def wait(update: dict[str, Any]) -> None:
        await go.wait()

    monkeypatch.setattr("bot.updates.MOST_IN_HAND", 2)
    inbox = Inbox(sqlite, StillClock(), wait)
    async with asyncio.TaskGroup() as group:
        assert not inbox.is_full
        for number in (1, 2):
            await inbox.keep([message(number, number)])
            inbox.start(group, message(number, number))
        assert inbox.is_full
        go.set()
    assert not inbox.is_full
    inbox.close()
    assert inbox.is_full


# --- The sender -------------------------------------------------------------------------------------------------------


async def test_a_flood_wait_that_another_replica_heard_pauses_the_sender(shared: list[Database]) -> None:
    clock = StillClock()
    await queue(shared[0], *range(1, 6))
    recorder = Recorder(clock)
    sending, other = (Sender(db, clock, recorder, 25) for db in shared[:2])
    await other.flooded(10)
    assert await sending.deliver() == 0
    clock.at += 9 * S
    assert await sending.deliver() == 0
    clock.at += 2 * S
    assert await sending.deliver() == 5


async def test_a_flood_wait_heard_while_sending_stops_the_rest(shared: list[Database]) -> None:
    clock = StillClock()
    await queue(shared[0], *range(1, 11))
    elsewhere = Sender(shared[1], clock, Recorder(clock), 25)

    async def third(_message: Any) -> None:
        if len(recorder.asked) == 3:
            await elsewhere.flooded(10)

    recorder = Recorder(clock, third)
    sending = Sender(shared[0], clock, recorder, 25)
    await sending.deliver()
    assert len(recorder.asked) <= 4, "what was on its way, and no more"
    clock.at += 11 * S
    await sending.deliver()
    assert sorted(recorder.ids) == [row.id for row in await outbox_rows(shared[0])]


async def test_a_successor_takes_claimed_messages_at_once_and_a_slow_request_keeps_the_lease(
    shared: list[Database],
) -> None:
    clock = StillClock(beside=1)
    ids = await queue(shared[0], 1, 2)
    arrived, go = asyncio.Event(), asyncio.Event()

    async def slow(_message: Any) -> None:
        arrived.set()
        await go.wait()

    mine, theirs = Recorder(clock, slow), Recorder(clock)
    sending, successor = Sender(shared[0], clock, mine, 25), Sender(shared[1], clock, theirs, 25)
    async with asyncio.TaskGroup() as group:
        delivering = group.create_task(sending.deliver())
        await arrived.wait()
        for _ in range(10):
            clock.at += 2 * S
            await sending.beat()
        assert await successor.deliver() == 0, "it is slow, and alive"
        clock.at += leases.SILENCE + S  # it stands still
        await successor.deliver()
        assert theirs.ids == ids
        go.set()
        await delivering
    assert {row.state for row in await outbox_rows(shared[2])} == {"sent"}


async def test_heartbeats_are_judged_by_the_databases_clock(shared: list[Database]) -> None:
    """A replica whose own clock is an hour ahead takes nothing from one that lives."""
    ahead = Clock()
    real = Clock()
    ahead.now = lambda: real.now() + timedelta(hours=1)  # type: ignore[method-assign]
    async with shared[0].transaction() as tx:
        assert await leases.hold(tx, "sender", "a", await leases.moment(tx, real)) == 1
    async with shared[1].transaction() as tx:
        assert await leases.hold(tx, "sender", "b", await leases.moment(tx, ahead)) is None


async def test_an_error_of_the_network_is_no_flood(shared: list[Database]) -> None:
    clock = StillClock()
    await queue(shared[0], 1)

    async def away(_message: Any) -> None:
        raise TryLater(3)

    await Sender(shared[0], clock, Recorder(clock, away), 25).deliver()
    async with shared[1].transaction() as tx:
        assert await leases.paused_until(tx, "sender", clock.now()) is None


# --- Wake-ups ---------------------------------------------------------------------------------------------------------


async def until(reached: Any) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_what_is_told_in_a_transaction_is_heard_by_all_when_it_is_committed(shared: list[Database]) -> None:
    heard: list[tuple[int, str, str]] = []
    ready: list[bool] = []

    def listener(number: int) -> Wakeups:
        return Wakeups(shared[number], lambda topic, detail: heard.append((number, topic, detail)), ready.append)

    async with beside(listener(0).run(), listener(1).run()):
        await until(lambda: ready == [True, True])
        async with shared[2].transaction() as tx:
            await wakeups.tell(tx, "person", "-5")
            await asyncio.sleep(0.1)
            assert heard == []
        await until(lambda: len(heard) == 2)
        assert sorted(heard) == [(0, "person", "-5"), (1, "person", "-5")]


async def test_a_connection_that_is_cut_is_noticed(shared: list[Database]) -> None:
    states: list[bool] = []
    listening = Wakeups(shared[0], lambda *_: None, states.append)

    async def listen() -> None:
        with pytest.raises((ConnectionError, OSError)):
            await listening.listen()

    async with asyncio.TaskGroup() as group:
        group.create_task(listen())
        await until(lambda: states == [True])
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
        async with shared[1].transaction() as tx:
            await tx.execute(text(f"{cut} and pid <> pg_backend_pid()"))
    assert states == [True, False]


async def test_a_change_of_a_person_is_known_to_a_replica_that_remembers_them(shared: list[Database]) -> None:
    await someone(shared[0])
    one, two = People(shared[0]), People(shared[1])

    def hear(topic: str, detail: str) -> None:
        assert topic == "person"
        two.forget(int(detail))

    connected: list[bool] = []

    def on_connected(state: bool) -> None:
        two.hear_of_changes(state)
        connected.append(state)

    async with beside(Wakeups(shared[1], hear, on_connected).run()):
        await until(lambda: connected)
        assert (await two.meet(1, "Aru", "kk", NOW)).zone == "Asia/Almaty"
        await one.change(1, zone="Asia/Tokyo")
        await until(lambda: 1 not in two._known)
        assert (await two.meet(1, "Aru", "kk", NOW)).zone == "Asia/Tokyo"
    assert (await two.meet(1, "Aru", "kk", NOW)).zone == "Asia/Tokyo"
    assert two._known == {}, "who hears nothing remembers nobody"


# --- One poller -------------------------------------------------------------------------------------------------------


async def test_a_second_poller_is_told_who_the_first_one_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_in, "LEASE_TRIES", 2)
    monkeypatch.setattr(way_in, "LEASE_WAIT_S", 0.01)
    clock = StillClock()
    await way_in.become_poller(database, clock, "kitchen 4711 aaaa")
    await way_in.become_poller(database, clock, "kitchen 4711 aaaa")
    with pytest.raises(CannotStart, match=r"on kitchen, process 4711, since 2026-11-23 09:00 UTC.*stop it"):
        await way_in.become_poller(database, clock, "cellar 12 bbbb")
    clock.at += leases.SILENCE
    await way_in.become_poller(database, clock, "cellar 12 bbbb")


async def test_a_poller_of_this_machine_that_is_gone_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_in, "LEASE_TRIES", 1)
    monkeypatch.setattr(way_in, "LEASE_WAIT_S", 0)
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    host = way_in.owner_name().split()[0]
    clock = StillClock()
    await way_in.become_poller(database, clock, f"{host} {process.pid} aaaa")
    await way_in.become_poller(database, clock, way_in.owner_name())
    async with database.transaction() as tx:
        assert (await tx.get_one(LeaseRow, way_in.POLLER)).epoch == 2


# --- Idle -------------------------------------------------------------------------------------------------------------


async def test_a_look_at_an_idle_database_is_one_transaction(shared: list[Database], tmp_path: Any) -> None:
    from pydantic import SecretStr

    from bot.run import Tirek
    from bot.settings import Settings

    made = Tirek(
        Settings(
            _env_file=None,
            bot_token=SecretStr("123456:" + "A" * 35),
            database_url=shared[0].engine.url.render_as_string(hide_password=False),
            detector_url="http://127.0.0.1:1",
            data_dir=tmp_path,
        )
    )
    begun = 0

    def count(_connection: Any) -> None:
        nonlocal begun
        begun += 1

    async with asyncio.TaskGroup() as group:
        await made._rounds.look(group)  # takes the leases
        event.listen(made.db.engine.sync_engine, "begin", count)
        await made._rounds.look(group)
    assert begun == 1
    await made._close()
