"""What an admin can do with a broadcast, and the bot's part: queue its messages a few at a time and see it end.

A broadcast to a million people is a million rows of the outbox, but never at once: only some seconds' worth waits
there, so that a pause is quick and reminders have the table to themselves.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.broadcasts import store
from bot.broadcasts.model import UNFINISHED, Broadcast, Content, Segment
from bot.db.engine import Database
from bot.db.tables import BroadcastRow, OutboxRow, PersonRow
from bot.errors import N_, UserError

BATCH = 500
AHEAD_S = 5.0  # seconds' worth of messages that wait in the outbox, and at least a batch
SHOWN_EVERY = timedelta(seconds=3)


class NoSuchBroadcast(UserError):
    """It is gone, or never was. Parameters: number."""

    message = N_("There is no broadcast {number}. /broadcast shows those there are.")


class Nobody(UserError):
    """A segment without people."""

    message = N_("Nobody is in this segment. Widen it first.")


async def create(
    db: Database, admin_id: int | None, content: Content, now: datetime, segment: Segment | None = None
) -> Broadcast:
    """A draft; nothing is sent."""
    async with db.transaction() as tx:
        if admin_id is not None and await tx.get(PersonRow, admin_id) is None:
            admin_id = None
        number = await store.add(tx, admin_id, content, segment or Segment(), now)
        await audit.note(tx, admin_id, "broadcast.draft", str(number), now)
        return await store.broadcast_from(tx, await tx.get_one(BroadcastRow, number))


async def read(db: Database, number: int) -> Broadcast:
    """One of them, as far as it has come. Raises NoSuchBroadcast."""
    async with db.transaction() as tx:
        row = await tx.get(BroadcastRow, number)
        if row is None:
            raise NoSuchBroadcast(number=number)
        return await store.broadcast_from(tx, row)


async def content(db: Database, number: int) -> Content:
    """What its readers get; it does not change once it goes out. Raises NoSuchBroadcast."""
    async with db.transaction() as tx:
        row = await tx.get(BroadcastRow, number)
        if row is None:
            raise NoSuchBroadcast(number=number)
        return store.content_from(row)


async def recent(db: Database, limit: int = 8) -> list[Broadcast]:
    """Those that have not ended, then the newest."""
    order = BroadcastRow.state.in_(UNFINISHED).desc(), BroadcastRow.id.desc()
    async with db.transaction() as tx:
        rows = list(await tx.scalars(select(BroadcastRow).order_by(*order).limit(limit)))
        return [await store.broadcast_from(tx, row) for row in rows]


async def audience(db: Database, segment: Segment, now: datetime) -> int:
    """How many people it would go to now: the dry run."""
    async with db.transaction() as tx:
        return await store.audience(tx, segment, now)


async def zones(db: Database, now: datetime, limit: int = 8) -> list[tuple[str, int]]:
    """The zones that most people live in."""
    async with db.transaction() as tx:
        return await store.zones(tx, limit, now)


async def aim(db: Database, number: int, segment: Segment) -> Broadcast:
    """Choose whom a draft goes to. One that has begun stays as it is."""
    async with db.transaction() as tx:
        row = await store.locked(tx, number)
        if row is None:
            raise NoSuchBroadcast(number=number)
        if row.state == "draft":
            row.segment = segment.as_json()
        return await store.broadcast_from(tx, row)


async def start(
    db: Database, number: int, admin_id: int | None, now: datetime, at: datetime | None = None
) -> Broadcast:
    """Let a draft go out now or `at`. Raises Nobody. One that has begun stays as it is: a second tap is none."""
    async with db.transaction() as tx:
        row = await store.locked(tx, number)
        if row is None:
            raise NoSuchBroadcast(number=number)
        if row.state in ("draft", "scheduled"):
            row.expected = await store.audience(tx, Segment(**row.segment), now)
            if not row.expected:
                raise Nobody
            row.state, row.start_at = "scheduled", at or now
            detail = f"{number}, {row.expected} people, at {row.start_at:%Y-%m-%d %H:%M} UTC"
            await audit.note(tx, admin_id, "broadcast.start", detail, now)
        return await store.broadcast_from(tx, row)


async def pause(db: Database, number: int, admin_id: int | None, now: datetime) -> Broadcast:
    """Stop for now. What has been claimed a second ago may still go out; nothing else does."""
    return await _turn(db, number, admin_id, now, "pause", ("running",), "paused")


async def resume(db: Database, number: int, admin_id: int | None, now: datetime) -> Broadcast:
    """Go on where it stopped."""
    return await _turn(db, number, admin_id, now, "resume", ("paused",), "running")


async def cancel(db: Database, number: int, admin_id: int | None, now: datetime) -> Broadcast:
    """End it for good; who has it keeps it."""
    return await _turn(db, number, admin_id, now, "cancel", UNFINISHED, "cancelled")


async def _turn(
    db: Database, number: int, admin_id: int | None, now: datetime, verb: str, before: tuple[str, ...], after: str
) -> Broadcast:
    messages = {"paused": (("waiting",), "held"), "running": (("held",), "waiting")}
    async with db.transaction() as tx:
        row = await store.locked(tx, number)
        if row is None:
            raise NoSuchBroadcast(number=number)
        if row.state in before:
            await store.turn(tx, number, *messages.get(after, (("waiting", "held"), "cancelled")))
            if after == "cancelled":
                found = await store.counts(tx, number)
                row.sent, row.failed, row.finished_at = found.get("sent", 0), found.get("failed", 0), now
            row.state = after
            await audit.note(tx, admin_id, f"broadcast.{verb}", str(number), now)
        return await store.broadcast_from(tx, row)


async def no_more(db: Database, person_id: int, now: datetime) -> None:
    """The person wants no broadcasts: also those under way do not come any more."""
    mine = OutboxRow.person_id == person_id, OutboxRow.broadcast_id.is_not(None)
    async with db.transaction() as tx:
        await tx.execute(update(PersonRow).where(PersonRow.id == person_id).values(news=False))
        waiting = OutboxRow.state.in_(("waiting", "held"))
        await tx.execute(update(OutboxRow).where(*mine, waiting).values(state="cancelled"))


# --- The bot's part ---------------------------------------------------------------------------------------------------


async def work(db: Database, now: datetime, rate: float) -> bool:
    """Begin what is due, queue some of what runs, end what is through. Whether there may be more to do at once.

    `rate`: messages a second that go out.
    """
    async with db.transaction() as tx:
        due = BroadcastRow.state == "scheduled", BroadcastRow.start_at <= now
        running = BroadcastRow.state == "running"
        first = select(BroadcastRow).where(or_(running, (due[0]) & (due[1]))).order_by(BroadcastRow.id).limit(1)
        row = await tx.scalar(first.with_for_update(skip_locked=True))
        if row is None:
            return False
        row.state = "running"
        if not row.all_queued:
            mine = OutboxRow.broadcast_id == row.id, OutboxRow.state == "waiting"
            ahead = max(BATCH, math.ceil(rate * AHEAD_S))
            some = select(OutboxRow.id).where(*mine).limit(ahead).subquery()
            waiting = int(await tx.scalar(select(func.count()).select_from(some)) or 0)
            if waiting < ahead:
                await store.queue_next(tx, row, min(BATCH, ahead - waiting), now)
                return True
            return False
        found = await store.counts(tx, row.id)
        if found.get("waiting", 0):
            return False
        row.state, row.finished_at = "done", now
        row.sent, row.failed = found.get("sent", 0), found.get("failed", 0)
        return True


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next scheduled one begins."""
    return await tx.scalar(select(func.min(BroadcastRow.start_at)).where(BroadcastRow.state == "scheduled"))


