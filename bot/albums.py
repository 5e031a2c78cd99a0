"""Several files sent together are messages of their own; what goes for all of them is said once."""

from __future__ import annotations

from collections import deque

REMEMBERED = 200


class Albums:
    """What was said to which album. Forgotten with the process: then a line comes once more."""

    def __init__(self) -> None:
        self._said: deque[tuple[str, int, str]] = deque(maxlen=REMEMBERED)

    def first(self, what: str, chat_id: int, album: str | None) -> bool:
        """Whether `what` is to be said: the message is no part of an album, or the album has not heard it."""
        if album is None:
            return True
        key = what, chat_id, album
        if key in self._said:
            return False
        self._said.append(key)
        return True
