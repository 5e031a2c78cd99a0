"""A person talks with a bot on the sandbox's page: words, buttons, edits, formatting, files, sound."""

from __future__ import annotations

import re
from collections.abc import Callable

import page_demo_bot
import pytest
from conftest import WIDE, Served
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]


def begin(page: Page, name: str = "Emma") -> None:
    """One tap on a ready person."""
    page.get_by_role("button", name=name).click()
    expect(page.get_by_text(f"Hello, {name}!")).to_be_visible()


def say(page: Page, text: str) -> None:
    """Type and press Enter."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.keyboard.press("Enter")


def last(page: Page, side: str = "theirs") -> Locator:
    return page.locator(f".message.{side}").last


def test_one_tap_starts_a_chat_and_the_address_keeps_the_person(opened: Open) -> None:
    page = opened()
    expect(page.locator(".welcome-person")).to_have_count(3)
    expect(page.get_by_text("I show what this page can do.")).to_be_visible()
    begin(page, "Dmitry")
    expect(page.locator(".message.mine")).to_have_text("/start" + page.locator(".message.mine .meta").inner_text())
    assert "person=" in page.url
    page.reload()
    expect(page.get_by_text("Hello, Dmitry!")).to_be_visible()
    expect(page.locator(".welcome")).to_have_count(0)


def test_enter_sends_and_shift_enter_makes_a_line(opened: Open) -> None:
    page = opened()
    begin(page)
    box = page.get_by_role("textbox", name="Message")
    box.fill("first")
    box.press("Shift+Enter")
    box.type("second")
    box.press("Enter")
    expect(last(page)).to_contain_text("You said: first\nsecond", use_inner_text=True)
    expect(box).to_have_value("")


def test_buttons_have_their_styles_and_do_what_they_are_for(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    for text, style in {"Say it": "success", "Change": "primary", "Warn": "danger"}.items():
        assert style in page.get_by_role("button", name=text, exact=True).get_attribute("class").split()
    expect(page.get_by_role("button", name="Not now")).to_be_disabled()
    law = page.get_by_role("link", name="Law")
    assert (law.get_attribute("target"), law.get_attribute("rel")) == ("_blank", "noopener noreferrer")

    page.get_by_role("button", name="Say it").click()
    expect(page.locator(".toast")).to_have_text("Saved for you")
    page.get_by_role("button", name="Warn").click()
    expect(page.get_by_role("dialog")).to_contain_text("Read this carefully")
    page.get_by_role("button", name="OK").click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    before = page.locator(".message").count()
    page.get_by_role("button", name="Change").click()
    expect(page.get_by_text("Changed in place")).to_be_visible()
    expect(page.get_by_text("Hello, Emma!")).to_have_count(0)
    expect(page.locator(".message")).to_have_count(before)
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.locator(".message.theirs")).to_have_count(0)


def test_formatting_is_shown_and_hostile_text_stays_text(opened: Open) -> None:
    page = opened()
    begin(page)
    say(page, "/format")
    message = last(page)
    for tag, text in {"strong": "bold", "em": "italic", "u": "under", "s": "struck", "pre code": 'print("hi")'}.items():
        expect(message.locator(tag)).to_have_text(text)
    expect(message.get_by_role("link", name="law")).to_have_attribute("href", "https://example.org/law")
    expect(message.get_by_role("link", name="person")).to_have_attribute("href", "tg://resolve?domain=tirek")

    spoiler = message.locator(".spoiler")
    assert "open" not in spoiler.get_attribute("class")
    spoiler.click()
    assert "open" in spoiler.get_attribute("class")

    quote = message.locator(".expandable")
    low = quote.bounding_box()["height"]
    quote.get_by_role("button", name="Show the whole quote").click()
    assert quote.bounding_box()["height"] > low + 60

    say(page, "/hostile")
    expect(last(page)).to_contain_text(page_demo_bot.HOSTILE)
    assert page.locator(".message img, .message script").count() == 0
    assert "Sandbox" in page.title()


def test_times_in_messages_follow_the_reader(opened: Open) -> None:
    page = opened(WIDE)
    begin(page, "Dmitry")
    say(page, "/format")
    times = last(page).locator("time.moment")
    expect(times.nth(0)).to_have_text("среда, 15 ноября 2023 г., 04:13:20")
    expect(times.nth(1)).to_have_text("04:13")
    page.get_by_role("combobox", name="Time zone of Dmitry").select_option("Europe/Berlin")
    expect(last(page).locator("time.moment").nth(0)).to_have_text("вторник, 14 ноября 2023 г., 23:13:20")
    page.reload()
    expect(last(page).locator("time.moment").nth(1)).to_have_text("23:13")


@pytest.mark.parametrize(
    ("language", "words"),
    [("kk", "Мәтіннің бәрі"), ("ru", "Все виды текста"), ("en", "All kinds of text"), ("uz", "All kinds of text")],
)
def test_the_commands_speak_the_persons_language(opened: Open, served: Served, language: str, words: str) -> None:
    someone = served.person("Person", language)
    page = opened(path=f"/#person={someone}")
    description = page_demo_bot.DESCRIPTIONS.get(language, page_demo_bot.DESCRIPTIONS[""])
    expect(page.locator(".intro")).to_contain_text(description)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Hello, Person!")).to_be_visible()
    page.get_by_role("button", name="Commands").click()
    page.get_by_role("menuitem", name="/format").filter(has_text=words).click()
    expect(last(page).locator("strong")).to_have_text("bold")
    page.get_by_role("textbox", name="Message").fill("/ph")
    page.get_by_role("option").click()
    expect(last(page).locator("img")).to_be_visible()


def test_a_photo_opens_large_and_a_file_downloads(opened: Open) -> None:
    page = opened()
    begin(page)
    say(page, "/photo")
    picture = last(page).get_by_role("button", name="enlarge")
    expect(last(page)).to_contain_text("13 weeks, 7 in a row")
    picture.click()
    large = page.locator(".lightbox img")
    expect(large).to_be_visible()
    assert large.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
    page.keyboard.press("Escape")
    expect(page.locator(".lightbox")).to_have_count(0)

    say(page, "/file")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download plans.ics").click()
    assert downloading.value.suggested_filename == "plans.ics"
    assert downloading.value.path().read_bytes() == b"BEGIN:VCALENDAR\r\n"


def test_sounds_and_round_videos_play(opened: Open) -> None:
    page = opened()
    begin(page)
    say(page, "/sounds")
    expect(page.locator(".round")).to_be_visible()
    voice = page.locator(".player.voice")
    heights = "bars => new Set(bars.map((bar) => bar.getAttribute('height'))).size"
    page.wait_for_function(f"() => ({heights})([...document.querySelectorAll('.player.voice rect')]) > 5")
    voice.get_by_role("button", name="Play").click()
    expect(voice.get_by_role("button", name="Pause")).to_be_visible()
    expect(voice.locator("rect.played").nth(4)).to_be_attached()
    song = page.locator(".player.audio")
    expect(song).to_contain_text("Kara Zhorga")
    song.get_by_role("button", name="Play").click()
    expect(voice.get_by_role("button", name="Play")).to_be_visible()


def test_a_voice_note_recorded_in_the_browser_reaches_the_bot_as_opus(opened: Open) -> None:
    page = opened()
    begin(page)
    page.get_by_role("button", name="Record a voice note").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]"))
    page.get_by_role("button", name="Send the voice note").click()
    expect(last(page)).to_contain_text("Got voice audio/ogg")
    mine = last(page, "mine")
    expect(mine.locator(".player.voice")).to_be_visible()
    expect(mine.locator(".reaction")).to_have_text("👀")
    mine.get_by_role("button", name="Play").click()
    expect(mine.get_by_role("button", name="Pause")).to_be_visible()

    count = page.locator(".message").count()
    page.get_by_role("button", name="Record a voice note").click()
    page.get_by_role("button", name="Throw the recording away").click()
    expect(page.get_by_role("textbox", name="Message")).to_be_visible()
    assert page.locator(".message").count() == count


@pytest.mark.parametrize(
    ("kind", "fill", "shown"),
    [
        ("user", {"origin-name": "Marat"}, "user Marat"),
        ("hidden_user", {"origin-name": "Saule K."}, "hidden_user Saule K."),
        ("chat", {"origin-name": "Flat owners"}, "chat Flat owners"),
        ("channel", {"origin-name": "City news"}, "channel City news"),
    ],
)
def test_a_picked_recording_is_forwarded_as_from_anyone(
    opened: Open, kind: str, fill: dict[str, str], shown: str
) -> None:
    page = opened()
    begin(page)
    recording = {
        "name": "PTT-20260101-WA0001.opus",
        "mimeType": "audio/ogg",
        "buffer": page_demo_bot.tone("ogg", "libopus", 2),
    }
    page.get_by_role("button", name="Attach").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("menuitem", name="Voice note from a file").click()
    chooser.value.set_files(recording)
    page.locator("[name=origin]").select_option(kind)
    for field, value in fill.items():
        page.locator(f"[name={field}]").fill(value)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(last(page)).to_contain_text(f"Got voice audio/ogg 2 s from {shown}")
    expect(last(page, "mine").locator(".forwarded")).to_have_text(f"Forwarded from {shown.split(' ', 1)[1]}")

    page.get_by_role("button", name="Attach").click()
    page.get_by_role("menuitem", name="Forward a text as from").click()
    page.locator("[name=text]").fill("Strange news")
    page.locator("[name=origin]").select_option(kind)
    for field, value in fill.items():
        page.locator(f"[name={field}]").fill(value)
    page.get_by_role("button", name="Forward", exact=True).click()
    expect(last(page)).to_contain_text(f"You said: Strange news from {shown}")


@pytest.mark.parametrize("kind", ["audio", "video_note", "video", "document", "photo"])
def test_a_file_goes_as_the_kind_that_was_chosen(opened: Open, kind: str) -> None:
    page = opened()
    begin(page)
    name, mime, data = {
        "audio": ("song.ogg", "audio/ogg", page_demo_bot.tone("ogg", "libopus", 1)),
        "video_note": ("clip.mp4", "video/mp4", page_demo_bot.film()),
        "video": ("clip.mp4", "video/mp4", page_demo_bot.film()),
        "document": ("note.opus", "audio/ogg", page_demo_bot.tone("ogg", "libopus", 1)),
        "photo": ("map.png", "image/png", page_demo_bot.picture()),
    }[kind]
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": mime, "buffer": data})
    page.locator("[name=kind]").select_option(kind)
    page.locator("[name=caption]").fill("" if kind == "video_note" else "look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(last(page)).to_contain_text(f"Got {kind}" + ("" if kind == "video_note" else " look"))
    shows = {
        "audio": ".player.audio",
        "video_note": ".round",
        "video": ".visual video",
        "document": ".document",
        "photo": ".photo img",
    }
    expect(last(page, "mine").locator(shows[kind])).to_be_visible()
    expect(last(page).locator(".reply")).to_be_visible()


def test_the_bots_name_and_words_show_what_it_offers_and_a_tap_sends_it(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    name = served.control.get("/sandbox/state").json()["bot"]["username"]
    box, results = page.get_by_role("textbox", name="Message"), page.locator(".suggestion.result")

    box.fill(f"@{name} shorts")
    page.get_by_role("button", name="Inline mode is off. Switch it on").click()
    expect(results).to_have_count(2)
    opened.complaints.clear()  # type: ignore[attr-defined]  # the browser logs the refusal while it was off
    for row in results.all():  # a long description is cut, not wrapped over the chat
        shown = row.bounding_box()
        assert shown is not None
        assert shown["width"] <= 390
        assert shown["height"] < 80
    assert page.title() not in ("1", "2")

    results.nth(1).click()
    expect(last(page, "mine")).to_contain_text(f"via @{name}")
    expect(last(page, "mine")).to_contain_text("on shorts")
    expect(box).to_have_value("")
    expect(results).to_have_count(0)

    box.fill(f"@{name.upper()} music")
    expect(results.first).to_contain_text("About music")
    box.press("Enter")
    expect(last(page, "mine")).to_contain_text("First on music")

    box.fill(f"@{name} nothing")
    page.get_by_role("button", name="Write to the bot").click()
    expect(page.get_by_text("/start inline")).to_be_visible()
    box.fill(f"@{name}")  # without a space it is no question yet
    expect(page.locator(".suggestions")).to_be_hidden()
