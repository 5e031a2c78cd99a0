"""Pictures of the operator's figures: bars, and a table of who stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.drawing import Canvas, fitted, size_for, theme

WIDTH: Final = 1080
_HEIGHT: Final = 640
_MARGIN: Final = 36
_TOP: Final = 190  # of the highest bar
_BASE: Final = 540
_ROW: Final = 66


def bars(title: str, below: str, values: Sequence[tuple[str, int]], *, dark: bool = False) -> bytes:
    """A PNG with a bar for each value, its label under it; of many bars every fifth is labelled."""
    canvas = Canvas(WIDTH, _HEIGHT, theme(dark=dark))
    colours = canvas.theme
    _head(canvas, title, below)
    most = max([number for _, number in values] or [0]) or 1
    step = (WIDTH - 2 * _MARGIN) / max(1, len(values))
    every = 1 if len(values) <= 10 else 5
    for place, (label, number) in enumerate(values):
        x = _MARGIN + place * step
        height = (_BASE - _TOP) * number / most
        if number:
            canvas.box(x + step * 0.12, _BASE - height, step * 0.76, height, colours.cold, radius=min(10, step / 4))
        if every == 1 or number == most:
            canvas.text(x + step / 2, _BASE - height - 26, str(number), 28, bold=True, anchor="mm")
        if place % every == 0:
            room = step * every - 8
            size = size_for(label, room, (28, 24, 20))
            canvas.text(x + step / 2, _BASE + 34, fitted(label, room, size), size, colour=colours.pale, anchor="mm")
    canvas.line([(_MARGIN, _BASE), (WIDTH - _MARGIN, _BASE)], colours.dim, 3)
    return canvas.png()


def table(title: str, below: str, rows: Sequence[tuple[str, int, Sequence[int]]], *, dark: bool = False) -> bytes:
    """A PNG with a row for each cohort: its name, its size, and what share of it each later week has seen."""
    canvas = Canvas(WIDTH, _TOP + _ROW * len(rows) + 40, theme(dark=dark))
    colours = canvas.theme
    _head(canvas, title, below)
    left, columns = _MARGIN + 260, max([len(seen) for _, _, seen in rows] or [1])
    step = (WIDTH - _MARGIN - left) / columns
    for place, (name, size, seen) in enumerate(rows):
        y = _TOP + place * _ROW
        canvas.text(_MARGIN, y + _ROW / 2, fitted(name, 160, 28), 28, anchor="lm")
        canvas.text(left - 24, y + _ROW / 2, str(size), 28, bold=True, anchor="rm")
        for week, number in enumerate(seen):
            share = number / size if size else 0.0
            x = left + week * step
            canvas.box(x + 3, y + 3, step - 6, _ROW - 6, colours.empty, radius=8)
            if share:
                canvas.box(x + 3, y + 3 + (_ROW - 6) * (1 - share), step - 6, (_ROW - 6) * share, colours.cold_tint)
            if size:
                canvas.text(x + step / 2, y + _ROW / 2, f"{share:.0%}", 26, anchor="mm")
    return canvas.png()


def _head(canvas: Canvas, title: str, below: str) -> None:
    room = WIDTH - 2 * _MARGIN
    canvas.text(_MARGIN, 30, fitted(title, room, 46, bold=True), 46, bold=True)
    canvas.text(_MARGIN, 96, fitted(below, room, 30), 30, colour=canvas.theme.pale)
