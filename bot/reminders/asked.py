"""What a person was asked to write, kept in their draft row: the latest thing begun is what a text answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete

from bot.db.engine import Database
from bot.db.tables import DraftRow
from bot.people import Draft, Person, read_draft, save_draft

LIFE = timedelta(hours=1)
"""A text that comes later is about something else."""


async def ask(db: Database, person: Person, kind: str, content: dict[str, Any], now: datetime) -> None:
    """Wait for an answer of this kind, instead of anything begun before."""
    async with db.transaction() as tx:
        await save_draft(tx, person.id, Draft(kind, content), now)


async def current(db: Database, person: Person, now: datetime) -> Draft | None:
    """What is waited for, if anything."""
    async with db.transaction() as tx:
        return await read_draft(tx, person.id, now, LIFE)


async def forget(db: Database, person: Person, kind: str) -> None:
    """Wait for this kind of answer no longer. Something else that was begun stays."""
    async with db.transaction() as tx:
        await tx.execute(delete(DraftRow).where(DraftRow.person_id == person.id, DraftRow.kind == kind))
