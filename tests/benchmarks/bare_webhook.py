"""A bare aiogram bot behind a webhook, that writes who wrote with one upsert an update: the usual way.

bare_webhook.py PORT DATABASE_URL silent     nothing more
bare_webhook.py PORT DATABASE_URL answering  it answers, too, with the webhook's own answer
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.db.engine import Database
from bot.db.tables import PersonRow

TEXT = "I remind you to publish, week after week. Write when: Tue, Fri 19:00 YouTube."


def build(db: Database, *, answering: bool) -> web.Application:
    """Its application. 200 is answered after the handling, as ours does: else updates would be lost."""
    dispatcher = Dispatcher(disable_fsm=True)
    upsert = sqlite_insert if db.is_sqlite else postgresql_insert

    @dispatcher.message()
    async def hear(message: Message) -> Any:
        user = message.from_user
        assert user is not None
        seen = {"first_name": user.first_name, "telegram_language": user.language_code, "last_seen": datetime.now(UTC)}
        new = {"id": user.id, "language": "en", "zone": "Asia/Almaty", "created_at": seen["last_seen"], **seen}
        async with db.transaction() as tx:
            added = upsert(PersonRow).values(**new)
            await tx.execute(added.on_conflict_do_update(index_elements=["id"], set_=seen))
        return message.answer(TEXT) if answering else None

    app = web.Application()
    handler = SimpleRequestHandler(dispatcher, Bot("123456:" + "A" * 35), handle_in_background=False)
    handler.register(app, path="/hook")
    return app


if __name__ == "__main__":
    port, url, how = sys.argv[1:]
    web.run_app(
        build(Database(url), answering=how == "answering"),
        host="127.0.0.1",
        port=int(port),
        access_log=None,
        print=None,
    )
