"""`/v1/voices`: whose voice a recording resembles, as 256 numbers. The service keeps nothing of it.

Part of the detector service, with its key, its limits and its form of problems; off where no encoder is installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ConfigDict, Field

from bot.detector import speaker
from bot.detector.activity import analyse
from bot.detector.audio import Unusable
from bot.detector.checks import unscorable
from bot.detector.children import CannotDecode, Decoders
from bot.detector.desk import Desk
from bot.detector.models import store
from bot.detector.models.registry import ModelError
from bot.detector.speaker import Encoder
from bot.detector.uploads import Problem

# Problem: HTTP status, a title that never changes, and what to do.
PROBLEMS: Final = {
    "voices_off": (501, "Voices cannot be compared here", "Type: tirek model pull speaker-resemblyzer"),
    "no_speech": (422, "Nobody speaks in the recording", "Send a recording with speech."),
    "too_short": (422, "There is too little speech", "Send at least 2 seconds of speech, better 10."),
    "too_noisy": (422, "There is too much noise", "Send a recording from a quiet place."),
    "music": (422, "Music covers the voice", "Send a recording without music."),
}
_HELD_BYTES: Final = 48 * 2**20  # of all bodies together
_QUEUE: Final = 3


class VoiceBody(BaseModel):
    """A voice. Two are alike where the sum of the products of their numbers is near 1."""

    model_config = ConfigDict(from_attributes=True)

    embedding: list[float] = Field(description="256 numbers, the sum of their squares is 1")
    speech_s: float = Field(description="seconds of speech")
    seconds: float = Field(description="seconds of the recording")
    model: str = Field(description="name and version of the encoder")
    ms: int = Field(description="milliseconds the work took")


class VoicesBody(BaseModel):
    """Whether voices can be compared, and what likeness means for this encoder."""

    on: bool
    model: str
    like: float = Field(description="from this likeness on, two recordings sound like one person")
    unlike: float = Field(description="below it, they sound like two")


@dataclass(frozen=True, slots=True)
class Voice:
    """What was found of one recording."""

    embedding: list[float]
    speech_s: float
    seconds: float
    model: str
    ms: int


class Ear:
    """The installed encoder, loaded when first needed and kept; another one counts from the next start on."""

    def __init__(self, root: Path | None, decoders: Decoders) -> None:
        """`root`: the folder of installed models, if there is one."""
        self._root = root
        self._decoders = decoders
        self._found: tuple[Encoder, str] | None = None

    def encoder(self) -> tuple[Encoder, str] | None:
        """It and its name, or None where none is installed or it is damaged."""
        if self._found is None and self._root is not None:
            try:
                self._found = store.encoder(self._root)
            except ModelError:
                return None
        return self._found

    def hear(self, data: bytes) -> Voice:
        """The voice of a recording. Raises Problem, Unusable, CannotDecode."""
        started = time.perf_counter()
        found = self.encoder()
        if found is None:
            raise Problem("voices_off")
        samples = self._decoders.decode(data).samples
        activity = analyse(samples)
        reason = unscorable(activity)
        if reason is not None:
            raise Problem(reason)
        encoder, name = found
        numbers = encoder.embed(samples, activity.speech)
        return Voice(
            embedding=[round(float(each), 5) for each in numbers],
            speech_s=activity.speech_s,
            seconds=round(activity.seconds, 2),
            model=name,
            ms=round((time.perf_counter() - started) * 1000),
        )


def add_routes(
    app: FastAPI,
    ear: Ear,
    known: Callable[..., None],
    max_bytes: int,
    responses: dict[int | str, dict[str, Any]],
    body: dict[str, Any],
) -> Desk[Voice]:
    """Both routes. `known` checks the key, `body` describes what is sent. Close the desk with the service."""
    desk: Desk[Voice] = Desk(ear.hear, 1, _QUEUE, _HELD_BYTES, usual_s=1.0)

    @app.post(
        "/v1/voices",
        dependencies=[Depends(known)],
        response_model=VoiceBody,
        responses=responses,
        openapi_extra={"requestBody": body},
        summary="Whose voice it resembles",
    )
    async def voice(request: Request) -> Voice:
        """The recording comes as to /v1/checks. 501 where the operator has no encoder."""
        if ear.encoder() is None:
            raise Problem("voices_off")
        try:
            return await desk.serve(request, max_bytes)
        except Unusable as unusable:
            raise Problem(unusable.reason) from unusable
        except CannotDecode as error:
            raise Problem("detector_down", 5) from error

    @app.get("/v1/voices", dependencies=[Depends(known)], response_model=VoicesBody, summary="Can voices be compared?")
    async def voices() -> VoicesBody:
        """What a comparison would be made with."""
        found = ear.encoder()
        return VoicesBody(
            on=found is not None, model=found[1] if found else "", like=speaker.LIKE, unlike=speaker.UNLIKE
        )

    return desk
