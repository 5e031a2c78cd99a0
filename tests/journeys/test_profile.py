"""What Telegram shows about the bot: told once in three languages, and not again at the next start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.i18n import Translator
from handlers.profile import COMMANDS, DESCRIPTION, GROUP_COMMANDS, NAME, SHORT_DESCRIPTION
from tests.journeys.conftest import Chatter
from tests.journeys.test_webhook import bot, made, telegram

__all__ = ["telegram"]  # fixtures

OURS = {name: text for name, text in COMMANDS.items() if name != "myvoice"}
"""Without a voice encoder there is nothing to compare a voice with."""
WRITES = ("setMyCommands", "setMyName", "setMyDescription", "setMyShortDescription")


async def written(http: Any) -> dict[str, list[dict[str, Any]]]:
    return {method: await made(http, method) for method in WRITES}


async def test_commands_and_texts_are_told_once_in_three_languages(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    async with bot(telegram, tmp_path):
        pass
    first = await written(http)
    for scope, ours in {"all_private_chats": OURS, "all_group_chats": GROUP_COMMANDS}.items():
        told_here = [call for call in first["setMyCommands"] if json.loads(call["scope"]) == {"type": scope}]
        commands = {call.get("language_code"): json.loads(call["commands"]) for call in told_here}
        assert set(commands) == {None, "kk", "ru"}
        assert len(told_here) == 3
        for code, listed in commands.items():
            t = Translator(code or "en")
            assert listed == [{"command": name, "description": t.plain(text)} for name, text in ours.items()]
            assert all(len(each["description"]) <= 256 for each in listed)
    assert len(first["setMyCommands"]) == 6
    texts = {"setMyName": NAME, "setMyDescription": DESCRIPTION, "setMyShortDescription": SHORT_DESCRIPTION}
    for method, text in texts.items():
        key = {"setMyName": "name", "setMyDescription": "description"}.get(method, "short_description")
        told = {call.get("language_code"): call[key] for call in first[method]}
        assert {"kk", "ru"} <= set(told) or method == "setMyName", "a name may be the same everywhere"
        for code, said in told.items():
            assert said == Translator(code or "en").plain(text)
    async with bot(telegram, tmp_path):
        pass
    assert await written(http) == first, "replicas start often, and these calls are limited"


async def test_comparing_voices_is_in_the_menu_where_it_works(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    encoder = tmp_path / "models" / "speaker-resemblyzer" / "voice.npz"
    encoder.parent.mkdir(parents=True)
    encoder.touch()
    async with bot(telegram, tmp_path, detector_url=None):
        pass
    told = [json.loads(call["commands"]) for call in await made(http, "setMyCommands") if "private" in call["scope"]]
    assert [[each["command"] for each in listed] for listed in told] == [list(COMMANDS)] * 3


async def test_an_admin_sees_two_commands_more_and_a_stranger_stops_nobody(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    person = (await http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "ru"})).json()["id"]
    await http.post("/sandbox/messages", json={"from": person, "text": "/start"})
    admins = (99, person)
    async with bot(telegram, tmp_path, admin_ids=admins):
        await Chatter(http, person).answer_after(0)
    mine = [call for call in await made(http, "setMyCommands") if json.loads(call["scope"]).get("chat_id") == person]
    assert [each["command"] for each in json.loads(mine[0]["commands"])] == [*OURS, "admin", "broadcast"]
    before = len(await made(http, "setMyCommands"))
    async with bot(telegram, tmp_path, admin_ids=(person,)):
        pass
    assert len(await made(http, "setMyCommands")) == before


async def test_a_telegram_that_refuses_the_profile_stops_no_start(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    await http.post("/sandbox/faults", json={"method": "setMyCommands", "times": 1, "retry_after": 3600})
    async with bot(telegram, tmp_path):
        person = (await http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "ru"})).json()["id"]
        await Chatter(http, person).say("/start")
