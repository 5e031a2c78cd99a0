"""Sounds and recordings for the tests, made on the spot; and the shared clips, where they are at hand."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 16_000
CLIPS = Path(__file__).parents[3] / "shared" / "audio"

Floats = NDArray[np.float32]

# First three formants of a, i, u, e, o in Hz: enough for a vowel to be one.
_VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))


def speech(seconds: float, seed: int = 1) -> Floats:
    """Something that moves as speech does: syllables with gliding pitch, hissed consonants, pauses between phrases."""
    draw = np.random.default_rng(seed)
    parts: list[NDArray[np.float64]] = []
    length = 0
    syllable = 0
    while length < seconds * RATE:
        syllable += 1
        pause = syllable % 9 == 0
        piece = np.zeros(int(0.35 * RATE)) if pause else np.concatenate([_hiss(draw), _vowel(draw)])
        parts.append(piece)
        length += len(piece)
    wave = np.concatenate(parts)[: int(seconds * RATE)]
    wave = wave / np.abs(wave).max() * 0.5 + draw.normal(size=len(wave)) * 3e-4
    return wave.astype(np.float32)


def _vowel(draw: np.random.Generator) -> NDArray[np.float64]:
    count = int(draw.uniform(0.1, 0.2) * RATE)
    at = np.arange(count) / RATE
    pitch = draw.uniform(95, 150) + draw.uniform(-150, 150) * at
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    wave = np.zeros(count)
    formants = _VOWELS[draw.integers(len(_VOWELS))]
    for harmonic in range(1, 40):
        hertz = harmonic * float(pitch.mean())
        gain = sum(1 / (1 + ((hertz - formant) / 90) ** 2) for formant in formants) + 0.01
        wave += gain / harmonic**0.5 * np.sin(harmonic * phase)
    return wave * np.hanning(count) * draw.uniform(0.6, 1.4)


def _hiss(draw: np.random.Generator) -> NDArray[np.float64]:
    count = int(draw.uniform(0.03, 0.08) * RATE)
    return np.diff(draw.normal(size=count + 1)) * np.hanning(count) * 0.15


def tone(hertz: float, seconds: float, level: float = 0.3) -> Floats:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)).astype(np.float32)


def noise(seconds: float, level: float = 0.1, seed: int = 1) -> Floats:
    return (np.random.default_rng(seed).normal(size=int(seconds * RATE)) * level).astype(np.float32)


def rumble(seconds: float, seed: int = 1) -> Floats:
    """Wind in a microphone: noise that falls by 6 dB an octave."""
    return (np.cumsum(noise(seconds, 1.0, seed)) * 1e-3).clip(-1, 1).astype(np.float32)


def music(seconds: float, seed: int = 1, beat: bool = False) -> Floats:
    """Chords of plucked notes, a hundred a minute, with a drum when asked."""
    draw = np.random.default_rng(seed)
    wave = np.zeros(int(seconds * RATE))
    step = int(0.6 * RATE)
    for start in range(0, len(wave), step):
        count = min(int(1.5 * step), len(wave) - start)
        at = np.arange(count) / RATE
        for note in draw.choice([261.6, 293.7, 329.6, 349.2, 392.0, 440.0, 493.9], 3, replace=False):
            for harmonic in range(1, 8):
                wave[start : start + count] += np.exp(-1.5 * at) * np.sin(2 * np.pi * note * harmonic * at) / harmonic
        if beat:
            wave[start : start + count] += 3 * draw.normal(size=count) * np.exp(-40 * at)
    return (wave / np.abs(wave).max() * 0.5).astype(np.float32)


def with_noise(wave: Floats, snr_db: float, seed: int = 7) -> Floats:
    """The wave under white noise, `snr_db` below its mean power."""
    power = float((wave**2).mean()) / 10 ** (snr_db / 10)
    return (wave + noise(len(wave) / RATE, power**0.5, seed)[: len(wave)]).clip(-1, 1).astype(np.float32)


def encode(
    wave: Floats,
    kind: str = "ogg",
    codec: str = "libopus",
    rate: int = 48_000,
    layout: str = "mono",
    video: bool = False,
) -> bytes:
    """A recording in memory, as FFmpeg writes it; with `video`, a tiny picture runs along."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        picture = None
        if video:
            picture = container.add_stream("libx264" if kind == "mp4" else "libvpx", rate=10)
            picture.width = picture.height = 64
            picture.pix_fmt = "yuv420p"
        stream = container.add_stream(codec, rate=rate, layout=layout)
        if picture is not None:
            for index in range(20):
                frame = av.VideoFrame.from_ndarray(np.full((96, 64), index * 9, np.uint8), format="yuv420p")
                frame.pts = index
                container.mux(picture.encode(frame))
            container.mux(picture.encode(None))
        whole = av.AudioFrame.from_ndarray((wave * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        whole.sample_rate = RATE
        whole.pts = 0
        resampler = av.AudioResampler(format=stream.codec_context.format, layout=layout, rate=rate)
        for frame in [*resampler.resample(whole), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def long_silence(hours: float) -> bytes:
    """Hours of digital silence as FLAC in a few kilobytes: one frame of 15 bytes stands for eight seconds."""
    block = 65_535  # samples, the most that a frame may hold
    frames = int(hours * 3600 * 8_000 / block)
    facts = block.to_bytes(2) * 2 + bytes(6) + (8_000 << 44 | 15 << 36).to_bytes(8) + bytes(16)  # 8 kHz, mono, 16 bits
    return b"fLaC\x80\x00\x00\x22" + facts + b"".join(_silent_frame(number, block) for number in range(frames))


def _silent_frame(number: int, block: int) -> bytes:
    head = b"\xff\xf8\x74\x08" + chr(number).encode() + (block - 1).to_bytes(2)  # frame numbers are written like UTF-8
    frame = head + bytes([_crc(head, 8, 0x07)]) + b"\x00\x00\x00"  # one constant, nought
    return frame + _crc(frame, 16, 0x8005).to_bytes(2)


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    rest = 0
    for byte in data:
        rest ^= byte << (bits - 8)
        for _ in range(8):
            rest = (rest << 1 ^ polynomial if rest >> (bits - 1) else rest << 1) & ((1 << bits) - 1)
    return rest
