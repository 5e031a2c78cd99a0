"""What is refused before it is downloaded, and what a detector's answer may become."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.model import (
    MAX_BYTES,
    MAX_SECONDS,
    Answer,
    Band,
    Kind,
    Reason,
    Recording,
    Segment,
    Verdict,
    cannot_check,
    verdict,
)


@pytest.mark.parametrize(
    ("recording", "refusal"),
    [
        (Recording(Kind.VOICE), None),
        (Recording(Kind.VOICE, 40_000, 12), None),
        (Recording(Kind.VOICE, 40_000, 0), None),
        (Recording(Kind.VOICE, 9_000, 1), Reason.TOO_SHORT),
        (Recording(Kind.VOICE, 9_000, 2), None),
        (Recording(Kind.VIDEO_NOTE, MAX_BYTES, MAX_SECONDS), None),
        (Recording(Kind.AUDIO, MAX_BYTES + 1, 60), Reason.TOO_LARGE),
        (Recording(Kind.VIDEO, MAX_BYTES + 1, MAX_SECONDS + 1), Reason.TOO_LARGE),
        (Recording(Kind.AUDIO, 1_000_000, MAX_SECONDS + 1), Reason.TOO_LONG),
        (Recording(Kind.DOCUMENT, 40_000, None, "PTT-20261122-WA0001.opus", "audio/ogg"), None),
        (Recording(Kind.DOCUMENT, 40_000, None, "PTT-20261122-WA0001.OPUS", None), None),
        (Recording(Kind.DOCUMENT, 40_000, None, "дауыс.m4a", "application/octet-stream"), None),
        (Recording(Kind.DOCUMENT, 40_000, None, None, "application/ogg"), None),
        (Recording(Kind.DOCUMENT, 40_000, None, "contract.pdf", "application/pdf"), Reason.NOT_AUDIO),
        (Recording(Kind.DOCUMENT, MAX_BYTES + 1, None, "contract.pdf", None), Reason.NOT_AUDIO),
        (Recording(Kind.DOCUMENT, 40_000, None, None, None), Reason.NOT_AUDIO),
        (Recording(Kind.DOCUMENT, 40_000, None, "../.ogg", None), Reason.NOT_AUDIO),
    ],
)
def test_what_is_refused_before_it_is_downloaded(recording: Recording, refusal: Reason | None) -> None:
    assert recording.refusal() is refusal


def answer(band: str, reason: str | None, p: float | None, speech_s: float = 5.0) -> Answer:
    return Answer(Band(band), p, None if reason is None else Reason(reason), speech_s, 8.0, "tirek 1")


@pytest.mark.parametrize(
    ("said", "band", "reason", "p"),
    [
        (answer("synthetic", None, 0.97), "synthetic", None, 0.97),
        (answer("no_signs", None, 0.08), "no_signs", None, 0.08),
        (answer("unsure", "between", 0.6), "unsure", "between", 0.6),
        (answer("unsure", "phone_band", 0.9), "unsure", "phone_band", 0.9),
        (answer("unsure", "several_speakers", 0.9), "unsure", "several_speakers", 0.9),
        (answer("unsure", "too_noisy", None), "unsure", "too_noisy", None),
        (answer("unsure", "no_speech", None, 0.0), "unsure", "no_speech", None),
        (answer("unsure", "music", 0.9), "unsure", "music", None),
        (answer("unsure", None, 0.5), "unsure", "between", 0.5),
        (answer("unsure", "corrupt", 0.5), "unsure", "between", 0.5),
        (answer("synthetic", None, 0.97, 1.99), "unsure", "too_short", None),
        (answer("no_signs", None, 0.08, 1.99), "unsure", "too_short", None),
        (answer("unsure", "between", 0.6, 1.99), "unsure", "too_short", None),
        (answer("synthetic", None, 0.97, 2.0), "synthetic", None, 0.97),
        (answer("synthetic", None, None), "unsure", "between", None),
        (answer("synthetic", "too_noisy", 0.97), "synthetic", None, 0.97),
        (answer("error", "corrupt", None, 0.0), "error", "corrupt", None),
        (answer("error", None, None, 0.0), "error", "detector_down", None),
        (answer("error", "between", 0.4, 0.0), "error", "detector_down", None),
    ],
)
def test_the_rule_from_answer_to_verdict(said: Answer, band: str, reason: str | None, p: float | None) -> None:
    found = verdict(said)
    assert (found.band, found.reason, found.p) == (band, reason, p)
    assert found.detector == "tirek 1"


ANSWERS = st.builds(
    Answer,
    band=st.sampled_from(Band),
    p=st.none() | st.floats(0, 1),
    reason=st.none() | st.sampled_from(Reason),
    speech_s=st.floats(0, 100),
    seconds=st.floats(0, 600),
    detector=st.text(max_size=20),
    segments=st.lists(
        st.builds(Segment, st.floats(0, 9), st.floats(0, 9), st.none() | st.floats(0, 1), st.booleans()), max_size=3
    ).map(tuple),
    waveform=st.lists(st.floats(0, 1), max_size=3).map(tuple),
)


@given(ANSWERS)
def test_a_band_is_only_said_with_a_score_and_two_seconds_of_speech(said: Answer) -> None:
    found = verdict(said)
    if found.band in (Band.SYNTHETIC, Band.NO_SIGNS):
        assert found.reason is None
        assert found.p is not None
        assert found.speech_s >= 2
        assert found.band is said.band
    else:
        assert found.reason is not None
        assert found.reason.band is found.band


@given(ANSWERS)
def test_a_verdict_survives_being_kept_as_json(said: Answer) -> None:
    found = verdict(said)
    assert Verdict.from_dict(json.loads(json.dumps(found.as_dict()))) == found


@pytest.mark.parametrize("reason", Reason)
def test_only_busy_and_down_are_worth_another_try(reason: Reason) -> None:
    found = cannot_check(reason)
    assert found.reason is reason
    assert found.final == (reason not in (Reason.BUSY, Reason.DETECTOR_DOWN))
    assert found.band in (Band.UNSURE, Band.ERROR)
