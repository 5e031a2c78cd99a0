"""Who may talk to the sandbox: programs and pages of this machine. As ASGI, before anything else is looked at."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost", "[::1]")
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class Guard:
    """403 for a foreign `Host` (a rebound name), a foreign `Origin` or a request that another site's page made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        port = (scope.get("server") or ("", 80))[1]
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not _own_host(headers.get(b"host", ""), port) or not _own_origin(headers.get(b"origin"), port):
            await _refuse(send, "this address serves the machine it runs on alone")
            return
        followed_link = scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == "navigate"
        if headers.get(b"sec-fetch-site") in ("cross-site", "same-site") and not followed_link:
            await _refuse(send, "pages of other sites may not call the sandbox")
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *HEADERS]}
            await send(message)

        await self._app(scope, receive, with_headers)


def _own_host(host: str, port: int | None) -> bool:
    allowed = {f"{name}:{port}" for name in NAMES}
    if port == 80:
        allowed |= set(NAMES)
    return host.lower() in allowed


def _own_origin(origin: str | None, port: int | None) -> bool:
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme == "http" and _own_host(parts.netloc, port)


async def _refuse(send: Send, sentence: str) -> None:
    body = json.dumps({"error": sentence, "ok": False, "error_code": 403, "description": f"Forbidden: {sentence}"})
    await send(
        {
            "type": "http.response.start",
            "status": 403,
            "headers": [(b"content-type", b"application/json"), (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": body.encode()})
