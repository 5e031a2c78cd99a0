"""What is read from the database for /metrics, every quarter of a minute: depths, ages, states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot import metrics, outbox
from bot.broadcasts.model import UNFINISHED
from bot.db.engine import Database
from bot.db.tables import BroadcastRow, CheckRow, InboxRow, OutboxRow

EVERY_S = 15.0


async def observe(db: Database, now: datetime) -> None:
    """Read and set them all."""
    due = OutboxRow.state == "waiting", OutboxRow.send_at <= now
    oldest = select(func.count(), func.min(OutboxRow.send_at)).where(*due)
    kept = InboxRow.state.in_(("waiting", "parked"))
    async with db.transaction() as tx:
        metrics.outbox_waiting.set(await outbox.waiting(tx))
        for bulk, which in (
            ("no", OutboxRow.broadcast_id.is_(None)),
            ("yes", OutboxRow.broadcast_id.is_not(None)),
        ):
            count, since = (await tx.execute(oldest.where(which))).one()
            metrics.outbox_due.labels(bulk).set(count)
            metrics.outbox_oldest_seconds.labels(bulk).set(max(0.0, (now - since).total_seconds()) if since else 0.0)
        states = dict(iter(await tx.execute(select(InboxRow.state, func.count()).where(kept).group_by(InboxRow.state))))
        running = select(BroadcastRow.state, func.count()).where(BroadcastRow.state.in_(UNFINISHED))
        begun = dict(iter(await tx.execute(running.group_by(BroadcastRow.state))))
        waiting = await tx.scalar(select(func.count()).select_from(CheckRow).where(CheckRow.state == "waiting"))
    for state in ("waiting", "parked"):
        metrics.inbox.labels(state).set(states.get(state, 0))
    for each in UNFINISHED:
        metrics.broadcasts.labels(each).set(begun.get(each, 0))
    metrics.checks_waiting.set(waiting or 0)
    _pool(db.engine.pool)


def _pool(pool: Any) -> None:
    """Pools that lend a fixed number of connections say how many; SQLite's may not."""
    if hasattr(pool, "checkedout") and hasattr(pool, "size"):
        metrics.pool_in_use.set(pool.checkedout())
        metrics.pool_size.set(pool.size() + max(0, getattr(pool, "_max_overflow", 0)))
