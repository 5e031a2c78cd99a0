"""The detector as an HTTP service: `/v1/checks`, `/v1/transcripts`, `/v1/info`, health, metrics, OpenAPI at `/docs`.

The event loop only receives and answers. A recording takes a seat before its body is read and keeps it until our own
work on it is done; without a free seat the answer is 429 at once, with the time after which one should be free.
Decoding runs in child processes, scoring in threads. Bytes live in memory for as long as the work on them, and are
never written. They leave this machine only where the request names a service of `providers/` that they may go to.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import re
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import uvicorn
from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import APIKeyHeader

from bot import observe
from bot.detector import voices
from bot.detector.audio import Limits, Unusable
from bot.detector.bodies import BegunBody, FindingBody, HealthBody, InfoBody, TranscriptBody
from bot.detector.checks import MIN_SPEECH_S, Checker, Finding
from bot.detector.children import CannotDecode, Decoders
from bot.detector.desk import Desk
from bot.detector.figures import Figures
from bot.detector.jobs import Jobs
from bot.detector.models import store
from bot.detector.models.registry import AUTO
from bot.detector.opinions import Others
from bot.detector.parent import wait_for_process, wait_for_stdin, when
from bot.detector.problems import answer_problems, problem_responses
from bot.detector.providers.budget import Budget
from bot.detector.providers.outside import Outside
from bot.detector.providers.verdict import joined, worth_sending
from bot.detector.routes import Forms, add_routes
from bot.detector.speech import Heard, Speech, SpeechOff, TooSlow
from bot.detector.uploads import Problem

_HELD_BYTES: Final = 96 * 2**20  # of all bodies to be checked together, waiting and at work
_HELD_SPEECH: Final = 48 * 2**20  # likewise of those to be turned into words
_SPEECH_QUEUE: Final = 3  # one recording is turned into words at a time: more would wait too long
_CHECK_PROBLEMS: Final = (401, 408, 413, 415, 422, 429, 500, 503)
# Not inside create_app: FastAPI looks names in annotations up in the module.
_KEY: Final = APIKeyHeader(name="X-API-Key", auto_error=False, description="needed where the operator set one")


def create_app(
    checker: Checker,
    *,
    api_key: str | None = None,
    workers: int = 2,
    queue: int = 8,
    speech: Speech | None = None,
    outside: Outside | None = None,
    models: Path | None = None,
    others: Others | None = None,
) -> FastAPI:
    """The service around a checker. `queue` checks may wait besides the `workers` that are being done. `outside`: who
    else may be asked; nobody when not given. `models`: where a voice encoder may be installed. `others`: detectors
    beside the checker's."""
    words = speech or Speech("off", Path())
    services = outside or Outside((), Budget(Path()))
    jobs: Jobs[Finding] = Jobs()
    desk = Desk(lambda data: (checker.check(data), data), workers, queue, _HELD_BYTES, usual_s=1.0)
    figures = Figures(lambda: desk.taken, lambda: checker.decoders.replaced)
    speech_desk = Desk(
        lambda data: words.hear(data, checker.decoders), 1, min(queue, _SPEECH_QUEUE), _HELD_SPEECH, usual_s=8.0
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(checker.decoders.warm)
        yield
        jobs.close()
        await asyncio.to_thread(desk.close)
        await asyncio.to_thread(speech_desk.close)
        await asyncio.to_thread(voice_desk.close)
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

    answer_problems(app, checker)

    async def looked(work: Awaitable[tuple[Finding, bytes]], allowed: str) -> Finding:
        """Our own finding, and what the services say that the request allows."""
        finding, data = await work
        figures.checked(finding)
        agreed = services.allowed(allowed)
        if not agreed or not worth_sending(finding):
            return finding
        asked = await services.ask(agreed, data, lambda: checker.decoders.decode(data).samples)
        figures.asked(asked)
        return joined(finding, asked, services.calibrations)

    ear = voices.Ear(models, checker.decoders)
    voice_desk = voices.add_routes(
        app, ear, known, checker.max_bytes, problem_responses(*_CHECK_PROBLEMS, 501), _REQUEST_BODY
    )

    @app.post(
        "/v1/checks",
        dependencies=[Depends(known)],
        response_model=FindingBody,
        responses={202: {"model": BegunBody}, **problem_responses(*_CHECK_PROBLEMS)},
        openapi_extra={"requestBody": _REQUEST_BODY},
        summary="Check one recording",
    )
    async def check(
        request: Request,
        prefer: Annotated[str, Header(description="respond-async: answer at once, work on")] = "",
        outside: Annotated[
            str, Query(description="names of /v1/info's `outside` that it may be sent to", max_length=200)
        ] = "",
    ) -> Any:
        """Send the recording as the body, or as the multipart field `file`. Its bytes decide, not its name or type.

        It leaves this machine only where `outside` names services, with commas between: name those that the person
        whose recording it is agreed to.
        """
        if "respond-async" in re.split(r"[,;\s]+", prefer.lower()):
            work = looked(await desk.begin(request, checker.max_bytes), outside)
            return begun(jobs.add(asyncio.ensure_future(work)), {"Preference-Applied": "respond-async"})
        return answered(await looked(desk.serve(request, checker.max_bytes), outside))

    @app.get(
        "/v1/checks/{name}",
        dependencies=[Depends(known)],
        response_model=FindingBody,
        responses={202: {"model": BegunBody}, **problem_responses(401, 404, 413, 415, 422, 500, 503)},
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
        responses=problem_responses(*_CHECK_PROBLEMS, 501),
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

    forms = Forms(FindingBody, _REQUEST_BODY, lambda *more: problem_responses(*_CHECK_PROBLEMS, *more), known, answered)
    close_routes = add_routes(app, checker, others, forms)

    @app.get(
        "/v1/info",
        dependencies=[Depends(known)],
        response_model=InfoBody,
        responses=problem_responses(401, 500),
        summary="Model, limits, load, and who else may be asked",
    )
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
            "outside": await asyncio.to_thread(services.info),
            "others": [] if others is None else list(await asyncio.to_thread(others.names)),
        }

    @app.get("/healthz", response_model=HealthBody, summary="Alive?")
    async def healthz() -> dict[str, Any]:
        """Needs no key. `replaced` counts decoding children that died or were stuck."""
        return {"status": "ok", "taken": desk.taken, "replaced": checker.decoders.replaced}

    @app.get("/metrics", response_class=PlainTextResponse, summary="Figures for Prometheus")
    async def metrics() -> Response:
        """Needs no key: it holds numbers, nothing of any recording."""
        return Response(figures.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

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
    outside: Outside | None = None,
    parent_pid: int | None = None,
    watch_stdin: bool = False,
    log_level: str = "info",
) -> None:
    """Run the service until it is told to stop. Blocks.

    As a child process it ends with its parent: `parent_pid` is watched, or with `watch_stdin` standard input, which
    the parent holds open. `workers` checks are done at a time (default: one a processor, at most 4). `whisper_model` is
    the setting WHISPER_MODEL, `detector_model` is DETECTOR_MODEL, `models` the folder in which both look for what is
    installed, `outside` who else may be asked. Raises ModelError where DETECTOR_MODEL names what is not there.
    """
    workers = workers or min(os.cpu_count() or 1, 4)
    used = store.listener(detector_model, models)
    checker = Checker(used, Decoders(workers, Limits()))
    speech = Speech(whisper_model, models)
    app = create_app(
        checker,
        api_key=api_key,
        workers=workers,
        queue=queue,
        speech=speech,
        outside=outside,
        models=models,
        others=Others(used, models),
    )
    server = uvicorn.Server(
        uvicorn.Config(
            observe.served(app),
            host,
            port,
            log_config=None,
            log_level=log_level,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
    )
    if parent_pid is not None:
        when(lambda: wait_for_process(parent_pid), server)
    if watch_stdin:
        when(wait_for_stdin, server)
    server.run()
