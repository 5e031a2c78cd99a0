"""What comes before a publication and after it, as a person sees it: nudges, follow-ups, digests, other times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.i18n import Language, Translator
from tests.journeys.conftest import Chatter, World, datas, shown

PHRASES = {"kk": "сәрсенбі сайын 19:00 YouTube", "ru": "по средам 19:00 YouTube", "en": "every Wednesday 19:00 YouTube"}
WEDNESDAY = "2026-11-25"


async def with_plan(world: World, language: str = "en", phrase: str | None = None) -> Chatter:
    """Somebody in Almaty who turned a plan on, at noon on Monday, 23 November 2026."""
    if not world.people:
        await world.set_clock("2026-11-23T12:00:00+05:00")
    person = await world.person(language)
    await person.say("/start")
    await person.press(await person.say(phrase or PHRASES[language]), "ok:")
    return person


async def to(world: World, moment: str) -> None:
    """Let the time pass until a wall time in Almaty, with everything that comes due on the way."""
    now = datetime.fromisoformat((await world.http.get("/sandbox/clock")).json()["now"])
    await world.advance(seconds=(datetime.fromisoformat(f"{moment}+05:00") - now).total_seconds())


async def sent(world: World, prefix: str) -> list[str]:
    """Minutes, UTC, at which messages with such a button went out."""
    return [
        call["time"][:16] for call in await world.calls("sendMessage") if f'"{prefix}' in str(call).replace("'", '"')
    ]


async def open_plan(person: Chatter) -> dict[str, Any]:
    return await person.press(await person.say("/plans"), "pl:")


def ending(message: dict[str, Any], end: str) -> str:
    """The data of the button that ends so."""
    return next(data for data in datas(message) if data.endswith(end))


async def test_a_checklist_is_ticked_off_before_a_publication(world: World) -> None:
    person = await with_plan(world, "kk")
    t = Translator("kk")
    plan = await open_plan(person)
    preparing = await person.press(plan, ending(plan, ":prepare"))
    assert t("There is no checklist yet.") in shown(preparing)
    preparing = await person.press(preparing, ending(preparing, ":day:1"))
    preparing = await person.press(preparing, ending(preparing, ":hours:1"))
    ready = await person.press(preparing, ending(preparing, ":ready"))
    assert t.plain("Label AI content") in shown(ready)
    asked = await person.press(ready, ending(ready, ":write"))
    assert t("Write the steps, one a line. For example:") in shown(asked)
    written = await person.say("- сценарий\n- монтаж <быстро>")
    assert "☐ монтаж &lt;быстро&gt;" in shown(written) or "☐ монтаж <быстро>" in shown(written)
    before = (await person.last())["message_id"]
    await to(world, f"{WEDNESDAY}T16:30")
    day, hours = [each for each in await person.messages(before) if datas(each) and datas(each)[0].startswith("sp:")]
    assert await sent(world, "sp:") == ["2026-11-24T14:00", "2026-11-25T11:00"]
    assert t.plural("{count} step left.", "{count} steps left.", 2) in shown(day)
    half = await person.press(hours, datas(hours)[0])
    assert half["message_id"] == hours["message_id"], "edited in place"
    assert "☑ сценарий" in str(half["reply_markup"])
    done = await person.press(half, datas(half)[1])
    assert t("Everything is ready.") in shown(done)


async def test_the_follow_up_and_its_switch(world: World) -> None:
    person = await with_plan(world, "ru")
    await to(world, f"{WEDNESDAY}T23:00")
    asked = await person.last()
    assert "Получилось опубликовать? YouTube" in shown(asked)
    assert await sent(world, "an:") == ["2026-11-25T14:00", "2026-11-25T16:00"]
    assert "Опубликовано: YouTube" in shown(await person.press(asked, "an:"))
    settings = await person.say("/settings")
    assert "Вопрос через 2 часа после напоминания без ответа: да" in shown(settings)
    settings = await person.press(settings, "ex:follow_up:0")
    assert "без ответа: нет" in shown(settings)
    await to(world, "2026-12-02T23:00")
    assert (await sent(world, "an:"))[2:] == ["2026-12-02T14:00"]


async def test_the_week_on_sunday_evening_until_it_is_turned_off(world: World) -> None:
    person = await with_plan(world, "ru")
    t = Translator("ru")
    await to(world, f"{WEDNESDAY}T19:30")
    await person.press(await person.last(), "an:")
    await to(world, "2026-11-29T20:30")
    digest = await person.last()
    assert await sent(world, "wk:") == ["2026-11-29T15:00"]
    assert t("Your week") in shown(digest)
    assert t("published {done} of {count}", done=1, count=1) in shown(digest)
    assert t.plural("{count} week in a row", "{count} weeks in a row", 1) in shown(digest)
    assert t("Next week") in shown(digest)
    assert "2 декабря, среда, 19:00" in shown(digest)
    off = await person.press(digest, "wk:0")
    assert "/settings" in shown(off)
    await to(world, "2026-12-06T21:00")
    assert len(await sent(world, "wk:")) == 1
    assert t("Weekly digest on Sunday evening: {state}", state=t("no")) in shown(await person.say("/settings"))


async def test_later_in_ones_own_words_in_three_languages(world: World) -> None:
    said: dict[Language, str] = {"kk": "2 сағаттан кейін", "ru": "через 40 минут", "en": "tomorrow 10 am"}
    people = {language: await with_plan(world, language) for language in said}
    await to(world, f"{WEDNESDAY}T19:01")
    for language, person in people.items():
        await person.press(await person.last(), "lt:")
        put_off = shown(await person.say(said[language]))
        assert put_off.startswith(
            Translator(language).plain("I'll remind you again: {when}.", when="\0").partition("\0")[0]
        )
    await to(world, "2026-11-26T11:00")
    came = {
        language: [call["time"][:16] for call in await world.calls("sendMessage") if is_reminder(call, person)]
        for language, person in people.items()
    }
    due = "2026-11-25T14:00"
    expected = {"kk": "2026-11-25T16:01", "ru": "2026-11-25T14:41", "en": "2026-11-26T05:00"}
    assert came == {language: [due, minute] for language, minute in expected.items()}, "and no follow-up"


def is_reminder(call: dict[str, Any], person: Chatter) -> bool:
    """Whether a call is a reminder to this person: it can be skipped."""
    return int(call["parameters"]["chat_id"]) == person.id and ":skipped" in str(call["parameters"])


async def test_an_hour_alone_is_asked_about_and_a_text_after_back_is_a_reminder_of_its_own(world: World) -> None:
    person = await with_plan(world, "ru")
    await to(world, f"{WEDNESDAY}T19:01")
    await person.press(await person.last(), "lt:")
    asked = await person.say("завтра в 10")
    assert shown(asked) == "Утром или вечером?"
    assert [data.split(":")[0] for data in datas(asked)] == ["sz", "sz"]
    morning = await person.press(asked, datas(asked)[0])
    assert "26 ноября, четверг, 10:00" in shown(morning)
    await to(world, "2026-11-26T10:01")
    again = await person.last()
    options = await person.press(again, "lt:")
    await person.press(options, ending(options, ":back"))
    assert "Напомню один раз" in shown(await person.say("через 40 минут"))


async def test_a_week_is_left_out_and_taken_back(world: World) -> None:
    person = await with_plan(world, "en", "Wed, Fri 19:00 YouTube")
    await to(world, f"{WEDNESDAY}T19:01")
    options = await person.press(await person.last(), "lt:")
    off = await person.press(options, "sw:")
    assert "2 publications skipped this week." in shown(off)
    assert "Wed, 2 Dec, 19:00" in shown(off)
    back = await person.press(off, "wb:")
    assert "Fri, 27 Nov, 19:00" in shown(back)
    await to(world, "2026-11-28T12:00")
    assert await sent(world, "an:") == [
        "2026-11-25T14:00",
        "2026-11-25T16:00",  # it waits for an answer again
        "2026-11-27T14:00",
        "2026-11-27T16:00",
    ]


async def test_one_publication_is_moved_and_the_plan_stays(world: World) -> None:
    person = await with_plan(world, "en")
    plan = await open_plan(person)
    choices = await person.press(plan, ending(plan, ":move"))
    assert "Only 25 November, 19:00" in str(choices["reply_markup"])
    await person.press(choices, "mv:")
    moved = await person.say("tomorrow 21:00")
    assert "Tue, 24 Nov, 21:00" in shown(moved)
    await to(world, f"{WEDNESDAY}T12:00")
    assert (await sent(world, "an:1:done"))[1:] == ["2026-11-24T16:00", "2026-11-24T18:00"], "the reminder, a follow-up"
    done = await person.press(await person.last(), "an:")
    assert "1/13" in shown(done)
    assert "Wed, 2 Dec, 19:00" in shown(done)


async def test_one_weekday_is_moved_for_good(world: World) -> None:
    person = await with_plan(world, "kk", "сс, жм 19:00 YouTube")
    plan = await open_plan(person)
    choices = await person.press(plan, ending(plan, ":move"))
    times = await person.press(choices, ending(choices, ":5:1900"))
    assert "жм 19:00" in shown(times)
    saved = await person.say("20:30")
    assert "20:30" in shown(saved)
    assert "19:00" in shown(saved)
    await person.press(saved, ending(saved, ":open"))
    await to(world, "2026-11-28T12:00")
    first = [at for at in await sent(world, "an:") if at[14:] in ("00", "30")]
    assert first == ["2026-11-24T14:00", "2026-11-24T16:00", "2026-11-27T15:30", "2026-11-27T17:30"]


async def test_the_fourth_week_is_celebrated_with_an_effect_and_without_one_that_is_refused(world: World) -> None:
    people = [await with_plan(world), await with_plan(world)]
    for week in range(4):
        day = datetime.fromisoformat(WEDNESDAY) + timedelta(weeks=week)
        await to(world, f"{day:%Y-%m-%d}T19:01")
        reminders = [await person.last() for person in people]
        for number, (person, reminder) in enumerate(zip(people, reminders, strict=True)):
            if week == 3 and number == 1:
                await world.fault(
                    method="sendMessage", times=1, error_code=400, description="Bad Request: EFFECT_ID_INVALID"
                )
            await person.press(reminder, "an:")
    said = [call for call in await world.calls("sendMessage") if "4 weeks in a row!" in call["parameters"]["text"]]
    mine, first_try, second_try = said
    assert [call["answer"]["ok"] for call in said] == [True, False, True]
    assert "message_effect_id" in mine["parameters"]
    assert "message_effect_id" in first_try["parameters"]
    assert "message_effect_id" not in second_try["parameters"]
    assert first_try["parameters"]["chat_id"] == second_try["parameters"]["chat_id"]
