"""The HTTP server of the bot: health, metrics, and the webhook when there is one."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import structlog
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.reminders.subscription import Gate
from bot.reminders.websub import PATH, WebSub
from bot.updates import Inbox

log = structlog.get_logger(__name__)

LONGEST_PUSH = 256_000  # bytes of what the hub sends
UNSEEN = {  # an address that is its own key is for one program, and for no index
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
LONGEST_UPDATE = 1_000_000  # bytes; Telegram's are far below


def build(
    ready: Callable[[], Awaitable[dict[str, Any]]],
    inbox: Inbox | None,
    webhook_url: str | None,
    secret: str | None,
) -> FastAPI:
    """The app. With `webhook_url`, updates are taken at its path when they carry `secret`."""
    app = FastAPI(title="Tirek", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        """The process lives."""
        return PlainTextResponse("ok")

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """Database and migrations decide; a detector that is down is shown and stops nothing."""
        state = await ready()
        return JSONResponse(state, status_code=200 if state["ready"] else 503)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    if webhook_url is not None and inbox is not None and secret is not None:
        expected = secret.encode()
        refused = Refused()

        @app.post(urlsplit(webhook_url).path or "/")
        async def webhook(request: Request) -> Response:
            """One update. 200 means that it was handled, or is kept and will be."""
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
            if not hmac.compare_digest(given, expected):
                refused.tell(request.client.host if request.client else "")
                return Response(status_code=401)
            if inbox.is_full:  # Telegram keeps it, and asks again; behind a balancer another replica may have room
                return Response(status_code=503, headers={"Retry-After": "1"})
            body = bytearray()
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_UPDATE:
                    return Response(status_code=413)
            try:
                update = json.loads(body)
            except (ValueError, RecursionError):
                return Response(status_code=400)
            if not isinstance(update, dict) or not _is_id(update.get("update_id")):
                return Response(status_code=400)
            await inbox.handle_now(update)
            return Response(status_code=200)

    return app


class Refused:
    """Tells the operator that somebody posts without the secret, once a minute at most: a log must not be a target."""

    def __init__(self) -> None:
        self._since_told = 0
        self._next = 0.0

    def tell(self, address: str) -> None:
        self._since_told += 1
        if time.monotonic() >= self._next:
            log.warning("webhook.refused", address=address, times=self._since_told)
            self._since_told, self._next = 0, time.monotonic() + 60


def add_websub(app: FastAPI, websub: WebSub, bell: asyncio.Event) -> None:
    """Where YouTube's hub confirms subscriptions and says that a channel has something new; `bell` then rings."""

    @app.get(PATH + "{token}")
    async def confirm(token: str, request: Request) -> Response:
        """The hub asks whether we asked; the challenge in return says yes."""
        query = request.query_params
        lease = query.get("hub.lease_seconds", "")
        lease_s = int(lease) if lease.isascii() and lease.isdecimal() and len(lease) < 12 else 0
        if not await websub.confirm(token, query.get("hub.mode", ""), query.get("hub.topic", ""), lease_s):
            return Response(status_code=404)
        return PlainTextResponse(query.get("hub.challenge", "")[:1000])

    @app.post(PATH + "{token}")
    async def push(token: str, request: Request) -> Response:
        """One push. Hubs want 2xx also for one that is not believed, so that nobody learns which is which."""
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LONGEST_PUSH:
                return Response(status_code=413)
        taken = await websub.pushed(token, request.headers.get("X-Hub-Signature", ""), bytes(body))
        if taken:
            bell.set()
        return Response(status_code=404 if taken is None else 202)


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def serve_calendars(app: FastAPI, read: Callable[[str], Awaitable[bytes | None]]) -> None:
    """People's calendars at /calendar/<token>.ics. `read` gives the file of a token, None where there is none."""
    gate = Gate()

    @app.api_route("/calendar/{token}.ics", methods=["GET", "HEAD"])
    async def calendar(token: str, request: Request) -> Response:
        """One calendar. Programs ask every few hours, and mostly it is what they have."""
        if not gate.passes(time.monotonic()):
            return Response(status_code=429, headers={"Retry-After": "60"})
        body = await read(token)
        if body is None:
            return PlainTextResponse("There is no calendar here.", status_code=404, headers=UNSEEN)
        tag = f'"{sha256(body).hexdigest()[:32]}"'
        headers = UNSEEN | {"ETag": tag}
        asked = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
        if tag in asked or asked == ["*"]:
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="tirek.ics"'
        return Response(body, media_type="text/calendar; charset=utf-8", headers=headers)


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process stops in the order `bot/run.py` says."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def server(app: FastAPI, host: str, port: int, trusted_proxies: Sequence[str] = ()) -> Server:
    """A server to be run as a task; set `should_exit` to stop it. Only `trusted_proxies` may say for whom they ask."""
    config = uvicorn.Config(
        app,
        host,
        port,
        log_config=None,  # bot/logs.py has it: uvicorn's own lines would show tokens
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
    )
    return Server(config)
