"""Updates from Telegram: none that was accepted is lost, each is handled once, one person's in order.

Polling (`bot/polling.py`): a batch goes into the `inbox` in one statement before its offset is confirmed, and is
handled from there. Webhook: 200 is answered after the handling, so Telegram itself keeps what was not handled. What
fails in either mode stays in the inbox, is tried again with growing patience, and parked after five tries. Which of
several replicas handles an update is the affair of `bot/claims.py`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import metrics, observe
from bot.claims import FREED, Claims, Turn
from bot.clock import Clock
from bot.db import many
from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.db.together import Together

log = structlog.get_logger(__name__)

Handle = Callable[[dict[str, Any]], Awaitable[None]]
AT_ONCE = 60
MOST_TRIES = 5
MEMORY = timedelta(hours=48)
MOST_IN_HAND = 2000
"""Updates that one process keeps in memory. When there are more, Telegram is asked to wait."""
TURN_WAITS_S = (0.03, 0.05, 0.1, 0.2, *(0.3,) * 30)
"""Between looks at whether it is somebody's turn whose earlier update another replica handles: ten seconds in all."""
RENEW_S = 3.0


class GiveUp(Exception):
    """Nobody expected this error and the person has been told: trying again would only repeat it."""


class Later(Exception):
    """Telegram asked for `after_s` seconds of patience: trying again sooner would only be refused."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"again in {after_s:g} s")
        self.after_s = after_s


class _Line:
    """Updates of one person in this process: one at a time, the earliest that waits first."""

    def __init__(self) -> None:
        self.waiting: set[int] = set()
        self._at_it: int | None = None
        self._changed = asyncio.Event()

    async def first(self, update_id: int) -> None:
        """Wait until nothing is being handled and nothing earlier waits; then it is this one's turn."""
        while self._at_it is not None or min(self.waiting) != update_id:
            await self._changed.wait()
        self._at_it = update_id

    def step_back(self) -> None:
        """Give the turn back for a while."""
        self._at_it = None
        self._tell()

    def leave(self, update_id: int) -> None:
        """It is over, whatever came of it."""
        self.waiting.discard(update_id)
        if self._at_it == update_id:
            self._at_it = None
        self._tell()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass(slots=True)
class _Arrival:
    """An update to be written down; `new` once it is, unless it was known; `started` if it may be handled at once."""

    update: dict[str, Any]
    new: bool = False
    started: bool = False


