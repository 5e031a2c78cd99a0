"""Three replicas on PostgreSQL behind one webhook, mixed traffic, and everything that can happen to them.

A short form for every run, and a long one: LONG=1 (2,000 people, 100 kills, an hour). Nothing that was accepted may be
lost; what was on its way when a process was killed may come twice; what one person answers to a slot leaves what some
order of the answers would.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.db import migrate
from bot.db.engine import Database
from bot.db.tables import InboxRow, LeaseRow, OutboxRow, PlanRow, SlotRow
from bot.outbox import IN_FLIGHT
from bot.people import People
from bot.reminders import model, service
from bot.reminders.model import Draft, Rule, WeeklyTime
from bot.sandbox.server import Sandbox
from tests.faults.world import SECRET, Balancer, Replica, Server, alive, replicas_of, server_of_its_own
from tests.journeys.test_thirteen_weeks import callbacks

LONG = os.environ.get("LONG") == "1"
PEOPLE = int(os.environ.get("PEOPLE", "2000" if LONG else "120"))
KILLS = int(os.environ.get("KILLS", "100" if LONG else "2"))
PAUSE_S = 30 if LONG else 8
WAVE_S = max(20, PEOPLE // 15)  # everybody's reminders come due within so many seconds, again and again
EVERY_DAY = Draft(Rule((WeeklyTime((1, 2, 3, 4, 5, 6, 7), datetime.min.time()),)))


@dataclass
class Crowd:
    """The people, what they send through the balancer, and what must have come of it."""

    http: httpx.AsyncClient
    hook: str
    chats: list[int]
    asked: Counter[int] = field(default_factory=Counter)
    answers: dict[int, set[str]] = field(default_factory=dict)
    sent: int = 0
    _next_id: int = 10**9
    refused: int = 0

    async def post(self, body: dict[str, Any]) -> None:
        """Deliver one update as Telegram does: again and again until it is accepted."""
        self._next_id += 1
        self.sent += 1
        given = {"update_id": self._next_id, **body}
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Connection": "close"}
        while True:
            try:
                answer = await self.http.post(self.hook, json=given, headers=headers, timeout=15)
                if answer.status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            self.refused += 1
            await asyncio.sleep(0.2)

    async def ask(self, chat: int) -> None:
        entity = {"type": "bot_command", "offset": 0, "length": 6}
        self.asked[chat] += 1
        message = {"message_id": 1, "date": int(time.time()), "from": user(chat), "chat": private(chat)}
        await self.post({"message": {**message, "text": "/plans", "entities": [entity]}})

    async def press(self, chat: int, message_id: int, data: str) -> None:
        message = {"message_id": message_id, "date": int(time.time()), "chat": private(chat), "text": "…"}
        query = {"id": str(self._next_id + 1), "from": user(chat), "chat_instance": "1", "data": data}
        await self.post({"callback_query": {**query, "message": message}})


def user(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": f"P{chat}", "language_code": "en"}


def private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": f"P{chat}"}


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_whatever_happens_to_three_replicas_nothing_is_lost(tmp_path: Path) -> None:
    dice = random.Random(5)
    sandbox = Sandbox(None)
    with server_of_its_own() as server:
        async with sandbox.running() as address, httpx.AsyncClient(base_url=address, timeout=60) as http:
            chats = await arrive(http, server, PEOPLE)
            balancer = Balancer([])
            settings = {"BOT_TOKEN": sandbox.token, "TELEGRAM_API_URL": address, "DATABASE_URL": server.url}
            balancer.replicas = replicas_of(3, balancer.port, tmp_path, **settings)
            async with balancer.running(), alive(balancer.replicas):
                for replica in balancer.replicas:
                    await replica.start()
                for replica in balancer.replicas:
                    await replica.ready()
                crowd = Crowd(http, f"http://127.0.0.1:{balancer.port}/hook", chats)
                disturbed = Disturber(server, balancer.replicas, http, dice)
                done = asyncio.Event()
                async with asyncio.TaskGroup() as group:
                    for _ in range(6):
                        group.create_task(chatter(crowd, dice, done))
                    group.create_task(mark(crowd, http, dice, done))
                    group.create_task(waves(server, done))
                    await disturbed.run()
                    done.set()
                await settled(server)
                statuses = [await replica.end() for replica in balancer.replicas]
            assert statuses == [0, 0, 0]
            calls = (await http.get("/sandbox/calls", params={"after": 0})).json()["calls"]
        await judge(server, crowd, disturbed, calls)


async def arrive(http: httpx.AsyncClient, server: Server, count: int) -> list[int]:
    """People who have started the bot and have a plan."""
    database = Database(server.url)
    await migrate.upgrade(database)
    known = People(database)
    now = datetime.now(UTC)
    chats = []
    for number in range(count):
        made = await http.post("/sandbox/people", json={"first_name": f"P{number}", "language_code": "en"})
        chat = int(made.json()["id"])
        await http.post("/sandbox/messages", json={"from": chat, "text": "/start"})
        person = await known.meet(chat, f"P{number}", "en", now)
        await service.create(database, person, EVERY_DAY, now)
        chats.append(chat)
    await database.close()
    return chats


async def waves(server: Server, done: asyncio.Event) -> None:
    """Put everybody's next slot into the next seconds, again and again. Its key has seconds: each is another one."""
    while not done.is_set():
        try:
            database = Database(server.url)
            async with database.transaction() as tx:
                free = select(PlanRow).where(PlanRow.next_due_at > datetime.now(UTC) + timedelta(minutes=1))
                for number, plan in enumerate(await tx.scalars(free.order_by(PlanRow.id).with_for_update())):
                    due = (datetime.now(UTC) + timedelta(seconds=1 + number % WAVE_S)).replace(microsecond=0)
                    plan.next_local, plan.next_due_at = model.local_of(due, "Asia/Almaty"), due
                    plan.unanswered = 0
            await database.close()
        except Exception:
            pass
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), WAVE_S + 3)


