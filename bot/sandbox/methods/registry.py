"""Which Bot API methods are simulated, and by what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.core import Core
from bot.sandbox.request import Upload


@dataclass(frozen=True, slots=True)
class Call:
    """Checked parameters of one call and the files that came with it."""

    params: dict[str, Any]
    uploads: dict[str, Upload]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, or `default` when it was not given."""
        return self.params.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.params[name]


Handler = Callable[[Core, Call], Awaitable[Any]]
HANDLERS: dict[str, Handler] = {}


def simulates(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for methods of the Bot API; the names are those of the table."""

    def register(handler: Handler) -> Handler:
        for name in names:
            HANDLERS[name] = handler
        return handler

    return register
