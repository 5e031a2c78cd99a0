"""Around the talk: places, keyboards, reactions, the clock, several people, groups and channels, blocking, looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from conftest import PHONE, WIDE, Served
from playwright.sync_api import Page, expect
from test_page_talk import begin, last, say

Open = Callable[..., Page]


def test_a_pin_is_sent(opened: Open) -> None:
    page = opened()
    begin(page)
    page.get_by_role("button", name="Attach").click()
    page.get_by_role("menuitem", name="Location").click()
    page.locator("[name=place]").select_option(label="Osh")
    page.get_by_role("button", name="Send pin").click()
    expect(last(page)).to_contain_text("You are at 40.51, 72.82")
    expect(last(page, "mine").locator(".place")).to_contain_text("40.5140, 72.8161")


def test_the_bots_keyboard_shares_what_it_asks_for(opened: Open) -> None:
    page = opened()
    begin(page)
    say(page, "/keyboard")
    board = page.get_by_role("group", name="Bot keyboard")
    expect(page.get_by_placeholder("Choose below")).to_be_visible()
    board.get_by_role("button", name="Yes").click()
    expect(last(page)).to_contain_text("You said: Yes")
    board.get_by_role("button", name="My phone").click()
    page.get_by_role("button", name="Share").click()
    expect(last(page)).to_contain_text("Phone +7701")
    board.get_by_role("button", name="My place").click()
    page.get_by_role("button", name="Send pin").click()
    expect(last(page)).to_contain_text("You are at 43.24, 76.89")
    board.get_by_role("button", name="My channel").click()
    page.get_by_role("button", name="New channel").click()
    page.locator("[name=title]").fill("Emma's films")
    page.get_by_role("button", name="Create").click()
    expect(last(page)).to_contain_text("Shared 7 Emma's films: administrator")
    expect(page.get_by_text("Emma shared the chat Emma's films with the bot")).to_be_visible()
    expect(board).to_have_count(0)


def test_a_channel_of_ones_own_is_shared_with_the_bot_put_into_it(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    state = served.control.get("/sandbox/state").json()
    emma = next(each["id"] for each in state["people"] if each["first_name"] == "Emma")
    other = served.person("Olga", "ru")
    for title, admins in (("Emma's second", [emma]), ("Olga's", [other])):
        body = {"type": "channel", "title": title, "members": [emma], "admins": admins}
        made = served.control.post("/sandbox/chats", json=body).raise_for_status().json()
        gone = {"chat": made["id"], "user": state["bot"]["id"], "status": "left"}
        served.control.post("/sandbox/membership", json=gone).raise_for_status()
    say(page, "/keyboard")
    page.get_by_role("group", name="Bot keyboard").get_by_role("button", name="My channel").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Olga's")).to_have_count(0)
    page.get_by_role("dialog").get_by_role("button", name="Emma's second").click()
    expect(last(page)).to_contain_text("Shared 7 Emma's second: administrator")


def test_a_person_reacts_replies_and_sees_typing(opened: Open) -> None:
    page = opened()
    begin(page)
    last(page).locator(".bubble").click(button="right")
    page.get_by_role("button", name="React with 🔥").click()
    reaction = last(page).locator(".reaction")
    expect(reaction).to_have_attribute("aria-pressed", "true")
    reaction.click()
    expect(reaction).to_have_count(0)

    last(page).locator(".text").click(button="right")
    page.get_by_role("menuitem", name="Reply").click()
    say(page, "/typing")
    expect(page.locator(".chat-sub")).to_contain_text("typing")
    expect(last(page, "mine").locator(".reply")).to_contain_text("Hello, Emma!")
    expect(last(page)).to_contain_text("Typed")
    expect(page.locator(".chat-sub")).to_have_text("bot")


def test_the_clock_jumps_and_can_be_set_to_the_past(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    before = served.control.get("/sandbox/clock").json()["now"][:10]
    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="+ 1 week").click()
    expect(page.locator(".toast")).to_contain_text("It is now")
    after = served.control.get("/sandbox/clock").json()["now"][:10]
    assert date.fromisoformat(after) - date.fromisoformat(before) == timedelta(days=7)
    say(page, "a week later")
    expect(last(page)).to_contain_text("You said: a week later")
    expect(page.locator(".day")).to_have_count(2)
    expect(page.locator(".day").last).to_have_text("Today")
    expect(page.locator(".day-box").last.locator(".message")).to_have_count(2)

    page.get_by_role("button", name="Sandbox clock").click()
    page.get_by_role("menuitem", name="Set date and time").click()
    page.locator("[name=moment]").fill("2024-02-29T12:00")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator(".clock")).to_contain_text("12:00")
    expect(page.locator(".clock")).to_contain_text("Thu 29 Feb")
    # Almaty was at UTC+6 until the first of March 2024.
    assert served.control.get("/sandbox/clock").json()["now"].startswith("2024-02-29T06:00")


def test_people_stand_side_by_side_when_there_is_room(opened: Open, served: Served) -> None:
    page = opened(WIDE)
    begin(page, "Aigerim")
    page.get_by_role("button", name="Add a person").click()
    page.locator("[name=first_name]").fill("Timur")
    page.locator("[name=language_code]").select_option("ru")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".column")).to_have_count(2)
    timur = page.locator(".column").filter(has=page.get_by_text("Timur"))
    expect(timur.locator(".intro")).to_contain_text("Показываю")
    timur.get_by_role("button", name="Start", exact=True).click()
    expect(timur.get_by_text("Hello, Timur!")).to_be_visible()
    expect(page.get_by_text("Hello, Aigerim!")).to_be_visible()
    page.reload()
    expect(page.locator(".column")).to_have_count(2)
    timur.get_by_role("button", name="Close Timur's column").click()
    expect(page.locator(".column")).to_have_count(1)


def test_on_a_phone_people_are_switched_and_news_are_marked(opened: Open, served: Served) -> None:
    page = opened(PHONE)
    begin(page, "Aigerim")
    timur = served.person("Timur", "ru")
    chip = page.locator(".chip").filter(has_text="Timur")
    expect(chip).to_be_visible()
    served.say(timur, "/start")
    expect(chip.locator(".news")).to_be_visible()
    chip.click()
    expect(page.locator(".column")).to_have_count(1)
    expect(page.get_by_text("Hello, Timur!")).to_be_visible()
    expect(chip.locator(".news")).to_have_count(0)
    assert f"person={timur}" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_groups_and_channels_are_made_and_written_in(opened: Open, served: Served) -> None:
    served.person("Timur", "ru")
    page = opened(WIDE)
    page.locator(".chip.add").click()
    page.locator("[name=first_name]").fill("Emma")
    page.get_by_role("button", name="Add", exact=True).click()
    emma = page.locator(".column").filter(has=page.get_by_role("button", name="Menu of Emma"))
    timur = page.locator(".column").filter(has=page.get_by_role("button", name="Menu of Timur"))
    for kind, title in (("New group", "Creators"), ("New channel", "Films")):
        emma.get_by_role("button", name="Menu of Emma").click()
        page.get_by_role("menuitem", name=kind).click()
        page.locator("[name=title]").fill(title)
        page.get_by_role("checkbox", name="Timur").check()
        page.get_by_role("button", name="Create").click()
        expect(emma.locator("h1")).to_have_text(title)
        emma.get_by_role("textbox", name="Message").fill(f"Hello {title}")
        emma.get_by_role("textbox", name="Message").press("Enter")
        timur.get_by_role("button", name=title).click()
        expect(timur.locator(".message").last).to_contain_text(f"Hello {title}")
    expect(timur.get_by_role("button", name="Only administrators can post")).to_be_disabled()
    expect(emma.locator(".reaction")).to_have_text("🔥")
    emma.get_by_role("button", name="Creators").click()
    emma.get_by_role("textbox", name="Message").fill("/format")
    emma.get_by_role("textbox", name="Message").press("Enter")
    timur.get_by_role("button", name="Creators").click()
    expect(timur.locator(".message.theirs strong").last).to_have_text("bold")


def test_the_bot_is_blocked_and_unblocked(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    page.get_by_role("button", name="Menu of Emma").click()
    page.get_by_role("menuitem", name="Block the bot").click()
    unblock = page.get_by_role("button", name="Unblock the bot")
    expect(unblock).to_be_visible()
    assert served.control.get("/sandbox/state").json()["people"][0]["blocked"] is True
    unblock.click()
    say(page, "here again")
    expect(last(page)).to_contain_text("You said: here again")


def test_everything_can_be_forgotten(opened: Open) -> None:
    page = opened()
    begin(page)
    page.get_by_role("button", name="Menu of Emma").click()
    page.get_by_role("menuitem", name="Forget everything").click()
    page.get_by_role("dialog").get_by_role("button", name="Forget everything").click()
    expect(page.locator(".welcome-person")).to_have_count(3)


def test_dark_follows_the_system_and_the_toggle_is_remembered(opened: Open) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    light, dark = opened(scheme="light"), opened(scheme="dark")
    assert light.evaluate(colour) != dark.evaluate(colour)
    wanted = dark.evaluate(colour)
    light.get_by_role("button", name="Switch to dark").click()
    assert light.evaluate(colour) == wanted
    light.reload()
    light.wait_for_selector("body.ready")
    assert light.evaluate(colour) == wanted


def test_news_are_read_out_and_every_control_has_a_name(opened: Open) -> None:
    page = opened()
    begin(page)
    say(page, "hello")
    log = page.get_by_role("log", name="Messages")
    expect(log).to_contain_text("You said: hello")
    assert log.get_attribute("aria-live") == "polite"
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a, select, textarea, input")]
        .filter((el) => el.checkVisibility())
        .filter((el) => !(el.textContent.trim() || el.getAttribute("aria-label") || el.labels?.length))
        .map((el) => el.outerHTML)"""
    )
    assert nameless == []
    page.get_by_role("button", name="Attach").press("Enter")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Voice note from a file")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Attach")).to_be_focused()


