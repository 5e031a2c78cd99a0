"""The clock that bots follow: from due moment to due moment, waiting at each until all is done."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.sandbox import clock

from .driver import Driver, soon


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Follower:
    """Does what bot and clock agreed on; `due` are the moments at which it has something to do."""

    def __init__(self, driver: Driver, due: list[datetime], name: str = "f") -> None:
        self.driver = driver
        self.due = sorted(due)
        self.name = name
        self.done: list[tuple[datetime, datetime]] = []
        self.on_settle: Callable[[], Any] | None = None
        self.work_s = 0.0
        self.stuck = False
        self.may_be_late = False  # settles a step that is past

    async def run(self) -> None:
        step = -1
        async with httpx.AsyncClient(base_url=self.driver.url, timeout=60) as http:
            while True:
                query: dict[str, str | int] = {"client": self.name, "step": step}
                told = (await http.get("/sandbox/clock/follow", params=query)).json()
                if told["step"] == step:
                    continue
                step, now = told["step"], at(told["now"])
                if not told["settle"]:
                    continue
                await asyncio.sleep(self.work_s)
                while self.due and self.due[0] <= now and not self.stuck:
                    self.done.append((self.due.pop(0), now))
                if self.on_settle is not None:
                    await self.on_settle()
                following = self.due[0].isoformat() if self.due else None
                body = {"client": self.name, "step": step, "next": following}
                accepted = (await http.post("/sandbox/clock/settled", json=body)).json()["accepted"]
                assert accepted or self.may_be_late


@asynccontextmanager
async def following(*followers: Follower) -> AsyncIterator[None]:
    driver = followers[0].driver
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run()) for one in followers]

        async def all_there() -> bool:
            return bool((await driver.show("clock"))["followers"] == len(followers))

        await soon(all_there)
        yield
        for task in tasks:
            task.cancel()


async def test_real_time_flows(driver: Driver) -> None:
    first = at((await driver.show("clock"))["now"])
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=2)
    await asyncio.sleep(0.2)
    assert timedelta(seconds=0.15) < at((await driver.show("clock"))["now"]) - first < timedelta(seconds=3)


async def test_without_followers_it_simply_jumps(driver: Driver, anna: int) -> None:
    await driver.say(anna, "nobody takes this")
    began = time.monotonic()
    answer = await driver.control("clock", set="2024-02-29T12:00:00+05:00")
    assert at(answer["now"]) - at("2024-02-29T07:00:00+00:00") < timedelta(seconds=1)
    assert answer["settled"] is True
    later = await driver.control("clock", advance_s=86400)
    assert at("2024-03-01T07:00:00+00:00") <= at(later["now"]) < at("2024-03-01T07:00:02+00:00")
    assert time.monotonic() - began < 2
    told = await driver.say(anna, "dates of messages are the clock's")
    shown = [m for m in await driver.messages(anna) if m["message_id"] == told["message_id"]]
    assert datetime.fromtimestamp(shown[0]["date"], UTC).date().isoformat() == "2024-03-01"


async def test_every_due_moment_is_visited(driver: Driver) -> None:
    await driver.control("clock", set="2024-01-01T00:00:00Z")
    start = at("2024-01-01T00:00:00Z")
    weekly = [start + timedelta(weeks=n, hours=19) for n in range(13)]
    follower = Follower(driver, weekly)
    async with following(follower):
        began = time.monotonic()
        answer = await driver.control("clock", advance_s=13 * 7 * 86400)
        assert time.monotonic() - began < 5
    assert answer["settled"] is True
    assert [due for due, _ in follower.done] == weekly
    assert max(now - due for due, now in follower.done) < timedelta(seconds=1)
    visited = [at(moment) for moment in answer["visited"]]
    assert visited[:-1] == weekly
    assert timedelta(0) <= at(answer["now"]) - visited[-1] < timedelta(seconds=5)


async def test_two_followers_are_both_waited_for(driver: Driver) -> None:
    await driver.control("clock", set="2024-01-01T00:00:00Z")
    start = at("2024-01-01T00:00:00Z")
    one = Follower(driver, [start + timedelta(hours=n) for n in (1, 5)], "one")
    two = Follower(driver, [start + timedelta(hours=n) for n in (2, 5, 9)], "two")
    two.work_s = 0.05
    async with following(one, two):
        answer = await driver.control("clock", advance_s=10 * 3600)
    hours = [round((at(moment) - start).total_seconds() / 3600, 2) for moment in answer["visited"]]
    assert hours == [1, 2, 5, 9, 10]
    assert [len(one.done), len(two.done)] == [2, 3]


async def test_updates_that_come_up_on_the_way_are_waited_for(driver: Driver, anna: int) -> None:
    """A person writes while the bot settles: that moment is settled again once the update is taken."""
    follower = Follower(driver, [])
    seen: list[int] = []
    said = False

    async def talk() -> None:
        nonlocal said
        if not said:
            said = True
            await driver.say(anna, "wait for me")

    async def poll() -> None:
        while True:
            await asyncio.sleep(0.15)
            seen.extend(u["update_id"] for u in await driver.updates())

    follower.on_settle = talk
    async with following(follower), asyncio.TaskGroup() as group:
        poller = group.create_task(poll())
        answer = await driver.control("clock", advance_s=60)
        assert len(seen) == 1
        poller.cancel()
    assert answer["settled"] is True


async def test_a_follower_that_is_always_due_ends_unsettled(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "MAX_ROUNDS", 25)
    follower = Follower(driver, [at("2024-01-01T00:00:00Z")])
    follower.stuck = True
    await driver.control("clock", set="2024-01-02T00:00:00Z")
    async with following(follower):
        answer = await driver.control("clock", advance_s=3600)
    assert answer["settled"] is False
    assert at(answer["now"]) >= at("2024-01-02T01:00:00Z")


async def test_a_follower_that_vanished_is_dropped(driver: Driver) -> None:
    follower = Follower(driver, [datetime.now(UTC) + timedelta(hours=1)])
    async with following(follower):
        pass
    began = time.monotonic()
    answer = await driver.control("clock", advance_s=7200)
    assert time.monotonic() - began < 8
    assert answer["settled"] is True
    assert (await driver.show("clock"))["followers"] == 0


async def test_who_still_settles_an_earlier_step_is_waited_for(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bot that was just started is told the last step of the one before it, and may take long over that."""
    async with following(Follower(driver, [], "before")):
        await driver.control("clock", advance_s=1)

    async def nobody() -> bool:
        return bool((await driver.show("clock"))["followers"] == 0)

    await soon(nobody)
    monkeypatch.setattr(clock, "GONE_AFTER", 0.3)
    after = Follower(driver, [at((await driver.show("clock"))["now"]) + timedelta(hours=1)], "after")
    after.work_s, after.may_be_late = 1.0, True
    async with following(after):
        moved = await driver.control("clock", advance_s=7200)
        assert moved["settled"]
        assert len(after.done) == 1


