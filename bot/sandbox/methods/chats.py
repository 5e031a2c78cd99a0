"""Asking about chats, members and files."""

from __future__ import annotations

from typing import Any

from bot.sandbox.core import Core
from bot.sandbox.errors import bad
from bot.sandbox.methods.registry import Call, simulates
from bot.sandbox.world import IN_CHAT, Chat

_GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_invite_users",
)


@simulates("getChat")
async def get_chat(core: Core, call: Call) -> Any:
    chat = _readable(core, call["chat_id"])
    info = core.world.chat_object(chat) | {
        "accent_color_id": abs(chat.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(_GIFTS, False),
    }
    if "username" in info:
        info["active_usernames"] = [info["username"]]
    if chat.type in ("group", "supergroup"):
        info["permissions"] = dict.fromkeys(_PERMISSIONS, True)
    if chat.pinned:
        info["pinned_message"] = chat.messages[chat.pinned[-1]].data
    return info


@simulates("getChatMember")
async def get_chat_member(core: Core, call: Call) -> Any:
    chat = _readable(core, call["chat_id"])
    user_id = call["user_id"]
    if user_id != core.world.bot_id and user_id not in core.world.people:
        raise bad("user not found")
    if chat.type == "private" and user_id not in (chat.id, core.world.bot_id):
        raise bad("user not found")
    return core.world.member(chat, user_id)


@simulates("getChatMemberCount")
async def get_chat_member_count(core: Core, call: Call) -> Any:
    chat = _readable(core, call["chat_id"])
    if chat.type == "private":
        return 2
    return sum(member["status"] in IN_CHAT for member in chat.members.values())


@simulates("getChatAdministrators")
async def get_chat_administrators(core: Core, call: Call) -> Any:
    chat = _readable(core, call["chat_id"])
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    return [
        core.world.member(chat, user_id)
        for user_id in chat.members
        if core.world.is_admin(chat, user_id) and user_id != core.world.bot_id
    ]


@simulates("leaveChat")
async def leave_chat(core: Core, call: Call) -> Any:
    chat = core.world.reachable(call["chat_id"])
    if chat.type == "private":
        raise bad("can't leave a private chat")
    chat.members[core.world.bot_id] = {"status": "left"}
    core.world.touch(chat)
    return True


@simulates("getFile")
async def get_file(core: Core, call: Call) -> Any:
    return core.files.file_object(core.files.get(call["file_id"]))


@simulates("getUserProfilePhotos")
async def get_user_profile_photos(core: Core, call: Call) -> Any:
    if call["user_id"] not in core.world.people:
        raise bad("user not found")
    return {"total_count": 0, "photos": []}


def _readable(core: Core, chat_id: int | str) -> Chat:
    """A private chat that the bot knows, blocked or not, or a chat that it is in."""
    chat = core.world.known(chat_id)
    return chat if chat.type == "private" else core.world.reachable(chat_id)
