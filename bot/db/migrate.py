"""Bring the schema to this version of the code, or tell whether it is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.db.engine import Database
from bot.db.tables import Base

MIGRATION_LOCK = 0x746972656B  # "tirek": two replicas that start together migrate one after the other


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("bot.db") / "migrations"))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing. Safe when several replicas do it at once."""

    def run(connection: Connection) -> None:
        if not database.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        command.upgrade(_config(connection), revision)

    async with _changing(database) as connection:
        await connection.run_sync(run)


async def downgrade(database: Database, revision: str) -> None:
    """Take migrations back, down to `revision`."""
    async with _changing(database) as connection:
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), revision))


@asynccontextmanager
async def _changing(database: Database) -> AsyncIterator[AsyncConnection]:
    """One transaction in which tables may be made anew.

    SQLite can change few things in place: a table is copied, dropped and renamed. Dropping it would delete what refers
    to it, so references are not enforced meanwhile; that can be switched only outside a transaction.
    """
    async with database.engine.connect() as connection:
        if not database.is_sqlite:
            async with connection.begin():
                yield connection
            return
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.execute("PRAGMA foreign_keys=OFF")
        try:
            async with connection.begin():
                yield connection
                broken = (await connection.execute(text("PRAGMA foreign_key_check"))).all()
                if broken:
                    raise RuntimeError(f"a migration would leave {len(broken)} rows that refer to nothing")
        finally:
            await driver.execute("PRAGMA foreign_keys=ON")


async def current(database: Database) -> str | None:
    """The revision the database is at; None when it has none."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


async def differences(database: Database) -> list[object]:
    """What the tables in the database lack or have beyond `tables.py`."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(
            lambda sync: list(
                compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), Base.metadata)
            )
        )


def revisions() -> list[str]:
    """Every revision, oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
