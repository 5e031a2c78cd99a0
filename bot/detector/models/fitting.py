"""Fitting the bands of an installed model: alone, and together with the embedded one.

The same rules as for the embedded model: Platt's map on human and neural speech, bands that earn their precision with
both classes weighed equally, and no mark on any human recording in a language that has only a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bot.detector.activity import Activity, analyse
from bot.detector.audio import Unusable
from bot.detector.checks import unscorable
from bot.detector.children import Decoders
from bot.detector.features import Floats
from bot.detector.models.listener import LEAST_SNR_DB, LEAST_SPEECH_S
from bot.detector.models.network import Network
from bot.detector.models.registry import ModelError
from bot.detector.scoring import Model
from bot.detector.training import calibrate, folds, metrics
from bot.detector.training.clips import UNBALANCED, Clip
from bot.detector.training.metrics import Scores

FEWEST: Final = 50  # recordings of each class: fewer cannot show a false alarm in fifty
RIDGE: Final = 1e-3  # on recordings that are told apart without an error, certainty must not grow for ever
ENOUGH: Final = 200  # human recordings of a language, from which on it counts like any other


@dataclass(frozen=True, slots=True)
class Heard:
    """Recordings that both models may judge, and their raw scores in the same order."""

    clips: tuple[Clip, ...]
    embedded: Scores
    other: Scores


def judgeable(samples: Floats) -> Activity | None:
    """What the recording holds, or None where the installed model would not be asked about it."""
    activity = analyse(samples)
    quiet = activity.snr_db is None or activity.snr_db >= LEAST_SNR_DB
    return activity if unscorable(activity) is None and quiet and activity.speech_s >= LEAST_SPEECH_S else None


def listen(
    clips: Sequence[Clip],
    decoders: Decoders,
    embedded: Model,
    network: Network,
    tick: Callable[[], None] = lambda: None,
) -> Heard:
    """Score recordings with both, as a check does. Those that cannot be read or judged are left out."""
    kept: list[Clip] = []
    scores: list[tuple[float, float]] = []
    for clip in clips:
        tick()
        try:
            samples = decoders.decode(clip.path.read_bytes()).samples
        except (OSError, Unusable):
            continue
        activity = judgeable(samples)
        if activity is None:
            continue
        own = embedded.score(samples, activity.speech).raw
        pieces = network.hear(samples, activity.speech)
        kept.append(clip)
        scores.append((own, float(np.mean([piece.raw for piece in pieces]))))
    columns = np.array(scores, dtype=np.float64).reshape(-1, 2)
    return Heard(tuple(kept), columns[:, 0], columns[:, 1])


def fit(heard: Heard, sha256: str, embedded: dict[str, str], how: str) -> dict[str, Any]:
    """The content of calibration.json. Raises ModelError where the recordings cannot carry one.

    `sha256` is the model's file's; `embedded` names the embedded model and its version.
    """
    human: dict[str, int] = {}
    for clip in heard.clips:
        human[clip.language] = human.get(clip.language, 0) + (not clip.synthetic)
    few = {language for language in UNBALANCED if human.get(language, 0) < ENOUGH}
    usable = np.array([clip.language not in few for clip in heard.clips], dtype=np.bool_)
    spared = np.array([clip.language in few and not clip.synthetic for clip in heard.clips], dtype=np.bool_)
    clips = tuple(clip for clip, keep in zip(heard.clips, usable, strict=True) if keep)
    y = np.array([clip.synthetic for clip in clips], dtype=np.bool_)
    if min(int(y.sum()), int((~y).sum())) < FEWEST:
        raise ModelError(
            f"{int((~y).sum())} human and {int(y.sum())} synthetic recordings can be judged, {FEWEST} of each are "
            f"needed. (In Kazakh and Russian they count from {ENOUGH} human ones on.)"
        )
    other = heard.other[usable]
    if metrics.auc(other, y) < 0.5:
        raise ModelError(
            "The model calls the human recordings synthetic. Are its columns the other way round? Install it again "
            "with --columns human,synthetic"
        )
    both = np.stack([heard.embedded, heard.other], axis=1)
    alone = _fit(clips, y, heard.other[:, None], usable, spared)
    slope = alone["weights"].pop("slopes")
    alone["weights"] = {"bias": alone["weights"]["bias"], "embedded": 0.0, "other": slope[0]}
    fused = _fit(clips, y, both, usable, spared)
    slopes = fused["weights"].pop("slopes")
    fused["weights"] = {"bias": fused["weights"]["bias"], "embedded": slopes[0], "other": slopes[1]}
    return {
        "sha256": sha256,
        "how": how,
        "clips": {"human": int((~y).sum()), "synthetic": int(y.sum()), "spared": int(spared.sum())},
        "alone": alone,
        "fused": {"embedded": embedded, **fused} if min(slopes) > 0 else None,
    }


def _fit(clips: tuple[Clip, ...], y: Any, columns: Scores, usable: Any, spared: Any) -> dict[str, Any]:
    """Weights, thresholds and figures for (N, K) raw scores of all recordings; fitted on the usable ones."""
    known = columns[usable]
    odds = np.array(folds.weights(clips, calibrate.FEW))
    neural = np.array([calibrate.neural(clip) for clip in clips], dtype=np.bool_)
    *slopes, bias = metrics.logistic(known[neural], y[neural], odds[neural], RIDGE)
    scores = columns @ np.array(slopes) + bias
    left = calibrate.Left(clips, scores[usable], scores[usable])
    found = calibrate.calibrate(left, scores[spared] if spared.any() else None)
    found["thresholds"] = found["thresholds"][-1:]  # shorter notes are the embedded model's alone
    scale, shift = found["platt"]["a"], found["platt"]["b"]
    return {
        "weights": {
            "bias": round(scale * bias + shift, 5),
            "slopes": [round(scale * slope, 5) for slope in slopes],
        },
        "thresholds": found["thresholds"],
        "figures": {
            **calibrate.figures(clips, scores[usable], found),
            "neural_only": calibrate.figures(
                [clip for clip, keep in zip(clips, neural, strict=True) if keep], scores[usable][neural], found
            ),
            "by_generator": calibrate.by_key(clips, scores[usable], found, "generator"),
            "by_language": calibrate.by_key(clips, scores[usable], found, "language"),
        },
    }
