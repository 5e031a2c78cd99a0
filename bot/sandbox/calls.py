"""Every Bot API call that came in, for the page and for tests."""

from __future__ import annotations

from collections import deque
from typing import Any

from bot.sandbox.request import Upload

KEPT = 50_000


class Calls:
    """The last 50,000 calls, numbered from 1 in the order of their answers."""

    def __init__(self) -> None:
        self._n = 0
        self._calls: deque[dict[str, Any]] = deque(maxlen=KEPT)

    def add(
        self, time: str, method: str, params: dict[str, Any], uploads: dict[str, Upload], answer: dict[str, Any] | None
    ) -> None:
        """Record one; `answer` is None when the connection was dropped before anything was done."""
        shown = dict(params)
        for name, upload in uploads.items():
            shown[name] = {"file_name": upload.name, "mime_type": upload.mime, "file_size": len(upload.data)}
        self._n += 1
        self._calls.append({"n": self._n, "time": time, "method": method, "parameters": shown, "answer": answer})

    def after(self, n: int, method: str | None = None) -> list[dict[str, Any]]:
        """Calls with a number over `n`."""
        return [
            call
            for call in self._calls
            if call["n"] > n and (method is None or call["method"].lower() == method.lower())
        ]

    def clear(self) -> None:
        """Forget them; numbers go on."""
        self._calls.clear()
