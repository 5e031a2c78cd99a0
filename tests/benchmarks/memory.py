"""Memory of the idle bot and of its detector, and how long they take to start."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure
from tests.benchmarks.processes import local, running_bot

MB = 1_000_000


async def measure(folder: Path, idle_s: float = 15.0) -> list[Figure]:
    """RSS of `tirek run` on SQLite with a detector of its own, `idle_s` after both were ready."""
    async with databases(folder, "SQLite") as engines:
        url = await engines["SQLite"]()
    async with local() as place, running_bot(place, url, folder, own_detector=True, whisper_model="off") as bot:
        process = psutil.Process(bot.process.pid)
        spent = process.cpu_times()
        await asyncio.sleep(idle_s)
        own = process.memory_info().rss
        detector = max(process.children(), key=lambda child: child.memory_info().rss)
        serving = detector.memory_info().rss
        decoding = [child.memory_info().rss for child in detector.children(recursive=True)]
    idle = f"idle for {idle_s:g} s"
    return [
        Figure("start → ready, detector too", bot.ready_s, "s", "one start"),
        Figure("CPU of the bot until then", spent.user + spent.system, "s", "without the detector's"),
        Figure("RSS of the bot", own / MB, "MB", idle),
        Figure("RSS of its detector", serving / MB, "MB", idle),
        Figure("RSS of the decoding children", sum(decoding) / MB, "MB", f"{len(decoding)} of them, {idle}"),
        Figure("RSS of all", (own + serving + sum(decoding)) / MB, "MB", "pages they share are counted for each"),
    ]
