"""Messages waiting to be sent, each sent by one replica.

A claim is a lease: a replica that dies leaves its messages to the others. Only the holder of the sender's lease sends;
its epoch is written on a message before the request, so a sender that slept through its own replacement stops there.
The Bot API has no idempotency key: a crash between the request and the record repeats that one message.

Messages of broadcasts wait behind all others. Marks and records of a fast sender share transactions.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot import groups, metrics
from bot.clock import Clock
from bot.db import leases
from bot.db.engine import Database
from bot.db.tables import OutboxRow, PersonRow
from bot.db.together import Together
from bot.people import Person, person_from

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 100
IN_FLIGHT = 30
FAST = 300  # messages a second; from there on a tenth of a second's messages are in flight
MOST_IN_FLIGHT = 100
PER_CHAT = timedelta(seconds=1)
MOST_TO_GROUP = 20  # messages in a minute
GROUP_SPAN = timedelta(minutes=1)
MOST_ATTEMPTS = 12  # of a message that breaks something; one that Telegram cannot take yet waits for a day
PATIENCE = timedelta(hours=24)
CATCH_UP = timedelta(seconds=0.1)  # how much of a pause the pace may make up for: sleeping is never exact
GRAIN = timedelta(milliseconds=4)  # that a message may start early: a shorter sleep costs more than it is worth
MARKED_S = 0.05  # of messages are marked in one transaction: 50 at a thousand a second, one at 25
LINGER_S = 0.02  # that the record of a fast sender's message waits for others
FRESH = leases.SILENCE / 2  # that a mark holds: within it nobody can have taken the lease over
REFILL_S = 1.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to send: what it is about, and to whom. `late` is how long after its due moment it goes out."""

    id: int
    person: Person
    chat_id: int
    kind: str
    parameters: dict[str, Any]
    silent: bool
    due_at: datetime
    late: timedelta


class Messenger(Protocol):
    """Whoever can put a message in front of a person."""

    async def deliver(self, message: Outgoing) -> int | None:
        """Send it and return its message id, or None when there is nothing left to say.

        Raises TryLater, Unreachable or ChatMoved.
        """


class TryLater(Exception):
    """Telegram cannot take it now. `after_s` seconds of patience; `flood`: the whole bot must wait."""

    def __init__(self, after_s: float, *, flood: bool = False) -> None:
        super().__init__(f"again in {after_s:g} s")
        self.after_s = after_s
        self.flood = flood


class Unreachable(Exception):
    """This will never arrive: the person blocked the bot or is gone (`blocked`), or the request itself is refused."""

    def __init__(self, reason: str, *, blocked: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.blocked = blocked


class ChatMoved(Exception):
    """The group became a supergroup with another id."""

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"moved to {chat_id}")
        self.chat_id = chat_id


async def add(
    tx: AsyncSession,
    key: str,
    person_id: int,
    kind: str,
    parameters: dict[str, Any],
    due_at: datetime,
    *,
    silent: bool = False,
) -> int:
    """Queue a message inside the caller's transaction and return its id. The same `key` again is the same message."""
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    added = insert(OutboxRow).values(
        key=key,
        person_id=person_id,
        chat_id=person_id,
        kind=kind,
        parameters=parameters,
        due_at=due_at,
        send_at=due_at,
        silent=silent,
    )
    new = await tx.scalar(added.on_conflict_do_nothing(index_elements=["key"]).returning(OutboxRow.id))
    if new is not None:
        return int(new)
    return (await tx.execute(select(OutboxRow.id).where(OutboxRow.key == key))).scalar_one()


async def cancel(tx: AsyncSession, ids: Sequence[int]) -> None:
    """Take back messages that have not gone out."""
    waiting = OutboxRow.id.in_(ids), OutboxRow.state == "waiting"
    await tx.execute(update(OutboxRow).where(*waiting).values(state="cancelled"))


CLAIMED = (
    OutboxRow.id,
    OutboxRow.person_id,
    OutboxRow.chat_id,
    OutboxRow.kind,
    OutboxRow.parameters,
    OutboxRow.silent,
    OutboxRow.due_at,
    OutboxRow.send_at,
    OutboxRow.attempts,
    OutboxRow.broadcast_id,
)


