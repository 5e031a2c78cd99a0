"""The one source of "now" and of sleeping.

In the sandbox the bot lives on the sandbox's clock (`CLOCK_URL`): a person there jumps a week ahead, and the bot must
do everything that falls due on the way, each thing at its own minute. `follow` is the bot's half of that agreement.

`PYTHONTZPATH` is emptied before anybody makes a `ZoneInfo`: a stale system copy of the zone rules would hide the
`tzdata` package this project depends on.
"""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import structlog

from bot import certificates

zoneinfo.reset_tzpath(to=[])

log = structlog.get_logger(__name__)


class Clock:
    """Real time, plus an offset that only a sandbox sets; and a count of the work in progress, to wait for."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._moved = asyncio.Event()
        self._working = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def is_real(self) -> bool:
        """Whether it shows what clocks show everywhere: nobody has set it."""
        return not self._offset

    def now(self) -> datetime:
        """The present, aware, UTC."""
        return datetime.now(UTC) + self._offset

    def set(self, now: datetime) -> None:
        """Move to `now`; everybody asleep looks at the time again."""
        self._offset = now - datetime.now(UTC)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait until `seconds` have passed on this clock; a jump past that moment wakes at once, and so does one back:
        nobody sleeps until a moment that may be a year away now."""
        until = self.now() + timedelta(seconds=seconds)
        while 0 < (left := (until - self.now()).total_seconds()) < seconds + 1:
            moved = self._moved
            try:
                async with asyncio.timeout(left):
                    await moved.wait()
            except TimeoutError:
                return

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Somebody is busy until this block ends: `idle` waits for it."""
        self._working += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._working -= 1
            if self._working == 0:
                self._idle.set()

    async def idle(self) -> None:
        """Wait until nobody is inside `working`."""
        while self._working:
            await self._idle.wait()


JOIN_TRIES = 60


async def join(clock: Clock, url: str, pause_s: float = 0.5) -> None:
    """Put `clock` on the sandbox's time at `url` before anything is done: real time may be years away from it.

    Raises ConnectionError when nobody answers there for half a minute.
    """
    async with httpx.AsyncClient(base_url=url, timeout=10, verify=certificates.trusted()) as http:
        for _ in range(JOIN_TRIES):
            try:
                clock.set(datetime.fromisoformat((await http.get("/sandbox/clock")).json()["now"]))
                return
            except (httpx.HTTPError, KeyError, ValueError) as error:
                log.warning("clock.lost", error=type(error).__name__)
                await asyncio.sleep(pause_s)
    raise ConnectionError(f"no sandbox clock answers at {url}")


async def follow(clock: Clock, url: str, settle: Callable[[], Awaitable[datetime | None]]) -> None:
    """Keep `clock` on the sandbox's clock at `url` for as long as the task lives.

    `settle` does everything that is due now and answers the earliest moment at which something will be. The sandbox
    waits for that before it moves on, so nothing on the way is late.
    """
    client = uuid4().hex
    step = -1
    async with httpx.AsyncClient(base_url=url, timeout=40, verify=certificates.trusted()) as http:
        while True:
            try:
                answer = (await http.get("/sandbox/clock/follow", params={"client": client, "step": step})).json()
                if answer["step"] == step:
                    continue
                step = answer["step"]
                clock.set(datetime.fromisoformat(answer["now"]))
                if not answer["settle"]:
                    continue
                following = await settle()
                body = {"client": client, "step": step, "next": following.isoformat() if following else None}
                await http.post("/sandbox/clock/settled", json=body)
            except (httpx.HTTPError, KeyError, ValueError) as error:
                log.warning("clock.lost", error=type(error).__name__)
                await asyncio.sleep(0.5)
