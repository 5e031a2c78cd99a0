"""A network that hears waveforms, behind onnxruntime: which four seconds it hears, and what it says of them.

The contract of such a file: one input of floats (N, samples), mono, 16 kHz, -1 … 1, N free or one, samples fixed or
free; the first output is (N, 2) logits, of which `columns` says which is which, or (N,) or (N, 1), the higher the more
synthetic. Nothing outside of the file belongs to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from bot.detector.features import HOP, RATE, Floats
from bot.detector.models.aasist import SAMPLES, fit_length

USUAL_SAMPLES: Final = SAMPLES
COLUMNS: Final = ("synthetic,human", "human,synthetic")
_SHORTEST: Final = RATE // 2
_LONGEST: Final = 60 * RATE
_STEP_S: Final = 2.0
_AROUND: Final = HOP * 20  # samples kept before and after speech
_A_PIECE_FOR_S: Final = 10.0  # of speech: more pieces of a short note rank no better
_MOST: Final = 12


class BadNetwork(ValueError):
    """The file does not keep the contract. The text is a sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What the network said of a piece: samples from `start` to `stop`, the score; higher is more synthetic."""

    start: int
    stop: int
    raw: float


class Network:
    """A loaded file. Scoring is thread-safe; `threads` processor cores a call."""

    def __init__(self, data: bytes | Path, columns: str = COLUMNS[0], threads: int = 1) -> None:
        """`data`: the file's bytes, or its path, which a file needs whose numbers lie beside it.

        Raises BadNetwork, also where a first run on noise does not keep the contract.
        """
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # the arena would keep the largest recording's memory for ever
        options.log_severity_level = 4
        if columns not in COLUMNS:
            raise BadNetwork(f"Columns are {' or '.join(COLUMNS)}, not {columns}.")
        try:
            given = str(data) if isinstance(data, Path) else data
            self._session = ort.InferenceSession(given, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions have no common parent of their own
            raise BadNetwork(f"onnxruntime cannot load the file ({type(error).__name__}).") from None
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)" or len(inputs[0].shape) != 2:
            raise BadNetwork("The file must have one input of floats, (N, samples).")
        size = inputs[0].shape[1]
        self._input = inputs[0].name
        self._output = self._session.get_outputs()[0].name
        self._synthetic = columns.split(",").index("synthetic")
        self.samples = size if isinstance(size, int) else USUAL_SAMPLES
        if not _SHORTEST <= self.samples <= _LONGEST:
            raise BadNetwork(f"The file hears {self.samples} samples at a time; half a second to a minute is expected.")
        self.check = self.raw(_noise(self.samples))

    def raw(self, wave: Floats) -> float:
        """The score of exactly `samples` samples. Raises BadNetwork for an answer that is no number."""
        try:
            found = self._session.run([self._output], {self._input: wave[None].astype(np.float32)})[0]
        except Exception as error:  # as above
            raise BadNetwork(f"The file fails on a recording ({type(error).__name__}).") from None
        if found.shape not in ((1,), (1, 1), (1, 2)) or not np.isfinite(found).all():
            raise BadNetwork(f"The file must answer with (N,), (N, 1) or (N, 2) numbers, not {found.shape}.")
        if found.shape == (1, 2):
            return float(found[0, self._synthetic] - found[0, 1 - self._synthetic])
        return float(found.reshape(()))

    def hear(self, samples: Floats, speech: NDArray[np.bool_]) -> tuple[Piece, ...]:
        """Score the pieces of a recording that hold most speech; `speech` has a mark for each 10 ms.

        Raises ValueError where nobody speaks.
        """
        return tuple(
            Piece(start, stop, self.raw(fit_length(samples[start:stop], self.samples)))
            for start, stop in pieces(len(samples), speech, self.samples)
        )


def pieces(count: int, speech: NDArray[np.bool_], size: int) -> list[tuple[int, int]]:
    """Which samples to hear: pieces of `size`, or all from the first to the last word where that is less.

    Pauses stay in: cutting them out makes sounds that no voice makes, and these networks hear such cuts.
    """
    marks = np.flatnonzero(speech)
    if not len(marks):
        raise ValueError("no speech to score")
    first = max(0, int(marks[0]) * HOP - _AROUND)
    last = min(count, (int(marks[-1]) + 1) * HOP + _AROUND)
    if last - first <= size:
        return [(first, last)]
    starts = [*range(first, last - size, int(_STEP_S * RATE)), last - size]
    sums = np.concatenate([[0], np.cumsum(speech)])
    edges = [(min(s // HOP, len(speech)), min((s + size) // HOP, len(speech))) for s in starts]
    spoken = np.array([sums[stop] - sums[start] for start, stop in edges])
    good = [start for start, words in zip(starts, spoken, strict=True) if words >= 0.6 * spoken.max()]
    wanted = min(len(good), _MOST, 1 + int(len(marks) * HOP / RATE / _A_PIECE_FOR_S))
    if wanted == 1:
        best = starts[int(np.argmax(spoken))]
        return [(best, best + size)]
    chosen = np.unique(np.linspace(0, len(good) - 1, wanted).round().astype(int))
    return [(good[i], good[i] + size) for i in chosen]


def _noise(count: int) -> Floats:
    """What a file is tried on: the same quiet noise everywhere."""
    wave: Floats = np.random.default_rng(0).normal(0, 0.05, count).astype(np.float32)
    return wave
