"""The embedded model: an ONNX network and its calibration, and the rule that turns a score into a band.

A recording is cut down to its speech, scored in windows of four seconds, and the scores are averaged and calibrated
to a log-likelihood ratio: ln p/(1-p) for equal priors. `synthetic` and `no_signs` are said only beyond thresholds that
earned their precision on recordings from sources that the model had not heard; everything between is `unsure`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from bot.detector.features import HOP, RATE, WINDOW, Floats, log_bands, window

SYNTHETIC: Final = "synthetic"
NO_SIGNS: Final = "no_signs"
UNSURE: Final = "unsure"

MODEL_FILE: Final = "model.onnx"
CALIBRATION_FILE: Final = "calibration.json"
STEP: Final = WINDOW // 2  # frames between windows
LEAST_SPEECH: Final = 100  # frames of speech that a window needs, 1 s
_MARGIN: Final = 20  # frames kept around speech: onsets and breaths tell as much as vowels
_BATCH: Final = 16
_FRAME_S: Final = HOP / RATE
LARGEST_LOGIT: Final = 6.0  # never p beyond 1/400 or 399/400: no such certainty was measured


@dataclass(frozen=True, slots=True)
class WindowScore:
    """One window: seconds from the start of the recording, its calibrated log-likelihood ratio, and the raw score."""

    start_s: float
    end_s: float
    logit: float
    raw: float = 0.0


@dataclass(frozen=True, slots=True)
class Scored:
    """A recording: probability that the speech is synthetic at equal priors, its logit, the windows, the raw score."""

    p: float
    logit: float
    windows: tuple[WindowScore, ...]
    raw: float = 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """A scored recording, the band that was earned, and the name and version of what spoke."""

    scored: Scored
    band: str
    model: str


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Logits beyond which a band is said; None for a band that the model has not earned."""

    synthetic: float | None
    no_signs: float | None


def band(logit: float, thresholds: Thresholds) -> str:
    """`synthetic`, `no_signs` or `unsure` for a calibrated logit."""
    if thresholds.synthetic is not None and logit >= thresholds.synthetic:
        return SYNTHETIC
    if thresholds.no_signs is not None and logit <= thresholds.no_signs:
        return NO_SIGNS
    return UNSURE


def limited(logit: float) -> float:
    """A logit within what was measured."""
    return max(-LARGEST_LOGIT, min(LARGEST_LOGIT, logit))


def probability(logit: float) -> float:
    """p of a log-odds value."""
    return 1 / (1 + math.exp(-logit)) if logit >= 0 else math.exp(logit) / (1 + math.exp(logit))


def window_starts(frames: int) -> list[int]:
    """First frames of the windows that cover so many frames, two seconds apart, the last one flush with the end."""
    if frames <= 0:
        return []
    last = max(0, frames - WINDOW)
    starts = list(range(0, last + 1, STEP))
    return starts if starts[-1] == last else [*starts, last]


