"""Sending files of all kinds, alone and as albums."""

from __future__ import annotations

import asyncio
import mimetypes
import secrets
from typing import Any

from bot.sandbox import media
from bot.sandbox.core import Core
from bot.sandbox.errors import bad
from bot.sandbox.files import Stored
from bot.sandbox.methods import compose
from bot.sandbox.methods.registry import Call, simulates
from bot.sandbox.request import Upload

_MIME = {"voice": "audio/ogg", "video": "video/mp4", "video_note": "video/mp4", "audio": "audio/mpeg"}
_SENDS = {
    "sendPhoto": "photo",
    "sendAudio": "audio",
    "sendDocument": "document",
    "sendVideo": "video",
    "sendAnimation": "animation",
    "sendVoice": "voice",
    "sendVideoNote": "video_note",
    "sendSticker": "sticker",
}


async def store(core: Core, kind: str, upload: Upload, given: dict[str, Any]) -> list[Stored]:
    """Keep an uploaded file as that kind: several sizes of a photo, else one. `given` wins over what is measured."""
    if not upload.data:
        raise bad("file must be non-empty")
    if kind == "photo":
        return core.files.add_photo(await asyncio.to_thread(media.photo_sizes, upload.data))
    mime = upload.mime
    if mime in ("", "application/octet-stream"):
        mime = mimetypes.guess_type(upload.name)[0] or _MIME.get(kind, "application/octet-stream")
    found = media.Probe()
    if kind not in ("document", "sticker"):
        found = await asyncio.to_thread(media.probe, upload.data)
    return [core.files.add(kind, upload.name, mime, upload.data, _facts(kind, found, given))]


def _facts(kind: str, found: media.Probe, given: dict[str, Any]) -> dict[str, Any]:
    duration = given.get("duration") or found.duration
    width, height = given.get("width") or found.width, given.get("height") or found.height
    if kind == "voice":
        return {"duration": duration}
    if kind == "audio":
        tags = {"performer": given.get("performer") or found.performer, "title": given.get("title") or found.title}
        return {"duration": duration, **{key: value for key, value in tags.items() if value}}
    if kind in ("video", "animation"):
        return {"width": width or 320, "height": height or 320, "duration": duration}
    if kind == "video_note":
        return {"length": given.get("length") or min(width, height) or 240, "duration": duration}
    if kind == "sticker":
        facts = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return facts | ({"emoji": given["emoji"]} if given.get("emoji") else {})
    return {}


async def resolve(core: Core, call: Call, kind: str, value: Any, given: dict[str, Any]) -> dict[str, Any]:
    """The media field of a message for an upload, an `attach://` name or a known file id."""
    if isinstance(value, str) and value.startswith("attach://"):
        value = call.uploads.get(value.removeprefix("attach://"))
        if value is None:
            raise bad("wrong file identifier/HTTP URL specified")
    if isinstance(value, Upload):
        return fields(kind, await store(core, kind, value, given))
    if value.startswith(("http://", "https://")):
        # Telegram would fetch it; the sandbox talks to nobody outside
        raise bad("failed to get HTTP URL content")
    file = core.files.get(value)
    if file.kind != kind:
        raise bad(f"can't use file of type {_title(file.kind)} as {_title(kind)}")
    return fields(kind, core.files.sizes(file))


def fields(kind: str, files: list[Stored]) -> dict[str, Any]:
    """The fields of a message that show these files (sizes of one photo, or one file)."""
    if kind == "photo":
        return {"photo": [file.object() for file in files]}
    made = files[0].object()
    if kind == "animation":
        document = {k: v for k, v in made.items() if k not in ("width", "height", "duration")}
        return {"animation": made, "document": document}
    return {kind: made}


def _title(kind: str) -> str:
    return kind.title().replace("_", "")


def _sender(kind: str) -> Any:
    async def send(core: Core, call: Call) -> Any:
        chat = compose.open_chat(core, call)
        caption = compose.caption(core, call.params)
        content = await resolve(core, call, kind, call[kind], call.params)
        core.world.reachable(call["chat_id"])  # it may have changed while the file was looked into
        return compose.send(core, call, chat, {**content, **caption})

    return send


for _method, _kind in _SENDS.items():
    simulates(_method)(_sender(_kind))


@simulates("sendMediaGroup")
async def send_media_group(core: Core, call: Call) -> Any:
    chat = compose.open_chat(core, call)
    items = call["media"]
    if not 2 <= len(items) <= 10:
        raise bad("media must contain 2-10 items")
    kinds = {item["type"] for item in items}
    if kinds - {"photo", "video", "audio", "document"}:
        raise bad("wrong media type in an album")
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        raise bad("document and audio can't be mixed with other media types")
    contents = []
    for item in items:
        caption = compose.caption(core, item)
        contents.append(await resolve(core, call, item["type"], item["media"], item) | caption)
    album = str(secrets.randbits(60))
    return [compose.send(core, call, chat, content, media_group_id=album) for content in contents]
