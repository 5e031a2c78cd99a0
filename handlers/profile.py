"""What Telegram shows about the bot: commands, name, descriptions, in three languages.

Read first and written only where something differs: replicas start often, and these calls are limited.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.errors import N_
from bot.i18n import LANGUAGES, Language, Translator

log = structlog.get_logger(__name__)

COMMANDS: dict[str, str] = {
    "plan": N_("New plan: Tue, Fri 19:00 YouTube"),
    "today": N_("Today and this week"),
    "plans": N_("My plans"),
    "stats": N_("My weeks"),
    "export": N_("My plans in a calendar"),
    "connect": N_("Connect my channel"),
    "check": N_("Check a voice note"),
    "myvoice": N_("Does a note sound like me?"),
    "ask": N_("Ask about copyright"),
    "topics": N_("Topics of the answers"),
    "settings": N_("Settings"),
    "timezone": N_("My city"),
    "language": N_("Қазақша · Русский · English"),
    "help": N_("What I can do"),
    "privacy": N_("Privacy"),
    "mydata": N_("What is kept about me"),
    "deleteme": N_("Erase everything about me"),
    "cancel": N_("Cancel what I began"),
}
GROUP_COMMANDS: dict[str, str] = {
    "plan": N_("New plan of the group (admins)"),
    "plans": N_("Plans of the group"),
    "today": N_("Today and this week"),
    "team": N_("Who publishes when"),
    "stats": N_("Weeks of the group"),
    "check": N_("Check a voice note"),
    "language": N_("Қазақша · Русский · English"),
    "timezone": N_("City of the group (admins)"),
    "settings": N_("Settings"),
    "help": N_("What I can do"),
}
NAME = N_("Tirek")
DESCRIPTION = N_(
    "I help you publish at the same time, week after week: I remind you, count your weeks and stay silent when you "
    "rest. Forward me a voice note you doubt, and I look for signs of synthesis. Ask me about copyright: I answer with "
    "sources."
)
SHORT_DESCRIPTION = N_("Publish week after week: reminders, voice check, copyright answers")


async def publish(bot: Bot, admin_ids: Iterable[int], *, own_voice: bool = False) -> None:
    """Make Telegram show our commands and texts. Failing is no reason not to start. `own_voice`: whether voices can be
    compared here."""
    ours = {name: text for name, text in COMMANDS.items() if own_voice or name != "myvoice"}
    try:
        for language in LANGUAGES:
            await _publish_language(bot, Translator(language), None if language == "en" else language, ours)
    except TelegramAPIError as error:
        log.warning("profile.not_published", error=type(error).__name__)
    for admin_id in admin_ids:
        try:
            await _publish_admin(bot, BotCommandScopeChat(chat_id=admin_id), ours)
        except TelegramAPIError as error:  # most often one who has not pressed Start yet
            log.warning("profile.admin_not_published", error=type(error).__name__)


def _commands(t: Translator, ours: dict[str, str]) -> list[BotCommand]:
    return [BotCommand(command=name, description=t.plain(text)) for name, text in ours.items()]


def _same(known: list[BotCommand], ours: list[BotCommand]) -> bool:
    """Equal to a reader. What aiogram received is tied to its bot, and so never equal to what we made."""
    return [(each.command, each.description) for each in known] == [(each.command, each.description) for each in ours]


async def _publish_admin(bot: Bot, scope: BotCommandScopeChat, ours: dict[str, str]) -> None:
    """An admin sees two commands more."""
    more = {"admin": "Figures and journal", "broadcast": "A message to everybody"}
    commands = [*_commands(Translator("en"), ours), *_commands(Translator("en"), more)]
    if not _same(await bot.get_my_commands(scope), commands):
        await bot.set_my_commands(commands, scope)


async def _publish_language(bot: Bot, t: Translator, code: Language | None, ours: dict[str, str]) -> None:
    """One language; None is what everybody else sees."""
    scopes = (BotCommandScopeAllPrivateChats(), ours), (BotCommandScopeAllGroupChats(), GROUP_COMMANDS)
    for scope, names in scopes:
        commands = _commands(t, names)
        if not _same(await bot.get_my_commands(scope, code), commands):
            await bot.set_my_commands(commands, scope, code)
    if (await bot.get_my_name(code)).name != t.plain(NAME):
        await bot.set_my_name(t.plain(NAME), code)
    if (await bot.get_my_description(code)).description != t.plain(DESCRIPTION):
        await bot.set_my_description(t.plain(DESCRIPTION), code)
    if (await bot.get_my_short_description(code)).short_description != t.plain(SHORT_DESCRIPTION):
        await bot.set_my_short_description(t.plain(SHORT_DESCRIPTION), code)
