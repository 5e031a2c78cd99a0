"""Plans in a calendar and back, a pause until a date, a holiday off: as a person sees it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import icalendar
import pytest

from bot.i18n import LANGUAGES, Language, Translator
from bot.reminders import ics
from tests.conftest import NewUrl
from tests.journeys.conftest import Chatter, World, datas, free_port, running_world, shown

OTHERS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//Else//EN
BEGIN:VEVENT
UID:1
SUMMARY:YouTube <b>show</b>
DTSTART;TZID=Asia/Almaty:20261103T190000
RRULE:FREQ=WEEKLY;BYDAY=TU
EXDATE;TZID=Asia/Almaty:20261201T190000
END:VEVENT
BEGIN:VEVENT
UID:2
SUMMARY:Birthday <i>party</i>
DTSTART;VALUE=DATE:20261103
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
async def public(tmp_path: Path, new_url: NewUrl, detector_url: str) -> AsyncIterator[World]:
    """The bot in its sandbox, with an address outside Telegram."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    async with running_world(tmp_path, await new_url(), detector_url, public_url=address, http_port=port) as made:
        yield made


async def document_of(world: World, message: dict[str, Any]) -> bytes:
    """The bytes of a document the bot sent."""
    token = world.sandbox.token
    found = (await world.http.get(f"/bot{token}/getFile", params={"file_id": message["document"]["file_id"]})).json()
    return (await world.http.get(f"/file/bot{token}/{found['result']['file_path']}")).content


async def begun(world: World, language: str, plan: str = "вт, пт 19:00 YouTube") -> Chatter:
    """Somebody with a plan, on a Monday at noon in Almaty."""
    await world.set_clock("2026-11-23T12:00:00+05:00")
    person = await world.person(language)
    await person.say("/start")
    await person.press(await person.say(plan), "ok:")
    return person


async def send(person: Chatter, data: bytes | str, name: str = "calendar.ics") -> dict[str, Any]:
    """Send a file and return what the bot says."""
    body = data.encode() if isinstance(data, str) else data
    return await person.answer_after(await person.send_file("document", name, body))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_plans_go_out_as_a_file_and_come_back_as_plans(world: World, language: Language) -> None:
    person = await begun(world, language)
    sent = await person.say("/export")
    assert sent["document"]["file_name"] == "tirek.ics"
    assert datas(sent) == [], "no address without PUBLIC_URL"
    body = await document_of(world, sent)
    [event] = icalendar.Calendar.from_ical(body).events
    assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 11, 24, 14, tzinfo=UTC)
    t = Translator(language)
    again = await send(person, body)
    assert t("You have this plan already.") in shown(again)
    assert datas(again) == []

    other = await world.person(language, "Bek")
    await other.say("/start")
    offer = await send(other, body)
    assert "YouTube" in shown(offer)
    on = await other.press(offer, "ci:")
    assert "YouTube" in shown(on)
    assert "24" in shown(await other.press(on, "ps")), "the list says when it comes next"


async def test_a_calendar_of_somebody_else_is_shown_first(world: World) -> None:
    person = await begun(world, "en", "Mon 10:00 TikTok")
    offer = await send(person, OTHERS)
    text = shown(offer)
    assert "Every Tuesday at 19:00 · YouTube — without 1 date" in text
    assert "Birthday <i>party</i>: It has no time of day." in text, "shown as it was written, not as markup"
    canceled = await person.press(offer, next(each for each in datas(offer) if each.endswith(":drop")))
    assert "Nothing was changed" in shown(canceled)
    old, offer = await send(person, OTHERS), await send(person, OTHERS)
    assert "This card is old" in shown(await person.press(old, "ci:")) + str(person.toast)
    await person.press(offer, "ci:")
    before = (await person.last())["message_id"]
    await world.advance(days=9)
    seen = "\n".join(shown(message) for message in await person.messages(before))
    assert seen.count("Time to publish: YouTube") == 1, "24 November; 1 December is left out"
    assert "1 Dec" not in seen, "of the weekly digest too"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("hello", "I can't read this calendar"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "I found no plan"),
        ("BEGIN:VCALENDAR\n" + "X:1\n" * 70_000 + "END:VCALENDAR\n", f"up to {ics.LARGEST // 1024} KB"),
    ],
    ids=["no calendar", "empty", "too large"],
)
async def test_a_file_that_holds_no_plan_is_answered(world: World, data: str, words: str) -> None:
    person = await begun(world, "en")
    assert words in shown(await send(person, data))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_subscription_is_made_renewed_and_ended(public: World, language: Language) -> None:
    person = await begun(public, language)
    sent = await person.say("/export")
    made = await person.press(sent, "ca:new")
    first = re.search(r"http://\S+\.ics", shown(made))
    assert first is not None
    async with httpx.AsyncClient() as outside:
        served = await outside.get(first[0])
        assert served.content == await document_of(public, sent)
        renewed = await person.press(made, "ca:new")
        second = re.search(r"http://\S+\.ics", shown(renewed))
        assert second is not None
        assert [(await outside.get(each[0])).status_code for each in (first, second)] == [404, 200]
        await person.press(renewed, "ca:off")
        assert (await outside.get(second[0])).status_code == 404


