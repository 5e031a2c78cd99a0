"""Calibrating the teacher, a published checkpoint, together with the model that was just trained.

An operator who installs the checkpoint then has both, with bands that were earned. For the model the left-out scores
count, as everywhere; the checkpoint has heard none of the recordings. Both hear them as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.detector.models.fitting import Heard, fit
from bot.detector.training.augment import VERSIONS
from bot.detector.training.cache import Cached
from bot.detector.training.metrics import Scores

VERSION: Final = VERSIONS.index("as_is")
HOW: Final = (
    "clips as they are, the checkpoint on the first four seconds; for the embedded model the scores of members that "
    "had not heard the clip's source; both classes weighed equally"
)


def calibration(
    items: Sequence[Cached],
    embedded: Scores,
    teacher: Mapping[Path, float],
    checkpoint: Path,
    model: Mapping[str, Any],
) -> dict[str, Any]:
    """The checkpoint's calibration, alone and together with `model` (a calibration.json).

    `embedded` are the model's raw scores of `items` in version VERSION, none by a member that heard the clip;
    `teacher` the checkpoint's by path. Raises ModelError where the clips cannot carry a calibration.
    """
    other = np.array([teacher[item.clip.path] for item in items], dtype=np.float64)
    heard = Heard(tuple(item.clip for item in items), embedded, other)
    digest = hashlib.sha256(checkpoint.read_bytes()).hexdigest()
    return fit(heard, digest, {"name": model["name"], "version": model["version"]}, HOW)
