"""What the service does with a recording besides checking it: a fingerprint, a piece of it, another opinion.

Each has the limits of a check: a seat before the body is read, the same decoding children, nothing kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, Final, NamedTuple

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field

from bot.detector.audio import Unusable
from bot.detector.checks import Checker, Finding
from bot.detector.children import CannotDecode, Decoded
from bot.detector.cuts import LONGEST_S, cut
from bot.detector.desk import Desk
from bot.detector.features import RATE
from bot.detector.fingerprint import fingerprint
from bot.detector.models.registry import ModelError
from bot.detector.opinions import Others
from bot.detector.uploads import Problem, received, stated_size

_QUEUE: Final = 4
_HELD_BYTES: Final = 48 * 2**20


class FingerprintBody(BaseModel):
    """The bits by which a re-encoded recording is known again."""

    fingerprint: str = Field(description="base64; empty where there is too little to tell recordings apart")
    seconds: float = Field(description="seconds of the recording")


class Forms(NamedTuple):
    """What these routes share with `/v1/checks`: its answer, the form of a body, its problems, who may ask."""

    finding: type[BaseModel]
    body: dict[str, Any]
    problems: Callable[..., dict[int | str, dict[str, Any]]]
    known: Callable[..., None]
    answered: Callable[[Finding], Finding]


def add_routes(app: FastAPI, checker: Checker, others: Others | None, forms: Forms) -> Callable[[], None]:
    """Add them to the service. What comes back ends their threads."""
    decoding = Desk(checker.decoders.decode, 1, _QUEUE, _HELD_BYTES, usual_s=0.5)
    judging: Desk[Finding] = Desk(checker.check, 1, _QUEUE, _HELD_BYTES, usual_s=2.0)
    common: dict[str, Any] = {
        "dependencies": [Depends(forms.known)],
        "openapi_extra": {"requestBody": forms.body},
    }

    async def decoded(request: Request) -> Decoded:
        try:
            return await decoding.serve(request, checker.max_bytes)
        except Unusable as unusable:
            raise Problem(unusable.reason) from unusable
        except CannotDecode as error:
            raise Problem("detector_down", 5) from error

    @app.post("/v1/fingerprints", responses=forms.problems(), summary="What to know a recording again by", **common)
    async def fingerprints(request: Request) -> FingerprintBody:
        """As `fingerprint` in the answer of a check, without the check."""
        samples = (await decoded(request)).samples
        bits = await asyncio.to_thread(fingerprint, samples)
        return FingerprintBody(fingerprint=bits, seconds=round(len(samples) / RATE, 2))

    @app.post(
        "/v1/cuts",
        response_class=Response,
        responses={200: {"content": {"audio/ogg": {}}}, **forms.problems()},
        summary="A piece of a recording",
        **common,
    )
    async def cuts(
        request: Request,
        start_s: Annotated[float, Query(ge=0, le=86_400, description="seconds from the start")],
        end_s: Annotated[float, Query(gt=0, le=86_400, description=f"at most {LONGEST_S:g} s later")],
    ) -> Response:
        """Ogg/Opus, mono. A piece that reaches beyond the end is moved inside."""
        if not 0 < end_s - start_s <= LONGEST_S:
            raise RequestValidationError([])
        samples = (await decoded(request)).samples
        ogg = await asyncio.to_thread(cut, samples, start_s, end_s)
        return Response(ogg, media_type="audio/ogg")

    @app.post(
        "/v1/opinions",
        response_model=forms.finding,
        responses=forms.problems(404),
        summary="Check with another detector",
        **common,
    )
    async def opinions(
        request: Request, detector: Annotated[str, Query(max_length=60, description="one of `others` in /v1/info")]
    ) -> Finding:
        """As /v1/checks, by a detector that is installed beside the used one."""
        try:
            listener = await asyncio.to_thread(others.get, detector) if others is not None else None
        except ModelError as error:
            raise Problem("no_such_detector") from error
        if listener is None:
            raise Problem("no_such_detector")
        other = Checker(listener, checker.decoders, checker.max_bytes)
        async with judging.seat(stated_size(request.headers, checker.max_bytes)):
            data = await received(request, checker.max_bytes)
            return forms.answered(await judging.run(other.check, data))

    def close() -> None:
        decoding.close()
        judging.close()

    return close
