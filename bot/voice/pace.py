"""How long a check will take: learned from those before it."""

from __future__ import annotations

import math
from typing import Final

WORTH_SAYING_S: Final = 3.0  # less is no wait
_SLOWEST: Final = 2.0  # seconds of work for a second of audio; beyond it, something else was slow
_WEIGHT: Final = 0.2  # of the newest check


class Pace:
    """Seconds that checks take here. Forgotten with the process."""

    def __init__(self) -> None:
        self._each_s = 1.0  # download, decoding, the answer
        self._a_second = 0.05  # of work for a second of audio: 20 times real time

    def learn(self, audio_s: float, took_s: float) -> None:
        """A check of `audio_s` seconds took `took_s`."""
        if audio_s >= 20:
            self._a_second += _WEIGHT * (min(took_s / audio_s, _SLOWEST) - self._a_second)
        elif audio_s > 0:
            self._each_s += _WEIGHT * (min(took_s, 60.0) - self._each_s)

    def wait_s(self, audio_s: float, *, ahead: int = 0, ahead_s: float = 0.0, at_once: int = 1) -> int | None:
        """Whole seconds until a recording of `audio_s` seconds has its answer, rounded up to fives beyond ten.

        `ahead`: checks that wait before it, with `ahead_s` seconds of audio; `at_once` are done side by side. None
        where the wait is not worth saying.
        """
        queue = (ahead * self._each_s + ahead_s * self._a_second) / at_once
        found = queue + self._each_s + audio_s * self._a_second
        if found <= WORTH_SAYING_S:
            return None
        return math.ceil(found) if found <= 10 else math.ceil(found / 5) * 5
