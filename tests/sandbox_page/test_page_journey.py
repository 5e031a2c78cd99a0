"""The whole product through the page: a plan, a week, Done, a forwarded voice note, a question. The real bot answers.

The main button of every screen is its first one with style "success", so little here depends on the bot's words.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import page_demo_bot
import pytest
from conftest import Served
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]
ROOT = Path(__file__).resolve().parents[2]
NOON_IN_ALMATY = 7  # by UTC
WEDNESDAY = 2


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """`tirek sandbox` as people start it, with an empty data folder; instead of the demo bot's sandbox."""
    data = str(tmp_path_factory.mktemp("sandbox"))
    command = [sys.executable, "-u", "-m", "bot", "sandbox", "--port", "0", "--data", data, "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        try:
            assert address is not None, "the sandbox did not print its address"
            with httpx.Client(base_url=address[0], timeout=300) as control:
                wait_for(lambda: control.get("/sandbox/clock").json()["followers"] > 0)
                yield Served(address[0], control)
        finally:
            process.terminate()
            process.wait(30)


def wait_for(ready: Callable[[], bool], limit_s: float = 120) -> None:
    """Until it is so."""
    ends = time.monotonic() + limit_s
    while not ready():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.2)


def go_to_wednesday(served: Served) -> None:
    """To the next Wednesday's noon: a week later Tuesday's reminder is seventeen hours old, whatever today is."""
    now = datetime.fromisoformat(served.control.get("/sandbox/clock").json()["now"])
    noon = now.replace(hour=NOON_IN_ALMATY, minute=0, second=0, microsecond=0) + timedelta(days=1)
    noon += timedelta(days=(WEDNESDAY - noon.weekday()) % 7)
    served.control.post("/sandbox/clock", json={"set": noon.isoformat()}).raise_for_status()


def say(page: Page, text: str) -> Locator:
    """Send a text; the bot's next bubble."""
    before = page.locator(".message.theirs").count()
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")
    answer = page.locator(".message.theirs").nth(before)
    expect(answer).to_be_visible()
    return answer


def press_main(message: Locator) -> None:
    """Press the main button and see the message change in place."""
    words = message.locator(".text").inner_text()
    message.locator(".key.success").first.click()
    expect(message.locator(".text")).not_to_have_text(words, use_inner_text=True)


@pytest.mark.parametrize(
    ("language", "name", "plan", "question", "law"),
    [
        (
            "kk",
            "Aigerim",
            "/plan YouTube сейсенбі сайын кешкі 7-де",
            "10 секундқа дейін музыка қолдануға бола ма?",
            "Дереккөздер",
        ),
        ("ru", "Dmitry", "/plan YouTube каждый вторник 19:00", "Можно ли взять 30 секунд чужой песни?", "Источники"),
        ("en", "Emma", "/plan YouTube every Tuesday 19:00", "Can I use 30 seconds of a song?", "Sources"),
    ],
    ids=["kk", "ru", "en"],
)
def test_a_person_plans_publishes_checks_a_voice_and_asks(
    opened: Open, served: Served, language: str, name: str, plan: str, question: str, law: str
) -> None:
    go_to_wednesday(served)
    page = opened(path=f"/#person={served.person(name, language)}")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".message.theirs .key.success").first).to_be_visible()

    press_main(say(page, plan))
    before = page.locator(".message.theirs").count()
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="+ 1 week").click()
    expect(page.locator(".message.theirs")).to_have_count(before + 3)  # Sunday's digest, the reminder, a follow-up
    reminder = page.locator(".message.theirs").nth(before + 1)
    expect(reminder).to_have_attribute("aria-label", "Tirek, 19:00")
    expect(reminder).to_contain_text("YouTube")
    expect(reminder.locator("time").last).to_have_text("19:00")
    press_main(reminder)

    before = page.locator(".message.theirs").count()
    note = {
        "name": "PTT-20260101-WA0001.opus",
        "mimeType": "audio/ogg",
        "buffer": page_demo_bot.tone("ogg", "libopus", 5),
    }
    page.locator("input[type=file]").set_input_files(note)
    page.locator("[name=origin]").select_option("hidden_user")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.mine .reaction").last).to_be_visible()
    verdict = page.locator(".message.theirs").nth(before)
    picture = verdict.get_by_role("button", name=re.compile("^Photo: 🎧"))  # it takes the place of the first word
    expect(picture).to_be_visible(timeout=60_000)
    expect(verdict).to_contain_text("tirek-embedded")
    expect(page.locator(".message.theirs")).to_have_count(before + 1)

    answer = say(page, question)
    expect(answer).to_contain_text(law)
    expect(answer.get_by_role("link").first).to_have_attribute("href", re.compile("^https?://"))
