"""Automatic proof as a person meets it: a Telegram channel in two taps, a YouTube channel by its link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.i18n import Translator
from bot.reminders.fetch import Fetcher
from tests.feed_server import CHANNEL, Answer, FeedServer, Video, atom
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, running_world, shown

MONDAY = "2026-11-23T10:00:00+05:00"
TUESDAY_19 = datetime.fromisoformat("2026-11-24T19:00:00+05:00")


@pytest.fixture
async def youtube() -> AsyncIterator[FeedServer]:
    async with FeedServer().running() as server:
        yield server


@pytest.fixture
async def small(tmp_path: Path, migrated_sqlite: Path, detector_url: str) -> AsyncIterator[World]:
    """The bot on SQLite alone: what is looked at here does not depend on the database."""
    async with running_world(tmp_path, f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", detector_url) as made:
        yield made


def watch(world: World, youtube: FeedServer) -> None:
    world.tirek.watch.fetcher = Fetcher(youtube.url, seconds=5)


async def own_channel(world: World, person: Chatter, *, with_bot: bool = True) -> int:
    """A channel of the person; the bot is in it as Telegram puts it there when the channel is chosen."""
    body = {"type": "channel", "title": "Aru & films", "username": f"aru{person.id}", "admins": [person.id]}
    made = (await world.http.post("/sandbox/chats", json=body)).raise_for_status().json()
    if not with_bot:
        await membership(world, made["id"], "left")
    return int(made["id"])


async def membership(world: World, chat: int, status: str) -> None:
    body = {"chat": chat, "user": world.sandbox.core.world.bot_id, "status": status}
    (await world.http.post("/sandbox/membership", json=body)).raise_for_status()


async def choose(world: World, person: Chatter, chat: int) -> dict[str, Any]:
    """The second tap; the screen that follows the thanks."""
    body = {"from": person.id, "chat_shared": {"request_id": 1, "chat_id": chat, "title": "Aru & films"}}
    sent = (await world.http.post("/sandbox/messages", json=body)).raise_for_status().json()
    return await answered(person, sent["message_id"], "Aru")


async def answered(person: Chatter, after: int, words: str) -> dict[str, Any]:
    """The first message after `after` that has these words."""
    for _ in range(600):
        for message in await person.messages(after):
            if message["from"]["is_bot"] and words in shown(message):
                return message
        await asyncio.sleep(0.05)
    raise AssertionError(f"{words!r} never came")


async def publish(world: World, person: Chatter, chat: int, text: str = "New film", **more: Any) -> int:
    body = {"from": person.id, "chat": chat, "text": text, **more}
    return int((await world.http.post("/sandbox/messages", json=body)).raise_for_status().json()["message_id"])


async def planned(world: World, person: Chatter, words: str) -> None:
    await person.say("/start")
    await person.press(await person.say(words), "ok:")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_two_taps_connect_a_channel_and_a_post_marks_the_slot(world: World, language: str) -> None:
    t = Translator(language)  # type: ignore[arg-type]
    await world.set_clock(MONDAY)
    person = await world.person(language)
    await planned(world, person, "вт 19:00 Telegram")
    chat = await own_channel(world, person)
    asked = await person.say("/connect")
    button = asked["reply_markup"]["keyboard"][0][0]
    assert button["request_chat"]["chat_is_channel"] is True
    assert button["style"] == "success"
    connected = await choose(world, person, chat)
    assert "<b>" not in shown(connected)
    assert "Telegram · Aru & films" in shown(connected)
    assert "19:00" in shown(connected)

    await world.set_clock("2026-11-24T18:40:00+05:00")
    number = await publish(world, person, chat)
    seen = await answered(person, connected["message_id"], t.plain("Saw it: {publication}.", publication="Telegram"))
    assert seen["silent"] is True
    assert any(each.get("url", "").endswith(f"/{number}") for each in seen["entities"])
    await world.advance(hours=2)
    assert (await person.last())["message_id"] == seen["message_id"], "the reminder did not come"

    opened = await person.press(seen, "us:")
    assert datas(opened)[0].startswith("an:")
    listed = await person.say("/connect")
    assert t.plain("Connected channels") in shown(listed)
    assert datas(listed)[0] == "cn"
    kept = await person.press(await person.press(listed, "fd:"), "fd:")
    assert shown(kept) == shown(listed)
    gone = await person.press(await person.press(kept, "fd:"), f"fd:{datas(kept)[1].split(':')[1]}:off")
    assert "/connect" in shown(gone)


async def test_an_album_an_edit_and_the_bots_own_post_mark_one_slot_at_most(small: World) -> None:
    world = small
    await world.set_clock(MONDAY)
    person = await world.person("en")
    await planned(world, person, "Tue 19:00 and Tue 21:00 Telegram")
    chat = await own_channel(world, person)
    await person.say("/connect")
    connected = await choose(world, person, chat)
    await world.set_clock("2026-11-24T18:40:00+05:00")
    await world.tirek._bot.send_message(chat, "The bot's own")
    for number in range(3):
        data = {"from": str(person.id), "chat": str(chat), "media_group_id": "77"}
        files = {"photo": (f"{number}.png", PIXEL)}
        (await world.http.post("/sandbox/messages", data=data, files=files)).raise_for_status()
    await answered(person, connected["message_id"], "Saw it")
    last = await publish(world, person, chat, "pinned words")
    await answered(person, (await person.last())["message_id"] - 1, "Saw it")
    body = {"from": person.id, "chat": chat, "message_id": last, "text": "edited"}
    (await world.http.post("/sandbox/edit", json=body)).raise_for_status()
    await world.advance(minutes=1)
    lines = [shown(message) for message in await person.messages(connected["message_id"])]
    assert len([line for line in lines if "Saw it" in line]) == 2


async def test_a_channel_is_refused_honestly_and_its_loss_is_told_once(small: World) -> None:
    world = small
    person, stranger = await world.person("en"), await world.person("en", "Bek")
    for each in (person, stranger):
        await each.say("/start")
        await each.say("/connect")
    chat = await own_channel(world, person, with_bot=False)
    body = {"from": person.id, "chat_shared": {"request_id": 1, "chat_id": chat, "title": "Aru"}}
    sent = (await world.http.post("/sandbox/messages", json=body)).json()
    assert "Add me as an administrator" in shown(await person.answer_after(sent["message_id"]))
    await membership(world, chat, "administrator")
    sent = (await world.http.post("/sandbox/messages", json={**body, "from": stranger.id})).json()
    assert "Only an administrator" in shown(await stranger.answer_after(sent["message_id"]))
    connected = await choose(world, person, chat)
    await membership(world, chat, "left")
    told = await answered(person, connected["message_id"], "no longer see its posts")
    assert "“Aru & films”" in shown(told)
    await membership(world, chat, "administrator")
    await membership(world, chat, "kicked")
    await world.advance(minutes=5)
    assert (await person.last())["message_id"] == told["message_id"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_youtube_link_connects_and_a_video_marks_the_slot(
    small: World, youtube: FeedServer, language: str
) -> None:
    world, t = small, Translator(language)  # type: ignore[arg-type]
    watch(world, youtube)
    await world.set_clock(MONDAY)
    person = await world.person(language)
    await planned(world, person, "вт 19:00 YouTube")
    waiting = await person.say(f"https://www.youtube.com/channel/{CHANNEL}?si=x")
    connected = await answered(person, waiting["message_id"], "YouTube · Aru films")
    assert "19:00" in shown(connected)

    youtube.feed = Answer(atom([Video("aaaaaaaaaaa", TUESDAY_19 + timedelta(minutes=3), "Film <1> & more")]))
    await world.advance(days=1, hours=10)
    line = t.plain("Saw it: {publication}.", publication="Film <1> & more")
    seen = await answered(person, connected["message_id"], line)
    assert seen["entities"][0]["url"] == "https://www.youtube.com/watch?v=aaaaaaaaaaa"
    assert t.plain("last seen: {when}", when="").strip() in shown(await person.say("/connect"))


async def test_a_handle_is_understood_after_connect_and_a_question_stays_one(small: World, youtube: FeedServer) -> None:
    world = small
    watch(world, youtube)
    person = await world.person("en")
    await person.say("/start")
    assert "Connected" not in shown(await person.say("@aru"))
    await person.say("/connect")
    waiting = await person.say("@aru")
    assert "could not find this channel" in shown(await answered(person, waiting["message_id"], "channel"))
    youtube.answers["/%40aru"] = Answer(
        f'<link rel="canonical" href="https://www.youtube.com/channel/{CHANNEL}">'.encode(), kind="text/html"
    )
    waiting = await person.say("@aru")
    unplanned = await answered(person, waiting["message_id"], "Aru films")
    assert "No plan is for YouTube yet" in shown(unplanned)
    await person.press(await person.say("/connect"), "cn")
    assert "could not find this channel" in shown(await person.say("https://www.youtube.com/playlist?list=1"))


async def test_without_internet_the_feed_is_down_and_a_season_passes_quickly(small: World) -> None:
    """The sandbox may have no internet: thirteen weeks must not become thousands of polls."""
    world = small
    world.tirek.watch.fetcher = Fetcher("http://127.0.0.1:1", seconds=5)
    await world.set_clock(MONDAY)
    person = await world.person("en")
    await planned(world, person, "Tue 19:00 YouTube")
    waiting = await person.say(f"/connect {CHANNEL}")
    connected = await answered(person, waiting["message_id"], "Connected")
    assert "does not answer me now" in shown(connected)
    moved = await world.advance(weeks=4)
    assert len(moved["visited"]) < 60
    assert "does not answer now" in shown(await person.say("/connect"))


async def test_a_plan_without_an_outlet_is_offered_to_the_feed(small: World, youtube: FeedServer) -> None:
    world = small
    watch(world, youtube)
    person = await world.person("en")
    await planned(world, person, "Tue 19:00")
    waiting = await person.say(f"/connect {CHANNEL}")
    offered = await answered(person, waiting["message_id"], "Which one is?")
    named = await person.press(offered, "ff:")
    assert "Tuesday at 19:00 · YouTube" in shown(named)


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
