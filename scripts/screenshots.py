"""Take the README's pictures: real conversations with the bot on the sandbox's page.

    python -m scripts.screenshots                      # a sandbox of its own; writes docs/images/*.png
    python -m scripts.screenshots --voice note.ogg     # the voice note to forward; without it one is made up

Needs a browser (the system's Chromium, else `playwright install chromium`) and, for emoji, a font that has them
(Debian: fonts-noto-color-emoji). The main button of every screen is its first one with style "success", so the
script presses that one and knows no words of the bot. The dates are fixed: the pictures change only with the product.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect, sync_playwright

from tests.browser import FLAGS
from tests.browser import path as browser_path
from tests.detector.sounds import encode, speech

ROOT = Path(__file__).resolve().parent.parent
PHONE: ViewportSize = {"width": 390, "height": 844}
WIDE: ViewportSize = {"width": 1280, "height": 800}
LARGEST = 250_000  # bytes a picture
START = "2026-11-25T12:00:00+05:00"  # a Wednesday: a week later Tuesday's reminder is seventeen hours old
PLAN = "Сейсенбі сайын кешкі 7-де YouTube"
QUESTION = "Can I use 10 seconds of a song?"
TO_TOP = "message => message.closest('.messages').scrollBy(0, message.getBoundingClientRect().top - 140)"
WEEKS = 12
LEFT_OUT = 5
WEEK_S = 7 * 24 * 3600


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="folder for the pictures")
    parser.add_argument("--voice", type=Path, help="a voice note to forward (Ogg/Opus)")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    note = given.voice.read_bytes() if given.voice else encode(speech(9.0))
    expect.set_options(timeout=120_000)
    with sandbox() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        Camera(browser, url, given.out).take(note)
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

    def take(self, note: bytes) -> None:
        """All pictures."""
        while self._control.get("/sandbox/clock").json()["followers"] == 0:  # the bot is not up yet
            time.sleep(0.5)
        self._clock(set=START)

        aigerim = self._page(PHONE)
        aigerim.locator(".welcome-person").filter(has_text="Aigerim").click()
        expect(answers(aigerim)).to_have_count(1)
        preview = self._say(aigerim, PLAN)
        self._shoot(aigerim, "plan")
        press_main(preview)
        self._week(aigerim)
        press_main(answers(aigerim).last)
        self._shoot(aigerim, "done")
        first = person_on(aigerim)

        dmitry = self._person("Dmitry", "ru")
        dark = self._page(PHONE, "dark", f"#person={dmitry}")
        begin(dark)
        self._forward(dark, note)
        self._shoot(dark, "voice")
        dark.context.close()

        emma = self._person("Emma", "en")
        light = self._page(PHONE, "light", f"#person={emma}")
        begin(light)
        self._say(light, QUESTION)
        self._shoot(light, "answer", top=light.locator(".message.mine").last)

        wide = self._page(WIDE, "light", f"#person={first}&beside={first},{dmitry},{emma}", scale=1.5)
        question = wide.locator(f".column[data-person='{emma}'] .message.mine").last
        expect(question).to_be_attached()
        self._shoot(wide, "people", top=question)
        wide.context.close()

        for command in ("/settings", "/mydata", "/deleteme"):
            self._say(light, command)
        self._shoot(light, "data")
        light.context.close()

        self._rest_of_the_goal(first)
        self._say(aigerim, "/stats")
        expect(aigerim.locator(".message.theirs .photo img").last).to_be_visible()
        self._shoot(aigerim, "stats")
        aigerim.context.close()

    def _page(self, size: ViewportSize, scheme: Any = "light", fragment: str = "", scale: float = 2) -> Page:
        context = self._browser.new_context(viewport=size, color_scheme=scheme, device_scale_factor=scale)
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{self._url}/{fragment}")
        page.wait_for_selector("body.ready")
        return page

    def _shoot(self, page: Page, name: str, top: Locator | None = None) -> None:
        """One picture, once nothing moves; `top` is scrolled to the upper edge."""
        page.locator(".chip[aria-current]").scroll_into_view_if_needed()  # as one would swipe it
        page.mouse.move(1, 1)
        expect(page.locator(".toast")).to_have_count(0)
        page.wait_for_timeout(1500)  # animations end
        if top is not None:
            top.evaluate(
                "message => message.closest('.messages').scrollBy(0, message.getBoundingClientRect().top - 140)"
            )
            page.wait_for_timeout(700)
        path = self._out / f"{name}.png"
        path.write_bytes(small(page.screenshot()))
        print(f"{path} {path.stat().st_size / 1000:.0f} kB", flush=True)

    def _clock(self, **change: Any) -> None:
        self._control.post("/sandbox/clock", json=change).raise_for_status()

    def _person(self, name: str, language: str) -> int:
        answer = self._control.post("/sandbox/people", json={"first_name": name, "language_code": language})
        return int(answer.raise_for_status().json()["id"])

    def _say(self, page: Page, text: str) -> Locator:
        """Send a text; the bot's next bubble."""
        before = answers(page).count()
        page.get_by_role("textbox", name="Message").fill(text)
        page.keyboard.press("Enter")
        answer = answers(page).nth(before)
        expect(answer).to_be_visible()
        return answer

    def _week(self, page: Page) -> None:
        """A week ahead, by the page's own clock: the week's digest, the reminder, and the follow-up two hours later."""
        before = answers(page).count()
        page.get_by_role("button", name="Sandbox clock").click()
        page.get_by_role("menuitem", name="+ 1 week").click()
        expect(answers(page)).to_have_count(before + 3)

    def _rest_of_the_goal(self, person: int) -> None:
        """Live through the plan's other weeks and press every reminder's main button, but leave one out."""
        for week in range(1, WEEKS):
            self._clock(advance_s=WEEK_S)
            if week == LEFT_OUT:
                continue
            messages = self._control.get(f"/sandbox/chats/{person}/messages").json()["messages"]
            reminder = next(m for m in reversed(messages) if "success" in str(m.get("reply_markup")))
            main = reminder["reply_markup"]["inline_keyboard"][0][0]
            press = {"from": person, "message_id": reminder["message_id"], "data": main["callback_data"]}
            self._control.post("/sandbox/press", json=press).raise_for_status()

    def _forward(self, page: Page, note: bytes) -> None:
        """A voice note forwarded as from somebody who hides the account; waits for the verdict that is edited in."""
        before = answers(page).count()
        page.get_by_role("button", name="Attach").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("menuitem", name="Voice note from a file").click()
        chooser.value.set_files({"name": "note.ogg", "mimeType": "audio/ogg", "buffer": note})
        page.get_by_label("Forward as from").select_option("hidden_user")
        page.get_by_role("textbox", name="Name").fill("Марат")
        page.get_by_role("button", name="Send", exact=True).click()
        verdict = answers(page).nth(before)
        expect(verdict.locator("i, em").last).to_be_visible()  # its last line: that it is no proof


