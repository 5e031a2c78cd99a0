"""Where the key comes from, and that the bot does not start over texts it cannot read."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from bot import keys, resealing
from bot.db.engine import Database
from bot.db.sealed import key_id, new_key
from bot.keys import FILE, Keys
from bot.people import People
from bot.run import CannotStart, bring_up_to_date, open_database
from bot.settings import Settings
from tests.conftest import NewUrl, PostgreSQL
from tests.support import someone


def chosen(folder: Path, url: str, *given: str) -> Settings:
    key = SecretStr(",".join(given)) if given else None
    return Settings(_env_file=None, data_dir=folder, database_url=url, encryption_key=key)


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Database]:
    """The database as the bot has it after its start."""
    db = open_database(settings)
    try:
        await bring_up_to_date(db)
        yield db
    finally:
        await db.close()


async def stored_name(db: Database) -> str:
    async with db.engine.connect() as connection:
        return str((await connection.execute(text("select first_name from people where id = 1"))).scalar_one())


def sqlite_file(folder: Path, migrated: Path) -> str:
    shutil.copy(migrated, folder / "tirek.db")
    return f"sqlite+aiosqlite:///{folder / 'tirek.db'}"


async def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path: Path, migrated_sqlite: Path) -> None:
    settings = chosen(tmp_path, sqlite_file(tmp_path, migrated_sqlite))
    async with started(settings) as db:
        await someone(db)
        assert key_id(await stored_name(db))
    kept = (tmp_path / FILE).read_text()
    if os.name == "posix":
        assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    async with started(settings) as db:
        person = await People(db).get(1)
        assert person is not None
        assert person.first_name == "Aru"
    assert (tmp_path / FILE).read_text() == kept
    assert [each.name for each in tmp_path.glob(f"{FILE}*")] == [FILE]


@pytest.mark.parametrize("left", [None, "b3RoZXIga2V5IG90aGVyIGtleSBvdGhlciBrZXkgISE="])
async def test_without_its_key_a_database_is_not_started(
    tmp_path: Path, migrated_sqlite: Path, left: str | None
) -> None:
    settings = chosen(tmp_path, sqlite_file(tmp_path, migrated_sqlite))
    async with started(settings) as db:
        await someone(db)
    (tmp_path / FILE).unlink()
    if left is not None:
        (tmp_path / FILE).write_text(left)
    with pytest.raises(CannotStart) as refused:
        async with started(settings):
            raise AssertionError("it started")
    assert str(refused.value).count("\n") == 0
    assert FILE in str(refused.value)
    assert (tmp_path / FILE).exists() == (left is not None), "no other key is made in its place"


async def test_a_key_file_that_holds_something_else_says_so(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("cat\n")
    with pytest.raises(CannotStart, match="holds no key"):
        open_database(chosen(tmp_path, ""))


async def test_replicas_with_different_keys_do_not_share_a_database(tmp_path: Path, new_url: NewUrl) -> None:
    url, ours = await new_url(), new_key()
    async with started(chosen(tmp_path, url, ours)) as db:
        await someone(db)
        assert key_id(await stored_name(db)) == db.keys.ids[0]  # type: ignore[union-attr]
    with pytest.raises(CannotStart, match="ENCRYPTION_KEY"):
        async with started(chosen(tmp_path / "elsewhere", url, new_key())):
            raise AssertionError("it started")
    async with started(chosen(tmp_path, url, new_key(), ours)) as db:
        assert (await People(db).get(1)) is not None, "a new key before the old one is how keys are changed"


async def test_postgresql_is_sealed_when_the_operator_says_so(tmp_path: Path, postgres: PostgreSQL) -> None:
    """Replicas of the version before may run beside this one, and they could not read what is sealed."""
    url = await postgres.migrated()
    async with started(chosen(tmp_path, url)) as db:
        await someone(db)
        assert await stored_name(db) == "Aru"
        assert not (tmp_path / FILE).exists(), "a key on the disk of one replica would be lost with it"
    settings = chosen(tmp_path, url, new_key())
    async with started(settings) as replica, started(settings) as command:
        await someone(replica)
        assert await stored_name(replica) == "Aru"
        await resealing.sweep(command)
        assert key_id(await stored_name(replica))
        person = await People(replica).get(1)
        assert person is not None
        assert person.first_name == "Aru"
        await keys.notice(replica)
        await someone(replica, 2)
        async with replica.engine.connect() as connection:
            written = (await connection.execute(text("select first_name from people where id = 2"))).scalar_one()
        assert key_id(written), "the replica has noticed"
    with pytest.raises(CannotStart, match="neither ENCRYPTION_KEY nor"):
        async with started(chosen(tmp_path, url)):
            raise AssertionError("it started")
    postgres.drop(url)


async def test_an_sqlite_file_of_before_is_sealed_beside_the_work(tmp_path: Path, migrated_sqlite: Path) -> None:
    url = sqlite_file(tmp_path, migrated_sqlite)
    before = Database(url)
    await someone(before)
    await before.close()
    async with started(chosen(tmp_path, url)) as db:
        assert await stored_name(db) == "Aru"
        done = await resealing.seal_rest(db)
        assert done is not None
        assert done.sealed >= 1
        assert key_id(await stored_name(db))
        assert await resealing.seal_rest(db) is None, "once"


async def test_a_running_bot_learns_of_a_key_that_was_made_beside_it(tmp_path: Path, migrated_sqlite: Path) -> None:
    settings = chosen(tmp_path, sqlite_file(tmp_path, migrated_sqlite))
    async with started(settings) as bot, started(settings) as command:
        await someone(bot)
        assert isinstance(command.keys, Keys)
        command.keys.make()
        await resealing.sweep(command)
        person = await People(bot).get(1)
        assert person is not None
        assert person.first_name == "Aru"
        assert bot.keys is not None
        assert bot.keys.ids == command.keys.ids
        async with bot.transaction() as tx:
            witness = await keys.fact(tx, keys.WITNESS)
        assert key_id(witness) == command.keys.ids[0]


def test_the_doctor_is_told_where_the_key_is(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://x@y/z"
    assert keys.describe(chosen(tmp_path, ""))[1]
    given = new_key()
    words, well = keys.describe(chosen(tmp_path, url, given))
    assert well
    assert given not in words
    words, well = keys.describe(chosen(tmp_path, url))
    assert (well, "tirek new-key" in words) == (False, True)
    (tmp_path / FILE).write_text(new_key())
    (tmp_path / FILE).chmod(0o644)
    if os.name == "posix":
        assert not keys.describe(chosen(tmp_path, ""))[1]
    (tmp_path / FILE).chmod(0o600)
    assert not keys.describe(chosen(tmp_path, url))[1], "a file on one replica is not enough"
    assert keys.describe(chosen(tmp_path, ""))[1]
