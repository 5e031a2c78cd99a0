"""The installed model and the embedded one together: who may speak, and what both say.

Both hear the recording. Where they were calibrated together, their scores are added with fitted weights; a model that
was calibrated alone speaks alone; one without any calibration is heard and never speaks in bands. In noise and in short
notes, where such models break, the embedded one speaks by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE, Floats
from bot.detector.models.network import Network, Piece
from bot.detector.scoring import (
    NO_SIGNS,
    SYNTHETIC,
    UNSURE,
    Judged,
    Model,
    Scored,
    Thresholds,
    WindowScore,
    band,
    limited,
    probability,
)

LEAST_SNR_DB: Final = 22.0  # below it such networks take noise for synthesis: at 15 dB nearly every clip
LEAST_SPEECH_S: Final = 3.0  # in less they lose most of what they can do


@dataclass(frozen=True, slots=True)
class Weights:
    """A log-likelihood ratio from raw scores: bias + embedded · its score + other · the installed model's score."""

    bias: float
    embedded: float
    other: float

    def logit(self, embedded: float, other: float) -> float:
        return limited(self.bias + self.embedded * embedded + self.other * other)


@dataclass(frozen=True, slots=True)
class Bands:
    """A calibration that holds: how scores become a logit, where the bands begin, how that was measured."""

    weights: Weights
    thresholds: Thresholds
    content: Mapping[str, Any]
    fused: bool


def bands_of(calibration: Mapping[str, Any] | None, embedded: Model) -> Bands | None:
    """The bands of a calibration for this embedded model: together with it, else alone, else None.

    Raises KeyError, TypeError or ValueError for a calibration in another form.
    """
    if calibration is None:
        return None
    fused = calibration.get("fused")
    known = fused is not None and fused["embedded"] == {"name": embedded.name, "version": embedded.version}
    found = fused if known else calibration.get("alone")
    if found is None:
        return None
    weights, limits = found["weights"], found["thresholds"][-1]
    return Bands(
        Weights(float(weights["bias"]), float(weights["embedded"]), float(weights["other"])),
        Thresholds(limits["synthetic"], limits["no_signs"]),
        found,
        known,
    )


class Together:
    """A model that the operator installed, beside the embedded one."""

    def __init__(
        self, embedded: Model, network: Network, name: str, version: str, calibration: Mapping[str, Any] | None
    ) -> None:
        self._embedded = embedded
        self._network = network
        self.bands = bands_of(calibration, embedded)
        fused = self.bands is not None and self.bands.fused
        self.name = f"{embedded.name}+{name}" if fused else name
        self.version = f"{embedded.version}+{version}" if fused else version

    def judge(self, samples: Floats, speech: NDArray[np.bool_], speech_s: float, snr_db: float | None) -> Judged:
        """Judge a recording. Raises ValueError when no frame holds speech."""
        own = self._embedded.judge(samples, speech, speech_s, snr_db)
        if speech_s < LEAST_SPEECH_S or (snr_db is not None and snr_db < LEAST_SNR_DB):
            return own
        heard = self._network.hear(samples, speech)
        raw = float(np.mean([piece.raw for piece in heard]))
        label = f"{self.name} {self.version}"
        weights = Weights(0.0, 0.0, 1.0) if self.bands is None else self.bands.weights
        logit = weights.logit(own.scored.raw, raw)
        scored = Scored(probability(logit), logit, _windows(own.scored.windows, heard, weights), raw)
        return Judged(scored, UNSURE if self.bands is None else band(logit, self.bands.thresholds), label)

    def info(self) -> dict[str, Any]:
        """As the embedded model's; `training` says which of the two it is about."""
        own = self._embedded.info()
        if self.bands is None:
            return {
                "name": self.name,
                "version": self.version,
                "training": {"calibrated": False},
                "figures": {},
                "thresholds": [],
                "earned": {SYNTHETIC: False, NO_SIGNS: False},
            }
        limits = self.bands.thresholds
        return {
            "name": self.name,
            "version": self.version,
            "training": {"calibrated": True, "embedded": own["training"]} if self.bands.fused else {"calibrated": True},
            "figures": self.bands.content["figures"],
            "thresholds": self.bands.content["thresholds"],
            "earned": {SYNTHETIC: limits.synthetic is not None, NO_SIGNS: limits.no_signs is not None},
        }


def _windows(windows: tuple[WindowScore, ...], heard: tuple[Piece, ...], weights: Weights) -> tuple[WindowScore, ...]:
    """The embedded model's windows, each with those pieces of the other that overlap it, or the nearest."""
    found = []
    for window in windows:
        start, stop = window.start_s * RATE, window.end_s * RATE
        gaps = [max(piece.start - stop, start - piece.stop) for piece in heard]
        near = [piece.raw for piece, gap in zip(heard, gaps, strict=True) if gap <= max(0.0, min(gaps))]
        logit = weights.logit(window.raw, float(np.mean(near)))
        found.append(WindowScore(window.start_s, window.end_s, logit, window.raw))
    return tuple(found)
