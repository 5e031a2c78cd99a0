"""From left-out scores to a calibration: Platt's map, thresholds of the bands, the figures of the model card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bot.detector.scoring import LARGEST_LOGIT
from bot.detector.training import folds, metrics
from bot.detector.training.clips import Clip
from bot.detector.training.metrics import Labels, Mark, Scores

# Formant and unit-selection voices and vocoder copies: heard by ear, rare in messages, and they bend the probabilities.
NOT_NEURAL: Final = ("copy-", "espeak", "festival", "flite", "OpenJTalk", "CycleGAN-VC(WORLD)")
FEW: Final = 8  # sources with fewer clips are weighed as one
SHORT_S: Final = 3.0  # notes with less speech have thresholds of their own
MOST_ALARMS: Final = 0.02  # share of the human clips that may be called synthetic
MOST_WEIGHED: Final = 0.04  # the same with every source alike, which the few clips of rare sources blow up
SIGNS_PRECISION: Final = 0.92  # asked here, so that 0.90 is kept elsewhere
NO_SIGNS_PRECISION: Final = 0.88  # asked here, so that 0.80 is kept elsewhere
MARGIN: Final = 0.2  # above the highest human score in a barred language: decoding moves a score by that much
LEAST_SHARE: Final = 0.05  # a band that less of its class reaches is not worth having, nor can it be measured


def neural(clip: Clip) -> bool:
    """Whether a clip counts for the probabilities: human, or spoken by a neural voice."""
    return not clip.generator.startswith(NOT_NEURAL)


@dataclass(frozen=True, slots=True)
class Left:
    """Left-out scores of clips: whole and cut to two seconds, in the order of `clips`."""

    clips: tuple[Clip, ...]
    whole: Scores
    short: Scores

    def labels(self) -> Labels:
        return np.array([clip.synthetic for clip in self.clips], dtype=np.bool_)


def weighed(scores: Scores, synthetic: Labels, weights: Scores, limit: float, *, upper: bool) -> Mark:
    """The mark beyond `limit`, each class weighed by `weights` (sources alike rather than clips alike)."""
    marked = scores >= limit if upper else scores <= limit
    caught = float(weights[synthetic & marked].sum() / weights[synthetic].sum())
    alarms = float(weights[~synthetic & marked].sum() / weights[~synthetic].sum())
    right, wrong = (caught, alarms) if upper else (alarms, caught)
    return Mark(limit, right / (right + wrong) if right + wrong else 0.0, caught, alarms)


def signs_threshold(scores: Scores, synthetic: Labels, weights: Scores) -> float | None:
    """The lowest threshold above which the mark keeps SIGNS_PRECISION, MOST_ALARMS and MOST_WEIGHED.

    None if few synthetic clips get there.
    """
    for limit in np.sort(np.unique(scores)):
        even = metrics.above(scores, synthetic, float(limit))
        fair = weighed(scores, synthetic, weights, float(limit), upper=True)
        if even.precision >= SIGNS_PRECISION and even.human <= MOST_ALARMS and fair.human <= MOST_WEIGHED:
            return float(limit) if min(even.synthetic, fair.synthetic) >= LEAST_SHARE else None
    return None


def no_signs_threshold(scores: Scores, synthetic: Labels, weights: Scores) -> float | None:
    """The highest threshold below which the mark keeps NO_SIGNS_PRECISION, or None if few human clips get there."""
    even = np.ones(len(scores))
    for limit in np.sort(np.unique(scores))[::-1]:
        marks = [weighed(scores, synthetic, w, float(limit), upper=False) for w in (weights, even)]
        if all(m.precision >= NO_SIGNS_PRECISION for m in marks):
            return float(limit) if min(m.human for m in marks) >= LEAST_SHARE else None
    return None


def calibrate(left: Left, served: Scores | None = None) -> dict[str, Any]:
    """Platt's map and thresholds (in calibrated logits) from left-out scores.

    `served`: scores of human clips in the languages of the bot's people that were barred from training. Few as they
    are, none of them may be marked: those people must not pay for what the other recordings lack.
    """
    y = left.labels()
    odds = np.array(folds.weights(left.clips, FEW))
    spoken = np.array([neural(clip) for clip in left.clips])
    slope, offset = metrics.platt(left.whole[spoken], y[spoken], odds[spoken])
    least = -np.inf if served is None or not len(served) else float(slope * served.max() + offset) + MARGIN
    rows = []
    for below, scores in ((SHORT_S, left.short), (None, left.whole)):
        logits = np.clip(slope * scores + offset, -LARGEST_LOGIT, LARGEST_LOGIT)
        signs = signs_threshold(logits, y, odds)
        if signs is not None:
            signs = max(signs, least) if least <= LARGEST_LOGIT else None  # beyond that no score comes
        rows.append(
            {
                "below_s": below,
                "synthetic": _rounded(signs),
                "no_signs": _rounded(no_signs_threshold(logits, y, odds)),
            }
        )
    for name in ("synthetic", "no_signs"):
        if rows[-1][name] is None:  # what whole notes do not earn, short ones only seem to
            rows[0][name] = None
    return {"platt": {"a": round(slope, 5), "b": round(offset, 5)}, "thresholds": rows}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def figures(clips: Sequence[Clip], scores: Scores, calibration: Mapping[str, Any], row: int = -1) -> dict[str, Any]:
    """What the bands do on these clips, both classes weighed equally. Needs clips of both classes."""
    y = np.array([clip.synthetic for clip in clips], dtype=np.bool_)
    logits = calibration["platt"]["a"] * scores + calibration["platt"]["b"]
    limits = calibration["thresholds"][row]
    never = Mark(0.0, 0.0, 0.0, 0.0)
    signs = never if limits["synthetic"] is None else metrics.above(logits, y, limits["synthetic"])
    none = never if limits["no_signs"] is None else metrics.below(logits, y, limits["no_signs"])
    p = 1 / (1 + np.exp(-logits))
    found = {
        "human": int((~y).sum()),
        "synthetic": int(y.sum()),
        "eer": metrics.eer(scores, y),
        "auc": metrics.auc(scores, y),
        "caught": signs.synthetic,
        "false_alarms": signs.human,
        "precision_synthetic": signs.precision,
        "missed": 1 - signs.synthetic,
        "no_signs_human": none.human,
        "no_signs_synthetic": none.synthetic,
        "precision_no_signs": none.precision,
        "ece": metrics.calibration_error(p, y),
    }
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()}


def by_key(
    clips: Sequence[Clip], scores: Scores, calibration: Mapping[str, Any], key: str
) -> dict[str, dict[str, Any]]:
    """For each generator or language: how many clips, and the share of each class in each band."""
    logits = calibration["platt"]["a"] * scores + calibration["platt"]["b"]
    limits = calibration["thresholds"][-1]
    human = scores[[not clip.synthetic for clip in clips]]
    found: dict[str, dict[str, Any]] = {}
    for name in sorted({getattr(clip, key) for clip in clips}):
        row: dict[str, Any] = {}
        for label, wanted in (("human", False), ("synthetic", True)):
            mask = np.array([getattr(c, key) == name and c.synthetic is wanted for c in clips])
            if not mask.any():
                continue
            row[label] = int(mask.sum())
            row[f"signs_{label}"] = _share(logits[mask], limits["synthetic"], upper=True)
            row[f"no_signs_{label}"] = _share(logits[mask], limits["no_signs"], upper=False)
            if wanted:
                both = np.concatenate([scores[mask], human])
                row["auc"] = round(metrics.auc(both, np.arange(len(both)) < mask.sum()), 3)
        found[name] = row
    return found


def _share(logits: Scores, limit: float | None, *, upper: bool) -> float:
    if limit is None:
        return 0.0
    return round(float((logits >= limit if upper else logits <= limit).mean()), 3)
