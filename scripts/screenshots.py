"""Take the README's pictures: real conversations with the bot on the sandbox's page.

    python scripts/screenshots.py                      # starts a sandbox of its own, writes docs/images/*.webp
    python scripts/screenshots.py --voice note.ogg     # the voice note to forward; without it that picture is left out

Needs a browser (the system's Chromium, else `playwright install chromium`) and, for emoji, a font that has them
(Debian: fonts-noto-color-emoji). The main button of every screen is its first one with style "success", so the
script presses that one and knows no words of the bot.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 800}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
WEEKS = 13
LEFT_OUT = 5
ALMATY = ZoneInfo("Asia/Almaty")
PLANS = {"kk": "/plan YouTube сейсенбі сайын кешкі 7-де", "en": "/plan YouTube every Tuesday 19:00"}
QUESTION = "Правда, что можно взять 10 секунд чужой песни?"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="folder for the pictures")
    parser.add_argument("--voice", type=Path, help="a voice note to forward (Ogg/Opus)")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=60_000)
    system = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sandbox() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        Camera(browser, url, given.out).take(given.voice)
        browser.close()


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """A sandbox with the bot on it, in a folder that is thrown away; its address."""
    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, "-u", "-m", "bot", "sandbox", "--port", "0", "--data", data, "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout is not None
            try:
                first = process.stdout.readline()
                if "http" not in first:
                    raise SystemExit(f"The sandbox did not start: {first}")
                yield first[first.index("http") :].strip()
            finally:
                process.terminate()


class Camera:
    """Talks through the page and takes pictures."""

    def __init__(self, browser: Browser, url: str, out: Path) -> None:
        self._browser, self._url, self._out = browser, url, out
        self._control = httpx.Client(base_url=url, timeout=600)

    def take(self, voice: Path | None) -> None:
        """All pictures."""
        while self._control.get("/sandbox/clock").json()["followers"] == 0:  # the bot is not up yet
            time.sleep(0.5)
        time.sleep(2)
        welcome = self._page(PHONE, "light")
        expect(welcome.locator(".welcome-words")).to_be_visible()
        self._shoot(welcome, "page-welcome")
        emma = self._begin(welcome, "Emma")
        self._say(welcome, PLANS["en"])
        self._press_main(welcome)
        self._shoot(welcome, "page-plan")
        self._thirteen_weeks(emma)
        self._say(welcome, "/stats")
        expect(welcome.locator(".message.theirs .photo img").last).to_be_visible()
        welcome.wait_for_timeout(1500)
        self._shoot(welcome, "page-stats")
        welcome.context.close()

        dark = self._page(PHONE, "dark", f"#person={self._person('Dmitry', 'ru')}")
        self._begin(dark, None)
        self._say(dark, QUESTION)
        self._shoot(dark, "page-answer-dark")
        if voice is not None:
            self._forward(dark, voice)
            self._shoot(dark, "page-voice-dark")
        others = [self._person("Aigerim", "kk"), int(dark.url.split("person=")[1].split("&")[0])]
        dark.context.close()
        wide = self._page(WIDE, "light", f"#person={emma}&beside={','.join(map(str, [*others, emma]))}")
        column = wide.locator(f".column[data-person='{others[0]}']")
        column.locator(".big-button").click()
        expect(column.locator(".message.theirs")).to_have_count(1)
        self._control.post("/sandbox/messages", json={"from": others[0], "text": PLANS["kk"]}).raise_for_status()
        expect(column.locator(".message.theirs")).to_have_count(2)
        self._shoot(wide, "page-people")
        wide.context.close()

    def _page(self, size: dict[str, int], scheme: str, fragment: str = "") -> Page:
        context = self._browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=2)  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{self._url}/{fragment}")
        page.wait_for_selector("body.ready")
        return page

    def _shoot(self, page: Page, name: str) -> None:
        page.mouse.move(1, 1)
        expect(page.locator(".toast")).to_have_count(0)
        page.wait_for_timeout(1200)  # animations end
        path = self._out / f"{name}.webp"
        with Image.open(io.BytesIO(page.screenshot())) as taken:
            taken.convert("RGB").save(path, quality=88, method=6)
        print(path)

    def _person(self, name: str, language: str) -> int:
        answer = self._control.post("/sandbox/people", json={"first_name": name, "language_code": language})
        return int(answer.raise_for_status().json()["id"])

    def _begin(self, page: Page, name: str | None) -> int:
        if name is None:
            page.locator(".big-button").click()
        else:
            page.locator(".welcome-person").filter(has_text=name).click()
        expect(page.locator(".message.theirs")).to_have_count(1)
        return int(page.url.split("person=")[1].split("&")[0])

    def _say(self, page: Page, text: str) -> None:
        before = page.locator(".message.theirs").count()
        page.get_by_role("textbox", name="Message").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(".message.theirs").nth(before)).to_be_visible()

    def _press_main(self, page: Page) -> None:
        last = page.locator(".message.theirs").last
        words = last.inner_text()
        last.locator(".key.success").first.click()
        expect(last).not_to_have_text(words, use_inner_text=True)

    def _thirteen_weeks(self, person: int) -> None:
        """Live through the plan's weeks: an hour after each reminder press its main button, but leave one out."""
        now = datetime.fromisoformat(self._control.get("/sandbox/clock").json()["now"]).astimezone(ALMATY)
        first = (now + timedelta(days=(1 - now.weekday()) % 7)).replace(hour=20, minute=0)
        if first <= now:
            first += timedelta(days=7)
        for week in range(WEEKS):
            step = (first - now).total_seconds() if week == 0 else 7 * 24 * 3600
            self._control.post("/sandbox/clock", json={"advance_s": step}).raise_for_status()
            if week == LEFT_OUT:
                continue
            messages = self._control.get(f"/sandbox/chats/{person}/messages").json()["messages"]
            reminder = messages[-1]
            main = reminder["reply_markup"]["inline_keyboard"][0][0]
            press = {"from": person, "message_id": reminder["message_id"], "data": main["callback_data"]}
            self._control.post("/sandbox/press", json=press).raise_for_status()

    def _forward(self, page: Page, voice: Path) -> None:
        """A voice note forwarded as from somebody who hides the account; waits for the verdict that is edited in."""
        before = page.locator(".message.theirs").count()
        page.locator("input[type=file]").set_input_files(voice)
        page.locator("[name=kind]").select_option("voice")
        page.locator("[name=origin]").select_option("hidden_user")
        page.get_by_role("button", name="Send", exact=True).click()
        verdict = page.locator(".message.theirs").nth(before)
        expect(verdict).to_be_visible()
        waiting = verdict.inner_text()
        with contextlib.suppress(AssertionError):
            expect(verdict).not_to_have_text(waiting, use_inner_text=True, timeout=60_000)


if __name__ == "__main__":
    main()
