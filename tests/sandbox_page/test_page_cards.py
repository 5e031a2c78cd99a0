"""Every card on a narrow phone, 360 px wide, in three languages: no text is cut and nothing scrolls sideways."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from bot.answers.service import Answers
from bot.answers.topics import LANGS, TOPICS, Lang
from bot.i18n import Translator
from bot.sandbox.server import Sandbox
from handlers.topics import card_screen

NARROW = {"width": 360, "height": 740}
TODAY = date(2026, 11, 22)
TOO_WIDE = """() => [...document.querySelectorAll('.message, .message *')].filter(each => {
    const box = each.getBoundingClientRect();
    const hides = ['hidden', 'clip'].includes(getComputedStyle(each).overflowX);
    const cut = hides && each.scrollWidth > each.clientWidth + 1;
    return cut || box.right > innerWidth + 1 || box.left < -1;
}).map(each => each.className + ': ' + each.textContent.slice(0, 60))"""


@pytest.fixture(scope="module")
def sandbox_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sandbox, str]]:
    """A sandbox without a bot, on a thread with a loop of its own."""
    ready = threading.Event()
    told: dict[str, Any] = {}
    sandbox = Sandbox(Path(tmp_path_factory.mktemp("cards")))

    async def serve() -> None:
        stop = asyncio.Event()
        async with sandbox.running() as url:
            loop = asyncio.get_running_loop()
            told.update(url=url, stop=lambda: loop.call_soon_threadsafe(stop.set))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(20), "the sandbox did not start"
    yield sandbox, told["url"]
    told["stop"]()
    thread.join(20)


@pytest.mark.parametrize("views", [("", "f"), ("s", "r")], ids=["answer and full text", "sources and related"])
@pytest.mark.parametrize("lang", LANGS)
def test_every_card_is_readable_on_a_narrow_phone(
    browser: Browser, sandbox_of_its_own: tuple[Sandbox, str], lang: Lang, views: tuple[str, str], tmp_path: Path
) -> None:
    sandbox, url = sandbox_of_its_own
    answers, t = Answers.load(), Translator(lang)
    with httpx.Client(base_url=url, timeout=30) as http:
        body = {"first_name": f"Aru {lang}", "language_code": lang}
        person = http.post("/sandbox/people", json=body).raise_for_status().json()["id"]
        http.post("/sandbox/messages", json={"from": person, "text": "/start"}).raise_for_status()
        for card_id in TOPICS:
            card = answers.text(card_id, lang, TODAY)
            for view in views:
                screen = card_screen(card, t, view, asked=True)
                message = {
                    "chat_id": person,
                    "text": screen.text,
                    "parse_mode": "HTML",
                    "reply_markup": screen.keyboard.model_dump(exclude_none=True) if screen.keyboard else None,
                }
                http.post(f"/bot{sandbox.token}/sendMessage", json=message).raise_for_status()
    page = browser.new_page(viewport=NARROW)  # type: ignore[arg-type]
    try:
        page.goto(f"{url}/#person={person}")
        title = answers.title(list(TOPICS)[-1], lang)
        expect(page.locator(".message.theirs").last).to_contain_text(title)
        assert page.locator(".message.theirs").count() == len(views) * len(TOPICS)
        page.screenshot(path=tmp_path / f"cards-{lang}.png")
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    finally:
        page.close()
