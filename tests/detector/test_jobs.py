"""Checks that are asked for later: begun at once, kept for a while, and under a name nobody guesses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.jobs import Jobs
from bot.detector.scoring import Model
from bot.detector.server import create_app
from tests.detector.sounds import encode, speech
from tests.detector.test_server import Slow, address, assert_problem

__all__ = ["address"]
VOICE = encode(speech(6))
LATER = {"Prefer": "wait=0, respond-async"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Checker(Model.load(), Decoders(1)), workers=1, api_key="k")) as client:
        client.headers["X-API-Key"] = "k"
        yield client


def finished(client: httpx.Client, location: str) -> httpx.Response:
    for _ in range(600):
        response = client.get(location)
        if response.status_code != 202:
            return response
        assert response.json()["status"] == "working"
        assert int(response.headers["retry-after"]) >= 1
        time.sleep(0.05)
    raise AssertionError("it was never done")


def test_a_check_is_begun_and_its_answer_fetched(client: TestClient) -> None:
    begun = client.post("/v1/checks", content=VOICE, headers=LATER)
    assert begun.status_code == 202
    assert begun.headers["preference-applied"] == "respond-async"
    location = begun.headers["location"]
    assert begun.json() == {"id": location.removeprefix("/v1/checks/"), "status": "working", "location": location}
    later = finished(client, location).json()
    at_once = client.post("/v1/checks", content=VOICE).json()
    assert later | {"ms": 0} == at_once | {"ms": 0}
    assert client.get(location).json() == later, "it may be asked for again"
    assert client.get("/v1/info").json()["load"]["taken"] == 0


def test_what_cannot_be_checked_is_said_when_it_is_asked_for(client: TestClient) -> None:
    location = client.post("/v1/checks", content=b"no recording at all", headers=LATER).headers["location"]
    assert_problem(finished(client, location), 415, "not_audio")
    assert_problem(client.post("/v1/checks", content=b"", headers=LATER), 422, "empty")


def test_an_answer_needs_its_name_and_the_key(client: TestClient) -> None:
    location = client.post("/v1/checks", content=VOICE, headers=LATER).headers["location"]
    assert len(location) > len("/v1/checks/") + 20
    assert_problem(client.get("/v1/checks/another"), 404, "unknown")
    assert_problem(client.get(location, headers={"X-API-Key": "wrong"}), 401, "key")
    assert finished(client, location).status_code == 200


def test_a_begun_check_keeps_its_seat_until_it_is_done(address: tuple[str, Slow]) -> None:
    url, slow = address
    with httpx.Client(base_url=url, timeout=30) as client:
        places = [client.post("/v1/checks", content=VOICE, headers=LATER).headers["location"] for _ in range(2)]
        assert client.get("/healthz").json()["taken"] == 2
        assert_problem(client.post("/v1/checks", content=VOICE, headers=LATER), 429, "busy")
        assert client.get(places[1]).status_code == 202
        slow.let_go.set()
        assert [finished(client, place).status_code for place in places] == [200, 200]
        assert client.get("/healthz").json()["taken"] == 0


async def test_answers_are_forgotten_after_a_while_and_when_there_are_too_many() -> None:
    clock = [0.0]
    jobs: Jobs[int] = Jobs(kept=3, kept_s=10, now=lambda: clock[0])
    loop = asyncio.get_running_loop()

    async def done(value: int) -> str:
        future: asyncio.Future[int] = loop.create_future()
        name = jobs.add(future)
        future.set_result(value)
        await asyncio.sleep(0)
        clock[0] += 1
        return name

    waiting: asyncio.Future[int] = loop.create_future()
    first = jobs.add(waiting)
    names = [await done(value) for value in range(5)]
    assert len(jobs) == 3
    assert jobs.get(first) is waiting, "what is still being done is never dropped"
    assert [jobs.get(name) is not None for name in names] == [False, False, False, True, True]
    clock[0] += 8
    assert jobs.get(names[3]) is None
    assert jobs.get(names[4]) is not None
    clock[0] += 100
    assert jobs.get(names[4]) is None
    assert jobs.get(first) is waiting
    assert len(jobs) == 1


async def test_an_error_waits_for_whoever_asks() -> None:
    jobs: Jobs[int] = Jobs()
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    name = jobs.add(future)
    future.set_exception(ValueError("broken"))
    await asyncio.sleep(0)
    found = jobs.get(name)
    assert found is not None
    with pytest.raises(ValueError, match="broken"):
        found.result()
