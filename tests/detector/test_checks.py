"""Bytes in, a finding out, with the embedded model; and the rule between a score and a band."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bot.detector.checks import Checker, Finding
from bot.detector.children import CannotDecode, Decoders
from bot.detector.scoring import Model, Scored, WindowScore, probability

from .sounds import RATE, encode, music, noise, speech, tone, with_noise

VOICE = encode(speech(8))
KEYS = ["band", "p", "reason", "speech_s", "seconds", "segments", "model", "ms"]


@dataclass
class Saying(Model):
    """A model that always finds the same, to see what is made of it."""

    logit: float
    name: str = "saying"
    version: str = "1"

    def score(self, samples: Any, speech: Any) -> Scored:
        return Scored(probability(self.logit), self.logit, (WindowScore(0.0, 4.0, self.logit),))

    def band(self, logit: float, speech_s: float | None = None) -> str:
        return "synthetic" if logit > 3 else "no_signs" if logit < -3 else "unsure"


def test_speech_is_scored_by_the_embedded_model(checker: Checker) -> None:
    finding = checker.check(VOICE)
    assert finding.band in {"synthetic", "no_signs", "unsure"}
    assert finding.p is not None
    assert 0 <= finding.p <= 1
    assert (finding.reason == "between") == (finding.band == "unsure")
    assert finding.seconds == pytest.approx(8, abs=0.1)
    assert finding.speech_s > 4
    assert finding.segments[-1].end_s == finding.seconds
    assert any(segment.p is not None for segment in finding.segments)
    assert finding.model == checker.name
    assert list(finding.as_dict()) == KEYS
    assert json.loads(json.dumps(finding.as_dict())) == finding.as_dict()


def test_the_same_recording_gets_the_same_finding(checker: Checker) -> None:
    first, second = checker.check(VOICE), checker.check(VOICE)
    assert (first.band, first.p, first.segments) == (second.band, second.p, second.segments)


@pytest.mark.parametrize(
    ("logit", "narrow", "band", "reason"),
    [
        (4.0, False, "synthetic", None),
        (-4.0, False, "no_signs", None),
        (0.0, False, "unsure", "between"),
        (4.0, True, "unsure", "phone_band"),
        (-4.0, True, "unsure", "phone_band"),
    ],
)
def test_a_band_is_said_where_it_was_earned(
    decoders: Decoders, logit: float, narrow: bool, band: str, reason: str | None
) -> None:
    voice = encode(speech(8, 4), "amr", "libopencore_amrnb", 8_000) if narrow else VOICE
    finding = Checker(Saying(logit), decoders).check(voice)
    assert (finding.band, finding.reason) == (band, reason)
    assert finding.p == pytest.approx(probability(logit), abs=1e-4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encode(speech(1.2)), "too_short"),
        (encode(np.concatenate([speech(1.5), np.zeros(6 * RATE, np.float32)])), "too_short"),
        (encode(np.zeros(5 * RATE, np.float32)), "no_speech"),
        (encode(noise(5, 0.05)), "no_speech"),
        (encode(with_noise(speech(8), 3)), "too_noisy"),
        (encode(music(8)), "music"),
        (encode(tone(440, 8)), "music"),
        (encode(np.zeros(1, np.float32), "wav", "pcm_s16le", RATE), "too_short"),
    ],
    ids=["short", "little speech", "silence", "hiss", "noisy", "music", "a tone", "one sample"],
)
def test_what_cannot_be_told_has_a_reason_and_no_score(checker: Checker, data: bytes, reason: str) -> None:
    finding = checker.check(data)
    assert (finding.band, finding.reason, finding.p) == ("unsure", reason, None)
    assert all(segment.p is None for segment in finding.segments)
    assert finding.segments[-1].end_s == finding.seconds


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_audio"),
        (b"plain text", "not_audio"),
        (VOICE[:60], "corrupt"),
        (encode(np.zeros(601 * RATE, np.float32), "flac", "flac", 8_000), "too_long"),
        (VOICE + bytes(20 * 2**20), "too_large"),
    ],
    ids=["empty", "text", "headers only", "ten minutes and a second", "20 MB and more"],
)
def test_what_cannot_be_checked_has_a_reason(checker: Checker, data: bytes, reason: str) -> None:
    finding = checker.check(data)
    assert (finding.band, finding.reason, finding.p, finding.segments) == ("error", reason, None, ())


def test_a_machine_without_decoder_says_so(checker: Checker, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> Finding:
        raise CannotDecode

    monkeypatch.setattr(checker.decoders, "decode", fail)
    assert checker.check(VOICE).reason == "detector_down"
