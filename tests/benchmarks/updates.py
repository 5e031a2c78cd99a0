"""Updates through the webhook: the whole bot beside a bare aiogram bot that does one upsert an update."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from sqlalchemy import func, select

from bot.db.engine import Database
from bot.db.tables import InboxRow, PersonRow
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure
from tests.benchmarks.posting import SECRET, command, post
from tests.benchmarks.processes import Local, local, running_bot
from tests.journeys.conftest import free_port

UPDATES, SENDERS = 3_000, 200
SCRIPT = Path(__file__).with_name("bare_webhook.py")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Handled:
    """Milliseconds of the bot's processor for an update, and updates a second by the clock."""

    cpu_ms: float
    a_second: float


async def measure(folder: Path, count: int = UPDATES, senders: int = SENDERS, *engines: str) -> list[Figure]:
    """`count` commands of `senders` people who are known and unchanged, each answered, on each database."""
    figures: list[Figure] = []
    async with databases(folder, *engines) as makers, local() as place:
        people = await place.people(senders)
        for engine, new_url in makers.items():
            ours = await ours_handles(place, await new_url(), folder, people, count)
            figures += _figures(f"the bot, {engine}", ours, "kept, answered, marked done")
            for how in ("silent", "answering"):
                bare = await _bare_handles(await new_url(), people, count, how)
                figures += _figures(f"bare aiogram with an upsert, {how}, {engine}", bare, "baseline")
                ratio = bare.cpu_ms / ours.cpu_ms
                note = "updates a second and core"
                figures.append(Figure(f"the bot / bare aiogram, {how}, {engine}", ratio, "×", note))
    return figures


def _figures(name: str, found: Handled, note: str) -> list[Figure]:
    return [
        Figure(f"processor an update, {name}", found.cpu_ms, "ms", note),
        Figure(f"an update by the clock, {name}", 1000 / found.a_second, "ms", "40 at a time"),
    ]


async def ours_handles(place: Local, url: str, folder: Path, people: Sequence[int], count: int) -> Handled:
    """What an update costs `tirek run`. Raises RuntimeError unless each was answered and is marked as done."""
    port = free_port()
    hook = {"webhook_url": f"http://127.0.0.1:{port}/hook", "webhook_secret": SECRET, "http_port": port}
    async with running_bot(place, url, folder, **hook) as bot:
        handled, replies = await _load(bot.process.pid, port, people, count, place)
    if replies != count:
        raise RuntimeError(f"{replies} of {count} updates were answered")
    db = Database(url)
    try:
        async with db.transaction() as tx:
            done = await tx.scalar(select(func.count()).where(InboxRow.state == "done"))
    finally:
        await db.close()
    if done != count + len(people):
        raise RuntimeError(f"{done} of {count + len(people)} updates were done")
    return handled


async def _bare_handles(url: str, people: Sequence[int], count: int, how: str) -> Handled:
    port = free_port()
    async with _bare(port, url, how) as process:
        handled, replies = await _load(process.pid, port, people, count, None)
    if how == "answering" and replies != count:
        raise RuntimeError(f"{replies} of {count} updates were answered")
    db = Database(url)
    try:
        async with db.transaction() as tx:
            seen = await tx.scalar(select(func.count()).where(PersonRow.last_seen > PersonRow.created_at))
    finally:
        await db.close()
    if seen != len(people):
        raise RuntimeError(f"{seen} of {len(people)} people were written down")
    return handled


async def _load(pid: int, port: int, people: Sequence[int], count: int, place: Local | None) -> tuple[Handled, int]:
    """Everybody once, so that they are known and all is loaded; then what is measured, and how many replies came."""
    await post(port, [command(number + 1, person) for number, person in enumerate(people)])
    before = len(place.arrivals.sent) if place is not None else 0
    first = len(people) + 1
    updates = [command(first + number, people[number % len(people)]) for number in range(count)]
    process = psutil.Process(pid)
    spent = process.cpu_times()
    posted = await post(port, updates)
    now = process.cpu_times()
    cpu_s = now.user + now.system - spent.user - spent.system
    calls = len(place.arrivals.sent) - before if place is not None else 0
    return Handled(cpu_s / count * 1000, count / posted.seconds), posted.replies + calls


@asynccontextmanager
async def _bare(port: int, url: str, how: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(sys.executable, str(SCRIPT), str(port), url, how, env=environment)
    try:
        for _ in range(600):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                if process.returncode is not None:
                    raise RuntimeError("the bare bot ended") from None
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
