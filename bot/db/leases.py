"""Leases: one row a name, with an owner, an epoch and a heartbeat. A holder that falls silent is replaced.

Clocks of machines differ. Where several share a database, its own clock says how old a heartbeat is (`moment`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.db.tables import Instant, LeaseRow

SILENCE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
"""A longer pause is a mistake, or was told before the clock was set back."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lease."""

    owner: str
    epoch: int
    since: datetime | None


async def moment(tx: AsyncSession, clock: Clock) -> datetime:
    """The time by which heartbeats are judged: the shared database's, unless `clock` is a sandbox's or a test's."""
    if tx.get_bind().dialect.name == "sqlite" or not clock.is_real:
        return clock.now()
    return (await tx.execute(select(func.clock_timestamp(type_=Instant)))).scalar_one()


async def hold(tx: AsyncSession, name: str, owner: str, now: datetime) -> int | None:
    """Take or renew the lease and return its epoch; None while somebody else's heart beats.

    Two clocks differ a little, and `now` was read before the row was locked: a heartbeat may be slightly ahead. One
    that is far ahead is as good as none: the clock was set back.
    """
    row = await tx.get(LeaseRow, name)
    if row is not None and (epoch := _unchanged(row, owner, now)) is not None:
        return epoch or None
    row = await tx.get(LeaseRow, name, with_for_update=True, populate_existing=True)
    if row is None:
        try:
            async with tx.begin_nested():
                tx.add(LeaseRow(name=name, owner=owner, epoch=1, heartbeat_at=now, since=now))
        except IntegrityError:  # another replica was first
            return None
        return 1
    if (epoch := _unchanged(row, owner, now)) is not None:
        return epoch or None
    if row.owner != owner:
        row.owner = owner
        row.epoch += 1
        row.since = now
    row.heartbeat_at = now
    await tx.flush()
    return row.epoch


def _unchanged(row: LeaseRow, owner: str, now: datetime) -> int | None:
    """What a look alone says: 0 while somebody else holds it, the epoch of an owner whose heart has just beaten (an
    idle bot writes less often); None when the row must be written."""
    age = now - row.heartbeat_at
    if row.owner != owner:
        return 0 if abs(age) < SILENCE else None
    return row.epoch if timedelta() <= age < SILENCE / 3 else None


async def holder(tx: AsyncSession, name: str) -> Holder | None:
    """Who holds the lease, or held it last."""
    row = await tx.get(LeaseRow, name)
    return Holder(row.owner, row.epoch, row.since) if row is not None else None


async def still_held(tx: AsyncSession, name: str, owner: str, epoch: int, now: datetime) -> bool:
    """Whether `owner` still holds `epoch`; beats the heart if so."""
    mine = LeaseRow.name == name, LeaseRow.owner == owner, LeaseRow.epoch == epoch
    beaten = update(LeaseRow).where(*mine).values(heartbeat_at=now).returning(LeaseRow.epoch)
    return (await tx.execute(beaten)).first() is not None


async def pause(tx: AsyncSession, name: str, until: datetime, now: datetime) -> None:
    """Whoever holds the lease does nothing until then, nor does a successor."""
    until = min(until, now + LONGEST_PAUSE)
    row = await tx.get(LeaseRow, name, with_for_update=True)
    if row is None:
        long_ago = now - timedelta(days=1)
        tx.add(LeaseRow(name=name, owner="", epoch=0, heartbeat_at=long_ago, paused_until=until))
    elif row.paused_until is None or not until < row.paused_until <= now + LONGEST_PAUSE:
        row.paused_until = until


async def paused_until(tx: AsyncSession, name: str, now: datetime) -> datetime | None:
    """The end of a pause that is not over."""
    until = await tx.scalar(select(LeaseRow.paused_until).where(LeaseRow.name == name))
    return until if until is not None and now < until <= now + LONGEST_PAUSE else None


async def release(tx: AsyncSession, name: str, owner: str) -> None:
    """Let the next holder start at once. The epoch stays: it only ever grows."""
    row = await tx.scalar(select(LeaseRow).where(LeaseRow.name == name, LeaseRow.owner == owner).with_for_update())
    if row is not None:
        row.heartbeat_at = row.heartbeat_at - timedelta(days=1)
