"""Traces and error reports, for an operator who has set OTEL_EXPORTER_OTLP_ENDPOINT or SENTRY_DSN.

A span says what was done, for which update or message, and how long it took; a report says which error and where in the
code. Neither says what anybody wrote, nor who. A collector that is away costs what it would have been told and nothing
else: that waits in a queue with an end, and threads of their own send it.

Neither library is made the process's own: FastAPI speaks OpenTelemetry by itself then, and shows the addresses of
requests, which hold the secrets of calendars.
"""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote
from uuid import uuid4

import structlog

from bot.logs import redact

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer
    from sentry_sdk import Client
    from sentry_sdk.types import Event

log = structlog.get_logger(__name__)

Fact = str | bool | int | float
"""What a span may say: a number, or a word of ours."""

FLUSH_S: Final = 3.0
QUEUE: Final = 2048
EVERY_S: Final = 5.0
HUSH_S: Final = 60.0
WITHHELD: Final = "(withheld)"
KINDS: Final = {"update": "CONSUMER", "telegram": "CLIENT", "detector": "CLIENT", "serve": "SERVER"}
TAGS: Final = ("update_id", "outbox_id", "check_id", "feed_id", "number", "kind", "loop")
TRACEPARENT: Final = b"traceparent"
KEPT: Final = ("event_id", "timestamp", "level", "platform", "release", "environment", "sdk", "exception", "tags")
WORD: Final = re.compile(r"[\w-]{1,40}", re.ASCII)
MOST_ERRORS: Final = 10
MOST_FRAMES: Final = 50


@dataclass(frozen=True, slots=True)
class Observers:
    """Who is told: a collector of traces, Sentry for errors. Nobody where there is no address."""

    traces: str | None = None
    headers: str = field(default="", repr=False)
    service: str = ""
    errors: str | None = field(default=None, repr=False)


_tracer: Tracer | None = None
_client: Client | None = None
_closers: list[Callable[[], object]] = []


def missing(observers: Observers) -> str | None:
    """What to tell an operator who named a collector and has not installed what talks to it."""
    for name, wanted, module in (
        ("OTEL_EXPORTER_OTLP_ENDPOINT", observers.traces, "opentelemetry.exporter.otlp.proto.http.trace_exporter"),
        ("SENTRY_DSN", observers.errors, "sentry_sdk"),
    ):
        if wanted:
            try:
                import_module(module)
            except ModuleNotFoundError:
                return f"{name} is set, and what it needs is not installed. Type: make setup OBSERVE=1"
    return None


def start(observers: Observers, service: str) -> None:
    """Begin to tell; `service` is what this process is called unless the operator named it. Once a process."""
    global _tracer, _client
    if not observers.traces and not observers.errors:
        return
    hush = _Hush()
    for library in ("opentelemetry", "sentry_sdk", "urllib3"):
        quiet = logging.getLogger(library)
        quiet.handlers, quiet.propagate = [hush], False
    if observers.traces:
        _tracer = _tracer_to(observers, service)
    if observers.errors:
        _client = _client_of(observers.errors)
        reporter = _Reporter()
        logging.getLogger().addHandler(reporter)
        _closers.append(lambda: logging.getLogger().removeHandler(reporter))


def stop() -> None:
    """Tell what waits, for FLUSH_S at most, and then no more. Blocks."""
    global _tracer, _client
    threads = [threading.Thread(target=close, daemon=True) for close in _closers]
    _closers.clear()
    until = time.monotonic() + FLUSH_S
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    _tracer, _client = None, None
    if any(thread.is_alive() for thread in threads):
        log.warning("observe.not_flushed")


# --- Traces -----------------------------------------------------------------------------------------------------------


