"""Modulate, Velma-2 synthetic voice detection: one call, one answer, a verdict for each frame of four seconds.

Written from its published OpenAPI file, never run against the live service. `confidence` is confidence in the stated
verdict, not a score of synthesis, and there is no verdict on the whole: the frames are put together here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Final

import httpx

from bot.detector.providers.adapter import (
    Account,
    Failed,
    Opinion,
    Sleep,
    Sound,
    Span,
    exchange,
    number,
    pooled,
    share,
)

PATH: Final = "/api/velma-2-synthetic-voice-detection-batch"
_TRIES: Final = 3
_PAUSE_S: Final = 1.5  # doubled each time, with as much again left to chance
_MOST_FRAMES: Final = 5_000
_VERDICTS: Final = ("synthetic", "non-synthetic", "no-content")


@dataclass(frozen=True, slots=True)
class Modulate:
    """The adapter."""

    name: str = "modulate"
    title: str = "Modulate Velma-2"
    retention: str = "By its own word it stores no audio unless its customer asks it to, and this service does not."
    keeps_nothing: bool = True
    kinds: frozenset[str] = frozenset(("ogg", "mp3", "wav", "flac", "amr", "aac"))
    max_bytes: int = 100 * 10**6

    async def ask(self, http: httpx.AsyncClient, account: Account, sound: Sound, sleep: Sleep) -> Opinion:
        """One upload; again after a pause where the service is only busy."""
        upload = {"upload_file": (sound.file_name, sound.data, sound.mime)}
        headers = {"X-API-Key": account.key}
        pause = _PAUSE_S
        for attempt in range(1, _TRIES + 1):
            status, body, _ = await exchange(http, "POST", f"{account.url}{PATH}", files=upload, headers=headers)
            if status == httpx.codes.OK:
                return _opinion(body)
            failed = _failure(status, _detail(body))
            if failed.why != "busy" or attempt == _TRIES:
                raise failed
            await sleep(pause * (1 + random.random()))  # noqa: S311
            pause *= 2
        raise AssertionError("the last try returns or raises")


def _detail(body: Any) -> str:
    """The text of an error; "" for the list that names fields of the request."""
    detail = body.get("detail") if isinstance(body, dict) else None
    return detail.lower() if isinstance(detail, str) else ""


def _failure(status: int, detail: str) -> Failed:
    if status == 422:
        if "short" in detail:
            return Failed("too_short")
        return Failed("undecodable" if detail else "refused")  # a list: what we sent lacks something
    if status == 403 and ("quota" in detail or "hours" in detail or "limit" in detail):
        return Failed("quota", 600)
    if status == 429:  # no credits left is not "later"; too many at a time is
        return Failed("quota", 600) if "credit" in detail or "spend" in detail else Failed("busy")
    if status in (400, 413, 415):
        return Failed("refused")
    if status in (401, 403):
        return Failed("key", 600)
    if status == 503:
        return Failed("busy")
    if status == 504:
        return Failed("timeout", 60)
    return Failed("down", 60) if status >= 500 else Failed("malformed")


def _opinion(body: Any) -> Opinion:
    frames = body.get("frames") if isinstance(body, dict) else None
    if not isinstance(frames, list) or len(frames) > _MOST_FRAMES:
        raise Failed("malformed")
    spans = tuple(span for frame in frames if (span := _span(frame)) is not None)
    if not spans:
        raise Failed("no_speech")
    p = pooled(spans)
    return Opinion(p=p, said="synthetic" if p >= 0.5 else "non-synthetic", spans=spans)


def _span(frame: Any) -> Span | None:
    """A frame as a score of synthesis; None where nobody speaks in it."""
    if not isinstance(frame, dict) or frame.get("verdict") not in _VERDICTS:
        raise Failed("malformed")
    start, end = number(frame.get("start_time_ms")) / 1000, number(frame.get("end_time_ms")) / 1000
    confidence = share(frame.get("confidence"))
    if not 0 <= start < end < 86_400:
        raise Failed("malformed")
    if frame["verdict"] == "no-content":
        return None
    return Span(start, end, confidence if frame["verdict"] == "synthetic" else 1 - confidence)
