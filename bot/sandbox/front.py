"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox import errors, methods, request, spec
from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError
from bot.sandbox.faults import Fault
from bot.sandbox.request import Upload

CUT = "sandbox.cut"
CONNECTED = "sandbox.connected"


def routes(core: Core) -> list[Route]:
    """Routes of the Bot API for the core's one bot."""
    front = Front(core)
    return [
        Route("/bot{token}/{method}", front.call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", front.file, methods=["GET"]),
    ]


def answer_of(error: ApiError) -> Response:
    """An error as the HTTP answer of the Bot API."""
    headers = {}
    if error.parameters and "retry_after" in error.parameters:
        headers["retry-after"] = str(error.parameters["retry_after"])
    return Response(json.dumps(error.body(), ensure_ascii=False), error.code, headers, media_type="application/json")


class Front:
    """Checks the token, applies faults, calls the method, records."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def _known(self, http: Request) -> bool:
        given = str(http.path_params["token"]).encode("utf-8", "replace")
        return secrets.compare_digest(given, self._core.token.encode())

    async def call(self, http: Request) -> Response:
        """One Bot API call."""
        if not self._known(http):
            return answer_of(ApiError(401, errors.UNAUTHORIZED))
        try:
            params, uploads = await request.read(http)
        except request.TooLarge:
            return answer_of(ApiError(413, "Request Entity Too Large"))
        except request.Malformed as wrong:
            return answer_of(errors.bad(str(wrong)))
        known = spec.load().method(http.path_params["method"])
        name = known.name if known else http.path_params["method"][:64]
        began = self._core.clock.now().isoformat()
        fault = self._core.faults.take(name)
        if fault is not None and fault.delay_s:
            await asyncio.sleep(fault.delay_s)
        if fault is not None and fault.drop == "before":
            self._core.calls.add(began, name, params, uploads, None)
            return await _cut(http)
        code, body = await self._answer(name, params, uploads, fault)
        self._core.calls.add(began, name, params, uploads, body)
        if fault is not None and fault.drop == "after":
            return await _cut(http)
        if code != 200:
            return answer_of(ApiError(code, body["description"], body.get("parameters")))
        return Response(json.dumps(body, ensure_ascii=False), media_type="application/json")

    async def _answer(
        self, name: str, params: dict[str, Any], uploads: dict[str, Upload], fault: Fault | None
    ) -> tuple[int, dict[str, Any]]:
        try:
            if fault is not None and fault.error is not None:
                raise fault.error
            return 200, {"ok": True, "result": await methods.call(self._core, name, params, uploads)}
        except ApiError as refused:
            return refused.code, refused.body()

    async def file(self, http: Request) -> Response:
        """The bytes of a file that getFile named."""
        if not self._known(http):
            return answer_of(ApiError(401, errors.UNAUTHORIZED))
        found = self._core.files.at(http.path_params["path"])
        if found is None:
            return answer_of(ApiError(404, errors.NOT_FOUND))
        return FileResponse(self._core.files.where(found), media_type="application/octet-stream")


async def _cut(http: Request) -> Response:
    """Close the client's connection without an answer."""
    cut = http.scope.get(CUT)
    if cut is not None:
        await cut()
    return Response(status_code=502)  # nobody reads it


class Connection:
    """Outermost ASGI: lets the application cut the client's connection, or ask whether it is still open (also after
    the answer: a kept-alive connection closes when its client dies). ASGI itself knows neither."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        transport: Any = getattr(getattr(send, "__self__", None), "transport", None)  # uvicorn's

        async def cut() -> None:
            transport.abort()
            await asyncio.sleep(0.01)  # lets the server notice before an answer is made

        if scope["type"] == "http" and transport is not None:
            scope[CUT] = cut
            scope[CONNECTED] = lambda: not transport.is_closing()
        await self._app(scope, receive, send)
