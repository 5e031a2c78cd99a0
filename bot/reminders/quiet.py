"""When a message that falls into somebody's quiet hours goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.people import QuietHours
from bot.reminders import model


def softened(due_at: datetime, zone: str, quiet: QuietHours | None) -> tuple[datetime, bool]:
    """When a message that falls into quiet hours goes out, and whether without a sound."""
    if quiet is None:
        return due_at, False
    local = model.local_of(due_at, zone)
    if not quiet.cover(local.time()):
        return due_at, False
    if not quiet.moves:
        return due_at, True
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    return model.instant_of(datetime.combine(day, quiet.end), zone), False
