"""A collector of traces and Sentry's ingest in one: an HTTP server in threads of its own that keeps what it is sent."""

from __future__ import annotations

import gzip
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot import observe
from bot.observe import Observers
from tests.conftest import skip_loudly


class Collector:
    """`holds`: requests are taken and not answered until `release`."""

    def __init__(self, *, holds: bool = False) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self._answers = threading.Event()
        if not holds:
            self._answers.set()
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[Collector]:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                collector.bodies.append((self.path, body))
                collector.headers.append({name.lower(): value for name, value in self.headers.items()})
                collector._answers.wait()
                self.send_response(collector.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release()
            server.shutdown()
            server.server_close()

    def release(self) -> None:
        self._answers.set()

    @property
    def observers(self) -> Observers:
        return Observers(traces=self.url, errors=self.dsn)

    @property
    def dsn(self) -> str:
        return f"{self.url.replace('//', '//key@')}/1"

    @property
    def bytes(self) -> bytes:
        """Everything that came, after one another."""
        return b"\n".join(body for _, body in self.bodies)

    def until(self, found: Callable[[], Any]) -> Any:
        """Wait until there is what `found` looks for."""
        for _ in range(1200):
            if result := found():
                return result
            time.sleep(0.05)
        raise AssertionError("it never came")

    def spans(self) -> list[Span]:
        """Every span that came, with its resource's attributes."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        found = []
        for path, body in list(self.bodies):
            if path == "/v1/traces":
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    about = attributes(resource.resource)
                    found += [Span(span, about) for scope in resource.scope_spans for span in scope.spans]
        return found

    def events(self) -> list[dict[str, Any]]:
        """Every event that came in an envelope."""
        found = []
        for path, body in list(self.bodies):
            if path == "/api/1/envelope/":
                lines = body.split(b"\n")
                for header, payload in zip(lines[1::2], lines[2::2], strict=False):
                    kind = json.loads(header)["type"]
                    assert kind == "event", f"nothing else is sent: {kind}"
                    found.append(json.loads(payload))
        return found


class Span:
    """One span as it arrived."""

    def __init__(self, span: Any, resource: dict[str, Any]) -> None:
        self.name: str = span.name
        self.id: bytes = span.span_id
        self.parent_id: bytes = span.parent_span_id
        self.trace: bytes = span.trace_id
        self.kind: int = span.kind
        self.facts = attributes(span)
        self.resource = resource
        self.failed = span.status.code == 2
        self.said: str = span.status.message
        self.events = list(span.events)


def attributes(of: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in of.attributes}


SENDER = "OtelBatch"
"""How the thread's name begins that sends spans."""


@contextmanager
def stopping() -> Iterator[None]:
    """Nothing is watched after the block, and the libraries' own log lines go where they went."""
    loggers = [logging.getLogger(name) for name in ("opentelemetry", "sentry_sdk", "urllib3")]
    before = [(each.handlers, each.propagate) for each in loggers]
    yield
    observe.stop()
    for thread in threading.enumerate():
        if thread.name.startswith(SENDER):
            thread.join(60)
    for each, (handlers, propagate) in zip(loggers, before, strict=True):
        each.handlers, each.propagate = handlers, propagate


def needs_the_extra() -> None:
    """Skip, loudly, where the packages of the extra are not installed."""
    if observe.missing(Observers("http://collector", errors="http://key@sentry/1")) is not None:
        skip_loudly("NO OBSERVE: traces and error reports were not tried. Run: make setup OBSERVE=1")
