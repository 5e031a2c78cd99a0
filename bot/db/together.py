"""Group commit: what is to be written while a transaction is under way goes into the next one, all of it together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _Batch(Generic[Item]):
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.written = False
        self.enough = asyncio.Event()
        self.error: BaseException | None = None


class Together(Generic[Item]):
    """Writes items with `write`, one call at a time. The first of a batch waits `linger_s` for company, or until
    `enough` have come."""

    def __init__(
        self, write: Callable[[Sequence[Item]], Awaitable[None]], linger_s: float = 0.0, enough: int = 1
    ) -> None:
        self._write = write
        self._linger_s = linger_s
        self._enough = enough
        self._turn = asyncio.Lock()
        self._open: _Batch[Item] = _Batch()

    async def add(self, item: Item) -> None:
        """Return when `item` is written; raise what the writing of its batch raised."""
        batch = self._open
        batch.items.append(item)
        if len(batch.items) >= self._enough:
            batch.enough.set()
        async with self._turn:
            if not batch.written:  # the first of the batch to get here writes all of it
                if self._linger_s and not batch.enough.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(batch.enough.wait(), self._linger_s)
                self._open = _Batch()
                batch.written = True
                try:
                    await self._write(batch.items)
                except BaseException as error:
                    batch.error = error
                    raise
        if batch.error is not None:
            raise RuntimeError("written together with others, and that failed") from batch.error
