"""Messages waiting to be sent, each sent by one replica.

A claim is a lease: a replica that dies leaves its messages to the others. Only the holder of the sender's lease sends;
its epoch is written on a message with the claim and looked at before the request, so a sender that slept through its
own replacement stops there, and its successor need not wait until the claims of an older epoch run out.
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
from operator import attrgetter
from typing import Any, Protocol, cast
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, Row, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from bot import groups, metrics, observe
from bot.clock import Clock
from bot.db import leases, many
from bot.db.engine import Database
from bot.db.tables import OutboxRow, PersonRow
from bot.db.together import Together
from bot.people import Person, person_from

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
BATCH = 100
MOST_CLAIMED = 500  # by a fast sender, a quarter of a second's worth: what a claim takes, the pace makes up for
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
LEASE_NAME = "sender"
ALONE = {"synchronize_session": False}  # no object in memory knows of these rows
RECORD_WAITS_S = (0.2, 0.5, 1, 2, 4, 8, 12, 12)  # before trying again to note an outcome: the database is away


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
    tx: AsyncSession,
    now: datetime,
    limit: int,
    lease: timedelta,
    epoch: int | None = None,
    *,
    bulk: int | None = None,
) -> Sequence[Row[Any]]:
    """Reserve up to `limit` due messages until `now + lease`; other replicas skip them. The rows have CLAIMED.

    Whoever holds `epoch` of the sender's lease also takes what a sender before it had claimed. Messages of broadcasts
    come after all others, and only as far as there are fewer than `bulk` in all.
    """
    rows = await _claim(tx, now, limit, lease, epoch, OutboxRow.broadcast_id.is_(None))
    if (room := min(limit, bulk if bulk is not None else limit) - len(rows)) > 0:
        rows += await _claim(tx, now, room, lease, epoch, OutboxRow.broadcast_id.is_not(None))
    return rows


async def _claim(
    tx: AsyncSession, now: datetime, limit: int, lease: timedelta, epoch: int | None, which: ColumnElement[bool]
) -> list[Row[Any]]:
    free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < now)
    values: dict[str, Any] = {"claimed_until": now + lease}
    if epoch is not None:
        free = or_(free, OutboxRow.epoch < epoch)
        values["epoch"] = epoch
    due = select(OutboxRow.id).where(OutboxRow.state == "waiting", which, OutboxRow.send_at <= now, free)
    picked = due.order_by(OutboxRow.send_at).limit(limit).with_for_update(skip_locked=True).cte()
    mine = update(OutboxRow).where(OutboxRow.id.in_(select(picked.c.id)))
    # Past the session, which would look at every row once more for objects that nobody has.
    rows = (await (await tx.connection()).execute(mine.values(**values).returning(*CLAIMED))).all()
    return sorted(rows, key=attrgetter("send_at", "id"))


async def waiting(tx: AsyncSession) -> int:
    """How many messages wait to be sent."""
    return int(await tx.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "waiting")) or 0)


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next waiting message may go out."""
    return await tx.scalar(
        select(func.min(func.coalesce(OutboxRow.claimed_until, OutboxRow.send_at))).where(OutboxRow.state == "waiting")
    )


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that one replica has claimed, and who reads them. The rows have CLAIMED."""

    epoch: int
    rows: Sequence[Row[Any]]
    people: dict[int, Person]


class Sender:
    """Sends what is queued, at the pace Telegram allows: `rate` a second in all, one a second to a chat, and twenty a
    minute to a group."""

    def __init__(self, db: Database, clock: Clock, messenger: Messenger, rate: float, owner: str | None = None) -> None:
        self._db = db
        self._clock = clock
        self._messenger = messenger
        self._gap = timedelta(seconds=1 / rate)
        in_flight = IN_FLIGHT if rate <= FAST else min(MOST_IN_FLIGHT, int(rate / 10))
        self._gate = asyncio.Semaphore(in_flight)
        self._marked_at_once = max(1, int(rate * MARKED_S))
        self._batch = min(MOST_CLAIMED, max(BATCH, int(rate / 4)))
        self._bulk = min(self._batch, max(1, math.ceil(rate)))  # a second's worth: what falls due meanwhile overtakes
        self._records: Together[tuple[int, datetime, int | None]] = Together(
            self._record_sent, LINGER_S if rate > FAST else 0.0, in_flight // 2
        )
        self.owner = owner or uuid4().hex
        self.refill: Callable[[], Awaitable[object]] | None = None
        self._refilled_at: datetime | None = None
        self._epoch: int | None = None
        self._in_flight: set[int] = set()
        self._sent = 0
        self._next_start: datetime | None = None
        self._flood_until: datetime | None = None
        self._last_to: dict[int, datetime] = {}
        self._to_group: dict[int, deque[datetime]] = {}
        self._closing = False

    @property
    def is_holder(self) -> bool:
        """Whether this replica sends, as far as it knows."""
        return self._epoch is not None

    def close(self) -> None:
        """Start no further message; what is in flight is finished and recorded."""
        self._closing = True

    def not_before(self, moment: datetime | None) -> datetime | None:
        """`moment`, or the end of a flood wait if that is later."""
        if moment is None or self._flood_until is None:
            return moment
        return max(moment, self._flood_until)

    async def flooded(self, after_s: float) -> None:
        """Telegram asked the bot to wait; whoever heard it tells the sender, through the database."""
        now = self._clock.now()
        self._flood_until = now + timedelta(seconds=after_s)
        try:
            async with self._db.transaction() as tx:
                await leases.pause(tx, LEASE_NAME, self._flood_until, now)
        except Exception:  # the sender will hear it from Telegram itself
            log.exception("flood.not_told")

    async def deliver(self) -> int:
        """Send everything that is due, wait for it, and return how many went out."""
        before = self._sent
        while True:
            claimed = 0
            async with asyncio.TaskGroup() as group:
                while started := await self.start(await self.more(), group):
                    claimed += started
            if not claimed:
                return self._sent - before

    async def more(self) -> Batch | None:
        """`take` in a transaction of its own. While sending takes long, `refill` is called before it, once a second:
        it queues what has fallen due meanwhile."""
        now = self._clock.now()
        if self.refill is not None:
            if self._refilled_at is not None and not 0 <= (now - self._refilled_at).total_seconds() < REFILL_S:
                await self.refill()
                self._refilled_at = now = self._clock.now()
            self._refilled_at = self._refilled_at or now
        async with self._db.transaction() as tx:
            return await self.take(tx)

    async def take(self, tx: AsyncSession) -> Batch | None:
        """Hold the lease, and claim what is due; None when that is another's affair, or nothing may be sent now."""
        now = self._clock.now()
        if self._closing:
            return None
        self._epoch = await leases.hold(tx, LEASE_NAME, self.owner, await leases.moment(tx, self._clock))
        metrics.sender_active.set(int(self._epoch is not None))
        if self._epoch is None:
            return None
        await self._hear_of_pause(tx, now)
        if self._flooded(now):
            return None
        claimed = await claim(tx, now, self._batch, LEASE, self._epoch, bulk=self._bulk)
        rows = [
            row for row in claimed if row.id not in self._in_flight
        ]  # what takes longer than its claim is still ours
        ids = {row.person_id for row in rows}
        readers = PersonRow.id == many.rows(tx, [({}, ids)])["id"]
        found = await tx.execute(select(PersonRow.__table__).where(readers)) if rows else ()
        return Batch(self._epoch, rows, {row.id: person_from(cast("PersonRow", row)) for row in found})

    async def _hear_of_pause(self, tx: AsyncSession, now: datetime) -> None:
        told = await leases.paused_until(tx, LEASE_NAME, now)
        if told is not None and (self._flood_until is None or self._flood_until < told):
            self._flood_until = told

    def _flooded(self, now: datetime) -> bool:
        return self._flood_until is not None and now < self._flood_until

    async def start(self, batch: Batch | None, group: asyncio.TaskGroup) -> int:
        """Start the requests of a batch as tasks of `group`, each at its time; how many messages it had."""
        if batch is None:
            return 0
        mine: set[int] = set()
        marked, until = 0, self._clock.now()
        for number, row in enumerate(batch.rows):
            await self._gate.acquire()
            person = batch.people.get(row.person_id)
            if not await self._may_start(row) or person is None:
                self._gate.release()
                continue
            if number >= marked or self._clock.now() >= until:
                until = self._clock.now() + FRESH
                marked = number + self._marked_at_once
                mine = await self._mark_safely(batch.rows[number:marked], batch.epoch)
            if row.id not in mine:
                self._gate.release()
                continue
            self._next_start = (self._next_start or self._clock.now()) + self._gap
            self._in_flight.add(row.id)
            group.create_task(self._one(row, person))
        return len(batch.rows)

    async def _may_start(self, row: Row[Any]) -> bool:
        """Wait for the pace; whether the message may go out then. One that may not is put back."""
        if self._closing:
            await self._put_back([row.id], row.send_at)
            return False
        await self._pace()
        later = self._flood_until
        if later is None or self._clock.now() >= later:
            later = self._turn_of(row.chat_id)
        if later is not None:
            await self._put_back([row.id], later)
        return later is None

    async def _one(self, row: Row[Any], person: Person) -> None:
        try:
            structlog.contextvars.bind_contextvars(outbox_id=row.id)  # of this task alone
            async with self._clock.working():
                with observe.span("delivery", outbox_id=row.id, kind=row.kind):
                    self._sent += await self._send(row, person)
        except Exception:  # the database is away for long: the claim runs out, and the message is tried again
            log.exception("outbox.not_recorded", outbox_id=row.id)
        finally:
            self._in_flight.discard(row.id)
            self._gate.release()

    async def beat(self) -> None:
        """Keep the lease while requests take their time; to be called every second or so."""
        epoch = self._epoch
        if epoch is None or not self._in_flight:
            return
        async with self._db.transaction() as tx:
            if not await leases.still_held(tx, LEASE_NAME, self.owner, epoch, await leases.moment(tx, self._clock)):
                self._epoch = None

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

    async def _put_back(self, ids: Sequence[int], send_at: datetime) -> None:
        waiting = OutboxRow.id.in_(ids), OutboxRow.state == "waiting"
        async with self._db.transaction() as tx:
            await tx.execute(update(OutboxRow).where(*waiting).values(send_at=send_at, claimed_until=None))

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
            sent_at = self._clock.now()
            metrics.outbox_outcomes.labels(row.kind, "sent").inc()
            late_s = max(0.0, (sent_at - row.due_at).total_seconds())
            observe.note(outcome="sent", late_s=late_s)
            if row.broadcast_id is None:
                metrics.lateness.observe(late_s)
            outcome = {}
        except TryLater as error:
            wait = error.after_s
            if error.flood:
                await self.flooded(wait)
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
        if not outcome:
            await self._records.add((row.id, sent_at, message_id))
            return 1
        metrics.outbox_outcomes.labels(row.kind, outcome.get("state", "later")).inc()
        observe.note(outcome=outcome.get("state", "later"), late_s=message.late.total_seconds())

        async def record(tx: AsyncSession) -> None:
            waiting = OutboxRow.id == row.id, OutboxRow.state == "waiting"
            await tx.execute(update(OutboxRow).where(*waiting).values(**outcome))
            if moved_to is not None:
                await groups.move(tx, row.chat_id, moved_to)
            if blocked:
                await tx.execute(update(PersonRow).where(PersonRow.id == row.person_id).values(blocked_at=now))

        await self._note(record)
        return 0

    async def _mark_safely(self, rows: Sequence[Row[Any]], epoch: int) -> set[int]:
        try:
            return await self._mark(rows, epoch)
        except (DBAPIError, OSError, TimeoutError):  # the database is away: the claims run out, and it is tried again
            log.exception("outbox.not_marked", messages=len(rows))
            return set()

    async def _mark(self, rows: Sequence[Row[Any]], epoch: int) -> set[int]:
        """Write down that these are about to be sent, and return which of them still wait, for the same owner: a
        group's may have got another id since the claim. None do when somebody else has taken the lease over, or when
        another replica was told to wait; then they are put back."""
        now = self._clock.now()
        ids = [row.id for row in rows]
        async with self._db.transaction() as tx:
            if not await leases.still_held(tx, LEASE_NAME, self.owner, epoch, await leases.moment(tx, self._clock)):
                return set()
            await self._hear_of_pause(tx, now)
            these = select(many.rows(tx, [({}, ids)])["id"])
            waiting = OutboxRow.id.in_(these), OutboxRow.state == "waiting", OutboxRow.epoch == epoch
            if self._flooded(now):
                back = update(OutboxRow).where(*waiting).values(send_at=self._flood_until, claimed_until=None)
                await tx.execute(back, execution_options=ALONE)
                return set()
            marked = update(OutboxRow).where(*waiting).values(attempts=OutboxRow.attempts + 1)
            marked = marked.returning(OutboxRow.id, OutboxRow.person_id)
            owners = dict(iter(await tx.execute(marked, execution_options=ALONE)))
        return {row.id for row in rows if owners.get(row.id) == row.person_id}

    async def _record_sent(self, sent: Sequence[tuple[int, datetime, int | None]]) -> None:
        # Held: its broadcast was paused while the request was under way, and it must not come again.
        table = cast("Table", OutboxRow.__table__)
        waiting = table.c.id == bindparam("row"), or_(table.c.state == "waiting", table.c.state == "held")
        arrived = {"state": "sent", "sent_at": bindparam("at"), "message_id": bindparam("message")}
        statement = update(table).where(*waiting).values(**arrived, claimed_until=None, error=None)
        rows = [{"row": row, "at": at, "message": message} for row, at, message in sent]

        async def record(tx: AsyncSession) -> None:
            await (await tx.connection()).execute(statement, rows)

        await self._note(record)

    async def _note(self, record: Callable[[AsyncSession], Awaitable[None]]) -> None:
        """Write an outcome down; Telegram has the message already, and what is not noted is sent again."""
        for wait_s in (*RECORD_WAITS_S, None):
            try:
                async with self._db.transaction() as tx:
                    await record(tx)
                return
            except (DBAPIError, OSError, TimeoutError) as error:
                if wait_s is None:
                    raise
                log.warning("outbox.not_recorded", error=type(error).__name__, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
