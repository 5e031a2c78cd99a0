"""The detector as an HTTP service: `/v1/checks`, `/v1/transcripts`, `/v1/info`, `/healthz`, OpenAPI at `/docs`.

The event loop only receives and answers. A recording takes a seat before its body is read and keeps it until its answer
is written; without a free seat the answer is 429 at once, with the time after which one should be free. Decoding runs
in child processes, scoring in threads. Bytes live in memory for as long as the work on them, and are never written.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import uvicorn
from fastapi import Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from bot.detector.audio import Limits, Unusable
from bot.detector.checks import MIN_SPEECH_S, Checker, Finding
from bot.detector.children import CannotDecode, Decoders
from bot.detector.desk import Desk
from bot.detector.jobs import Jobs
from bot.detector.models import store
from bot.detector.models.registry import AUTO
from bot.detector.opinions import Others
from bot.detector.routes import Forms, add_routes
from bot.detector.speech import MAX_S, Heard, Speech, SpeechOff, TooSlow
from bot.detector.uploads import Problem

log = logging.getLogger(__name__)

_HELD_BYTES: Final = 96 * 2**20  # of all bodies to be checked together, waiting and at work
_HELD_SPEECH: Final = 48 * 2**20  # likewise of those to be turned into words
_SPEECH_QUEUE: Final = 3  # one recording is turned into words at a time: more would wait too long

# Problem: HTTP status and a title that never changes; the detail says what to do.
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
    "no_such_detector": (404, "There is no such detector", "See `others` in /v1/info."),
    "speech_off": (501, "Spoken words are off here", "{why}"),
}
# Not inside create_app: FastAPI looks names in annotations up in the module.
_KEY: Final = APIKeyHeader(name="X-API-Key", auto_error=False, description="needed where the operator set one")


class SegmentBody(BaseModel):
    """A piece of the recording; `p` is null where too little is said in it."""

    model_config = ConfigDict(from_attributes=True)

    start_s: float
    end_s: float
    p: float | None = Field(ge=0, le=1)
    speech: bool


class FindingBody(BaseModel):
    """What could be said of the recording. Evidence, never proof."""

    model_config = ConfigDict(from_attributes=True)

    band: str = Field(description="synthetic (signs of synthesis), no_signs, or unsure (cannot tell)")
    p: float | None = Field(ge=0, le=1, description="probability of synthesis at equal priors; null if not scored")
    reason: str | None = Field(description="for unsure: too_short, no_speech, too_noisy, music, phone_band, between")
    speech_s: float = Field(description="seconds of speech")
    seconds: float = Field(description="seconds of the recording")
    segments: list[SegmentBody]
    model: str = Field(description="name and version of what scored")
    ms: int = Field(description="milliseconds the check took")
    warnings: list[str] = Field(description="noise, clipping, phone_band, damaged: what weakens the finding")
    waveform: list[float] = Field(description="up to 240 peaks, 0 to 1, for drawing")
    fingerprint: str = Field(description="base64: by what the recording is known again when it is re-encoded")


class BegunBody(BaseModel):
    """A check that is being done. Its answer is at `location`, and kept there for ten minutes."""

    id: str
    status: str = Field(description="working")
    location: str


class TranscriptBody(BaseModel):
    """The words of a recording, as far as they were understood."""

    model_config = ConfigDict(from_attributes=True)

    text: str = Field(description="one line; empty where no words were heard")
    language: str | None = Field(description="kk, ru or en; null where no words were heard")
    seconds: float = Field(description="seconds of the recording")
    model: str = Field(description="the checkpoint that listened")
    took_ms: int = Field(description="milliseconds the work took")


class ProblemBody(BaseModel):
    """RFC 9457. `reason` is the word to act on."""

    type: str
    title: str
    status: int
    detail: str
    reason: str


def create_app(
    checker: Checker,
    *,
    api_key: str | None = None,
    workers: int = 2,
    queue: int = 8,
    speech: Speech | None = None,
    others: Others | None = None,
) -> FastAPI:
    """The service around a checker. `queue` checks may wait besides the `workers` that are being done."""
    words = speech or Speech("off", Path())
    jobs: Jobs[Finding] = Jobs()
    desk = Desk(checker.check, workers, queue, _HELD_BYTES, usual_s=1.0)
    speech_desk = Desk(
        lambda data: words.hear(data, checker.decoders), 1, min(queue, _SPEECH_QUEUE), _HELD_SPEECH, usual_s=8.0
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(checker.decoders.warm)
        yield
        await asyncio.to_thread(desk.close)
        await asyncio.to_thread(speech_desk.close)
        await asyncio.to_thread(close_routes)
        await asyncio.to_thread(checker.decoders.close)

    app = FastAPI(
        title="Tirek detector",
        version="1",
        summary="Looks for signs of synthesis in recorded speech. Evidence, never proof.",
        lifespan=lifespan,
    )

    def known(key: Annotated[str | None, Depends(_KEY)]) -> None:
        if api_key is not None and not hmac.compare_digest((key or "").encode(), api_key.encode()):
            raise Problem("key")

    _answer_problems(app, checker)

    @app.post(
        "/v1/checks",
        dependencies=[Depends(known)],
        response_model=FindingBody,
        responses={202: {"model": BegunBody}, **_problem_responses()},
        openapi_extra={"requestBody": _REQUEST_BODY},
        summary="Check one recording",
    )
    async def check(
        request: Request, prefer: Annotated[str, Header(description="respond-async: answer at once, work on")] = ""
    ) -> Any:
        """Send the recording as the body, or as the multipart field `file`. Its bytes decide, not its name or type."""
        if "respond-async" in re.split(r"[,;\s]+", prefer.lower()):
            return begun(
                jobs.add(await desk.begin(request, checker.max_bytes)), {"Preference-Applied": "respond-async"}
            )
        return answered(await desk.serve(request, checker.max_bytes))

    @app.get(
        "/v1/checks/{name}",
        dependencies=[Depends(known)],
        response_model=FindingBody,
        responses={202: {"model": BegunBody}, **_problem_responses(404)},
        summary="The answer of a check that was begun",
    )
    async def answer(name: str) -> Any:
        """202 while it is being done. Kept for ten minutes after it is."""
        work = jobs.get(name)
        if work is None or work.cancelled():
            raise Problem("unknown")
        return answered(work.result()) if work.done() else begun(name, {})

    def begun(name: str, headers: dict[str, str]) -> Response:
        location = f"/v1/checks/{name}"
        after = {"Location": location, "Retry-After": str(desk.retry_after_s())}
        return JSONResponse({"id": name, "status": "working", "location": location}, 202, after | headers)

    def answered(finding: Finding) -> Finding:
        if finding.band == "error":
            reason = finding.reason or "corrupt"
            raise Problem(reason, 5 if reason == "detector_down" else None)
        return finding

    @app.post(
        "/v1/transcripts",
        dependencies=[Depends(known)],
        response_model=TranscriptBody,
        responses=_problem_responses(501),
        openapi_extra={"requestBody": _REQUEST_BODY},
        summary="Turn one recording into words",
    )
    async def transcribe(request: Request) -> Heard:
        """Kazakh, Russian or English. The recording comes as to /v1/checks. 501 where the operator has no model."""
        try:
            words.checkpoint()
            return await speech_desk.serve(request, checker.max_bytes)
        except SpeechOff as off:
            raise Problem("speech_off", why=str(off)) from off
        except TooSlow as error:
            raise Problem("too_slow") from error
        except Unusable as unusable:
            reason = unusable.reason
            raise Problem("too_much_speech" if reason == "too_long" else reason) from unusable
        except CannotDecode as error:
            raise Problem("detector_down", 5) from error

    forms = Forms(FindingBody, _REQUEST_BODY, _problem_responses, known, answered)
    close_routes = add_routes(app, checker, others, forms)

    @app.get("/v1/info", dependencies=[Depends(known)], summary="Model, limits and load")
    async def info() -> dict[str, Any]:
        """Who would answer a check, what it can do, and what it accepts."""
        return {
            "model": checker.model.info(),
            "limits": {
                "max_bytes": checker.max_bytes,
                "max_seconds": checker.decoders.limits.audio_s,
                "min_speech_s": MIN_SPEECH_S,
            },
            "load": {"workers": workers, "seats": desk.seats, "taken": desk.taken},
            "speech": words.info(),
            "others": [] if others is None else list(await asyncio.to_thread(others.names)),
        }

    @app.get("/healthz", summary="Alive?")
    async def healthz() -> dict[str, Any]:
        """Needs no key. `replaced` counts decoding children that died or were stuck."""
        return {"status": "ok", "taken": desk.taken, "replaced": checker.decoders.replaced}

    return app


_BINARY: Final = {"type": "string", "format": "binary"}
_REQUEST_BODY: Final = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["file"], "properties": {"file": _BINARY}},
        },
        "application/octet-stream": {"schema": _BINARY},
        "audio/*": {"schema": _BINARY},
        "video/*": {"schema": _BINARY},
    },
}


def _problem_responses(*more: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": ProblemBody} for status in (401, 408, 413, 415, 422, 429, 503, *more)}


def _answer_problems(app: FastAPI, checker: Checker) -> None:
    """Make every error of the service a problem document."""

    def body(status: int, reason: str, title: str, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
        document = {
            "type": f"urn:tirek:detector:{reason}",
            "title": title,
            "status": status,
            "detail": detail,
            "reason": reason,
        }
        return JSONResponse(document, status, headers, media_type="application/problem+json")

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


def serve(
    host: str = "127.0.0.1",
    port: int = 8090,
    api_key: str | None = None,
    *,
    workers: int | None = None,
    queue: int = 8,
    whisper_model: str = "off",
    detector_model: str = AUTO,
    models: Path = Path("data/models"),
    parent_pid: int | None = None,
    watch_stdin: bool = False,
    log_level: str = "info",
) -> None:
    """Run the service until it is told to stop. Blocks.

    As a child process it ends with its parent: `parent_pid` is watched, or with `watch_stdin` standard input, which
    the parent holds open. `workers` checks are done at a time (default: one a processor, at most 4). `whisper_model` is
    the setting WHISPER_MODEL, `detector_model` is DETECTOR_MODEL, `models` the folder in which both look for what is
    installed. Raises ModelError where DETECTOR_MODEL names what is not there.
    """
    workers = workers or min(os.cpu_count() or 1, 4)
    used = store.listener(detector_model, models)
    checker = Checker(used, Decoders(workers, Limits()))
    speech = Speech(whisper_model, models)
    app = create_app(checker, api_key=api_key, workers=workers, queue=queue, speech=speech, others=Others(used, models))
    server = uvicorn.Server(
        uvicorn.Config(
            app, host, port, log_level=log_level, access_log=False, server_header=False, timeout_graceful_shutdown=10
        )
    )
    if parent_pid is not None:
        _when(lambda: _wait_for_process(parent_pid), server)
    if watch_stdin:
        _when(_wait_for_stdin, server)
    server.run()


def _when(wait: Callable[[], None], server: uvicorn.Server) -> None:
    """Stop the server once `wait` returns; if it has not stopped after 15 seconds, end the process."""

    def watch() -> None:
        wait()
        log.info("the parent is gone, stopping")
        server.should_exit = True
        time.sleep(15)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def _wait_for_stdin() -> None:
    while sys.stdin.buffer.read(4096):
        pass


def _wait_for_process(pid: int) -> None:
    """Return when the process is gone."""
    if sys.platform == "win32":
        import ctypes

        synchronize, forever = 0x00100000, 0xFFFFFFFF
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)
        if handle:
            ctypes.windll.kernel32.WaitForSingleObject(handle, forever)
        return
    is_ours = os.getppid() == pid  # then a change tells at once, even while the dead parent is not collected
    while True:
        if is_ours and os.getppid() != pid:
            return
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass  # alive, and somebody else's
        time.sleep(0.5)
