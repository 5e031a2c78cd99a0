"""The webhook as Telegram knows it, over aiogram: its errors become those of `bot/way_in.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from aiogram import Bot
from aiogram.exceptions import (
    TelegramAPIError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)

from bot.way_in import Away, CannotStart


class Webhook:
    """Reads, sets and deletes it. Each raises Away when Telegram does not answer, CannotStart when it refuses."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def current(self) -> tuple[str, Sequence[str]]:
        """Its address, empty without one, and the kinds of updates it is sent."""
        with _translated():
            known = await self._bot.get_webhook_info()
        return known.url, known.allowed_updates or []

    async def set(self, url: str, secret: str, kinds: Sequence[str]) -> None:
        """Have updates of these kinds sent there."""
        with _translated():
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=list(kinds))

    async def delete(self) -> None:
        """Have updates kept for polling."""
        with _translated():
            await self._bot.delete_webhook()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (TelegramUnauthorizedError, TelegramNotFound):
        raise CannotStart("Telegram does not know this BOT_TOKEN. Copy it from @BotFather once more.") from None
    except (TelegramNetworkError, TelegramServerError, TelegramRetryAfter) as error:
        raise Away(type(error).__name__) from None
    except TelegramAPIError as error:
        raise CannotStart(f"Telegram refused to start: {error.message}") from None