def test_the_page_stays_at_the_newest_message_unless_one_reads_above(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    me = int(page.url.split("person=")[1])
    for n in range(12):
        served.say(me, f"line {n}")
    expect(last(page)).to_contain_text("You said: line 11")
    gap = (
        "() => { const m = document.querySelector('.messages'); return m.scrollHeight - m.scrollTop - m.clientHeight; }"
    )
    page.wait_for_function(f"() => ({gap})() < 3")
    page.locator(".messages").hover()
    page.mouse.wheel(0, -500)
    page.wait_for_function(f"() => ({gap})() > 200")
    served.say(me, "/photo")
    button = page.get_by_role("button", name="To the newest message")
    expect(button).to_contain_text("1")
    assert page.evaluate(gap) > 200
    button.click()
    page.wait_for_function(f"() => ({gap})() < 3")


def test_a_sandbox_that_stops_answering_is_noticed(opened: Open, served: Served) -> None:
    page = opened()
    begin(page)
    page.route("**/sandbox/**", lambda route: route.fulfill(status=503, json={"error": "closed for a while"}))
    served.person("Timur", "ru")  # ends the long poll that is under way
    say(page, "anyone?")
    expect(page.locator(".toast.error")).to_have_text("closed for a while")
    expect(page.get_by_text("The sandbox does not answer.")).to_be_visible()
    page.unroute_all(behavior="wait")
    expect(page.get_by_text("The sandbox does not answer.")).to_be_hidden()
    say(page, "and now?")
    expect(last(page)).to_contain_text("You said: and now?")
    assert all("503" in complaint for complaint in opened.complaints)  # type: ignore[attr-defined]
    opened.complaints.clear()  # type: ignore[attr-defined]
