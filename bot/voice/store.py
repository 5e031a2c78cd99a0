"""Queries about checks and known recordings. Every one takes an open transaction and never commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.tables import CheckRow, KnownVoiceRow, PersonRow
from bot.people import Person, person_from
from bot.voice.model import Feedback


@dataclass(frozen=True, slots=True)
class Check:
    """One recording somebody asked about. `reply_id`: the message that the verdict is edited into."""

    id: int
    person: Person
    chat_id: int
    message_id: int
    reply_id: int | None
    file_id: str
    attempts: int
    created_at: datetime
    length_s: float | None = None  # as Telegram says


@dataclass(frozen=True, slots=True)
class Alike:
    """A recording of about the length that was asked for, and what a model said about it."""

    fingerprint: str
    result: dict[str, Any]


async def add(tx: AsyncSession, values: dict[str, Any]) -> int | None:
    """Write a check down and return its id; None when this very message is being checked already."""
    same = CheckRow.chat_id == values["chat_id"], CheckRow.message_id == values["message_id"]
    row = await tx.scalar(select(CheckRow).where(*same).with_for_update())
    if row is not None:
        if row.state == "waiting":
            return None
        for name, value in values.items():  # asked again about the same message: it is checked anew
            setattr(row, name, value)
        row.state, row.attempts, row.finished_at, row.reply_id = "waiting", 0, None, None
        row.feedback = None
        return row.id
    row = CheckRow(**values, state="waiting", attempts=0)
    tx.add(row)
    await tx.flush()
    return row.id


async def count_since(tx: AsyncSession, person_id: int, since: datetime) -> int:
    """Checks a person has asked for since a moment."""
    mine = CheckRow.person_id == person_id, CheckRow.created_at > since
    return int(await tx.scalar(select(func.count()).select_from(CheckRow).where(*mine)) or 0)


async def claim(tx: AsyncSession, now: datetime, limit: int, lease: timedelta) -> list[Check]:
    """Reserve up to `limit` waiting checks until `now + lease`; other replicas skip them."""
    free = or_(CheckRow.claimed_until.is_(None), CheckRow.claimed_until < now)
    due = select(CheckRow.id).where(CheckRow.state == "waiting", CheckRow.send_at <= now, free)
    picked = due.order_by(CheckRow.send_at).limit(limit).with_for_update(skip_locked=True).cte()
    mine = update(CheckRow).where(CheckRow.id.in_(select(picked.c.id)))
    rows = (await tx.scalars(mine.values(claimed_until=now + lease).returning(CheckRow))).all()
    owners = await tx.scalars(select(PersonRow).where(PersonRow.id.in_({row.person_id for row in rows})))
    people = {row.id: person_from(row) for row in owners}
    return [_check(row, people[row.person_id]) for row in rows]


def _check(row: CheckRow, person: Person) -> Check:
    return Check(
        id=row.id,
        person=person,
        chat_id=row.chat_id,
        message_id=row.message_id,
        reply_id=row.reply_id,
        file_id=row.file_id,
        attempts=row.attempts,
        created_at=row.created_at,
        length_s=row.duration_s,
    )


async def change(tx: AsyncSession, check_id: int, **values: Any) -> None:
    """Write what became of a check."""
    await tx.execute(update(CheckRow).where(CheckRow.id == check_id).values(**values))


async def reply_of(tx: AsyncSession, check_id: int) -> int | None:
    """The message that the verdict is edited into, as far as it is known by now."""
    return await tx.scalar(select(CheckRow.reply_id).where(CheckRow.id == check_id))


async def result_of(
    tx: AsyncSession, check_id: int, person_id: int
) -> tuple[dict[str, Any] | None, Feedback | None] | None:
    """The verdict on a person's recording, if there is one yet, and what they said of it."""
    mine = CheckRow.id == check_id, CheckRow.person_id == person_id
    row = (await tx.execute(select(CheckRow.result, CheckRow.feedback).where(*mine))).one_or_none()
    return (row[0], Feedback(row[1]) if row[1] else None) if row is not None else None


async def next_due(tx: AsyncSession) -> datetime | None:
    """When the next waiting check may be tried."""
    moment = func.min(func.coalesce(CheckRow.claimed_until, CheckRow.send_at))
    return await tx.scalar(select(moment).where(CheckRow.state == "waiting"))


async def known(tx: AsyncSession, digest: str, model: str) -> dict[str, Any] | None:
    """What a model said about a recording before."""
    row = await tx.get(KnownVoiceRow, (digest, model))
    return row.result if row is not None else None


async def of_length(tx: AsyncSession, model: str, seconds: float | None, within_s: float, limit: int) -> list[Alike]:
    """What a model said about recordings of such a length that can be known again, newest first."""
    row = KnownVoiceRow
    found = select(row.fingerprint, row.result).where(row.model == model, row.fingerprint.is_not(None))
    if seconds:  # Telegram says 0 where it does not know
        found = found.where(row.seconds.between(seconds - within_s, seconds + within_s))
    rows = await tx.execute(found.order_by(row.created_at.desc()).limit(limit))
    return [Alike(bits, result) for bits, result in rows if bits is not None]


async def ahead(tx: AsyncSession, now: datetime) -> tuple[int, float]:
    """How many checks wait to be done now, and the seconds of audio in them, as far as Telegram says."""
    waiting = CheckRow.state == "waiting", CheckRow.send_at <= now
    counted = select(func.count(), func.coalesce(func.sum(CheckRow.duration_s), 0.0)).where(*waiting)
    count, seconds = (await tx.execute(counted)).one()
    return int(count), float(seconds or 0)


async def remember(
    tx: AsyncSession,
    digest: str,
    model: str,
    result: dict[str, Any],
    now: datetime,
    seconds: float | None = None,
    fingerprint: str | None = None,
) -> None:
    """Keep what a model said about a recording. Holds no person."""
    await tx.merge(
        KnownVoiceRow(
            digest=digest, model=model, result=result, created_at=now, seconds=seconds, fingerprint=fingerprint
        )
    )
