"""Seats and workers: how much the service takes on at a time, and what it says when that is used up."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from fastapi import Request

from bot.detector.uploads import Problem, received, stated_size

T = TypeVar("T")


class Desk(Generic[T]):
    """Seats and workers for one kind of work. Used from the event loop only; the work itself happens in threads."""

    def __init__(self, work: Callable[[bytes], T], workers: int, queue: int, most_bytes: int, usual_s: float) -> None:
        """`usual_s`: what one piece of work takes, until it is known better."""
        self.workers = workers
        self.seats = workers + queue
        self.taken = 0
        self.held_bytes = 0
        self._work = work
        self._most_bytes = most_bytes
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="desk")
        self._mean_s = usual_s

    async def serve(self, request: Request, max_bytes: int) -> T:
        """Read the recording of a request and do the work on it. Raises Problem, and what the work raises."""
        async with self.seat(stated_size(request.headers, max_bytes)):
            return await self.run(self._work, await received(request, max_bytes))

    async def run(self, work: Callable[[bytes], T], data: bytes) -> T:
        """Do some work in one of the threads, for whoever has a seat."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._timed, work, data)

    async def begin(self, request: Request, max_bytes: int) -> asyncio.Future[T]:
        """Read the recording of a request and begin the work, which keeps its seat. Raises Problem."""
        size = stated_size(request.headers, max_bytes)
        self._take(size)
        try:
            data = await received(request, max_bytes)
            work = asyncio.get_running_loop().run_in_executor(self._pool, self._timed, self._work, data)
        except BaseException:
            self._free(size)
            raise
        work.add_done_callback(lambda _: self._free(size))
        return work

    @asynccontextmanager
    async def seat(self, size: int) -> AsyncIterator[None]:
        """A seat for a body of `size` bytes. Raises Problem when there is none."""
        self._take(size)
        try:
            yield
        finally:
            self._free(size)

    def _take(self, size: int) -> None:
        if self.taken >= self.seats or self.held_bytes + size > self._most_bytes:
            raise Problem("busy", self.retry_after_s())
        self.taken += 1
        self.held_bytes += size

    def _free(self, size: int) -> None:
        self.taken -= 1
        self.held_bytes -= size

    def _timed(self, work: Callable[[bytes], T], data: bytes) -> T:
        started = time.monotonic()
        try:
            return work(data)
        finally:
            self._mean_s += 0.2 * (time.monotonic() - started - self._mean_s)

    def retry_after_s(self) -> int:
        """Whole seconds until a seat should be free, 1 to 60."""
        return max(1, min(60, math.ceil(self._mean_s * (self.taken - self.workers + 1) / self.workers)))

    def close(self) -> None:
        """Let running work end, drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)
