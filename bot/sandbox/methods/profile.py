"""What the bot says about itself."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.core import Core
from bot.sandbox.errors import bad
from bot.sandbox.methods.registry import Call, simulates
from bot.sandbox.profile import scope_key
from bot.sandbox.world import ADMIN_RIGHTS, BOT_NAME

MAX_COMMANDS = 100


@simulates("getMe")
async def get_me(core: Core, call: Call) -> Any:
    name = core.profile.get_text("name", "") or BOT_NAME
    return core.world.bot_user() | {
        "first_name": name,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": core.inline.on,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


@simulates("logOut", "close")
async def leave_server(core: Core, call: Call) -> Any:
    return True


def _language(call: Call) -> str:
    language = call.get("language_code") or ""
    if not re.fullmatch(r"([a-z]{2})?", language):
        raise bad("invalid language code specified")
    return str(language)


def _scope(core: Core, call: Call) -> str:
    scope = call.get("scope")
    if scope and "chat_id" in scope:
        scope = {**scope, "chat_id": core.world.known(scope["chat_id"]).id}
    return scope_key(scope)


@simulates("setMyCommands")
async def set_my_commands(core: Core, call: Call) -> Any:
    commands = call["commands"]
    if len(commands) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    made = []
    for one in commands:
        name = one["command"].removeprefix("/")
        if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
            raise bad("BOT_COMMAND_INVALID")
        if not one["description"].strip():
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        made.append({**one, "command": name, "description": one["description"].strip()})
    core.profile.set_commands(_scope(core, call), _language(call), made)
    core.world.touch(None)
    return True


@simulates("getMyCommands")
async def get_my_commands(core: Core, call: Call) -> Any:
    return core.profile.get_commands(_scope(core, call), _language(call))


@simulates("deleteMyCommands")
async def delete_my_commands(core: Core, call: Call) -> Any:
    core.profile.set_commands(_scope(core, call), _language(call), None)
    core.world.touch(None)
    return True


def _text(kind: str) -> None:
    async def set_text(core: Core, call: Call) -> Any:
        core.profile.set_text(kind, _language(call), (call.get(kind) or "").strip())
        core.world.touch(None)
        return True

    async def get_text(core: Core, call: Call) -> Any:
        text = core.profile.get_text(kind, _language(call))
        return {kind: text or (BOT_NAME if kind == "name" else "")}

    title = kind.title().replace("_", "")
    simulates(f"setMy{title}")(set_text)
    simulates(f"getMy{title}")(get_text)


for _kind in ("name", "description", "short_description"):
    _text(_kind)


@simulates("setChatMenuButton")
async def set_chat_menu_button(core: Core, call: Call) -> Any:
    button = call.get("menu_button") or {"type": "default"}
    if button["type"] == "web_app" and not button["web_app"]["url"].startswith("https://"):
        raise bad("menu button web app URL must be an HTTPS URL")
    if call.get("chat_id") is None:
        core.profile.menu_button = button
        core.profile.revision += 1
        core.world.touch(None)
    else:
        chat = core.world.known(call["chat_id"])
        if chat.type != "private":
            raise bad("the menu button can be set in private chats only")
        chat.menu_button = button
        core.world.touch(chat)
    return True


@simulates("getChatMenuButton")
async def get_chat_menu_button(core: Core, call: Call) -> Any:
    general = core.profile.menu_button or {"type": "commands"}
    if call.get("chat_id") is None:
        return general
    return core.world.known(call["chat_id"]).menu_button or general


def _rights_key(call: Call) -> str:
    return "channels" if call.get("for_channels") else "groups"


@simulates("setMyDefaultAdministratorRights")
async def set_rights(core: Core, call: Call) -> Any:
    core.profile.rights[_rights_key(call)] = call.get("rights") or {}
    core.profile.revision += 1
    return True


@simulates("getMyDefaultAdministratorRights")
async def get_rights(core: Core, call: Call) -> Any:
    none = dict.fromkeys(("is_anonymous", *ADMIN_RIGHTS), False)
    return none | core.profile.rights.get(_rights_key(call), {})
