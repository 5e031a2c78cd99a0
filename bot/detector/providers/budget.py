"""How many recordings were sent to each service today (UTC). Kept in a small SQLite file, so that neither a restart nor
a second process on this machine begins to count anew."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path


def today() -> str:
    """The day that counts, such as 2026-11-30."""
    return datetime.now(UTC).date().isoformat()


class Budget:
    """Counts in a file. Thread-safe; a file that cannot be written spends nothing, so nothing is sent."""

    def __init__(self, file: Path, day: Callable[[], str] = today) -> None:
        self._file = file
        self._day = day
        self._lock = threading.Lock()

    def spend(self, name: str, per_day: int) -> bool:
        """Count one more recording for a service; False where that would be more than `per_day`."""
        day = self._day()
        try:
            with self._lock, self._table() as table:
                table.execute("DELETE FROM asked WHERE day < ?", (day,))
                table.execute("INSERT OR IGNORE INTO asked VALUES (?, ?, 0)", (day, name))
                one_more = "UPDATE asked SET count = count + 1 WHERE day = ? AND name = ? AND count < ?"
                return table.execute(one_more, (day, name, per_day)).rowcount == 1
        except (OSError, sqlite3.Error):
            return False

    def spent(self, name: str) -> int:
        """What was sent to a service today."""
        try:
            with self._lock, self._table() as table:
                mine = "SELECT count FROM asked WHERE day = ? AND name = ?"
                row = table.execute(mine, (self._day(), name)).fetchone()
                return int(row[0]) if row else 0
        except (OSError, sqlite3.Error):
            return 0

    @contextlib.contextmanager
    def _table(self) -> Iterator[sqlite3.Connection]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(self._file, timeout=5)) as connection, connection:
            key = "PRIMARY KEY (day, name)"
            connection.execute(f"CREATE TABLE IF NOT EXISTS asked (day TEXT, name TEXT, count INTEGER, {key})")
            yield connection
