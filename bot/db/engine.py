"""The database: SQLite for one process, PostgreSQL for more.

`transaction()` is the only place a session is opened. Keep it short, and never wait for the network inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bot.db.sealed import Keyring


class Database:
    """An engine and its transactions. Without `keys` sealed columns hold and show what is stored, as it is."""

    def __init__(self, url: str, keys: Keyring | None = None) -> None:
        address = make_url(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite and address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        pool: dict[str, Any] = {} if self.is_sqlite else {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}
        # Errors name the statement, not its values: those are what people wrote, and errors are logged.
        self.engine = create_async_engine(address, hide_parameters=True, **pool)
        # SQLite lets one writer in at a time. Queueing here is fair; its own busy wait is a lottery.
        self._one_writer: asyncio.Lock | None = asyncio.Lock() if self.is_sqlite else None
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_immediate)
        self.keys = keys
        if keys is not None:  # where the types of the columns find it: each engine has a dialect of its own
            self.engine.sync_engine.dialect.keyring = keys  # type: ignore[attr-defined]
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._one_writer or nullcontext(), self._sessions.begin() as session:
            yield session

    async def reachable(self) -> bool:
        """Whether a statement gets an answer."""
        try:
            async with asyncio.timeout(3), self.transaction() as tx:
                await tx.execute(text("select 1"))
        except Exception:  # whatever the driver raises, the answer is the same
            return False
        return True

    async def close(self) -> None:
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: the driver's own begin is deferred
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
