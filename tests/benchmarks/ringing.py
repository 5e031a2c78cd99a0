"""One way to ring for many reminders that are due in the same second, in a process of its own.

python -m tests.benchmarks.ringing WAY STARTED STORED DUE [DATABASE_URL]

STARTED: the time when this process was started. Prints one line of JSON, what `Rung` holds.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import psutil  # type: ignore[import-untyped]

from tests.benchmarks.figures import percentile
from tests.benchmarks.stalls import watched

PATIENCE_S = 900


class Heard:
    """Who was rung for, and how many seconds after `due`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.due = 0.0
        self.late: dict[int, float] = {}
        self._all = asyncio.Event()

    def tell(self, person: int) -> None:
        """A reminder has come. Raises RuntimeError for one that came twice, or too early."""
        late = time.time() - self.due
        if person in self.late or late < 0:
            raise RuntimeError(f"the reminder of {person} came twice, or {-late:.3f} s too early")
        self.late[person] = late
        if len(self.late) == self._count:
            self._all.set()

    async def everybody(self) -> None:
        """Wait until all have come. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE_S):
            await self._all.wait()


@dataclass(frozen=True, slots=True)
class Rung:
    """What came of it. Seconds; `ready_s` from the start of the process, `cpu_ms` of this process for one reminder."""

    ready_s: float
    p50_s: float
    p99_s: float
    stall_s: float
    stall_cpu_s: float
    cpu_ms: float
    rss_mb: float


Way = Callable[[str, int, int, Heard], AbstractAsyncContextManager[Callable[[datetime], Awaitable[None]]]]
"""From address, stored, due and who hears: a running scheduler; what it yields lets `due` of `stored` fall due."""


async def ring(way: Way, url: str, stored: int, due: int, started: float) -> Rung:
    """Start `way`, let `due` of the `stored` reminders fall due in one second, and wait for all of them."""
    heard = Heard(due)
    process = psutil.Process()
    async with way(url, stored, due, heard) as fall_due:
        ready_s = time.time() - started
        gc.collect()
        gc.freeze()
        # Each way is given the time to write down what falls due, then some seconds to come to rest.
        at = datetime.fromtimestamp(int(time.time() + 3 + due / 500) + 1, UTC)
        heard.due = at.timestamp()
        await fall_due(at)
        if (left_s := heard.due - time.time()) < 1.5:
            raise RuntimeError(f"{due} reminders were written down too late: {left_s:.1f} s were left")
        await asyncio.sleep(left_s - 0.5)
        before = process.cpu_times()
        async with watched() as stalls:
            await heard.everybody()
        after = process.cpu_times()
        rss = process.memory_info().rss
        await asyncio.sleep(1.2)  # whatever comes twice comes now
    late = list(heard.late.values())
    spent = after.user + after.system - before.user - before.system
    return Rung(
        ready_s=ready_s,
        p50_s=percentile(late, 0.5),
        p99_s=percentile(late, 0.99),
        stall_s=stalls.longest_s,
        stall_cpu_s=stalls.longest_cpu_s,
        cpu_ms=spent / due * 1000,
        rss_mb=rss / 1_000_000,
    )


async def rung(way: str, stored: int, due: int, url: str = "") -> Rung:
    """`ring` in a process of its own. Raises RuntimeError when it failed."""
    command = [sys.executable, "-m", "tests.benchmarks.ringing", way, str(time.time()), str(stored), str(due), url]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        told, wrong = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise RuntimeError(f"{way} of {due} due: {wrong.decode().strip()[-600:]}")
    return Rung(**json.loads(told.decode().splitlines()[-1]))


def main(name: str, started: str, stored: str, due: str, url: str = "") -> None:
    if name in ("claimed", "safe"):
        from tests.benchmarks import ours

        way: Way = ours.claimed if name == "claimed" else ours.safe
    else:
        from tests.benchmarks import peers

        way = {"jobstore": peers.jobstore, "memory": peers.memory, "jobqueue": peers.jobqueue}[name]
    print(json.dumps(asdict(asyncio.run(ring(way, url, int(stored), int(due), float(started))))))


if __name__ == "__main__":
    main(*sys.argv[1:])
