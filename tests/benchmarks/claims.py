"""The claim of the outbox against the usual way: look for a row, then mark it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert, or_, select, update

from bot import outbox
from bot.db.engine import Database
from bot.db.tables import OutboxRow, PersonRow
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure

NOW = datetime(2026, 12, 1, 14, tzinfo=UTC)


async def measure(folder: Path, rows: int = 1000, *engines: str) -> list[Figure]:
    """Milliseconds a message to claim `rows` that are due: in batches of a hundred, and one by one."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers:
        for engine, new_url in makers.items():
            database = Database(await new_url())
            try:
                await _queue(database, rows)
                ours = await _timed(database, rows, _batch)
                await _free(database)
                theirs = await _timed(database, rows, _one)
            finally:
                await database.close()
            note = f"n={rows}"
            figures += [
                Figure(f"claim of a message, {engine}", ours, "ms", note),
                Figure(f"select, then update, {engine}", theirs, "ms", f"baseline, {note}"),
                Figure(f"select-then-update / ours, {engine}", theirs / ours, "×"),
            ]
    return figures


async def _timed(database: Database, rows: int, claim: Callable[[Database], Awaitable[int]]) -> float:
    """Milliseconds a row until nothing is left. Raises RuntimeError unless each row was claimed once."""
    began = time.perf_counter()
    claimed = 0
    while got := await claim(database):
        claimed += got
    spent = time.perf_counter() - began
    if claimed != rows:
        raise RuntimeError(f"{claimed} of {rows} messages were claimed")
    return spent * 1000 / rows


async def _batch(database: Database) -> int:
    async with database.transaction() as tx:
        return len(await outbox.claim(tx, NOW, outbox.BATCH, outbox.LEASE))


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
