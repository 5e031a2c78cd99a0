"""kill -9 in the midst of a broadcast: it goes on by itself, nobody is left out, only requests in flight come twice."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.broadcasts import service
from bot.broadcasts.model import Content
from bot.db.engine import Database
from bot.outbox import IN_FLIGHT
from bot.people import People
from bot.sandbox.server import Sandbox
from tests.conftest import NewUrl
from tests.faults.test_kill import DUE, follows, gone, sent_texts, start

PEOPLE = 60
KILLS = 2
WORDS = "Good news"


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_broadcast_outlives_kills(new_url: NewUrl, tmp_path: Path) -> None:
    url = await new_url()
    dice = random.Random(5)
    sandbox = Sandbox(None)
    now = DUE - timedelta(days=1)
    async with sandbox.running() as address, httpx.AsyncClient(base_url=address, timeout=120) as http:
        await http.post("/sandbox/clock", json={"set": now.isoformat()})
        people = []
        database = Database(url)
        known = People(database)
        for number in range(PEOPLE):
            body = {"first_name": f"P{number}", "language_code": "en"}
            person = (await http.post("/sandbox/people", json=body)).json()["id"]
            await http.post("/sandbox/messages", json={"from": person, "text": "/help"})
            await known.meet(person, f"P{number}", "en", now)
            people.append(person)
        made = await service.create(database, None, Content(WORDS), now)
        await service.start(database, made.id, None, now)
        for _ in range(KILLS):
            running = await start(address, sandbox, url, tmp_path)
            await follows(http)
            moving = asyncio.ensure_future(http.post("/sandbox/clock", json={"advance_s": 1}))
            await asyncio.sleep(dice.uniform(0.2, 1.2))  # it takes PEOPLE / 25 s
            running.kill()
            await running.wait()
            await gone(http)
            await moving
        running = await start(address, sandbox, url, tmp_path)
        await follows(http)
        assert (await http.post("/sandbox/clock", json={"advance_s": 120})).json()["settled"]
        running.terminate()
        assert await running.wait() == 0
        calls, _ = await sent_texts(http, 0)
        got = Counter(int(call["parameters"]["chat_id"]) for call in calls if call["parameters"].get("text") == WORDS)
        assert set(got) == set(people), "somebody was left out"
        assert sum(got.values()) - PEOPLE <= KILLS * IN_FLIGHT
        ended = await service.read(database, made.id)
        assert (ended.state, ended.sent, ended.failed) == ("done", PEOPLE, 0)
        await database.close()
