"""The Bot API methods that the sandbox simulates; `call` is the way in."""

from __future__ import annotations

from typing import Any

from bot.sandbox import errors, spec, validate
from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError, unsupported
from bot.sandbox.methods import chats, edit, inline, media, profile, receive, send
from bot.sandbox.methods.registry import HANDLERS, Call
from bot.sandbox.request import Upload

_ = (chats, edit, inline, media, profile, receive, send)  # each registers its methods

# Parameters of parts of Telegram that the sandbox has not: asked for loudly refused, never silently ignored.
NOT_SIMULATED = (
    "business_connection_id",
    "direct_messages_topic_id",
    "ephemeral_message_parameters",
    "suggested_post_parameters",
    "inline_message_id",
    "rich_message",
)


async def call(core: Core, name: str, params: dict[str, Any], uploads: dict[str, Upload]) -> Any:
    """The result of a Bot API call. Raises `ApiError` for every refusal."""
    method = spec.load().method(name)
    if method is None:
        raise ApiError(404, errors.NOT_FOUND)
    handler = HANDLERS.get(method.name)
    if handler is None:
        raise unsupported(method.name)
    checked = validate.check(method, params, uploads)
    for parameter in NOT_SIMULATED:
        if checked.get(parameter) is not None:
            raise unsupported(f"{method.name}.{parameter}")
    return await handler(core, Call(checked, uploads))
