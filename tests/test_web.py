"""Health, readiness, figures, and what the webhook lets in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from bot import web
from bot.answers.service import Answers
from bot.clock import Clock
from bot.db import migrate
from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.run import Tirek
from bot.settings import Settings
from bot.updates import Inbox

SECRET = "s3cret_-"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
UPDATE: dict[str, Any] = {"update_id": 7, "message": {"from": {"id": 1}, "text": "hi"}}


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")


async def fine() -> dict[str, Any]:
    return {"ready": True}


class Hook:
    """A webhook over a real inbox; `handled` are the updates that came through, `error` is raised for each."""

    def __init__(self, database: Database) -> None:
        self.handled: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.database = database
        self.http = client(web.build(fine, Inbox(database, Clock(), self._handle), "https://x.kz/in/hook", SECRET))

    async def _handle(self, update: dict[str, Any]) -> None:
        self.handled.append(update)
        if self.error is not None:
            raise self.error

    async def post(self, body: bytes | dict[str, Any], secret: str | bytes | None = SECRET) -> int:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {HEADER: secret} if secret is not None else {}
        return (await self.http.post("/in/hook", content=content, headers=headers)).status_code

    async def states(self) -> dict[int, str]:
        async with self.database.transaction() as tx:
            return {row.update_id: row.state for row in await tx.scalars(select(InboxRow))}


@pytest.fixture
async def hook(database: Database) -> AsyncIterator[Hook]:
    made = Hook(database)
    yield made
    await made.http.aclose()


async def test_an_update_with_the_secret_is_handled_before_the_answer(hook: Hook) -> None:
    assert await hook.post(UPDATE) == 200
    assert hook.handled == [UPDATE]
    assert await hook.states() == {7: "done"}


@pytest.mark.parametrize("secret", [None, "", "s3cret", SECRET.upper(), SECRET + "x", "ключ".encode()])
async def test_another_secret_is_refused(hook: Hook, secret: str | bytes | None) -> None:
    assert await hook.post(UPDATE, secret) == 401
    assert hook.handled == []
    assert await hook.states() == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" " * (web.LONGEST_UPDATE + 1), 413),
        (b'{"update_id": 1, "x": "' + b"a" * web.LONGEST_UPDATE + b'"}', 413),
        (b"", 400),
        (b"hello", 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 100_000, 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "7"}', 400),
        (b'{"update_id": true}', 400),
        (b'{"update_id": -1}', 400),
        (b'{"update_id": 1.5}', 400),
        (b'{"update_id": 9223372036854775808}', 400),
    ],
    ids=lambda value: None if isinstance(value, int) else repr(value[:20]),
)
async def test_what_is_no_update_is_refused_and_not_kept(hook: Hook, body: bytes, status: int) -> None:
    assert await hook.post(body) == status
    assert hook.handled == []
    assert await hook.states() == {}


async def test_strange_text_in_an_update_is_kept_and_handled(hook: Hook) -> None:
    for number, text in enumerate(["\0", "\ud800", "ӘҒҚ🎧", "'; drop table inbox; --"], 1):
        assert await hook.post({"update_id": number, "message": {"from": {"id": 1}, "text": text}}) == 200
    assert set((await hook.states()).values()) == {"done"}
    assert len(hook.handled) == 4


async def test_the_same_update_again_is_answered_and_not_handled_again(hook: Hook) -> None:
    assert [await hook.post(UPDATE) for _ in range(3)] == [200, 200, 200]
    assert len(hook.handled) == 1


async def test_a_handler_that_fails_is_our_affair_and_not_telegrams(hook: Hook) -> None:
    hook.error = ConnectionError("away")
    assert await hook.post(UPDATE) == 200
    assert await hook.states() == {7: "waiting"}


async def test_an_update_that_cannot_be_kept_is_left_to_telegram(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> Any:
        raise ConnectionError

    monkeypatch.setattr(Database, "transaction", away)
    with pytest.raises(ConnectionError):  # what a server answers with 500
        await hook.post(UPDATE)


async def test_without_a_webhook_there_is_no_way_in(sqlite: Database) -> None:
    async with client(web.build(fine, Inbox(sqlite, Clock(), _never), None, None)) as http:
        for path in ("/", "/webhook", "/in/hook", "/docs", "/openapi.json"):
            assert (await http.post(path, json=UPDATE)).status_code in (404, 405)


async def _never(_: dict[str, Any]) -> None:
    raise AssertionError("nothing may come in")


# --- Readiness --------------------------------------------------------------------------------------------------------


@pytest.fixture
def tirek(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """A maker of bots that are built and not started, with no detector anywhere."""
    monkeypatch.setattr(Answers, "load", lambda: Answers({}))

    def make(database_url: str) -> Tirek:
        return Tirek(
            Settings(
                _env_file=None,
                bot_token=SecretStr("123456:" + "A" * 35),
                database_url=database_url,
                detector_url="http://127.0.0.1:1",
                data_dir=tmp_path,
            )
        )

    return make


async def readiness(made: Tirek) -> tuple[int, dict[str, Any]]:
    async with client(web.build(made.ready, None, None, None)) as http:
        answer = await http.get("/readyz")
        lives = await http.get("/healthz")
    assert (lives.status_code, lives.text) == (200, "ok"), "the process lives whatever else is missing"
    await made._close()
    return answer.status_code, answer.json()


async def test_ready_with_a_migrated_database_even_without_a_detector(new_url: Any, tirek: Any) -> None:
    expected = {"ready": True, "database": True, "migrated": True, "detector": "degraded"}
    assert await readiness(tirek(await new_url())) == (200, expected)


async def test_not_ready_without_tables(tmp_path: Path, tirek: Any) -> None:
    status, state = await readiness(tirek(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"))
    assert status == 503
    assert (state["ready"], state["database"], state["migrated"]) == (False, True, False)


async def test_not_ready_at_an_older_revision(tmp_path: Path, tirek: Any) -> None:
    made = tirek(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")
    await migrate.upgrade(made.db)
    await migrate.downgrade(made.db, ["base", *migrate.revisions()][-2])
    assert (await readiness(made))[1]["migrated"] is False


async def test_not_ready_without_a_database(tirek: Any) -> None:
    status, state = await readiness(tirek("postgresql+asyncpg://nobody@127.0.0.1:1/none"))
    assert status == 503
    assert (state["ready"], state["database"]) == (False, False)


async def test_the_detector_is_asked(new_url: Any, tirek: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = tirek(await new_url())

    async def alive() -> bool:
        return True

    monkeypatch.setattr(made.voice, "detector_alive", alive)
    assert (await readiness(made))[1]["detector"] == "ok"


# --- Figures ----------------------------------------------------------------------------------------------------------


async def test_metrics_are_what_prometheus_reads(hook: Hook) -> None:
    before = _value(await _metrics(hook), 'tirek_updates_total{kind="message",outcome="handled"}')
    await hook.post(UPDATE)
    text = await _metrics(hook)
    assert _value(text, 'tirek_updates_total{kind="message",outcome="handled"}') == before + 1
    for name in (
        "tirek_updates_total",
        "tirek_update_seconds",
        "tirek_outbox_total",
        "tirek_reminder_lateness_seconds",
        "tirek_outbox_waiting",
        "tirek_checks_total",
        "tirek_check_seconds",
        "tirek_answers_total",
        "tirek_incidents_total",
        "process_resident_memory_bytes",
    ):
        assert f"# TYPE {name.removesuffix('_total')}" in text, name
    assert "hi" not in [line.split('"')[1] for line in text.splitlines() if 'kind="' in line]


async def _metrics(hook: Hook) -> str:
    answer = await hook.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def _value(text: str, sample: str) -> float:
    return next((float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(sample)), 0.0)
