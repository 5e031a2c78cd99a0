"""The doctor: what is missing, and what to type next."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import backups, doctor
from bot.answers import cards
from bot.db import migrate
from bot.db.engine import Database
from bot.detector.models import store
from bot.doctor import Finding, examine
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from tests.collector import Collector, needs_the_extra
from tests.detector import checkpoints

NOWHERE = "http://127.0.0.1:1"


REAL_CARDS = cards.load


@pytest.fixture(autouse=True)
def _few_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading 85 cards takes a second; how many there are is another test's affair."""
    monkeypatch.setattr(cards, "load", dict)


async def found(folder: Path, **settings: Any) -> list[Finding]:
    chosen = {"data_dir": folder, "telegram_api_url": NOWHERE, "detector_url": NOWHERE} | settings
    return await examine(Settings(_env_file=None, **chosen))


async def about(word: str, folder: Path, **settings: Any) -> Finding:
    """The finding whose text holds `word`."""
    findings = await found(folder, **settings)
    matching = [finding for finding in findings if word in finding.text]
    assert len(matching) == 1, [finding.text for finding in findings]
    return matching[0]


@asynccontextmanager
async def answering(status: int, body: bytes) -> AsyncIterator[str]:
    """A server that answers everything alike."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


TOKEN = SecretStr("123456:" + "A" * 35)


async def test_without_a_token_nothing_runs_and_the_sandbox_is_named(tmp_path: Path) -> None:
    finding = await about("BOT_TOKEN", tmp_path)
    assert finding == Finding("BOT_TOKEN is not set. Try the bot without: tirek sandbox", ok=False, serious=True)


async def test_a_token_is_tried_on_telegram(tmp_path: Path) -> None:
    sandbox = Sandbox(None)
    async with sandbox.running() as url:
        known = await about("Telegram", tmp_path, bot_token=SecretStr(sandbox.token), telegram_api_url=url)
        unknown = await about("Telegram", tmp_path, bot_token=TOKEN, telegram_api_url=url)
    assert known.ok
    assert "@" in known.text
    assert unknown.serious
    assert "@BotFather" in unknown.text


@pytest.mark.parametrize(
    ("status", "body", "serious", "words"),
    [
        (401, b'{"ok":false,"error_code":401}', True, "does not know this BOT_TOKEN"),
        (404, b"", True, "does not know this BOT_TOKEN"),
        (502, b"<html>", False, "status 502"),
        (200, b"hello", False, "does not answer as Telegram does"),
        (200, b"[]", False, "does not answer as Telegram does"),
        (200, b'{"ok":true,"result":null}', False, "does not answer as Telegram does"),
        (200, b'{"ok":true,"result":{"username":"tirek_bot"}}', False, "@tirek_bot"),
    ],
)
async def test_whatever_telegram_answers(tmp_path: Path, status: int, body: bytes, serious: bool, words: str) -> None:
    async with answering(status, body) as url:
        finding = await doctor._token(Settings(_env_file=None, bot_token=TOKEN, telegram_api_url=url))
    assert words in finding.text
    assert finding.serious == serious
    assert "AAAA" not in finding.text


@pytest.mark.parametrize("url", [NOWHERE, "http://["])
async def test_telegram_away(tmp_path: Path, url: str) -> None:
    finding = await about("TELEGRAM_API_URL", tmp_path, bot_token=TOKEN, telegram_api_url=url)
    assert (finding.ok, finding.serious) == (False, False), "it may come back"


async def test_the_database_from_empty_to_migrated(tmp_path: Path, migrated_sqlite: Path) -> None:
    empty = await about("database", tmp_path)
    assert (empty.ok, empty.serious) == (False, False)
    assert empty.text.endswith("Type: tirek migrate")
    shutil.copy(migrated_sqlite, tmp_path / "tirek.db")
    ready = await about("database", tmp_path)
    assert ready.ok
    assert migrate.revisions()[-1] in ready.text


async def test_the_age_of_the_last_copy(tmp_path: Path, migrated_sqlite: Path) -> None:
    data = tmp_path / "tirek.db"
    shutil.copy(migrated_sqlite, data)
    assert (await about("Backups", tmp_path)).ok is False
    for age, well in ((timedelta(hours=30), True), (timedelta(days=3), False)):
        backups.back_up(data, tmp_path / "copy.db", datetime.now(UTC) - age, overwrite=True)
        finding = await about("Backups", tmp_path)
        assert (finding.ok, finding.serious) == (well, False)
        assert f"{int(age / timedelta(hours=1))} hours ago" in finding.text


async def test_the_key_is_looked_for(tmp_path: Path) -> None:
    assert (await about("Personal texts", tmp_path)).ok
    (tmp_path / "encryption.key").write_text("cat")
    finding = await about("holds no key", tmp_path)
    assert (finding.ok, finding.serious) == (False, True)


async def test_a_database_of_another_revision(tmp_path: Path, migrated_sqlite: Path) -> None:
    from sqlalchemy import text

    shutil.copy(migrated_sqlite, tmp_path / "tirek.db")
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'tirek.db'}")
    async with database.transaction() as tx:
        await tx.execute(text("update alembic_version set version_num = '0000'"))
    await database.close()
    finding = await about("database", tmp_path)
    assert not finding.ok
    assert "0000" in finding.text
    assert finding.text.endswith("Type: tirek migrate")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://user:geheim@127.0.0.1:1/none",
        "postgresql+asyncpg://user:geheim@127.0.0.1:port/none",
        "sqlite+aiosqlite:////proc/nowhere/tirek.db",
    ],
)
async def test_a_database_that_cannot_be_had(tmp_path: Path, url: str) -> None:
    finding = await about("DATABASE_URL", tmp_path, database_url=url)
    assert finding.serious
    assert "geheim" not in finding.text


async def test_the_detector_is_asked_and_may_be_away(tmp_path: Path) -> None:
    away = await about("DETECTOR_URL", tmp_path)
    assert (away.ok, away.serious) == (False, False), "the bot runs without voice checks"
    own = await about("Voice checks", tmp_path, detector_url=None)
    assert own.ok
    assert "tirek model pull aasist-asvspoof5" in own.text
    missing = await about("Voice checks", tmp_path, detector_url=None, detector_model="mine")
    assert not missing.ok
    assert "mine is not installed" in missing.text


async def test_an_installed_voice_model_is_named(tmp_path: Path) -> None:
    file = tmp_path / "loud.onnx"
    file.write_bytes(checkpoints.loudness())
    store.install(tmp_path / "models", file, "loud")
    spare = await about("Voice checks", tmp_path, detector_url=None)
    assert "with tirek-embedded" in spare.text, "without a calibration it is not used by itself"
    used = await about("Voice checks", tmp_path, detector_url=None, detector_model="loud")
    assert "with loud " in used.text


@pytest.mark.parametrize(("name", "contact", "ok"), [("", "", False), ("Aru", "", False), ("Aru", "aru@x.kz", True)])
async def test_the_operator_has_a_name_and_an_address(tmp_path: Path, name: str, contact: str, ok: bool) -> None:
    finding = await about("/privacy", tmp_path, operator_name=name, operator_contact=contact)
    assert finding.ok == ok
    assert not finding.serious


async def test_spoken_words_say_how_to_turn_them_on(tmp_path: Path) -> None:
    off = await about("Spoken words", tmp_path, detector_url=None, whisper_model="off")
    assert "off" in off.text
    assert not off.serious


@pytest.mark.parametrize(
    ("address", "words"), [(None, "no subscription address"), ("https://x.kz", "https://x.kz/calendar/")]
)
async def test_calendars_need_an_address_from_outside(tmp_path: Path, address: str | None, words: str) -> None:
    finding = await about("Calendars", tmp_path, public_url=address)
    assert words in finding.text
    assert finding.ok, "a bot without it works as well"


async def test_outside_services_belong_where_the_detector_runs(tmp_path: Path) -> None:
    here = await about(
        "Voices may also be judged by resemble", tmp_path, detector_url=None, detector_providers=("resemble",)
    )
    assert here.ok
    there = await about("the detector runs elsewhere", tmp_path, detector_providers=("resemble",))
    assert not there.ok


def test_cards_read_over_a_year_ago_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "load", REAL_CARDS)
    read = max(card.as_of for card in REAL_CARDS().values())
    fresh = doctor._answers(read)
    assert fresh.ok
    assert "85 cards" in fresh.text
    old = doctor._answers(read + timedelta(days=366))
    assert not old.ok
    assert not old.serious
    assert "85 of 85" in old.text
    assert old.text.count("-") < 30  # a few are named, not all


async def test_who_is_told_of_traces_and_errors_is_said_where_somebody_is(tmp_path: Path) -> None:
    needs_the_extra()
    assert not [each for each in await found(tmp_path) if "races" in each.text or "rrors" in each.text]
    errors = {"sentry_dsn": SecretStr("https://geheim@sentry.example.kz/7")}
    assert await about("rrors", tmp_path, **errors) == Finding("Errors are reported to sentry.example.kz.")
    with Collector().running() as collector:
        traced = {"otel_exporter_otlp_endpoint": collector.url, "otel_exporter_otlp_headers": SecretStr("x-key=a%20b")}
        assert await about("races", tmp_path, **traced) == Finding("Traces go to 127.0.0.1.")
        assert collector.spans() == [], "it was asked with an empty request"
        assert collector.headers[0]["x-key"] == "a b"
        collector.status = 401
        refused = await about("races", tmp_path, **traced)
        assert not refused.ok
        assert "status 401" in refused.text
        assert "OTEL_EXPORTER_OTLP_ENDPOINT" in refused.text
    away = await about("races", tmp_path, otel_exporter_otlp_endpoint=NOWHERE)
    assert (away.ok, "does not answer (ConnectError)" in away.text) == (False, True)


async def test_a_collector_without_what_talks_to_it_is_serious(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    finding = await about("SENTRY_DSN", tmp_path, sentry_dsn=SecretStr("https://key@sentry.example.kz/7"))
    assert finding.serious
    assert finding.text.endswith("Type: make setup OBSERVE=1")
