"""Queries of broadcasts. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, exists, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.broadcasts.model import Broadcast, Content, Segment, State
from bot.db.tables import BroadcastRow, OutboxRow, PersonRow, PlanRow

KIND = "broadcast"
"""Of messages in the outbox."""


def chosen(segment: Segment, now: datetime) -> list[ColumnElement[bool]]:
    """Conditions on `people`: humans of the segment who can be written to and want to be."""
    where = [PersonRow.id > 0, PersonRow.blocked_at.is_(None), PersonRow.news.is_(True)]
    if segment.language is not None:
        where.append(PersonRow.language == segment.language)
    if segment.zone is not None:
        where.append(PersonRow.zone == segment.zone)
    if segment.active_days is not None:
        where.append(PersonRow.last_seen >= now - timedelta(days=segment.active_days))
    if segment.outlet is not None:
        kept = PlanRow.person_id == PersonRow.id, PlanRow.deleted_at.is_(None), PlanRow.state == "active"
        where.append(exists().where(*kept, PlanRow.outlet == segment.outlet))
    return where


async def audience(tx: AsyncSession, segment: Segment, now: datetime) -> int:
    """How many people a segment holds."""
    found = select(func.count()).select_from(PersonRow).where(*chosen(segment, now))
    return int(await tx.scalar(found) or 0)


async def zones(tx: AsyncSession, limit: int, now: datetime) -> list[tuple[str, int]]:
    """The zones that most people live in, and how many do."""
    counted = select(PersonRow.zone, func.count()).where(*chosen(Segment(), now)).group_by(PersonRow.zone)
    return [(zone, int(n)) for zone, n in await tx.execute(counted.order_by(func.count().desc()).limit(limit))]


async def counts(tx: AsyncSession, broadcast_id: int) -> dict[str, int]:
    """How many of a broadcast's messages are in which state. Who left while it ran has no row."""
    state = OutboxRow.state
    mine = state.in_(("waiting", "held", "sent", "failed")), OutboxRow.broadcast_id == broadcast_id
    found = await tx.execute(select(state, func.count()).where(*mine).group_by(state))
    return {name: int(number) for name, number in found}


async def queue_next(tx: AsyncSession, row: BroadcastRow, limit: int, now: datetime) -> int:
    """Queue the message for the next `limit` people of a locked broadcast, and return for how many.

    The place reached is written in the same transaction, so nobody is left out and nobody comes twice.
    """
    where = [*chosen(Segment(**row.segment), now), PersonRow.id > row.reached]
    ids = list(await tx.scalars(select(PersonRow.id).where(*where).order_by(PersonRow.id).limit(limit)))
    if ids:
        values: dict[str, Any] = {
            "key": literal(f"{KIND}:{row.id}:") + func.cast(PersonRow.id, OutboxRow.key.type),
            "person_id": PersonRow.id,
            "chat_id": PersonRow.id,
            "kind": literal(KIND),
            "parameters": literal({"broadcast": row.id}, OutboxRow.parameters.type),
            "silent": literal(False),
            "due_at": literal(now, OutboxRow.due_at.type),
            "send_at": literal(now, OutboxRow.send_at.type),
            "state": literal("waiting"),
            "attempts": literal(0),
            "broadcast_id": literal(row.id, OutboxRow.broadcast_id.type),
        }
        upsert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
        made = upsert(OutboxRow).from_select(
            list(values), select(*values.values()).where(*where, PersonRow.id <= ids[-1])
        )
        await tx.execute(made.on_conflict_do_nothing(index_elements=["key"]))
        row.reached = ids[-1]
        row.queued += len(ids)
    row.all_queued = len(ids) < limit
    return len(ids)


async def turn(tx: AsyncSession, broadcast_id: int, before: Sequence[str], after: str) -> None:
    """Move a broadcast's messages from some states to another."""
    mine = OutboxRow.broadcast_id == broadcast_id, OutboxRow.state.in_(before)
    await tx.execute(update(OutboxRow).where(*mine).values(state=after, claimed_until=None))


async def add(tx: AsyncSession, admin_id: int | None, content: Content, segment: Segment, now: datetime) -> int:
    """A new draft; its number."""
    made = insert(BroadcastRow).values(
        admin_id=admin_id,
        text=content.text,
        entities=list(content.entities) if content.entities is not None else None,
        photo=content.photo,
        segment=segment.as_json(),
        created_at=now,
    )
    return int((await tx.execute(made.returning(BroadcastRow.id))).scalar_one())


async def locked(tx: AsyncSession, broadcast_id: int) -> BroadcastRow | None:
    return await tx.get(BroadcastRow, broadcast_id, with_for_update=True)


async def broadcast_from(tx: AsyncSession, row: BroadcastRow) -> Broadcast:
    """The broadcast in a row, with its counts: of one that has ended, those that were written down then."""
    waiting, sent, failed = 0, row.sent, row.failed
    if row.state in ("running", "paused"):
        found = await counts(tx, row.id)
        sent, failed = found.get("sent", 0), found.get("failed", 0)
        waiting = found.get("waiting", 0) + found.get("held", 0)
    return Broadcast(
        id=row.id,
        admin_id=row.admin_id,
        state=cast("State", row.state),
        content=content_from(row),
        segment=Segment(**row.segment),
        created_at=row.created_at,
        start_at=row.start_at,
        finished_at=row.finished_at,
        expected=row.expected or 0,
        queued=row.queued or 0,
        waiting=waiting,
        sent=sent or 0,
        failed=failed or 0,
        card_id=row.card_id,
    )


def content_from(row: BroadcastRow) -> Content:
    return Content(row.text, tuple(row.entities) if row.entities is not None else None, row.photo)
