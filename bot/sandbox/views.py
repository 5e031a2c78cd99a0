"""What the control API shows: people, chats, messages and files as the page needs them."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.profile import scope_key
from bot.sandbox.world import BOT_NAME, Chat, Person, Shown

# Shown inline; everything else is offered as a download, so that no file can run as a page of this address.
_INLINE = ("image/jpeg", "image/png", "image/webp", "image/gif", "audio/", "video/")


def person(core: Core, one: Person) -> dict[str, Any]:
    """A person, what they see of the bot, and how they stand with it."""
    chat = core.world.private(one)
    language = str(one.user.get("language_code", ""))[:2].lower()
    return {
        **one.user,
        "started": one.started,
        "blocked": one.blocked,
        "deactivated": one.deactivated,
        "revision": chat.revision,
        "last_message": _last(chat),
        "commands": _commands(core, chat, one.id, language),
        "menu_button": chat.menu_button or core.profile.menu_button or {"type": "commands"},
        **_texts(core, language),
    }


def _texts(core: Core, language: str) -> dict[str, str]:
    return {
        "bot_name": core.profile.get_text("name", language) or BOT_NAME,
        "bot_description": core.profile.get_text("description", language),
        "bot_short_description": core.profile.get_text("short_description", language),
    }


def _commands(core: Core, chat: Chat, user_id: int, language: str) -> list[dict[str, Any]]:
    """Narrowest scope first, as Telegram's documentation orders them."""
    if chat.type == "private":
        scopes = [scope_key({"type": "chat", "chat_id": chat.id}), "all_private_chats", "default"]
    else:
        scopes = [
            scope_key({"type": "chat_member", "chat_id": chat.id, "user_id": user_id}),
            scope_key({"type": "chat_administrators", "chat_id": chat.id}),
            scope_key({"type": "chat", "chat_id": chat.id}),
            "all_chat_administrators",
            "all_group_chats",
            "default",
        ]
        if not core.world.is_admin(chat, user_id):
            scopes = [scope for scope in scopes if "administrators" not in scope]
    return core.profile.effective_commands(scopes, language)


def _last(chat: Chat) -> dict[str, Any] | None:
    if not chat.messages:
        return None
    shown = chat.messages[max(chat.messages)]
    text = shown.data.get("text") or shown.data.get("caption") or ""
    return {"message_id": shown.id, "date": shown.data["date"], "text": text[:100], "by_bot": shown.by_bot}


def chat(core: Core, one: Chat) -> dict[str, Any]:
    """A group or channel with its members."""
    return {
        **core.world.chat_object(one),
        "members": [
            {"user": user_id, "status": member["status"], "commands": _commands(core, one, user_id, "")}
            for user_id, member in one.members.items()
        ],
        "bot_status": core.world.bot_status(one),
        "migrated_to": one.migrated_to,
        "revision": one.revision,
        "last_message": _last(one),
    }


def state(core: Core) -> dict[str, Any]:
    """Everything a page needs to draw its lists."""
    world = core.world
    return {
        "people": [person(core, one) for one in world.people.values()],
        "chats": [chat(core, one) for one in world.chats.values() if one.type != "private"],
        "bot": {
            **world.bot_user(),
            **_texts(core, ""),
            "webhook": core.updates.webhook["url"] if core.updates.webhook else None,
            "pending_updates": len(core.updates.queue),
        },
        "now": core.clock.now().isoformat(),
        "step": core.clock.step,
        "followers": len(core.clock.followers()),
        "revision": world.revision,
    }


def message(shown: Shown) -> dict[str, Any]:
    """A message in Bot API form, with the keyboard of any kind, reactions, and whether it came silently."""
    return {
        **shown.data,
        **({"reply_markup": shown.markup} if shown.markup else {}),
        "reactions": [
            {"user": int(user_id), **reaction}
            for user_id, reactions in shown.reactions.items()
            for reaction in reactions
        ],
        "by_bot": shown.by_bot,
        "silent": shown.silent,
        "revision": shown.revision,
    }


def messages(core: Core, one: Chat, *, after: int, since: int) -> dict[str, Any]:
    """What a chat shows: all, or what has a higher number than `after`, or what changed since that revision."""
    shown = [m for m in one.messages.values() if m.id > after and m.revision > since]
    return {
        "messages": [message(m) for m in sorted(shown, key=lambda m: m.id)],
        "deleted": [number for number, revision in one.deleted.items() if revision > since >= 0],
        "pinned": one.pinned,
        "action": _action(one),
        "draft": one.draft,
        "revision": one.revision,
        "now": core.clock.now().isoformat(),
    }


def _action(one: Chat) -> dict[str, Any] | None:
    if one.action is None:
        return None
    left = one.action[1] - time.monotonic()
    return {"action": one.action[0], "left_s": round(left, 1)} if left > 0 else None


def file(core: Core, file_id: str) -> Response:
    """The bytes of a file."""
    try:
        found = core.files.get(file_id)
    except ApiError as refused:
        raise ControlError("no such file", 404) from refused
    inline = found.mime.startswith(_INLINE)
    kind = "inline" if inline else "attachment"
    return FileResponse(
        core.files.where(found),
        media_type=found.mime if inline else "application/octet-stream",
        headers={
            "content-disposition": f"{kind}; filename*=utf-8''{quote(found.name)}",
            "content-security-policy": "sandbox; default-src 'none'; media-src 'self'; img-src 'self'",
            "cache-control": "private, max-age=86400",
        },
    )
