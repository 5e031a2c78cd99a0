"""What every update gets before a handler sees it: the person and the translator.

They sit on `dispatcher.update`, outside everything, so that the error handler has them too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update, User

from bot.app import App
from bot.reminders import service


class PersonMiddleware(BaseMiddleware):
    """Adds `person` and `t` when a human sent the update in a private chat or pressed a button."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        app: App = data["app"]
        user: User | None = data.get("event_from_user")
        if user is not None and not user.is_bot and isinstance(event, Update) and event.my_chat_member is None:
            person = await app.people.meet(user.id, user.first_name, user.language_code, app.now())
            if person.blocked:  # whoever writes can be written to again, whatever Telegram said last
                await service.came_back(app.db, person.id, app.now())
                await app.people.forget_memory(person.id)
                app.bell.set()
            data["person"] = replace(person, blocked=False)
            data["t"] = data["person"].translator
        return await handler(event, data)
