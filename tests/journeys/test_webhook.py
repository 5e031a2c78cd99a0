"""The bot behind a webhook, and who may take a bot's updates: one webhook or one poller, never both."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from bot import run
from bot.db import migrate
from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.reminders import service
from bot.run import CannotStart, Tirek
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.conftest import NewUrl
from tests.journeys.conftest import Chatter, World, free_port, running_world, shown

pytestmark = pytest.mark.both_databases

SECRET = "hook-s3cret_"
HEADER = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture
async def hooked(tmp_path: Path, new_url: NewUrl) -> AsyncIterator[World]:
    """The bot in its sandbox, reached through a webhook."""
    port = free_port()
    settings = {
        "http_port": port,
        "webhook_url": f"http://127.0.0.1:{port}/hook",
        "webhook_secret": SecretStr(SECRET),
    }
    nobody = f"http://127.0.0.1:{free_port()}"
    async with running_world(tmp_path, await new_url(), nobody, **settings) as world:
        yield world


async def deliver(world: World, update: dict[str, Any], **headers: str) -> int:
    async with httpx.AsyncClient() as http:
        answer = await http.post(str(world.settings.webhook_url), json=update, headers=headers or HEADER)
    return answer.status_code


def command(update_id: int, person: Chatter, text: str) -> dict[str, Any]:
    """An update as Telegram would post it."""
    user = {"id": person.id, "is_bot": False, "first_name": "Aru", "language_code": "en"}
    chat = {"id": person.id, "type": "private", "first_name": "Aru"}
    entity = {"type": "bot_command", "offset": 0, "length": len(text)}
    message = {"message_id": 1, "date": 1790000000, "from": user, "chat": chat, "text": text, "entities": [entity]}
    return {"update_id": update_id, "message": message}


async def states(world: World) -> dict[int, str]:
    async with world.tirek.db.transaction() as tx:
        return {row.update_id: row.state for row in await tx.scalars(select(InboxRow))}


async def test_a_conversation_goes_through_the_webhook(hooked: World) -> None:
    person = await hooked.person("kk")
    first = await person.say("/start")
    preview = await person.press(first, "tp:0")
    assert "0/13" in shown(await person.press(preview, "ok:"))
    (told,) = await hooked.calls("setWebhook")
    assert told["parameters"]["url"] == hooked.settings.webhook_url
    assert told["parameters"]["secret_token"] == SECRET
    assert {"message", "callback_query", "my_chat_member"} <= set(json.loads(told["parameters"]["allowed_updates"]))
    assert await hooked.calls("getUpdates") == []
    assert set((await states(hooked)).values()) == {"done"}


async def test_strangers_are_refused_and_the_same_update_is_handled_once(hooked: World) -> None:
    person = await hooked.person("en")
    await person.say("/start")
    before = len(await hooked.calls("sendMessage"))
    update = command(2**40, person, "/help")
    assert await deliver(hooked, update, **{"X-Telegram-Bot-Api-Secret-Token": "other"}) == 401
    assert len(await hooked.calls("sendMessage")) == before
    assert [await deliver(hooked, update) for _ in range(3)] == [200, 200, 200]
    together = [deliver(hooked, command(2**40 + 1, person, "/help")) for _ in range(5)]
    assert await asyncio.gather(*together) == [200] * 5
    assert len(await hooked.calls("sendMessage")) == before + 2


async def test_a_handler_that_fails_is_tried_again_from_the_inbox(
    hooked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await hooked.person("en")
    await person.say("/start")
    real, failed = service.kept_plans, []

    async def away(*given: Any) -> Any:
        if not failed:
            failed.append(given)
            raise ConnectionError("the database is away")
        return await real(*given)

    monkeypatch.setattr(service, "kept_plans", away)
    before = (await person.last())["message_id"]
    assert await deliver(hooked, command(2**40, person, "/plans")) == 200
    assert len(failed) == 1
    assert (await states(hooked))[2**40] == "waiting"
    assert (await person.last())["message_id"] == before
    await hooked.advance(seconds=5)
    assert "no plans yet" in shown(await person.answer_after(before))
    assert (await states(hooked))[2**40] == "done"


# --- Who takes the updates --------------------------------------------------------------------------------------------


@pytest.fixture
async def telegram() -> AsyncIterator[tuple[Sandbox, httpx.AsyncClient]]:
    """A sandbox that outlives the bots that use it."""
    sandbox = Sandbox(None)
    async with sandbox.running() as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        yield sandbox, http


def build(
    telegram: tuple[Sandbox, httpx.AsyncClient], folder: Path, *, drop_webhook: bool = False, **more: Any
) -> Tirek:
    sandbox, http = telegram
    chosen: dict[str, Any] = {
        "bot_token": SecretStr(sandbox.token),
        "telegram_api_url": str(http.base_url).rstrip("/"),
        "data_dir": folder,
        "http_port": 0,
        "detector_url": f"http://127.0.0.1:{free_port()}",
    }
    return Tirek(Settings(_env_file=None, **(chosen | more)), drop_webhook=drop_webhook)


async def to_its_end(tirek: Tirek) -> None:
    """Run until the bot ends by itself; what it could not start with is raised alone."""
    try:
        await asyncio.wait_for(tirek.run(), 90)
    except BaseExceptionGroup as group:
        failure: BaseException = group
        while isinstance(failure, BaseExceptionGroup):
            failure = failure.exceptions[0]
        raise failure from None


@asynccontextmanager
async def bot(telegram: tuple[Sandbox, httpx.AsyncClient], folder: Path, **more: Any) -> AsyncIterator[Tirek]:
    """A bot for the length of the block."""
    tirek = build(telegram, folder, **more)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(to_its_end(tirek))
        starting = group.create_task(tirek.started.wait())
        await asyncio.wait({living, starting}, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        if living.done():
            living.result()
        try:
            yield tirek
        finally:
            tirek.stop()


async def made(http: httpx.AsyncClient, method: str) -> list[dict[str, Any]]:
    calls = (await http.get("/sandbox/calls")).json()["calls"]
    return [call["parameters"] for call in calls if call["method"].lower() == method.lower()]


def webhook(path: str = "hook", secret: str = SECRET) -> dict[str, Any]:
    port = free_port()
    return {
        "http_port": port,
        "webhook_url": f"http://127.0.0.1:{port}/{path}",
        "webhook_secret": SecretStr(secret),
    }


async def test_a_webhook_is_set_when_it_differs_and_never_taken_away(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    ours = webhook()
    for _ in range(2):
        async with bot(telegram, tmp_path, **ours):
            pass
    assert len(await made(http, "setWebhook")) == 1, "a restart changes nothing"
    async with bot(telegram, tmp_path, **ours | {"webhook_secret": SecretStr("another-secret")}):
        pass
    assert [each["secret_token"] for each in await made(http, "setWebhook")] == [SECRET, "another-secret"]
    moved = webhook("elsewhere")
    async with bot(telegram, tmp_path, **moved):
        pass
    assert [each["url"] for each in await made(http, "setWebhook")][2:] == [moved["webhook_url"]]
    assert await made(http, "deleteWebhook") == []


async def test_polling_over_a_live_webhook_refuses_unless_told_to_drop_it(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    async with bot(telegram, tmp_path, **webhook()):
        pass
    with pytest.raises(CannotStart, match=r"polling would silence it.*tirek run --drop-webhook"):
        await to_its_end(build(telegram, tmp_path))
    assert await made(http, "deleteWebhook") == []
    assert await made(http, "getUpdates") == []
    person = (await http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "ru"})).json()["id"]
    async with bot(telegram, tmp_path, drop_webhook=True):
        assert len(await made(http, "deleteWebhook")) == 1
        chatter = Chatter(http, person)
        assert "Aru" in shown(await chatter.say("/start"))
    async with bot(telegram, tmp_path):
        pass
    assert len(await made(http, "deleteWebhook")) == 1


async def test_a_webhook_that_comes_to_light_while_polling_is_named(telegram: Any, tmp_path: Path) -> None:
    _, http = telegram
    async with bot(telegram, tmp_path, **webhook()):
        pass
    await http.post("/sandbox/faults", json={"method": "getWebhookInfo", "times": 1, "error_code": 502})
    with pytest.raises(CannotStart, match="A webhook is set for this bot"):
        await to_its_end(build(telegram, tmp_path))


async def test_the_webhook_is_set_once_telegram_is_back(
    telegram: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, http = telegram
    monkeypatch.setattr(run, "WEBHOOK_AGAIN_S", 0.1)
    await http.post("/sandbox/faults", json={"method": "getWebhookInfo", "times": 2, "error_code": 502})
    async with bot(telegram, tmp_path, **webhook()):
        for _ in range(400):
            if await made(http, "setWebhook"):
                break
            await asyncio.sleep(0.05)
        person = (await http.post("/sandbox/people", json={"first_name": "Aru", "language_code": "ru"})).json()["id"]
        assert "Aru" in shown(await Chatter(http, person).say("/start"))
    assert len(await made(http, "setWebhook")) == 1


async def test_two_that_poll_end_with_a_sentence(telegram: Any, tmp_path: Path) -> None:
    both = [build(telegram, tmp_path / name) for name in "ab"]
    async with asyncio.TaskGroup() as group:
        ending = []
        for tirek in both:
            ending.append(group.create_task(_sentence(tirek)))
            started = group.create_task(tirek.started.wait())
            await asyncio.wait([started, ending[-1]], return_when=asyncio.FIRST_COMPLETED)
            started.cancel()
        done, _ = await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED)
        for tirek in both:
            tirek.stop()
    assert all("another bot polls with this token" in task.result() for task in done)
    assert all("Stop the other one" in task.result() for task in done)


async def _sentence(tirek: Tirek) -> str:
    try:
        await to_its_end(tirek)
    except CannotStart as error:
        return str(error)
    return ""


async def _migrated_by_the_future(folder: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder / 'tirek.db'}")
    await migrate.upgrade(database)
    async with database.transaction() as tx:
        await tx.execute(text("update alembic_version set version_num = 'of-the-future'"))
    await database.close()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"bot_token": SecretStr("123456:" + "A" * 35)}, "does not know this BOT_TOKEN"),
        ({"database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none"}, "The database does not answer"),
        ({"database_url": "postgresql+asyncpg://nobody@127.0.0.1:port/none"}, "DATABASE_URL cannot be read"),
        ({"data_dir": Path("/proc/nowhere")}, "cannot be written"),
        ({"http_port": "taken"}, "is taken. Choose another HTTP_PORT"),
        ({"database_url": "later"}, "made by a later version"),
    ],
    ids=lambda value: "" if isinstance(value, str) else next(iter(value)),
)
async def test_what_the_bot_cannot_start_with_is_one_sentence(
    telegram: Any, tmp_path: Path, settings: dict[str, Any], sentence: str
) -> None:
    if settings.get("http_port") == "taken":
        settings = {"http_port": telegram[1].base_url.port}
    if settings.get("database_url") == "later":
        await _migrated_by_the_future(tmp_path)
        settings = {}
    with pytest.raises(CannotStart, match=re.escape(sentence)) as raised:
        await to_its_end(build(telegram, tmp_path, **settings))
    assert "\n" not in str(raised.value)
