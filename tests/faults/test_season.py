"""Thirteen weeks of five hundred people in eight zones, with kill -9 at random moments: nothing lost, little doubled.

What is expected is computed from calendar rules alone, as in `tests/journeys/test_thirteen_weeks.py`. A slot that fell
due while the bot was dead is in its digest, or in a reminder at most half an hour late. PEOPLE, KILLS: how large it is.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import SlotRow
from bot.outbox import IN_FLIGHT
from bot.people import People
from bot.reminders import service
from bot.reminders.model import LATE_SEND, Draft
from bot.sandbox.server import Sandbox
from tests.conftest import NewUrl
from tests.faults.test_kill import _patience, follows, gone, start  # noqa: F401
from tests.journeys.test_thirteen_weeks import END, FOLLOW_UP, START, Creator, callbacks, creators, kind_of

PEOPLE = int(os.environ.get("PEOPLE", "500"))
KILLS = int(os.environ.get("KILLS", "10"))
ZONES = (
    "Asia/Almaty",
    "Asia/Tashkent",
    "Europe/Berlin",
    "America/New_York",
    "Europe/Istanbul",
    "Asia/Kolkata",
    "Australia/Sydney",
    "Europe/London",
)
STEP = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_a_season_with_kills(new_url: NewUrl, tmp_path: Path) -> None:
    url = await new_url()
    dice = random.Random(13)
    everybody = creators(PEOPLE, ZONES)
    sandbox = Sandbox(None)
    sent: list[dict[str, Any]] = []
    disturbed: list[tuple[datetime, datetime]] = []
    async with sandbox.running() as address, httpx.AsyncClient(base_url=address, timeout=600) as http:
        await http.post("/sandbox/clock", json={"set": START.isoformat()})
        running = await start(address, sandbox, url, tmp_path, SEND_RATE="1000")
        await follows(http)
        await arrive(http, url, everybody)
        steps = int((END - START) / STEP)
        kill_at = set(dice.sample(range(1, steps - 1), min(KILLS, steps - 2)))
        seen = 0
        for step in range(steps):
            before, target = START + STEP * step, START + STEP * (step + 1)
            if step in kill_at:
                # What is due while the bot is dead must still be open when it is back: twelve hours at most.
                moving = asyncio.ensure_future(go(http, before + dice.uniform(0.1, 0.4) * STEP))
                await asyncio.sleep(dice.uniform(0.05, 2))
                running.kill()
                await running.wait()
                await gone(http)
                back = await moving
                running = await start(address, sandbox, url, tmp_path, SEND_RATE="1000")
                await follows(http)
                await go(http, back + 2 * MINUTE)
                disturbed.append((before, back + 2 * MINUTE))
            await go(http, target)
            calls = (await http.get("/sandbox/calls", params={"after": seen})).json()["calls"]
            seen = max([seen, *(call["n"] for call in calls)])
            new = [call for call in calls if call["method"] == "sendMessage" and call["answer"]["ok"]]
            sent += new
            await press(http, new, step)
        running.terminate()
        assert await running.wait() == 0
    await judge(url, everybody, sent, disturbed)


async def go(http: httpx.AsyncClient, target: datetime) -> datetime:
    """Let the clock go from due moment to due moment until `target`, the bot doing all on the way. The time then."""
    now = datetime.fromisoformat((await http.get("/sandbox/clock")).json()["now"])
    left = max(0.0, (target - now).total_seconds())
    moved = (await http.post("/sandbox/clock", json={"advance_s": left})).json()
    assert moved["settled"], moved
    return datetime.fromisoformat(moved["now"])


async def arrive(http: httpx.AsyncClient, url: str, everybody: list[Creator]) -> None:
    """Everybody starts the bot and turns their plan on."""
    for each in everybody:
        body = {"first_name": f"P{each.number}", "language_code": "en"}
        person = (await http.post("/sandbox/people", json=body)).json()["id"]
        await http.post("/sandbox/messages", json={"from": person, "text": "/help"})
        each.chat = person
    await http.post("/sandbox/clock", json={"advance_s": 1})
    database = Database(url)
    people = People(database)
    for each in everybody:
        each.person = await people.change(each.chat, zone=each.zone, zone_chosen=True)
        await service.create(database, each.person, Draft(each.habit.rule, zone=each.plan_zone), START + MINUTE)
    await database.close()


async def press(http: httpx.AsyncClient, calls: list[dict[str, Any]], step: int) -> None:
    """Done, for the last reminder of every second person: nobody may look as if they had left."""
    latest: dict[int, tuple[int, str]] = {}
    for call in calls:
        data = next((each for each in callbacks(call) if each.startswith("an:")), None)
        chat = int(call["parameters"]["chat_id"])
        if data is not None and (chat + step) % 2:
            latest[chat] = call["answer"]["result"]["message_id"], data
    gate = asyncio.Semaphore(8)

    async def one(chat: int, message_id: int, data: str) -> None:
        body = {"from": chat, "message_id": message_id, "data": data}
        async with gate:
            assert (await http.post("/sandbox/press", json=body)).json()["answered"]

    await asyncio.gather(*(one(chat, *pressed) for chat, pressed in latest.items()))


async def judge(
    url: str, everybody: list[Creator], sent: list[dict[str, Any]], disturbed: list[tuple[datetime, datetime]]
) -> None:
    """Slots are those of the calendar; each was announced at its minute, or the bot was dead then and said so after."""
    database = Database(url)
    async with database.transaction() as tx:
        rows = list(await tx.execute(select(SlotRow.id, SlotRow.person_id, SlotRow.due_at)))
    await database.close()
    due_of = {slot_id: due for slot_id, _, due in rows}
    made = Counter((person_id, due) for _, person_id, due in rows)
    expected = Counter((each.person.id, due) for each in everybody for due in each.slots)
    assert made == expected, f"lost {len(expected - made)}, made up {len(made - expected)}"

    reminded: Counter[int] = Counter()
    followed: Counter[int] = Counter()
    weeks: Counter[tuple[int, str]] = Counter()
    told: set[int] = set()
    wrong = []
    for call in sent:
        ids = {int(data.split(":")[1]) for data in callbacks(call) if data.startswith("an:")}
        at = datetime.fromisoformat(call["time"])
        kind = kind_of(call)
        if kind == "digest":
            weeks[int(call["parameters"]["chat_id"]), f"{at:%G-%V}"] += 1
        if kind == "follow-up":  # it may be left out after a kill, never come early or to a slot that was not announced
            (slot_id,) = ids
            followed[slot_id] += 1
            assert slot_id in told
            assert at >= due_of[slot_id] + FOLLOW_UP
            continue
        dead = any(start <= at <= end + LATE_SEND for start, end in disturbed)
        if len(ids) == 1 and "offline and did not" not in call["parameters"]["text"]:
            (slot_id,) = ids
            reminded[slot_id] += 1
            late = at - due_of[slot_id]
            if not timedelta(0) <= late < (LATE_SEND + MINUTE if dead else MINUTE):
                wrong.append((slot_id, due_of[slot_id], at))
        told |= ids
    assert wrong == [], "shifted"
    lost = set(due_of) - told
    assert not lost, f"{len(lost)} slots nobody was told of, first due {min(due_of[slot] for slot in lost)}"
    doubled = sum(count - 1 for counts in (reminded, followed, weeks) for count in counts.values())
    assert doubled <= len(disturbed) * IN_FLIGHT
    in_digests = len(told - set(reminded))
    told_late = f"{in_digests} in digests, {doubled} doubled"
    print(f"{len(everybody)} people, {len(due_of)} slots, {len(disturbed)} kills: {told_late}")
