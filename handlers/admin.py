"""Figures for the operator. Only for ADMIN_IDS; for everybody else the command does not exist."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import BaseFilter, Command
from aiogram.types import Message

from bot import people, updates
from bot.app import App
from bot.i18n import Translator
from handlers.screen import Screen, show
from handlers.wording import lines

router = Router(name="admin")


class IsAdmin(BaseFilter):
    """Telegram's command scopes are a convenience; this is the lock."""

    async def __call__(self, message: Message, app: App) -> bool:
        return message.from_user is not None and message.from_user.id in app.admin_ids


async def _parked(app: App, t: Translator) -> str | None:
    """Updates that were given up, with what to type; nothing when there are none."""
    count = await updates.parked_now(app.db)
    return t("Not handled: {count}. To try again: tirek inbox retry", count=count) if count else None


@router.message(Command("admin"), IsAdmin())
async def admin(message: Message, app: App, t: Translator) -> None:
    """People, plans, the last week."""
    counts = await people.count(app.db, app.now())
    languages = ", ".join(f"{name} {total}" for name, total in sorted(counts.by_language.items()))
    text = lines(
        t(
            "People: {people}, active today {day}, this week {week}, blocked {blocked}",
            people=counts.people,
            day=counts.active_day,
            week=counts.active_week,
            blocked=counts.blocked,
        ),
        t("Languages: {languages}", languages=languages),
        t(
            "Plans on: {plans}. Last 7 days: {done} of {slots} published",
            plans=counts.plans,
            done=counts.slots_done_week,
            slots=counts.slots_week,
        ),
        t("Voice checks in 24 h: {checks}", checks=counts.checks_day),
        await _parked(app, t),
    )
    await show(message, Screen(text))