def small(screenshot: bytes) -> bytes:
    """The picture in as many of 256 colours as fit into `LARGEST` bytes."""
    with Image.open(io.BytesIO(screenshot)) as taken:
        picture = taken.convert("RGB")
    for colours in (256, 192, 128, 96, 64):
        # A palette from a quarter of the pixels is as good, and found four times as fast.
        palette = picture.reduce(2).quantize(colours, Image.Quantize.MAXCOVERAGE, kmeans=1)
        out = io.BytesIO()
        picture.quantize(palette=palette, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() < LARGEST:
            return out.getvalue()
    raise SystemExit("A picture is too large.")


def answers(page: Page) -> Locator:
    """The bot's bubbles."""
    return page.locator(".message.theirs")


def begin(page: Page) -> None:
    """The chat's Start button, and the first answer."""
    page.get_by_role("button", name="Start", exact=True).click()
    expect(answers(page)).to_have_count(1)


def press_main(message: Locator) -> None:
    """Press the main button and see the message change in place."""
    words = message.locator(".text").inner_text()
    message.locator(".key.success").first.click()
    expect(message.locator(".text")).not_to_have_text(words, use_inner_text=True)


def person_on(page: Page) -> int:
    """Whose chat the page shows."""
    return int(page.url.split("person=")[1].split("&")[0])


if __name__ == "__main__":
    main()
