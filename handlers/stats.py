"""Statistics: how steady somebody publishes, as a picture with the same facts in words."""

from __future__ import annotations

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import Message

from bot.app import App
from bot.i18n import Translator
from bot.people import Person
from bot.reminders import chart, model, service
from handlers.planning import Build
from handlers.reminders import progress_text
from handlers.screen import Screen, main_button, show
from handlers.wording import lines, plan_title, safe

router = Router(name="stats")


@router.message(Command("stats"))
async def stats(message: Message, app: App, person: Person, t: Translator) -> None:
    """Streak, score and a 13-week heat map of every plan together."""
    standings = await service.plans(app.db, person)
    if not any(standing.slots for standing in standings):
        text = t("No publications to show yet. They appear here after your first reminder.")
        await show(message, Screen(text, [[main_button(t.plain("New plan"), Build())]] if not standings else []))
        return
    now = app.now()
    today = model.local_of(now, person.zone).date()
    slots = [slot for standing in standings for slot in standing.slots]
    upcoming = [m.local for s in standings if not s.plan.paused for m in service.this_week(s.plan, now)]
    picture = chart.heat_map(
        slots,
        upcoming,
        today,
        chart.Labels(
            title=t.plain("13 weeks"),
            weekdays=[t.weekday(day) for day in range(1, 8)],
            months=[t.month(month) for month in range(1, 13)],
            done=t.plain("done"),
            missed=t.plain("missed"),
            neutral=t.plain("skipped"),
            planned=t.plain("planned"),
        ),
    )
    parts = []
    for standing in standings:
        plan = standing.plan
        parts.append(
            lines(f"<b>{safe(plan_title(plan.rule, plan.outlet, t))}</b>", progress_text(standing.progress, t))
        )
    caption = "\n\n".join(parts[:4])
    await show(message, Screen(caption, picture=picture))
