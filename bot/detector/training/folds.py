"""Which clips a member of the ensemble does not hear: whole sources, so that left-out scores are about strangers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.detector.training.clips import Clip

NEVER: Final = -1  # the fold of clips that every member hears
_LARGE: Final = 200  # a human source above this is split by speaker: no fold could do without it


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


def imitated(clips: Sequence[Clip]) -> set[str]:
    """Human speakers that generators imitate: NAME where a synthetic clip's speaker is NAME-tts, in any case.

    A member that heard such a voice only from generators would take the person for a machine. That would be a finding
    about the folds and not about strangers, so these speakers are never left out, and never measured.
    """
    copies = {clip.speaker.lower() for clip in clips if clip.synthetic}
    return {clip.speaker for clip in clips if not clip.synthetic and f"{clip.speaker.lower()}-tts" in copies}


def assign(clips: Sequence[Clip], folds: int, seed: int) -> list[int]:
    """The fold of each clip: groups in an order by `seed`, each to the fold that has least of their class; or NEVER."""
    names = groups(clips)
    sizes = Counter(names)
    filled = {"s": [0.0] * folds, "h": [0.0] * folds}
    place: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: _hash(f"{seed}|{name}")):
        load = filled[name[0]]
        # the square root: a generator with many clips should not have a fold to itself
        place[name] = load.index(min(load))
        load[place[name]] += sizes[name] ** 0.5
    known = imitated(clips)
    return [
        NEVER if not clip.synthetic and clip.speaker in known else place[name]
        for clip, name in zip(clips, names, strict=True)
    ]


def weights(clips: Sequence[Clip], least: int = 1) -> list[float]:
    """Weights of the clips: both classes alike, within a class each generator or human source by 1/sqrt(its clips).

    Generators or sources with fewer than `least` clips count as one: two clips are no measurement of anything.
    """
    keys = [clip.generator if clip.synthetic else clip.source for clip in clips]
    sizes = Counter(zip((clip.label for clip in clips), keys, strict=True))
    keys = [key if sizes[clip.label, key] >= least else "few" for clip, key in zip(clips, keys, strict=True)]
    sizes = Counter(zip((clip.label for clip in clips), keys, strict=True))
    raw = [sizes[clip.label, key] ** -0.5 for clip, key in zip(clips, keys, strict=True)]
    total: dict[str, float] = {}
    for clip, weight in zip(clips, raw, strict=True):
        total[clip.label] = total.get(clip.label, 0.0) + weight
    return [weight / total[clip.label] / 2 for clip, weight in zip(clips, raw, strict=True)]