async def claim(
    tx: AsyncSession, now: datetime, limit: int, lease: timedelta, *, bulk: int | None = None
) -> Sequence[Row[Any]]:
    """Reserve up to `limit` due messages until `now + lease`; other replicas skip them. The rows have CLAIMED.

    Messages of broadcasts come after all others, and only as far as there are fewer than `bulk` in all.
    """
    rows = await _claim(tx, now, limit, lease, OutboxRow.broadcast_id.is_(None))
    if (room := min(limit, bulk if bulk is not None else limit) - len(rows)) > 0:
        rows += await _claim(tx, now, room, lease, OutboxRow.broadcast_id.is_not(None))
    return rows


async def _claim(
    tx: AsyncSession, now: datetime, limit: int, lease: timedelta, which: ColumnElement[bool]
) -> list[Row[Any]]:
    free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now)
    due = select(OutboxRow.id).where(OutboxRow.state == "waiting", which, OutboxRow.send_at <= now, free)
    picked = due.order_by(OutboxRow.send_at).limit(limit).with_for_update(skip_locked=True).cte()
    mine = update(OutboxRow).where(OutboxRow.id.in_(select(picked.c.id)))
    rows = (await tx.execute(mine.values(claimed_until=now + lease).returning(*CLAIMED))).all()
    return sorted(rows, key=lambda row: (row.send_at, row.id))


