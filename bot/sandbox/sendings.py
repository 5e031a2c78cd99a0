"""A person's message as the control API asks for it: JSON or a form, with or without a file."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.sandbox import media, people
from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError, ControlError
from bot.sandbox.methods.media import fields, store
from bot.sandbox.request import Upload, load_json
from bot.sandbox.world import Shown

FILES = ("voice", "audio", "video", "video_note", "document", "photo", "animation")
_OBJECTS = ("entities", "location", "forward_origin", "contact", "chat_shared", "users_shared")
_NUMBERS = ("from", "chat", "reply_to", "duration")


async def post(core: Core, given: dict[str, Any], uploads: dict[str, Upload]) -> tuple[Shown, int | None]:
    """Post it. Raises `ControlError`."""
    given = _typed(given)
    person = core.world.person(given.get("from"))
    chat = core.world.private(person) if given.get("chat") is None else core.world.chat(given["chat"])
    people.may_write(core, person, chat)
    extra: dict[str, Any] = {}
    if given.get("forward_origin") is not None:
        extra["forward_origin"] = people.origin(core, given["forward_origin"])
    if given.get("media_group_id") is not None:
        extra["media_group_id"] = _album(given["media_group_id"])
    kinds = [kind for kind in FILES if kind in uploads]
    if len(kinds) > 1 or (uploads and not kinds):
        raise ControlError("send one file, as one of " + ", ".join(FILES))
    if kinds:
        content = await _file(core, kinds[0], uploads[kinds[0]], given)
    else:
        content = people.content_of(core, given)
    extra |= people.reply(chat, given.get("reply_to"))  # looked up last: nothing awaits from here on
    return people.post(core, person, chat, content, **extra)


def _album(given: Any) -> str:
    if not isinstance(given, str | int) or isinstance(given, bool) or not 0 < len(str(given)) <= 32:
        raise ControlError("media_group_id must be a text of 1 to 32 characters")
    return str(given)


def _typed(given: dict[str, Any]) -> dict[str, Any]:
    """Values of a form as what they mean; everything may also come as JSON in the field `payload`."""
    made = dict(given)
    payload = made.pop("payload", None)
    if payload is not None:
        try:
            inner = load_json(payload) if isinstance(payload, str) else payload
        except ValueError as wrong:
            raise ControlError("payload must be JSON") from wrong
        if not isinstance(inner, dict):
            raise ControlError("payload must be a JSON object")
        made |= inner
    for key in _NUMBERS:
        if isinstance(made.get(key), str):
            if not made[key].lstrip("-").isdecimal():
                raise ControlError(f"{key} must be a number")
            made[key] = int(made[key])
    for key in _OBJECTS:
        if isinstance(made.get(key), str):
            try:
                made[key] = load_json(made[key])
            except ValueError as wrong:
                raise ControlError(f"{key} must be JSON") from wrong
    return made


async def _file(core: Core, kind: str, upload: Upload, given: dict[str, Any]) -> dict[str, Any]:
    """The content of a message with that file; what a browser recorded becomes a real voice note."""
    if kind == "voice":
        upload = await _as_voice(upload)
    measures = {key: given[key] for key in ("duration", "title", "performer") if given.get(key) is not None}
    if not isinstance(measures.get("duration", 0), int):
        raise ControlError("duration must be whole seconds")
    try:
        content = fields(kind, await store(core, kind, upload, measures))
    except ApiError as refused:
        raise ControlError(refused.description) from refused
    if given.get("caption"):
        text, entities = people.written(core, given["caption"], "caption", given.get("entities"))
        content["caption"] = text
        if entities:
            content["caption_entities"] = core.world.linked(entities)
    return content


async def _as_voice(upload: Upload) -> Upload:
    if not upload.data.startswith(media.EBML):
        mime = upload.mime if upload.mime.startswith("audio/") else "audio/ogg"
        return Upload(upload.name, mime, upload.data)
    ogg = await asyncio.to_thread(media.to_ogg, upload.data)
    if ogg is None:
        raise ControlError("that WebM recording holds no Opus audio")
    return Upload("voice.oga", "audio/ogg", ogg)
