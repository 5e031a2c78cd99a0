"""From SQLite to PostgreSQL: every row as it is stored, in batches, and counted on both sides at the end.

All of it is one transaction of the target: it holds everything, or nothing. Sealed texts stay sealed, so the target is
read with the same key.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db import migrate, raw
from bot.db.engine import Database

BATCH = 1000


class NotMoved(Exception):
    """The rows cannot be moved; the text tells the operator what to do. The target is as it was."""


async def move(
    source: Database, target: Database, progress: Callable[[str, int], None] = lambda _table, _rows: None
) -> dict[str, int]:
    """Copy every row of `source` into the empty `target`; how many there are, by table. Raises NotMoved.

    The bot must be stopped: what it writes meanwhile would be left behind. `progress` gets a table and how many rows
    more.
    """
    if not source.is_sqlite or target.is_sqlite:
        raise NotMoved("The rows go from SQLite to PostgreSQL: give the address of a PostgreSQL database.")
    if await migrate.current(source) != migrate.revisions()[-1]:
        raise NotMoved("The SQLite database is of another version. Type first: tirek migrate")
    await migrate.upgrade(target)
    async with source.engine.connect() as from_, from_.begin(), target.engine.connect() as to, to.begin():
        if full := [table.name for table in raw.tables() if await _count(to, table)]:
            raise NotMoved(f"The target is not empty ({', '.join(full)}). Give the address of a new database.")
        counts = {}
        for table in raw.tables():
            async for rows in _batches(from_, table):
                await to.execute(insert(table), rows)
                progress(table.name, len(rows))
            counts[table.name], there = await _count(from_, table), await _count(to, table)
            if counts[table.name] != there:
                raise NotMoved(f"{table.name}: {counts[table.name]} rows here, {there} there. Nothing was moved.")
            await _set_sequence(to, table)
    return counts


async def _batches(connection: AsyncConnection, table: Table) -> AsyncIterator[Sequence[dict[str, Any]]]:
    """All rows of a table in the order of their key."""
    result = await connection.stream(select(table).order_by(*table.primary_key))
    async for rows in result.mappings().partitions(BATCH):
        yield [dict(row) for row in rows]


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _set_sequence(connection: AsyncConnection, table: Table) -> None:
    """The next row gets a number that none has."""
    (key, *more) = table.primary_key
    if more or key.type.python_type is not int:
        return
    sequence = (await connection.execute(select(func.pg_get_serial_sequence(table.name, key.name)))).scalar()
    if sequence is not None:
        highest = (await connection.execute(select(func.max(key)))).scalar()
        await connection.execute(select(func.setval(sequence, highest or 1, highest is not None)))
