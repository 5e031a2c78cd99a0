"""Training one member of the ensemble on cached features."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bot.detector.features import BANDS, Floats, window
from bot.detector.scoring import window_starts
from bot.detector.training import folds
from bot.detector.training.augment import MEASURED, VERSIONS
from bot.detector.training.cache import Cached
from bot.detector.training.network import WIDTHS, Student

TEACHER_SLOPE: Final = 0.11  # p = sigmoid(slope * s + offset) of the teacher's score, fitted on other material
TEACHER_OFFSET: Final = 1.16


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how hard to train."""

    epochs: int = 40
    epoch_clips: int = 1536
    batch: int = 48
    rate: float = 3e-3
    decay: float = 0.02
    teacher_share: float = 0.5
    widths: tuple[int, ...] = WIDTHS
    shortest: int = 120  # frames in the shortest training cut
    longest: int = 300


def soft_target(synthetic: bool, teacher: float | None, share: float) -> float:
    """The label, or a blend of it with the teacher's probability where the teacher scored the clip."""
    label = float(synthetic)
    if teacher is None:
        return label
    p = 1 / (1 + math.exp(-max(-60.0, min(60.0, TEACHER_SLOPE * teacher + TEACHER_OFFSET))))
    return (1 - share) * label + share * p


def disturb(windows: Floats, rng: np.random.Generator) -> Floats:
    """SpecAugment and a raised floor on a batch of log bands (N, frames, BANDS); changes its argument."""
    count, frames, _ = windows.shape
    for index in range(count):
        piece = windows[index]
        if rng.random() < 0.5:  # steady noise of any strength below the speech, the same in every band
            level = float(np.log(np.mean(np.exp(piece)))) - rng.uniform(2.5, 12.0)
            np.logaddexp(piece, level, out=piece)
        piece -= piece.mean(axis=0, keepdims=True)
        for _ in range(2):
            width = int(rng.integers(0, 13))
            low = int(rng.integers(0, BANDS - width))
            piece[:, low : low + width] = 0
        for _ in range(2):
            width = int(rng.integers(0, 25))
            start = int(rng.integers(0, frames - width))
            piece[start : start + width] = 0
    return windows


def batch_of(
    chosen: Sequence[Cached], targets: Sequence[float], frames: int, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Random cuts of random versions, disturbed and mixed: (N, BANDS, frames) and targets (N,)."""
    cuts = np.empty((len(chosen), frames, BANDS), dtype=np.float32)
    for index, item in enumerate(chosen):
        logs = item.logs[int(rng.integers(len(VERSIONS)))]
        if len(logs) < frames:
            logs = np.tile(logs, (-(-frames // len(logs)), 1))
        start = int(rng.integers(len(logs) - frames + 1))
        cuts[index] = logs[start : start + frames]
    goal = np.array(targets, dtype=np.float32)
    cuts = disturb(cuts, rng)
    share = rng.beta(0.3, 0.3, size=len(chosen)).astype(np.float32)
    share = np.maximum(share, 1 - share)
    other = rng.permutation(len(chosen))
    cuts = share[:, None, None] * cuts + (1 - share)[:, None, None] * cuts[other]
    goal = share * goal + (1 - share) * goal[other]
    return torch.from_numpy(cuts.transpose(0, 2, 1).copy()), torch.from_numpy(goal)


def train(
    items: Sequence[Cached],
    teacher: Mapping[Path, float],
    settings: Settings,
    seed: int,
    say: Callable[[str], None] = print,
) -> Student:
    """One student trained on `items`; the weights are a running mean of the last part of the run."""
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    clips = [item.clip for item in items]
    odds = np.array(folds.weights(clips))
    odds /= odds.sum()
    goals = [soft_target(clip.synthetic, teacher.get(clip.path), settings.teacher_share) for clip in clips]
    model = Student(settings.widths)
    model.to(memory_format=torch.channels_last)  # five times faster on a processor
    mean = copy.deepcopy(model)
    steps = settings.epochs * settings.epoch_clips // settings.batch
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.rate, steps, pct_start=0.15)
    loss_of = torch.nn.BCEWithLogitsLoss()
    began, seen = time.monotonic(), 0.0
    model.train()
    for step in range(steps):
        picked = rng.choice(len(items), settings.batch, p=odds)
        frames = int(rng.integers(settings.shortest, settings.longest + 1)) // 16 * 16
        windows, target = batch_of([items[i] for i in picked], [goals[i] for i in picked], frames, rng)
        loss = loss_of(model(windows), target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        schedule.step()
        follow(mean, model, min(0.995, 1 - 1 / (1 + step / 4)))
        seen += float(loss.detach())
        if (step + 1) % max(1, steps // 10) == 0:
            say(
                f"  seed {seed} step {step + 1}/{steps} loss {seen / max(1, steps // 10):.3f} "
                f"{time.monotonic() - began:.0f} s"
            )
            seen = 0.0
    return mean.eval()


@torch.no_grad()
def follow(mean: Student, model: Student, keep: float) -> None:
    """Move the running mean of all weights and statistics towards the model."""
    for old, new in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)


def raw_scores(
    network: Callable[[Floats], Floats],
    items: Sequence[Cached],
    version: int = MEASURED,
    frames: int = 0,
    batch: int = 64,
) -> NDArray[np.float64]:
    """One raw score a clip: the mean over its windows as at run time, all frames taken for speech.

    `network` maps windows (N, BANDS, frames) to logits (N,), as export.runner gives it.
    `version` of augment.VERSIONS, from its first `frames` (0: all).
    """
    owners: list[int] = []
    pieces: list[Floats] = []
    sums = np.zeros(len(items))
    counts = np.zeros(len(items))

    def flush() -> None:
        logits = network(np.stack(pieces))
        np.add.at(sums, owners, logits)
        np.add.at(counts, owners, 1)
        owners.clear()
        pieces.clear()

    for index, item in enumerate(items):
        logs = item.logs[version][: frames or None].astype(np.float32)
        for start in window_starts(len(logs)):
            owners.append(index)
            pieces.append(window(logs, start))
            if len(pieces) == batch:
                flush()
    if pieces:
        flush()
    found: NDArray[np.float64] = sums / np.maximum(counts, 1)
    return found
