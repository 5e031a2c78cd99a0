"""Long polling, webhooks and failures on demand."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from .driver import Driver, check, soon


async def test_offset_confirms(driver: Driver, anna: int) -> None:
    first = (await driver.say(anna, "one"))["update_id"]
    second = (await driver.say(anna, "two"))["update_id"]
    assert second == first + 1
    for _ in range(2):  # unconfirmed: they come again
        assert [u["update_id"] for u in await driver.api("getUpdates")] == [first, second]
    assert [u["update_id"] for u in await driver.api("getUpdates", limit=1)] == [first]
    assert [u["update_id"] for u in await driver.api("getUpdates", offset=second)] == [second]
    assert [u["update_id"] for u in await driver.api("getUpdates")] == [second]
    assert await driver.api("getUpdates", offset=second + 1) == []


async def test_negative_offset_forgets_the_rest(driver: Driver, anna: int) -> None:
    ids = [(await driver.say(anna, str(n)))["update_id"] for n in range(4)]
    assert [u["update_id"] for u in await driver.api("getUpdates", offset=-2)] == ids[2:]
    assert [u["update_id"] for u in await driver.api("getUpdates")] == ids[2:]


async def test_long_poll_waits_for_the_next_update(driver: Driver, anna: int) -> None:
    began = time.monotonic()
    assert await driver.api("getUpdates", timeout=1) == []
    assert 0.9 < time.monotonic() - began < 3
    async with asyncio.TaskGroup() as group:
        poll = group.create_task(driver.api("getUpdates", timeout=20))
        await asyncio.sleep(0.1)
        began = time.monotonic()
        await driver.say(anna, "hello")
    assert time.monotonic() - began < 1
    assert poll.result()[0]["message"]["text"] == "hello"


async def test_second_poller_ends_the_first(driver: Driver) -> None:
    async with asyncio.TaskGroup() as group:
        first = group.create_task(driver.raw("getUpdates", timeout=20))
        await asyncio.sleep(0.1)
        assert await driver.api("getUpdates", timeout=0) == []
    assert first.result().status_code == 409
    assert first.result().json() == {
        "ok": False,
        "error_code": 409,
        "description": "Conflict: terminated by other getUpdates request;"
        " make sure that only one bot instance is running",
    }


async def test_allowed_updates_are_kept_and_filter(driver: Driver, anna: int) -> None:
    text = await driver.say(anna, "text")
    reaction = {"from_": anna, "message_id": text["message_id"]}
    assert (await driver.control("reactions", emoji="🔥", **reaction))["update_id"] is None  # not by default
    await driver.updates(allowed_updates=["message_reaction", "no_such_kind"])
    assert (await driver.say(anna, "unheard"))["update_id"] is None
    assert (await driver.control("reactions", emoji="👍", **reaction))["update_id"] is not None
    found = await driver.updates()
    check(found, ("Array of Update",), "updates")
    assert found[0]["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "🔥"}]
    await driver.updates(allowed_updates=[])
    assert (await driver.say(anna, "heard again"))["update_id"] is not None


class Hook:
    """A webhook of our own: a raw HTTP server that answers what `answers` says, then 200."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.got: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.url = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.got.append((headers, json.loads(body)))
        status, answer = self.answers.pop(0) if self.answers else (200, b"")
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n".encode() + answer
        )
        await writer.drain()
        writer.close()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    made = Hook()
    server = await asyncio.start_server(made.handle, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/updates"
    async with server:
        yield made


async def test_webhook_with_secret_and_retries(driver: Driver, anna: int, hook: Hook) -> None:
    hook.answers = [(500, b"")]
    await driver.api("setWebhook", url=hook.url, secret_token="s3cret_-", max_connections=3)
    answer = await driver.raw("getUpdates")
    assert answer.json()["description"] == (
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    await driver.say(anna, "one")
    await driver.say(anna, "two")

    async def failed() -> bool:
        return bool((await driver.api("getWebhookInfo")).get("last_error_message"))

    await soon(failed)
    info = await driver.api("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    assert info["pending_update_count"] == 2  # the second waits: order within a chat is kept

    async def delivered() -> bool:
        return bool((await driver.api("getWebhookInfo"))["pending_update_count"] == 0)

    await soon(delivered)
    assert [body["message"]["text"] for _, body in hook.got] == ["one", "one", "two"]
    assert {head["x-telegram-bot-api-secret-token"] for head, _ in hook.got} == {"s3cret_-"}
    for _, body in hook.got:
        check(body, ("Update",), "update")
    await driver.api("deleteWebhook")
    assert await driver.api("getUpdates") == []


async def test_webhook_that_refuses_connections(driver: Driver, anna: int) -> None:
    await driver.api("setWebhook", url="http://127.0.0.1:9/")
    await driver.say(anna, "x")

    async def failed() -> bool:
        return bool((await driver.api("getWebhookInfo")).get("last_error_message") == "Connection refused")

    await soon(failed)
    await driver.api("deleteWebhook", drop_pending_updates=True)
    assert await driver.api("getUpdates") == []


async def test_webhook_answer_may_call_a_method(driver: Driver, anna: int, hook: Hook) -> None:
    hook.answers = [(200, json.dumps({"method": "sendMessage", "chat_id": anna, "text": "from the answer"}).encode())]
    await driver.api("setWebhook", url=hook.url)
    await driver.say(anna, "x")

    async def said() -> bool:
        return bool((await driver.messages(anna))[-1].get("text") == "from the answer")

    await soon(said)
    assert (await driver.show("calls", method="sendMessage"))["calls"][-1]["answer"]["ok"] is True


async def test_faults(driver: Driver, anna: int) -> None:
    await driver.control("faults", method="sendMessage", times=2, retry_after=7)
    for _ in range(2):
        answer = await driver.raw("sendMessage", chat_id=anna, text="x")
        assert answer.status_code == 429
        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await driver.api("sendMessage", chat_id=anna, text="x")
    await driver.control("faults", method="*", error_code=502)
    assert await driver.refused("getMe") == (502, "Bad Gateway")
    await driver.control("faults", method="SENDMESSAGE", error_code=403, description="Forbidden: because")
    assert await driver.refused("sendMessage", chat_id=anna, text="x") == (403, "Forbidden: because")
    await driver.control("faults", method="getMe", delay_s=0.4)
    began = time.monotonic()
    await driver.api("getMe")
    assert time.monotonic() - began >= 0.4
    await driver.control("faults", method="getMe", times=5, error_code=500)
    await driver.control("faults", method="getMe", times=0)
    await driver.api("getMe")


@pytest.mark.parametrize(("drop", "done"), [(True, 0), ("before", 0), ("after", 1)])
async def test_dropped_connections(driver: Driver, anna: int, drop: Any, done: int) -> None:
    before = len(await driver.messages(anna))
    await driver.control("faults", method="sendMessage", drop=drop)
    with pytest.raises(httpx.TransportError):
        await driver.raw("sendMessage", chat_id=anna, text="x")
    assert len(await driver.messages(anna)) - before == done
    call = (await driver.show("calls", method="sendMessage"))["calls"][-1]
    assert (call["answer"] is not None) == bool(done)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"method": "getMe", "times": -1},
        {"method": "getMe", "error_code": 200},
        {"method": "getMe", "retry_after": "x"},
        {"method": "getMe", "delay_s": -1},
        {"method": "getMe", "drop": "maybe"},
    ],
)
async def test_faults_that_make_no_sense(driver: Driver, wrong: dict[str, Any]) -> None:
    await driver.control("faults", _status=400, **wrong)


async def test_calls_are_recorded(driver: Driver, anna: int) -> None:
    await driver.control("reset")
    await driver.api("getMe")
    last = (await driver.show("calls"))["calls"][-1]["n"]
    await driver.control("clock", set="2024-02-29T12:00:00+05:00")
    await driver.refused("sendMessage", chat_id=anna, text="x")
    (call,) = (await driver.show("calls", after=last))["calls"]
    assert call["n"] == last + 1
    assert call["method"] == "sendMessage"
    assert call["parameters"] == {"chat_id": anna, "text": "x"}
    assert call["answer"]["error_code"] == 400
    assert call["time"].startswith("2024-02-29T07:00:0")
