"""`tirek` commands about the data: keys, copies, and the move to PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select

from bot.db.engine import Database
from bot.db.tables import LeaseRow

data_app = typer.Typer()
out = Console()
err = Console(stderr=True)

Result = TypeVar("Result")
Yes = Annotated[bool, typer.Option("--yes", help="Overwrite what is there")]
ADDRESS = "postgresql+asyncpg://user:password@host/name"
ALIVE = timedelta(seconds=15)  # since a bot's last heartbeat


def _with_database(act: Callable[[Database], Awaitable[Result]]) -> Result:
    """Do something with the database of the settings, brought up to date; what is wrong is said in one sentence."""
    from bot.cli import explained, settings_or_fail
    from bot.run import bring_up_to_date, open_database

    async def work() -> Result:
        db = open_database(settings_or_fail())
        try:
            await bring_up_to_date(db)
            return await act(db)
        finally:
            await db.close()

    with explained():
        return asyncio.run(work())


@data_app.command(name="new-key")
def make_key() -> None:
    """Print a new key for ENCRYPTION_KEY. It is kept nowhere."""
    from bot.db.sealed import new_key

    typer.echo(new_key())


@data_app.command(name="rotate-key")
def rotate_key() -> None:
    """Seal every personal text with the newest key, while the bot runs. Interrupted, it goes on where it was."""
    from bot.cli import fail
    from bot.keys import KeyProblem, Keys
    from bot.resealing import Sweep, complete, sweep

    async def rotate(db: Database) -> tuple[Sweep, Keys, bool]:
        keys = db.keys
        assert isinstance(keys, Keys)
        if not keys.given and not db.is_sqlite:
            raise KeyProblem(
                "ENCRYPTION_KEY is not set. Make a key with `tirek new-key`, and set it for every replica."
            )
        if not keys.given and len(keys.ids) == 1 and await complete(db):
            keys.make()
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        with Progress(*columns, console=err, transient=True) as shown:
            tasks = {}

            def progress(table: str, rows: int) -> None:
                if table not in tasks:
                    tasks[table] = shown.add_task(table, total=None)
                shown.advance(tasks[table], rows)

            done = await sweep(db, progress)
        alive = await _is_alive(db)
        if not keys.given and not done.lost and not alive:
            keys.keep_first()
        return done, keys, alive

    try:
        done, keys, alive = _with_database(rotate)
    except KeyProblem as problem:
        raise fail(str(problem)) from None
    out.print(f"{done.sealed} texts were sealed with the key {keys.ids[0]}.", highlight=False)
    if done.lost:
        raise fail(f"{done.lost} texts open with none of the keys here, and stay as they are. Put their key back.")
    if not keys.given and len(keys.ids) > 1:
        say = f"The bot runs, so {keys.file} keeps the older key. Stop the bot and type this once more, then it can go."
        out.print(say, highlight=False, soft_wrap=True)
    elif keys.given and len(keys.ids) > 1:
        say = "Once every replica was started with this key first, type this once more; then the older ones can go."
        out.print(say, highlight=False, soft_wrap=True)
    elif keys.given and alive:
        say = "Replicas that wrote plain texts begin to seal within ten minutes. Type this once more after that."
        out.print(say, highlight=False, soft_wrap=True)


async def _is_alive(db: Database) -> bool:
    """Whether a bot uses the database now."""
    async with db.transaction() as tx:
        lately = LeaseRow.heartbeat_at > datetime.now(UTC) - ALIVE
        return (await tx.execute(select(LeaseRow.name).where(lately).limit(1))).first() is not None


@data_app.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes")], yes: Yes = False) -> None:
    """Copy the database while the bot runs, and look the copy through."""
    from bot.backups import NotDone, back_up, by_hand, file_of
    from bot.cli import fail, settings_or_fail

    settings = settings_or_fail()
    source = file_of(settings.database)
    if source is None:
        out.print("PostgreSQL copies itself. Type:", highlight=False)
        typer.echo(by_hand(settings.database, file, restoring=False))
        return
    try:
        size = back_up(source, file, datetime.now(UTC), overwrite=yes)
    except NotDone as problem:
        raise fail(str(problem)) from None
    out.print(f"{file} holds the database, {size / 1e6:.1f} MB, and is sound.", highlight=False, soft_wrap=True)
    out.print("The key is not in it: keep a copy of that elsewhere.", highlight=False)


@data_app.command()
def restore(file: Annotated[Path, typer.Argument(help="A copy made by tirek backup")], yes: Yes = False) -> None:
    """Put a copy in the place of the database. The bot must be stopped."""
    from bot import backups
    from bot.cli import fail, settings_or_fail

    settings = settings_or_fail()
    target = backups.file_of(settings.database)
    if target is None:
        out.print("Stop every replica, then type:", highlight=False)
        typer.echo(backups.by_hand(settings.database, file, restoring=True))
        return
    try:
        backups.restore(file, target, overwrite=yes)
    except backups.NotDone as problem:
        raise fail(str(problem)) from None
    revision = _with_database(_revision)  # brought up to date, and its key is at hand
    out.print(f"{target} is as it was in {file}, at revision {revision}.", highlight=False, soft_wrap=True)


async def _revision(db: Database) -> str | None:
    from bot.db import migrate

    return await migrate.current(db)


@data_app.command(name="migrate-to")
def migrate_to(url: Annotated[str, typer.Argument(help=f"{ADDRESS}, empty")]) -> None:
    """Move everything from the SQLite file to PostgreSQL. The bot must be stopped."""
    from sqlalchemy.exc import SQLAlchemyError

    from bot.cli import fail
    from bot.keys import Keys
    from bot.transfer import NotMoved, move

    async def go(db: Database) -> tuple[dict[str, int], Keys]:
        assert isinstance(db.keys, Keys)
        if await _is_alive(db):
            raise NotMoved("The bot runs. Stop it first: what it writes meanwhile would be left behind.")
        try:
            target = Database(url)
        except (SQLAlchemyError, ValueError, OSError):
            raise NotMoved(f"The address cannot be read. Expected {ADDRESS}") from None
        try:
            if not await target.reachable():
                raise NotMoved("The target does not answer. Is the address right?")
            with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), console=err, transient=True) as shown:
                tasks: dict[str, int] = {}

                def progress(table: str, rows: int) -> None:
                    if table not in tasks:
                        tasks[table] = int(shown.add_task(table, total=None))
                    shown.advance(tasks[table], rows)  # type: ignore[arg-type]

                return await move(db, target, progress), db.keys
        finally:
            await target.close()

    try:
        counts, keys = _with_database(go)
    except NotMoved as problem:
        raise fail(str(problem)) from None
    for table, rows in counts.items():
        if rows:
            out.print(f"{table}: {rows}", highlight=False)
    where = "ENCRYPTION_KEY stays as it is" if keys.given else f"ENCRYPTION_KEY, which is the line in {keys.file}"
    say = f"All rows are there, counted. Set DATABASE_URL to the new address, and {where}. Then start the bot."
    out.print(say, highlight=False, soft_wrap=True)
