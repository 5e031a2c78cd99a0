"""Which clips a member of the ensemble does not hear: whole sources, so that left-out scores are about strangers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

from bot.detector.training.clips import Clip

_LARGE = 200  # a human source above this is split by speaker: no fold could do without it


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def groups(clips: Sequence[Clip]) -> list[str]:
    """A name for each clip; clips of one name are always left out together.

    Synthetic speech goes by its source (related generators share one), vocoder copies of human clips by their vocoder,
    human speech by its source, or by its speaker where one source is most of the human material.
    """
    sizes = Counter(clip.source for clip in clips if not clip.synthetic)
    names = []
    for clip in clips:
        if clip.synthetic:
            family = "Kokoro" if "Kokoro" in clip.generator else clip.source
            names.append(f"s:{clip.generator if clip.generator.startswith('copy-') else family}")
        elif sizes[clip.source] > _LARGE:
            names.append(f"h:{clip.source}:{clip.speaker}")
        else:
            names.append(f"h:{clip.source}")
    return names


def assign(clips: Sequence[Clip], folds: int, seed: int) -> list[int]:
    """The fold of each clip: groups are dealt by size to the fold that has least of their class, ties by `seed`."""
    names = groups(clips)
    sizes = Counter(names)
    filled = {"s": [0.0] * folds, "h": [0.0] * folds}
    place: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: _hash(f"{seed}|{name}")):
        load = filled[name[0]]
        # the square root: a generator with many clips should not have a fold to itself
        place[name] = load.index(min(load))
        load[place[name]] += sizes[name] ** 0.5
    return [place[name] for name in names]


def weights(clips: Sequence[Clip]) -> list[float]:
    """Draw weights: both classes alike, within a class each generator or human source by 1/sqrt(its clips)."""
    keys = [clip.generator if clip.synthetic else clip.source for clip in clips]
    sizes = Counter(zip((clip.label for clip in clips), keys, strict=True))
    raw = [sizes[clip.label, key] ** -0.5 for clip, key in zip(clips, keys, strict=True)]
    total: dict[str, float] = {}
    for clip, weight in zip(clips, raw, strict=True):
        total[clip.label] = total.get(clip.label, 0.0) + weight
    return [weight / total[clip.label] / 2 for clip, weight in zip(clips, raw, strict=True)]
