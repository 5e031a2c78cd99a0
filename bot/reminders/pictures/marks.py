"""The cells of a heat map: what became of the slots of a day, each in a shape of its own, and the legend.

Full: published. Half: too late to count. Hollow: still to come. A cross: missed; a star: a freeze covered the miss; a
dash: neutral.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.drawing import Canvas, width_of
from bot.reminders.statistics import Days, Mark

MOST_IN_CELL: Final = 10  # of fifty plans with many times a day: more would be narrower than a pixel
_SPARE: Final = 12  # between a mark and its word
_APART: Final = 34  # between two entries of the legend


def draw_day(canvas: Canvas, x: int, y: int, size: int, marks: Sequence[Mark]) -> None:
    """One day; several slots share its cell side by side."""
    marks = tuple(marks[:MOST_IN_CELL])

    def draw() -> None:
        if not marks:
            canvas.box(x, y, size, size, canvas.theme.empty, radius=size / 5)
        part = size / max(1, len(marks))
        for number, each in enumerate(marks):
            draw_mark(canvas, x + number * part, y, part - (size / 30 if len(marks) > 1 else 0), size, each)

    canvas.stamp(marks, x, y, size, draw)


def draw_mark(canvas: Canvas, x: float, y: float, width: float, height: float, mark: Mark) -> None:
    """One slot."""
    theme = canvas.theme
    radius, thin = height / 5, max(1.5, height / 18)
    match mark:
        case Mark.DONE:
            canvas.box(x, y, width, height, theme.good, radius=radius)
        case Mark.LATE:
            canvas.box(x, y, width, height, theme.empty, outline=theme.good, radius=radius, thickness=thin)
            canvas.box(x, y + height / 2, width, height / 2, theme.good, radius=radius / 2)
        case Mark.OPEN:
            canvas.box(x, y, width, height, theme.paper, outline=theme.good, radius=radius, thickness=thin)
        case Mark.MISSED:
            canvas.box(x, y, width, height, theme.bad_tint, radius=radius)
            for slant in (-1.0, 1.0):
                _stroke(canvas, x, y, width, height, slant, theme.bad)
        case Mark.FROZEN:
            canvas.box(x, y, width, height, theme.cold_tint, radius=radius)
            for ray in (-0.577, 0.577, None):  # a star of three strokes, sixty degrees apart
                _stroke(canvas, x, y, width, height, ray, theme.cold)
        case Mark.NEUTRAL:
            canvas.box(x, y, width, height, theme.empty, radius=radius)
            _stroke(canvas, x, y, width, height, 0, theme.dim)


def _stroke(canvas: Canvas, x: float, y: float, width: float, height: float, slant: float | None, colour: str) -> None:
    """A stroke through the middle of a cell; `slant`: its rise over its run, None for an upright one."""
    reach = min(width, height) * 0.27
    run, rise = (0.0, reach) if slant is None else (reach, reach * slant)
    middle_x, middle_y = x + width / 2, y + height / 2
    ends = [(middle_x - run, middle_y + rise), (middle_x + run, middle_y - rise)]
    canvas.line(ends, colour, max(1.5, height / 11))


def present(days: Days) -> list[Mark]:
    """The marks that a legend has to explain, in their usual order."""
    found = {mark for marks in days.values() for mark in marks}
    return [mark for mark in Mark if mark in found or mark is Mark.DONE]


def legend_rows(marks: Sequence[Mark], names: Mapping[Mark, str], size: int, width: float) -> list[list[Mark]]:
    """The entries of the legend, as many a row as fit into `width`."""
    rows: list[list[Mark]] = [[]]
    left = width
    for mark in marks:
        needed = size + _SPARE + width_of(names[mark], size)
        if needed > left and rows[-1]:
            rows.append([])
            left = width
        rows[-1].append(mark)
        left -= needed + _APART
    return rows


def draw_legend(
    canvas: Canvas, x: float, y: float, rows: Sequence[Sequence[Mark]], names: Mapping[Mark, str], size: int
) -> None:
    """What each mark means; a row is one and a half `size` high."""
    for number, row in enumerate(rows):
        left, top = x, y + number * size * 1.5
        for mark in row:
            draw_mark(canvas, left, top, size, size, mark)
            canvas.text(left + size + _SPARE, top + size / 2, names[mark], size, colour=canvas.theme.pale, anchor="lm")
            left += size + _SPARE + width_of(names[mark], size) + _APART
