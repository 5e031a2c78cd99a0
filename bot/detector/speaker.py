"""Whose voice a recording resembles: an embedding of it, and how alike two embeddings are.

The network is Resemblyzer's voice encoder (GE2E, Apache-2.0), written here from its published structure: 40 mel bands
of power without a logarithm, pieces of 1.6 s, an LSTM of three layers, a linear layer with ReLU, unit length. Only its
weights are installed; nothing of torch, librosa or webrtcvad is needed. Embeddings have no negative entries, so that
likeness lies between 0 and 1, and strangers are rarely below .5.

A good copy of a voice resembles it. Likeness tells whose voice it sounds like, never whether a person spoke.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.features import HOP, RATE, Floats
from bot.detector.scoring import near_speech

SIZE: Final = 256  # numbers in an embedding
UNLIKE: Final = 0.68  # 3 of 100 own notes are below, and 91 of 100 of strangers
# Measured with three notes against one, docs/model-card.md: 92 of 100 own notes reach LIKE, and 3 of 1000 of strangers.
LIKE: Final = 0.78
BANDS: Final = 40
LAYERS: Final = 3
_FFT: Final = 400  # samples in a frame, 25 ms
_PIECE: Final = 160  # frames in a piece, 1.6 s
_STEP: Final = 77  # frames between pieces: 1.3 a second
_COVERED: Final = 0.75  # of the last piece, or it is left out
_LONGEST: Final = 60 * RATE  # samples of speech: more tells no more about a voice
_LEVEL: Final = 10 ** (-30 / 20)  # r.m.s.: quieter recordings are raised to it
SHAPES: Final = {
    "linear.weight": (SIZE, SIZE),
    "linear.bias": (SIZE,),
    **{
        f"lstm.{part}_l{layer}": shape
        for layer in range(LAYERS)
        for part, shape in (
            ("weight_ih", (4 * SIZE, SIZE if layer else BANDS)),
            ("weight_hh", (4 * SIZE, SIZE)),
            ("bias_ih", (4 * SIZE,)),
            ("bias_hh", (4 * SIZE,)),
        )
    },
}  # fmt: skip


class BadWeights(ValueError):
    """These are not the encoder's weights. The text is a sentence for the operator."""


def mel_filters() -> Floats:
    """Triangular filters on the power spectrum, (201, 40), each of unit area, on Slaney's mel scale."""
    step, knee = 200 / 3, 15.0  # Hz a mel below 1 kHz; the mel of 1 kHz, above which the scale is logarithmic
    growth = np.log(6.4) / 27
    top = knee + np.log((RATE / 2) / 1000) / growth
    mels = np.linspace(0, top, BANDS + 2)
    edges = np.where(mels < knee, mels * step, 1000 * np.exp(growth * (mels - knee)))
    bins = np.arange(_FFT // 2 + 1) * (RATE / _FFT)
    rise = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    shape = np.clip(np.minimum(rise, fall), 0.0, None)
    filters: Floats = (shape * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)
    return filters


_FILTERS: Final = mel_filters()
_TAPER: Final = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)


def mel_power(samples: Floats) -> Floats:
    """Power in the mel bands, (1 + samples // 160, 40); the first frame is centred on the first sample."""
    padded = np.pad(samples, _FFT // 2).astype(np.float32)
    pieces = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::HOP]
    spectrum = np.fft.rfft(pieces * _TAPER, axis=1)
    power: Floats = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ _FILTERS
    return power


def spoken(samples: Floats, speech: NDArray[np.bool_]) -> Floats:
    """The speech of a recording without its long pauses, not quieter than the encoder expects; a minute at most."""
    kept = near_speech(speech)
    whole = samples[: len(speech) * HOP].reshape(-1, HOP)[kept].reshape(-1)[:_LONGEST]
    level = float(np.sqrt(np.mean(whole**2))) if len(whole) else 0.0
    louder: Floats = whole * np.float32(max(1.0, _LEVEL / level)) if level > 0 else whole
    return louder


