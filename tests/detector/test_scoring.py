"""Scoring: windows over speech only, the verdict rule, the shipped model and its calibration."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector import scoring
from bot.detector.features import RATE, WINDOW
from bot.detector.scoring import Model, Thresholds, band

AUDIO = Path(__file__).parents[3] / "shared" / "audio"
EMBEDDED = Path(scoring.__file__).parent / "embedded"


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.load()


def babble(seconds: float, seed: int = 0) -> np.ndarray:
    """Something speech-like: a buzz with a moving pitch through a moving resonance, in syllables."""
    rng = np.random.default_rng(seed)
    times = np.arange(int(seconds * RATE)) / RATE
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * times) + rng.normal(0, 1, len(times)).cumsum() * 0.01
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 25))
    loud = np.clip(np.sin(2 * np.pi * 3.5 * times), 0, 1)
    return (0.05 * buzz * loud + rng.normal(0, 0.002, len(times))).astype(np.float32)


@pytest.mark.parametrize(
    ("logit", "thresholds", "wanted"),
    [
        (2.0, Thresholds(2.0, -1.0), "synthetic"),
        (1.99, Thresholds(2.0, -1.0), "unsure"),
        (-1.0, Thresholds(2.0, -1.0), "no_signs"),
        (-0.99, Thresholds(2.0, -1.0), "unsure"),
        (-9.0, Thresholds(2.0, None), "unsure"),
        (9.0, Thresholds(None, -1.0), "unsure"),
    ],
)
def test_band(logit: float, thresholds: Thresholds, wanted: str) -> None:
    assert band(logit, thresholds) == wanted


@given(st.floats(-700, 700))
def test_probability_is_the_logistic_function(logit: float) -> None:
    p = scoring.probability(logit)
    assert 0 <= p <= 1
    assert p + scoring.probability(-logit) == pytest.approx(1)


@given(st.integers(1, 5000))
def test_windows_cover_everything(frames: int) -> None:
    starts = scoring.window_starts(frames)
    covered = np.zeros(frames, bool)
    for start in starts:
        covered[start : start + WINDOW] = True
    assert covered.all()
    assert starts == sorted(set(starts))
    assert all(0 <= start <= max(0, frames - WINDOW) for start in starts)


def test_pauses_are_left_out() -> None:
    speech = np.zeros(1000, bool)
    speech[100:200] = speech[230:300] = speech[700] = True
    kept = scoring.near_speech(speech)
    assert kept.tolist() == [*range(80, 320), *range(680, 721)]


def test_score_ignores_silence_around_speech(model: Model) -> None:
    wave = babble(5)
    frames = 1 + (len(wave) - 400) // 160
    plain = model.score(wave, np.ones(frames, bool))
    silence = np.random.default_rng(1).normal(0, 0.002, 8 * RATE).astype(np.float32)
    padded = np.concatenate([silence, wave, silence])
    marks = np.zeros(len(padded) // 160, bool)
    marks[800 : 800 + frames] = True
    found = model.score(padded, marks)
    assert found.logit == pytest.approx(plain.logit, abs=0.6)
    assert all(7.5 <= w.start_s < w.end_s <= 13.5 for w in found.windows)


def test_score_is_consistent(model: Model) -> None:
    wave = babble(11, seed=4)
    found = model.score(wave, np.ones(len(wave) // 160, bool))
    assert found.p == pytest.approx(1 / (1 + math.exp(-found.logit)))
    assert len(found.windows) == 5
    assert found.windows[0].start_s == 0
    assert found.windows[0].end_s == pytest.approx(4, abs=0.05)
    logits = [w.logit for w in found.windows]
    assert min(logits) - 1e-6 <= found.logit <= max(logits) + 1e-6
    assert model.score(wave, np.ones(len(wave) // 160, bool)) == found


def test_no_speech_is_an_error(model: Model) -> None:
    with pytest.raises(ValueError, match="no speech"):
        model.score(babble(3), np.zeros(300, bool))


def test_speech_marks_may_be_longer_or_shorter_than_the_frames(model: Model) -> None:
    wave = babble(3)
    for frames in (100, 5000):
        assert math.isfinite(model.score(wave, np.ones(frames, bool)).logit)


def test_embedded_model_is_small_and_complete(model: Model) -> None:
    assert (EMBEDDED / "model.onnx").stat().st_size <= 8 * 1024 * 1024
    info = model.info()
    for key in ("eer", "auc", "caught", "false_alarms", "missed", "precision_synthetic", "by_generator"):
        assert key in info["figures"]
    assert info["training"]["human"] > 0
    assert json.loads(json.dumps(info)) == info


def test_bands_were_earned(model: Model) -> None:
    """The figures that the bands rest on: 90 % for signs, 80 % for no signs, or the band stays empty."""
    figures, earned = model.info()["figures"], model.info()["earned"]
    if earned["synthetic"]:
        assert figures["precision_synthetic"] >= 0.9
        assert figures["false_alarms"] <= 0.035
    if earned["no_signs"]:
        assert figures["precision_no_signs"] >= 0.8
    for row in model.info()["thresholds"]:
        if row["synthetic"] is not None and row["no_signs"] is not None:
            assert row["no_signs"] < row["synthetic"]


def test_short_notes_have_their_own_thresholds(model: Model) -> None:
    rows = model.info()["thresholds"]
    assert model.thresholds(1.0).synthetic == rows[0]["synthetic"]
    assert model.thresholds(30.0) == model.thresholds(None)


def test_broken_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):  # noqa: PT011 - whichever file is missing first
        Model.load(tmp_path)


@pytest.mark.skipif(not (AUDIO / "manifest.csv").exists(), reason="the recordings are not here")
def test_recordings_are_told_apart(model: Model) -> None:
    """On clips that the training heard: the loading, windows and calibration work together (no claim about others)."""
    from bot.detector.training.codecs import decode

    with (AUDIO / "manifest.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["language"] == "en"]
    found: dict[str, list[float]] = {"human": [], "synthetic": []}
    for label in found:
        for row in [row for row in rows if row["label"] == label][:: 60 if label == "human" else 80]:
            wave = decode(AUDIO / row["path"])
            found[label].append(model.score(wave, np.ones(len(wave) // 160, bool)).logit)
    assert np.mean(found["synthetic"]) > np.mean(found["human"]) + 1