class Inbox:
    """Keeps updates, hands them to `handle` in order per person, and remembers the ids. `owner` names the replica."""

    def __init__(self, db: Database, clock: Clock, handle: Handle, owner: str | None = None) -> None:
        self._db = db
        self._clock = clock
        self._handle = handle
        self._claims = Claims(db, clock, owner or uuid4().hex)
        self._lines: dict[int, _Line] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._running: set[int] = set()
        self._closing = False
        self._arrivals: Together[_Arrival] = Together(self._keep_all)
        self._finished: Together[int] = Together(self._all_done)

    @property
    def is_full(self) -> bool:
        """Whether so much is in hand that no more can be taken now, or the bot is about to stop."""
        return self._closing or len(self._running) >= MOST_IN_HAND

    def close(self) -> None:
        """Take nothing new; what is in hand is finished."""
        self._closing = True

    async def keep(self, updates: list[dict[str, Any]]) -> list[int]:
        """Write updates down in one statement and return the ids that were not known."""
        async with self._db.transaction() as tx:
            return await self._write(tx, updates)

    async def _write(self, tx: AsyncSession, updates: list[dict[str, Any]]) -> list[int]:
        now = self._clock.now()
        rows = [
            {
                "update_id": each["update_id"],
                "person_id": person_of(each),
                "content": each,
                "state": "waiting",
                "attempts": 0,
                "retry_at": now,
                "received_at": now,
            }
            for each in updates
        ]
        upsert = sqlite_insert if self._db.is_sqlite else postgresql_insert
        statement = upsert(InboxRow).on_conflict_do_nothing(index_elements=["update_id"]).returning(InboxRow.update_id)
        claimed = await self._claims.fresh(tx)
        return sorted(await tx.scalars(statement, [row | claimed for row in rows]))

    def start(
        self, group: asyncio.TaskGroup, update: dict[str, Any], *, again: bool = False
    ) -> asyncio.Task[bool] | None:
        """Handle one kept update as a task of `group`, after the person's earlier ones; None if that goes on already.

        `again`: it was found in the inbox, so look once more whether it still waits before handling it.
        """
        if update["update_id"] in self._running:
            return None
        self._running.add(update["update_id"])
        return group.create_task(self._in_turn(update, again=again))

    async def handle_now(self, update: dict[str, Any]) -> None:
        """Handle an update to its end (webhook). One that was handled before is left alone; one that fails is kept."""
        arrival = _Arrival(update)
        await self._arrivals.add(arrival)
        if update["update_id"] in self._running:
            return
        self._running.add(update["update_id"])
        await self._in_turn(update, again=not arrival.new, started=arrival.started)

    async def _keep_all(self, arrivals: Sequence[_Arrival]) -> None:
        """What comes in while others are written down is written together; the same one twice is new once."""
        first = {each.update["update_id"]: each for each in reversed(arrivals)}
        async with self._db.transaction() as tx:
            new = await self._write(tx, [first[each].update for each in sorted(first)])
            started = await self._claims.start_at_once(tx, {each: person_of(first[each].update) for each in new})
        for update_id in new:
            first[update_id].new, first[update_id].started = True, update_id in started

    async def retry(self, group: asyncio.TaskGroup) -> None:
        """Start what waits in the inbox and whose time has come: after a failure, or after a restart."""
        if self._closing:
            return
        async with self._db.transaction() as tx:
            found = await self._claims.due(tx, 200, list(self._running))
        for content in found:
            self.start(group, content, again=True)

    async def renew_claims(self) -> None:
        """Keep the claims on what is in hand; to be repeated for as long as the bot runs."""
        await asyncio.sleep(RENEW_S)
        await self._claims.renew(self._running)

    async def release_claims(self) -> None:
        """What is not finished is free for other replicas at once."""
        await self._claims.give_back()

    async def next_due(self, tx: AsyncSession) -> datetime | None:
        """When the next kept update is to be tried."""
        return await self._claims.next_due(tx)

    async def forget_old(self) -> None:
        """Drop what was handled more than 48 hours ago."""
        old = InboxRow.received_at < self._clock.now() - MEMORY
        async with self._db.transaction() as tx:
            await tx.execute(delete(InboxRow).where(old, InboxRow.state != "waiting"))

    async def _in_turn(self, update: dict[str, Any], *, again: bool = False, started: bool = False) -> bool:
        """Handle an update when it is the first of its person's that wait here; whether it was handled."""
        update_id, person = int(update["update_id"]), person_of(update)
        line = self._lines.setdefault(person, _Line()) if person is not None else _Line()
        line.waiting.add(update_id)
        async with self._clock.working():
            try:
                if not await self._wait_for_turn(line, update_id, person, again=again, started=started):
                    return True
                async with self._gate:
                    with (
                        structlog.contextvars.bound_contextvars(update_id=update_id),
                        observe.span("update", update_id=update_id, kind=kind_of(update)),
                    ):
                        return await self._try(update)
            except Exception:  # the database is away: the update stays in the inbox, and the bot alive
                log.exception("update.not_recorded", update_id=update_id)
                return False
            finally:
                line.leave(update_id)
                self._running.discard(update_id)
                if person is not None and not line.waiting and self._lines.get(person) is line:
                    del self._lines[person]

    async def _wait_for_turn(
        self, line: _Line, update_id: int, person: int | None, *, again: bool, started: bool
    ) -> bool:
        """Whether to handle the update here, once it is its turn; False when it is done, or another replica has it.

        Waits a while for earlier updates of the person that another replica handles. Meanwhile an earlier one may come
        in here: it goes first, else both would wait for each other.
        """
        looks = iter(TURN_WAITS_S)
        while True:
            await line.first(update_id)
            if started or not (self._claims.shared or again):
                return True
            turn = await self._claims.take(update_id, person)
            if turn is not Turn.NOT_YET:
                return turn is Turn.MINE or (turn is Turn.ERASED and not again)
            line.step_back()
            wait_s = next(looks, None)
            if wait_s is None:
                log.warning("update.waits", update_id=update_id)
                await self._claims.give_back(update_id)
                return False
            await asyncio.sleep(wait_s)

    async def _try(self, update: dict[str, Any]) -> bool:
        kind = kind_of(update)
        started = time.perf_counter()
        try:
            await self._handle(update)
        except GiveUp as error:
            log.warning("update.parked", update_id=update["update_id"], kind=kind, number=str(error))
            _count(kind, "parked")
            await self._failed(update["update_id"], for_good=True)
            return False
        except Later as later:
            log.warning("update.later", update_id=update["update_id"], kind=kind, again_in_s=later.after_s)
            _count(kind, "failed")
            await self._failed(update["update_id"], after_s=later.after_s)
            return False
        except Exception:  # whatever it was, the update is kept
            log.exception("update.failed", update_id=update["update_id"], kind=kind)
            _count(kind, "failed")
            await self._failed(update["update_id"])
            return False
        _count(kind, "handled")
        metrics.update_seconds.observe(time.perf_counter() - started)
        await self._finished.add(update["update_id"])
        return True

    async def _all_done(self, update_ids: Sequence[int]) -> None:
        async with self._db.transaction() as tx:
            these = select(many.rows(tx, [({}, update_ids)])["id"])
            handled = update(InboxRow).where(InboxRow.update_id.in_(these)).values(state="done", content=None, **FREED)
            await tx.execute(handled, execution_options={"synchronize_session": False})

    async def _failed(self, update_id: int, *, for_good: bool = False, after_s: float = 0) -> None:
        async with self._db.transaction() as tx:
            row = await tx.get(InboxRow, update_id, with_for_update=True)
            if row is None or row.state != "waiting":  # erased, or another replica has finished it
                return
            row.attempts += 1
            row.retry_at = self._clock.now() + timedelta(seconds=max(after_s, 2**row.attempts))
            row.claimed_by, row.claimed_until, row.started = None, None, False
            if for_good or row.attempts >= MOST_TRIES:
                row.state = "parked"


