"""The teacher's scores of the clean clips, kept beside the cached features."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.detector.models import aasist, statedict
from bot.detector.models.network import Network
from bot.detector.training import codecs
from bot.detector.training.cache import Cached, cache_name

SCORES_FILE = "teacher.json"


def scores(
    items: Sequence[Cached], checkpoint: Path, folder: Path, threads: int = 2, say: Callable[[str], None] = print
) -> dict[Path, float]:
    """The teacher's score of each clip as it is; versions of a clip share it, since noise and codecs break the teacher.

    `checkpoint` is the AASIST state dictionary of ASVspoof 5 (MIT). Scores already in `folder` are not computed again.
    """
    file = folder / SCORES_FILE
    known: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    missing = [item for item in items if cache_name(item.clip) not in known]
    if missing:
        teacher = Network(aasist.build(statedict.read(checkpoint)), threads=threads)
        for number, item in enumerate(missing, start=1):
            known[cache_name(item.clip)] = teacher.raw(aasist.fit_length(codecs.decode(item.clip.path)))
            if number % 200 == 0 or number == len(missing):
                file.write_text(json.dumps(known), encoding="utf-8")
                say(f"teacher: {number} of {len(missing)} clips")
    return {item.clip.path: known[cache_name(item.clip)] for item in items}