def near_speech(speech: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Indices of the frames within 0.2 s of speech: long pauses are dropped, short ones kept."""
    marks = np.concatenate([[0], np.cumsum(speech)])
    index = np.arange(len(speech))
    low = np.maximum(index - _MARGIN, 0)
    high = np.minimum(index + _MARGIN + 1, len(speech))
    return np.flatnonzero(marks[high] > marks[low])


class Listener(Protocol):
    """What judges recordings: the embedded model, or a stronger one with it."""

    name: str
    version: str

    def judge(self, samples: Floats, speech: NDArray[np.bool_], speech_s: float, snr_db: float | None) -> Judged:
        """Judge mono float32 samples at 16 kHz in which somebody speaks for `speech_s` seconds."""

    def info(self) -> dict[str, Any]:
        """Name, version, training, figures, thresholds, earned bands."""


class Model:
    """A loaded network with its calibration. Scoring is thread-safe; one processor core a call."""

    def __init__(self, network: bytes, calibration: Mapping[str, Any]) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._calibration = calibration
        self.name = str(calibration["name"])
        self.version = str(calibration["version"])
        self._slope = float(calibration["platt"]["a"])
        self._offset = float(calibration["platt"]["b"])
        self._lengths = [
            (
                math.inf if row["below_s"] is None else float(row["below_s"]),
                Thresholds(row["synthetic"], row["no_signs"]),
            )
            for row in calibration["thresholds"]
        ]

    @classmethod
    def load(cls, folder: Path | None = None) -> Model:
        """The model in a folder, or the embedded one. Raises OSError, ValueError or KeyError when it is broken."""
        root = resources.files("bot.detector") / "embedded" if folder is None else folder
        calibration = json.loads((root / CALIBRATION_FILE).read_text(encoding="utf-8"))
        return cls((root / MODEL_FILE).read_bytes(), calibration)

    def score(self, samples: Floats, speech: NDArray[np.bool_]) -> Scored:
        """Score mono float32 samples at 16 kHz; `speech` says for each 10 ms frame whether somebody speaks.

        Raises ValueError when no frame holds speech; whether there is enough of it, the caller decides.
        """
        logs = log_bands(samples)
        marks = np.zeros(len(logs), dtype=np.bool_)
        count = min(len(logs), len(speech))
        marks[:count] = speech[:count]
        kept = near_speech(marks)
        if not len(kept):
            raise ValueError("no speech to score")
        return self._windows(logs[kept], kept, marks[kept])

    def _windows(self, logs: Floats, kept: NDArray[np.intp], marks: NDArray[np.bool_]) -> Scored:
        starts = window_starts(len(logs))
        spoken = [int(marks[start : start + WINDOW].sum()) for start in starts]
        chosen = [start for start, count in zip(starts, spoken, strict=True) if count >= LEAST_SPEECH]
        if not chosen:
            chosen = [starts[int(np.argmax(spoken))]]
        raw = self._raw(logs, chosen)
        windows = tuple(
            WindowScore(
                round(float(kept[start]) * _FRAME_S, 2),
                round(float(kept[min(start + WINDOW, len(kept)) - 1] + 1) * _FRAME_S, 2),
                self.calibrated(float(value)),
                float(value),
            )
            for start, value in zip(chosen, raw, strict=True)
        )
        mean = float(raw.mean())
        logit = self.calibrated(mean)
        return Scored(probability(logit), logit, windows, mean)

    def _raw(self, logs: Floats, starts: list[int]) -> Floats:
        found: list[Floats] = []
        for first in range(0, len(starts), _BATCH):
            batch = np.stack([window(logs, start) for start in starts[first : first + _BATCH]])
            found.append(self._session.run(None, {"windows": batch})[0])
        return np.concatenate(found)

    def calibrated(self, raw: float) -> float:
        """The log-likelihood ratio of a raw score, kept within what was measured."""
        return limited(self._slope * raw + self._offset)

    def judge(self, samples: Floats, speech: NDArray[np.bool_], speech_s: float, snr_db: float | None) -> Judged:
        """Score a recording and say its band. This model was trained with noise and speaks whatever `snr_db` is."""
        scored = self.score(samples, speech)
        return Judged(scored, self.band(scored.logit, speech_s), f"{self.name} {self.version}")

    def thresholds(self, speech_s: float | None = None) -> Thresholds:
        """The thresholds for so much speech; without a length, those of a note of several seconds."""
        for below, found in self._lengths:
            if speech_s is not None and speech_s < below:
                return found
        return self._lengths[-1][1]

    def band(self, logit: float, speech_s: float | None = None) -> str:
        """The band of a recording's logit."""
        return band(logit, self.thresholds(speech_s))

    def info(self) -> dict[str, Any]:
        """Name, version, what it was trained on, its figures, its thresholds, and which bands it has earned."""
        usual = self.thresholds()
        return {
            "name": self.name,
            "version": self.version,
            "training": self._calibration["training"],
            "figures": self._calibration["figures"],
            "thresholds": self._calibration["thresholds"],
            "earned": {SYNTHETIC: usual.synthetic is not None, NO_SIGNS: usual.no_signs is not None},
        }
