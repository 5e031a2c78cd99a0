"""How an outside service's score becomes ours: fitted on the operator's recordings by `tirek model calibrate`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.detector.providers.adapter import logit
from bot.detector.scoring import Thresholds, limited


@dataclass(frozen=True, slots=True)
class Calibration:
    """From a service's log-odds to ours, and where our bands begin. `version` changes with its content."""

    bias: float
    slope: float
    thresholds: Thresholds
    version: str

    def logit(self, p: float) -> float:
        return limited(self.bias + self.slope * logit(p))


def calibration_file(models: Path, name: str) -> Path:
    """Where the calibration of a service is kept."""
    return models / f"outside-{name}.json"


def read_calibration(file: Path) -> Calibration | None:
    """The calibration in a file; None where there is none. Raises ValueError for one that cannot be used."""
    try:
        content: Any = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ValueError(f"{file} is no calibration") from error
    try:
        weights, limits = content["alone"]["weights"], content["alone"]["thresholds"][-1]
        thresholds = Thresholds(limits["synthetic"], limits["no_signs"])
        return Calibration(float(weights["bias"]), float(weights["other"]), thresholds, str(content["version"]))
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"{file} is no calibration") from error
