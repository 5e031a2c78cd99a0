"""`tirek inbox`: updates that could not be handled, and trying them again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.db.tables import InboxRow

inbox_app = typer.Typer(help="Updates that could not be handled: list, retry.", no_args_is_help=True)
out = Console()
Result = TypeVar("Result")


@inbox_app.command(name="list")
def list_parked() -> None:
    """Updates that were given up, oldest first. They are kept for 48 hours."""
    from bot.updates import kind_of, parked

    async def read(tx: AsyncSession) -> list[InboxRow]:
        return await parked(tx)

    rows = _with_database(read)
    if not rows:
        out.print("Nothing is parked: every update was handled, or is being tried.", highlight=False)
    for row in rows:
        kind = kind_of(row.content or {})
        when = f"{row.received_at:%Y-%m-%d %H:%M} UTC"
        out.print(f"{row.update_id}  {when}  {kind}  tried {row.attempts} times", highlight=False, soft_wrap=True)


@inbox_app.command()
def retry(
    update_ids: Annotated[list[int] | None, typer.Argument(help="Which ones; all when not given")] = None,
) -> None:
    """Let given-up updates be tried anew by the bot that runs."""
    from bot.updates import unpark

    async def change(tx: AsyncSession) -> int:
        return await unpark(tx, datetime.now(UTC), update_ids or ())

    from bot.cli import fail

    count = _with_database(change)
    if count == 0:
        raise fail("No such update is parked. Type tirek inbox list to see which are.")
    told = "1 update waits" if count == 1 else f"{count} updates wait"
    out.print(f"{told} to be tried again. A running bot takes them within seconds.", highlight=False)


def _with_database(work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    from bot.cli import explained, settings_or_fail
    from bot.run import bring_up_to_date, open_database

    async def do() -> Result:
        db = open_database(settings_or_fail())
        try:
            await bring_up_to_date(db)
            async with db.transaction() as tx:
                return await work(tx)
        finally:
            await db.close()

    with explained():
        return asyncio.run(do())
