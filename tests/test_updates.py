"""Updates: none accepted is lost, each is handled once, one person's in order, and nobody waits for somebody else."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import claims
from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.polling import Conflict, Poller
from bot.updates import MOST_TRIES, GiveUp, Inbox, person_of
from tests.support import NOW, StillClock, together

S = timedelta(seconds=1)


def message(update_id: int, person: int, text: str = "hi") -> dict[str, Any]:
    return {"update_id": update_id, "message": {"from": {"id": person}, "text": text}}


async def rows(db: Database) -> dict[int, InboxRow]:
    async with db.transaction() as tx:
        return {row.update_id: row for row in await tx.scalars(select(InboxRow).order_by(InboxRow.update_id))}


async def receive(inbox: Inbox, group: asyncio.TaskGroup, *updates: dict[str, Any]) -> None:
    """What the poller does with a batch."""
    new = await inbox.keep(list(updates))
    for update in updates:
        if update["update_id"] in new:
            inbox.start(group, update)


# --- Order ------------------------------------------------------------------------------------------------------------


async def test_each_persons_updates_are_handled_in_order_and_people_at_the_same_time(database: Database) -> None:
    clock = StillClock()
    handled: list[tuple[int, int]] = []
    busy: set[int] = set()
    most_at_once = 0

    async def handle(update: dict[str, Any]) -> None:
        nonlocal most_at_once
        person = update["message"]["from"]["id"]
        assert person not in busy, "two updates of one person at once"
        busy.add(person)
        most_at_once = max(most_at_once, len(busy))
        await asyncio.sleep(0.001 * (update["update_id"] % 3))
        busy.discard(person)
        handled.append((person, update["update_id"]))

    inbox = Inbox(database, clock, handle)
    updates = [message(number, number % 4) for number in range(40)]
    async with asyncio.TaskGroup() as group:
        await receive(inbox, group, *updates[:25])
        await receive(inbox, group, *updates[25:])
    for person in range(4):
        assert [number for whose, number in handled if whose == person] == list(range(person, 40, 4))
    assert most_at_once > 1
    assert {row.state for row in (await rows(database)).values()} == {"done"}
    assert {row.content for row in (await rows(database)).values()} == {None}, "what was handled is not kept"


async def test_somebody_whose_update_is_stuck_delays_nobody_else(database: Database) -> None:
    release = asyncio.Event()
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        if update["update_id"] == 1:
            await release.wait()
        handled.append(update["update_id"])

    clock = StillClock()
    inbox = Inbox(database, clock, handle)
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        await receive(inbox, group, message(1, 1), message(2, 1), *(message(10 + n, 2 + n) for n in range(20)))
        while len(handled) < 20:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        assert set(handled) == set(range(10, 30))
        release.set()
    assert handled[20:] == [1, 2]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(st.integers(1, 3), min_size=1, max_size=12),
    failing=st.sets(st.integers(0, 11)),
    cuts=st.sets(st.integers(1, 11)),
)
async def test_whatever_fails_everything_is_handled_once_and_first_tries_are_in_order(
    database: Database, people: list[int], failing: set[int], cuts: set[int]
) -> None:
    clock = StillClock()
    tried: list[int] = []
    done: Counter[int] = Counter()
    base = max(await rows(database), default=0) + 1

    async def handle(update: dict[str, Any]) -> None:
        number = update["update_id"]
        first = number not in tried
        tried.append(number)
        await asyncio.sleep(0)
        if first and number - base in failing:
            raise RuntimeError("on purpose")
        done[number] += 1

    inbox = Inbox(database, clock, handle)
    updates = [message(base + place, person) for place, person in enumerate(people)]
    async with asyncio.TaskGroup() as group:
        for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), 12], strict=True):
            if batch := updates[start:end]:
                await receive(inbox, group, *batch)
    clock.at += 5 * S
    async with asyncio.TaskGroup() as group:
        await inbox.retry(group)
    assert done == Counter(range(base, base + len(people)))
    first_tries = list(dict.fromkeys(tried))
    for person in set(people):
        mine = [base + place for place, whose in enumerate(people) if whose == person]
        assert [number for number in first_tries if number in mine] == mine


# --- Once, and never lost ---------------------------------------------------------------------------------------------


async def test_an_update_that_was_seen_is_left_alone(database: Database) -> None:
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update["update_id"])

    inbox = Inbox(database, StillClock(), handle)
    async with asyncio.TaskGroup() as group:
        await receive(inbox, group, message(1, 1), message(2, 1))
    async with asyncio.TaskGroup() as group:
        assert await inbox.keep([message(2, 1), message(3, 1), message(1, 1)]) == [3]
        await receive(inbox, group, message(1, 1), message(2, 1))
    await inbox.handle_now(message(2, 1))
    assert handled == [1, 2]


async def test_a_webhook_update_sent_twice_at_once_is_handled_once(database: Database) -> None:
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        await asyncio.sleep(0.02)
        handled.append(update["update_id"])

    inbox = Inbox(database, StillClock(), handle)
    await together(*(inbox.handle_now(message(7, 1)) for _ in range(4)))
    assert handled == [7]
    assert (await rows(database))[7].state == "done"


async def test_a_failure_is_tried_again_with_growing_patience_and_parked_after_five(database: Database) -> None:
    clock = StillClock()
    tries: list[float] = []

    async def handle(update: dict[str, Any]) -> None:
        if update["update_id"] == 1:
            tries.append((clock.now() - NOW).total_seconds())
            raise RuntimeError("on purpose")

    inbox = Inbox(database, clock, handle)
    async with asyncio.TaskGroup() as group:
        await receive(inbox, group, message(1, 1), message(2, 1))
    assert (await rows(database))[2].state == "done", "the next one goes on"
    for _ in range(MOST_TRIES + 3):
        async with database.transaction() as tx:
            clock.at = await inbox.next_due(tx) or clock.at + 3600 * S
        async with asyncio.TaskGroup() as group:
            await inbox.retry(group)
    assert tries == [0, 2, 6, 14, 30]
    parked = (await rows(database))[1]
    assert (parked.state, parked.attempts) == ("parked", MOST_TRIES)
    assert parked.content is not None, "kept, for whoever looks into it"


async def test_what_nobody_expected_is_parked_at_once(database: Database) -> None:
    clock = StillClock()
    tries: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        tries.append(update["update_id"])
        raise GiveUp("4711")

    inbox = Inbox(database, clock, handle)
    await inbox.handle_now(message(1, 1))
    clock.at += timedelta(hours=1)
    async with asyncio.TaskGroup() as group:
        await inbox.retry(group)
    assert tries == [1]
    assert (await rows(database))[1].state == "parked"


async def test_after_a_restart_what_was_accepted_is_handled_in_order(new_url) -> None:
    clock = StillClock()
    url = await new_url()
    dying = Database(url)
    never = asyncio.Event()

    async def hang(update: dict[str, Any]) -> None:
        if update["update_id"] != 3:
            await never.wait()

    before = Inbox(dying, clock, hang)
    async with asyncio.TaskGroup() as group:
        tasks = []
        updates = [message(number, 1 + number % 2) for number in range(1, 9)] + [message(9, 5)]
        for update in updates:
            await before.keep([update])
            if task := before.start(group, update):
                tasks.append(task)
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
    await dying.close()

    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update["update_id"])

    clock.at += claims.LEASE + S  # on PostgreSQL another replica waits until the claims of the dead one run out
    living = Database(url)
    inbox = Inbox(living, clock, handle)
    async with asyncio.TaskGroup() as group:
        await inbox.retry(group)
        await inbox.retry(group)  # rings again while the first round is running
    assert Counter(handled) == Counter(range(1, 10))
    assert [number for number in handled if number in (1, 3, 5, 7)] == [1, 3, 5, 7]
    assert [number for number in handled if number in (2, 4, 6, 8)] == [2, 4, 6, 8]
    await living.close()


class Slow(Database):
    """A database whose next transaction waits at its end for `go`."""

    hold: asyncio.Event | None = None
    reached: asyncio.Event

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        hold, self.hold = self.hold, None
        async with super().transaction() as tx:
            yield tx
            if hold is not None and not self.is_sqlite:
                self.reached.set()
                await hold.wait()
        if hold is not None and self.is_sqlite:
            self.reached.set()
            await hold.wait()


async def test_an_update_that_ends_while_the_inbox_is_searched_is_not_handled_again(new_url) -> None:
    """The search saw it waiting; when the search is over it is done."""
    clock = StillClock()
    db = Slow(await new_url())
    db.reached, hold, finish = asyncio.Event(), asyncio.Event(), asyncio.Event()
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        await finish.wait()
        handled.append(update["update_id"])

    inbox = Inbox(db, clock, handle)
    async with asyncio.TaskGroup() as group:
        await inbox.keep([message(1, 1)])
        first = inbox.start(group, message(1, 1))
        assert first is not None
        await asyncio.sleep(0.02)
        db.hold = hold
        searching = group.create_task(inbox.retry(group))
        await db.reached.wait()
        finish.set()
        await first
        hold.set()
        await searching
    assert handled == [1]
    await db.close()


async def test_an_update_that_is_found_before_the_poller_starts_it_is_handled_once(database: Database) -> None:
    handled: list[int] = []

    async def handle(update: dict[str, Any]) -> None:
        await asyncio.sleep(0.01)
        handled.append(update["update_id"])

    inbox = Inbox(database, StillClock(), handle)
    async with asyncio.TaskGroup() as group:
        await inbox.keep([message(1, 1)])
        await inbox.retry(group)
        assert inbox.start(group, message(1, 1)) is None
    assert handled == [1]


class Flaky(Database):
    """A database that is away for the next `failures` transactions."""

    failures = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        if self.failures:
            self.failures -= 1
            raise OperationalError("select 1", {}, ConnectionRefusedError("away"))
        async with super().transaction() as tx:
            yield tx


async def test_a_database_that_is_away_when_an_update_ends_stops_nobody(new_url) -> None:
    clock = StillClock()
    db = Flaky(await new_url())
    handled: Counter[int] = Counter()

    async def handle(update: dict[str, Any]) -> None:
        if not handled:
            db.failures = 1
        handled[update["update_id"]] += 1

    inbox = Inbox(db, clock, handle)
    async with asyncio.TaskGroup() as group:
        await receive(inbox, group, message(1, 1), message(2, 2))
    async with asyncio.TaskGroup() as group:
        await inbox.retry(group)
    assert set(handled) == {1, 2}
    assert sum(handled.values()) == 3, "the one that could not be recorded is handled again: no update is lost"
    assert {row.state for row in (await rows(db)).values()} == {"done"}
    await db.close()


async def test_what_was_handled_is_remembered_for_48_hours(database: Database) -> None:
    clock = StillClock()

    async def handle(update: dict[str, Any]) -> None:
        if update["update_id"] == 2:
            raise GiveUp("1")
        if update["update_id"] == 3:
            raise RuntimeError("on purpose")

    inbox = Inbox(database, clock, handle)
    for number in (1, 2, 3):
        await inbox.handle_now(message(number, 1))
    clock.at += timedelta(hours=47)
    await inbox.forget_old()
    assert sorted(await rows(database)) == [1, 2, 3]
    clock.at += timedelta(hours=2)
    await inbox.forget_old()
    assert sorted(await rows(database)) == [3], "what waits is not forgotten"


PERSON = {"id": 5}


@pytest.mark.parametrize(
    ("update", "person"),
    [
        ({"message": {"from": PERSON}}, 5),
        ({"edited_message": {"from": PERSON}}, 5),
        ({"callback_query": {"from": PERSON, "message": {"from": {"id": 1}}}}, 5),
        ({"my_chat_member": {"from": PERSON, "chat": {"id": 9}}}, 5),
        ({"message_reaction": {"user": PERSON, "chat": {"id": 9}}}, 5),
        ({"channel_post": {"chat": {"id": -100}}}, None),
        ({"poll": {"id": "1"}}, None),
        ({}, None),
        ({"message": {"from": {"id": "5"}}}, None),
        ({"message": None}, None),
        ({"message": [PERSON]}, None),
    ],
)
def test_whose_update_it_is(update: dict[str, Any], person: int | None) -> None:
    assert person_of({"update_id": 1, **update}) == person


# --- Polling ----------------------------------------------------------------------------------------------------------

Answer = Callable[[dict[str, Any]], Awaitable[tuple[int, object]]]


@asynccontextmanager
async def telegram(answer: Answer) -> AsyncIterator[str]:
    """An HTTP server that knows one method. `answer`: a request's body → status and what to say; bytes are said raw."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                assert head.startswith("POST /bot1:TOKEN/getUpdates "), head.splitlines()[0]
                length = next(
                    int(line[15:]) for line in head.lower().splitlines() if line.startswith("content-length:")
                )
                status, said = await answer(json.loads(await reader.readexactly(length)))
                if status == 0:
                    return
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                writer.write(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (status, len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def nothing(update: dict[str, Any]) -> None:
    """A handler that is content with everything."""


async def poll(url: str, inbox: Inbox, until: asyncio.Event) -> None:
    """Run a poller until the event, ten seconds at most."""
    poller = Poller(url, "1:TOKEN", ["message"], inbox, StillClock())
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running = group.create_task(poller.run(group))
        waiting = group.create_task(until.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        poller.stopping.set()
        waiting.cancel()


async def test_a_batch_is_confirmed_only_after_it_was_written_down(new_url) -> None:
    url = await new_url()
    db, witness = Database(url), Database(url)
    asked: list[dict[str, Any]] = []
    over = asyncio.Event()

    async def answer(body: dict[str, Any]) -> tuple[int, object]:
        asked.append(body)
        offset = body.get("offset", 0)
        kept = await rows(witness)
        assert sorted(kept) == list(range(1, offset)), "confirmed before it was kept"
        if offset >= 13:
            over.set()
            await asyncio.sleep(5)
        start = max(1, offset)
        return 200, {"ok": True, "result": [message(number, 1) for number in range(start, start + 4)]}

    async with telegram(answer) as address:
        await poll(address, Inbox(db, StillClock(), nothing), over)
    assert [body.get("offset") for body in asked] == [None, 5, 9, 13]
    assert asked[0]["allowed_updates"] == ["message"]
    await db.close()
    await witness.close()


async def test_a_database_that_is_away_confirms_nothing_and_loses_nothing(new_url) -> None:
    db = Flaky(await new_url())
    offsets: list[int | None] = []
    handled: list[int] = []
    over = asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        handled.append(update["update_id"])

    async def answer(body: dict[str, Any]) -> tuple[int, object]:
        offsets.append(body.get("offset"))
        if body.get("offset") == 2:
            over.set()
            await asyncio.sleep(5)
        db.failures = int(len(offsets) == 1)
        return 200, {"ok": True, "result": [message(1, 1)]}

    async with telegram(answer) as address:
        await poll(address, Inbox(db, StillClock(), handle), over)
    assert offsets == [None, None, 2]
    assert handled == [1]
    await db.close()


CONFLICT = 409, {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}
FINE = 200, {"ok": True, "result": []}


async def test_somebody_else_who_polls_is_a_conflict_when_it_lasts(sqlite: Database) -> None:
    async def answer(body: dict[str, Any]) -> tuple[int, object]:
        return CONFLICT

    async with telegram(answer) as address:
        with pytest.RaisesGroup(pytest.RaisesExc(Conflict, match="terminated by other getUpdates request")):
            await poll(address, Inbox(sqlite, StillClock(), nothing), asyncio.Event())


TROUBLES = {
    "conflict": CONFLICT,
    "flood": (429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}}),
    "server error": (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
    "gateway": (502, b"<html>Bad Gateway</html>"),
    "cut short": (200, b'{"ok": true, "result": [{"upd'),
    "a list": (200, [1, 2]),
    "odd result": (200, {"ok": True, "result": "odd"}),
    "hung up": (0, b""),
}


async def test_trouble_that_passes_is_waited_out(sqlite: Database) -> None:
    """All of them at the same time, each with a bot of its own."""

    async def suffer(number: int, name: str) -> str:
        answers = 0
        over = asyncio.Event()

        async def answer(body: dict[str, Any]) -> tuple[int, object]:
            nonlocal answers
            answers += 1
            if answers == 1:
                return TROUBLES[name]
            if body.get("offset") == number + 1:
                over.set()
                await asyncio.sleep(5)
                return FINE
            return 200, {"ok": True, "result": [message(number, 1)]}

        async with telegram(answer) as address:
            await poll(address, Inbox(sqlite, StillClock(), nothing), over)
        return name if answers == 3 else f"{name}: {answers} answers"

    assert await together(*(suffer(number, name) for number, name in enumerate(TROUBLES, 1))) == list(TROUBLES)
    assert sorted(await rows(sqlite)) == list(range(1, len(TROUBLES) + 1))


async def test_stopping_ends_a_long_poll_at_once(sqlite: Database) -> None:
    asked = asyncio.Event()

    async def answer(body: dict[str, Any]) -> tuple[int, object]:
        asked.set()
        await asyncio.sleep(30)
        return FINE

    async with telegram(answer) as address, asyncio.timeout(5):
        await poll(address, Inbox(sqlite, StillClock(), nothing), asked)
