"""The 13-week heat map: a column a week, a row a weekday, a cell a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.drawing import Canvas, fitted, theme
from bot.reminders.model import GOAL_WEEKS
from bot.reminders.pictures.marks import draw_day, draw_legend, legend_rows, present
from bot.reminders.pictures.ring import draw_ring
from bot.reminders.statistics import Days, Mark, first_monday

WIDTH: Final = 1080
CELL: Final = 60
STEP: Final = 70  # from one cell to the next
LEFT: Final = 132
TOP: Final = 222
_MARGIN: Final = 36
_WORDS: Final = 34  # a phone shows the picture at a third of its size


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the picture. `weekdays`: 7, Monday first; `months`: 12."""

    title: str
    below: str
    weekdays: Sequence[str]
    months: Sequence[str]
    marks: Mapping[Mark, str]


def heat_map(
    days: Days, today: date, words: Words, *, goal: int = 0, goal_weeks: int | None = None, dark: bool = False
) -> bytes:
    """A PNG of the thirteen weeks up to the one of `today`. `goal` of `goal_weeks` weeks are reached; None: no ring."""
    rows = legend_rows(present(days), words.marks, _WORDS, WIDTH - 2 * _MARGIN)
    bottom = TOP + 7 * STEP + 20
    canvas = Canvas(WIDTH, round(bottom + len(rows) * _WORDS * 1.5 + 18), theme(dark=dark))
    room = WIDTH - 2 * _MARGIN - (170 if goal_weeks else 0)
    canvas.text(_MARGIN, 34, fitted(words.title, room, 50, bold=True), 50, bold=True)
    canvas.text(_MARGIN, 102, fitted(words.below, room, _WORDS), _WORDS, colour=canvas.theme.pale)
    if goal_weeks:
        draw_ring(canvas, WIDTH - 108, 92, 72, goal, goal_weeks)
        canvas.text(WIDTH - 108, 92, f"{goal}/{goal_weeks}", 27, bold=True, anchor="mm")
    for row, name in enumerate(words.weekdays):
        canvas.text(_MARGIN, TOP + row * STEP + CELL / 2, name, _WORDS, colour=canvas.theme.pale, anchor="lm")
    monday = first_monday(today, GOAL_WEEKS)
    for week, month in month_labels(monday, GOAL_WEEKS):
        at = LEFT + week * STEP, TOP - 48
        canvas.text(*at, words.months[month - 1], _WORDS, colour=canvas.theme.pale)
    for number in range(GOAL_WEEKS * 7):
        day = monday + timedelta(days=number)
        x, y = LEFT + number // 7 * STEP, TOP + number % 7 * STEP
        draw_day(canvas, x, y, CELL, days.get(day, ()))
        if day == today:
            canvas.box(x - 5, y - 5, CELL + 10, CELL + 10, None, outline=canvas.theme.ink, radius=16, thickness=3)
    draw_legend(canvas, _MARGIN, bottom, rows, words.marks, _WORDS)
    return canvas.png()


def month_labels(monday: date, weeks: int) -> list[tuple[int, int]]:
    """Above which weeks the name of which month stands: at its first Monday, and at the start where there is room."""
    mondays = [monday + timedelta(weeks=week) for week in range(weeks)]
    found = [(week, each.month) for week, each in enumerate(mondays) if each.day <= 7]
    if not found or found[0][0] > 1:
        found.insert(0, (0, monday.month))
    return found