def _tracer_to(observers: Observers, service: str) -> Tracer:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    who = {"service.name": observers.service or service, "service.version": _version()}
    provider = TracerProvider(
        resource=Resource.create(who | {"service.instance.id": uuid4().hex}), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(f"{observers.traces}/v1/traces", headers=pairs(observers.headers))
    provider.add_span_processor(
        BatchSpanProcessor(exporter, max_queue_size=QUEUE, schedule_delay_millis=EVERY_S * 1000)
    )
    _closers.append(provider.shutdown)
    return provider.get_tracer("tirek")


def pairs(given: str) -> dict[str, str]:
    """Headers as OpenTelemetry writes them: `name=value,name=value`, values escaped as in addresses."""
    found = (each.partition("=") for each in given.split(",") if "=" in each)
    return {name.strip().lower(): unquote(value.strip()) for name, _, value in found}


@contextmanager
def span(name: str, **facts: Fact) -> Iterator[None]:
    """Something that is done in this block, as a part of what is being done around it. Costs nothing unless traced."""
    if _tracer is None:
        yield
        return
    from opentelemetry.trace import SpanKind, StatusCode

    kind = SpanKind[KINDS.get(name.partition(" ")[0], "INTERNAL")]
    with _tracer.start_as_current_span(
        name, kind=kind, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield
        except BaseException as error:  # its type alone: its words may be somebody's
            begun.set_attribute("error.type", type(error).__name__)
            begun.set_status(StatusCode.ERROR)
            raise


def note(**facts: Fact) -> None:
    """Say more about the span that this is in."""
    if _tracer is not None:
        from opentelemetry.trace import get_current_span

        get_current_span().set_attributes(facts)


def headers() -> dict[str, str]:
    """What tells somebody else, another service of ours too, which span their work belongs to: for `part_of`."""
    found: dict[str, str] = {}
    if _tracer is not None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        TraceContextTextMapPropagator().inject(found)
    return found


@contextmanager
def part_of(given: Mapping[str, str]) -> Iterator[None]:
    """Spans of this block belong to the one that `headers` told of."""
    if _tracer is None or not given:
        yield
        return
    from opentelemetry.context import attach, detach
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    token = attach(TraceContextTextMapPropagator().extract(given))
    try:
        yield
    finally:
        detach(token)


def served(app: Any) -> Any:
    """An ASGI application with a span around each request of a traced caller. It stops the watching when it ends:
    uvicorn lets a signal end the process right after."""

    async def traced(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        given = {key.decode(): value.decode("latin-1") for key, value in scope.get("headers", ()) if key == TRACEPARENT}

        async def answer(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                note(status=message["status"])
            elif message["type"] == "lifespan.shutdown.complete":
                await asyncio.to_thread(stop)
            await send(message)

        if not given:
            await app(scope, receive, answer if scope["type"] == "lifespan" else send)
            return
        with part_of(given), span("serve"):
            await app(scope, receive, answer)
            note(route=getattr(scope.get("route"), "path", ""))

    return traced


# --- Errors -----------------------------------------------------------------------------------------------------------


def _client_of(dsn: str) -> Client:
    from sentry_sdk import Client

    client = Client(
        dsn,
        release=f"tirek@{_version()}",
        before_send=_kept,
        default_integrations=False,
        auto_enabling_integrations=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        send_client_reports=False,
        spotlight=False,
    )
    _closers.append(lambda: client.close(timeout=FLUSH_S))
    return client


def _kept(event: Event, _: dict[str, Any]) -> Event:
    """Whatever the library adds, this is what leaves."""
    return cast("Event", {name: value for name, value in event.items() if name in KEPT})


def report(error: BaseException, facts: Mapping[str, Any] | None = None) -> None:
    """Tell of an error where somebody wants to know. `facts`: a log line; of it ids and words of ours go along."""
    if _client is None:
        return
    known = {name: str(facts[name]) for name in TAGS if name in facts} if facts else {}
    tags = {name: word for name, word in known.items() if WORD.fullmatch(word)}
    with suppress(Exception):  # whoever reports an error must not make another
        _client.capture_event({"level": "error", "exception": {"values": described(error)}, "tags": tags})


def described(error: BaseException) -> list[dict[str, Any]]:
    """An error after those it came from, as Sentry wants it: types, and places in the code. Of what it says only what
    stands so in the code that raised it: anything else may be what somebody wrote."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting and len(found) < MOST_ERRORS:
        each = waiting.pop(0)
        if each is None or any(each is known for known in found):
            continue
        found.append(each)
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        waiting.append(each.__cause__ or (None if each.__suppress_context__ else each.__context__))
    return [_described(each) for each in reversed(found)]


def _described(error: BaseException) -> dict[str, Any]:
    places = list(traceback.walk_tb(error.__traceback__))
    constants = places[-1][0].f_code.co_consts if places else ()
    said = error.args[0] if len(error.args) == 1 else None
    frames = [
        {
            "module": (module := str(frame.f_globals.get("__name__"))),
            "function": frame.f_code.co_qualname,
            "lineno": line,
            "in_app": module.partition(".")[0] in ("bot", "handlers"),
        }
        for frame, line in places[-MOST_FRAMES:]
    ]
    return {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "value": redact(said) if isinstance(said, str) and said in constants else WITHHELD,
        "stacktrace": {"frames": frames},
    }


class _Reporter(logging.Handler):
    """Reports what is logged as an error with its traceback."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)

    def emit(self, record: logging.LogRecord) -> None:
        line = record.msg if isinstance(record.msg, dict) else {}
        found = line.get("exc_info") or record.exc_info
        if found is True:
            found = sys.exc_info()
        error = found[1] if isinstance(found, tuple) else found
        if isinstance(error, BaseException):
            report(getattr(error, "instead_of", error), structlog.contextvars.get_contextvars() | line)


class _Hush(logging.Handler):
    """What the two libraries say of a collector that is away, once in a while: they say it with every batch."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._next = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + HUSH_S
            log.warning("observe.failing", why=record.getMessage())


def _version() -> str:
    try:
        return version("tirek")
    except PackageNotFoundError:  # a folder that was never installed
        return "unknown"