@pytest.mark.parametrize(
    ("language", "words"), [("kk", "15 қаңтарға дейін"), ("ru", "до 15 января"), ("en", "until 15 January")]
)
async def test_a_pause_ends_on_the_day_somebody_writes(world: World, language: str, words: str) -> None:
    person = await begun(world, language)
    plan = await person.press(await person.say("/plans"), "pl:")
    await person.press(plan, next(each for each in datas(plan) if each.endswith(":pause")))
    paused = await person.say(words)
    assert "15" in shown(paused)
    assert "unix" in str(paused) or "15" in shown(paused)
    before = (await person.last())["message_id"]
    await world.advance(weeks=7)
    assert not any(data.startswith("an:") for m in await person.messages(before) for data in datas(m))
    await world.advance(weeks=1)
    assert any(data.startswith("an:") for m in await person.messages(before) for data in datas(m))


async def test_a_date_is_only_an_answer_while_it_is_asked_for(world: World) -> None:
    person = await begun(world, "ru")
    asked = await person.say("15 января")
    assert any(data.startswith("at:") for data in datas(asked)), "a single reminder that lacks its time"
    plan = await person.press(await person.say("/plans"), "pl:")
    await person.press(plan, next(each for each in datas(plan) if each.endswith(":pause")))
    assert "год" in shown(await person.say("до 15 января 2031")), "that is too far"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_holiday_is_offered_skipped_and_taken_back(world: World, language: Language) -> None:
    await world.set_clock("2026-12-14T12:00:00+05:00")
    person = await world.person(language)
    await person.say("/start")
    await person.press(await person.say("ср 19:00 YouTube"), "ok:")
    t = Translator(language)
    today = await person.say("/today")
    assert t.day(datetime(2026, 12, 16).date(), weekday=False) in shown(today)
    off = await person.press(today, "hd:")
    assert any(data.startswith("hd:") for data in datas(off))
    back = await person.press(off, "hd:")
    off = await person.press(back, "hd:")
    plan = await person.press(await person.say("/plans"), "pl:")
    assert "23" in shown(plan), "the next one is a week later"
    pauses = await person.press(plan, next(each for each in datas(plan) if each.endswith(":pause")))
    assert any(data.startswith("hd:") and data.endswith(":0") for data in datas(pauses)), "and can be brought back"
    before = (await person.last())["message_id"]
    await world.advance(days=4)
    assert not any(data.startswith("an:") for m in await person.messages(before) for data in datas(m))
    await world.advance(days=6)
    assert any(data.startswith("an:") for m in await person.messages(before) for data in datas(m))


async def test_a_recurrence_rule_is_read_like_a_sentence(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    preview = await person.say("RRULE:FREQ=WEEKLY;BYDAY=TU,FR;BYHOUR=19;BYMINUTE=0")
    assert "Every Tuesday and Friday at 19:00" in shown(preview)
    assert any(data.startswith("ok:") for data in datas(preview))
    refused = await person.say("/plan RRULE:FREQ=MONTHLY;BYMONTHDAY=15;BYHOUR=19;BYMINUTE=0")
    assert shown(refused) == "It repeats on a day of the month; a plan repeats on weekdays."
    assert "FREQ=YEARLY" in shown(await person.say("FREQ=YEARLY;BYHOUR=1;BYMINUTE=0"))
