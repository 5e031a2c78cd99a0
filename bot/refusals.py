"""What the Bot API's refusals mean for a queued message: one table for whoever sends it."""

from __future__ import annotations

from bot.outbox import ChatMoved, TryLater, Unreachable

GONE = ("chat not found", "user not found", "PEER_ID_INVALID", "user is deactivated")


def refusal(
    status: int, description: str, *, retry_after: float | None = None, moved_to: int | None = None
) -> TryLater | Unreachable | ChatMoved:
    """The error to raise for an answer that is no message. `status` is HTTP's; 0 when no answer came."""
    if retry_after is not None:
        return TryLater(retry_after, flood=True)
    if moved_to is not None:
        return ChatMoved(moved_to)
    if status == 403:  # blocked, or thrown out
        return Unreachable(description, blocked=True)
    if status == 400:
        return Unreachable(description, blocked=any(text in description for text in GONE))
    if status in (401, 404):  # the token or the address: no person's fault
        return TryLater(60)
    return TryLater(5)