async def chatter(crowd: Crowd, dice: random.Random, done: asyncio.Event) -> None:
    while not done.is_set():
        await crowd.ask(dice.choice(crowd.chats))
        await asyncio.sleep(dice.uniform(0.05, 0.4))


async def mark(crowd: Crowd, http: httpx.AsyncClient, dice: random.Random, done: asyncio.Event) -> None:
    """People answer reminders; some press twice at once, and the two taps go to different replicas."""
    seen = 0
    while not done.is_set():
        calls = (await http.get("/sandbox/calls", params={"after": seen})).json()["calls"]
        seen = max([seen, *(call["n"] for call in calls)])
        for call in calls:
            data = next((each for each in callbacks(call) if each.startswith("an:") and each.endswith(":done")), None)
            if data is None or not (call["answer"] or {}).get("ok") or dice.random() < 0.5:
                continue
            chat, slot_id = int(call["parameters"]["chat_id"]), int(data.split(":")[1])
            outcomes = dice.choice([["done"], ["done", "skipped"], ["skipped", "done"]])
            crowd.answers.setdefault(slot_id, set()).update(outcomes)
            message_id = call["answer"]["result"]["message_id"]
            await asyncio.gather(*(crowd.press(chat, message_id, f"an:{slot_id}:{each}") for each in outcomes))
        await asyncio.sleep(0.3)


class Disturber:
    """Does to the replicas, the database and Telegram what may happen to them, one after the other."""

    def __init__(self, server: Server, replicas: list[Replica], http: httpx.AsyncClient, dice: random.Random) -> None:
        self._server = server
        self._replicas = replicas
        self._http = http
        self._dice = dice
        self.kills = 0
        self.taken_over_s: list[float] = []

    async def run(self) -> None:
        await asyncio.sleep(3)
        others: list[Callable[[], Awaitable[None]]] = [self._pause, self._cut, self._restart, self._telegram]
        turn = 0
        while self.kills < KILLS or turn < len(others):
            if self.kills < KILLS:
                await self._kill()
            if turn < len(others) or self.kills % 10 == 0:
                await others[turn % len(others)]()
                turn += 1
            await asyncio.sleep(self._dice.uniform(0.5, 2))

    async def _sender(self) -> tuple[Replica | None, int]:
        """Who sends now, and in which epoch."""
        database = Database(self._server.url)
        async with database.transaction() as tx:
            row = await tx.get(LeaseRow, "sender")
        await database.close()
        if row is None:
            return None, 0
        pid = int(row.owner.split()[1])
        found = (each for each in self._replicas if each.process is not None and each.process.pid == pid)
        return next(found, None), row.epoch

    async def _taken_over(self, epoch: int) -> None:
        """Wait until another replica sends, and note how long it took."""
        begun = time.monotonic()
        while (await self._sender())[1] == epoch:
            assert time.monotonic() - begun < 120, "nobody took the sending over"
            await asyncio.sleep(0.2)
        self.taken_over_s.append(time.monotonic() - begun)

    async def _kill(self) -> None:
        sender, epoch = await self._sender()
        chosen = sender if sender is not None and self.kills % 2 == 0 else self._dice.choice(self._replicas)
        await chosen.kill()
        self.kills += 1
        if chosen is sender:
            await self._taken_over(epoch)
        await chosen.start()
        await chosen.ready()

    async def _pause(self) -> None:
        """SIGSTOP of the sender. When it wakes up another one sends, and it must notice."""
        sender, epoch = await self._sender()
        assert sender is not None
        sender.pause()
        await self._taken_over(epoch)
        await asyncio.sleep(max(0.0, PAUSE_S - self.taken_over_s[-1]))
        sender.go_on()

    async def _cut(self) -> None:
        await self._server.cut()

    async def _restart(self) -> None:
        await self._server.restart()

    async def _telegram(self) -> None:
        for fault in (
            {"method": "sendMessage", "times": 2, "retry_after": 2},
            {"method": "sendMessage", "times": 10, "error_code": 500},
            {"method": "sendMessage", "times": 3, "delay_s": 6},
            {"method": "sendMessage", "times": 5, "drop": "before"},
        ):
            await self._http.post("/sandbox/faults", json=fault)
            await asyncio.sleep(2)


