"""A real sandbox with the demo bot on it, and a real browser looking at its page."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import page_demo_bot
import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bot.sandbox.server import Sandbox
from tests.conftest import skip_loudly

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
]
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}


@dataclass
class Served:
    """A running sandbox: its address, and a client for its control API."""

    url: str
    control: httpx.Client

    def say(self, person: int, text: str) -> None:
        """A message of that person, past the page."""
        self.control.post("/sandbox/messages", json={"from": person, "text": text}).raise_for_status()

    def person(self, name: str, language: str) -> int:
        """A new person, past the page."""
        answer = self.control.post("/sandbox/people", json={"first_name": name, "language_code": language})
        return int(answer.raise_for_status().json()["id"])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one Playwright downloaded; without either the tests of the page are skipped.

    Not for the whole session: while it is open this thread counts as running a loop, and async tests cannot start.
    """
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=system, args=FLAGS)
        except Error as missing:
            line = "NO BROWSER: the sandbox page is NOT tested. Install chromium, or run: playwright install chromium"
            skip_loudly(f"{line} ({str(missing).splitlines()[0]})")
        yield started
        started.close()


@pytest.fixture
def served() -> Iterator[Served]:
    """A fresh sandbox in this process, its bot polling, on a thread with a loop of its own."""
    ready = threading.Event()
    told: dict[str, object] = {}

    async def serve() -> None:
        sandbox = Sandbox()
        stop = asyncio.Event()
        async with sandbox.running() as url:
            session = AiohttpSession(api=TelegramAPIServer.from_base(url))
            async with Bot(sandbox.token, session=session) as bot, asyncio.TaskGroup() as group:
                polling = group.create_task(page_demo_bot.run(bot))
                told.update(url=url, stop=lambda: loop.call_soon_threadsafe(stop.set))
                loop = asyncio.get_running_loop()
                ready.set()
                await stop.wait()
                polling.cancel()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20), "the sandbox did not start"
    with httpx.Client(base_url=str(told["url"]), timeout=30) as control:
        yield Served(str(told["url"]), control)
    told["stop"]()  # type: ignore[operator]
    thread.join(20)


@pytest.fixture
def opened(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens the page; the test fails when the page logged an error, such as a broken content security policy."""
    contexts, complaints = [], []

    def open_page(size: dict[str, int] = PHONE, scheme: str = "light", path: str = "/") -> Page:
        context = browser.new_context(
            viewport=size, color_scheme=scheme, permissions=["microphone"], accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(served.url + path)
        page.wait_for_selector("body.ready")
        return page

    open_page.complaints = complaints  # type: ignore[attr-defined]  # a test that provokes some clears them
    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
