"""Ranking and calibration figures, both classes weighed equally. Scores: the higher, the more synthetic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Labels = NDArray[np.bool_]


def auc(scores: Scores, synthetic: Labels) -> float:
    """The share of (synthetic, human) pairs in the right order; ties count half. Needs both classes."""
    human = np.sort(scores[~synthetic])
    machine = scores[synthetic]
    below = np.searchsorted(human, machine, "left") + np.searchsorted(human, machine, "right")
    return float(below.mean() / (2 * len(human)))


def eer(scores: Scores, synthetic: Labels) -> float:
    """The error where as many human clips are above the threshold as synthetic ones are below it."""
    order = np.sort(np.unique(scores))
    missed = np.searchsorted(np.sort(scores[synthetic]), order, "left") / synthetic.sum()
    alarms = 1 - np.searchsorted(np.sort(scores[~synthetic]), order, "left") / (~synthetic).sum()
    best = int(np.argmin(np.abs(missed - alarms)))
    return float((missed[best] + alarms[best]) / 2)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a threshold does: how often the mark is right, and how much of each class gets it."""

    threshold: float
    precision: float
    synthetic: float  # share of the synthetic clips with the mark
    human: float  # share of the human clips with the mark


def above(scores: Scores, synthetic: Labels, threshold: float) -> Mark:
    """The mark `synthetic` at score >= threshold."""
    caught = float((scores[synthetic] >= threshold).mean())
    alarms = float((scores[~synthetic] >= threshold).mean())
    return Mark(threshold, caught / (caught + alarms) if caught + alarms else 1.0, caught, alarms)


def below(scores: Scores, synthetic: Labels, threshold: float) -> Mark:
    """The mark `no_signs` at score <= threshold."""
    missed = float((scores[synthetic] <= threshold).mean())
    right = float((scores[~synthetic] <= threshold).mean())
    return Mark(threshold, right / (right + missed) if right + missed else 1.0, missed, right)


def platt(scores: Scores, synthetic: Labels, weights: Scores | None = None) -> tuple[float, float]:
    """a, b of p = sigmoid(a*score + b), by logistic regression, both classes weighed equally."""
    slope, offset = logistic(scores[:, None], synthetic, weights)
    return slope, offset


def logistic(
    scores: Scores, synthetic: Labels, weights: Scores | None = None, ridge: float = 1e-6
) -> tuple[float, ...]:
    """One slope for each column of (N, K) scores, the offset last; Newton's method, both classes weighed equally.

    `ridge` keeps the slopes finite where the scores tell the classes apart without an error.
    """
    own = np.ones(len(scores)) if weights is None else weights
    weight = np.where(synthetic, own / own[synthetic].sum(), own / own[~synthetic].sum())
    design = np.concatenate([scores, np.ones((len(scores), 1))], axis=1)
    found = np.zeros(design.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(design @ found, -40, 40)))
        gradient = design.T @ (weight * (p - synthetic)) + ridge * found
        hessian = (design * (weight * p * (1 - p))[:, None]).T @ design + ridge * np.eye(len(found))
        step = np.linalg.solve(hessian, gradient)
        found -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return tuple(float(value) for value in found)


def calibration_error(p: Scores, synthetic: Labels, bins: int = 10) -> float:
    """Mean distance of p from what happened, over equal-width bins, both classes weighed equally."""
    weight = np.where(synthetic, 0.5 / synthetic.sum(), 0.5 / (~synthetic).sum())
    place = np.minimum((p * bins).astype(int), bins - 1)
    error = 0.0
    for index in range(bins):
        inside = place == index
        if inside.any():
            error += abs(float((weight * (p - synthetic))[inside].sum()))
    return error
