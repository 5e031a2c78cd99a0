"""The claim of the outbox against the usual way, look for a row and then mark it, and against its own SQL, raw."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert, or_, select, update

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import OutboxRow, PersonRow
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)


async def measure(folder: Path, rows: int = 10_000, singly: int = 500, *engines: str) -> list[Figure]:
    """Milliseconds a message to claim `rows` that are due, as many at a time as a fast sender takes; `singly` of them
    one by one."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers:
        for engine, new_url in makers.items():
            database = Database(await new_url())
            try:
                await _queue(database, rows)
                await _timed(database, rows, _batch)  # what is made once is not measured
                await _free(database)
                ours = await _timed(database, rows, _batch)
                await _free(database)
                async with _raw(database) as claim:
                    raw = await _timed(database, rows, claim)
                await _free(database)
                theirs = await _timed(database, singly, _one, singly)
            finally:
                await database.close()
            note = f"n={rows}"
            figures += [
                Figure(f"claim of a message, {engine}", ours, "ms", note),
                Figure(f"select, then update, {engine}", theirs, "ms", f"baseline, n={singly}"),
                Figure(f"select-then-update / ours, {engine}", theirs / ours, "×"),
                Figure(f"the same SQL written raw, {engine}", raw, "ms", "the driver alone"),
                Figure(f"claims a second, ours / raw, {engine}", raw / ours, "×"),
            ]
    return figures


async def _timed(
    database: Database, rows: int, claim: Callable[[Database], Awaitable[int]], most: int = 1_000_000
) -> float:
    """Milliseconds a row until nothing is left, or `most` are claimed. Raises RuntimeError unless each row was claimed
    once."""
    began = time.perf_counter()
    claimed = 0
    while claimed < most and (got := await claim(database)):
        claimed += got
    spent = time.perf_counter() - began
    if claimed != rows:
        raise RuntimeError(f"{claimed} of {rows} messages were claimed")
    return spent * 1000 / rows


async def _batch(database: Database) -> int:
    async with database.transaction() as tx:
        return len(await outbox.claim(tx, NOW, outbox.MOST_CLAIMED, outbox.LEASE, bulk=0))


@asynccontextmanager
async def _raw(database: Database) -> AsyncIterator[Callable[[Database], Awaitable[int]]]:
    """`_batch` with its very statement and values, as SQLAlchemy makes them, given to the driver in a transaction."""
    said: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "outbox" in statement:
            said.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", hear)
    await _batch(database)
    event.remove(database.engine.sync_engine, "before_cursor_execute", hear)
    await _free(database)
    statement, values = said[0]
    driver: Any = None

    async def sqlite(_database: Database) -> int:
        await driver.execute("BEGIN IMMEDIATE")
        async with driver.execute(statement, values) as cursor:
            found = await cursor.fetchall()
        await driver.commit()
        return len(list(found))

    async def postgresql(_database: Database) -> int:
        async with driver.transaction():
            return len(await driver.fetch(statement, *values))

    async with database.engine.connect() as pooled:
        driver = (await pooled.get_raw_connection()).driver_connection
        yield sqlite if database.is_sqlite else postgresql


async def _one(database: Database) -> int:
    free = or_(OutboxRow.claimed_until.is_(None), OutboxRow.claimed_until < NOW)
    due = OutboxRow.state == "waiting", OutboxRow.send_at <= NOW
    async with database.transaction() as tx:
        row = await tx.scalar(select(OutboxRow).where(*due, free).order_by(OutboxRow.send_at).limit(1))
        if row is None:
            return 0
        mine = update(OutboxRow).where(OutboxRow.id == row.id)
        await tx.execute(mine.values(claimed_until=NOW + outbox.LEASE))
        return 1


async def _queue(database: Database, rows: int) -> None:
    person = {"id": 1, "first_name": "P", "language": "en", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW}
    message = {"person_id": 1, "chat_id": 1, "kind": "reminder", "parameters": {}, "due_at": NOW, "send_at": NOW}
    async with database.transaction() as tx:
        await tx.execute(insert(PersonRow), [person])
        await tx.execute(insert(OutboxRow), [{"key": f"bench {number}", **message} for number in range(rows)])


async def _free(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.execute(update(OutboxRow).values(claimed_until=None))