def piece_starts(samples: int) -> list[int]:
    """First frames of the pieces of so many samples: at least one; the last is left out where little of it is there."""
    frames = -(-(samples + 1) // HOP)
    starts = list(range(0, max(1, frames - _PIECE + _STEP + 1), _STEP))
    covered = (samples - starts[-1] * HOP) / (_PIECE * HOP)
    return starts[:-1] if covered < _COVERED and len(starts) > 1 else starts


class Encoder:
    """The network in memory, 5.7 MB. Thread-safe."""

    def __init__(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Raises BadWeights for other names or shapes."""
        missing = [name for name, shape in SHAPES.items() if weights.get(name, np.zeros(0)).shape != shape]
        left_over = sorted(weights.keys() - SHAPES.keys())
        if missing or left_over:
            raise BadWeights(f"These are not the weights of the voice encoder ({(missing + left_over)[0]}).")
        own = {name: np.ascontiguousarray(weights[name], np.float32) for name in SHAPES}
        if not all(np.isfinite(array).all() for array in own.values()):
            raise BadWeights("Some weights of the voice encoder are no numbers.")
        self._layers = [
            (
                np.ascontiguousarray(own[f"lstm.weight_ih_l{n}"].T),
                np.ascontiguousarray(own[f"lstm.weight_hh_l{n}"].T),
                own[f"lstm.bias_ih_l{n}"] + own[f"lstm.bias_hh_l{n}"],
            )
            for n in range(LAYERS)
        ]
        self._linear = np.ascontiguousarray(own["linear.weight"].T), own["linear.bias"]

    @classmethod
    def load(cls, path: Path) -> Encoder:
        """Read an installed file. Raises BadWeights, OSError."""
        try:
            with np.load(path, allow_pickle=False) as data:
                return cls({name: data[name] for name in data.files})
        except (ValueError, KeyError, EOFError, AttributeError) as error:
            raise error if isinstance(error, BadWeights) else BadWeights(f"{path.name} is damaged.") from None

    def embed(self, samples: Floats, speech: NDArray[np.bool_]) -> Floats:
        """The voice of a recording, (256,), of unit length. Mono, 16 kHz; `speech` has a mark for each 10 ms.

        Raises ValueError where nobody speaks.
        """
        words = spoken(samples, speech)
        if not len(words):
            raise ValueError("no speech to listen to")
        starts = piece_starts(len(words))
        needed = (starts[-1] + _PIECE) * HOP
        mels = mel_power(np.pad(words, (0, max(0, needed - len(words)))))
        return unit(self.pieces(np.stack([mels[start : start + _PIECE] for start in starts])).mean(axis=0))

    def pieces(self, mels: Floats) -> Floats:
        """An embedding of each piece: (N, frames, 40) to (N, 256)."""
        steps = mels
        for inward, onward, bias in self._layers:
            gates = steps @ inward + bias
            hidden = np.zeros((len(mels), SIZE), np.float32)
            cell = np.zeros_like(hidden)
            steps = np.empty((len(mels), mels.shape[1], SIZE), np.float32)
            for time in range(mels.shape[1]):
                keep, forget, new, out = np.split(gates[:, time] + hidden @ onward, 4, axis=1)
                cell = _sigmoid(forget) * cell + _sigmoid(keep) * np.tanh(new)
                hidden = _sigmoid(out) * np.tanh(cell)
                steps[:, time] = hidden
        weight, shift = self._linear
        return unit(np.maximum(steps[:, -1] @ weight + shift, 0.0))


def _sigmoid(x: Floats) -> Floats:
    half: Floats = 0.5 * np.tanh(0.5 * x) + np.float32(0.5)
    return half


def unit(vectors: Floats) -> Floats:
    """Scaled to length one along the last axis."""
    scaled: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)
    return scaled


def likeness(one: Floats, other: Floats) -> float:
    """How alike two voices are, 0 … 1."""
    return float(np.dot(unit(one), unit(other)))
