"""Checks that somebody will ask for later: their answers wait in memory, for a while, under a name nobody can guess."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

KEPT: Final = 256  # answers at most: some kilobytes each
KEPT_S: Final = 600.0  # after the work is done

T = TypeVar("T")


@dataclass(slots=True)
class _Job(Generic[T]):
    work: asyncio.Future[T]
    done_at: float | None = None


class Jobs(Generic[T]):
    """Begun pieces of work by id. Used from the event loop only."""

    def __init__(self, kept: int = KEPT, kept_s: float = KEPT_S, now: Callable[[], float] = time.monotonic) -> None:
        self._jobs: dict[str, _Job[T]] = {}
        self._kept = kept
        self._kept_s = kept_s
        self._now = now

    def add(self, work: asyncio.Future[T]) -> str:
        """Keep a piece of work; its id. The oldest finished ones make room."""
        self._forget(self._kept - 1)
        name = secrets.token_urlsafe(16)
        job = self._jobs[name] = _Job(work)

        def finished(future: asyncio.Future[T]) -> None:
            job.done_at = self._now()
            if not future.cancelled():
                future.exception()  # whoever asks gets it; if nobody does, it is no news for the log

        work.add_done_callback(finished)
        return name

    def get(self, name: str) -> asyncio.Future[T] | None:
        """The work of that id; None where there is none, or none any more."""
        self._forget(self._kept)
        job = self._jobs.get(name)
        return None if job is None else job.work

    def close(self) -> None:
        """Drop everything; what is still being done is given up."""
        for job in self._jobs.values():
            job.work.cancel()
        self._jobs.clear()

    def __len__(self) -> int:
        return len(self._jobs)

    def _forget(self, most: int) -> None:
        """Drop what was finished too long ago, and the oldest finished ones above `most`."""
        done = sorted((job.done_at, name) for name, job in self._jobs.items() if job.done_at is not None)
        surplus = len(self._jobs) - most
        for number, (done_at, name) in enumerate(done):
            if number < surplus or self._now() - done_at >= self._kept_s:
                del self._jobs[name]
