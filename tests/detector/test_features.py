"""The features: shapes, bands in the right place, nothing of level or colouring left, bounded memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector import features


def tone(hertz: float, seconds: float = 1.0, level: float = 0.1) -> np.ndarray:
    times = np.arange(int(seconds * features.RATE)) / features.RATE
    return (level * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


@pytest.mark.parametrize("hertz", [300, 1000, 2500, 4000, 7000])
def test_a_tone_lights_its_own_band(hertz: float) -> None:
    logs = features.log_bands(tone(hertz))
    spacing = (features.HIGH_HZ - features.LOW_HZ) / (features.BANDS + 1)
    centre = features.LOW_HZ + spacing * (int(logs.mean(axis=0).argmax()) + 1)
    assert abs(centre - hertz) <= spacing


@pytest.mark.parametrize("hertz", [10, 7900])
def test_outside_the_range_counts_for_little(hertz: float) -> None:
    inside = features.log_bands(tone(1000)).max()
    assert features.log_bands(tone(hertz)).max() < inside - 3


@given(st.integers(0, 4000))
def test_frame_count(samples: int) -> None:
    assert features.log_bands(np.zeros(samples, np.float32)).shape == (
        features.frame_count(samples),
        features.BANDS,
    )


def test_level_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    wave = (rng.normal(size=32000) * np.linspace(0.01, 0.1, 32000)).astype(np.float32)
    quiet = features.window(features.log_bands(wave * 0.05), 0, 100)
    np.testing.assert_allclose(features.window(features.log_bands(wave), 0, 100), quiet, atol=2e-3)


def test_window_is_centred_and_repeats_what_is_short() -> None:
    rng = np.random.default_rng(2)
    logs = rng.normal(3, 1, (150, features.BANDS)).astype(np.float32)
    found = features.window(logs, 0)
    assert found.shape == (features.BANDS, features.WINDOW)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.mean(axis=1), 0, atol=1e-4)
    np.testing.assert_allclose(found[:, :150], found[:, 150:300])


def test_window_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no frames"):
        features.window(np.zeros((5, features.BANDS), np.float32), 5)


def test_chunks_do_not_show() -> None:
    rng = np.random.default_rng(3)
    wave = rng.normal(0, 0.1, 16000 * 25).astype(np.float32)  # more frames than one chunk
    logs = features.log_bands(wave)
    assert len(logs) == features.frame_count(len(wave)) > 2000
    part = wave[1999 * features.HOP : 2003 * features.HOP + features.FRAME]
    floor_free = features.log_bands(part)  # white noise: the floor is seven orders below
    np.testing.assert_allclose(logs[1999:2004], floor_free, atol=1e-3)


def test_silence_is_finite() -> None:
    assert np.isfinite(features.log_bands(np.zeros(16000, np.float32))).all()
