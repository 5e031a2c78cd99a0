"""From an update to the reply: somebody writes, the bot's message stands in the chat."""

from __future__ import annotations

import asyncio
import statistics
import time
from itertools import islice
from pathlib import Path

from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure, spread
from tests.benchmarks.processes import Local, bare_client, local, running_bot

TEXTS = ("/help", "/today", "every Tuesday 19:00 YouTube", "When does a copyright strike expire?")
"""A text alone, a look into the database, a sentence read and kept as a draft, a question answered from the cards."""


async def measure(folder: Path, updates: int = 240, crowd: int = 20) -> list[Figure]:
    """`updates` messages of one person, one after another, then of `crowd` people who each wait for their own reply;
    the same with the least a bot can be (`bare.py`)."""
    async with databases(folder, "SQLite") as engines:
        url = await engines["SQLite"]()
    async with local() as place, running_bot(place, url, folder):
        alone, together = await _both(place, updates, crowd)
    async with local() as place, bare_client(place, "echo"):
        bare_alone, bare_together = await _both(place, updates, crowd)
    many = f"{crowd} people at once"
    return [
        *spread("update → reply, one person", alone, "ms"),
        *spread(f"update → reply, {many}", together, "ms"),
        *spread("the same, a bot that only echoes, one person", bare_alone, "ms", "baseline"),
        *spread(f"the same, a bot that only echoes, {many}", bare_together, "ms", "baseline"),
        Figure("ours / echo, one person", statistics.median(alone) / statistics.median(bare_alone), "×", "of medians"),
        Figure(
            f"ours / echo, {many}", statistics.median(together) / statistics.median(bare_together), "×", "of medians"
        ),
    ]


async def _both(place: Local, updates: int, crowd: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each reply: one person alone, and a crowd."""
    people = await place.people(crowd)
    for text in TEXTS:  # what is loaded with the first message is not measured
        await _reply(place, people[0], text)
    alone = [await _reply(place, people[0], TEXTS[n % len(TEXTS)]) for n in range(updates)]
    rounds = -(-updates // crowd)

    async def one(number: int, person: int) -> list[float]:
        return [await _reply(place, person, TEXTS[(number + n) % len(TEXTS)]) for n in range(rounds)]

    async with asyncio.TaskGroup() as group:
        talking = [group.create_task(one(number, person)) for number, person in enumerate(people)]
    return alone, list(islice((ms for task in talking for ms in task.result()), updates))


async def _reply(place: Local, person: int, text: str) -> float:
    """Milliseconds until the bot's message is in the chat. Raises TimeoutError when none comes."""
    expected = place.arrivals.expect(person)
    began = time.perf_counter()
    await place.say(person, text)
    async with asyncio.timeout(120):
        return (await expected - began) * 1000
