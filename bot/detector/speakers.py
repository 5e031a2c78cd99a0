"""Whether several people speak in turn, as far as their pitch and the shape of their vowels tell.

Voiced moments are put together into pieces of about a second. Each piece is described by its pitch and its mean
spectrum below 4 kHz, scaled by how much one and the same speaker varies from piece to piece. If the pieces fall into
two groups that lie further apart than one speaker's pieces do, several people speak. A better encoder of voices takes
the place of `described`: `apart` only wants rows of numbers whose differences tell speakers apart.

It is a hint, not a count: alike voices pass for one, and people who speak at the same time are not taken apart.
`training/speakers.py` fits the numbers in embedded/speakers.json and measures how often it is right.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE, Floats

_LOOK: Final = 1_024  # samples, 64 ms: three periods of the lowest voice
_HOP: Final = 320  # 20 ms
_LAGS: Final = slice(RATE // 400, RATE // 70)  # pitch periods
_VOICED: Final = 0.35  # periodicity
_PIECE: Final = 40  # voiced looks in a piece, .8 s of voice
_STEP: Final = 20
_BANDS: Final = 24
_CEPSTRA: Final = 12
_CHUNK: Final = 500
_FEWEST: Final = 6  # pieces: in less there is nothing to group
_SMALLEST: Final = 3  # pieces of a group, about two seconds: less is one odd word
_ROUNDS: Final = 8


def _mel_weights() -> Floats:
    """Triangles on the power spectrum, 100 to 3800 Hz, evenly spaced in mels: (bins, _BANDS)."""
    low, high = (1127 * math.log1p(hertz / 700) for hertz in (100.0, 3_800.0))
    edges = np.linspace(low, high, _BANDS + 2)
    bins = 1127 * np.log1p(np.arange(_LOOK // 2 + 1) * (RATE / _LOOK) / 700)
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1] - edges[0])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[1] - edges[0])
    weights: Floats = np.clip(np.minimum(rise, fall), 0.0, None).astype(np.float32)
    return weights


def _cosines() -> Floats:
    """From log bands to cepstra without the first, which is the level: (_BANDS, _CEPSTRA)."""
    at = np.arange(_BANDS) + 0.5
    waves = np.cos(np.pi * np.outer(at, np.arange(1, _CEPSTRA + 1)) / _BANDS) * (2 / _BANDS) ** 0.5
    cosines: Floats = waves.astype(np.float32)
    return cosines


_WEIGHTS: Final = _mel_weights()
_COSINES: Final = _cosines()
_TAPER: Final = np.hanning(_LOOK).astype(np.float32)


def voiced_looks(samples: Floats, speech: NDArray[np.bool_]) -> Floats:
    """One row for each voiced moment: log of the pitch in Hz, then the cepstra. `speech`: one mark each 10 ms."""
    if len(samples) < _LOOK or not len(speech):
        return np.zeros((0, 1 + _CEPSTRA), np.float32)
    views = np.lib.stride_tricks.sliding_window_view(samples, _LOOK)[::_HOP]
    centres = (np.arange(len(views)) * _HOP + _LOOK // 2) // 160
    spoken = np.flatnonzero(speech[np.minimum(centres, len(speech) - 1)])
    hertz = np.fft.rfftfreq(2 * _LOOK, 1 / RATE)
    voice = ((hertz > 60) & (hertz < 1_500)).astype(np.float32)
    found = [np.zeros((0, 1 + _CEPSTRA), np.float32)]
    for start in range(0, len(spoken), _CHUNK):
        spectrum = np.fft.rfft(views[spoken[start : start + _CHUNK]] * _TAPER, 2 * _LOOK, axis=1)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        repeats = np.fft.irfft(np.sqrt(power) * voice, axis=1).astype(np.float32)
        share = repeats[:, _LAGS] / np.maximum(repeats[:, :1], 1e-12)
        best = share.argmax(axis=1)
        voiced = share[np.arange(len(share)), best] > _VOICED
        logs = np.log(power[:, ::2] @ _WEIGHTS + 1e-9)
        rows = np.concatenate([np.log(RATE / (best + _LAGS.start))[:, None], logs @ _COSINES], axis=1)
        found.append(rows[voiced].astype(np.float32))
    return np.concatenate(found)


def described(looks: Floats) -> Floats:
    """Overlapping pieces of the voiced moments in their order: median pitch, then mean and spread of the cepstra."""
    rows = []
    for start in range(0, len(looks) - _PIECE + 1, _STEP):
        part = looks[start : start + _PIECE]
        rows.append(np.concatenate([[np.median(part[:, 0])], part[:, 1:].mean(axis=0), part[:, 1:].std(axis=0)]))
    return np.array(rows, np.float32).reshape(len(rows), 1 + 2 * _CEPSTRA)


def apart(rows: Floats) -> float:
    """How far the two groups lie apart into which rows fall best, squared; 0 where they do not fall into two.

    Groups begin at the two rows that differ most.
    """
    if len(rows) < _FEWEST:
        return 0.0
    squares = (rows**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * rows @ rows.T
    one, other = np.unravel_index(int(distances.argmax()), distances.shape)
    first, second = rows[one], rows[other]
    for _ in range(_ROUNDS):
        mine = ((rows - first) ** 2).sum(axis=1) < ((rows - second) ** 2).sum(axis=1)
        if min(int(mine.sum()), int((~mine).sum())) < _SMALLEST:
            return 0.0
        first, second = rows[mine].mean(axis=0), rows[~mine].mean(axis=0)
    return float(((first - second) ** 2).sum())


@dataclass(frozen=True, slots=True)
class Fitted:
    """`projection`: from a piece's description to few numbers in which one speaker's pieces vary by about 1.
    `threshold`: groups further apart, squared, are two speakers."""

    projection: Floats
    threshold: float


@cache
def fitted() -> Fitted:
    """The numbers in the package."""
    file = resources.files("bot.detector") / "embedded" / "speakers.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    return Fitted(np.array(content["projection"], np.float32), float(content["threshold"]))


def several_speak(samples: Floats, speech: NDArray[np.bool_]) -> bool:
    """Whether more than one person speaks in mono samples at 16 kHz; `speech` has one mark each 10 ms."""
    rows = described(voiced_looks(samples, speech))
    return bool(apart(rows @ fitted().projection) > fitted().threshold)
