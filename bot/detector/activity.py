"""Where somebody speaks, and whether the recording is good enough to judge.

Everything is measured in frames of 10 ms. Speech is what is periodic like a voice, stands out from the recording's
own background and changes the way speech does; a tone, a hum or a held chord is periodic too, but stays where it is.
The thresholds were set on read and spontaneous recordings in twenty languages, Opus at 32 kbit/s, clean and with
white noise added at 5 to 30 dB; tests/detector/test_activity.py holds the cases that fixed them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

RATE: Final = 16_000  # samples a second
HOP: Final = 160  # samples in a frame: 10 ms
FRAMES: Final = RATE // HOP  # frames in a second

_LOOK: Final = 800  # samples looked at around each frame: 50 ms, three periods of a low voice
_FFT: Final = 1_024
_CHUNK: Final = 1_000  # frames transformed at a time: bounds the memory for long recordings
_LAGS: Final = slice(RATE // 400, RATE // 75)  # pitch periods of voices: 400 to 75 Hz

_FEWEST: Final = 25  # frames: in less nothing can be told
_QUIET_DB: Final = -62.0  # of full scale: below it there is nothing to judge
_VOICED: Final = 0.27  # periodicity of a voice; noise stays below in 97 of 100 frames
_ABOVE_FLOOR_DB: Final = 6.0
_JOIN: Final = 20  # frames: shorter gaps inside speech belong to it (stops, breath between words)
_REACH: Final = 8  # frames before and after voicing that are unvoiced consonants
_SHORTEST: Final = 12  # frames: a shorter island is a click, not a word
_STEADY_DB: Final = 1.6  # a second that varies by less is a tone or a hum

_LONG_FFT: Final = 2_048  # for partials: 7.8 Hz apart
_LONG_HOP: Final = 512
_LONG_CHUNK: Final = 300  # long looks, 10 s
_HELD: Final = 12  # long hops (.38 s) that a partial stays in place when it is a note, not a voice


@dataclass(frozen=True, slots=True)
class Activity:
    """What a recording holds. Levels in dB; shares are 0 … 1.

    `speech` has one entry per 10 ms. `snr_db` compares speech with what is heard between words, at most 60 and None
    without speech. `held` is the share of the sounding time that stands on held notes. `phone_band`: even the
    brightest moments end below 4 kHz, as on a telephone line.
    """

    speech: Mask
    speech_s: float
    seconds: float
    level_db: float
    snr_db: float | None
    clipped: float
    held: float
    phone_band: bool
    silent: bool


def analyse(samples: Floats) -> Activity:
    """Measure mono float samples at 16 kHz, -1 … 1. Any length, also none."""
    frames = len(samples) // HOP
    seconds = len(samples) / RATE
    peak = float(max(samples.max(initial=0.0), -samples.min(initial=0.0)))
    if frames < _FEWEST or peak < 1e-4:
        nothing = np.zeros(frames, dtype=np.bool_)
        return Activity(nothing, 0.0, seconds, -99.0, None, 0.0, 0.0, False, peak < 1e-4)
    low, high, top, periodic = _frame_measures(samples, frames)
    power = low + high + top
    level = 10 * np.log10(power + 1e-12)
    speech = _speech(level, periodic)
    held = _held_notes(samples)
    loud = power[speech] if speech.any() else power
    return Activity(
        speech=speech,
        speech_s=round(float(speech.sum()) / FRAMES, 2),
        seconds=seconds,
        level_db=round(float(10 * np.log10(loud.mean() + 1e-12)), 1),
        snr_db=_snr(power, speech),
        clipped=_clipped(samples, peak),
        held=held,
        phone_band=_phone_band(low, high, speech),
        silent=bool(np.percentile(level, 99) < _QUIET_DB),
    )


def _frame_measures(samples: Floats, frames: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Per frame: mean power in 60-3800 Hz, in 4300-7400 Hz, in between; and periodicity 0 … 1.

    A full-scale sine has power .5. Periodicity is the highest peak of the autocorrelation of the part below 1.5 kHz,
    where a voice's harmonics are. Its spectrum is flattened first (square root, times the root of the frequency), or
    wind and rumble, which fall steeply, would pass for voices.
    """
    taper = np.hanning(_LOOK).astype(np.float32)
    scale = np.float32(2.0 / (_FFT * float((taper**2).sum())))
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    bands = [(hertz >= a) & (hertz < b) for a, b in ((60, 3800), (4300, 7400), (3800, 4300))]
    of_taper = np.fft.irfft(np.abs(np.fft.rfft(taper, 2 * _FFT)) ** 2)
    of_taper = np.maximum(of_taper[_LAGS] / of_taper[0], 0.5).astype(np.float32)
    voice = np.where((hertz > 60) & (hertz < 1_500), hertz, 0.0).astype(np.float32)
    measures = np.empty((4, frames), dtype=np.float32)
    for start in range(0, frames, _CHUNK):
        spectrum = np.fft.rfft(_pieces(samples, start, min(_CHUNK, frames - start)) * taper, _FFT, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        part = slice(start, start + len(power))
        for row, band in enumerate(bands):
            measures[row, part] = power[:, band].sum(axis=1) * scale
        repeats = np.fft.irfft(np.sqrt(power * voice), axis=1).astype(np.float32)
        share = repeats[:, _LAGS] / of_taper / np.maximum(repeats[:, :1], 1e-12)
        # Only a peak counts: the autocorrelation of rumble just falls from lag nought on.
        inner = share[:, 1:-1]
        peaks = np.where((inner >= share[:, :-2]) & (inner >= share[:, 2:]), inner, 0.0)
        measures[3, part] = np.clip(peaks.max(axis=1), 0.0, 1.0)
    return measures[0], measures[1], measures[2], measures[3]


def _pieces(samples: Floats, start: int, count: int) -> Floats:
    """What is looked at around frames `start` to `start + count`: (count, _LOOK), nought beyond the recording."""
    first = start * HOP - (_LOOK - HOP) // 2
    last = first + (count - 1) * HOP + _LOOK
    wave = np.pad(samples[max(first, 0) : last], (max(-first, 0), max(last - len(samples), 0)))
    return np.lib.stride_tricks.sliding_window_view(wave, _LOOK)[::HOP]


def _speech(level: Floats, periodic: Floats) -> Mask:
    """Which frames hold speech, from their level (dB) and periodicity."""
    smooth = np.convolve(np.pad(level, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    floor = max(float(np.percentile(smooth, 10)), float(np.percentile(smooth, 95)) - 45.0)
    # A recording without a pause has no background to stand out from: then its quiet tenth is speech itself.
    threshold = max(min(floor + _ABOVE_FLOOR_DB, float(np.percentile(smooth, 95)) - 12.0), _QUIET_DB)
    voiced = (periodic > _VOICED) & (level > threshold)
    voiced = np.convolve(voiced, np.ones(5), mode="same") >= 3
    voiced &= ~_steady(level)
    near = np.convolve(voiced, np.ones(2 * _REACH + 1), mode="same") > 0
    speech: Mask = voiced | (near & (level > threshold - 3.0))
    for value, longest in ((False, _JOIN), (True, _SHORTEST)):
        for start, end in _runs(speech, value):
            inner = start > 0 and end < len(speech)
            if end - start < longest and (value or inner):
                speech[start:end] = not value
    return speech


def _steady(level: Floats) -> Mask:
    """Frames inside a second whose level hardly moves: tones, hum, engines. Speech has syllables."""
    if len(level) < FRAMES:
        return np.full(len(level), float(level.std()) < _STEADY_DB, dtype=np.bool_)
    ones = np.ones(FRAMES) / FRAMES
    mean = np.convolve(level, ones, mode="valid")
    spread = np.sqrt(np.maximum(np.convolve(level.astype(np.float64) ** 2, ones, mode="valid") - mean**2, 0.0))
    steady = np.zeros(len(level), dtype=np.bool_)
    for start, end in _runs(spread < _STEADY_DB, True):
        steady[start : end + FRAMES - 1] = True
    return steady


def _runs(mask: Mask, value: bool) -> list[tuple[int, int]]:
    """Start and end (exclusive) of every run of `value`."""
    edges = np.flatnonzero(np.diff(np.concatenate(([not value], mask, [not value])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _held_notes(samples: Floats) -> float:
    """Share of the sounding time in which most of 300-4000 Hz stands on partials that stay in place.

    The harmonics of a voice glide with its pitch, several bins in a third of a second; the partials of a note do not.
    """
    if len(samples) < _LONG_FFT + 2 * _HELD * _LONG_HOP:
        return 0.0
    pieces = np.lib.stride_tricks.sliding_window_view(samples, _LONG_FFT)[::_LONG_HOP]
    totals, on_notes = [], []
    for start in range(0, len(pieces), _LONG_CHUNK):
        total, notes = _partials(pieces[start : start + _LONG_CHUNK])
        totals.append(total)
        on_notes.append(notes)
    total = np.concatenate(totals)
    sounding = total > total.max() * 1e-4
    return round(float((np.concatenate(on_notes) & sounding).sum() / max(int(sounding.sum()), 1)), 3)


def _partials(pieces: Floats) -> tuple[Floats, Mask]:
    """For each long look: the power in 300-4000 Hz, and whether most of it stands on partials that stay in place."""
    bins = slice(300 * _LONG_FFT // RATE, 4_000 * _LONG_FFT // RATE)
    spectrum = np.fft.rfft(pieces * np.hanning(_LONG_FFT).astype(np.float32), axis=1)[:, bins]
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    around = sum(np.roll(power, shift, axis=1) for shift in (-6, -5, -4, 4, 5, 6)) / np.float32(6)
    beside = np.maximum(np.roll(power, 1, axis=1), np.roll(power, -1, axis=1))
    peak = (power >= beside) & (power > 8 * around)
    # A peak may sit one bin off from one look to the next, but not drift.
    wide = peak | np.roll(peak, 1, axis=1) | np.roll(peak, -1, axis=1)
    kept = wide.copy()
    for step in range(1, _HELD):
        kept[:-step] &= wide[step:]
    held = kept.copy()
    for step in range(1, _HELD):
        held[step:] |= kept[:-step]
    total = power.sum(axis=1)
    return total, (power * (held & (power > 4 * around))).sum(axis=1) > 0.5 * total


def _snr(power: Floats, speech: Mask) -> float | None:
    """Speech over background in dB, -10 … 60. The background is what lies between the words."""
    if not speech.any():
        return None
    pauses = power[~_widen(speech, 10)]
    # Too few pauses: the quietest moments inside speech, which overstates the background a little.
    background = np.median(pauses) if len(pauses) >= 30 else np.percentile(power, 3)
    noise = float(background) + 1e-12
    voice = max(float(power[speech].mean()) - noise, 1e-12)
    return round(float(np.clip(10 * np.log10(voice / noise), -10.0, 60.0)), 1)


def _widen(mask: Mask, frames: int) -> Mask:
    wide: Mask = np.convolve(mask, np.ones(2 * frames + 1), mode="same") > 0
    return wide


def _clipped(samples: Floats, peak: float) -> float:
    """Share of samples in runs at the very extreme. Codecs round the corners: a little below counts."""
    if peak < 0.2:
        return 0.0
    at_top = (samples >= 0.985 * peak) | (samples <= -0.985 * peak)
    runs = at_top[2:] & at_top[1:-1] & at_top[:-2]  # three neighbours: the recorder ran out of range
    return round(float(runs.mean()) if len(runs) else 0.0, 5)


def _phone_band(low: Floats, high: Floats, speech: Mask) -> bool:
    """Whether nothing above 4.3 kHz is heard even in the brightest speech (s, ш, т)."""
    if speech.sum() < FRAMES // 2:
        return False
    brightest = np.percentile(high[speech], 98)
    return bool(brightest < 10**-4.2 * np.percentile(low[speech], 90))
