"""kill -9 in the middle of everything, ten times on each database: nothing is lost, what was in flight may come twice.

The bot is a process of its own; the sandbox is its Telegram and remembers every call.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.db.engine import Database
from bot.outbox import IN_FLIGHT
from bot.people import People
from bot.reminders import service
from bot.reminders.phrases import read
from bot.sandbox import clock
from bot.sandbox.server import Sandbox
from tests.conftest import NewUrl
from tests.journeys.conftest import free_port


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox waits for a bot that has much to do, however busy the machine is."""
    monkeypatch.setattr(clock, "SETTLE_SECONDS", 900.0)


KILLS = int(os.environ.get("KILLS", "10"))
PEOPLE = 30
DUE = datetime.fromisoformat("2026-12-01T19:00:00+05:00")


async def start(
    url: str, sandbox: Sandbox, database_url: str, folder: Path, **settings: str
) -> asyncio.subprocess.Process:
    """The bot, following the sandbox's clock."""
    environment = {
        **os.environ,
        "BOT_TOKEN": sandbox.token,
        "TELEGRAM_API_URL": url,
        "CLOCK_URL": url,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(folder),
        "HTTP_PORT": "0",
        "DETECTOR_URL": f"http://127.0.0.1:{free_port()}",
        "LOG_LEVEL": "error",
        **settings,
    }
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "run", env=environment)


async def follows(http: httpx.AsyncClient) -> None:
    """Wait until the bot is on the sandbox's clock."""
    for _ in range(1800):
        if (await http.get("/sandbox/clock")).json()["followers"]:
            return
        await asyncio.sleep(0.5)
    raise AssertionError("the bot did not start")


async def gone(http: httpx.AsyncClient) -> None:
    """Wait until the sandbox has noticed that nobody follows its clock."""
    for _ in range(600):
        if not (await http.get("/sandbox/clock")).json()["followers"]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the sandbox still sees a bot that was killed")


async def sent_texts(http: httpx.AsyncClient, after: int) -> tuple[list[dict[str, Any]], int]:
    """Successful sendMessage calls after call number `after`, and the newest number."""
    calls = (await http.get("/sandbox/calls", params={"after": after})).json()["calls"]
    sent = [call for call in calls if call["method"] == "sendMessage" and call["answer"]["ok"]]
    return sent, max([after, *(call["n"] for call in calls)])


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_nothing_is_lost_when_the_bot_is_killed(new_url: NewUrl, tmp_path: Path) -> None:
    url = await new_url()
    dice = random.Random(7)
    sandbox = Sandbox(None)
    async with sandbox.running() as address, httpx.AsyncClient(base_url=address, timeout=120) as http:
        await http.post("/sandbox/clock", json={"set": (DUE - timedelta(days=1)).isoformat()})
        people = []
        for number in range(PEOPLE):
            body = {"first_name": f"P{number}", "language_code": "en"}
            person = (await http.post("/sandbox/people", json=body)).json()["id"]
            await http.post("/sandbox/messages", json={"from": person, "text": "/help"})
            people.append(person)
        await plans_for(url, people)

        running = await start(address, sandbox, url, tmp_path)
        await follows(http)
        await http.post("/sandbox/clock", json={"advance_s": 60})
        seen = (await sent_texts(http, 0))[1]
        doubled = 0
        for kill in range(KILLS):
            due = DUE + timedelta(weeks=kill)
            asking = [dice.choice(people) for _ in range(5)]
            moving = asyncio.ensure_future(http.post("/sandbox/clock", json={"set": due.isoformat()}))
            await asyncio.sleep(dice.uniform(0.02, 1.3))  # reminders take PEOPLE / 25 s: this falls in their midst
            for person in asking:
                await http.post("/sandbox/messages", json={"from": person, "text": "/plans"})
            await asyncio.sleep(dice.uniform(0, 0.1))
            running.kill()
            await running.wait()
            await gone(http)
            await moving
            running = await start(address, sandbox, url, tmp_path)
            await follows(http)
            settled = (await http.post("/sandbox/clock", json={"advance_s": 90})).json()["settled"]
            assert settled
            sent, seen = await sent_texts(http, seen)
            reminded = Counter(call["parameters"]["chat_id"] for call in sent if '"an:' in str(call["parameters"]))
            assert {int(chat) for chat in reminded} == set(people), f"lost reminders at kill {kill}"
            doubled_now = sum(reminded.values()) - PEOPLE
            assert doubled_now <= IN_FLIGHT
            doubled += doubled_now
            listed = Counter(int(call["parameters"]["chat_id"]) for call in sent if '"pl:' in str(call["parameters"]))
            for person, questions in Counter(asking).items():
                assert listed[person] >= questions, f"an accepted /plans was not answered at kill {kill}"
        running.terminate()
        assert await running.wait() == 0
        assert doubled <= KILLS * IN_FLIGHT


async def plans_for(url: str, people: list[int]) -> None:
    """Everybody publishes on Tuesdays at 19:00."""
    database = Database(url)
    known = People(database)
    now = DUE - timedelta(days=1)
    for number, person_id in enumerate(people):
        person = await known.meet(person_id, f"P{number}", "en", now)
        await service.create(database, person, read("every Tuesday 19:00", now, "Asia/Almaty", "en"), now)  # type: ignore[arg-type]
    await database.close()
