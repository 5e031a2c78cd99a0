"""Several speakers are a hint that rarely cries wolf: one voice stays one, two that differ are two."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector.activity import analyse
from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.scoring import Judged, Model
from bot.detector.speakers import apart, described, fitted, several_speak, voiced_looks

from .sounds import CLIPS, RATE, Floats, encode, noise, speech, tone


def heard(wave: Floats) -> bool:
    return several_speak(wave, analyse(wave).speech)


def another(wave: Floats, higher: float) -> Floats:
    """The same talk by somebody with a smaller head: pitch and vowels higher."""
    at = np.arange(0, len(wave) - 1, higher)
    return np.interp(at, np.arange(len(wave)), wave).astype(np.float32)


def test_two_voices_in_turn_are_two() -> None:
    low, high = speech(9, seed=3), another(speech(16, seed=4), 1.7)
    assert heard(np.concatenate([low[: 4 * RATE], high[: 4 * RATE], low[4 * RATE :], high[4 * RATE :]]))


@pytest.mark.parametrize(
    "wave",
    [speech(2.5), speech(12, seed=8), another(speech(20, seed=9), 1.7), noise(8), tone(200, 8), np.zeros(0, np.float32),
     np.concatenate([speech(5), 0.05 * speech(5, seed=2)])],
    ids=["short", "long", "a high voice", "noise", "a tone", "nothing", "near and far"],
)  # fmt: skip
def test_one_voice_or_none_is_not_several(wave: Floats) -> None:
    assert not heard(wave)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0, 60), st.integers(0, 99))
def test_groups_are_as_far_apart_as_they_are(first: int, second: int, gap: float, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(first + second, 3)).astype(np.float32)
    rows[first:, 0] += gap
    found = apart(rows)
    assert found >= 0
    if min(first, second) >= 3 and gap > 20:
        assert found == pytest.approx(gap**2, rel=0.3)
    if first + second < 6 or (min(first, second) in (1, 2) and gap > 30):
        assert found == 0, "too little to be somebody else"


def test_a_mean_over_several_people_is_not_called_free_of_signs(
    decoders: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model.load()
    monkeypatch.setattr("bot.detector.checks.several_speak", lambda *_: True)
    found = {}
    for band in ("synthetic", "no_signs", "unsure"):
        scored = model.score(speech(6), analyse(speech(6)).speech)
        monkeypatch.setattr(model, "judge", lambda *_, scored=scored, band=band: Judged(scored, band, "m 1"))
        finding = Checker(model, decoders).check(encode(speech(6)))
        assert "several_speakers" in finding.warnings
        assert finding.p is not None
        found[band] = finding.band, finding.reason
    assert found["synthetic"] == ("synthetic", None)
    assert found["no_signs"] == found["unsure"] == ("unsure", "several_speakers")


def test_the_figures_promise_few_false_alarms() -> None:
    from bot.detector.training.speakers import FILE

    figures = json.loads(FILE.read_text(encoding="utf-8"))["figures"]
    assert figures["alarms_human"]["share"] <= 0.03
    assert figures["alarms_synthetic"]["share"] <= 0.03
    assert fitted().projection.shape == (described(voiced_looks(speech(5), analyse(speech(5)).speech)).shape[1], 3)


@pytest.mark.skipif(not CLIPS.exists(), reason="needs the shared clips")
def test_real_people_alone_are_seldom_taken_for_several(decoders: Decoders) -> None:
    with (CLIPS / "manifest.csv").open(encoding="utf-8") as file:
        dev = [row for row in csv.DictReader(file) if (row["label"], row["split"]) == ("human", "dev")]
    rows = [row for row in dev if float(row["seconds"]) > 4][::4]
    found = [heard(decoders.decode((CLIPS / row["path"]).read_bytes()).samples) for row in rows]
    assert len(found) > 20
    assert sum(found) <= 1
