"""The sandbox as one HTTP server on loopback: Bot API, control API and page.

sandbox = Sandbox(Path("data/sandbox"))
async with sandbox.running(port=0) as url: ...        # in-process, also in tests
await sandbox.serve(port=8081, started=print)         # beside a bot, until cancelled
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import control, front
from bot.sandbox.core import Core
from bot.sandbox.guard import Guard
from bot.sandbox.webhook import Courier

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".webmanifest": "application/manifest+json",
}
_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self';"
    " object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Sandbox:
    """One sandbox with one bot. `data` keeps token, people and chats between runs; None keeps nothing."""

    def __init__(self, data: Path | None = None) -> None:
        self.core = Core(data)
        self.app: FastAPI = build(self.core)

    @property
    def token(self) -> str:
        """The bot's token, the same for the same data folder."""
        return self.core.token

    def close(self) -> None:
        """End all long polls, so that the server can stop at once."""
        self.core.close()

    @contextlib.asynccontextmanager
    async def running(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve inside the block; gives the base address. Raises `ValueError` for an address that is not loopback
        and `OSError` for a port that is taken. A sandbox can be served once."""
        listener = _listen(host, port)
        server = _Server(
            uvicorn.Config(
                front.Connection(self.app),
                log_config=None,
                log_level="warning",
                access_log=False,  # paths hold the token
                lifespan="on",
                timeout_graceful_shutdown=2,
                timeout_keep_alive=75,
                server_header=False,
            )
        )
        url = f"http://{'[::1]' if host == '::1' else host}:{listener.getsockname()[1]}"
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            served = group.create_task(server.serve(sockets=[listener]))
            try:
                await server.ready.wait()
                if served.done():
                    served.result()
                yield url
            except Exception as raised:  # raised again outside, where no group wraps it
                failure = raised
            finally:
                self.close()
                server.should_exit = True  # closes the listener, too
        if failure is not None:
            raise failure

    async def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 8081,
        *,
        started: Callable[[str], None] | None = None,
        stop: asyncio.Event | None = None,
    ) -> None:
        """Serve until cancelled or until `stop` is set; `started` is told the base address."""
        async with self.running(host, port) as url:
            if started is not None:
                started(url)
            await (stop or asyncio.Event()).wait()


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the process; `ready` is set when it serves or gave up."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().serve(sockets)
        finally:
            self.ready.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    if host not in LOOPBACK:
        raise ValueError("the sandbox listens on this machine's loopback address only")
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    # With the protocol named, asyncio turns off the delay that makes small answers wait 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1" if host == "localhost" else host, port))
        listener.listen(256)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def build(core: Core) -> FastAPI:
    """The application around a core."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(Courier(core).run()), group.create_task(_keep(core))]
            yield
            core.close()
            for task in tasks:
                task.cancel()
        core.discard()

    app = FastAPI(title="Sandbox", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(front.routes(core))
    app.router.routes.extend(control.routes(core))
    app.router.routes.append(Route("/{path:path}", _page, methods=["GET", "HEAD"]))
    app.add_exception_handler(404, _missing)
    app.add_exception_handler(405, _missing)
    app.add_middleware(Guard)
    return app


async def _keep(core: Core) -> None:
    while True:
        await asyncio.sleep(1.0)
        core.save_if_due()


async def _page(http: Request) -> Response:
    """A file of the page's folder."""
    name = http.path_params["path"] or "index.html"
    path = (PAGE / name).resolve()
    kind = _TYPES.get(path.suffix)
    if kind is None or not path.is_relative_to(PAGE.resolve()) or not path.is_file():
        return await _missing(http, None)
    headers = {"content-security-policy": _POLICY, "cache-control": "no-cache"}
    return FileResponse(path, media_type=kind, headers=headers)


async def _missing(http: Request, error: Any) -> Response:
    status = getattr(error, "status_code", 404)
    text = "Not Found" if status == 404 else "Method Not Allowed"
    return JSONResponse({"ok": False, "error_code": status, "description": text, "error": text}, status)
