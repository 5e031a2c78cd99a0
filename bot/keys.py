"""The keys of the database: where they come from, whether they are the right ones, and how new ones take over.

`ENCRYPTION_KEY`, or a file in DATA_DIR that is made at the first start. Whether a database is sealed, and with which
key, stands in the database: a row of `facts` holds a word sealed with the oldest key that is still needed.
"""

from __future__ import annotations

import os
from pathlib import Path

import structlog
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.sealed import Keyring, Unreadable, key_id, new_key, read_key
from bot.db.tables import FactRow, PersonRow
from bot.settings import Settings

log = structlog.get_logger(__name__)

FILE = "encryption.key"
WITNESS = "sealing"  # the fact that tells whether the keys are right
_PLACE = "facts.sealing"


class KeyProblem(Exception):
    """The database cannot be read with the keys at hand; the text tells the operator what to do."""


class Keys(Keyring):
    """The keys of the settings, then those of the file in DATA_DIR."""

    def __init__(self, settings: Settings) -> None:
        self.file = settings.data_dir / FILE
        self._given = settings.encryption_keys
        super().__init__(self._found(), again=self._found)

    @property
    def given(self) -> bool:
        """Whether the operator chose the key, so that the file is none of our business."""
        return bool(self._given)

    def _found(self) -> list[bytes]:
        return [*self._given, *_in_file(self.file)]

    def make(self) -> None:
        """A new key, in the file, before those that are there: it seals from now on. Raises KeyProblem."""
        self._write([new_key(), *_lines(self.file)])

    def keep_first(self) -> None:
        """Let the file forget every key but the one that seals."""
        self._write(_lines(self.file)[:1])

    def _write(self, lines: list[str]) -> None:
        beside = self.file.with_name(f"{FILE}.new")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.writelines(f"{line}\n" for line in lines)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.file)
        except OSError as error:
            raise KeyProblem(f"{self.file} cannot be written ({error.strerror}). Choose another DATA_DIR.") from None
        self.use(self._found())


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="ascii")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError):
        raise KeyProblem(f"{file} cannot be read. It holds the key of the database: put the right one back.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


def _in_file(file: Path) -> list[bytes]:
    try:
        return [read_key(line) for line in _lines(file)]
    except ValueError:
        raise KeyProblem(f"{file} holds no key. It had the key of the database: put the right one back.") from None


async def unlock(db: Database) -> None:
    """Make sure that what the database holds can be read, and seal what is written from now on. Raises KeyProblem.

    A database that is not sealed yet: an SQLite file is sealed at once, with a key made for it if none was given.
    PostgreSQL may have replicas of the version before, and replicas must share the key: it is sealed when it has a
    key and is empty, or when the operator says so (`tirek rotate-key`).
    """
    keys = db.keys
    if not isinstance(keys, Keys):
        return
    async with db.transaction() as tx:
        witness = await fact(tx, WITNESS)
        inhabited = bool(await tx.scalar(select(exists().where(PersonRow.id.is_not(None)))))
    if witness is not None:
        _check(keys, witness)
        return
    if not db.is_sqlite and (not keys.given or inhabited):
        keys.sealing = False
        do = "tirek rotate-key, when no older version runs" if keys.given else "set ENCRYPTION_KEY: tirek new-key"
        log.warning("texts.not_sealed", to_seal_them=do)
        return
    made = not keys.ids
    if made:
        keys.make()
    async with db.transaction() as tx:
        insert = sqlite_insert if db.is_sqlite else postgresql_insert
        first = insert(FactRow).values(name=WITNESS, value=witness_of(keys))
        await tx.execute(first.on_conflict_do_nothing(index_elements=["name"]))
        witness = await fact(tx, WITNESS)
    _check(keys, witness or "")
    if made:
        log.info("key.made", file=str(keys.file))


def _check(keys: Keys, witness: str) -> None:
    try:
        keys.open(witness, _PLACE)
    except Unreadable:
        raise KeyProblem(
            f"The texts in this database are sealed with the key {key_id(witness)}, and neither ENCRYPTION_KEY nor "
            f"{keys.file} has it. Put it back: without it nobody can read them."
        ) from None


async def notice(db: Database) -> None:
    """Begin to seal when the operator has said so since the start."""
    if isinstance(db.keys, Keys) and not db.keys.sealing:
        async with db.transaction() as tx:
            witness = await fact(tx, WITNESS)
        if witness is not None:
            _check(db.keys, witness)
            db.keys.sealing = True


async def fact(tx: AsyncSession, name: str) -> str | None:
    """A small fact that the database keeps."""
    row = await tx.get(FactRow, name)
    return row.value if row is not None else None


def witness_of(keys: Keyring) -> str:
    """What the fact `WITNESS` holds once the key that seals now is the oldest that is needed."""
    return keys.seal("tirek", _PLACE)


def describe(settings: Settings) -> tuple[str, bool]:
    """Where the key is, for the doctor, and whether that is well."""
    keys = Keys(settings)
    if keys.given:
        return f"Personal texts are sealed with the key {keys.ids[0]} of ENCRYPTION_KEY.", True
    if not settings.database.startswith("sqlite") and keys.ids:
        return f"{keys.file} holds the key {keys.ids[0]}: every replica needs it. Put it into ENCRYPTION_KEY.", False
    if not settings.database.startswith("sqlite"):
        return "Personal texts are not sealed: PostgreSQL needs ENCRYPTION_KEY. Type: tirek new-key", False
    if not keys.ids:
        return f"Personal texts will be sealed with a key made at the first start: {FILE} in DATA_DIR.", True
    if os.name == "posix" and keys.file.stat().st_mode & 0o077:
        return f"{keys.file} can be read by others than its owner. Type: chmod 600 {keys.file}", False
    kept = "keep a copy of it, away from the backups"
    return f"Personal texts are sealed with the key {keys.ids[0]}, {FILE} in DATA_DIR: {kept}.", True
