"""Statistics as somebody looks at them: one message, its picture exchanged in place, in words as well."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.drawing import DARK, LIGHT
from bot.i18n import Translator
from handlers.screen import MOST_CAPTION
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, shown


async def picture(world: World, message: dict[str, Any]) -> Image.Image:
    """The photo of a message as the chat shows it."""
    file = await world.http.get(f"/sandbox/files/{message['photo'][-1]['file_id']}")
    return Image.open(BytesIO(file.content)).convert("RGB")


def is_dark(image: Image.Image) -> bool:
    ground = image.getpixel((3, 3))
    assert isinstance(ground, tuple)
    wanted = {shade: tuple(int(shade[at : at + 2], 16) for at in (1, 3, 5)) for shade in (LIGHT.paper, DARK.paper)}
    near = {shade: sum(abs(a - b) for a, b in zip(ground, rgb, strict=True)) for shade, rgb in wanted.items()}
    assert min(near.values()) < 15, ground
    return near[DARK.paper] < near[LIGHT.paper]


async def press(person: Chatter, message: dict[str, Any], data: str) -> dict[str, Any]:
    """Press a button of a picture and wait until words, buttons or picture are others."""
    before = message.get("photo"), shown(message), datas(message)
    body = {
        "from": person.id,
        "message_id": message["message_id"],
        "data": next(d for d in datas(message) if d == data),
    }
    person.toast = (await person.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status().json()
    for _ in range(400):
        now = await person.message(message["message_id"])
        if (now.get("photo"), shown(now), datas(now)) != before:
            return now
        await asyncio.sleep(0.05)
    raise AssertionError("nothing changed")


async def publishing(world: World, language: str, *plans: str, weeks: int = 1, name: str = "Айгерім") -> Chatter:
    """Somebody with these plans who has marked the reminders of some weeks."""
    await world.set_clock("2026-11-25T12:00:00+05:00")
    person = await world.person(language, name)
    await person.say("/start")
    for plan in plans:
        await person.press(await person.say(plan), "ok:")
    for _ in range(weeks):
        before = (await person.last())["message_id"]
        await world.advance(weeks=1)
        for message in await person.messages(before):
            if any(data.startswith("an:") and data.endswith(":done") for data in datas(message)):
                await person.press(message, "an:")
    return person


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_view_is_a_picture_with_the_same_facts_in_words(world: World, language: str) -> None:
    person = await publishing(world, language, "сс 19:00 YouTube" if language != "en" else "Tue 19:00 YouTube", weeks=2)
    t = Translator(language)  # type: ignore[arg-type]
    first = await person.say("/stats")
    assert datas(first) == ["sv:year:youtube", "sv:time:youtube", "sd:map:youtube"]
    assert "YouTube" in shown(first)
    assert "2/13" in shown(first)
    assert t.plain("published").lower() in shown(first).lower()

    year = await press(person, first, "sv:year:youtube")
    assert year["message_id"] == first["message_id"], "in place"
    assert t.plural_plain("publication in a year", "publications in a year", 2) in shown(year)
    back = await press(person, year, "sv:map:youtube")
    assert shown(back) == shown(first)

    time = await press(person, back, "sv:time:youtube")
    assert t.plain("Punctuality") in shown(time)
    assert t.plain("On time, within 10 minutes: {count} of {total}.", count=0, total=2) in shown(time)
    sizes = [(await picture(world, message)).size for message in (first, year, time)]
    assert sizes[1] == (1024, 1280), "four to five, within what Telegram leaves of a photo"
    assert sizes[0][0] == sizes[2][0] == 1080
    for message in (first, year, time):
        assert len(shown(message).encode("utf-16-le")) // 2 <= MOST_CAPTION
    assert len([m for m in await person.messages() if m.get("photo")]) == 1


async def test_dark_pictures_are_remembered(world: World) -> None:
    person = await publishing(world, "kk", "сс 19:00 YouTube")
    first = await person.say("/stats")
    assert not is_dark(await picture(world, first))
    dark = await press(person, first, "sd:map:youtube")
    assert is_dark(await picture(world, dark))
    year = await press(person, dark, "sv:year:youtube")
    assert is_dark(await picture(world, year))
    light = await press(person, year, "sd:year:youtube")
    assert not is_dark(await picture(world, light))
    assert shown(light) == shown(year), "the same view"
    await press(person, light, "sd:year:youtube")
    assert is_dark(await picture(world, await person.say("/stats")))


async def test_the_name_on_the_card_can_be_left_out(world: World) -> None:
    person = await publishing(world, "ru", "вт 19:00 YouTube", name="Данияр")
    year = await press(person, await person.say("/stats"), "sv:year:youtube")
    named = await picture(world, year)
    t = Translator("ru")
    assert t.plain("Without my name") in str(year["reply_markup"])
    unnamed_card = await press(person, year, "sc:youtube")
    assert t.plain("With my name") in str(unnamed_card["reply_markup"])
    unnamed = await picture(world, unnamed_card)
    top = (0, 114, 1024, 256)
    assert named.crop(top).tobytes() != unnamed.crop(top).tobytes()
    rest = (0, 280, 1024, 1280)
    assert named.crop(rest).tobytes() == unnamed.crop(rest).tobytes()
    assert "Данияр" not in shown(year) + shown(unnamed_card)


async def test_outlets_follow_each_other(world: World) -> None:
    plans = ("Tue 19:00 YouTube", "Fri 18:00 YouTube", "Mon 10:00 TikTok", "Thu 21:00")
    person = await publishing(world, "en", *plans)
    first = await person.say("/stats")
    assert datas(first)[-2:] == ["sv:map:", "sv:map:tiktok"]
    assert "Published: 1 · published late: 1" in shown(first), "both plans of YouTube"
    tiktok = await press(person, first, "sv:map:tiktok")
    assert "TikTok" in shown(tiktok)
    assert "Published late: 1" in shown(tiktok), "marked fifty hours after its time"
    time = await press(person, tiktok, "sv:time:tiktok")
    last = await press(person, time, "sv:time:")
    assert "Publications · Punctuality" in shown(last)
    assert datas(last)[-2:] == ["sv:time:tiktok", "sv:time:youtube"]


async def test_an_outlet_that_is_gone_shows_what_is_left(world: World) -> None:
    person = await publishing(world, "en", "Tue 19:00 YouTube", "Fri 18:00 TikTok")
    stats = await press(person, await person.say("/stats"), "sv:map:tiktok")
    plans = await person.say("/plans")
    plan = await person.press(plans, "pl:2:open" if "pl:2:open" in datas(plans) else "pl:2")
    await person.press(plan, next(data for data in datas(plan) if data.endswith(":delete")))
    left = await press(person, stats, "sv:time:tiktok")
    assert "YouTube" in shown(left)
    assert datas(left)[-1] == "sd:time:youtube", "no other outlet to go to"


async def test_before_the_first_reminder_there_is_nothing_to_draw(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    nothing = await person.say("/stats")
    assert "photo" not in nothing
    assert datas(nothing) == ["bd"]
    await person.press(await person.say("Tue 19:00"), "ok:")
    assert datas(await person.say("/stats")) == []
