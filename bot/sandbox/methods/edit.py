"""Changing, deleting, pinning messages and reacting to them."""

from __future__ import annotations

from typing import Any

from bot.sandbox import errors, keyboards
from bot.sandbox.core import Core
from bot.sandbox.errors import bad
from bot.sandbox.methods import compose, media
from bot.sandbox.methods.registry import Call, simulates
from bot.sandbox.methods.send import text_content
from bot.sandbox.world import Chat, Shown

DELETE_SECONDS = 48 * 3600
EMOJI = frozenset(
    "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌"  # noqa: SIM905
    " 🏆 💔 🤨 😐 🍓 🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒"
    " 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀ 😡".split()
)


def _own(core: Core, call: Call) -> tuple[Chat, Shown]:
    """The bot's message that is to be edited."""
    if call.get("chat_id") is None or call.get("message_id") is None:
        raise bad("message identifier is not specified")
    chat = core.world.reachable(call["chat_id"])
    shown = chat.messages.get(call["message_id"])
    if shown is None:
        raise bad(errors.EDIT_NOT_FOUND)
    # Messages with a keyboard below the input field cannot be edited, either
    if not shown.by_bot or (shown.markup is not None and not keyboards.is_inline(shown.markup)):
        raise bad(errors.EDIT_FORBIDDEN)
    return chat, shown


def _apply(
    core: Core, call: Call, chat: Chat, shown: Shown, replaced: tuple[str, ...], content: dict[str, Any]
) -> dict[str, Any]:
    """Exchange the fields `replaced` for `content` and the keyboard for the given one."""
    markup = keyboards.kept(call.get("reply_markup"))
    data = {k: v for k, v in shown.data.items() if k not in (*replaced, "reply_markup")} | content
    if markup is not None:
        data["reply_markup"] = markup
    if data == shown.data:
        raise bad(errors.NOT_MODIFIED)
    if replaced:
        data["edit_date"] = core.clock.stamp()
    shown.data, shown.markup = data, markup
    core.world.touch(chat, shown)
    return data


@simulates("editMessageText")
async def edit_message_text(core: Core, call: Call) -> Any:
    chat, shown = _own(core, call)
    content = text_content(core, call)
    if "text" not in shown.data:
        raise bad("there is no text in the message to edit")
    return _apply(core, call, chat, shown, ("text", "entities", "link_preview_options"), content)


@simulates("editMessageCaption")
async def edit_message_caption(core: Core, call: Call) -> Any:
    chat, shown = _own(core, call)
    if not any(kind in shown.data for kind in compose.CAPTIONED):
        raise bad("there is no caption in the message to edit")
    replaced = ("caption", "caption_entities", "show_caption_above_media")
    return _apply(core, call, chat, shown, replaced, compose.caption(core, call.params))


@simulates("editMessageReplyMarkup")
async def edit_message_reply_markup(core: Core, call: Call) -> Any:
    chat, shown = _own(core, call)
    return _apply(core, call, chat, shown, (), {})


@simulates("editMessageMedia")
async def edit_message_media(core: Core, call: Call) -> Any:
    chat, shown = _own(core, call)
    item = call["media"]
    kind = item["type"]
    if kind not in ("animation", "audio", "document", "photo", "video"):
        raise bad("wrong media type to edit to")
    caption = compose.caption(core, item)
    content = await media.resolve(core, call, kind, item["media"], item) | caption
    chat, shown = _own(core, call)  # it may be gone since
    return _apply(core, call, chat, shown, compose.CONTENT, content)


@simulates("deleteMessage")
async def delete_message(core: Core, call: Call) -> Any:
    chat = core.world.reachable(call["chat_id"])
    shown = chat.messages.get(call["message_id"])
    if shown is None:
        raise bad(errors.DELETE_NOT_FOUND)
    _may_delete(core, chat, shown)
    core.world.remove(chat, shown.id)
    return True


@simulates("deleteMessages")
async def delete_messages(core: Core, call: Call) -> Any:
    chat = core.world.reachable(call["chat_id"])
    if not 1 <= len(call["message_ids"]) <= 100:
        raise bad("message_ids must contain 1-100 identifiers")
    found = [chat.messages[number] for number in dict.fromkeys(call["message_ids"]) if number in chat.messages]
    for shown in found:
        _may_delete(core, chat, shown)
    for shown in found:
        core.world.remove(chat, shown.id)
    return True


def _may_delete(core: Core, chat: Chat, shown: Shown) -> None:
    if chat.type in ("group", "supergroup") and not shown.by_bot:
        if not core.world.is_admin(chat, core.world.bot_id):
            raise bad(errors.DELETE_FORBIDDEN)
        return
    if core.clock.stamp() - shown.data["date"] > DELETE_SECONDS:
        raise bad(errors.DELETE_FORBIDDEN + " for everyone")


@simulates("setMessageReaction")
async def set_message_reaction(core: Core, call: Call) -> Any:
    chat = core.world.reachable(call["chat_id"])
    shown = chat.messages.get(call["message_id"])
    if shown is None:
        raise bad("message to react not found")
    wanted = call.get("reaction") or []
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    for reaction in wanted:
        if not allowed_reaction(reaction):
            raise bad(errors.REACTION)
    react(core, chat, shown, core.world.bot_id, wanted)
    return True


def allowed_reaction(reaction: dict[str, Any]) -> bool:
    """One of the emoji that Telegram allows as reactions, with or without the variation selector."""
    return reaction["type"] == "emoji" and reaction["emoji"].replace("\ufe0f", "") in EMOJI


def react(core: Core, chat: Chat, shown: Shown, user_id: int, reactions: list[dict[str, Any]]) -> None:
    """Set the reactions of one user to a message."""
    if reactions:
        shown.reactions[str(user_id)] = reactions
    else:
        shown.reactions.pop(str(user_id), None)
    core.world.touch(chat, shown)


@simulates("pinChatMessage")
async def pin_chat_message(core: Core, call: Call) -> Any:
    chat = _pinnable(core, call)
    if call["message_id"] not in chat.messages:
        raise bad("message to pin not found")
    if call["message_id"] not in chat.pinned:
        chat.pinned.append(call["message_id"])
        core.world.touch(chat)
    return True


@simulates("unpinChatMessage")
async def unpin_chat_message(core: Core, call: Call) -> Any:
    chat = _pinnable(core, call)
    number = call.get("message_id") or (chat.pinned[-1] if chat.pinned else None)
    if number not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(number)
    core.world.touch(chat)
    return True


@simulates("unpinAllChatMessages")
async def unpin_all_chat_messages(core: Core, call: Call) -> Any:
    chat = _pinnable(core, call)
    chat.pinned.clear()
    core.world.touch(chat)
    return True


def _pinnable(core: Core, call: Call) -> Chat:
    chat = core.world.reachable(call["chat_id"])
    if chat.type != "private" and not core.world.is_admin(chat, core.world.bot_id):
        raise bad("not enough rights to manage pinned messages in the chat")
    return chat
