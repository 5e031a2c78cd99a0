"""Copies of the SQLite database: made while the bot runs, looked through before they count, and put back.

The key is not in a copy (see `bot/keys.py`): who finds one without the key reads no names and no texts.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

LAST = "backup"  # the fact that tells when the last copy was made
PAGES = 1000  # copied at a time; between two of them the bot may write
PAUSE_S = 0.02


class NotDone(Exception):
    """A copy cannot be made or put back; the text tells the operator what to do."""


def file_of(url: str) -> Path | None:
    """The file of an SQLite address; None for PostgreSQL."""
    address = make_url(url)
    return Path(address.database or "") if address.get_backend_name() == "sqlite" else None


def by_hand(url: str, file: Path, *, restoring: bool) -> str:
    """What to type for PostgreSQL, whose own tools do this well. Holds no password."""
    address = make_url(url)
    host = address.query.get("host") or address.host
    parts = [("-h", host), ("-p", address.port), ("-U", address.username)]
    where = " ".join(f"{flag} {value}" for flag, value in parts if value)
    name = address.database or "tirek"
    if restoring:
        return f"pg_restore {where} --clean --if-exists --no-owner --single-transaction -d {name} {file}"
    return f"pg_dump {where} -Fc -f {file} {name}"


def back_up(source: Path, target: Path, now: datetime, *, overwrite: bool = False) -> int:
    """Copy a database, look the copy through, and only then give it its name; its size in bytes. Raises NotDone."""
    if not source.exists():
        raise NotDone(f"There is no database at {source}. Is DATA_DIR right?")
    if target.exists() and (not overwrite or target.samefile(source)):
        raise NotDone(f"{target} exists. Choose another name, or add --yes to overwrite it.")
    _copy(source, target)
    with closing(sqlite3.connect(source, timeout=30)) as database, database:
        database.execute(
            "insert into facts (name, value) values (?, ?) on conflict (name) do update set value = excluded.value",
            (LAST, now.astimezone(UTC).isoformat()),
        )
    return target.stat().st_size


def restore(backup: Path, target: Path, *, overwrite: bool = False) -> None:
    """Put a copy in the place of the database, once it has been looked through. Raises NotDone, and changes nothing."""
    if not backup.exists():
        raise NotDone(f"There is no file {backup}.")
    if target.exists():
        if backup.samefile(target):
            raise NotDone(f"{backup} is the database itself. Give a copy of it.")
        if not overwrite:
            raise NotDone(f"{target} exists, and would be lost. To overwrite it, add --yes.")
        _refuse_when_used(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _copy(backup, target)
    for leftover in ("-wal", "-shm"):
        target.with_name(target.name + leftover).unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    beside = target.with_name(f"{target.name}.part")
    try:
        os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
        with closing(reading) as from_, closing(sqlite3.connect(beside)) as to:
            from_.backup(to, pages=PAGES, sleep=PAUSE_S)
            _look_through(to, source)
        beside.replace(target)
    except sqlite3.DatabaseError as error:
        raise NotDone(f"{source} cannot be copied: {error}.") from None
    except OSError as error:
        raise NotDone(f"{error.filename} cannot be written ({error.strerror}).") from None
    finally:
        for leftover in (beside, Path(f"{beside}-journal"), Path(f"{beside}-wal"), Path(f"{beside}-shm")):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _look_through(copy: sqlite3.Connection, source: Path) -> None:
    """Every page, index and reference. Raises NotDone."""
    found = [row[0] for row in copy.execute("pragma integrity_check(1)")]
    if found != ["ok"]:
        raise NotDone(f"{source} is damaged: {found[0]}. The copy was not kept.")
    broken = copy.execute("pragma foreign_key_check").fetchall()
    if broken:
        raise NotDone(f"{source} is damaged: {len(broken)} rows refer to nothing. The copy was not kept.")
    if not copy.execute("select 1 from sqlite_master where name = 'alembic_version'").fetchone():
        raise NotDone(f"{source} is no database of Tirek's.")
    copy.execute("pragma journal_mode = delete")  # one file, whole by itself


def _refuse_when_used(database: Path) -> None:
    """A running bot would go on in the file that is no longer there."""
    try:
        with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as alone:
            alone.execute("pragma locking_mode = exclusive")
            alone.execute("begin exclusive")
            alone.execute("rollback")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise NotDone(f"{database} is in use. Stop the bot first.") from None
    except sqlite3.DatabaseError:
        return  # it is damaged: that is why it is replaced
