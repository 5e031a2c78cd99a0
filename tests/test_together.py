"""Group commit: everything is written once, in order; what fails fails for those who were in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.db.together import Together
from tests.support import together


@pytest.mark.parametrize("linger_s", [0.0, 0.01])
async def test_what_comes_while_one_is_written_goes_into_the_next(linger_s: float) -> None:
    batches: list[list[int]] = []

    async def write(items: Sequence[int]) -> None:
        await asyncio.sleep(0.01)
        batches.append(list(items))

    writer = Together(write, linger_s)
    await together(*(writer.add(number) for number in range(50)))
    await writer.add(50)
    assert [number for batch in batches for number in batch] == list(range(51))
    assert len(batches) <= 3
    assert batches[-1] == [50]


async def test_a_failure_is_told_to_all_who_were_in_it_and_to_nobody_else() -> None:
    async def write(items: Sequence[int]) -> None:
        await asyncio.sleep(0)
        if 2 in items:
            raise ConnectionError("away")

    writer = Together(write)
    results = await asyncio.gather(*(writer.add(number) for number in (1, 2, 3)), return_exceptions=True)
    assert [isinstance(result, Exception) for result in results].count(True) >= 2, "2, and who was written with it"
    await writer.add(4)
