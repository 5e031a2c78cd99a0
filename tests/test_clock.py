"""The clock: one "now", sleeping that a jump ends, and the bot's half of the sandbox's agreement."""

from __future__ import annotations

import asyncio
import importlib.resources
import time
import zoneinfo
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot import clock as clocks
from bot.clock import Clock
from bot.sandbox.server import Sandbox

HOUR = timedelta(hours=1)


def test_zone_rules_come_from_the_package_and_from_nowhere_else() -> None:
    assert zoneinfo.TZPATH == ()
    ours = importlib.resources.files("tzdata") / "zoneinfo" / "Asia" / "Almaty"
    with ours.open("rb") as file:
        from_package = zoneinfo.ZoneInfo.from_file(file)
    evening = datetime(2024, 3, 1, 19)
    assert evening.replace(tzinfo=clocks.zoneinfo.ZoneInfo("Asia/Almaty")).utcoffset() == 5 * HOUR
    assert evening.replace(tzinfo=from_package).utcoffset() == 5 * HOUR


def test_now_is_aware_utc_and_real_until_somebody_moves_it() -> None:
    clock = Clock()
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    past = datetime(2024, 3, 1, 12, tzinfo=UTC)
    clock.set(past)
    assert past <= clock.now() < past + timedelta(seconds=1), "and goes on from there"


@pytest.mark.parametrize(
    ("jumps", "least", "most"),
    [
        ([], 2, 9),
        ([HOUR], 0, 1.8),
        ([timedelta(seconds=1)], 0.9, 1.9),
        ([-HOUR], 0, 1.8),
        ([-365 * 24 * HOUR, HOUR], 0, 1.8),
    ],
    ids=["nobody jumps", "past the moment", "towards it", "an hour back", "a year back, then an hour on"],
)
async def test_two_seconds_of_sleep_end_at_their_moment_and_never_hang(
    jumps: list[timedelta], least: float, most: float
) -> None:
    clock = Clock()
    started = time.monotonic()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        group.create_task(clock.sleep(2))
        for jump in jumps:
            await asyncio.sleep(0.01)
            clock.set(clock.now() + jump)
    assert least <= time.monotonic() - started <= most


async def test_sleeping_no_time_at_all_returns() -> None:
    async with asyncio.timeout(1):
        await Clock().sleep(0)
        await Clock().sleep(-5)


async def test_idle_waits_for_everybody_who_works() -> None:
    clock = Clock()
    await clock.idle()
    done: list[str] = []

    async def work(name: str, seconds: float, then: str | None = None) -> None:
        async with clock.working():
            await asyncio.sleep(seconds)
            done.append(name)
        if then is not None:
            async with clock.working():
                await asyncio.sleep(seconds)
                done.append(then)

    async with asyncio.TaskGroup() as group:
        group.create_task(work("short", 0.01, "again"))
        group.create_task(work("long", 0.05))
        await asyncio.sleep(0)
        await clock.idle()
        assert done == ["short", "again", "long"]


async def test_work_that_fails_is_over_too() -> None:
    clock = Clock()

    async def fail() -> None:
        async with clock.working():
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError):
        await fail()
    async with asyncio.timeout(1):
        await clock.idle()


class Bot:
    """Does what falls due, at the moments it is told; `seen` are those moments as its own clock shows them."""

    def __init__(self, due: list[datetime]) -> None:
        self.clock = Clock()
        self.due = sorted(due)
        self.seen: list[tuple[datetime, datetime]] = []

    async def settle(self) -> datetime | None:
        now = self.clock.now()
        while self.due and self.due[0] <= now:
            self.seen.append((self.due.pop(0), now))
        return self.due[0] if self.due else None


async def test_on_the_way_of_a_jump_everything_happens_at_its_own_minute(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    moments = [start + 7 * hour * HOUR for hour in range(1, 30)] + [start + 1000 * HOUR]
    bot = Bot(moments)
    async with (
        sandbox.running() as url,
        httpx.AsyncClient(base_url=url, timeout=60) as http,
        asyncio.TaskGroup() as group,
    ):
        following = group.create_task(clocks.follow(bot.clock, url, bot.settle))
        while (await http.get("/sandbox/clock")).json()["followers"] == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await http.post("/sandbox/clock", json={"set": start.isoformat()})
        assert abs(bot.clock.now() - start) < timedelta(seconds=5)
        answer = (await http.post("/sandbox/clock", json={"advance_s": 9 * 24 * 3600})).json()
        following.cancel()
    assert answer["settled"] is True
    assert [due for due, _ in bot.seen] == moments[:29]
    assert all(timedelta() <= now - due < timedelta(seconds=5) for due, now in bot.seen)
    assert bot.due == moments[29:], "what is later stays"
    assert bot.clock.now() >= start + 216 * HOUR


async def test_a_lost_sandbox_is_found_again(tmp_path: Path) -> None:
    bot = Bot([])
    async with Sandbox(tmp_path / "one").running() as url:
        port = int(url.rpartition(":")[2].strip("/"))
    async with asyncio.TaskGroup() as group:
        following = group.create_task(clocks.follow(bot.clock, url, bot.settle))
        await asyncio.sleep(0.2)  # nobody answers
        async with Sandbox(tmp_path / "two").running(port=port) as again, httpx.AsyncClient(base_url=again) as http:
            while (await http.get("/sandbox/clock")).json()["followers"] == 0:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            await http.post("/sandbox/clock", json={"set": "2024-02-29T12:00:00+05:00"})
            assert abs(bot.clock.now() - datetime(2024, 2, 29, 7, tzinfo=UTC)) < timedelta(seconds=5)
            following.cancel()


async def test_a_bot_joins_the_sandbox_in_the_past_before_it_follows_it(tmp_path: Path) -> None:
    clock = Clock()
    async with Sandbox(tmp_path).running() as url, httpx.AsyncClient(base_url=url) as http:
        await http.post("/sandbox/clock", json={"set": "2024-02-29T12:00:00+05:00"})
        await clocks.join(clock, url)
    assert abs(clock.now() - datetime(2024, 2, 29, 7, tzinfo=UTC)) < timedelta(seconds=5)


async def test_where_no_sandbox_answers_joining_ends() -> None:
    clock = Clock()
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9"):
        await clocks.join(clock, "http://127.0.0.1:9", pause_s=0)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
