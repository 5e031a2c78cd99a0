"""Wake-ups between replicas: LISTEN/NOTIFY of PostgreSQL, so that work begins at once wherever it may be done.

Nothing depends on them but time: whoever misses one finds the work with the look of the next second. On SQLite there is
one process, and nobody to wake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database

log = structlog.get_logger(__name__)

CHANNEL = "tirek"
AGAIN_S = 1.0
PING_S = 10.0
"""How often a quiet connection is asked whether it is still there."""


async def tell(tx: AsyncSession, topic: str, detail: str = "") -> None:
    """Tell every replica when this transaction is committed. `topic` is one word."""
    if tx.get_bind().dialect.name != "sqlite":
        told = {"channel": CHANNEL, "payload": f"{topic} {detail}".strip()}
        await tx.execute(text("select pg_notify(:channel, :payload)"), told)


class Wakeups:
    """Listens on a connection of its own. `hear` gets topic and detail of what is told by any replica, this one too.

    `connected` is told when the listening begins (True) and when it ends (False): meanwhile things are missed.
    """

    def __init__(
        self, db: Database, hear: Callable[[str, str], None], connected: Callable[[bool], None] = lambda _: None
    ) -> None:
        self._db = db
        self._hear = hear
        self._connected = connected

    async def run(self) -> None:
        """Listen until cancelled; when the connection is lost, listen on another one."""
        if self._db.is_sqlite:
            await asyncio.Event().wait()
        while True:
            try:
                await self.listen()
            except Exception as error:  # whatever the driver raises: the database is away, or ended the connection
                log.warning("wakeups.lost", error=type(error).__name__, again_in_s=AGAIN_S)
                await asyncio.sleep(AGAIN_S)

    async def listen(self) -> None:
        """Listen until the connection is lost, which raises."""
        lost = asyncio.Event()

        def heard(_connection: Any, _pid: int, _channel: str, payload: str) -> None:
            topic, _, detail = payload.partition(" ")
            self._hear(topic, detail)

        async with self._db.engine.connect() as held:
            raw = await held.get_raw_connection()
            driver: Any = raw.driver_connection
            driver.add_termination_listener(lambda _connection: lost.set())
            try:
                await driver.add_listener(CHANNEL, heard)
                self._connected(True)
                while True:
                    try:
                        async with asyncio.timeout(PING_S):
                            await lost.wait()
                        raise ConnectionError("the database ended the connection that listens")
                    except TimeoutError:
                        await driver.fetchval("select 1", timeout=PING_S)
            finally:
                self._connected(False)
                if not driver.is_closed():
                    driver.terminate()
                await held.invalidate()