async def settled(server: Server) -> None:
    """Wait until nothing waits any more, neither updates nor messages that are due."""
    database = Database(server.url)
    for _ in range(600):
        async with database.transaction() as tx:
            updates = await tx.scalar(select(func.count()).select_from(InboxRow).where(InboxRow.state == "waiting"))
            due = PlanRow.next_due_at <= datetime.now(UTC) + timedelta(seconds=WAVE_S)
            plans = await tx.scalar(select(func.count()).select_from(PlanRow).where(due))
            waiting = OutboxRow.state == "waiting", OutboxRow.send_at <= datetime.now(UTC) + timedelta(seconds=90)
            messages = await tx.scalar(select(func.count()).select_from(OutboxRow).where(*waiting))
        if not (updates or plans or messages):
            break
        await asyncio.sleep(0.5)
    await database.close()
    assert (updates, plans, messages) == (0, 0, 0), "updates, plans, messages that wait"


async def judge(server: Server, crowd: Crowd, disturbed: Disturber, calls: list[dict[str, Any]]) -> None:
    database = Database(server.url)
    async with database.transaction() as tx:
        states = Counter(await tx.scalars(select(InboxRow.state)))
        slots = {row.id: row for row in await tx.scalars(select(SlotRow))}
        failed = await tx.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.state == "failed"))
    await database.close()
    assert set(states) == {"done"}, states
    assert states["done"] == crowd.sent + len(crowd.chats), "every update that was accepted, and everybody's /start"
    ok = [call for call in calls if call["method"] == "sendMessage" and call["answer"] and call["answer"]["ok"]]
    answered = Counter(int(call["parameters"]["chat_id"]) for call in ok if '"pl:' in str(call["parameters"]))
    unanswered = crowd.asked - answered
    assert not unanswered, f"{sum(unanswered.values())} accepted questions were not answered"
    reminded: Counter[int] = Counter()
    late: list[float] = []
    told: set[int] = set()
    for call in ok:
        found = {int(data.split(":")[1]) for data in callbacks(call) if data.startswith("an:")}
        told |= found
        if len(found) == 1 and (slot := slots.get(next(iter(found)))) is not None:
            reminded[slot.id] += 1
            late.append((datetime.fromisoformat(call["time"]) - slot.due_at).total_seconds())
    lost = set(slots) - told
    assert not lost, f"{len(lost)} of {len(slots)} reminders are lost"
    assert failed == 0
    doubled = sum(count - 1 for count in reminded.values())
    assert doubled <= disturbed.kills * IN_FLIGHT + 2 * IN_FLIGHT
    wrong = [slot for slot, outcomes in crowd.answers.items() if slots[slot].outcome not in outcomes]
    assert wrong == [], "slots whose outcome no order of the answers explains"
    worst = max(disturbed.taken_over_s)
    print(
        f"{len(crowd.chats)} people, {crowd.sent} updates ({crowd.refused} delivered again), {len(slots)} reminders, "
        f"{disturbed.kills} kills: 0 lost, {doubled} doubled; taken over in {worst:.1f} s at most, lateness median "
        f"{sorted(late)[len(late) // 2]:.1f} s, worst {max(late):.1f} s"
    )
    assert worst < 30
