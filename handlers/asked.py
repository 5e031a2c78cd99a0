"""Lets a text through that answers what the bot asked last."""

from __future__ import annotations

from typing import Any

from aiogram.filters import BaseFilter
from aiogram.types import Message

from bot.app import App
from bot.people import Person
from bot.reminders import asked


class Asked(BaseFilter):
    """The text answers a question of this kind; the handler gets what the question was about as `content`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def __call__(self, message: Message, app: App, person: Person) -> bool | dict[str, Any]:
        if not message.text or message.text.startswith("/"):
            return False
        found = await asked.current(app.db, person, app.now())
        return {"content": found.content} if found is not None and found.kind == self.kind else False
