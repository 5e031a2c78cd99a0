"""Updates from Telegram: none that was accepted is lost, each is handled once, one person's in order.

Polling: a batch goes into the `inbox` in one statement before its offset is confirmed, and is handled from there.
Webhook: 200 is answered after the handling, so Telegram itself keeps what was not handled. What fails in either mode
stays in the inbox, is tried again with growing patience, and parked after five tries.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot import metrics
from bot.clock import Clock
from bot.db.engine import Database
from bot.db.tables import InboxRow

log = structlog.get_logger(__name__)

Handle = Callable[[dict[str, Any]], Awaitable[None]]
AT_ONCE = 60
MOST_TRIES = 5
MEMORY = timedelta(hours=48)
POLL_S = 25


class GiveUp(Exception):
    """Nobody expected this error and the person has been told: trying again would only repeat it."""


class Later(Exception):
    """Telegram asked for `after_s` seconds of patience: trying again sooner would only be refused."""

    def __init__(self, after_s: float) -> None:
        super().__init__(f"again in {after_s:g} s")
        self.after_s = after_s


class Conflict(Exception):
    """Another bot instance polls with the same token, or a webhook is set."""


class Inbox:
    """Keeps updates, hands them to `handle` in order per person, and remembers the ids."""

    def __init__(self, db: Database, clock: Clock, handle: Handle) -> None:
        self._db = db
        self._clock = clock
        self._handle = handle
        self._tail: dict[int, asyncio.Event] = {}
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._running: set[int] = set()

    async def keep(self, updates: list[dict[str, Any]]) -> list[int]:
        """Write updates down in one statement and return the ids that were not known."""
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
        async with self._db.transaction() as tx:
            return sorted(await tx.scalars(statement, rows))

    def start(
        self, group: asyncio.TaskGroup, update: dict[str, Any], *, again: bool = False
    ) -> asyncio.Task[bool] | None:
        """Handle one kept update as a task of `group`, after the person's earlier ones; None if that goes on already.

        `again`: it was found in the inbox, so look once more whether it still waits before handling it.
        """
        if update["update_id"] in self._running:
            return None
        self._running.add(update["update_id"])
        return group.create_task(self._in_turn(update, *self._turn(person_of(update)), again=again))

    async def handle_now(self, update: dict[str, Any]) -> None:
        """Handle an update to its end (webhook). One that was handled before is left alone; one that fails is kept."""
        new = await self.keep([update])
        if not new and not await self._is_waiting(update["update_id"]):
            return
        if update["update_id"] in self._running:
            return
        self._running.add(update["update_id"])
        await self._in_turn(update, *self._turn(person_of(update)))

    async def retry(self, group: asyncio.TaskGroup) -> None:
        """Start what waits in the inbox and whose time has come: after a failure, or after a restart."""
        now = self._clock.now()
        waiting = InboxRow.state == "waiting", InboxRow.retry_at <= now
        async with self._db.transaction() as tx:
            found = list(await tx.scalars(select(InboxRow).where(*waiting).order_by(InboxRow.update_id).limit(200)))
        for row in found:
            if row.content is not None:
                self.start(group, row.content, again=True)

    async def next_due(self) -> datetime | None:
        """When the next kept update is to be tried."""
        async with self._db.transaction() as tx:
            return await tx.scalar(select(func.min(InboxRow.retry_at)).where(InboxRow.state == "waiting"))

    async def forget_old(self) -> None:
        """Drop what was handled more than 48 hours ago."""
        old = InboxRow.received_at < self._clock.now() - MEMORY
        async with self._db.transaction() as tx:
            await tx.execute(delete(InboxRow).where(old, InboxRow.state != "waiting"))

    def _turn(self, person: int | None) -> tuple[int | None, asyncio.Event | None, asyncio.Event]:
        """A place in the person's queue: who to wait for, and what to set when done."""
        mine = asyncio.Event()
        before = self._tail.get(person) if person is not None else None
        if person is not None:
            self._tail[person] = mine
        return person, before, mine

    async def _in_turn(
        self,
        update: dict[str, Any],
        person: int | None,
        before: asyncio.Event | None,
        mine: asyncio.Event,
        *,
        again: bool = False,
    ) -> bool:
        async with self._clock.working():
            try:
                if before is not None:
                    await before.wait()
                async with self._gate:
                    if again and not await self._is_waiting(update["update_id"]):
                        return True
                    with structlog.contextvars.bound_contextvars(update_id=update["update_id"]):
                        return await self._try(update)
            except Exception:  # the database is away: the update stays in the inbox, and the bot alive
                log.exception("update.not_recorded", update_id=update["update_id"])
                return False
            finally:
                mine.set()
                self._running.discard(update["update_id"])
                if person is not None and self._tail.get(person) is mine:
                    del self._tail[person]

    async def _try(self, update: dict[str, Any]) -> bool:
        kind = next((key for key in update if key != "update_id"), "empty")
        started = time.perf_counter()
        try:
            await self._handle(update)
        except GiveUp as error:
            log.warning("update.parked", update_id=update["update_id"], kind=kind, number=str(error))
            metrics.updates.labels(kind, "parked").inc()
            await self._failed(update["update_id"], for_good=True)
            return False
        except Later as later:
            log.warning("update.later", update_id=update["update_id"], kind=kind, again_in_s=later.after_s)
            metrics.updates.labels(kind, "failed").inc()
            await self._failed(update["update_id"], after_s=later.after_s)
            return False
        except Exception:  # whatever it was, the update is kept
            log.exception("update.failed", update_id=update["update_id"], kind=kind)
            metrics.updates.labels(kind, "failed").inc()
            await self._failed(update["update_id"])
            return False
        metrics.updates.labels(kind, "handled").inc()
        metrics.update_seconds.observe(time.perf_counter() - started)
        await self._done(update["update_id"])
        return True

    async def _done(self, update_id: int) -> None:
        async with self._db.transaction() as tx:
            handled = update(InboxRow).where(InboxRow.update_id == update_id).values(state="done", content=None)
            await tx.execute(handled)

    async def _failed(self, update_id: int, *, for_good: bool = False, after_s: float = 0) -> None:
        async with self._db.transaction() as tx:
            row = await tx.get(InboxRow, update_id, with_for_update=True)
            if row is None:
                return
            row.attempts += 1
            row.retry_at = self._clock.now() + timedelta(seconds=max(after_s, 2**row.attempts))
            if for_good or row.attempts >= MOST_TRIES:
                row.state = "parked"

    async def _is_waiting(self, update_id: int) -> bool:
        async with self._db.transaction() as tx:
            return await tx.scalar(select(InboxRow.state).where(InboxRow.update_id == update_id)) == "waiting"


