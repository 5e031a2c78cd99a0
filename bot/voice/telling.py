"""Telling how long something will still take, while it is being done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

log = structlog.get_logger(__name__)

EVERY_S: Final = 5.0  # a chat takes about one message a second

T = TypeVar("T")


async def telling(
    work: Awaitable[T],
    say: Callable[[int | None], Awaitable[None]],
    expected_s: float,
    *,
    every_s: float = EVERY_S,
    now: Callable[[], float] = time.monotonic,
) -> T:
    """Do `work`, and `say` every few seconds how many are left; None, once, when it takes longer than expected.

    What is being said is finished before this returns: an old word must not arrive after the answer.
    """
    done = asyncio.Event()

    async def do() -> T:
        try:
            return await work
        finally:
            done.set()

    outcome, _ = await asyncio.gather(do(), _tell(done, say, now() + expected_s, every_s, now), return_exceptions=True)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


async def _tell(
    done: asyncio.Event,
    say: Callable[[int | None], Awaitable[None]],
    end: float,
    every_s: float,
    now: Callable[[], float],
) -> None:
    told: int | None = -1
    while not done.is_set():
        try:
            async with asyncio.timeout(every_s):
                await done.wait()
        except TimeoutError:
            seconds = round(end - now())
            left = seconds if seconds >= 1 else None
            if left == told:
                continue
            told = left
            try:
                await say(left)
            except Exception as error:  # a word on the way is not worth the work
                log.warning("progress.not_shown", error=type(error).__name__)
