"""Builds the Bot and the Dispatcher: the order of middlewares and routers is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatType, ParseMode
from aiogram.types import TelegramObject, Update
from pydantic import ValidationError

from bot import observe
from bot.app import App
from bot.updates import GiveUp
from handlers import (
    admin,
    answers,
    broadcast,
    builder,
    calendar,
    errors,
    groups,
    hearing,
    inline,
    misses,
    moving,
    news,
    outlets,
    outside,
    own_voice,
    pauses,
    planning,
    plans,
    preparing,
    reminders,
    settings,
    start,
    stats,
    teams,
    topics,
    verdicts,
    voice,
    weekly,
    words,
)
from handlers.middlewares import PersonMiddleware
from handlers.rights import Admins, TeamGate, outside_groups

# Their buttons work in groups too, for the group; `voice` judges a recording wherever somebody asks.
SHARED = (
    reminders.router,
    preparing.router,
    weekly.router,
    pauses.router,
    plans.router,
    planning.router,
    builder.router,
    settings.router,
    start.home,
)
for shared in SHARED:
    shared.callback_query.middleware(TeamGate())
IN_GROUPS = (*SHARED, voice.router, verdicts.router, hearing.router)


def build_bot(token: str, api_url: str) -> Bot:
    """The bot, talking to the Bot API server at `api_url`."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(api_url), timeout=60)
    session.middleware(errors.late_taps)
    session.middleware(errors.observed)
    return Bot(token, session=session, default=DefaultBotProperties(parse_mode=ParseMode.HTML))


def build_dispatcher(app: App) -> Dispatcher:
    """Routers in order: the first whose filter fits handles the update.

    Texts go to the plan reader, then to the settings (a city's name), then to the answers.
    """
    dispatcher = Dispatcher(disable_fsm=True, app=app, admins=Admins(app.clock))
    dispatcher.update.outer_middleware(PersonMiddleware())
    for kind, observer in dispatcher.observers.items():
        if kind not in ("update", "error"):
            observer.middleware(named)
    private = [
        inline.router,
        broadcast.router,
        news.router,
        start.router,
        start.home,
        reminders.router,
        preparing.router,
        weekly.router,
        moving.router,
        pauses.router,
        pauses.dates,
        plans.router,
        calendar.router,
        stats.router,
        outlets.router,
        settings.router,
        planning.router,
        builder.router,
        own_voice.router,
        voice.router,
        verdicts.router,
        outside.router,
        hearing.router,
        words.router,
        misses.router,
        admin.router,
        topics.router,
        answers.router,
        start.leftovers,
    ]
    alone = Router(name="private")
    alone.message.filter(F.chat.type == ChatType.PRIVATE)
    for router in private:
        if router not in IN_GROUPS:
            router.callback_query.filter(outside_groups)
    for parent, routers in ((alone, private), (dispatcher, (groups.router, teams.router, alone, groups.leftovers))):
        for router in routers:
            _include(parent, router)
    _include(dispatcher, errors.router)
    _keep_to_the_loop(dispatcher)
    return dispatcher


async def named(
    handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]], event: TelegramObject, data: dict[str, Any]
) -> Any:
    """Around every handler: which one it is, for whoever traces what the bot does."""
    function = data["handler"].callback
    with observe.span(f"{function.__module__}.{function.__qualname__}"):
        return await handler(event, data)


def _include(parent: Router, router: Router) -> None:
    if router.parent_router is not None:  # a second dispatcher in one process, as tests make
        router.parent_router.sub_routers.remove(router)
        router._parent_router = None
    parent.include_router(router)


def _keep_to_the_loop(dispatcher: Dispatcher) -> None:
    """aiogram hands each filter that is no coroutine to a thread, and there are dozens on the way of a message. Ours
    only look at what has come: the way there and back is most of what an update costs."""
    for router in dispatcher.chain_tail:
        for observer in router.observers.values():
            for handler in (observer._handler, *observer.handlers):
                for each in handler.filters or ():
                    if not each.awaitable:
                        each.callback, each.awaitable = _at_once(each.callback), True


def _at_once(look: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    async def looked(*args: Any, **kwargs: Any) -> Any:
        return look(*args, **kwargs)

    return looked


def update_kinds(dispatcher: Dispatcher) -> list[str]:
    """What Telegram is asked to send. The list is kept by the server, so it is always given whole."""
    return sorted({*dispatcher.resolve_used_update_types(), "message", "callback_query", "my_chat_member"})


async def feed(dispatcher: Dispatcher, bot: Bot, update: dict[str, Any]) -> None:
    """Handle one update as it came over the wire. Raises GiveUp for one that cannot be read."""
    try:
        known = Update.model_validate(update, context={"bot": bot})
    except ValidationError as error:  # it quotes the update, which must not come into the log
        raise GiveUp(", ".join(".".join(map(str, each["loc"])) for each in error.errors()[:5])) from None
    await dispatcher.feed_update(bot, known)