async def runs(tx: AsyncSession) -> bool:
    """Whether one is under way, and may have more to queue."""
    running = select(BroadcastRow.id).where(BroadcastRow.state == "running").limit(1)
    return await tx.scalar(running) is not None


async def put_card(db: Database, number: int, card_id: int) -> None:
    """Where the admin sees how far it has come."""
    async with db.transaction() as tx:
        await tx.execute(update(BroadcastRow).where(BroadcastRow.id == number).values(card_id=card_id))


async def to_show(db: Database, now: datetime) -> list[Broadcast]:
    """Those whose card should be brought up to date: running ones every few seconds, ended ones once.

    Each is handed to one replica.
    """
    stale = or_(BroadcastRow.shown_at.is_(None), BroadcastRow.shown_at < now - SHOWN_EVERY)
    ended = BroadcastRow.state.in_(("done", "cancelled")) & or_(
        BroadcastRow.shown_at.is_(None), BroadcastRow.shown_at < BroadcastRow.finished_at
    )
    mine = BroadcastRow.card_id.is_not(None), BroadcastRow.admin_id.is_not(None)
    which = or_((BroadcastRow.state == "running") & stale, ended)
    async with db.transaction() as tx:
        shown = update(BroadcastRow).where(*mine, which).values(shown_at=now).returning(BroadcastRow)
        return [await store.broadcast_from(tx, row) for row in (await tx.scalars(shown)).all()]
