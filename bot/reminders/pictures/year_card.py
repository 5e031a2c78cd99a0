"""The year card: a picture made for sharing. It shows what its owner would tell, and nothing else about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.drawing import Canvas, drawable, fitted, size_for, theme
from bot.reminders.pictures.heat_map import month_labels
from bot.reminders.pictures.marks import draw_day, draw_legend, legend_rows, present
from bot.reminders.pictures.ring import draw_ring
from bot.reminders.statistics import YEAR_WEEKS, Mark, Year

WIDTH: Final = 1080
HEIGHT: Final = 1350
_MARGIN: Final = 72
_HALF: Final = YEAR_WEEKS // 2
CELL: Final = 30
STEP: Final = 36
TOPS: Final = (668, 966)  # of the two halves of the year


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the card. `name` may be empty. `figures`: number and meaning, three of them."""

    name: str
    outlet: str
    period: str
    figures: Sequence[tuple[int, str]]
    months: Sequence[str]
    marks: Mapping[Mark, str]


def year_card(year: Year, words: Words, *, goal: int, goal_weeks: int | None, dark: bool = False) -> bytes:
    """A PNG, 1080 by 1350. `goal` of `goal_weeks` weeks are reached; None: no ring."""
    canvas = Canvas(WIDTH, HEIGHT, theme(dark=dark))
    colours = canvas.theme
    room = WIDTH - 2 * _MARGIN
    canvas.text(_MARGIN, 86, "Tirek", 40, bold=True, colour=colours.good, anchor="lm")
    canvas.text(WIDTH - _MARGIN, 86, words.period, 36, colour=colours.pale, anchor="rm")
    name = drawable(words.name)
    title, below = (name, words.outlet) if name else (words.outlet, "")
    size = size_for(title, room, (76, 64, 54), bold=True)
    canvas.text(_MARGIN, 176, fitted(title, room, size, bold=True), size, bold=True, anchor="lm")
    canvas.text(_MARGIN, 246, fitted(below, room, 44), 44, colour=colours.pale, anchor="lm")
    left = _MARGIN
    if goal_weeks:
        draw_ring(canvas, _MARGIN + 150, 450, 150, goal, goal_weeks)
        canvas.text(_MARGIN + 150, 450, f"{goal}/{goal_weeks}", 62, bold=True, anchor="mm")
        left += 356
    for number, (figure, meaning) in enumerate(words.figures):
        y = 345 + 105 * number
        canvas.text(left + 150, y, str(figure), 80, bold=True, anchor="rm")
        _meaning(canvas, left + 174, y, meaning)
    for half, top in enumerate(TOPS):
        monday = year.first + timedelta(weeks=half * _HALF)
        for week, month in month_labels(monday, _HALF):
            at = _MARGIN + week * STEP, top - 42
            canvas.text(*at, words.months[month - 1], 30, colour=colours.pale)
        for number in range(_HALF * 7):
            day = monday + timedelta(days=number)
            if day > year.last and day not in year.days:
                continue
            draw_day(canvas, _MARGIN + number // 7 * STEP, top + number % 7 * STEP, CELL, year.days.get(day, ()))
    draw_legend(canvas, _MARGIN, 1248, legend_rows(present(year.days), words.marks, 28, room), words.marks, 28)
    return canvas.png()


def _meaning(canvas: Canvas, x: float, y: float, words: str) -> None:
    """The words beside a figure, on one line or two."""
    room = canvas.width - _MARGIN - x
    size = size_for(words, room, (38, 34))
    if fitted(words, room, size) == " ".join(words.split()):
        canvas.text(x, y, words, size, colour=canvas.theme.pale, anchor="lm")
        return
    parts = words.split()
    halves = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts) + 1)]
    balanced: tuple[str, str] = min(halves, key=lambda half: abs(len(half[0]) - len(half[1])))
    for number, line in enumerate(balanced):
        canvas.text(x, y - 21 + 42 * number, fitted(line, room, 34), 34, colour=canvas.theme.pale, anchor="lm")
