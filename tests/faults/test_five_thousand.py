"""kill -9 in the middle of 5,000 updates, by webhook and by polling: each is answered, only those at work come twice.

UPDATES, KILLS: how many. Time passes as it always does: the bot does not follow a clock of the sandbox.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.sandbox.server import Sandbox
from bot.updates import AT_ONCE
from tests.conftest import NewUrl
from tests.faults.test_replicas import Crowd
from tests.faults.world import SECRET, Replica, alive, replica_of
from tests.journeys.conftest import free_port

UPDATES = int(os.environ.get("UPDATES", "5000"))
KILLS = int(os.environ.get("KILLS", "3"))
PEOPLE = 200
"""Nobody asks more than the bot takes from one person at once."""
SENDERS = 20
"""Telegram's connections to a webhook."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("way", ["webhook", "polling"])
async def test_each_of_them_is_answered(new_url: NewUrl, tmp_path: Path, way: str) -> None:
    url = await new_url()
    sandbox = Sandbox(None)
    async with sandbox.running() as address, httpx.AsyncClient(base_url=address, timeout=60) as http:
        chats = [await arrive(http, number) for number in range(PEOPLE)]
        settings = {"BOT_TOKEN": sandbox.token, "TELEGRAM_API_URL": address, "DATABASE_URL": url}
        port = free_port()
        hook = f"http://127.0.0.1:{port}/hook"
        if way == "webhook":
            settings |= {"WEBHOOK_URL": hook, "WEBHOOK_SECRET": SECRET}
        replica = replica_of(port, tmp_path, **settings)
        async with alive([replica]):
            await replica.start()
            await replica.ready()
            crowd = Crowd(http, hook, chats, asked=Counter(chats))
            database = Database(url)
            async with asyncio.TaskGroup() as group:
                group.create_task(webhook(crowd) if way == "webhook" else polling(crowd))
                group.create_task(killed(replica, database))
            await until_done(database, UPDATES + PEOPLE)
            await database.close()
            assert await replica.end() == 0
        calls = (await http.get("/sandbox/calls", params={"after": 0})).json()["calls"]
    answers = Counter(
        int(call["parameters"]["chat_id"])
        for call in calls
        if call["method"] == "sendMessage" and (call["answer"] or {}).get("ok")
    )
    lost = crowd.asked - answers
    assert not lost, f"{sum(lost.values())} of {UPDATES} accepted updates were not answered"
    doubled = sum(answers.values()) - UPDATES - PEOPLE
    print(f"{way}: {UPDATES} updates, {KILLS} kills: 0 lost, {doubled} answered twice, {crowd.refused} delivered again")
    assert doubled <= KILLS * AT_ONCE


async def arrive(http: httpx.AsyncClient, number: int) -> int:
    """A person who has pressed Start: the bot may write to nobody else."""
    body = {"first_name": f"P{number}", "language_code": "en"}
    chat = int((await http.post("/sandbox/people", json=body)).json()["id"])
    await http.post("/sandbox/messages", json={"from": chat, "text": "/start"})
    return chat


async def webhook(crowd: Crowd) -> None:
    numbers = iter(range(UPDATES))

    async def one_after_another() -> None:
        for number in numbers:
            await crowd.ask(crowd.chats[number % PEOPLE])

    await asyncio.gather(*(one_after_another() for _ in range(SENDERS)))


async def polling(crowd: Crowd) -> None:
    for number in range(UPDATES):
        chat = crowd.chats[number % PEOPLE]
        await crowd.http.post("/sandbox/messages", json={"from": chat, "text": "/plans"})
        crowd.asked[chat] += 1


async def killed(replica: Replica, database: Database) -> None:
    """Kill it while updates are at work, each time when some more have been done."""
    dice = random.Random(11)
    for kill in range(KILLS):
        await until_done(database, UPDATES * (kill + 1) // (KILLS + 1))
        await asyncio.sleep(dice.uniform(0, 0.3))
        await replica.kill()
        await replica.start()
        await replica.ready()


async def until_done(database: Database, wanted: int) -> None:
    done = select(func.count()).select_from(InboxRow).where(InboxRow.state == "done")
    begun = time.monotonic()
    count = 0
    while count < wanted:
        assert time.monotonic() - begun < 600, f"{count} of {wanted} updates are done"
        await asyncio.sleep(0.1)
        async with database.transaction() as tx:
            count = await tx.scalar(done) or 0