async def waiting(tx: AsyncSession) -> int:
    """How many messages wait to be sent."""
    return int(await tx.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "waiting")) or 0)


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next waiting message may go out."""
    return await tx.scalar(
        select(func.min(func.coalesce(OutboxRow.claimed_until, OutboxRow.send_at))).where(OutboxRow.state == "waiting")
    )


class Sender:
    """Sends what is queued, at the pace Telegram allows: `rate` a second in all, one a second to a chat, and twenty a
    minute to a group."""

    def __init__(self, db: Database, clock: Clock, messenger: Messenger, rate: float) -> None:
        self._db = db
        self._clock = clock
        self._messenger = messenger
        self._gap = timedelta(seconds=1 / rate)
        self._in_flight = IN_FLIGHT if rate <= FAST else min(MOST_IN_FLIGHT, int(rate / 10))
        self._marked_at_once = max(1, int(rate * MARKED_S))
        self._bulk = min(BATCH, max(1, math.ceil(rate)))  # a second's worth: what falls due meanwhile overtakes
        self._records: Together[tuple[int, datetime, int | None]] = Together(
            self._record_sent, LINGER_S if rate > FAST else 0.0
        )
        self.owner = uuid4().hex
        self.refill: Callable[[], Awaitable[object]] | None = None
        self._refilled_at = clock.now()
        self._next_start: datetime | None = None
        self._flood_until: datetime | None = None
        self._last_to: dict[int, datetime] = {}
        self._to_group: dict[int, deque[datetime]] = {}
        self._closing = False

    def close(self) -> None:
        """Start no further message; what is in flight is finished and recorded."""
        self._closing = True

    def not_before(self, moment: datetime | None) -> datetime | None:
        """`moment`, or the end of a flood wait if that is later."""
        if moment is None or self._flood_until is None:
            return moment
        return max(moment, self._flood_until)

    def flooded(self, after_s: float) -> None:
        """Telegram asked the bot to wait; whoever heard it tells the sender."""
        self._flood_until = self._clock.now() + timedelta(seconds=after_s)

    async def deliver(self) -> int:
        """Send everything that is due, and return how many went out.

        While that takes long, `refill` is called once a second: it queues what has fallen due meanwhile.
        """
        sent = 0
        self._refilled_at = self._clock.now()  # whoever calls has just done so
        while not self._closing:
            claimed, gone = await self._round()
            sent += gone
            if not claimed:
                return sent
        return sent

    async def _round(self) -> tuple[int, int]:
        """Claim and start until nothing is due, then wait for what is in flight: how many were claimed, and sent."""
        gate = asyncio.Semaphore(self._in_flight)
        claimed = sent = 0

        async def one(row: Row[Any], person: Person) -> None:
            nonlocal sent
            try:
                with structlog.contextvars.bound_contextvars(outbox_id=row.id):
                    sent += await self._send(row, person)
            finally:
                gate.release()

        async with asyncio.TaskGroup() as group:
            while not self._closing:
                rows, people, epoch = await self._claim()
                if not rows or epoch is None:
                    break
                claimed += len(rows)
                mine: set[int] = set()
                marked, until = 0, self._clock.now()
                for number, row in enumerate(rows):
                    await gate.acquire()
                    if not await self._may_start(row):
                        gate.release()
                        continue
                    if number >= marked or self._clock.now() >= until:
                        until = self._clock.now() + FRESH
                        marked = number + self._marked_at_once
                        mine = await self._mark(rows[number:marked], epoch)
                    if row.id not in mine or row.person_id not in people:
                        gate.release()
                        continue
                    self._next_start = (self._next_start or self._clock.now()) + self._gap
                    group.create_task(one(row, people[row.person_id]))
        return claimed, sent

    async def _claim(self) -> tuple[Sequence[Row[Any]], dict[int, Person], int | None]:
        """What is due and may be sent by this sender, who reads it, and the epoch of the lease; none without it."""
        now = self._clock.now()
        if self._flood_until is not None and now < self._flood_until:
            return [], {}, None
        if self.refill is not None and not 0 <= (now - self._refilled_at).total_seconds() < REFILL_S:
            await self.refill()
            self._refilled_at = now = self._clock.now()
        async with self._db.transaction() as tx:
            epoch = await leases.hold(tx, "sender", self.owner, now)
            rows = await claim(tx, now, BATCH, LEASE, bulk=self._bulk) if epoch is not None else []
            wanted = {row.person_id for row in rows}
            found = await tx.execute(select(PersonRow.__table__).where(PersonRow.id.in_(wanted))) if rows else ()
            metrics.sender_active.set(int(epoch is not None))
            people = {row.id: person_from(cast("PersonRow", row)) for row in found}
        return rows, people, epoch

    async def _may_start(self, row: Row[Any]) -> bool:
        """Wait for the pace; whether the message may go out then. One that may not is put back."""
        if self._closing:
            await self._put_back(row, row.send_at)
            return False
        await self._pace()
        later = self._flood_until
        if later is None or self._clock.now() >= later:
            later = self._turn_of(row.chat_id)
        if later is not None:
            await self._put_back(row, later)
        return later is None

    def _turn_of(self, chat_id: int) -> datetime | None:
        """When a message to the chat may go out; None for now, which is then taken as its moment."""
        now = self._clock.now()
        last = self._last_to.get(chat_id)
        if last is not None and last <= now < last + PER_CHAT:
            return last + PER_CHAT
        if chat_id < 0:
            sent = self._to_group.setdefault(chat_id, deque(maxlen=MOST_TO_GROUP))
            if len(sent) == MOST_TO_GROUP and sent[0] <= now < sent[0] + GROUP_SPAN:
                return sent[0] + GROUP_SPAN
            sent.append(now)
        self._last_to[chat_id] = now
        if len(self._last_to) > 10_000:
            self._last_to = {chat: at for chat, at in self._last_to.items() if now < at + PER_CHAT}
            self._to_group = {chat: sent for chat, sent in self._to_group.items() if now < sent[-1] + GROUP_SPAN}
        return None

    async def _pace(self) -> None:
        """Wait until the next request may start."""
        now = self._clock.now()
        if self._next_start is None or self._next_start > now + self._gap + CATCH_UP:  # the clock was set back
            self._next_start = now
        self._next_start = max(self._next_start, now - CATCH_UP)
        if self._next_start > now + GRAIN:
            await self._clock.sleep((self._next_start - now).total_seconds())

    async def _put_back(self, row: Row[Any], send_at: datetime) -> None:
        async with self._db.transaction() as tx:
            await self._record(tx, row.id, send_at=send_at, claimed_until=None)

    async def _send(self, row: Row[Any], person: Person) -> int:
        now = self._clock.now()
        message = Outgoing(
            id=row.id,
            person=person,
            chat_id=row.chat_id,
            kind=row.kind,
            parameters=row.parameters,
            silent=row.silent,
            due_at=row.due_at,
            late=now - row.due_at,
        )
        outcome: dict[str, Any] = {"claimed_until": None}
        blocked = False
        moved_to: int | None = None
        try:
            message_id = await self._messenger.deliver(message)
        except TryLater as error:
            wait = error.after_s
            if error.flood:
                self.flooded(wait)
            else:
                wait = max(wait, min(60, 2.0**row.attempts))
            outcome |= {"send_at": self._clock.now() + timedelta(seconds=wait), "error": str(error)}
            if now - row.due_at > PATIENCE:
                outcome |= {"state": "failed"}
        except Unreachable as error:
            blocked = error.blocked
            outcome |= {"state": "failed", "error": error.reason[:200]}
        except ChatMoved as error:
            moved_to = error.chat_id
            outcome |= {"chat_id": error.chat_id, "error": str(error)}
            if row.attempts + 1 >= MOST_ATTEMPTS:
                outcome |= {"state": "failed"}
        except Exception as error:  # one broken message must not stop the others
            log.exception("outbox.broken", outbox_id=row.id, kind=row.kind)
            wait = min(600, 5 * 2.0**row.attempts)
            outcome |= {"send_at": self._clock.now() + timedelta(seconds=wait), "error": type(error).__name__}
            if row.attempts + 1 >= MOST_ATTEMPTS:
                outcome |= {"state": "failed"}
        else:
            sent_at = self._clock.now()
            metrics.outbox_outcomes.labels(row.kind, "sent").inc()
            if row.broadcast_id is None:
                metrics.lateness.observe(max(0.0, (sent_at - row.due_at).total_seconds()))
            await self._records.add((row.id, sent_at, message_id))
            return 1
        metrics.outbox_outcomes.labels(row.kind, outcome.get("state", "later")).inc()
        async with self._db.transaction() as tx:
            await self._record(tx, row.id, **outcome)
            if moved_to is not None:
                await groups.move(tx, row.chat_id, moved_to)
            if blocked:
                await tx.execute(update(PersonRow).where(PersonRow.id == row.person_id).values(blocked_at=now))
        return 0

    async def _mark(self, rows: Sequence[Row[Any]], epoch: int) -> set[int]:
        """Write down that these are about to be sent, and return which of them still wait, for the same owner: a
        group's may have got another id since the claim. None do when somebody else has taken the lease over."""
        async with self._db.transaction() as tx:
            if not await leases.still_held(tx, "sender", self.owner, epoch, self._clock.now()):
                return set()
            waiting = OutboxRow.id.in_([row.id for row in rows]), OutboxRow.state == "waiting"
            marked = update(OutboxRow).where(*waiting).values(attempts=OutboxRow.attempts + 1, epoch=epoch)
            owners = dict(iter(await tx.execute(marked.returning(OutboxRow.id, OutboxRow.person_id))))
        return {row.id for row in rows if owners.get(row.id) == row.person_id}

    async def _record_sent(self, sent: Sequence[tuple[int, datetime, int | None]]) -> None:
        # Held: its broadcast was paused while the request was under way, and it must not come again.
        waiting = OutboxRow.id == bindparam("row"), or_(OutboxRow.state == "waiting", OutboxRow.state == "held")
        arrived = {"state": "sent", "sent_at": bindparam("at"), "message_id": bindparam("message")}
        statement = update(OutboxRow).where(*waiting).values(**arrived, claimed_until=None, error=None)
        rows = [{"row": row, "at": at, "message": message} for row, at, message in sent]
        async with self._db.transaction() as tx:
            await (await tx.connection()).execute(statement, rows)

    async def _record(self, tx: AsyncSession, row_id: int, **outcome: Any) -> None:
        await tx.execute(
            update(OutboxRow).where(OutboxRow.id == row_id, OutboxRow.state == "waiting").values(**outcome)
        )
