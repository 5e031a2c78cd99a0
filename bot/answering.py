"""What the webhook's answer says: one call of the Bot API, which then needs no request of its own.

Its outcome is told to nobody, and it goes out after all other calls. So a call may be held back for the answer only
when nobody needs its result, and it is let go as soon as another one is to follow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Answer:
    """`call`: what is held back, with its `method`; `send` would make it a request."""

    call: dict[str, Any] | None = None
    send: Callable[[], Awaitable[Any]] | None = None
    open: bool = True


_answer: ContextVar[Answer | None] = ContextVar("answer", default=None)


@contextmanager
def opened() -> Iterator[Answer]:
    """Somebody waits for an answer that may say something; when the block ends, it is said."""
    answer = Answer()
    token = _answer.set(answer)
    try:
        yield answer
    finally:
        answer.open = False
        _answer.reset(token)


def is_open() -> bool:
    """Whether a call could be held back."""
    answer = _answer.get()
    return answer is not None and answer.open and answer.call is None


def hold(call: dict[str, Any], send: Callable[[], Awaitable[Any]]) -> None:
    """Hold a call back; only when `is_open`."""
    answer = _answer.get()
    assert answer is not None
    answer.call, answer.send = call, send


async def let_go() -> None:
    """Make the call that is held back now: another one comes after it."""
    answer = _answer.get()
    if answer is not None and answer.open and answer.send is not None:
        send, answer.call, answer.send = answer.send, None, None
        await send()
