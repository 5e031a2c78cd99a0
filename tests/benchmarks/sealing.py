"""What it costs to seal personal texts: a value, and an update that is kept; and to seal all anew with another key."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import insert

from bot import resealing
from bot.db import migrate
from bot.db.engine import Database
from bot.db.sealed import Keyring
from bot.db.tables import PersonRow
from tests.benchmarks.figures import Figure
from tests.support import NOW

TEXTS = {
    "a name": "Айнұр",
    "a step": "видеоны қайта көру, мәтінін түзету, мұқабасын салу 12",
    "an update": "я" * 700,
}


async def measure(folder: Path, rounds: int = 5000, people: int = 5000) -> list[Figure]:
    """Milliseconds for a thousand values, and for a thousand people whose name gets another key, on SQLite."""
    old, new = b"1" * 32, b"2" * 32
    keys = Keyring([old])
    figures = []
    for name, text in TEXTS.items():
        stored = keys.seal(text, "bench")
        for act, work in (
            ("seal", lambda text=text: keys.seal(text, "bench")),
            ("open", lambda s=stored: keys.open(s, "bench")),
        ):
            figures.append(Figure(f"{act} {name}, a thousand", _thousand(work, rounds), "ms", f"n={rounds}"))
    db = Database(f"sqlite+aiosqlite:///{folder / 'sealing.db'}", keys)
    await migrate.upgrade(db)
    row = {"first_name": "Айнұр", "language": "kk", "zone": "Asia/Almaty", "created_at": NOW, "last_seen": NOW}
    async with db.transaction() as tx:
        await tx.execute(insert(PersonRow), [{"id": number, **row} for number in range(1, people + 1)])
    keys.use([new, old])
    began = time.perf_counter()
    done = await resealing.sweep(db)
    spent = time.perf_counter() - began
    await db.close()
    if done.sealed != people:
        raise AssertionError(f"{done.sealed} of {people} were sealed anew")
    return [*figures, Figure("sealed anew, a thousand rows", 1e6 * spent / people, "ms", f"n={people}, SQLite")]


def _thousand(work: Callable[[], object], rounds: int) -> float:
    work()
    began = time.process_time()
    for _ in range(rounds):
        work()
    return (time.process_time() - began) * 1e6 / rounds
