"""Listening to an operator's recordings with an outside service, to fit its bands (`tirek model calibrate --outside`).

The same recordings are heard, by the same rules, as in a check: what a check would not send is not sent here either.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.detector.checks import Checker
from bot.detector.features import Floats
from bot.detector.models.fitting import Heard, fit
from bot.detector.models.registry import ModelError
from bot.detector.providers.adapter import logit
from bot.detector.providers.outside import Outside, Service
from bot.detector.providers.verdict import measured_like, worth_sending
from bot.detector.training.clips import Clip

_HOPELESS: Final = frozenset(
    ("budget", "key", "quota", "resting", "unreachable", "down", "timeout")
)  # the next recording fares no better


async def listen(
    clips: Sequence[Clip], checker: Checker, outside: Outside, service: Service, tick: Callable[[], None] = lambda: None
) -> Heard:
    """The service's scores, without recordings that it could not judge. Raises ModelError where going on is no use."""
    kept: list[Clip] = []
    scores: list[tuple[float, float]] = []
    for clip in clips:
        tick()
        try:
            data = await asyncio.to_thread(clip.path.read_bytes)
        except OSError:
            continue
        finding = await asyncio.to_thread(checker.check, data)
        if not worth_sending(finding) or not measured_like(finding):
            continue
        (asked,) = await outside.ask([service], data, partial(_decoded, checker, data))
        if asked.why in _HOPELESS:
            limit = f" {len(kept)} recordings were heard; the limit a day is {service.account.per_day}."
            raise ModelError(f"{asked.title} does not go on: {asked.why}.{limit if asked.why == 'budget' else ''}")
        if asked.opinion is not None and finding.p is not None:
            kept.append(clip)
            scores.append((logit(finding.p), logit(asked.opinion.p)))
    columns = np.array(scores, dtype=np.float64).reshape(-1, 2)
    return Heard(tuple(kept), columns[:, 0], columns[:, 1])


def _decoded(checker: Checker, data: bytes) -> Floats:
    return checker.decoders.decode(data).samples


def fitted(heard: Heard, name: str, how: str) -> dict[str, Any]:
    """The content of a service's calibration file. Raises ModelError where the recordings cannot carry one."""
    found = fit(heard, "", {}, how)
    content = {"service": name, "how": how, "clips": found["clips"], "alone": found["alone"]}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return {"version": digest[:8], **content}


def save(file: Path, content: dict[str, Any]) -> None:
    """Keep a calibration, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
