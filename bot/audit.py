"""What admins did: written in the transaction of what they did, shown in /admin, kept for a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.tables import AuditRow, PersonRow


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. `admin`: the first name, None for the command line and for who has erased their data."""

    at: datetime
    admin: str | None
    action: str
    detail: str


async def note(tx: AsyncSession, admin_id: int | None, action: str, detail: str, now: datetime) -> None:
    """Write an action down. `admin_id` None: somebody at the command line. `detail`: numbers and states, no texts."""
    if admin_id is not None and await tx.get(PersonRow, admin_id) is None:  # an admin who never pressed Start
        admin_id = None
    tx.add(AuditRow(admin_id=admin_id, action=action, detail=detail[:200], at=now))


async def latest(db: Database, limit: int, skip: int = 0) -> list[Entry]:
    """The newest actions first."""
    found = select(AuditRow, PersonRow.first_name).outerjoin(PersonRow, PersonRow.id == AuditRow.admin_id)
    newest = found.order_by(AuditRow.at.desc(), AuditRow.id.desc()).offset(skip).limit(limit)
    async with db.transaction() as tx:
        return [Entry(row.at, name, row.action, row.detail) for row, name in await tx.execute(newest)]
