"""Sending text and places, forwarding and copying, typing and drafts."""

from __future__ import annotations

import re
import time
from typing import Any

from bot.sandbox import errors
from bot.sandbox.core import Core
from bot.sandbox.entities import formatted, text_of
from bot.sandbox.errors import bad
from bot.sandbox.methods import compose
from bot.sandbox.methods.registry import Call, simulates

ACTION_SECONDS = 5.0
ACTIONS = (
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "record_audio",
    "upload_audio",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
)


def text_content(core: Core, call: Call) -> dict[str, Any]:
    """Text fields of a message; 400 for an empty or too long one."""
    if call.get("text") is None:
        raise bad(errors.TEXT_EMPTY)
    text, entities = text_of(call["text"], call.get("parse_mode"), call.get("entities"))
    made: dict[str, Any] = {"text": text}
    if entities := core.world.linked(entities):
        made["entities"] = entities
    if call.get("link_preview_options"):
        made["link_preview_options"] = call["link_preview_options"]
    return made


@simulates("sendMessage")
async def send_message(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    return compose.send(core, call, chat, text_content(core, call))


@simulates("sendLocation")
async def send_location(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    return compose.send(core, call, chat, {"location": location(call.params)})


@simulates("sendVenue")
async def send_venue(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    place = location(call.params)
    optional = ("foursquare_id", "foursquare_type", "google_place_id", "google_place_type")
    venue = {"location": place, "title": call["title"], "address": call["address"]}
    venue |= {key: call[key] for key in optional if call.get(key)}
    return compose.send(core, call, chat, {"location": place, "venue": venue})


@simulates("sendContact")
async def send_contact(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    if not call["phone_number"] or not call["first_name"]:
        raise bad("phone number and first name must be non-empty")
    contact = {k: call[k] for k in ("phone_number", "first_name", "last_name", "vcard") if call.get(k)}
    return compose.send(core, call, chat, {"contact": contact})


def location(params: dict[str, Any]) -> dict[str, Any]:
    """A Bot API `Location`; 400 outside of the globe."""
    latitude, longitude = params["latitude"], params["longitude"]
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise bad("wrong latitude or longitude specified")
    optional = ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius")
    return {
        "latitude": latitude,
        "longitude": longitude,
        **{key: params[key] for key in optional if params.get(key)},
    }


@simulates("sendChatAction")
async def send_chat_action(core: Core, call: Call) -> Any:
    chat = core.world.reachable(call["chat_id"])
    if call["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat.action = (call["action"], time.monotonic() + ACTION_SECONDS)
    core.world.touch(chat)
    return True


@simulates("sendMessageDraft")
async def send_message_draft(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    if chat.type != "private":
        raise bad("message drafts are for private chats only")
    if call["draft_id"] == 0:
        raise bad("draft_id must be non-zero")
    text, entities = formatted(
        call.get("text") or "",
        call.get("parse_mode"),
        call.get("entities"),
        limit=4096,
        too_long=errors.TEXT_LONG,
    )
    chat.draft = {"draft_id": call["draft_id"], "text": text, "entities": core.world.linked(entities)}
    core.world.touch(chat)
    return True


@simulates("forwardMessage")
async def forward_message(core: Core, call: Call) -> Any:
    return compose.send(core, call, compose.open_chat(core, call), **_forwarded(core, call))


def _forwarded(core: Core, call: Call) -> dict[str, Any]:
    source = core.world.reachable(call["from_chat_id"])
    original = source.messages.get(call["message_id"])
    if original is None:
        raise bad("message to forward not found")
    if original.data.get("has_protected_content") or not compose.content_of(original.data):
        raise bad("the message can't be forwarded")
    origin = original.data.get("forward_origin")
    if origin is None and "from" in original.data:
        origin = {"type": "user", "date": original.data["date"], "sender_user": original.data["from"]}
    return {
        "forward_origin": origin or compose.channel_origin(original.data),
        "content": compose.content_of(original.data),
    }


@simulates("copyMessage")
async def copy_message(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    source = core.world.reachable(call["from_chat_id"])
    original = source.messages.get(call["message_id"])
    if original is None:
        raise bad("message to copy not found")
    content = compose.content_of(original.data)
    if original.data.get("has_protected_content") or not content:
        raise bad("the message can't be copied")
    if call.get("caption") is not None and any(kind in content for kind in compose.CAPTIONED):
        content = {k: v for k, v in content.items() if k not in ("caption", "caption_entities")}
        content |= compose.caption(core, call.params)
    return {"message_id": compose.send(core, call, chat, content)["message_id"]}


@simulates("answerCallbackQuery")
async def answer_callback_query(core: Core, call: Call) -> Any:
    query = core.queries.get(call["callback_query_id"])
    if query is None or time.monotonic() - query.born > 15 * 60:
        raise bad(errors.QUERY_OLD)
    if call.get("url") and not re.match(r"(https?|tg)://", call["url"]):
        raise bad("URL_INVALID")
    query.answer = {
        "text": call.get("text") or None,
        "show_alert": bool(call.get("show_alert")),
        "url": call.get("url"),
    }
    query.answered.fire()
    return True
