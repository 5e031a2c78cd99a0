"""When Telegram refuses, floods or is away, and when something breaks: what the person sees, and what the log holds."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import metrics
from bot.answers.service import Answers
from bot.db.tables import InboxRow, OutboxRow, PersonRow
from bot.i18n import Translator
from bot.reminders import service
from handlers.errors import BROKEN
from tests.journeys.conftest import LANGUAGES, Chatter, World, datas, free_port, running_world, shown

MONDAY = "2026-11-23T10:00:00+05:00"
DUE = datetime.fromisoformat("2026-11-24T19:00:00+05:00")
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.fixture
async def world(tmp_path: Path, migrated_sqlite: Path) -> AsyncIterator[World]:
    """The bot in its sandbox, without a detector."""
    shutil.copy(migrated_sqlite, tmp_path / "only.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'only.db'}"
    async with running_world(tmp_path, url, f"http://127.0.0.1:{free_port()}") as made:
        yield made


async def planner(world: World, language: str = "en") -> Chatter:
    """Somebody with a plan for Tuesdays at 19:00, on the Monday before."""
    await world.set_clock(MONDAY)
    person = await world.person(language)
    await person.say("/start")
    await person.press(await person.say("вт 19:00"), "ok:")
    return person


async def answerable(world: World) -> list[dict[str, Any]]:
    return [call for call in await world.calls("sendMessage") if '"an:' in str(call["parameters"])]


def is_follow_up(call: dict[str, Any]) -> bool:
    return Translator("en").plain("Did it work out?") in call["parameters"]["text"]


async def reminders(world: World) -> list[dict[str, Any]]:
    """Each try to send a reminder, without the questions two hours later."""
    return [call for call in await answerable(world) if not is_follow_up(call)]


async def follow_ups(world: World) -> list[dict[str, Any]]:
    return [call for call in await answerable(world) if is_follow_up(call)]


async def row(world: World, person: Chatter) -> PersonRow:
    async with world.tirek.db.transaction() as tx:
        return await tx.get_one(PersonRow, person.id)


async def states(world: World) -> list[str]:
    async with world.tirek.db.transaction() as tx:
        return list(await tx.scalars(select(InboxRow.state).order_by(InboxRow.update_id)))


# --- Queued messages --------------------------------------------------------------------------------------------------


async def test_a_flood_wait_is_kept_to_the_second(world: World) -> None:
    await planner(world)
    await world.fault(method="sendMessage", times=1, retry_after=90)
    await world.advance(days=1, hours=12)
    refused, sent = await reminders(world)
    assert refused["answer"]["error_code"] == 429
    assert sent["answer"]["ok"]
    waited = datetime.fromisoformat(sent["time"]) - datetime.fromisoformat(refused["time"])
    assert timedelta(seconds=89) < waited < timedelta(seconds=100)
    assert datetime.fromisoformat(refused["time"]) - DUE < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
    ],
)
async def test_who_cannot_be_reached_is_marked_and_left_in_peace(world: World, code: int, text: str) -> None:
    person = await planner(world)
    await world.fault(method="sendMessage", times=1, error_code=code, description=text)
    await world.advance(days=8)
    assert (await row(world, person)).blocked_at is not None
    assert len(await answerable(world)) == 1, "nothing more is sent to somebody who blocked the bot"
    await person.say("/plans")
    assert (await row(world, person)).blocked_at is None, "until they write again"


async def test_an_error_of_telegrams_own_is_tried_again_and_delivered_once(world: World) -> None:
    await planner(world)
    await world.fault(method="sendMessage", times=2, error_code=500)
    await world.advance(days=2)
    assert [call["answer"]["ok"] for call in await reminders(world)] == [False, False, True]
    assert [call["answer"]["ok"] for call in await follow_ups(world)] == [True], "it asks once about what arrived"


async def test_an_address_that_is_wrong_for_a_while_blocks_nobody(world: World) -> None:
    person = await planner(world)
    await world.fault(method="sendMessage", times=2, error_code=404)
    await world.advance(days=2)
    assert [call["answer"]["ok"] for call in await reminders(world)] == [False, False, True]
    assert [call["answer"]["ok"] for call in await follow_ups(world)] == [True], "it asks once about what arrived"
    assert (await row(world, person)).blocked_at is None


async def test_a_message_that_is_refused_for_good_is_given_up(world: World) -> None:
    person = await planner(world)
    await world.fault(method="sendMessage", times=1, error_code=400, description="Bad Request: can't parse entities")
    await world.advance(days=2)
    assert len(await answerable(world)) == 1
    async with world.tirek.db.transaction() as tx:
        assert list(await tx.scalars(select(OutboxRow.state).where(OutboxRow.state != "cancelled"))) == ["failed"]
    assert (await row(world, person)).blocked_at is None


# --- Answers to people ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [{"retry_after": 45}, {"error_code": 502}, {"drop": "before"}],
    ids=["flood wait", "bad gateway", "connection lost"],
)
async def test_an_answer_that_telegram_did_not_take_comes_later(world: World, fault: dict[str, Any]) -> None:
    person = await world.person("en")
    first = await person.say("/start")
    await world.fault(method="sendMessage", times=1, **fault)
    await world.http.post("/sandbox/messages", json={"from": person.id, "text": "/help"})
    await failed_once(world)
    await world.advance(seconds=60)
    answers = [m for m in await person.messages(first["message_id"]) if m["from"]["is_bot"]]
    assert len(answers) == 1
    assert "What I do" in shown(answers[0])
    assert set(await states(world)) == {"done"}


async def failed_once(world: World) -> None:
    """Wait until an update was tried and kept."""
    for _ in range(600):
        async with world.tirek.db.transaction() as tx:
            if await tx.scalar(select(InboxRow.update_id).where(InboxRow.attempts > 0)):
                return
        await asyncio.sleep(0.05)
    raise AssertionError("no update failed")


async def test_who_blocks_the_bot_while_it_answers_is_marked_and_not_answered_again(world: World) -> None:
    person = await world.person("en")
    await person.say("/start")
    await world.fault(method="sendMessage", times=1, error_code=403)
    await world.http.post("/sandbox/messages", json={"from": person.id, "text": "/help"})
    for _ in range(600):
        if (await row(world, person)).blocked_at is not None:
            break
        await asyncio.sleep(0.05)
    await world.advance(minutes=5)
    assert [call["answer"]["ok"] for call in await world.calls("sendMessage")] == [True, False]
    assert set(await states(world)) == {"done"}


async def test_a_message_that_is_gone_is_sent_anew(world: World) -> None:
    person = await world.person("en")
    first = await person.say("/start")
    await world.fault(
        method="editMessageText", times=1, error_code=400, description="Bad Request: message to edit not found"
    )
    preview = await person.press(first, "tp:0")
    assert preview["message_id"] > first["message_id"]
    assert any(data.startswith("ok:") for data in datas(preview))


async def test_a_tap_that_changes_nothing_is_no_error(world: World) -> None:
    before = metrics.incidents._value.get()
    person = await world.person("en")
    first = await person.say("/start")
    same = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same"
    await world.fault(method="editMessageText", times=1, error_code=400, description=same)
    body = {"from": person.id, "message_id": first["message_id"], "data": "tp:0"}
    assert (await world.http.post("/sandbox/press", json=body, timeout=30)).json()["answered"]
    await world.advance(seconds=30)
    assert [call["answer"]["ok"] for call in await world.calls("editMessageText")] == [False]
    assert metrics.incidents._value.get() == before
    assert set(await states(world)) == {"done"}
    assert (await person.last())["message_id"] == first["message_id"]


async def test_a_tap_too_old_to_be_answered_still_does_what_it_says(world: World) -> None:
    person = await world.person("en")
    first = await person.say("/start")
    await world.fault(method="answerCallbackQuery", times=2, error_code=400, description=TOO_OLD)
    body = {"from": person.id, "message_id": first["message_id"], "data": "tp:0"}
    pressing = asyncio.ensure_future(world.http.post("/sandbox/press", json=body, timeout=30))
    await person.until(first["message_id"], "goal: 13 weeks")
    pressing.cancel()
    await world.advance(seconds=5)
    assert set(await states(world)) == {"done"}


# --- What nobody expected ---------------------------------------------------------------------------------------------

SECRETS = "Ұялы телефоным 87015550144, қызғалдақ"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_something_broke_and_the_person_gets_its_number(
    world: World, language: str, monkeypatch: pytest.MonkeyPatch, capsys: Any, caplog: Any
) -> None:
    def breaks(self: Answers, text: str, *_: Any) -> Any:
        raise ValueError(f"invalid literal: {text!r}")

    monkeypatch.setattr(Answers, "ask", breaks)
    before = metrics.incidents._value.get()
    person = await world.person(language)
    await person.say("/start")
    said = shown(await person.say(SECRETS))
    number = re.search(r"\b[0-9a-f]{6}\b", said)
    assert number is not None
    assert said == Translator(language).plain(BROKEN, number=number.group())  # type: ignore[arg-type]
    for _ in range(600):
        if "parked" in await states(world):
            break
        await asyncio.sleep(0.05)
    await world.advance(minutes=30)
    assert await states(world) == ["done", "parked"], "trying again would only repeat it"
    assert len(await world.calls("sendMessage")) == 2
    assert metrics.incidents._value.get() == before + 1
    logged = "".join(capsys.readouterr()) + caplog.text
    assert number.group() in logged, "the operator finds it"
    assert "ValueError" in logged
    assert "in answer" in logged, "with the way to it"
    for word in ("Ұялы", "87015550144", "қызғалдақ", ascii("қызғалдақ")[1:-1]):
        assert word not in logged


async def test_a_tap_that_breaks_something_gets_its_number_as_an_alert(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no such thing")

    person = await world.person("ru")
    first = await person.say("/start")
    preview = await person.press(first, "tp:0")
    monkeypatch.setattr(service, "create", breaks)
    body = {"from": person.id, "message_id": preview["message_id"], "data": datas(preview)[0]}
    toast = (await world.http.post("/sandbox/press", json=body, timeout=30)).json()
    assert toast["show_alert"] is True
    number = re.search(r"\b[0-9a-f]{6}\b", toast["text"])
    assert number is not None
    assert toast["text"] == Translator("ru").plain(BROKEN, number=number.group())


async def test_who_cannot_be_told_of_an_incident_is_not_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> Any:
        raise RuntimeError("broken")

    person = await world.person("en")
    await person.say("/start")
    monkeypatch.setattr(Answers, "ask", breaks)
    before = metrics.incidents._value.get()
    await world.fault(method="sendMessage", times=1, error_code=400, description="Bad Request: TOPIC_CLOSED")
    await world.http.post("/sandbox/messages", json={"from": person.id, "text": "what is a strike"})
    for _ in range(600):
        if "parked" in await states(world):
            break
        await asyncio.sleep(0.05)
    await world.advance(minutes=30)
    assert metrics.incidents._value.get() == before + 1
    assert await states(world) == ["done", "parked"]


async def test_an_update_that_cannot_be_read_is_parked_and_not_quoted(world: World, capsys: Any, caplog: Any) -> None:
    update = {"update_id": 2**40, "message": {"message_id": "құпия", "text": ["қызғалдақ"]}}
    await world.tirek.inbox.handle_now(update)
    assert await states(world) == ["parked"]
    logged = "".join(capsys.readouterr()) + caplog.text
    assert "message.text" in logged
    assert "құпия" not in logged
    assert "қызғалдақ" not in logged