async def test_set_jumps_at_once_and_settles_there(driver: Driver) -> None:
    start = at("2025-06-01T00:00:00Z")
    follower = Follower(driver, [start + timedelta(days=1), start + timedelta(days=2)])
    async with following(follower):
        answer = await driver.control("clock", set="2025-06-02T12:00:00Z")
        assert len(answer["visited"]) == 1
        assert [due for due, _ in follower.done] == [start + timedelta(days=1)]
        back = await driver.control("clock", set="2024-03-01T00:00:00+06:00")
        assert at(back["now"]) < at("2024-02-29T18:00:05Z")


async def test_jumps_wait_for_each_other(driver: Driver) -> None:
    follower = Follower(driver, [])
    follower.work_s = 0.1
    begin = at((await driver.show("clock"))["now"])
    async with following(follower), asyncio.TaskGroup() as group:
        jumps = [group.create_task(driver.control("clock", advance_s=3600)) for _ in range(3)]
    end = max(at(jump.result()["now"]) for jump in jumps)
    assert timedelta(hours=3) <= end - begin < timedelta(hours=3, seconds=20)


async def test_times_that_make_no_sense(driver: Driver) -> None:
    for wrong in ({}, {"advance_s": -1}, {"advance_s": "1"}, {"set": "tomorrow"}, {"set": "2024-01-01T00:00:00"}):
        await driver.control("clock", _status=400, **wrong)
    refused = await driver.control("clock/settled", client="nobody", step=10**6, next=None)
    assert refused["accepted"] is False


async def test_callback_queries_do_not_age_in_a_jump(driver: Driver, anna: int) -> None:
    keys = {"inline_keyboard": [[{"text": "b", "callback_data": "x"}]]}
    sent = await driver.api("sendMessage", chat_id=anna, text="x", reply_markup=keys)
    async with asyncio.TaskGroup() as group:
        pressing = group.create_task(driver.control("press", from_=anna, message_id=sent["message_id"], data="x"))
        (update,) = await driver.updates(timeout=5)
        await driver.control("clock", advance_s=86400)
        await driver.api("answerCallbackQuery", callback_query_id=update["callback_query"]["id"], text="ok")
    assert pressing.result()["text"] == "ok"
