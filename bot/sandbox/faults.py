"""Failures on demand: the next calls of a method answer with an error, late, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox.errors import ApiError, ControlError

_TEXTS = {
    400: "Bad Request: fault asked for",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: fault asked for",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class Fault:
    """What happens to the next `times` calls. `drop`: "before" the call is done, or "after" it, no answer comes."""

    times: int
    error: ApiError | None
    delay_s: float
    drop: str | None


class Faults:
    """The faults that wait, by method in lower case; "*" is any."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Fault]] = {}

    def add(self, request: dict[str, Any]) -> dict[str, Any]:
        """Take `{"method", "times", "error_code"?, "description"?, "retry_after"?, "delay_s"?, "drop"?}`."""
        method = request.get("method")
        if not isinstance(method, str) or not method:
            raise ControlError("method must be the name of a Bot API method, or *")
        times = request.get("times", 1)
        if not isinstance(times, int) or isinstance(times, bool) or not 0 <= times <= 1_000_000:
            raise ControlError("times must be a whole number; 0 forgets the faults of that method")
        if times == 0:
            self._waiting.pop(method.lower(), None)
            return {"method": method, "times": 0}
        fault = Fault(times, self._error(request), self._delay(request), self._drop(request))
        self._waiting.setdefault(method.lower(), []).append(fault)
        return {"method": method, "times": times}

    def take(self, method: str) -> Fault | None:
        """The fault for a call of `method` made now, and one less of them."""
        for name in (method.lower(), "*"):
            waiting = self._waiting.get(name)
            if waiting:
                fault = waiting[0]
                fault.times -= 1
                if fault.times <= 0:
                    waiting.pop(0)
                return fault
        return None

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    @staticmethod
    def _error(request: dict[str, Any]) -> ApiError | None:
        retry, code = request.get("retry_after"), request.get("error_code")
        if code is None and retry is None:
            return None
        code = 429 if code is None else code
        if not isinstance(code, int) or not 400 <= code <= 599:
            raise ControlError("error_code must be 400 to 599")
        if retry is not None and (not isinstance(retry, int) or isinstance(retry, bool) or retry < 0):
            raise ControlError("retry_after must be whole seconds")
        text = request.get("description")
        if code == 429:
            retry = 5 if retry is None else retry
            text = text or f"Too Many Requests: retry after {retry}"
        parameters = {"retry_after": retry} if retry is not None else None
        return ApiError(code, str(text or _TEXTS.get(code, "fault asked for")), parameters)

    @staticmethod
    def _delay(request: dict[str, Any]) -> float:
        delay = request.get("delay_s", 0)
        if not isinstance(delay, (int, float)) or isinstance(delay, bool) or not 0 <= delay <= 600:
            raise ControlError("delay_s must be 0 to 600 seconds")
        return float(delay)

    @staticmethod
    def _drop(request: dict[str, Any]) -> str | None:
        drop = request.get("drop")
        if drop in (None, False):
            return None
        if drop in (True, "before"):
            return "before"
        if drop == "after":
            return "after"
        raise ControlError('drop must be true, "before" or "after"')
