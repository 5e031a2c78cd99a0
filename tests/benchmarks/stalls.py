"""How long an event loop does not come round: what it costs everybody else who waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

EVERY_S = 0.005


@dataclass(slots=True)
class Stalls:
    """The longest time between two turns: by the clock, and of the processor in this thread alone, which does not count
    what other processes took."""

    longest_s: float = 0.0
    longest_cpu_s: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Stalls]:
    """Watch the running loop for the length of the block."""
    seen = Stalls()

    async def watch() -> None:
        while True:
            clock, cpu = time.perf_counter(), time.thread_time()
            await asyncio.sleep(EVERY_S)
            seen.longest_s = max(seen.longest_s, time.perf_counter() - clock - EVERY_S)
            seen.longest_cpu_s = max(seen.longest_cpu_s, time.thread_time() - cpu)

    async with asyncio.TaskGroup() as group:
        watching = group.create_task(watch())
        try:
            yield seen
            await asyncio.sleep(2 * EVERY_S)  # the last turn counts, too
        finally:
            watching.cancel()
