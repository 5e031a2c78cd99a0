"""A re-encoded recording is known again; another one is not, whoever speaks. With real encoders."""

from __future__ import annotations

import csv
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.detector.children import Decoders
from bot.detector.fingerprint import fingerprint
from bot.voice.likeness import difference, frames_of, same
from tests.detector.sounds import CLIPS, RATE, Floats, encode, music, noise, speech

SHARED = CLIPS / "manifest.csv"


@pytest.fixture(scope="module")
def decoders() -> Decoders:
    return Decoders(1)


def again(wave: Floats, decoders: Decoders, *codecs: tuple[str, str, int]) -> Floats:
    """The wave as it is after some encodings, one after another."""
    for kind, codec, rate in codecs:
        wave = decoders.decode(encode(wave, kind, codec, rate)).samples
    return wave


OPUS, OPUS_16, MP3, AAC = (
    ("ogg", "libopus", 48_000),
    ("ogg", "libopus", 16_000),
    ("mp3", "mp3", 22_050),
    ("mp4", "aac", 44_100),
)


def recordings() -> list[Floats]:
    """Four recordings: real ones where they are at hand, made ones otherwise."""
    if not SHARED.exists():
        return [speech(6.0, seed) for seed in range(4)]
    with SHARED.open(encoding="utf-8", newline="") as file:
        human = [row for row in csv.DictReader(file) if row["label"] == "human" and float(row["seconds"]) > 6]
    with Decoders(1) as children:
        return [children.decode((CLIPS / row["path"]).read_bytes()).samples for row in human[:120:30]]


def test_re_encoded_recordings_are_the_same_and_others_are_not(decoders: Decoders) -> None:
    waves = recordings()
    originals = [fingerprint(wave) for wave in waves]
    for chain in ([OPUS, OPUS_16, MP3], [AAC]):
        for wave, bits in zip(waves, originals, strict=True):
            other = fingerprint(again(wave, decoders, *chain))
            assert other != bits
            assert same(bits, other), difference(bits, other)
    for one, other in itertools.combinations(originals, 2):
        assert not same(one, other)


def test_a_shift_and_another_level_are_the_same_recording() -> None:
    wave = speech(10.0)
    bits = fingerprint(wave)
    for changed in (wave[700:], np.concatenate([np.zeros(900, np.float32), wave]), wave * 0.2):
        assert same(bits, fingerprint(changed))


def test_one_exchanged_sentence_makes_another_recording() -> None:
    wave = speech(40.0)
    forged = wave.copy()
    forged[20 * RATE : 25 * RATE] = speech(5.0, seed=9)
    whole, worst = difference(fingerprint(wave), fingerprint(forged)) or (0, 0)
    assert whole < 0.22, "as a whole they are alike"
    assert worst > 0.33
    assert not same(fingerprint(wave), fingerprint(forged))


@pytest.mark.parametrize(
    "wave",
    [speech(1.5), np.zeros(8 * RATE, np.float32), noise(0.05), np.zeros(0, np.float32)],
    ids=["too short", "silence", "a click", "nothing"],
)
def test_what_cannot_be_told_apart_is_like_nothing(wave: Floats) -> None:
    bits = fingerprint(wave)
    assert frames_of(bits) is None
    assert not same(bits, bits)


def test_ten_minutes_are_told_apart_too() -> None:
    bits = fingerprint(np.tile(music(60.0), 10))
    assert len(bits) < 26_000
    assert same(bits, bits)


@given(st.text(max_size=60), st.binary(max_size=60))
def test_what_is_no_fingerprint_is_like_nothing(text: str, raw: bytes) -> None:
    assert not same(text, text) or frames_of(text) is not None
    assert difference(text, raw.hex()) is None
