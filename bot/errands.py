"""Slow work that a tap begins, done beside the person's next messages.

It lives in this process alone: what a crash loses, the person begins again with another tap. Work that must survive
one is a row in the database, as a voice check is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping

import structlog

from bot import observe
from bot.clock import Clock

log = structlog.get_logger(__name__)

AT_ONCE = 4

Work = Callable[[], Awaitable[None]]


class Errands:
    """Runs what was begun, `AT_ONCE` at a time. An error in one is logged and stops no other."""

    def __init__(self) -> None:
        self._begun: set[Hashable] = set()
        self._waiting: asyncio.Queue[tuple[Hashable, Work, Mapping[str, str]]] = asyncio.Queue()

    def begin(self, key: Hashable, work: Work) -> bool:
        """Have `work` done soon. False, and nothing happens, while work with the same key is not done."""
        if key in self._begun:
            return False
        self._begun.add(key)
        self._waiting.put_nowait((key, work, observe.headers()))
        return True

    async def run(self, clock: Clock) -> None:
        """Do what is begun until cancelled; what runs then is cancelled too."""
        gate = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                key, work, begun_by = await self._waiting.get()
                group.create_task(self._do(key, work, begun_by, gate, clock))

    async def _do(
        self, key: Hashable, work: Work, begun_by: Mapping[str, str], gate: asyncio.Semaphore, clock: Clock
    ) -> None:
        try:
            async with clock.working(), gate:
                with observe.part_of(begun_by), observe.span("errand"):
                    await work()
        except Exception:  # whatever it was, the next errand must run
            log.exception("errand.failed")
        finally:
            self._begun.discard(key)
