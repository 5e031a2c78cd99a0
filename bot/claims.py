"""Which replica handles an update, and when: one person's updates one after the other, wherever they arrive.

A replica claims what it accepts and renews its claims while it lives; those of a dead one run out after `LEASE`. An
update is started only when no earlier one of the same person waits, and none is being handled elsewhere. On SQLite
there is one process, and nothing to claim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.clock import Clock
from bot.db import leases
from bot.db.engine import Database
from bot.db.tables import InboxRow, Instant

LEASE = timedelta(seconds=10)
FREED: dict[str, Any] = {"claimed_by": None, "claimed_until": None, "started": False}


class Turn(Enum):
    """What became of asking for an update."""

    MINE = "handle it"
    NOT_YET = "something earlier of the same person is not finished"
    GONE = "it is done, or another replica has it"
    ERASED = "it is not kept any more: the person erased everything after it had come in"


class Claims:
    """The claims of one replica, `owner`."""

    def __init__(self, db: Database, clock: Clock, owner: str) -> None:
        self._db = db
        self._clock = clock
        self._owner = owner
        self.shared = not db.is_sqlite

    async def fresh(self, tx: AsyncSession) -> dict[str, Any]:
        """Columns of a row that this replica claims."""
        if not self.shared:
            return {}
        return {"claimed_by": self._owner, "claimed_until": await leases.moment(tx, self._clock) + LEASE}

    async def start_at_once(self, tx: AsyncSession, people: Mapping[int, int | None]) -> set[int]:
        """Of the updates of `people` that have just been kept as ours, those whose turn it is now; they are started."""
        if not self.shared:
            return set(people)
        if known := sorted({person for person in people.values() if person is not None}):
            locks = text("select pg_advisory_xact_lock(each) from unnest(cast(:people as bigint[])) as each")
            await tx.execute(locks, {"people": known})
        now = await leases.moment(tx, self._clock)
        mine = InboxRow.update_id.in_(list(people)), InboxRow.state == "waiting", self._mine
        first = ~self._someone_before(InboxRow.update_id, InboxRow.person_id, now)
        started = update(InboxRow).where(*mine, first).values(started=True).returning(InboxRow.update_id)
        return set(await tx.scalars(started, execution_options={"synchronize_session": False}))

    async def take(self, update_id: int, person: int | None) -> Turn:
        """Ask to handle an update now. Two replicas that ask for one person are answered one after the other."""
        async with self._db.transaction() as tx:
            row = InboxRow.update_id == update_id
            if not self.shared:
                waits = await tx.scalar(select(InboxRow.state).where(row)) == "waiting"
                return Turn.MINE if waits else Turn.GONE
            if person is not None:
                await tx.execute(text("select pg_advisory_xact_lock(:person)"), {"person": person})
            now = await leases.moment(tx, self._clock)
            free = or_(InboxRow.claimed_until.is_(None), InboxRow.claimed_until < now, self._mine)
            taken = update(InboxRow).where(row, InboxRow.state == "waiting", free)
            if person is not None:
                taken = taken.where(~self._someone_before(update_id, person, now))
            taken = taken.values(claimed_by=self._owner, claimed_until=now + LEASE, started=True)
            if (await tx.execute(taken.returning(InboxRow.update_id))).first() is not None:
                return Turn.MINE
            is_free = await tx.scalar(select(and_(InboxRow.state == "waiting", free)).where(row))
            return Turn.ERASED if is_free is None else Turn.NOT_YET if is_free else Turn.GONE

    @property
    def _mine(self) -> Any:
        return InboxRow.claimed_by == self._owner

    def _someone_before(self, update_id: Any, person: Any, now: datetime) -> Any:
        """An earlier update of the person waits for its turn, or one of theirs is being handled elsewhere."""
        other = aliased(InboxRow)
        claimed = other.claimed_until >= now
        due = other.retry_at <= self._clock.now()  # what failed and rests lets the later ones pass
        earlier = and_(other.update_id < update_id, or_(due, claimed))
        elsewhere = and_(other.started, claimed, other.claimed_by != self._owner)
        return exists().where(
            other.person_id == person, other.state == "waiting", other.update_id != update_id, or_(earlier, elsewhere)
        )

    async def due(self, tx: AsyncSession, limit: int, in_hand: Collection[int]) -> list[dict[str, Any]]:
        """Updates that wait and belong to nobody alive, oldest first, without those `in_hand`; they are ours now."""
        due = InboxRow.state == "waiting", InboxRow.retry_at <= self._clock.now(), InboxRow.update_id.not_in(in_hand)
        oldest = select(InboxRow.update_id).where(*due).order_by(InboxRow.update_id).limit(limit)
        if not self.shared:
            found = select(InboxRow.content).where(InboxRow.update_id.in_(oldest)).order_by(InboxRow.update_id)
            return [content for content in await tx.scalars(found) if content is not None]
        now = await leases.moment(tx, self._clock)
        free = or_(InboxRow.claimed_until.is_(None), InboxRow.claimed_until < now, self._mine)
        picked = oldest.where(free).with_for_update(skip_locked=True).cte()
        ours = update(InboxRow).where(InboxRow.update_id.in_(select(picked.c.update_id)))
        claimed = ours.values(claimed_by=self._owner, claimed_until=now + LEASE)
        contents = await tx.scalars(claimed.returning(InboxRow.content))
        return sorted((content for content in contents if content is not None), key=lambda each: int(each["update_id"]))

    async def renew(self, update_ids: Collection[int]) -> None:
        """Keep claims on what is in hand for another `LEASE`."""
        if not self.shared or not update_ids:
            return
        async with self._db.transaction() as tx:
            until = await leases.moment(tx, self._clock) + LEASE
            in_hand = InboxRow.update_id.in_(list(update_ids)), InboxRow.state == "waiting", self._mine
            # What is being finished right now needs no claim. Waiting for it might be waiting for each other.
            free = select(InboxRow.update_id).where(*in_hand).with_for_update(skip_locked=True).cte()
            kept = update(InboxRow).where(InboxRow.update_id.in_(select(free.c.update_id)))
            await tx.execute(kept.values(claimed_until=until), execution_options={"synchronize_session": False})

    async def give_back(self, update_id: int | None = None) -> None:
        """Let another replica have one update, or everything that is claimed."""
        if not self.shared:
            return
        which = self._mine if update_id is None else and_(InboxRow.update_id == update_id, self._mine)
        async with self._db.transaction() as tx:
            await tx.execute(update(InboxRow).where(which, InboxRow.state == "waiting").values(**FREED))

    async def next_due(self, tx: AsyncSession) -> datetime | None:
        """When an update that waits may be tried."""
        retry_at: ColumnElement[datetime] = InboxRow.retry_at.expression
        moment = func.greatest(retry_at, InboxRow.claimed_until, type_=Instant) if self.shared else retry_at
        found: datetime | None = await tx.scalar(select(func.min(moment)).where(InboxRow.state == "waiting"))
        return found
