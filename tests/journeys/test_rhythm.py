"""From the first word to the thirteenth week, in three languages, as a person sees it."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Any

import pytest

from bot.i18n import Translator
from bot.reminders import service, sketch
from bot.reminders.model import Draft, Outlet, Rule, WeeklyTime
from bot.run import bring_up_to_date, open_database
from tests.conftest import NewUrl
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, running_world, shown

PHRASES = {"kk": "сейсенбі сайын кешкі 7-де YouTube", "ru": "вт 19:00 YouTube", "en": "every Tuesday 19:00 YouTube"}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_three_taps_from_start_to_the_first_plan(world: World, language: str) -> None:
    person = await world.person(language)
    first = await person.say("/start")
    assert Translator(language).plain("My own schedule") in str(first["reply_markup"])  # type: ignore[arg-type]
    preview = await person.press(first, "tp:0")
    assert shown(preview).count("19:00") >= 4  # the title and three dates
    assert "UTC+5" in shown(preview)
    on = await person.press(preview, "ok:")
    assert "0/13" in shown(on)
    assert len([m for m in await person.messages() if m["from"]["is_bot"]]) == 1, "one bubble, edited in place"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_sentence_one_tap_a_week_a_reminder_and_done(world: World, language: str) -> None:
    await world.set_clock("2026-11-25T12:00:00+05:00")  # a Wednesday: the reminder is seventeen hours old a week later
    person = await world.person(language)
    await person.say("/start")
    preview = await person.say(PHRASES[language])
    assert "YouTube" in shown(preview)
    await person.press(preview, "ok:")
    before = (await person.last())["message_id"]
    await world.advance(weeks=1)
    reminder, asked = [each for each in await person.messages(before) if datas(each)[0].startswith("an:")]
    t = Translator(language)  # type: ignore[arg-type]
    assert "YouTube" in shown(reminder)
    assert t.plain("Did it work out?") in shown(asked), "two hours later, and once"
    await person.press(asked, "an:")
    done = await person.message(asked["message_id"])
    assert t.plural_plain("{count} week in a row", "{count} weeks in a row", 1) in shown(done)
    assert "1/13" in shown(done)
    undone = await person.press(done, "un:")
    assert datas(undone)[0].startswith("an:")


async def test_done_after_two_days_is_noted_and_does_not_count(world: World) -> None:
    await world.set_clock("2026-11-22T12:00:00+05:00")
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    before = (await person.last())["message_id"]
    await world.advance(days=6)
    reminder = next(each for each in await person.messages(before) if datas(each)[0].startswith("an:"))
    await person.press(reminder, "an:")
    assert "does not count" in shown(await person.message(reminder["message_id"])), "below it is the follow-up"
    assert "0/13" in shown(await person.press(await person.say("/plans"), "pl:"))


async def test_a_reminder_comes_at_its_minute_and_is_marked_by_the_clock(world: World) -> None:
    await world.set_clock("2026-11-23T10:00:00+05:00")
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    await world.advance(weeks=2)
    sent = [call for call in await world.calls("sendMessage") if "an:" in str(call)]
    asked = [call for call in sent if "Did it work out?" in str(call)]
    first = [call for call in sent if call not in asked]
    assert [call["time"][:16] for call in first] == ["2026-11-24T14:00", "2026-12-01T14:00"]
    assert [call["time"][:16] for call in asked] == ["2026-11-24T16:00", "2026-12-01T16:00"]


@pytest.mark.parametrize(("choice", "minutes"), [("30", 30), ("120", 120)], ids=["half an hour", "two hours"])
async def test_a_snooze_moves_the_delivery_and_never_the_plan(world: World, choice: str, minutes: int) -> None:
    await world.set_clock("2026-11-24T18:00:00+05:00")
    person = await world.person("ru")
    await person.say("/start")
    await person.press(await person.say("вт 19:00"), "ok:")
    before = (await person.last())["message_id"]
    await world.advance(hours=1, minutes=1)
    reminder = (await person.messages(before))[0]
    options = await person.press(reminder, "lt:")
    await person.press(options, f"lt:{datas(options)[0].split(':')[1]}:{choice}")
    await world.advance(minutes=minutes + 1)
    newest = await person.last()
    assert newest["message_id"] > reminder["message_id"]
    assert datas(newest)[0].startswith("an:")
    plans = await person.say("/plans")
    assert "1 декабря" in shown(plans)


async def test_what_is_not_understood_becomes_a_question_with_buttons(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    asked = await person.say("/plan вт и пт")
    assert any(data.startswith("at:") for data in datas(asked))
    preview = await person.say("18:30")
    assert "18:30" in shown(preview)
    assert any(data.startswith("ok:") for data in datas(preview))


async def test_the_builder_makes_a_plan_without_a_word(world: World) -> None:
    person = await world.person("kk")
    first = await person.say("/start")
    days = await person.press(first, "bd")
    days = await person.press(days, "dy:" + datas(days)[0].split(":")[1] + ":2")
    days = await person.press(days, "dy:" + datas(days)[0].split(":")[1] + ":5")
    times = await person.press(days, "go:")
    preview = await person.press(times, "at:")
    assert "19:00" in shown(preview)
    outlets = await person.press(preview, next(d for d in datas(preview) if d.endswith(":outlet")))
    preview = await person.press(outlets, "on:")
    assert "YouTube" in shown(preview)
    await person.press(preview, "ok:")
    assert "YouTube" in shown(await person.say("/plans"))


async def test_pause_resume_change_delete_and_undo(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("Fri 18:00"), "ok:")
    listed = await person.say("/plans")
    plan = await person.press(listed, "pl:")
    durations = await person.press(plan, next(d for d in datas(plan) if d.endswith(":pause")))
    paused = await person.press(durations, next(d for d in datas(durations) if d.endswith(":0")))
    before = (await person.last())["message_id"]
    await world.advance(weeks=2)
    assert await person.messages(before) == [] or (await person.messages(before))[0]["message_id"] <= before
    resumed = await person.press(paused, next(d for d in datas(paused) if d.endswith(":resume")))
    preview = await person.press(resumed, next(d for d in datas(resumed) if d.endswith(":change")))
    times = await person.press(preview, next(d for d in datas(preview) if d.endswith(":time")))
    times = await person.press(times, next(d for d in datas(times) if d.startswith("hr:") and d.endswith(":19")))
    preview = await person.press(times, "at:")
    saved = await person.press(preview, "ok:")
    assert "19:00" in shown(saved)
    plan = await person.press(await person.say("/plans"), "pl:")
    gone = await person.press(plan, next(d for d in datas(plan) if d.endswith(":delete")))
    assert "bd" in datas(await person.say("/plans"))
    back = await person.press(gone, next(d for d in datas(gone) if d.endswith(":undelete")))
    assert "19:00" in shown(back)


async def test_done_before_the_reminder_silences_it(world: World) -> None:
    await world.set_clock("2026-11-24T15:00:00+05:00")
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    today = await person.say("/today")
    done = await person.press(today, "de:")
    assert "1/13" in shown(done)
    before = (await person.last())["message_id"]
    await world.advance(days=1)
    assert [m for m in await person.messages(before) if m["message_id"] > before] == []


async def test_stats_are_a_picture_with_words(world: World) -> None:
    person = await world.person("kk")
    await person.say("/start")
    await person.press(await person.say("күн сайын 19:00"), "ok:")
    before = (await person.last())["message_id"]
    await world.advance(days=3)
    reminders = [m for m in await person.messages(before) if any(d.startswith("an:") for d in datas(m))]
    await person.press(reminders[-1], "an:")
    answer = await person.say("/stats")
    assert answer["photo"]
    file = await world.http.get(f"/sandbox/files/{answer['photo'][-1]['file_id']}")
    assert file.content.startswith((b"\xff\xd8", b"\x89PNG"))  # Telegram makes photos into JPEG


async def test_an_unanswered_plan_falls_silent_and_asks_once(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    before = (await person.last())["message_id"]
    await world.advance(weeks=20)
    came = [m for m in await person.messages(before) if m["message_id"] > before]
    answerable = [m for m in came if datas(m)[0].startswith("an:")]
    asked = [m for m in answerable if "Did it work out?" in shown(m)]
    assert len(answerable) - len(asked) == 13
    assert len(asked) == 3, "no follow-up once three reminders went unanswered"
    resting = [m for m in came if "pl:1:resume" in datas(m)]
    assert [datas(m) for m in resting] == [["pl:1:resume", "pl:1:delete"]]
    after = [m for m in came if m["message_id"] > resting[0]["message_id"]]
    assert not [m for m in after if datas(m) and datas(m)[0].startswith("an:")], "nothing more about a plan that rests"


async def test_an_old_card_cannot_turn_on_a_newer_plan(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    old = await person.say("Tue 19:00")
    await person.say("Fri 18:00")
    await person.press(old, "ok:")
    assert "old" in person.toast["text"]
    assert "bd" in datas(await person.say("/plans"))


async def tap(person: Chatter, message: dict[str, Any], data: str) -> dict[str, Any]:
    """Press the button of the present card whose data ends so, and return the card after that."""
    return await person.press(message, next(each for each in datas(message) if each.endswith(data)))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_first_plan_takes_two_taps_or_a_message_and_one(world: World, language: str) -> None:
    by_taps = await world.person(language)
    await by_taps.press(await by_taps.press(await by_taps.say("/start"), "tp:0"), "ok:")
    in_words = await world.person(language)
    await in_words.press(await in_words.say(PHRASES[language]), "ok:")
    pressed = [call for call in await world.calls("answerCallbackQuery") if call["answer"]["ok"]]
    assert len(pressed) == 3, "two taps of one person, one of the other"
    for person in (by_taps, in_words):
        assert len([data for data in datas(await person.say("/plans")) if data.startswith("pl:")]) == 1


async def test_the_builder_in_one_message_survives_a_restart(
    tmp_path: Path, new_url: NewUrl, detector_url: str
) -> None:
    async with running_world(tmp_path, await new_url(), detector_url) as world:
        person = await world.person("en")
        card = await tap(person, await person.say("/start"), "bd")
        card = await tap(person, await tap(person, card, ":2"), ":5")
        card = await tap(person, await tap(person, card, ":next"), ":7")
        card = await tap(person, await tap(person, card, ":-5"), ":15")
        assert "Next: 07:10" in str(card["reply_markup"])
        row = await world.tirek.app.people.get(person.id)
        assert row is not None
        again = open_database(world.settings)  # the same rows and nothing in memory
        try:
            await bring_up_to_date(again)
            kept = await sketch.current(again, row, world.tirek.app.now())
        finally:
            await again.close()
        assert kept is not None
        assert (kept.days, kept.at) == ((2, 5), time(7, 10))
        card = await person.press(card, "at:")
        assert "07:10" in shown(card)
        assert datas(card)[0].startswith("ok:"), "the preview"
        card = await tap(person, await tap(person, await tap(person, card, ":another"), ":6"), ":next")
        card = await person.press(await tap(person, card, ":12"), "at:")
        assert "07:10" in shown(card)
        assert "Saturday at 12:00" in shown(card)
        card = await tap(person, await tap(person, card, ":time"), ":1:time")
        card = await tap(person, card, ":undo")
        card = await tap(person, await tap(person, card, ":goal"), ":8")
        assert "goal: 8 weeks" in shown(card)
        card = await tap(person, await tap(person, card, ":outlet"), ":1")
        old = await tap(person, card, ":days")
        card = await tap(person, old, ":next")
        on = await person.press(card, "ok:")
        assert "0/8" in shown(on)
        assert len([each for each in await person.messages() if each["from"]["is_bot"]]) == 1, "one message"
        plan = await person.press(await person.say("/plans"), "pl:")
        card = await tap(person, plan, ":change")
        assert "goal: 8 weeks" in shown(card)
        newer = await person.say("every Monday 10:00")
        before = len(await person.messages())
        await person.press(card, "ok:")
        assert "old" in str(person.toast) or len(await person.messages()) > before
        assert await tap(person, newer, ":drop")


async def test_fifty_plans_are_paged_filtered_and_found(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    row = await world.tirek.app.people.get(person.id)
    assert row is not None
    for number in range(50):
        outlet = Outlet.YOUTUBE if number % 5 == 0 else Outlet.TIKTOK
        rule = Rule((WeeklyTime((number % 7 + 1,), time(8 + number % 12)),))
        await service.create(world.tirek.app.db, row, Draft(rule, outlet), world.tirek.app.now())
    listed = await person.say("/plans")
    assert "1–8 / 50" in shown(listed)
    assert "9–16 / 50" in shown(await person.press(listed, "ps:1:"))
    assert "1–8 / 10" in shown(await person.say("/plans ютуб"))
    assert " / 8" in shown(await person.say("/plans по понедельникам"))
    assert "«xyz»" in shown(await person.say("/plans xyz"))
    week = await person.say("/today")
    assert "1 / 5" in shown(week)
    assert "2 / 5" in shown(await person.press(week, "td:1"))
