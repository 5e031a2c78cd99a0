"""Wake whoever waits for a change; used by every long poll."""

from __future__ import annotations

import asyncio
import contextlib


class Signal:
    """`fire` wakes all that wait now. Look at the state and call `wait` with no await in between: nothing is missed."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.closed = False

    def fire(self) -> None:
        """Wake all that wait."""
        self._event.set()
        self._event = asyncio.Event()

    def close(self) -> None:
        """Wake all, and let nobody wait again: the server stops."""
        self.closed = True
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until the next `fire`, at most `seconds` of real time."""
        if self.closed or seconds <= 0:
            return
        event = self._event
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
