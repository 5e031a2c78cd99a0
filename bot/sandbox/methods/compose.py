"""What all ways of sending share: where to, in reply to what, with which keyboard, and how it ends up in the chat."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox import errors, keyboards
from bot.sandbox.core import Core
from bot.sandbox.entities import caption_of
from bot.sandbox.errors import bad
from bot.sandbox.methods.registry import Call
from bot.sandbox.world import Chat, Shown

CONTENT = (
    "text",
    "entities",
    "link_preview_options",
    "animation",
    "audio",
    "document",
    "photo",
    "sticker",
    "video",
    "video_note",
    "voice",
    "caption",
    "caption_entities",
    "show_caption_above_media",
    "has_media_spoiler",
    "contact",
    "location",
    "venue",
)
CAPTIONED = ("animation", "audio", "document", "photo", "video", "voice")


def open_chat(core: Core, call: Call) -> Chat:
    """The chat that a send goes to. Raises `ApiError` as `World.reachable`, or when the bot may not post there."""
    chat = core.world.reachable(call["chat_id"])
    if chat.type == "channel" and not core.world.is_admin(chat, core.world.bot_id):
        raise bad("need administrator rights in the channel chat")
    if call.get("message_thread_id"):
        raise bad("message thread not found")
    return chat


def send(core: Core, call: Call, chat: Chat, content: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """Put a message of the bot into the chat and answer its Bot API form."""
    markup = keyboards.kept(call.get("reply_markup"))
    effect = call.get("message_effect_id")
    if effect is not None and (chat.type != "private" or not re.fullmatch(r"\d{1,20}", effect)):
        raise bad("EFFECT_ID_INVALID")
    reply = _replied(core, chat, call.get("reply_parameters"))
    data: dict[str, Any] = {"message_id": core.world.next_message_id(chat)}
    if chat.type == "channel":
        data["sender_chat"] = core.world.chat_object(chat)
    else:
        data["from"] = core.world.bot_user()
    data |= {"chat": core.world.chat_object(chat), "date": core.clock.stamp(), **extra, **reply, **content}
    if call.get("protect_content"):
        data["has_protected_content"] = True
    if effect is not None:
        data["effect_id"] = effect
    if markup is not None and keyboards.is_inline(markup):
        data["reply_markup"] = markup
    chat.draft = chat.action = None
    shown = Shown(data, markup, by_bot=True, silent=bool(call.get("disable_notification")))
    return core.world.put(chat, shown).data


def _replied(core: Core, chat: Chat, reply: dict[str, Any] | None) -> dict[str, Any]:
    if reply is None or reply.get("message_id") is None:
        return {}
    there = chat if reply.get("chat_id") is None else core.world.known(reply["chat_id"])
    target = there.messages.get(reply["message_id"])
    if target is None:
        if reply.get("allow_sending_without_reply"):
            return {}
        raise bad(errors.REPLY_NOT_FOUND)
    if there is not chat:
        origin = {"type": "user", "date": target.data["date"], "sender_user": target.data.get("from")}
        if "from" not in target.data:
            origin = channel_origin(target.data)
        return {"external_reply": {"origin": origin, "message_id": target.id}}
    made = {"reply_to_message": without_reply(target.data)}
    if reply.get("quote"):
        whole = target.data.get("text") or target.data.get("caption") or ""
        at = whole.find(reply["quote"])
        if at < 0:
            raise bad("QUOTE_TEXT_INVALID")
        made["quote"] = {
            "text": reply["quote"],
            "position": len(whole[:at].encode("utf-16-le")) // 2,
            "is_manual": True,
        }
    return made


def without_reply(data: dict[str, Any]) -> dict[str, Any]:
    """A message as it stands inside another one."""
    return {k: v for k, v in data.items() if k not in ("reply_to_message", "pinned_message")}


def channel_origin(data: dict[str, Any]) -> dict[str, Any]:
    """`MessageOriginChannel` of a channel post."""
    return {
        "type": "channel",
        "date": data["date"],
        "chat": data["sender_chat"],
        "message_id": data["message_id"],
    }


def content_of(data: dict[str, Any]) -> dict[str, Any]:
    """What a copy of the message holds."""
    return {key: data[key] for key in CONTENT if key in data}


def caption(core: Core, params: dict[str, Any]) -> dict[str, Any]:
    """Caption fields from the parameters of a send or of one `InputMedia`."""
    made: dict[str, Any] = {}
    if params.get("caption"):
        text, entities = caption_of(params["caption"], params.get("parse_mode"), params.get("caption_entities"))
        if text:
            made["caption"] = text
        if entities := core.world.linked(entities):
            made["caption_entities"] = entities
    if params.get("show_caption_above_media"):
        made["show_caption_above_media"] = True
    if params.get("has_spoiler"):
        made["has_media_spoiler"] = True
    return made
