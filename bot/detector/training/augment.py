"""The versions of a clip that the model learns from: what rooms, microphones and messengers do to speech.

Both classes go through the same chain with the same odds; otherwise the codec would give the class away.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from bot.detector.features import RATE, Floats
from bot.detector.training.codecs import through

VERSIONS: Final = (
    "as_is",
    "eq_opus",
    "noise_opus",
    "room_speed_opus",
    "lowpass_mp3",
    "phone_opus",
    "opus24",
)
MEASURED: Final = VERSIONS.index("opus24")  # the version that scores are measured on: Telegram's own encoding


def equalise(samples: Floats, rng: np.random.Generator, depth_db: float = 8.0) -> Floats:
    """A smooth random frequency response, up to ±depth_db, as microphones and loudspeakers have."""
    size = len(samples)
    knots = np.geomspace(50, RATE / 2, 8)
    gains = rng.uniform(-depth_db, depth_db, len(knots))
    freqs = np.fft.rfftfreq(size, 1 / RATE)
    response = 10 ** (np.interp(np.log(freqs + 1), np.log(knots), gains) / 20)
    return np.fft.irfft(np.fft.rfft(samples) * response, size).astype(np.float32)


def band_limit(samples: Floats, low: float, high: float) -> Floats:
    """Keep low to high Hz, with soft edges."""
    size = len(samples)
    freqs = np.fft.rfftfreq(size, 1 / RATE)
    slope = 1 / (1 + np.exp(-(freqs - low) / max(low * 0.08, 1.0))) / (1 + np.exp((freqs - high) / (high * 0.02)))
    return np.fft.irfft(np.fft.rfft(samples) * slope, size).astype(np.float32)


def add_noise(samples: Floats, rng: np.random.Generator, snr_db: float) -> Floats:
    """Coloured noise (white to brown), sometimes slowly swelling, at a signal-to-noise ratio in dB."""
    size = len(samples)
    freqs = np.fft.rfftfreq(size, 1 / RATE)
    spectrum = np.fft.rfft(rng.standard_normal(size)) / np.maximum(freqs, 50) ** rng.uniform(0, 1.2)
    noise = np.fft.irfft(spectrum, size)
    if rng.random() < 0.5:
        swell = np.interp(np.arange(size), np.linspace(0, size, 8), rng.uniform(0.2, 1, 8))
        noise = noise * swell
    scale = np.sqrt(np.mean(samples**2) / (np.mean(noise**2) + 1e-12) / 10 ** (snr_db / 10))
    noisy: Floats = (samples + scale * noise).astype(np.float32)
    return noisy


def room(samples: Floats, rng: np.random.Generator) -> Floats:
    """A room: exponentially decaying noise as its impulse response, 0.1 to 0.6 s, behind the direct sound."""
    decay = rng.uniform(0.1, 0.6)
    size = int(decay * RATE)
    tail = rng.standard_normal(size) * np.exp(-6.9 * np.arange(size) / size)
    tail[: int(rng.uniform(0.001, 0.01) * RATE)] = 0
    tail *= rng.uniform(0.1, 0.7) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    full = len(samples) + size
    wet = np.fft.irfft(np.fft.rfft(samples, full) * np.fft.rfft(tail, full), full)[: len(samples)]
    return wet.astype(np.float32)


def change_speed(samples: Floats, factor: float) -> Floats:
    """Play `factor` times faster: pitch and tempo together, band-limited by resampling in the frequency domain."""
    size = int(len(samples) / factor)
    spectrum = np.fft.rfft(samples)
    kept = np.zeros(size // 2 + 1, dtype=spectrum.dtype)
    count = min(len(kept), len(spectrum))
    kept[:count] = spectrum[:count]
    return (np.fft.irfft(kept, size) / factor).astype(np.float32)


def opus(samples: Floats, rng: np.random.Generator, low: int = 12, high: int = 32) -> Floats:
    """Ogg/Opus at a random rate between low and high kbit/s."""
    return through(samples, "libopus", 1000 * int(rng.integers(low, high + 1)))


def version(samples: Floats, index: int, rng: np.random.Generator) -> Floats:
    """Version `index` of VERSIONS of a clip; float32 mono at 16 kHz in, the same out."""
    name = VERSIONS[index]
    level = samples * np.float32(10 ** (rng.uniform(-10, 6) / 20))
    if name == "as_is":
        return samples
    if name == "opus24":
        return through(samples, "libopus", 24_000)
    if name == "eq_opus":
        return opus(equalise(level, rng), rng)
    if name == "noise_opus":
        return opus(add_noise(equalise(level, rng, 4), rng, rng.uniform(8, 30)), rng)
    if name == "room_speed_opus":
        fast = change_speed(room(level, rng), float(rng.uniform(0.9, 1.1)))
        return opus(add_noise(fast, rng, rng.uniform(25, 45)), rng, 16)
    if name == "lowpass_mp3":
        shaped = equalise(level, rng) if rng.random() < 0.5 else band_limit(level, 30, rng.uniform(4500, 7800))
        return through(shaped, "libmp3lame", int(rng.choice([24, 32, 48, 64, 96])) * 1000, rate=24_000)
    return opus(add_noise(band_limit(level, 300, 3400), rng, rng.uniform(20, 40)), rng, 16)
