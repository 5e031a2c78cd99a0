"""Language, city, settings, what is kept and its erasure; blocking the bot; the operator's figures."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from bot.db.tables import Base
from bot.i18n import Translator
from tests.journeys.conftest import LANGUAGES, World, datas, shown

pytestmark = pytest.mark.both_databases


async def test_a_language_we_do_not_have_starts_in_english_with_a_way_out_on_the_first_row(world: World) -> None:
    person = await world.person("de")
    first = await person.say("/start")
    row = first["reply_markup"]["inline_keyboard"][0]
    assert [button["text"] for button in row] == ["Қазақша", "Русский"]
    kazakh = await person.press(first, "lg:kk")
    assert Translator("kk").plain("My own schedule") in json.dumps(kazakh["reply_markup"], ensure_ascii=False)
    assert Translator("kk")("<b>What I do</b>").removeprefix("<b>").removesuffix("</b>") in shown(
        await person.say("/help")
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_answers_in_the_persons_language(world: World, language: str) -> None:
    person = await world.person(language)
    await person.say("/start")
    for command in (
        "/plan",
        "/plans",
        "/today",
        "/stats",
        "/check",
        "/ask",
        "/topics",
        "/settings",
        "/language",
        "/privacy",
        "/help",
        "/deleteme",
        "/cancel",
        "/nonsense",
    ):
        answer = await person.say(command)
        assert shown(answer), command
        if language != "en":
            assert not any(word in shown(answer) for word in ("the ", "your ", "Write ")), (command, shown(answer))


async def test_moving_to_another_city_moves_the_plans_and_shows_the_new_times(world: World) -> None:
    await world.set_clock("2026-11-25T12:00:00+05:00")
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    offered = await person.say("/timezone Istanbul")
    moved = await person.press(offered, "zn:")
    assert "Istanbul, UTC+3" in shown(moved)
    before = (await person.last())["message_id"]
    await world.advance(weeks=1)
    assert "19:00" in shown((await person.messages(before))[0])
    sent = [call for call in await world.calls("sendMessage") if "an:" in str(call)]  # a reminder, and its follow-up
    assert sent[0]["time"].startswith("2026-12-01T16:00")


async def test_a_location_pin_offers_the_nearest_city(world: World) -> None:
    person = await world.person("ru")
    await person.say("/start")
    sent = (
        await world.http.post(
            "/sandbox/messages", json={"from": person.id, "location": {"latitude": 40.53, "longitude": 72.8}}
        )
    ).json()
    await person.answer_after(sent["message_id"])
    for _ in range(100):
        offered = await person.last()
        if datas(offered):
            break
    saved = await person.press(offered, "zn:")
    assert "Ош, UTC+6" in shown(saved)


async def test_settings_change_quiet_hours_and_the_first_snooze(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    settings = await person.say("/settings")
    hours = await person.press(settings, "st:quiet")
    mode = await person.press(hours, "qh:0")
    settings = await person.press(mode, "qm:1")
    assert "22:00–08:00" in shown(settings)
    choice = await person.press(settings, "st:snooze")
    settings = await person.press(choice, "sn:120")
    assert "In 2 h" in shown(settings)


async def test_my_data_is_a_file_and_deleteme_leaves_no_row(world: World) -> None:
    person = await world.person("kk")
    await person.say("/start")
    await person.press(await person.say("күн сайын 19:00"), "ok:")
    await person.say("ертең 10:00-де ескерт")
    await world.advance(days=2)
    data = await person.say("/mydata")
    file = await world.http.get(f"/sandbox/files/{data['document']['file_id']}")
    kept = json.loads(file.content)
    assert {"people", "plans", "slots", "deliveries", "outbox"} <= set(kept)
    asked = await person.say("/deleteme")
    assert datas(asked) == ["er:0", "er:1"]
    gone = await person.press(asked, "er:1")
    assert shown(gone)
    for _ in range(100):
        async with world.tirek.db.transaction() as tx:
            left = {}
            for table in Base.metadata.sorted_tables:
                owner = table.c.id if table.name == "people" else table.c.get("person_id")
                if owner is not None:
                    rows = await tx.scalar(select(func.count()).select_from(table).where(owner == person.id))
                    if rows:
                        left[table.name] = rows
        if not left:
            break
    assert left == {}
    assert Translator("kk").plain("My own schedule") in str(await person.say("/start"))


async def test_blocking_stops_everything_and_coming_back_goes_on(world: World) -> None:
    await world.set_clock("2026-11-25T12:00:00+05:00")
    person = await world.person("en")
    await person.say("/start")
    await person.press(await person.say("every Tuesday 19:00"), "ok:")
    member = {"chat": person.id, "user": person.id}
    await world.http.post("/sandbox/membership", json=member | {"status": "kicked"})
    calls = len(await world.calls("sendMessage"))
    await world.advance(weeks=3)
    assert len(await world.calls("sendMessage")) == calls
    await world.http.post("/sandbox/membership", json=member | {"status": "member"})
    before = (await person.last())["message_id"]
    await world.advance(weeks=1)
    came = [m for m in await person.messages(before) if any(d.startswith("an:") for d in datas(m))]
    assert len(came) == 2, "the reminder and, two hours later, one question"


async def test_admin_is_for_admins_alone(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    assert "don't know this command" in shown(await person.say("/admin"))
    object.__setattr__(world.tirek.app, "admin_ids", frozenset({person.id}))
    assert "People: 1" in shown(await person.say("/admin"))
