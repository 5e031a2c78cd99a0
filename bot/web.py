"""The HTTP server of the bot: health, metrics, and the webhook when there is one."""

from __future__ import annotations

import contextlib
import hmac
import json
from collections.abc import Awaitable, Callable, Generator
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.updates import Inbox

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

        @app.post(urlsplit(webhook_url).path or "/")
        async def webhook(request: Request) -> Response:
            """One update. 200 means that it was handled, or is kept and will be."""
            given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
            if not hmac.compare_digest(given, expected):
                return Response(status_code=401)
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


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process stops in the order `bot/run.py` says."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def server(app: FastAPI, host: str, port: int) -> Server:
    """A server to be run as a task; set `should_exit` to stop it."""
    config = uvicorn.Config(app, host, port, log_level="warning", access_log=False, server_header=False, lifespan="off")
    return Server(config)
