"""What somebody writes about a plan: a sentence of a language, or a recurrence rule as calendars write it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.reminders import model, phrases, rrule
from bot.reminders.model import Draft, OneOff
from bot.reminders.phrases import Question


def read(text: str, now: datetime, zone: str, lang: str) -> Draft | OneOff | Question:
    """As `phrases.read`; a recurrence rule that no plan can hold raises `rrule.NotAPlan`, which says why."""
    if rrule.looks_like(text):
        return rrule.read_text(text, zone, model.local_of(now, zone).date())
    return phrases.read(text, now, zone, lang)


def as_json(result: Draft | OneOff | Question, now: datetime, zone: str) -> dict[str, Any]:
    """The object that `tirek parse --json` prints: of a plan also its recurrence rules, one for each of its times."""
    found = phrases.as_json(result)
    if isinstance(result, Draft):
        today = model.local_of(now, result.zone or zone).date()
        found["rrule"] = [each.rrule() for each in rrule.write(result.rule, today)]
    return found
