"""Offsets as Telegram counts them: in UTF-16 code units."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate


def units(text: str) -> int:
    """Length of `text` in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


class Offsets:
    """Translate between character positions and UTF-16 positions of one text."""

    def __init__(self, text: str) -> None:
        self._starts = list(accumulate((2 if c > "\uffff" else 1 for c in text), initial=0))

    def to_utf16(self, position: int) -> int:
        """UTF-16 offset of the character at `position` (the length of the text is allowed)."""
        return self._starts[position]

    def to_position(self, offset: int) -> int | None:
        """The character that begins at UTF-16 `offset`; None in the middle of a pair or outside."""
        found = bisect_left(self._starts, offset)
        if found < len(self._starts) and self._starts[found] == offset:
            return found
        return None

    @property
    def total(self) -> int:
        """Length of the text in UTF-16 units."""
        return self._starts[-1]
