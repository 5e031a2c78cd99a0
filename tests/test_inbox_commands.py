"""`tirek inbox`: what was given up is listed without its words, and tried again when the operator says so."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot import cli
from bot.db.engine import Database
from bot.db.tables import InboxRow
from bot.settings import Settings

AT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
SECRET = "what somebody wrote"


@pytest.fixture
def parked(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with updates 7 and 8 given up, 9 handled; the settings name it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("COLUMNS", "200")
    states = {7: "parked", 8: "parked", 9: "done"}
    content = {"message": {"text": SECRET}}
    rows = [
        InboxRow(update_id=number, content=content, state=state, attempts=5, received_at=AT, retry_at=AT)
        for number, state in states.items()
    ]
    asyncio.run(_write(sqlite_url, rows))
    return sqlite_url


async def _write(url: str, rows: list[InboxRow]) -> None:
    db = Database(url)
    async with db.transaction() as tx:
        tx.add_all(rows)
    await db.close()


def states_of(url: str) -> dict[int, tuple[str, int]]:
    async def read() -> dict[int, tuple[str, int]]:
        db = Database(url)
        async with db.transaction() as tx:
            rows = await tx.execute(select(InboxRow.update_id, InboxRow.state, InboxRow.attempts))
            found = {update_id: (state, attempts) for update_id, state, attempts in rows}
        await db.close()
        return found

    return asyncio.run(read())


def tirek(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, ["inbox", *arguments])


def test_what_was_given_up_is_listed_without_its_words(parked: str) -> None:
    shown = tirek("list")
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.stdout.splitlines()] == ["7", "8"]
    assert "2026-11-29 09:30 UTC  message  tried 5 times" in shown.stdout
    assert SECRET not in shown.output


@pytest.mark.parametrize(
    ("numbers", "again", "told"),
    [((), {7, 8}, "2 updates wait"), (("8",), {8}, "1 update waits"), (("7", "9"), {7}, "1 update waits")],
)
def test_what_was_given_up_is_tried_again(parked: str, numbers: tuple[str, ...], again: set[int], told: str) -> None:
    shown = tirek("retry", *numbers)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(told)
    after = states_of(parked)
    assert {number for number, (state, attempts) in after.items() if (state, attempts) == ("waiting", 0)} == again
    assert after[9] == ("done", 5), "what was handled is never handled again"


def test_nothing_to_try_again_is_a_sentence(parked: str) -> None:
    shown = tirek("retry", "9", "10")
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert "tirek inbox list" in shown.stderr
    tirek("retry")
    assert tirek("list").stdout == "Nothing is parked: every update was handled, or is being tried.\n"
