"""Keyboards that come with messages: what Telegram refuses in them, and their kept form."""

from __future__ import annotations

from typing import Any

from bot.sandbox.entities import normal_url
from bot.sandbox.errors import bad

MAX_BUTTONS = 100
STYLES = ("primary", "success", "danger")
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)


def kept(markup: dict[str, Any] | None) -> dict[str, Any] | None:
    """The keyboard as it is kept; None for none, also for one without buttons. Raises `ApiError` 400."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        rows = [[_inline(button) for button in row] for row in markup["inline_keyboard"] if row]
        _count(rows)
        return {**markup, "inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        rows = [[_reply(button) for button in row] for row in markup["keyboard"] if row]
        _count(rows)
        return {**markup, "keyboard": rows} if rows else None
    return markup


def is_inline(markup: dict[str, Any] | None) -> bool:
    """Whether it is an inline keyboard, the only kind that is part of a message."""
    return markup is not None and "inline_keyboard" in markup


def _count(rows: list[list[dict[str, Any]]]) -> None:
    if sum(map(len, rows)) > MAX_BUTTONS:
        raise bad("reply markup is too long")


def _inline(button: dict[str, Any]) -> dict[str, Any]:
    if not button["text"].strip():
        raise bad("can't parse inline keyboard button: InlineKeyboardButton text must be non-empty")
    _style(button)
    actions = [name for name in ACTIONS if button.get(name) is not None and button[name] is not False]
    if not actions and "disabled" not in button:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad("can't parse inline keyboard button: exactly one action is allowed")
    if "url" in button:
        url = normal_url(button["url"].strip())
        if url is None:
            raise bad("BUTTON_URL_INVALID")
        return {**button, "url": url}
    return button


def _reply(button: dict[str, Any]) -> dict[str, Any]:
    if not button["text"].strip():
        raise bad("can't parse keyboard button: text must be non-empty")
    _style(button)
    return button


def _style(button: dict[str, Any]) -> None:
    if button.get("style") not in (None, *STYLES):
        raise bad("can't parse keyboard button: invalid button style specified")
