"""A broadcast in the sandbox: written, seen, narrowed, sent, watched; people leave and come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import PersonRow
from bot.drawing import Canvas, theme
from tests.journeys.conftest import Chatter, World, datas, running_world, shown

pytestmark = pytest.mark.both_databases

ADMIN = 900_001


async def an_admin(world: World, language: str = "en") -> Chatter:
    """Somebody whose id is among ADMIN_IDS."""
    body = {"id": ADMIN, "first_name": "Boss", "language_code": language}
    made = (await world.http.post("/sandbox/people", json=body)).raise_for_status().json()
    admin = Chatter(world.http, made["id"])
    object.__setattr__(world.tirek.app, "admin_ids", frozenset({admin.id}))
    await admin.say("/start")
    return admin


async def has(person: Chatter, words: str) -> dict[str, Any]:
    """The bot's message with these words, once it is there."""
    for _ in range(400):
        for message in await person.messages():
            if message["from"]["is_bot"] and words in shown(message):
                return message
        await asyncio.sleep(0.05)
    raise AssertionError(f"{words!r} never came")


@pytest.fixture
async def sqlite_world(tmp_path: Path, sqlite: Database, detector_url: str) -> AsyncIterator[World]:
    """The bot in its sandbox, on SQLite alone."""
    async with running_world(tmp_path, str(sqlite.engine.url), detector_url) as made:
        yield made


async def settled(world: World) -> None:
    await world.advance(seconds=4)


async def test_an_admin_writes_narrows_and_sends_and_people_leave(world: World) -> None:
    admin = await an_admin(world)
    aru, boris, quiet = [await world.person(language) for language in ("kk", "ru", "ru")]
    for person in (aru, boris, quiet):
        await person.say("/start")
    await world.tirek.app.people.change(quiet.id, quiet_from=time(0), quiet_until=time(23, 59))

    await admin.say("/broadcast")
    text = "News & <b>bold</b> words"
    entities = [{"type": "bold", "offset": 0, "length": 4}]
    await admin.say(text, entities=entities)
    preview = await has(admin, "News & <b>")
    assert preview["entities"] == entities
    assert datas(preview) == ["nw:0"]
    card = await has(admin, "draft")
    assert "People: 4" in shown(card)
    card = await admin.press(await admin.press(card, "bc:1:language"), "ba:1:language:ru")
    assert "People: 2" in shown(card)
    sure = await admin.press(card, "bc:1:sure")
    assert "2 people" in shown(sure)
    await admin.press(sure, "bc:1:send")
    await settled(world)
    for person in (boris, quiet):
        got = await has(person, text)
        assert got["entities"] == entities
    assert not [each for each in await aru.messages() if text in shown(each)]
    silent = {
        int(call["parameters"]["chat_id"]): call["parameters"].get("disable_notification") in (True, "true")
        for call in await world.calls("sendMessage")
        if call["parameters"].get("text") == text
    }
    assert (silent[boris.id], silent[quiet.id]) == (False, True)
    await admin.until(card["message_id"], "Sent: 2 of 2")

    after = await boris.press(await has(boris, text), "nw:0")
    assert datas(after) == ["nw:1"]
    assert "нет" in next(line for line in shown(await boris.say("/settings")).split("\n") if "Новости" in line)
    await admin.say("/broadcast")
    await admin.say("Second")
    card = await has(admin, "Broadcast 2")
    assert "People: 3" in shown(card)
    await boris.press(after, "nw:1")
    later = await admin.press(card, "bc:2:later")
    assert "tomorrow" in shown(later)
    assert "Begins" in shown(await admin.say("tomorrow 19:00"))
    await world.advance(days=2)
    for person in (aru, boris, quiet):
        await has(person, "Second")
    calls = [call for call in await world.calls("sendMessage") if call["parameters"].get("text") == "Second"]
    assert len(calls) == 5, "the preview, and each of four people once"


async def test_a_picture_goes_with_its_words(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await an_admin(world, "ru")
    person = await world.person("kk")
    await person.say("/start")
    await admin.say("/broadcast")
    await admin.send_file("photo", "news.png", Canvas(400, 300, theme(dark=False)).png(), caption="Look & see")
    card = await has(admin, "черновик")
    await admin.press(await admin.press(card, "bc:1:sure"), "bc:1:send")
    await settled(world)
    got = await has(person, "Look & see")
    assert got["photo"]


async def test_for_everybody_else_the_command_does_not_exist(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await an_admin(world)
    stranger = await world.person("en")
    await stranger.say("/start")
    unknown = shown(await stranger.say("/nonsense"))
    assert shown(await stranger.say("/broadcast")) == unknown
    assert shown(await stranger.say("/admin")) == unknown
    await admin.say("/broadcast")
    await admin.say("Hello")
    card = await has(admin, "draft")
    forged = {"from": stranger.id, "message_id": card["message_id"], "data": "bc:1:send"}
    await world.http.post("/sandbox/press", json=forged, timeout=30)
    await settled(world)
    assert "draft" in shown(await admin.message(card["message_id"]))
    assert not [each for each in await stranger.messages() if shown(each) == "Hello"]


@pytest.mark.parametrize(
    ("fault", "sent", "failed"), [({"error_code": 403}, 3, 1), ({"error_code": 429, "retry_after": 2}, 4, 0)]
)
async def test_who_has_blocked_the_bot_is_marked_and_a_flood_is_waited_out(
    sqlite_world: World, fault: dict[str, int], sent: int, failed: int
) -> None:
    world = sqlite_world
    admin = await an_admin(world)
    people = [await world.person("en") for _ in range(3)]
    for person in people:
        await person.say("/start")
    await admin.say("/broadcast")
    await admin.say("Hello everybody")
    sure = await admin.press(await has(admin, "draft"), "bc:1:sure")
    await world.fault(method="sendMessage", times=1, **fault)
    await admin.press(sure, "bc:1:send")
    await world.advance(seconds=20)
    await admin.until(sure["message_id"], f"Sent: {sent} of 4. Could not be reached: {failed}")
    async with world.tirek.db.transaction() as tx:
        blocked = await tx.scalars(select(PersonRow.id).where(PersonRow.blocked_at.is_not(None)))
    assert len(list(blocked)) == failed


async def test_every_page_of_figures_opens_and_the_journal_tells_what_was_done(sqlite_world: World) -> None:
    world = sqlite_world
    admin = await an_admin(world)
    await admin.say("/broadcast")
    await admin.say("Hello")
    await has(admin, "draft")
    page = await admin.say("/admin")
    assert "People: 1" in shown(page)
    assert page["photo"]
    for name, words in (
        ("cohorts", "newcomers"),
        ("sending", "Late in 24 h"),
        ("checks", "verdict"),
        ("trouble", "parked"),
        ("people", "People: 1"),
    ):
        body = {"from": admin.id, "message_id": page["message_id"], "data": f"ad:{name}:0"}
        (await world.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status()
        await admin.until(page["message_id"], words)
    journal = await admin.press(page, "ad:journal")
    assert "Boss · broadcast.draft 1" in shown(journal)
