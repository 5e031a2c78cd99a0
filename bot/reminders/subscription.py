"""A person's subscription address: a calendar program reads their plans there without Telegram.

The address is its own key, 128 random bits. Only a digest of it is kept, under the database's key, so it is shown once;
a new one ends the old.
"""

from __future__ import annotations

import re
from collections import deque
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import delete, select

from bot.db.engine import Database
from bot.db.sealed import keyring_of
from bot.db.tables import CalendarRow, PersonRow
from bot.people import Person, person_from
from bot.reminders import calendar

TOKEN_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


async def since(db: Database, person: Person) -> datetime | None:
    """When the person's present address was made; None when there is none."""
    async with db.transaction() as tx:
        return await tx.scalar(select(CalendarRow.created_at).where(CalendarRow.person_id == person.id))


async def renew(db: Database, person: Person, now: datetime) -> str:
    """Make an address and return its secret part, which nobody can read again. One there was ends."""
    token = token_urlsafe(TOKEN_BYTES)
    async with db.transaction() as tx:
        await tx.get_one(PersonRow, person.id, with_for_update=True)
        digest = sha256(token.encode()).hexdigest()
        known = keyring_of(tx).lookup(digest)
        await tx.merge(CalendarRow(person_id=person.id, token_hash=known, token_digest=digest, created_at=now))
    return token


async def revoke(db: Database, person: Person) -> bool:
    """End the address. Whether there was one."""
    async with db.transaction() as tx:
        gone = delete(CalendarRow).where(CalendarRow.person_id == person.id).returning(CalendarRow.person_id)
        return (await tx.execute(gone)).first() is not None


async def read(db: Database, token: str, now: datetime) -> bytes | None:
    """The calendar at an address; None when there is none. Whatever is no token costs the same look."""
    async with db.transaction() as tx:
        known = keyring_of(tx).digests(token if _TOKEN.fullmatch(token) else "")
        owner = select(PersonRow).join(CalendarRow).where(CalendarRow.token_hash.in_(known))
        row = await tx.scalar(owner)
        person = person_from(row) if row is not None else None
    return await calendar.of_person(db, person, now) if person is not None else None


class Gate:
    """Lets so many requests through in a minute, all together: the calendars of a bot are small and read seldom."""

    def __init__(self, most: int = 600) -> None:
        self._passed: deque[float] = deque(maxlen=most)

    def passes(self, at: float) -> bool:
        """Whether one more may pass at `at`, seconds of a clock that never goes back."""
        if len(self._passed) == self._passed.maxlen and at - self._passed[0] < 60:
            return False
        self._passed.append(at)
        return True
