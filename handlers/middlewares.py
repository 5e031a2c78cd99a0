"""What every update gets before a handler sees it: the person and the translator, unless it is one of too many.

They sit on `dispatcher.update`, outside everything, so that the error handler has them too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update, User

from bot.app import App
from bot.i18n import Translator, language_of
from bot.limits import Answer, TooMuchAtOnce
from bot.reminders import service
from handlers.rights import is_group


class PersonMiddleware(BaseMiddleware):
    """Adds `person` and `t` when a human sent the update in a private chat or pressed a button.

    Who writes in a group is not written down: there is only `t`, in the language of their Telegram.
    """

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        app: App = data["app"]
        user: User | None = data.get("event_from_user")
        if isinstance(event, Update) and event.inline_query is not None:  # typed in any chat: nobody is written down
            return await handler(event, data)
        if user is None or user.is_bot or not isinstance(event, Update) or event.my_chat_member or event.chat_member:
            return await handler(event, data)
        allowed = app.limits.ask(user.id, app.now())
        if allowed is Answer.REFUSE:
            return None
        in_group = is_group(data.get("event_chat"))
        if in_group and event.callback_query is None:
            data["t"] = Translator(language_of(user.language_code))
            return await handler(event, data) if allowed is Answer.HANDLE else None
        person = await app.people.meet(user.id, user.first_name, user.language_code, app.now())
        if person.blocked and not in_group:  # whoever writes can be written to again, whatever Telegram said last
            await service.came_back(app.db, person.id, app.now())
            await app.people.forget_memory(person.id)
            app.bell.set()
        data["person"] = replace(person, blocked=False)
        data["t"] = data["person"].translator
        if allowed is Answer.TELL:
            raise TooMuchAtOnce
        return await handler(event, data)
