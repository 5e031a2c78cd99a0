"""Groups that use the bot together. A group is an owner like a person: a row in `people` with the chat's negative id.

So its language, zone, quiet hours, plans, slots and messages need no code of their own, and they stay when the person
who made a plan leaves or erases their data.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Table, UniqueConstraint, delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.tables import Base, OutboxRow, PersonRow
from bot.i18n import Language
from bot.people import DEFAULT_ZONE, Person, add_owner, person_from


async def meet(
    db: Database, chat_id: int, title: str, language: Language, like: Person | None, now: datetime
) -> Person:
    """The group as an owner, made when it is new.

    A new one writes in `language` and lives by the clock of `like`, the person who brought the bot, if they are known;
    one that is known keeps its own settings.
    """
    async with db.transaction() as tx:
        row = await tx.get(PersonRow, chat_id, with_for_update=True)
        if row is None:
            new = PersonRow(
                id=chat_id,
                first_name=title[:64],
                language=like.language if like else language,
                language_chosen=True,
                zone=like.zone if like else DEFAULT_ZONE,
                place=like.place if like else None,
                zone_chosen=False,
                quiet_moves=False,
                snooze_minutes=30,
                created_at=now,
                last_seen=now,
            )
            row = await add_owner(tx, new)
        row.first_name = title[:64]
        row.last_seen = now
        return person_from(row)


async def became(db: Database, old_id: int, new_id: int) -> bool:
    """`move` in a transaction of its own."""
    async with db.transaction() as tx:
        return await move(tx, old_id, new_id)


async def move(tx: AsyncSession, old_id: int, new_id: int) -> bool:
    """The group became a supergroup with another id: everything it owns follows. Whether there was anything to move.

    Telegram tells of it twice, and a refused message tells it a third time; the first to come does the work.
    """
    old = await tx.get(PersonRow, old_id, with_for_update=True)
    if old is None:
        return False
    people = PersonRow.__table__
    values = {column.name: getattr(old, column.name) for column in people.columns}
    values |= {"id": new_id, "blocked_at": None}
    insert = sqlite_insert if tx.get_bind().dialect.name == "sqlite" else postgresql_insert
    added = insert(PersonRow).values(**values).on_conflict_do_nothing(index_elements=["id"]).returning(PersonRow.id)
    known = await tx.scalar(added) is None
    if known:  # somebody wrote in the supergroup before we heard what it was
        await tx.execute(update(PersonRow).where(PersonRow.id == new_id).values(**values))
    for table in Base.metadata.sorted_tables:
        for column in _owners(table):
            if known and _is_unique(table, column):
                await tx.execute(delete(table).where(column == new_id))
            await tx.execute(update(table).where(column == old_id).values({column.name: new_id}))
    await tx.execute(update(OutboxRow).where(OutboxRow.chat_id == old_id).values(chat_id=new_id))
    await tx.execute(delete(PersonRow).where(PersonRow.id == old_id))
    tx.expunge(old)
    return True


def _owners(table: Table) -> list[Column[int]]:
    """The columns of a table that name a row of `people`."""
    people = PersonRow.__table__.c.id
    return [column for column in table.columns if any(key.column is people for key in column.foreign_keys)]


def _is_unique(table: Table, column: Column[int]) -> bool:
    """Whether two rows of one owner could stand in each other's way."""
    keys = [set(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)]
    keys += [set(each.columns) for each in table.indexes if each.unique]
    return column.primary_key or any(column in key for key in keys)
