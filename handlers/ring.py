"""The picture of a week worth celebrating."""

from __future__ import annotations

import asyncio

from bot.i18n import Translator
from bot.people import Person
from bot.reminders.model import Outlet, Progress
from bot.reminders.pictures import ring
from handlers.wording import outlet_name


async def goal_picture(progress: Progress, outlet: Outlet | None, person: Person, t: Translator) -> bytes | None:
    """The ring toward the goal, for a screen's `picture`; None for a plan without a goal."""
    if not progress.goal_weeks:
        return None
    words = t.plural_plain("week in a row", "weeks in a row", progress.weeks)
    return await asyncio.to_thread(
        ring.goal_ring,
        heading(outlet, t),
        progress.weeks,
        words,
        progress.goal,
        progress.goal_weeks,
        dark=person.dark_pictures,
    )


def heading(outlet: Outlet | None, t: Translator) -> str:
    """What stands above a picture of an outlet, as plain text."""
    return outlet_name(outlet, t) if outlet else t.plain("Publications")