def _count(kind: str, outcome: str) -> None:
    metrics.updates.labels(kind, outcome).inc()
    observe.note(outcome=outcome)


async def parked(tx: AsyncSession) -> list[InboxRow]:
    """Updates that were given up, oldest first."""
    return list(await tx.scalars(select(InboxRow).where(InboxRow.state == "parked").order_by(InboxRow.update_id)))


async def count_parked(tx: AsyncSession) -> int:
    """How many updates were given up."""
    found = select(func.count()).select_from(InboxRow).where(InboxRow.state == "parked")
    return int(await tx.scalar(found) or 0)


async def parked_now(db: Database) -> int:
    """`count_parked` in a transaction of its own."""
    async with db.transaction() as tx:
        return await count_parked(tx)


async def unpark(tx: AsyncSession, now: datetime, update_ids: Collection[int] = ()) -> int:
    """Let given-up updates, or some of them, be tried anew. Returns how many."""
    given_up = update(InboxRow).where(InboxRow.state == "parked")
    if update_ids:
        given_up = given_up.where(InboxRow.update_id.in_(list(update_ids)))
    again = given_up.values(state="waiting", attempts=0, retry_at=now, **FREED)
    return len((await tx.execute(again.returning(InboxRow.update_id))).all())


def kind_of(update: dict[str, Any]) -> str:
    """What an update brings: message, callback_query …"""
    return next((key for key in update if key != "update_id"), "empty")


def person_of(update: dict[str, Any]) -> int | None:
    """Whose update this is: the sender's id, wherever the kind of update keeps it."""
    for key, part in update.items():
        if key != "update_id" and isinstance(part, dict):
            sender = part.get("from") or part.get("user")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return int(sender["id"])
    return None
