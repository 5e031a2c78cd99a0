"""Speech is told from tones, noise and music; quality is measured in figures that can be checked."""

from __future__ import annotations

import csv
import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.detector.activity import HOP, Activity, analyse
from bot.detector.checks import CLIPPED, MUSIC, segments, unscorable, warnings, waveform
from bot.detector.children import Decoders
from bot.detector.scoring import WindowScore, probability

from .sounds import CLIPS, RATE, Floats, encode, music, noise, rumble, speech, tone, with_noise

SPEECH = speech(10)


@pytest.mark.parametrize(
    ("wave", "least", "most"),
    [
        (SPEECH, 6.0, 10.0),
        (np.concatenate([np.zeros(5 * RATE, np.float32), speech(5), np.zeros(5 * RATE, np.float32)]), 3.0, 5.3),
        (SPEECH * 0.02, 6.0, 10.0),
        (with_noise(SPEECH, 15), 4.0, 10.0),
        (np.zeros(10 * RATE, np.float32), 0.0, 0.0),
        (noise(10, 1e-4), 0.0, 0.0),
        (noise(10, 0.1), 0.0, 0.3),
        (rumble(10), 0.0, 0.5),
        (tone(440, 10), 0.0, 0.0),
        (tone(50, 10) + tone(100, 10) + tone(150, 10), 0.0, 0.0),
        (np.zeros(0, np.float32), 0.0, 0.0),
        (np.ones(1, np.float32), 0.0, 0.0),
    ],
    ids=[
        "speech", "speech between silences", "quiet speech", "noisy speech", "digital silence", "dither",
        "white noise", "wind", "a tone", "mains hum", "nothing", "one sample",
    ],
)  # fmt: skip
def test_seconds_of_speech(wave: Floats, least: float, most: float) -> None:
    activity = analyse(wave)
    assert least <= activity.speech_s <= most
    assert len(activity.speech) == len(wave) // HOP
    assert activity.speech_s == pytest.approx(float(activity.speech.sum()) / 100, abs=0.01)


def test_speech_is_found_where_it_is() -> None:
    wave = np.concatenate([np.zeros(4 * RATE, np.float32), speech(4), np.zeros(4 * RATE, np.float32)])
    found = analyse(wave).speech
    assert not found[:380].any()
    assert not found[830:].any()
    assert found[400:800].mean() > 0.6


@pytest.mark.parametrize("snr", [5, 10, 15, 20, 30])
def test_noise_is_measured_in_decibels(snr: float) -> None:
    # The noise is set against the whole recording, the measure against its speech, which is louder than the whole.
    measured = analyse(with_noise(SPEECH, snr)).snr_db
    assert measured is not None
    assert measured == pytest.approx(snr + 1.5, abs=3.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("beat", [False, True], ids=["chords", "chords and drum"])
def test_music_stands_on_held_notes_and_speech_does_not(seed: int, beat: bool) -> None:
    assert analyse(music(10, seed, beat)).held > MUSIC
    assert analyse(speech(10, seed)).held < MUSIC / 2


def test_a_telephone_line_is_recognised(decoders: Decoders) -> None:
    hissed = speech(8, seed=4)
    narrow = decoders.decode(encode(hissed, "amr", "libopencore_amrnb", 8_000)).samples
    assert analyse(narrow).phone_band
    assert not analyse(hissed).phone_band


def test_clipping_is_recognised() -> None:
    assert analyse((SPEECH * 12).clip(-1, 1)).clipped > CLIPPED
    assert analyse(SPEECH).clipped < CLIPPED


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4000), st.sampled_from([0.0, 1e-30, 1e-5, 0.5, 1.0]), st.integers(0, 9))
def test_any_length_and_level_is_measured(samples: int, level: float, seed: int) -> None:
    wave = (np.random.default_rng(seed).uniform(-1, 1, samples) * level).astype(np.float32)
    activity = analyse(wave)
    assert len(activity.speech) == samples // HOP
    assert np.isfinite(activity.level_db)
    points = waveform(wave)
    assert len(points) <= 240
    assert all(0 <= point <= 1 for point in points)


def measured(**changes: object) -> Activity:
    """Ten good seconds, changed."""
    good = Activity(np.ones(1000, np.bool_), 8.0, 10.0, -26.0, 40.0, 0.0, 0.0, False, False)
    return replace(good, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("activity", "reason"),
    [
        (measured(), None),
        (measured(phone_band=True), None),
        (measured(seconds=1.9, speech_s=1.9), "too_short"),
        (measured(seconds=1.9, speech_s=0.0, silent=True), "too_short"),
        (measured(speech_s=1.99), "too_short"),
        (measured(speech_s=2.0), None),
        (measured(speech_s=0.4), "no_speech"),
        (measured(speech_s=0.0, silent=True, snr_db=None), "no_speech"),
        (measured(held=0.5), "music"),
        (measured(held=0.5, speech_s=0.0, snr_db=None), "music"),
        (measured(snr_db=5.0), "too_noisy"),
    ],
)
def test_why_a_recording_is_not_scored(activity: Activity, reason: str | None) -> None:
    assert unscorable(activity) == reason


def test_warnings_name_what_weakens_a_finding() -> None:
    assert warnings(measured(), damaged=False, several=False) == ()
    weak = measured(snr_db=12.0, clipped=0.01, phone_band=True)
    assert warnings(weak, damaged=True, several=False) == ("noise", "clipping", "phone_band", "damaged")
    assert warnings(measured(held=0.2), damaged=False, several=True) == ("music", "several_speakers")


@given(
    seconds=st.floats(0.1, 700),
    starts=st.lists(st.floats(0, 690), max_size=20),
    logit=st.floats(-6, 6),
)
def test_segments_cover_the_recording_without_gaps(seconds: float, starts: list[float], logit: float) -> None:
    frames = np.ones(int(seconds * 100), np.bool_)
    windows = tuple(
        WindowScore(round(start, 2), round(min(start + 4, seconds), 2), logit) for start in starts if start < seconds
    )
    found = segments(measured(speech=frames, seconds=seconds), windows)
    assert found[0].start_s == 0
    assert found[-1].end_s == round(seconds, 2)
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(found))
    assert all(s.p is None or s.p == pytest.approx(probability(logit), abs=1e-4) for s in found)


def test_overlapping_windows_are_averaged_and_silence_has_no_score() -> None:
    frames = np.ones(1000, np.bool_)
    frames[600:] = False
    windows = (WindowScore(0, 4, 2.0), WindowScore(2, 6, 0.0), WindowScore(6, 10, 3.0))
    found = segments(measured(speech=frames), windows)
    assert [(s.start_s, s.end_s, s.p, s.speech) for s in found] == [
        (0.0, 2, round(probability(2.0), 4), True),
        (2, 4, round(probability(1.0), 4), True),
        (4, 6, 0.5, True),
        (6, 10.0, None, False),
    ]


@pytest.mark.skipif(not CLIPS.exists(), reason="needs the shared clips")
def test_real_recordings_hold_mostly_speech_and_are_neither_music_nor_noise(decoders: Decoders) -> None:
    with (CLIPS / "manifest.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == "human" and float(row["seconds"]) > 4][::12]
    found = [analyse(decoders.decode((CLIPS / row["path"]).read_bytes()).samples) for row in rows]
    assert len(found) > 20
    assert np.median([activity.speech_s / activity.seconds for activity in found]) > 0.75
    assert sum(unscorable(activity) is not None for activity in found) <= 0.03 * len(found)
    assert sum(activity.phone_band for activity in found) <= 0.03 * len(found)
