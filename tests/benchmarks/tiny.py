"""Every measurement with tiny sizes, and what must hold of its figures: they are there and possible, not good."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.detector.scoring import Model
from tests.benchmarks import (
    audio,
    claims,
    due,
    growth,
    latency,
    lateness,
    memory,
    models,
    pictures,
    questions,
    reading,
    sealing,
    sending,
    steps,
    updates,
)
from tests.benchmarks.figures import Figure

EMBEDDED = f"{Model.load().name} {Model.load().version}"

TINY: dict[str, tuple[Callable[[Path], Awaitable[list[Figure]]], set[str]]] = {
    "latency": (
        lambda folder: latency.measure(folder, updates=8, crowd=4),
        {"update → reply, one person, p50", "update → reply, 4 people at once, p95", "ours / echo, one person"},
    ),
    "lateness": (
        lambda folder: lateness.measure(folder, ((8, 25),), "SQLite"),
        {"last of 8 at 25/s, SQLite", "due → delivered, p50 of 8 at 25/s, SQLite", "ours / bare client, SQLite"},
    ),
    "claims": (
        lambda folder: claims.measure(folder, 120, 40, "SQLite"),
        {"claim of a message, SQLite", "select-then-update / ours, SQLite", "claims a second, ours / raw, SQLite"},
    ),
    "due": (
        lambda folder: due.measure(folder, 60, 30, (20, 40), 1, "SQLite"),
        {
            "job store on SQLite / claimed, SQLite",
            "memory job store / crash-safe, SQLite",
            "event loop stalled, crash-safe, SQLite",
            "lateness p99, 40 / 20 stored, SQLite",
            "RSS, 40 / 20 stored, SQLite",
        },
    ),
    "updates": (
        lambda folder: updates.measure(folder, 30, 5, "SQLite"),
        {"the bot / bare aiogram, silent, SQLite", "processor an update, the bot, SQLite"},
    ),
    "growth": (
        lambda folder: growth.measure(folder, (20, 40), 10, 10, 5, 1, "SQLite"),
        {"a due reminder, 40 / 20 people, SQLite", "an update, 40 / 20 people, SQLite"},
    ),
    "sending": (
        lambda folder: sending.measure(folder, ((20, 100),), 40, "SQLite"),
        {"aiogram / thin client", "aiogram's send alone / whole path, SQLite", "20 at 100/s, SQLite"},
    ),
    "audio": (
        lambda folder: audio.measure(folder, seconds=5.0, rounds=1),
        {"a minute of Ogg/Opus, CPU", "a minute of MP3, wall", "a minute of WAV, CPU"},
    ),
    "models": (
        lambda folder: models.measure(folder, seconds=5.0, rounds=1),
        {f"{EMBEDDED}: real time", f"{EMBEDDED}: RSS"},
    ),
    "questions": (
        lambda folder: questions.measure(folder, most=40),
        {"a question, p50", "a question, p95", "hit1", "hit3", "answered", "wrong_answer"},
    ),
    "steps": (
        lambda folder: steps.measure(folder, most=10, only=("everything", "without synonyms")),
        {"hit1, everything", "hit1, without synonyms"},
    ),
    "reading": (
        lambda folder: reading.measure(folder, rounds=1, most=12),
        {"a phrase read as a plan, p50", "of these phrases, understood", "silently wrong, dateparser, kk"},
    ),
    "pictures": (
        lambda folder: pictures.measure(folder, rounds=1),
        {"a picture, 13 weeks, p95", "a picture, year card, p50", "a picture, ten minutes of a voice, p95"},
    ),
    "sealing": (
        lambda folder: sealing.measure(folder, rounds=200, people=300),
        {"seal a name, a thousand", "open an update, a thousand", "sealed anew, a thousand rows"},
    ),
    "memory": (
        lambda folder: memory.measure(folder, idle_s=0.5),
        {
            "start → ready, detector too",
            "CPU of the bot until then",
            "RSS of the bot",
            "RSS of its detector",
            "RSS of all",
        },
    ),
}
WHOLE_BOT = ("latency", "lateness", "memory", "due", "updates", "growth")
"""These start the bot or its rivals as processes, which takes longest: they have a file of tests of their own."""


async def look(name: str, folder: Path) -> None:
    """Measure `name` in `folder` and look at the figures."""
    run, wanted = TINY[name]
    figures = await run(folder)
    assert wanted <= {figure.name for figure in figures}
    assert len({figure.name for figure in figures}) == len(figures)
    for figure in figures:
        assert math.isfinite(figure.value), figure
        assert figure.value >= 0, figure
        assert figure.unit in {"ms", "s", "MB", "×", "share"}, figure
        assert figure.unit != "share" or figure.value <= 1, figure
        assert figure.unit in {"share", "MB"} or figure.value > 0, figure
    by_name = {figure.name: figure.value for figure in figures}
    for median in (each for each in by_name if each.endswith(", p50")):
        assert by_name[median] <= by_name[median.removesuffix("50") + "95"]
    if name == "memory":
        assert by_name["RSS of the bot"] > 10
        assert by_name["RSS of all"] >= by_name["RSS of the bot"] + by_name["RSS of its detector"] - 1e-6
    if name == "lateness":
        assert by_name["last of 8 at 25/s, SQLite"] >= 5 / 25, "faster than the pace allows"
