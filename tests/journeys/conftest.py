"""The whole bot against the sandbox over HTTP, on SQLite and on PostgreSQL; and a person who chats with it.

A journey runs on one of the two databases, about as many on each, always the same; those marked `both_databases` run on
both, and with ALL=1 every journey does. What differs between the two, the queries, is tested on both elsewhere.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

import httpx
import pytest
from pydantic import SecretStr

from bot import certificates
from bot.answers.service import Answers
from bot.run import Tirek
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.conftest import NewUrl

LANGUAGES = ("kk", "ru", "en")
DATABASES = ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs on the other database; what takes longest comes first, for nothing may wait for it alone."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
    if os.environ.get("ALL"):
        return
    left = [item for item in items if _runs_elsewhere(item)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in set(left)]


def _runs_elsewhere(item: pytest.Item) -> bool:
    """Whether it is a journey on the database that is not its own."""
    call = getattr(item, "callspec", None)
    is_journey = Path(__file__).parent in item.path.parents
    if not is_journey or call is None or "new_url" not in call.params or item.get_closest_marker("both_databases"):
        return False
    name = item.nodeid.replace(call.params["new_url"], "")
    return bool(call.params["new_url"] != DATABASES[crc32(name.encode()) % 2])


@cache
def cards() -> Answers:
    return Answers.load()


@pytest.fixture(autouse=True)
def _cards_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many bots start here; reading the cards takes each a second."""
    read = cards()
    monkeypatch.setattr(Answers, "load", lambda: read)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_detector(**environment: str) -> Iterator[str]:
    """A detector service as its own process; its address."""
    port = free_port()
    command = [sys.executable, "-m", "bot", "detector", "--port", str(port), "--child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | environment) as child:
        url = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                if httpx.get(f"{url}/healthz", timeout=2).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        else:
            raise RuntimeError("the detector did not start")
        yield url
        child.terminate()


@pytest.fixture(scope="session")
def detector_url() -> Iterator[str]:
    """One detector service for all journeys. It turns nothing into words, whatever this machine has."""
    with running_detector(WHISPER_MODEL="off") as url:
        yield url


@dataclass
class Chatter:
    """A person in front of the chat: writes, presses, reads."""

    http: httpx.AsyncClient
    id: int
    read_up_to: int = 0

    async def say(self, text: str | None = None, **more: Any) -> dict[str, Any]:
        """Write a message, and return the bot's answer to it."""
        body = {"from": self.id, **({"text": text} if text is not None else {}), **more}
        sent = (await self.http.post("/sandbox/messages", json=body)).raise_for_status().json()
        return await self.answer_after(sent["message_id"])

    async def send_file(self, kind: str, name: str, data: bytes, **form: str) -> int:
        """Send a file and return its message id."""
        files = {kind: (name, data)}
        answer = await self.http.post("/sandbox/messages", data={"from": str(self.id), **form}, files=files)
        return int(answer.raise_for_status().json()["message_id"])

    async def messages(self, after: int = 0) -> list[dict[str, Any]]:
        """What the chat shows."""
        answer = await self.http.get(f"/sandbox/chats/{self.id}/messages", params={"after": after})
        found = answer.raise_for_status().json()["messages"]
        return [message for message in found if not message.get("deleted")]

    async def answer_after(self, message_id: int) -> dict[str, Any]:
        """The bot's first message after one of ours."""
        for _ in range(600):
            for message in await self.messages(message_id):
                if message["from"]["is_bot"]:
                    return message
            await asyncio.sleep(0.05)
        raise AssertionError("the bot did not answer")

    async def last(self) -> dict[str, Any]:
        """The bot's newest message."""
        return [message for message in await self.messages() if message["from"]["is_bot"]][-1]

    async def message(self, message_id: int) -> dict[str, Any]:
        """One message as the chat shows it now."""
        return next(message for message in await self.messages() if message["message_id"] == message_id)

    toast: dict[str, Any] = field(default_factory=dict)

    async def press(self, message: dict[str, Any], data_prefix: str) -> dict[str, Any]:
        """Press the first button whose callback data begins so, and return the message after that.

        The bot may edit the message or send a new one: the newest of the two is returned.
        """
        data = next(each for each in datas(message) if each.startswith(data_prefix))
        body = {"from": self.id, "message_id": message["message_id"], "data": data}
        self.toast = (await self.http.post("/sandbox/press", json=body, timeout=30)).raise_for_status().json()
        for _ in range(200):
            now = await self.message(message["message_id"])
            newest = await self.last()
            if newest["message_id"] > message["message_id"] and newest["message_id"] > self.read_up_to:
                self.read_up_to = newest["message_id"]
                return newest
            if _looks(now) != _looks(message):
                return now
            await asyncio.sleep(0.05)
        return await self.message(message["message_id"])

    async def until(self, message_id: int, words: str) -> dict[str, Any]:
        """Wait until a message contains some words."""
        for _ in range(600):
            message = await self.message(message_id)
            if words in shown(message):
                return message
            await asyncio.sleep(0.05)
        raise AssertionError(f"{words!r} never came; the message says: {shown(await self.message(message_id))}")


def _looks(message: dict[str, Any]) -> tuple[Any, ...]:
    """What a person sees of a message."""
    return message.get("text"), message.get("caption"), message.get("reply_markup")


def datas(message: dict[str, Any]) -> list[str]:
    """Callback data of all buttons, in order."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row if "callback_data" in button]


def shown(message: dict[str, Any]) -> str:
    """The text or caption."""
    return str(message.get("text") or message.get("caption") or "")


@dataclass
class World:
    """A sandbox with the bot in it."""

    http: httpx.AsyncClient
    url: str
    sandbox: Sandbox
    tirek: Tirek
    settings: Settings
    people: list[Chatter] = field(default_factory=list)

    async def person(self, language: str = "kk", name: str = "Aru") -> Chatter:
        """Somebody new; they have not written yet."""
        body = {"first_name": name, "language_code": language}
        made = (await self.http.post("/sandbox/people", json=body)).raise_for_status().json()
        chatter = Chatter(self.http, made["id"])
        self.people.append(chatter)
        return chatter

    async def advance(self, **jump: Any) -> dict[str, Any]:
        """Move the clock: seconds, minutes, hours, days, weeks."""
        from datetime import timedelta

        body = {"advance_s": timedelta(**jump).total_seconds()}
        moved = (await self.http.post("/sandbox/clock", json=body, timeout=600)).raise_for_status().json()
        assert moved["settled"], moved
        return moved

    async def set_clock(self, moment: str) -> None:
        """Move the clock to an aware instant."""
        (await self.http.post("/sandbox/clock", json={"set": moment}, timeout=120)).raise_for_status()

    async def calls(self, method: str, after: int = 0) -> list[dict[str, Any]]:
        """Bot API calls of one method so far."""
        answer = (await self.http.get("/sandbox/calls", params={"after": after})).raise_for_status().json()
        found = answer["calls"] if isinstance(answer, dict) else answer
        return [call for call in found if call["method"] == method]

    async def fault(self, **fault: Any) -> None:
        (await self.http.post("/sandbox/faults", json=fault)).raise_for_status()


@asynccontextmanager
async def running_world(folder: Path, database_url: str, detector: str, **settings: Any) -> AsyncIterator[World]:
    """A sandbox and the bot, until the block ends."""
    sandbox = Sandbox(folder / "sandbox")
    async with sandbox.running() as url:
        chosen: dict[str, Any] = {
            "bot_token": SecretStr(sandbox.token),
            "telegram_api_url": url,
            "clock_url": url,
            "database_url": database_url,
            "data_dir": folder,
            "http_port": free_port(),
            "detector_url": detector,
            "encryption_key": SecretStr("a" * 43),
            **settings,
        }
        made = Settings(_env_file=None, **chosen)
        tirek = Tirek(made)
        async with (
            httpx.AsyncClient(base_url=url, timeout=60, verify=certificates.trusted()) as http,
            asyncio.TaskGroup() as group,
        ):
            running = group.create_task(tirek.run())
            starting = group.create_task(tirek.started.wait())
            await asyncio.wait({running, starting}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                starting.cancel()
                running.result()
            for _ in range(200):  # until the bot's clock is the sandbox's
                if (await http.get("/sandbox/clock")).json()["followers"]:
                    break
                await asyncio.sleep(0.05)
            try:
                yield World(http, url, sandbox, tirek, made)
            finally:
                tirek.stop()


@pytest.fixture
async def world(tmp_path: Path, new_url: NewUrl, detector_url: str) -> AsyncIterator[World]:
    """The bot in its sandbox, on each database."""
    async with running_world(tmp_path, await new_url(), detector_url) as made:
        yield made
