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
from bot.detector.training import beside, cache, calibrate, clips, export, fit, folds, teaching
from bot.detector.training.augment import MEASURED, VERSIONS
from bot.detector.training.cache import Cached
from bot.detector.training.clips import Clip
from bot.detector.training.metrics import Scores
from bot.detector.training.network import Student

NAME: Final = "tirek-embedded"
SHORT: Final = "short"
SHORT_FRAMES: Final = 200
KINDS: Final = (*VERSIONS, SHORT)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train and where to keep it."""

    audio: tuple[Path, ...]
    out: Path
    work: Path
    teacher: Path | None = None
    beside: bool = False  # also calibrate the teacher together with the model
    rounds: int = 1
    folds: int = 3
    workers: int = 2
    threads: int = 2
    epochs: tuple[int, ...] = ()  # by fold, where they differ from settings.epochs
    limit: int = 0  # clips taken from each Common Voice or KSC folder, 0: all
    version: str = "1"
    settings: fit.Settings = field(default_factory=fit.Settings)

    def settings_of(self, fold: int) -> fit.Settings:
        """The settings of the members that leave out `fold`."""
        return dataclasses.replace(self.settings, epochs=self.epochs[fold]) if self.epochs else self.settings


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
    own = cache.build_all(learn, plan.work, plan.workers, say)
    chosen = set(learn)
    rest = [clip for clip in everything if clip not in chosen]
    others = cache.build_all(rest, plan.work, plan.workers, say, (MEASURED,)) if rest else []
    heard = teaching.scores(own, plan.teacher, plan.work, plan.threads, say) if plan.teacher else {}
    members, left = train_members(plan, own, heard, say)
    judged = [index for index, value in enumerate(left[VERSIONS[MEASURED]]) if not np.isnan(value)]
    scores = {kind: values[judged] for kind, values in left.items()}
    calibration = write(plan, members, own, [own[index] for index in judged], others, scores, bool(heard))
    if plan.beside and plan.teacher:
        _beside(plan, plan.teacher, members, [own[i] for i in judged], rest, scores, heard, calibration, say)
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
) -> tuple[Student, list[int], Path]:
    """The member that leaves out `fold` of round `number`, kept or trained now; what it left out; its file."""
    places = folds.assign([item.clip for item in own], plan.folds, number)
    where = [index for index, place in enumerate(places) if place == fold]
    seed = 100 * number + fold
    settings = plan.settings_of(fold)
    facts = json.dumps([dataclasses.asdict(settings), plan.folds, len(own), len(heard), seed])
    file = plan.work / f"member-{hashlib.sha256(facts.encode()).hexdigest()[:16]}.pt"
    if file.exists():
        model = Student(settings.widths)
        model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        return model.eval(), where, file
    part = [item for item, place in zip(own, places, strict=True) if place != fold]
    say(f"round {number} fold {fold}: {len(part)} of {len(own)} clips")
    model = fit.train(part, heard, settings, seed, say)
    torch.save(model.state_dict(), file)
    return model, where, file


def judge(model: Student, strangers: Sequence[Cached], file: Path) -> dict[str, Scores]:
    """The scores that a member gives to clips it had not heard, by KINDS; kept in `file`."""
    if file.exists():
        with np.load(file, allow_pickle=False) as data:
            return {kind: data[kind] for kind in KINDS}
    network = export.runner([model])
    found = {
        kind: fit.raw_scores(
            network,
            strangers,
            MEASURED if kind == SHORT else VERSIONS.index(kind),
            SHORT_FRAMES if kind == SHORT else 0,
        )
        for kind in KINDS
    }
    with file.open("wb") as out:
        np.savez(out, allow_pickle=False, **found)
    return found


def train_members(
    plan: Plan, own: Sequence[Cached], heard: Mapping[Path, float], say: Callable[[str], None]
) -> tuple[list[Student], dict[str, Scores]]:
    """All members, and for each clip the mean score of the members that had not heard its source, by version.

    Keys of the scores are KINDS; SHORT is the first two seconds of the measured version. NaN for clips that every
    member heard.
    """
    sums = {kind: np.zeros(len(own)) for kind in KINDS}
    judged = np.zeros(len(own))
    members: list[Student] = []
    for number in range(plan.rounds):
        for fold in range(plan.folds):
            model, where, file = member(plan, own, heard, number, fold, say)
            members.append(model)
            judged[where] += 1
            for kind, scores in judge(model, [own[i] for i in where], file.with_suffix(".npz")).items():
                sums[kind][where] += scores
    return members, {kind: total / np.where(judged, judged, np.nan) for kind, total in sums.items()}


def write(
    plan: Plan,
    members: Sequence[Student],
    own: Sequence[Cached],
    judged: Sequence[Cached],
    others: Sequence[Cached],
    left: Mapping[str, Scores],
    taught: bool,
) -> dict[str, Any]:
    """Calibrate, export the network and write calibration.json with every figure of the model card.

    `own` are the clips trained on, `judged` those of them with left-out scores, in the order of `left`.
    """
    heard = tuple(item.clip for item in own)
    known = tuple(item.clip for item in judged)
    whole = left[VERSIONS[MEASURED]]
    human = [item for item in others if not item.clip.synthetic]
    served = fit.raw_scores(export.runner(members), human) if human else None
    found = calibrate.calibrate(calibrate.Left(known, whole, left[SHORT]), served)
    lengths = {
        "first 2 s": calibrate.figures(known, left[SHORT], found, 0),
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
            "never_trained_on": _outsiders(members, judged, others, whole, found),
        },
        "training": {
            "clips": len(own),
            "human": sum(not clip.synthetic for clip in heard),
            "synthetic": sum(clip.synthetic for clip in heard),
            "generators": len({clip.generator for clip in heard if clip.synthetic}),
            "human_sources": len({clip.source for clip in heard if not clip.synthetic}),
            "languages": dict(Counter(clip.language for clip in heard).most_common()),
            "members": len(members),
            "distilled": taught,
            "settings": dataclasses.asdict(plan.settings),
            "epochs": [plan.settings_of(fold).epochs for fold in range(plan.folds)],
        },
    }
    plan.out.mkdir(parents=True, exist_ok=True)
    export.export(members, plan.out / MODEL_FILE)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (plan.out / CALIBRATION_FILE).write_text(text, encoding="utf-8")
    return content


def _beside(
    plan: Plan,
    checkpoint: Path,
    members: Sequence[Student],
    judged: Sequence[Cached],
    others: Sequence[Clip],
    left: Mapping[str, Scores],
    heard: Mapping[Path, float],
    calibration: Mapping[str, Any],
    say: Callable[[str], None],
) -> None:
    """Calibrate the teacher with the model and write that into plan.out, by the name of the checkpoint.

    Human clips that were barred from training are scored by all members: no band may mark one of them.
    """
    version = VERSIONS[beside.VERSION]
    human = [clip for clip in others if not clip.synthetic]
    spared = cache.build_all(human, plan.work, plan.workers, say, (beside.VERSION,)) if human else []
    own = left[version]
    if spared:
        own = np.concatenate([own, fit.raw_scores(export.runner(members), spared, beside.VERSION)])
        heard = {**heard, **teaching.scores(spared, checkpoint, plan.work, plan.threads, say)}
    content = beside.calibration([*judged, *spared], own, heard, checkpoint, calibration)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    (plan.out / f"{checkpoint.stem}.json").write_text(text, encoding="utf-8")
    if content["fused"]:
        figures = content["fused"]["figures"]
        say(f"with {checkpoint.stem}: EER {figures['eer']:.3f}, caught {figures['caught']:.2f}")


def _neural_only(known: Sequence[clips.Clip], scores: Scores, found: Mapping[str, Any]) -> dict[str, Any]:
    keep = [i for i, clip in enumerate(known) if calibrate.neural(clip)]
    return calibrate.figures([known[i] for i in keep], scores[keep], found)


def _outsiders(
    members: Sequence[Student],
    judged: Sequence[Cached],
    others: Sequence[Cached],
    whole: Scores,
    found: Mapping[str, Any],
) -> dict[str, Any]:
    """Clips barred from training, by language and generator, scored by all members; ranked against left-out humans.

    Their generators may have been heard in other languages; the model card says so.
    """
    if not others:
        return {}
    scores = fit.raw_scores(export.runner(members), others)
    human = [i for i, item in enumerate(judged) if not item.clip.synthetic]
    pool = [item.clip for item in others] + [judged[i].clip for i in human]
    joined = np.concatenate([scores, whole[human]])
    rows: dict[str, Any] = {}
    for key in ("language", "generator"):
        table = calibrate.by_key(pool, joined, found, key)
        rows[f"by_{key}"] = {
            name: row for name, row in table.items() if name in {getattr(item.clip, key) for item in others}
        }
    return rows
