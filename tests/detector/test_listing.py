"""Lists of files and the figures over a manifest; the figures are checked against a second, slower way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector.checks import Checker
from bot.detector.listing import (
    BadManifest,
    Judged,
    Row,
    area_under_curve,
    calibration_error,
    check_list,
    equal_error_rate,
    evaluate,
    figures,
    read_manifest,
    report,
)

from .sounds import encode, speech

KEYS = ["path", "band", "p", "reason", "speech_s", "seconds", "segments", "model", "ms"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for seed in range(4):
        (folder / f"{seed}.ogg").write_bytes(encode(speech(4, seed)))
    (folder / "note.txt").write_text("no recording")
    return folder


@pytest.mark.parametrize("workers", [1, 3])
def test_a_list_is_answered_in_its_order(checker: Checker, folder: Path, workers: int) -> None:
    names = [str(folder / name) for name in ("2.ogg", "note.txt", "gone.ogg", "0.ogg", "2.ogg", "", "1.ogg")]
    found = list(check_list(checker, [f"{name}\n" for name in [*names[:5], "", names[6]]], workers))
    assert [item["path"] for item in found] == [names[0], names[1], names[2], names[3], names[4], names[6]]
    assert [item["band"] == "error" for item in found] == [False, True, True, False, False, False]
    assert [item["reason"] for item in found[1:3]] == ["not_audio", "not_audio"]
    assert all(list(item) == KEYS for item in found)


def test_a_list_is_read_only_as_far_as_it_is_worked_on(checker: Checker, folder: Path) -> None:
    read = 0

    def lines() -> Iterator[str]:
        nonlocal read
        for _ in range(100):
            read += 1
            yield str(folder / "note.txt")

    answers = check_list(checker, lines(), workers=2)
    next(answers)
    assert read <= 2
    answers.close()


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "/", "."])
def test_a_name_that_no_file_has_is_an_error_of_that_line_only(checker: Checker, name: str) -> None:
    assert [item["reason"] for item in check_list(checker, [name])] == ["not_audio"]


def test_a_manifest_may_have_further_columns() -> None:
    rows = read_manifest(
        io.StringIO("x,path,label,generator,language\n1,a.ogg,Human,human,kk\n2,b.ogg,synthetic,T,ru\n")
    )
    assert rows == [Row("a.ogg", "human", "human", "kk"), Row("b.ogg", "synthetic", "T", "ru")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "lacks the column generator, label, language, path"),
        ("path,label,generator\na,human,b\n", "lacks the column language"),
        ("path,label,generator,language\na,real,b,c\n", "line 2"),
        ("path,label,generator,language\n", "no rows"),
    ],
)
def test_a_bad_manifest_says_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(BadManifest, match=says):
        read_manifest(io.StringIO(text))


def test_evaluation_runs_the_detector_over_a_manifest(checker: Checker, folder: Path) -> None:
    rows = [Row(f"{seed}.ogg", "human" if seed % 2 else "synthetic", f"g{seed}", "kk") for seed in range(4)]
    ticks: list[None] = []
    found = evaluate(checker, [*rows, Row("gone.ogg", "human", "g9", "ru")], folder, lambda: ticks.append(None))
    assert found["n"] == len(ticks) == 5
    assert set(found) == set(figures([])) | {"by_generator", "by_language"}
    assert 0 <= found["auc"] <= 1
    assert found["seconds_per_minute"] > 0
    assert set(found["by_generator"]) == {"g0", "g1", "g2", "g3", "g9"}
    assert found["by_language"]["kk"]["n"] == 4
    assert found["by_language"]["ru"]["eer"] is None


def judged(label: str, band: str, p: float | None, generator: str = "", language: str = "") -> Judged:
    return Judged(Row("", label, generator or label, language), band, p, 6.0, 0.3)


def test_bands_are_counted_with_both_classes_weighed_equally() -> None:
    # 10 human, 40 synthetic: counting heads would make the precision 20/21.
    found = figures(
        [judged("human", "synthetic", 0.95)]
        + [judged("human", "no_signs", 0.1)] * 4
        + [judged("human", "unsure", None)] * 5
        + [judged("synthetic", "synthetic", 0.95)] * 20
        + [judged("synthetic", "no_signs", 0.1)] * 4
        + [judged("synthetic", "error", None)] * 16
    )
    assert found["caught"] == 0.5
    assert found["false_alarms"] == 0.1
    assert found["precision_synthetic"] == pytest.approx(0.5 / 0.6, abs=1e-4)
    assert found["precision_no_signs"] == pytest.approx(0.4 / 0.5, abs=1e-4)
    assert found["coverage"] == pytest.approx((0.5 + 0.6) / 2, abs=1e-4)
    assert found["seconds_per_minute"] == pytest.approx(3.0)
    # Bins: .1 holds 4/10 of the human and 4/40 of the synthetic; .5 the unscored; .95 the rest.
    expected = abs(0.05 * 0.9 - 0.2 * 0.1) + abs(0.2 * 0.5 - 0.25 * 0.5) + abs(0.25 * 0.05 - 0.05 * 0.95)
    assert found["ece"] == pytest.approx(expected, abs=1e-4)


def test_a_band_that_nobody_gets_has_no_precision() -> None:
    found = figures([judged("human", "unsure", 0.4), judged("synthetic", "unsure", 0.6)])
    assert found["precision_synthetic"] is None
    assert found["precision_no_signs"] is None
    assert (found["auc"], found["eer"], found["coverage"]) == (1.0, 0.0, 0.0)


def test_a_generator_is_set_against_all_human_recordings() -> None:
    found = report(
        [judged("human", "unsure", 0.3, language="en")] * 3
        + [judged("synthetic", "synthetic", 0.9, "good", "en")] * 2
        + [judged("synthetic", "unsure", 0.1, "bad", "ru")] * 2
    )
    assert found["by_generator"]["good"]["n"] == 2
    assert (found["by_generator"]["good"]["auc"], found["by_generator"]["bad"]["auc"]) == (1.0, 0.0)
    assert found["by_generator"]["human"]["auc"] == found["auc"] == 0.5
    assert found["by_language"]["en"]["auc"] == 1.0
    assert found["by_language"]["ru"]["auc"] is None
    assert found["by_language"]["ru"]["caught"] == 0.0


SCORES = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=40).map(np.array)


@given(SCORES, SCORES)
def test_auc_is_the_share_of_pairs_in_order(human: np.ndarray, synthetic: np.ndarray) -> None:
    pairs = [(fake > person) + 0.5 * (fake == person) for fake in synthetic for person in human]
    assert area_under_curve(human, synthetic) == pytest.approx(sum(pairs) / len(pairs))


@given(SCORES, SCORES)
def test_equal_error_rate_lies_between_the_errors_around_it(human: np.ndarray, synthetic: np.ndarray) -> None:
    found = equal_error_rate(human, synthetic)
    assert 0 <= found <= 1
    thresholds = [*sorted({*human, *synthetic}), 2.0]
    errors = [((human >= t).mean(), (synthetic < t).mean()) for t in thresholds]
    worse = min(max(alarm, miss) for alarm, miss in errors)
    better = max(min(alarm, miss) for alarm, miss in errors)
    assert better - 1e-9 <= found <= worse + 1e-9


@pytest.mark.parametrize(
    ("human", "synthetic", "eer"),
    [([0.1, 0.2], [0.8, 0.9], 0.0), ([0.8, 0.9], [0.1, 0.2], 1.0), ([0.5], [0.5], 0.5), ([0.1, 0.6], [0.5, 0.9], 0.5)],
)
def test_equal_error_rates_that_can_be_counted(human: list[float], synthetic: list[float], eer: float) -> None:
    assert equal_error_rate(np.array(human), np.array(synthetic)) == pytest.approx(eer)


@given(SCORES, SCORES)
def test_calibration_error_is_a_share(human: np.ndarray, synthetic: np.ndarray) -> None:
    assert 0 <= calibration_error(human, synthetic) <= 1
    assert calibration_error(np.zeros(3), np.ones(5)) == 0
    assert calibration_error(np.ones(3), np.zeros(5)) == 1
