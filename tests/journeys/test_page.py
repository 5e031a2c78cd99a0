"""One person's first week on the real page, at the size of a phone, with the real bot behind it.

Only what a person sees and touches is used: names of buttons, bubbles, menus. What the bot says is taken from the
catalogs; its main button is the first green one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from bot.i18n import Translator
from tests.browser import FLAGS
from tests.browser import path as browser_path
from tests.conftest import skip_loudly
from tests.detector.sounds import encode, speech
from tests.journeys.conftest import World, running_world

PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000  # a busy machine
WEDNESDAY = "2026-11-25T12:00:00+05:00"  # a week later Tuesday's reminder is seventeen hours old


@pytest.fixture
async def served(tmp_path: Path, migrated_sqlite: Path, detector_url: str) -> AsyncIterator[World]:
    """The bot in its sandbox; the page is the same on every database."""
    database = tmp_path / "page.db"
    shutil.copy(migrated_sqlite, database)
    async with running_world(tmp_path, f"sqlite+aiosqlite:///{database}", detector_url) as made:
        yield made


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium; without one the journey is skipped, and says so where nobody can overlook it."""
    async with async_playwright() as playwright:
        try:
            started = await playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        except Error as missing:
            line = (
                "NO BROWSER: the journey on the page is NOT tested. Install chromium, or: playwright install chromium"
            )
            skip_loudly(f"{line} ({str(missing).splitlines()[0]})")
        yield started
        await started.close()


@pytest.fixture
async def page(browser: Browser, served: World) -> AsyncIterator[Page]:
    """The page as somebody opens it for the first time, on a phone. It must log no error."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    opened = await context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    await opened.goto(served.url)
    yield opened
    await context.close()
    assert complaints == []


def answers(page: Page) -> Locator:
    """The bot's bubbles, oldest first."""
    return page.get_by_role("log", name="Messages").get_by_role("article", name=re.compile("^Tirek, "))


async def say(page: Page, text: str) -> Locator:
    """Write a message and tap Send; the bot's next bubble."""
    before = await answers(page).count()
    await page.get_by_role("textbox", name="Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send", exact=True).tap()
    answer = answers(page).nth(before)
    await expect(answer).to_be_visible()
    return answer


async def tap_main(message: Locator) -> None:
    """Tap the main button of a bubble: the first one, which is green."""
    main = message.get_by_role("group", name="Buttons").get_by_role("button").first
    await expect(main).to_have_class(re.compile(r"\bsuccess\b"))
    await main.tap()


async def test_a_first_week_on_the_page(page: Page, served: World) -> None:
    t = Translator("kk")
    await served.set_clock(WEDNESDAY)

    # A first visit: three people to start as, one tap each.
    await page.get_by_role("button", name="Aigerim").tap()
    welcome = answers(page).first
    await expect(welcome).to_contain_text("Aigerim")
    await expect(welcome.get_by_role("button").first).to_be_visible()

    # One sentence, the preview with its dates, one tap: the same bubble says that the plan is on.
    plan = await say(page, "Сейсенбі сайын кешкі 7-де YouTube")
    await expect(plan).to_contain_text("Сейсенбі сайын 19:00-де · YouTube")
    await expect(plan).to_contain_text("UTC+5")
    await expect(plan.locator("time")).to_contain_text(["1 желтоқсан", "8 желтоқсан", "15 желтоқсан"])
    before = await answers(page).count()
    await tap_main(plan)
    await expect(plan).to_contain_text("0/13")
    assert await answers(page).count() == before

    # A week passes on the page's own clock; on Sunday came the digest, on Tuesday the reminder at
    # its minute and, two hours later, one question.
    await page.get_by_role("button", name=re.compile("^Sandbox clock")).tap()
    await page.get_by_role("menuitem", name="+ 1 week").tap()
    digest, reminder, question = (answers(page).nth(before + n) for n in range(3))
    await expect(digest).to_contain_text(t.plain("Next week"))
    await expect(question).to_have_attribute("aria-label", "Tirek, 21:00")
    await expect(question).to_contain_text(t.plain("Did it work out? {outlet}", outlet="YouTube"))
    await expect(reminder).to_have_attribute("aria-label", "Tirek, 19:00")
    await expect(reminder).to_contain_text(t.plain("Time to publish: {outlet}", outlet="YouTube"))
    await tap_main(reminder)
    await expect(reminder).to_contain_text("1/13")
    await expect(reminder).to_contain_text(t.plural_plain("{count} week in a row", "{count} weeks in a row", 1))

    # A voice note, forwarded as from somebody who hides the account: heard at once, the verdict edited in.
    before = await answers(page).count()
    await page.get_by_role("button", name="Attach").tap()
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("menuitem", name="Voice note from a file").tap()
    note = {"name": "note.ogg", "mimeType": "audio/ogg", "buffer": encode(speech(8.0))}
    await (await chooser.value).set_files(note)  # type: ignore[arg-type]
    form = page.get_by_role("dialog", name="Send file")
    await form.get_by_label("Forward as from").select_option("hidden_user")
    await form.get_by_role("button", name="Send", exact=True).tap()
    mine = page.get_by_role("article", name=re.compile("^You, ")).last
    await expect(mine).to_contain_text("Forwarded from")
    await expect(mine.get_by_role("button", name=re.compile("^👀"))).to_be_visible()
    verdict = answers(page).nth(before)
    proof = t.plain("This is not proof. Detector: {detector}. The audio is deleted.", detector="|")
    await expect(verdict).to_contain_text(proof.partition("|")[0].strip())
    assert await answers(page).count() == before + 1, "the verdict takes the place of the first word"

    # A question in plain words: an answer with its sources as links.
    card = await say(page, "Әннен 10 секунд алсам бола ма?")
    await expect(card).to_contain_text(t.plain("Sources"))
    await expect(card.get_by_role("link").first).to_have_attribute("href", re.compile("^https://"))

    # Nothing is wider than the phone.
    overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert overflow <= 0
