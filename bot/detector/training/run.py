"""The whole run: clips, features, teacher, members with left-out sources, calibration, the exported model."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from bot.detector.scoring import CALIBRATION_FILE, MODEL_FILE
from bot.detector.training import cache, calibrate, clips, export, fit, folds, teaching
from bot.detector.training.augment import MEASURED, VERSIONS
from bot.detector.training.cache import Cached
from bot.detector.training.network import Student

NAME: Final = "tirek-embedded"
SHORT_FRAMES: Final = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train and where to keep it."""

    audio: tuple[Path, ...]
    out: Path
    work: Path
    teacher: Path | None = None
    rounds: int = 1
    folds: int = 3
    workers: int = 2
    threads: int = 2
    limit: int = 0  # clips taken from each Common Voice or KSC folder, 0: all
    version: str = "1"
    settings: fit.Settings = field(default_factory=fit.Settings)


def run(plan: Plan, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Train, calibrate and export into plan.out; returns the calibration that was written.

    Members already in plan.work (same clips, same settings) are taken as they are, so a run can be resumed or extended.
    Raises ValueError where the clips do not hold both classes.
    """
    torch.set_num_threads(plan.threads)
    everything = [clip for folder in plan.audio for clip in clips.read_any(folder, plan.limit)]
    learn = clips.usable(everything)
    if len({clip.synthetic for clip in learn}) < 2:
        raise ValueError("training needs human and synthetic clips")
    say(f"{len(everything)} clips, {len(learn)} of them to learn from")
    items = cache.build_all(everything, plan.work, plan.workers, say)
    chosen = set(learn)
    own = [item for item in items if item.clip in chosen]
    others = [item for item in items if item.clip not in chosen]
    heard = teaching.scores(own, plan.teacher, plan.work, plan.threads, say) if plan.teacher else {}
    members, left = train_members(plan, own, heard, say)
    calibration = write(plan, members, own, others, left, bool(heard))
    usual = calibration["figures"]
    say(f"left-out EER {usual['eer']:.3f}, caught {usual['caught']:.2f}, false alarms {usual['false_alarms']:.3f}")
    return calibration


def member(
    plan: Plan,
    own: Sequence[Cached],
    heard: Mapping[Path, float],
    number: int,
    fold: int,
    say: Callable[[str], None],
) -> tuple[Student, list[int]]:
    """The member that leaves out `fold` of round `number`, from plan.work or trained now; and what it left out."""
    places = folds.assign([item.clip for item in own], plan.folds, number)
    where = [index for index, place in enumerate(places) if place == fold]
    seed = 100 * number + fold
    facts = json.dumps([dataclasses.asdict(plan.settings), plan.folds, len(own), len(heard), seed])
    file = plan.work / f"member-{hashlib.sha256(facts.encode()).hexdigest()[:16]}.pt"
    if file.exists():
        model = Student(plan.settings.widths)
        model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        return model.eval(), where
    part = [item for item, place in zip(own, places, strict=True) if place != fold]
    say(f"round {number} fold {fold}: {len(part)} of {len(own)} clips")
    model = fit.train(part, heard, plan.settings, seed, say)
    torch.save(model.state_dict(), file)
    return model, where


def train_members(
    plan: Plan, own: Sequence[Cached], heard: Mapping[Path, float], say: Callable[[str], None]
) -> tuple[list[Student], dict[str, np.ndarray[Any, np.dtype[np.float64]]]]:
    """All members, and for each clip the mean score of the members that had not heard its source, by version.

    Keys of the scores: the names of VERSIONS, and "short" for the first two seconds of the measured one.
    """
    kinds = [*VERSIONS, "short"]
    sums = {kind: np.zeros(len(own)) for kind in kinds}
    members: list[Student] = []
    for number in range(plan.rounds):
        for fold in range(plan.folds):
            model, where = member(plan, own, heard, number, fold, say)
            members.append(model)
            stranger = [own[i] for i in where]
            for index, kind in enumerate(kinds):
                frames = SHORT_FRAMES if kind == "short" else 0
                version = MEASURED if kind == "short" else index
                sums[kind][where] += fit.raw_scores(model, stranger, version, frames)
    return members, {kind: total / plan.rounds for kind, total in sums.items()}


def write(
    plan: Plan,
    members: Sequence[Student],
    own: Sequence[Cached],
    others: Sequence[Cached],
    left: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]],
    taught: bool,
) -> dict[str, Any]:
    """Calibrate, export the network and write calibration.json with every figure of the model card."""
    known = tuple(item.clip for item in own)
    whole = left[VERSIONS[MEASURED]]
    found = calibrate.calibrate(calibrate.Left(known, whole, left["short"]))
    lengths = {
        "first 2 s": calibrate.figures(known, left["short"], found, 0),
        "whole": calibrate.figures(known, whole, found),
    }
    content = {
        "name": NAME,
        "version": plan.version,
        **found,
        "figures": {
            "how": "clips as Telegram delivers them (Ogg/Opus 24 kbit/s), each scored only by members of the ensemble "
            "that had not heard its source; both classes weighed equally",
            **calibrate.figures(known, whole, found),
            "neural_only": _neural_only(known, whole, found),
            "by_codec": {name: calibrate.figures(known, left[name], found) for name in VERSIONS},
            "by_length": lengths,
            "by_generator": calibrate.by_key(known, whole, found, "generator"),
            "by_language": calibrate.by_key(known, whole, found, "language"),
            "never_trained_on": _outsiders(members, own, others, whole, found),
        },
        "training": {
            "clips": len(own),
            "human": sum(not clip.synthetic for clip in known),
            "synthetic": sum(clip.synthetic for clip in known),
            "generators": len({clip.generator for clip in known if clip.synthetic}),
            "human_sources": len({clip.source for clip in known if not clip.synthetic}),
            "languages": dict(Counter(clip.language for clip in known).most_common()),
            "members": len(members),
            "distilled": taught,
            "settings": dataclasses.asdict(plan.settings),
        },
    }
    plan.out.mkdir(parents=True, exist_ok=True)
    export.export(members, plan.out / MODEL_FILE)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (plan.out / CALIBRATION_FILE).write_text(text, encoding="utf-8")
    return content


def _neural_only(
    known: Sequence[clips.Clip], scores: np.ndarray[Any, np.dtype[np.float64]], found: Mapping[str, Any]
) -> dict[str, Any]:
    keep = [i for i, clip in enumerate(known) if calibrate.neural(clip)]
    return calibrate.figures([known[i] for i in keep], scores[keep], found)


def _outsiders(
    members: Sequence[Student],
    own: Sequence[Cached],
    others: Sequence[Cached],
    whole: np.ndarray[Any, np.dtype[np.float64]],
    found: Mapping[str, Any],
) -> dict[str, Any]:
    """Clips barred from training, by language and generator, scored by all members; ranked against left-out humans.

    Their generators may have been heard in other languages; the model card says so.
    """
    if not others:
        return {}
    scores = np.mean([fit.raw_scores(model, others) for model in members], axis=0)
    human = [i for i, item in enumerate(own) if not item.clip.synthetic]
    pool = [item.clip for item in others] + [own[i].clip for i in human]
    joined = np.concatenate([scores, whole[human]])
    rows: dict[str, Any] = {}
    for key in ("language", "generator"):
        table = calibrate.by_key(pool, joined, found, key)
        rows[f"by_{key}"] = {
            name: row for name, row in table.items() if name in {getattr(item.clip, key) for item in others}
        }
    return rows
