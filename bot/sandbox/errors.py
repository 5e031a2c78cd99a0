"""Refusals of the Bot API, with the descriptions that clients match on, and those of the control API."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A Bot API answer `{"ok": false, ...}`: HTTP status `code`, `description`, optional `parameters`."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


class ControlError(Exception):
    """A refusal of the control API: HTTP `status` (4xx) and one sentence."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def bad(text: str) -> ApiError:
    """400 with the prefix that Telegram puts before every such text."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def unsupported(what: str) -> ApiError:
    """501, the sandbox's own: it knows the name and does not simulate it."""
    return ApiError(501, f"Not Implemented in the sandbox: {what}")


UNAUTHORIZED = "Unauthorized"
NOT_FOUND = "Not Found"
CHAT_NOT_FOUND = "chat not found"
TEXT_EMPTY = "message text is empty"
TEXT_LONG = "message is too long"
CAPTION_LONG = "message caption is too long"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
EDIT_NOT_FOUND = "message to edit not found"
EDIT_FORBIDDEN = "message can't be edited"
DELETE_NOT_FOUND = "message to delete not found"
DELETE_FORBIDDEN = "message can't be deleted"
REPLY_NOT_FOUND = "message to be replied not found"
QUERY_OLD = "query is too old and response timeout expired or query ID is invalid"
BUTTON_DATA = "BUTTON_DATA_INVALID"
MARKUP = "can't parse reply keyboard markup JSON object"
FILE_BIG = "file is too big"
FILE_WRONG = "wrong file_id or the file is temporarily unavailable"
REACTION = "REACTION_INVALID"
POLLED_TWICE = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
POLLED_WITH_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
