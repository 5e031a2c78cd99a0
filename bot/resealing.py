"""Texts sealed anew: what was plain before there were keys, and what an older key has sealed.

A batch is a transaction and what is done needs no second look, so it can be interrupted and begun again, while the bot
runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, bindparam, cast, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from bot.db import raw
from bot.db.engine import Database
from bot.db.sealed import Keyring, SealedJson, Unreadable, key_id
from bot.db.tables import FactRow
from bot.keys import WITNESS, fact, witness_of

BATCH = 200  # rows a transaction: some 20 ms in which nobody else writes to SQLite
_DONE = "sealed_with"  # the fact that tells with which key every text has been sealed


@dataclass(slots=True)
class Sweep:
    """What sealing everything anew has done. `lost`: values that no key at hand opens; they are left as they are."""

    looked_at: int = 0
    sealed: int = 0
    lost: int = 0


async def seal_rest(db: Database) -> Sweep | None:
    """Seal what an SQLite file still holds plain or under an older key, once. None: there was nothing to look for."""
    if db.keys is None or not db.keys.seals or not db.is_sqlite:
        return None
    async with db.transaction() as tx:
        if await fact(tx, _DONE) == db.keys.ids[0]:
            return None
    return await sweep(db)


async def complete(db: Database) -> bool:
    """Whether every text was sealed with the key that seals now."""
    async with db.transaction() as tx:
        return db.keys is not None and await fact(tx, _DONE) == next(iter(db.keys.ids), "")


async def sweep(db: Database, progress: Callable[[str, int], None] = lambda _table, _rows: None) -> Sweep:
    """Seal every text with the first key, whatever it was before. What is done stays done when it is interrupted.

    `progress` gets a table's name and how many rows more were looked at.
    """
    keys = db.keys
    assert keys is not None
    assert keys.ids
    keys.sealing = True
    done = Sweep()
    for table in raw.tables():
        if not raw.sealed_columns(table):
            continue
        last: tuple[Any, ...] | None = None
        while True:
            async with db.transaction() as tx:
                rows = await _batch(tx, table, keys.ids[0], last)
                await _write(tx, table, rows, [_seal_anew(tx, table, row, keys, done) for row in rows])
            if not rows:
                break
            last = tuple(rows[-1][column.name] for column in table.primary_key)
            done.looked_at += len(rows)
            progress(table.name, len(rows))
    if not done.lost:
        async with db.transaction() as tx:
            for name, value in ((WITNESS, witness_of(keys)), (_DONE, keys.ids[0])):
                await tx.merge(FactRow(name=name, value=value))
    return done


async def _batch(tx: AsyncSession, table: Table, name: str, last: tuple[Any, ...] | None) -> list[dict[str, Any]]:
    """Rows after `last` with a value that the key `name` has not sealed, locked."""
    columns = raw.sealed_columns(table)
    stale = [
        and_(table.c[column].is_not(None), cast(table.c[column], Text).not_like(f"{quote}sealed1:{name}:%"))
        for column, kind in columns.items()
        for quote in ('"' if isinstance(kind, SealedJson) else "",)
    ]
    if table.name == "calendars":
        stale.append(table.c.token_digest.is_(None))
    key = tuple_(*table.primary_key)
    wanted = select(table).where(or_(*stale)).order_by(*table.primary_key).limit(BATCH).with_for_update()
    rows = await tx.execute(wanted.where(key > last) if last is not None else wanted)
    return [dict(row) for row in rows.mappings()]


def _seal_anew(tx: AsyncSession, table: Table, row: dict[str, Any], keys: Keyring, done: Sweep) -> dict[str, str]:
    """What changes in a row."""
    dialect = tx.get_bind().dialect
    changed: dict[str, str] = {}
    for name, kind in raw.sealed_columns(table).items():
        if row[name] is None or key_id(row[name]) == keys.ids[0]:
            continue
        try:
            value: Any = kind.process_result_value(row[name], dialect)
        except Unreadable:
            done.lost += 1
            continue
        stored = kind.process_bind_param(value, dialect)
        if stored is not None and stored != row[name]:
            changed[name] = stored
        if (table.name, name) == ("feeds", "websub_token"):
            changed["websub_hash"] = keys.digest(value)
        if (table.name, name) == ("calendars", "token_digest"):
            changed["token_hash"] = keys.lookup(value)
    if table.name == "calendars" and row["token_digest"] is None:  # made before there were keys: the hash is the digest
        changed["token_digest"] = keys.seal(row["token_hash"], "calendars.token_digest")
        changed["token_hash"] = keys.lookup(row["token_hash"])
    done.sealed += len(changed)
    return changed


async def _write(
    tx: AsyncSession, table: Table, rows: Sequence[dict[str, Any]], changes: Sequence[dict[str, str]]
) -> None:
    """Write what changed, rows with the same changed columns in one statement."""
    key = [column.name for column in table.primary_key]
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row, changed in zip(rows, changes, strict=True):
        if changed:
            values = {f"new_{name}": value for name, value in changed.items()} | {
                f"at_{name}": row[name] for name in key
            }
            alike.setdefault(tuple(changed), []).append(values)
    mine = [table.c[name] == bindparam(f"at_{name}") for name in key]
    for names, changed_rows in alike.items():
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        await tx.execute(update(table).where(*mine).values(new), changed_rows)
