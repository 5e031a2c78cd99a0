"""Punctuality: how many publications came how long before and after their time. Before is left, after is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.drawing import Canvas, fitted, size_for, theme, width_of
from bot.reminders.statistics import ON_TIME, STEPS, Punctuality

WIDTH: Final = 1080
_HEIGHT: Final = 760
_MARGIN: Final = 36
TOP: Final = 220  # of the highest bar
BASE: Final = 570  # on which the bars stand
BARS: Final = 2 * len(STEPS) + 1
STEP: Final = (WIDTH - 2 * _MARGIN) / BARS
_WORDS: Final = 34


@dataclass(frozen=True, slots=True)
class Words:
    """What is written on the picture. `steps`: the minutes of `STEPS` in words."""

    title: str
    below: str
    steps: Sequence[str]
    before: str
    on_time: str
    after: str


def histogram(found: Punctuality, words: Words, *, dark: bool = False) -> bytes:
    """A PNG with a bar for each step before and after the time."""
    canvas = Canvas(WIDTH, _HEIGHT, theme(dark=dark))
    colours = canvas.theme
    room = WIDTH - 2 * _MARGIN
    canvas.text(_MARGIN, 34, fitted(words.title, room, 50, bold=True), 50, bold=True)
    canvas.text(_MARGIN, 102, fitted(words.below, room, _WORDS), _WORDS, colour=colours.pale)
    most = max(found.counts) or 1
    for number, count in enumerate(found.counts):
        colour = colours.good if number == ON_TIME else colours.cold if number < ON_TIME else colours.warm
        middle = bar_middle(number)
        height = (BASE - TOP) * count / most
        if count:
            canvas.box(middle - STEP * 0.38, BASE - height, STEP * 0.76, height, colour, radius=10)
            canvas.text(middle, BASE - height - 30, str(count), 40, bold=True, anchor="mm")
    canvas.line([(_MARGIN, BASE), (WIDTH - _MARGIN, BASE)], colours.dim, 3)
    edges = [*reversed(words.steps), *words.steps]
    size = min(size_for(text, STEP * 0.9, (32, 28, 24)) for text in edges)
    for number, text in enumerate(edges):
        x = _MARGIN + (number + 1) * STEP
        canvas.line([(x, BASE), (x, BASE + 14)], colours.dim, 3)
        canvas.text(x, BASE + 40, fitted(text, STEP, size), size, colour=colours.pale, anchor="mm")
    below = BASE + 118
    canvas.text(WIDTH / 2, below, words.on_time, 38, bold=True, colour=colours.good, anchor="mm")
    side = (room - width_of(words.on_time, 38, bold=True)) / 2 - 20
    canvas.text(_MARGIN, below, fitted(f"← {words.before}", side, 38), 38, colour=colours.cold, anchor="lm")
    canvas.text(WIDTH - _MARGIN, below, fitted(f"{words.after} →", side, 38), 38, colour=colours.warm, anchor="rm")
    return canvas.png()


def bar_middle(number: int) -> float:
    """Where a bar stands, in pixels from the left."""
    return _MARGIN + (number + 0.5) * STEP
