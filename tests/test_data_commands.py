"""Copies of the database, and the move to PostgreSQL: nothing is lost, nothing is overwritten unasked."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from typer.testing import CliRunner, Result

from bot import backups, cli, transfer
from bot.db import raw
from bot.db.engine import Database
from bot.db.sealed import Keyring, new_key
from bot.db.tables import LeaseRow, PlanRow
from bot.people import People
from bot.settings import Settings
from bot.transfer import NotMoved
from tests.conftest import PostgreSQL
from tests.db.test_sealed import live
from tests.support import NOW, count_rows, planned, someone


@pytest.fixture
def home(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bot's data in it, where commands are typed."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    (tmp_path / "data").mkdir()
    shutil.copy(migrated_sqlite, tmp_path / "data" / "tirek.db")
    return tmp_path


def tirek(*arguments: str) -> Result:
    return CliRunner().invoke(cli.app, arguments)


def names(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as database:
        return {row[0] for row in database.execute("select first_name from people")}


async def test_a_copy_made_amid_writing_is_whole(sqlite: Database, tmp_path: Path) -> None:
    source = Path(str(sqlite.engine.url.database))
    stop, begun = asyncio.Event(), asyncio.Event()

    async def write() -> int:
        number = 0
        while not stop.is_set():
            number += 1
            person = await someone(sqlite, number)
            await planned(sqlite, person, 3)
            if number == 3:
                begun.set()
        return number

    writing = asyncio.ensure_future(write())
    await begun.wait()
    for _ in range(2):  # the second finds a copy there
        await asyncio.to_thread(backups.back_up, source, tmp_path / "copy.db", NOW, overwrite=True)
    stop.set()
    written = await writing
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        people, plans = (copy.execute(f"select count(*) from {table}").fetchone()[0] for table in ("people", "plans"))
    assert 3 <= people <= written
    assert people - 1 <= plans <= people, "a person and their plan are two transactions"
    if os.name == "posix":
        assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert {each.name for each in tmp_path.iterdir() if each.name.startswith("copy")} == {"copy.db"}


def test_a_copy_overwrites_nothing_unasked_and_is_no_copy_of_rubbish(home: Path) -> None:
    data, copy = home / "data" / "tirek.db", home / "copy.db"
    copy.write_text("something dear")
    assert "--yes" in tirek("backup", str(copy)).output
    assert copy.read_text() == "something dear"
    assert tirek("backup", str(copy), "--yes").exit_code == 0
    assert names(copy) == set()
    assert tirek("backup", str(data), "--yes").exit_code == 2
    assert tirek("backup", str(home / "no folder" / "copy.db")).exit_code == 2
    with data.open("r+b") as file:  # a page of the middle
        file.seek(4096 * 5)
        file.write(b"\x7f" * 4096)
    broken = tirek("backup", str(home / "second.db"))
    assert broken.exit_code == 2
    assert not (home / "second.db").exists()
    assert "Traceback" not in broken.output


async def test_restore_puts_back_what_was_and_refuses_what_would_lose_something(home: Path) -> None:
    data, copy = home / "data" / "tirek.db", home / "copy.db"
    key = new_key()
    (home / ".env").write_text(f"ENCRYPTION_KEY={key}\n")
    db = Database(f"sqlite+aiosqlite:///{data}")
    await someone(db, 1)
    assert (await asyncio.to_thread(tirek, "backup", str(copy))).exit_code == 0
    await someone(db, 2)
    running = await asyncio.to_thread(tirek, "restore", str(copy), "--yes")
    assert (running.exit_code, "Stop the bot" in running.output) == (2, True)
    await db.close()
    unasked = await asyncio.to_thread(tirek, "restore", str(copy))
    assert (unasked.exit_code, "--yes" in unasked.output) == (2, True)
    for rubbish in (b"not a database", b""):
        (home / "rubbish").write_bytes(rubbish)
        assert (await asyncio.to_thread(tirek, "restore", str(home / "rubbish"), "--yes")).exit_code == 2
    assert len(names(data)) == 1 or names(data) == {"Aru"}
    back = await asyncio.to_thread(tirek, "restore", str(copy), "--yes")
    assert back.exit_code == 0, back.output
    with closing(sqlite3.connect(data)) as database:
        assert database.execute("select id from people").fetchall() == [(1,)]


def test_postgresql_is_copied_by_its_own_tools_and_no_password_is_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://tirek:geheim@db.example:5433/creators")
    for command, tool in (("backup", "pg_dump"), ("restore", "pg_restore")):
        shown = tirek(command, "copy.dump")
        assert shown.exit_code == 0
        assert f"{tool} -h db.example -p 5433 -U tirek " in shown.output
        assert "creators" in shown.output
        assert "geheim" not in shown.output


def test_a_new_key_is_printed_and_fits(home: Path) -> None:
    key = tirek("new-key").output.strip()
    assert Settings(_env_file=None, encryption_key=key).encryption_keys
    assert tirek("new-key").output.strip() != key


def test_keys_in_the_file_rotate_in_two_steps_while_the_bot_runs(home: Path) -> None:
    file = home / "data" / "encryption.key"
    assert "were sealed" in tirek("rotate-key").output, "the first one seals what is plain"
    (first,) = file.read_text().split()
    with closing(sqlite3.connect(home / "data" / "tirek.db")) as database, database:
        now = datetime.now().astimezone() + timedelta(minutes=1)
        beats = (now.isoformat(" "),)
        database.execute("insert into leases (name, owner, epoch, heartbeat_at) values ('sender', 'x', 1, ?)", beats)
    assert "Stop the bot" in tirek("rotate-key").output
    second, kept = file.read_text().split()
    assert kept == first != second
    with closing(sqlite3.connect(home / "data" / "tirek.db")) as database, database:
        database.execute("delete from leases")
    assert tirek("rotate-key").exit_code == 0
    assert file.read_text().split() == [second], "it went on with the second key and made no third"


@pytest.fixture
def target(postgres: PostgreSQL) -> Iterator[list[str]]:
    """Addresses of PostgreSQL databases to be dropped after the test."""
    made: list[str] = []
    yield made
    for url in made:
        postgres.drop(url)


async def test_everything_moves_to_postgresql_and_goes_on_there(
    sqlite: Database, postgres: PostgreSQL, target: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH", 2)
    person, _ = await live(sqlite)
    target.append(await postgres.empty())
    there = Database(target[0], Keyring([b"k" * 32]))
    seen: dict[str, int] = {}
    counts = await transfer.move(sqlite, there, lambda table, rows: seen.update({table: seen.get(table, 0) + rows}))
    assert {table: rows for table, rows in counts.items() if rows} == await count_rows(sqlite) == seen
    assert await count_rows(there) == seen
    assert await People(there).get(1) == person
    for table in raw.tables():
        async with sqlite.engine.connect() as here, there.engine.connect() as other:
            wanted = select(table).order_by(*table.primary_key)
            assert (await here.execute(wanted)).all() == (await other.execute(wanted)).all()
    async with there.transaction() as tx:
        highest = max(await tx.scalars(select(PlanRow.id)))
    assert (await planned(there, person, 5)).id == highest + 1
    with pytest.raises(NotMoved, match="not empty"):
        await transfer.move(sqlite, there)
    await there.close()


async def test_a_move_that_cannot_be_whole_leaves_nothing(
    sqlite: Database, postgres: PostgreSQL, target: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(sqlite)
    target.append(await postgres.empty())
    there = Database(target[0])
    real = transfer._set_sequence

    async def fails(connection: object, table: object) -> None:
        if getattr(table, "name", "") == "slots":
            raise NotMoved("halfway")
        await real(connection, table)  # type: ignore[arg-type]

    monkeypatch.setattr(transfer, "_set_sequence", fails)
    with pytest.raises(NotMoved, match="halfway"):
        await transfer.move(sqlite, there)
    assert await count_rows(there) == {}
    monkeypatch.undo()
    async with sqlite.transaction() as tx:
        await tx.execute(text("update alembic_version set version_num = '0001'"))
    for source, other, why in ((sqlite, there, "tirek migrate"), (there, sqlite, "SQLite to PostgreSQL")):
        with pytest.raises(NotMoved, match=why):
            await transfer.move(source, other)
    await there.close()


async def test_the_command_moves_and_says_which_key_goes_along(
    home: Path, postgres: PostgreSQL, target: list[str]
) -> None:
    target.append(await postgres.empty())
    db = Database(f"sqlite+aiosqlite:///{home / 'data' / 'tirek.db'}")
    await someone(db)
    async with db.transaction() as tx:
        alive = datetime.now().astimezone()
        tx.add(LeaseRow(name="sender", owner="x", epoch=1, heartbeat_at=alive))
    running = await asyncio.to_thread(tirek, "migrate-to", target[0])
    assert (running.exit_code, "Stop it first" in running.output) == (2, True)
    async with db.transaction() as tx:
        await tx.execute(update(LeaseRow).values(heartbeat_at=alive - timedelta(minutes=1)))
    await db.close()
    moved = await asyncio.to_thread(tirek, "migrate-to", target[0])
    assert moved.exit_code == 0, moved.output
    assert "people: 1" in moved.output
    assert "encryption.key" in moved.output
    for wrong in ("sqlite+aiosqlite:///other.db", "nonsense", target[0]):
        refused = await asyncio.to_thread(tirek, "migrate-to", wrong)
        assert refused.exit_code == 2
        assert "Traceback" not in refused.output
