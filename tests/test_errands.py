"""Work beside a person's next messages: each once, a few at a time, no error stops another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.clock import Clock
from bot.errands import AT_ONCE, Errands


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Errands, Clock]]:
    errands, clock = Errands(), Clock()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(errands.run(clock))
        yield errands, clock
        task.cancel()


async def begun(clock: Clock) -> None:
    """Until what was begun is at work, and done."""
    for _ in range(5):
        await asyncio.sleep(0)
    await clock.idle()


async def test_the_same_errand_is_begun_again_only_when_it_is_done() -> None:
    let_go, done = asyncio.Event(), []

    async def work() -> None:
        await let_go.wait()
        done.append(1)

    async with running() as (errands, clock):
        assert errands.begin("a", work)
        assert not errands.begin("a", work)
        assert errands.begin("b", work)
        let_go.set()
        await begun(clock)
        assert errands.begin("a", work)
        await begun(clock)
        assert len(done) == 3


async def test_an_error_stops_neither_the_next_nor_the_same_again() -> None:
    done = []

    async def fail() -> None:
        raise ValueError("a bug")

    async def work() -> None:
        done.append(1)

    async with running() as (errands, clock):
        errands.begin("a", fail)
        await begun(clock)
        assert errands.begin("a", work)
        await begun(clock)
        assert done == [1]


async def test_a_few_at_a_time() -> None:
    at_work = most = 0

    async def work() -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.01)
        at_work -= 1

    async with running() as (errands, clock):
        for number in range(3 * AT_ONCE):
            errands.begin(number, work)
        await begun(clock)
        assert (at_work, most) == (0, AT_ONCE)


async def test_stopping_cancels_what_runs() -> None:
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with running() as (errands, _):
        errands.begin("a", work)
        await asyncio.sleep(0.01)
    assert cancelled.is_set()
