"""Every error of the service as a problem document (RFC 9457), and their place in its OpenAPI description."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.detector import voices
from bot.detector.bodies import ProblemBody
from bot.detector.checks import Checker
from bot.detector.speech import MAX_S
from bot.detector.uploads import Problem

MEDIA_TYPE: Final = "application/problem+json"

# HTTP status and a title that never changes; the detail says what to do.
_PROBLEMS: Final = {
    "too_large": (413, "The recording is too large", "Send at most {max_mb} MB."),
    "too_long": (413, "The recording is too long", "Send at most {max_min} minutes."),
    "not_audio": (415, "This is no recording that can be read", "Send Ogg, MP3, M4A, WAV, FLAC, AMR, MP4 or WebM."),
    "corrupt": (422, "The recording is damaged", "It starts like a recording but cannot be decoded."),
    "empty": (422, "There is no recording in the request", "Send it as the body, or as the multipart field `file`."),
    "malformed": (422, "The request cannot be read", "The multipart body is malformed."),
    "slow": (408, "The recording did not arrive in time", "Send it within a minute."),
    "key": (401, "The API key is missing or wrong", "Send it in the header X-API-Key."),
    "busy": (429, "All seats are taken", "Try again after the seconds in Retry-After."),
    "detector_down": (503, "No recording can be decoded now", "Try again after the seconds in Retry-After."),
    "too_much_speech": (413, "The recording is too long for words", "Send at most {max_words_s} seconds."),
    "too_slow": (413, "The words take too long", "Send a shorter recording; a smaller checkpoint is faster."),
    "unknown": (404, "There is no such check", "It was never begun, or its answer is no longer kept."),
    "speech_off": (501, "Spoken words are off here", "{why}"),
    **voices.PROBLEMS,
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that an address may answer, for its description."""
    return {status: {"model": ProblemBody} for status in statuses}


def answer_problems(app: FastAPI, checker: Checker) -> None:
    """Make every error of the service a problem document, and describe it as one."""

    def body(status: int, reason: str, title: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
        document = {
            "type": f"urn:tirek:detector:{reason}",
            "title": title,
            "status": status,
            "detail": detail,
            "reason": reason,
        }
        return JSONResponse(document, status, headers, media_type=MEDIA_TYPE)

    async def problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        status, title, detail = _PROBLEMS[error.reason]
        detail = detail.format(
            max_mb=checker.max_bytes // 2**20,
            max_min=f"{checker.decoders.limits.audio_s / 60:g}",
            max_words_s=f"{MAX_S:g}",
            why=error.why,
        )
        after = error.retry_after_s
        return body(status, error.reason, title, detail, {"Retry-After": str(after)} if after is not None else None)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers) if error.headers else None
        return body(error.status_code, "http", str(error.detail), "See /docs for what exists.", headers)

    async def invalid(_: Request, error: Exception) -> Response:
        return body(422, "malformed", "The request cannot be read", "See /docs for its form.")

    async def broken(_: Request, error: Exception) -> Response:
        return body(500, "internal", "The detector made a mistake", "It is in the log of the detector.")

    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, broken)
    _describe(app)


def _describe(app: FastAPI) -> None:
    """Give problems their own media type in the OpenAPI description; FastAPI knows one for all answers of a route."""
    describe = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = describe()
        reference = {"$ref": "#/components/schemas/ProblemBody"}
        for path in schema["paths"].values():
            for operation in path.values():
                for response in operation["responses"].values():
                    content = response.get("content", {})
                    if content.get("application/json", {}).get("schema") == reference:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return schema

    app.openapi = described  # type: ignore[method-assign]
