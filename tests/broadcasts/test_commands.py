"""`tirek broadcast`: what it prints, what it refuses, and what it leaves in the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.broadcasts import service
from bot.broadcasts.model import Broadcast
from bot.db.engine import Database
from bot.settings import Settings
from tests.support import someone

RUN = CliRunner()


@pytest.fixture
def database_url(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An operator's settings with a database that two people are in."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tirek.db").write_bytes(migrated_sqlite.read_bytes())
    url = f"sqlite+aiosqlite:///{tmp_path / 'tirek.db'}"
    monkeypatch.setenv("DATABASE_URL", url)

    async def fill() -> None:
        db = Database(url)
        await someone(db, 1, language="kk")
        await someone(db, 2, language="ru")
        await db.close()

    asyncio.run(fill())
    return url


def kept(url: str) -> list[Broadcast]:
    async def read() -> list[Broadcast]:
        db = Database(url)
        try:
            return await service.recent(db)
        finally:
            await db.close()

    return asyncio.run(read())


def test_a_dry_run_counts_and_writes_nothing(database_url: str) -> None:
    found = RUN.invoke(cli.app, ["broadcast", "new", "--dry-run"])
    assert (found.exit_code, found.stdout) == (0, "2 people.\n")
    assert "key.made" in found.stderr, "log lines are no part of the answer"
    assert RUN.invoke(cli.app, ["broadcast", "new", "--dry-run", "--language", "ru"]).stdout == "1 people.\n"
    assert kept(database_url) == []


def test_one_is_written_begun_paused_and_ended(database_url: str) -> None:
    begun = RUN.invoke(cli.app, ["broadcast", "new", "--text", "A & B <c>", "--yes", "--no-watch"])
    assert (begun.exit_code, "2 people, now" in begun.output) == (0, True)
    [found] = kept(database_url)
    assert (found.state, found.content.text, found.content.entities) == ("scheduled", "A &amp; B &lt;c&gt;", None)
    assert "cancelled, sent 0 of 2" in RUN.invoke(cli.app, ["broadcast", "cancel", "1"]).output
    assert "cancelled" in RUN.invoke(cli.app, ["broadcast", "list"]).output
    assert "cancelled" in RUN.invoke(cli.app, ["broadcast", "watch", "1"]).output
    said_no = RUN.invoke(cli.app, ["broadcast", "new", "--text", "<b>C</b>", "--html"], input="n\n")
    assert "Nothing was sent." in said_no.output
    assert (kept(database_url)[0].state, kept(database_url)[0].content.text) == ("cancelled", "<b>C</b>")


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ((), "Give the words"),
        (("--text", "x" * 4097), "4096"),
        (("--text", "x", "--language", "de"), "kk, ru or en"),
        (("--text", "x", "--language", "en"), "Nobody"),
        (("--text", "x", "--zone", "Moon/Base"), "Asia/Almaty"),
        (("--text", "x", "--outlet", "radio"), "youtube"),
        (("--text", "x", "--at", "tomorrow"), "2026-12-01T19:00+05:00"),
        (("--text", "x", "--at", "2020-01-01T00:00+00:00"), "is over"),
        (("--text", "x", "--photo", "news.png"), "ADMIN_IDS"),
        (("--file", "nothing.txt"), "nothing.txt"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_kept(
    database_url: str, arguments: tuple[str, ...], wanted: str
) -> None:
    found = RUN.invoke(cli.app, ["broadcast", "new", "--yes", *arguments])
    assert found.exit_code == 2
    assert wanted in found.output + found.stderr
    assert kept(database_url) == []


def test_a_number_that_is_none_is_said(database_url: str) -> None:
    found = RUN.invoke(cli.app, ["broadcast", "pause", "9"])
    assert (found.exit_code, "no broadcast 9" in found.output + found.stderr) == (2, True)