def person_of(update: dict[str, Any]) -> int | None:
    """Whose update this is: the sender's id, wherever the kind of update keeps it."""
    for key, part in update.items():
        if key != "update_id" and isinstance(part, dict):
            sender = part.get("from") or part.get("user")
            if isinstance(sender, dict) and isinstance(sender.get("id"), int):
                return int(sender["id"])
    return None


class Poller:
    """A short getUpdates loop of our own: a batch is confirmed only after it was written down."""

    def __init__(self, api_url: str, token: str, kinds: list[str], inbox: Inbox, clock: Clock) -> None:
        self._url = f"{api_url}/bot{token}/getUpdates"
        self._kinds = kinds
        self._inbox = inbox
        self._clock = clock
        self._offset: int | None = None
        self.stopping = asyncio.Event()

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Poll until `stopping` is set. Raises Conflict when somebody else polls."""
        conflicts = 0
        patience = 1.0
        async with httpx.AsyncClient(timeout=httpx.Timeout(10, read=POLL_S + 15)) as http:
            while not self.stopping.is_set():
                try:
                    batch = await self._ask(http)
                except Conflict:
                    conflicts += 1
                    if conflicts >= 5:
                        raise
                    await asyncio.sleep(1)
                    continue
                except (httpx.HTTPError, ValueError) as error:
                    log.warning("polling.failed", error=type(error).__name__, again_in_s=patience)
                    await self._wait(patience)
                    patience = min(30.0, patience * 2)
                    continue
                conflicts, patience = 0, 1.0
                if batch:
                    try:
                        await self._take(group, batch)
                    except Exception:  # not written down, so not confirmed: Telegram gives the batch again
                        log.exception("polling.not_kept", updates=len(batch))
                        await self._wait(1)

    async def _take(self, group: asyncio.TaskGroup, batch: list[dict[str, Any]]) -> None:
        """Write a batch down, start its updates, and only then let the next request confirm it."""
        async with self._clock.working():
            new = set(await self._inbox.keep(batch))
            for each in batch:
                if each["update_id"] in new:
                    self._inbox.start(group, each)
        self._offset = batch[-1]["update_id"] + 1

    async def _ask(self, http: httpx.AsyncClient) -> list[dict[str, Any]]:
        body: dict[str, Any] = {"timeout": POLL_S, "allowed_updates": self._kinds}
        if self._offset is not None:
            body["offset"] = self._offset
        request = asyncio.ensure_future(http.post(self._url, json=body))
        stop = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({request, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not request.done():
                return []
            response = request.result()
        finally:
            request.cancel()
            stop.cancel()
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError("getUpdates: no object")
        if response.status_code == httpx.codes.CONFLICT:
            raise Conflict(str(answer.get("description", "")))
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await self._wait(float(answer.get("parameters", {}).get("retry_after", 1)))
            return []
        if not answer.get("ok"):
            raise ValueError(f"getUpdates: {response.status_code}")
        batch = answer["result"]
        return batch if isinstance(batch, list) else []

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return
