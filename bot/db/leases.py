"""Leases: one row a name, with an owner, an epoch and a heartbeat. A holder that falls silent is replaced."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import LeaseRow

SILENCE = timedelta(seconds=5)


async def hold(tx: AsyncSession, name: str, owner: str, now: datetime) -> int | None:
    """Take or renew the lease and return its epoch; None while somebody else's heart beats.

    Two clocks differ a little, and `now` was read before the row was locked: a heartbeat may be slightly ahead. One
    that is far ahead is as good as none: the clock was set back.
    """
    row = await tx.get(LeaseRow, name, with_for_update=True)
    if row is None:
        try:
            async with tx.begin_nested():
                tx.add(LeaseRow(name=name, owner=owner, epoch=1, heartbeat_at=now))
        except IntegrityError:  # another replica was first
            return None
        return 1
    if row.owner != owner:
        if abs(now - row.heartbeat_at) < SILENCE:
            return None
        row.owner = owner
        row.epoch += 1
    elif timedelta() <= now - row.heartbeat_at < SILENCE / 3:  # fresh enough: an idle bot writes less often
        return row.epoch
    row.heartbeat_at = now
    await tx.flush()
    return row.epoch


async def still_held(tx: AsyncSession, name: str, owner: str, epoch: int, now: datetime) -> bool:
    """Whether `owner` still holds `epoch`; beats the heart if so."""
    mine = LeaseRow.name == name, LeaseRow.owner == owner, LeaseRow.epoch == epoch
    beaten = update(LeaseRow).where(*mine).values(heartbeat_at=now).returning(LeaseRow.epoch)
    return (await tx.execute(beaten)).first() is not None


async def release(tx: AsyncSession, name: str, owner: str) -> None:
    """Let the next holder start at once. The epoch stays: it only ever grows."""
    row = await tx.scalar(select(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner).with_for_update())
    if row is not None:
        row.heartbeat_at = row.heartbeat_at - timedelta(days=1)
