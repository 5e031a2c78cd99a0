"""The bot and a bare client as processes of their own, against a sandbox in this one that tells when calls arrive."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox import membership, sendings
from bot.sandbox.calls import Calls
from bot.sandbox.clock import Clock
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.journeys.conftest import free_port

ROOT = Path(__file__).parents[2]
START_S = 180  # a bot that has not started by then never will, on any machine


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message that the bot sent: to whom, when on the sandbox's clock, and when by `time.perf_counter()`."""

    chat: int
    at: datetime
    seconds: float


class Arrivals(Calls):
    """Calls of the bot; those of sendMessage can be waited for without asking again and again."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.sent: list[Arrival] = []
        self._came = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[float]] = {}

    def add(self, time_: str, method: str, params: dict[str, Any], uploads: Any, answer: dict[str, Any] | None) -> None:
        """Record a call as the sandbox answers it."""
        super().add(time_, method, params, uploads, answer)
        if method != "sendMessage" or answer is None or not answer["ok"]:
            return
        arrival = Arrival(int(params["chat_id"]), self._clock.now(), time.perf_counter())
        self.sent.append(arrival)
        self._came.set()
        waiting = self._waiting.pop(arrival.chat, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(arrival.seconds)

    def expect(self, chat: int) -> asyncio.Future[float]:
        """The `perf_counter()` of the next message to a chat. Ask before you write to the bot."""
        self._waiting[chat] = asyncio.get_running_loop().create_future()
        return self._waiting[chat]

    async def reached(self, count: int, patience_s: float = 600) -> None:
        """Wait until so many messages have arrived. Raises TimeoutError."""
        async with asyncio.timeout(patience_s):
            while len(self.sent) < count:
                self._came.clear()
                await self._came.wait()


@dataclass(frozen=True, slots=True)
class Local:
    """A running sandbox."""

    sandbox: Sandbox
    url: str
    http: httpx.AsyncClient
    arrivals: Arrivals

    async def people(self, count: int) -> list[int]:
        """New people who have written to the bot, which is not told: their chats exist, nothing waits."""
        core = self.sandbox.core
        made = [membership.make_person(core, {"first_name": f"P{n}", "language_code": "en"}).id for n in range(count)]
        for person in made:
            await sendings.post(core, {"from": person, "text": "/help"}, {})
        core.updates.drop()
        return made

    async def say(self, person: int, text: str) -> None:
        """Write to the bot."""
        answer = await self.http.post("/sandbox/messages", json={"from": person, "text": text})
        answer.raise_for_status()

    async def set_clock(self, moment: datetime) -> None:
        answer = await self.http.post("/sandbox/clock", json={"set": moment.isoformat()})
        answer.raise_for_status()

    async def followed(self) -> None:
        """Wait until a bot lives on this clock. Raises TimeoutError."""
        deadline = time.monotonic() + START_S
        while not (await self.http.get("/sandbox/clock")).json()["followers"]:
            if time.monotonic() > deadline:
                raise TimeoutError("the bot does not follow the clock")
            await asyncio.sleep(0.1)


@asynccontextmanager
async def local() -> AsyncIterator[Local]:
    """A sandbox that keeps nothing, served in this process."""
    sandbox = Sandbox(None)
    arrivals = Arrivals(sandbox.core.clock)
    sandbox.core.calls = arrivals
    async with sandbox.running() as url, httpx.AsyncClient(base_url=url, timeout=300) as http:
        yield Local(sandbox, url, http, arrivals)


@dataclass(frozen=True, slots=True)
class Running:
    """The bot's process; `ready_s`: from its start until it served and, if it has one of its own, its detector did."""

    process: asyncio.subprocess.Process
    ready_s: float


@asynccontextmanager
async def running_bot(
    place: Local, database_url: str, folder: Path, *, own_detector: bool = False, **settings: object
) -> AsyncIterator[Running]:
    """`tirek run` against the sandbox. Raises RuntimeError when it ends or does not start."""
    names = {name.upper() for name in Settings.model_fields}
    http_port, detector_port = int(str(settings.pop("http_port", 0))) or free_port(), free_port()
    environment = {name: value for name, value in os.environ.items() if name.upper() not in names} | {
        "PYTHONPATH": str(ROOT),
        "BOT_TOKEN": place.sandbox.token,
        "TELEGRAM_API_URL": place.url,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "HTTP_PORT": str(http_port),
        "DETECTOR_PORT": str(detector_port),
        "LOG_LEVEL": "error",
        **({} if own_detector else {"DETECTOR_URL": f"http://127.0.0.1:{detector_port}"}),
        **{name.upper(): str(value) for name, value in settings.items()},
    }
    began = time.perf_counter()
    # From a folder of its own: an .env of yours is none of the benchmark's.
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment, cwd=folder)
    try:
        wanted = [f"http://127.0.0.1:{http_port}/readyz"]
        wanted += [f"http://127.0.0.1:{detector_port}/healthz"] if own_detector else []
        await _answers(wanted, process)
        yield Running(process, time.perf_counter() - began)
    finally:
        await _end(process)


@asynccontextmanager
async def bare_client(place: Local, *arguments: object) -> AsyncIterator[asyncio.subprocess.Process]:
    """`bare.py` with these arguments, against the sandbox."""
    script = Path(__file__).with_name("bare.py")
    command = [sys.executable, str(script), place.url, place.sandbox.token, *map(str, arguments)]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        yield process
    finally:
        await _end(process)


async def _answers(addresses: list[str], process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(timeout=5) as http, asyncio.timeout(START_S):
        for address in addresses:
            while True:
                if process.returncode is not None:
                    raise RuntimeError(f"the bot ended with status {process.returncode}")
                try:
                    if (await http.get(address)).status_code == httpx.codes.OK:
                        break
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(60):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
