"""Outside services as their documentation describes them, on loopback: what each answers is scripted by a test."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.detector.providers import ADAPTERS
from bot.detector.providers.adapter import Account
from bot.detector.providers.outside import Service

UUID = "7b1d0c1e-0000-4000-8000-000000000001"


@dataclass
class Reply:
    """One answer. `never`: the connection stays open and silent; `hangs_up`: it is closed without a word."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    never: bool = False
    hangs_up: bool = False


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Server:
    """Answers requests in the order of its script; the last answer is repeated."""

    def __init__(self, script: list[Reply]) -> None:
        self.script = script
        self.requests: list[Request] = []
        self.url = ""
        self._open: list[asyncio.StreamWriter] = []

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.append(writer)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.requests.append(Request(method, path, headers, body))
            reply = self.script[min(len(self.requests), len(self.script)) - 1]
            if reply.never:
                return
            if not reply.hangs_up:
                content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
                lines = [f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(content)}", "Connection: close"]
                lines += [f"{name}: {value}" for name, value in reply.headers.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode() + content)
                await writer.drain()
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            writer.close()

    def close(self) -> None:
        for writer in self._open:
            writer.close()


@asynccontextmanager
async def answering(*script: Reply) -> AsyncIterator[Server]:
    """A service that answers like this."""
    service = Server(list(script))
    server = await asyncio.start_server(service._serve, "127.0.0.1", 0, limit=2**20)
    host, port = server.sockets[0].getsockname()
    service.url = f"http://{host}:{port}"
    try:
        yield service
    finally:
        server.close()
        service.close()


def service(name: str, url: str, *, timeout_s: float = 5.0, per_day: int = 100) -> Service:
    """An adapter with an account at that address."""
    return Service(ADAPTERS[name], Account(f"key-of-{name}", url, timeout_s, per_day))


# --- Resemble ---------------------------------------------------------------------------------------------------------


def job(status: str = "processing", **more: Any) -> Reply:
    """A job as Resemble tells of it."""
    item = {
        "uuid": UUID, "status": status, "metrics": {}, "media_type": "audio", "zero_retention_mode": True,
        "media_redacted": True, "media_deleted": status == "completed", "url": None, "audio_url": None,
        "filename": "redacted_0a1b2c.ogg", "intelligence": None, "created_at": "2026-11-01T10:00:00Z",
    }  # fmt: skip
    return Reply({"success": True, "item": item | more})


def metrics(
    p: Any = "0.84", label: str = "fake", score: Any = ("0.91", "0.72", "0.88"), consistency: Any = "0.83"
) -> dict[str, Any]:
    """What it found; numbers are strings."""
    found = {"label": label, "score": list(score), "consistency": consistency, "aggregated_score": p, "image": ""}
    return {"metrics": found, "duration": "6.1"}


# --- Modulate ---------------------------------------------------------------------------------------------------------


def frames(*found: tuple[int, int, str, Any]) -> Reply:
    """Frames as Modulate gives them."""
    rows = [
        {"start_time_ms": start, "end_time_ms": end, "verdict": verdict, "confidence": confidence}
        for start, end, verdict, confidence in found
    ]
    return Reply({"filename": "voice.ogg", "duration_ms": 9200, "frames": rows})


def detail(status: int, text: Any) -> Reply:
    return Reply({"detail": text}, status)


FIELDS_MISSING = [{"loc": ["header", "x-api-key"], "msg": "Field required", "type": "missing"}]

# What each service says in a situation that all of them know. The first row of a list is the answer to the upload.
SITUATIONS: dict[str, dict[str, Callable[[], list[Reply]]]] = {
    "resemble": {
        "synthetic": lambda: [job(), job(), job("completed", **metrics())],
        "human": lambda: [job(), job("completed", **metrics("0.11", "real", ["0.2", "0.1", "0.05"]))],
        "wrong key": lambda: [Reply({"success": False, "message": "Unauthorized"}, 401)],
        "busy for ever": lambda: [Reply({"success": False, "message": "Too many requests"}, 429)],
        "busy once": lambda: [
            Reply({"success": False, "message": "Too many requests"}, 429, {"Retry-After": "3"}),
            job("completed", **metrics()),
        ],
        "down": lambda: [Reply({"success": False, "message": "Internal error"}, 500)],
        "an empty file": lambda: [Reply({"success": False, "message": "File is empty"}, 400)],
        "cannot decode": lambda: [job(), job("failed", error_message="could not decode")],
        "never done": lambda: [job()],
        "a score beyond one": lambda: [job("completed", **metrics("1.4"))],
        "a score that is no number": lambda: [job("completed", **metrics("NaN"))],
        "another form": lambda: [Reply({"success": True, "item": {"status": "completed", "metrics": []}})],
    },
    "modulate": {
        "synthetic": lambda: [frames((0, 4000, "synthetic", 0.9), (4000, 8000, "synthetic", 0.7))],
        "human": lambda: [frames((0, 4000, "non-synthetic", 0.88), (4000, 9200, "no-content", 1.0))],
        "wrong key": lambda: [detail(401, "Invalid API key")],
        "busy for ever": lambda: [detail(429, "Concurrency limit reached")],
        "busy once": lambda: [detail(429, "Too many concurrent requests"), frames((0, 4000, "synthetic", 0.9))],
        "down": lambda: [detail(502, "Could not validate the request")],
        "an empty file": lambda: [detail(400, "The file is empty")],
        "cannot decode": lambda: [detail(422, "Could not decode the audio")],
        "never done": lambda: [Reply(never=True)],
        "a score beyond one": lambda: [frames((0, 4000, "synthetic", 1.4))],
        "a score that is no number": lambda: [Reply(b'{"frames": [{"start_time_ms": 0, "end_time_ms": 9, '
                                                    b'"verdict": "synthetic", "confidence": NaN}]}')],
        "another form": lambda: [Reply({"frames": {"verdict": "synthetic"}})],
    },
}  # fmt: skip
