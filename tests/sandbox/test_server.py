"""Who may connect, what is kept between runs, what reset forgets, the page's folder, and the table's origin."""

import asyncio
import json
import stat
import sys
from pathlib import Path

import httpx
import pytest

from bot.sandbox import spec
from bot.sandbox.server import Sandbox

from .driver import Driver

FULL = Path(__file__).parents[3] / "shared" / "telegram" / "bot-api-10.3.json"


async def test_foreign_hosts_and_origins_are_refused(driver: Driver) -> None:
    port = driver.url.rsplit(":", 1)[1]
    for path in ("/", "/sandbox/state", f"/bot{driver.token}/getMe"):
        for host in (
            "evil.example",
            f"evil.example:{port}",
            "127.0.0.1",
            "127.0.0.1:1",
            f"127.0.0.1.evil.example:{port}",
            "",
        ):
            answer = await driver.http.get(path, headers={"host": host})
            assert answer.status_code == 403, host
        for origin in ("http://evil.example", "null", "https://localhost:" + port, "http://localhost:1", "http://["):
            answer = await driver.http.get(path, headers={"origin": origin})
            assert answer.status_code == 403, origin
        for site in ("cross-site", "same-site"):
            assert (await driver.http.get(path, headers={"sec-fetch-site": site})).status_code == 403
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"):
        headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
        assert (await driver.http.get("/sandbox/state", headers=headers)).status_code == 200
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert (await driver.http.get("/", headers=link)).status_code == 200
    assert (await driver.http.post("/sandbox/reset", headers=link)).status_code == 403


async def test_listens_on_loopback_alone() -> None:
    for host in ("0.0.0.0", "192.168.0.1", "example.com", "::"):
        with pytest.raises(ValueError, match="loopback"):
            async with Sandbox().running(host):
                pass


async def test_a_taken_port_is_said_so() -> None:
    async with Sandbox().running() as url:
        with pytest.raises(OSError, match="in use"):
            async with Sandbox().running(port=int(url.rsplit(":", 1)[1])):
                pass


async def test_errors_of_the_block_come_out_as_they_are() -> None:
    with pytest.raises(KeyError):
        async with Sandbox().running():
            raise KeyError("mine")


async def test_serve_until_told_to_stop() -> None:
    stop = asyncio.Event()
    told: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        group.create_task(Sandbox().serve(port=0, started=told.put_nowait, stop=stop))
        async with httpx.AsyncClient(base_url=await told.get()) as http:
            waiting = group.create_task(http.get("/sandbox/clock/follow?client=a&step=0"))
            await asyncio.sleep(0.1)
            stop.set()
            assert (await waiting).status_code == 200  # long polls end at once


async def test_serve_can_be_cancelled() -> None:
    told: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(Sandbox().serve(port=0, started=told.put_nowait))
        await told.get()
        serving.cancel()
    assert serving.cancelled()


async def test_page(driver: Driver) -> None:
    answer = await driver.http.get("/")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    for missing in ("/no.js", "/no", "/favicon.ico"):
        assert (await driver.http.get(missing)).status_code == 404
    assert (await driver.http.get(f"/bot{driver.token}")).status_code == 404
    assert (await driver.http.post("/")).status_code == 405


async def test_everything_is_kept_between_runs(tmp_path: Path) -> None:
    data = tmp_path / "d"
    first = Sandbox(data)
    number, secret = first.token.split(":")
    assert number.isdecimal()
    assert len(secret) == 35
    assert stat.S_IMODE((data / "token").stat().st_mode) == 0o600
    async with first.running() as url, httpx.AsyncClient(base_url=url) as http:
        driver = Driver(first, url, http)
        anna = await driver.person()
        group = await driver.control("chats", type="group", title="G", members=[anna])
        await driver.updates()
        await driver.api("setMyCommands", commands=[{"command": "a", "description": "b"}], language_code="ru")
        answer = await driver.upload("document", "a.txt", b"kept", "text/plain", from_=anna)
        assert answer.status_code == 200
        sent = await driver.api("sendMessage", chat_id=anna, text="kept")
        await driver.control("reactions", from_=anna, message_id=sent["message_id"], emoji="👍")
        await driver.control("clock", set="2024-02-29T12:00:00Z")
        before = await driver.messages(anna)
    second = Sandbox(data)
    assert second.token == first.token
    async with second.running() as url, httpx.AsyncClient(base_url=url) as http:
        driver = Driver(second, url, http)
        assert await driver.messages(anna) == before
        (update,) = await driver.updates()
        file_id = update["message"]["document"]["file_id"]
        assert (await driver.http.get(f"/sandbox/files/{file_id}")).content == b"kept"
        assert (await driver.api("getMyCommands", language_code="ru"))[0]["command"] == "a"
        assert (await driver.show("clock"))["now"].startswith("2024-02-29T12:0")
        later = await driver.api("sendMessage", chat_id=group["id"], text="x")
        assert later["message_id"] > sent["message_id"]


async def test_a_damaged_state_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text('{"format": 1')
    async with Sandbox(tmp_path).running():
        assert (tmp_path / "state.unreadable").exists()


async def test_reset(driver: Driver, anna: int) -> None:
    await driver.api("setMyCommands", commands=[{"command": "a", "description": "b"}])
    await driver.upload("document", "a.txt", b"x", "text/plain", from_=anna)
    await driver.control("faults", method="getMe", error_code=500, times=9)
    await driver.control("clock", set="2024-02-29T12:00:00Z")
    last = (await driver.say(anna, "x"))["update_id"]
    revision = (await driver.show("state"))["revision"]
    await driver.control("reset", keep_bot=True)
    assert len(await driver.api("getMyCommands")) == 1
    await driver.control("reset")
    state = await driver.show("state")
    assert (state["people"], state["chats"]) == ([], [])
    assert state["revision"] > revision
    assert not state["now"].startswith("2024")
    assert await driver.api("getMyCommands") == []
    assert await driver.updates() == []
    await driver.api("getMe")
    assert list(driver.sandbox.core.files._by_id) == []
    assert not list((driver.sandbox.core.data / "files").iterdir())
    again = await driver.person(start=False)
    assert again != anna  # numbers are not used again: no client takes new things for old ones
    assert (await driver.say(again, "x"))["update_id"] > last


def test_the_table_says_what_the_full_description_says() -> None:
    table = spec.load()
    assert table.version == "Bot API 10.3"
    assert (len(table.methods), len(table.types)) == (185, 400)
    text = next(f for f in table.methods["sendMessage"].fields if f.name == "text")
    assert text.required
    assert text.length == spec.Length(1, 4096, False)
    data = next(f for f in table.types["InlineKeyboardButton"].fields if f.name == "callback_data")
    assert data.length == spec.Length(1, 64, True)
    if not FULL.is_file():
        return
    full = json.loads(FULL.read_text("utf-8"))
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
    try:
        from build_botapi_table import compact  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    made = compact(full)
    kept = json.loads((Path(spec.__file__).parent / "botapi.json").read_text("utf-8"))
    assert made == kept
