"""The ring toward the goal: a piece a week, thick when it is reached and thin while it is not."""

from __future__ import annotations

from typing import Final

from bot.drawing import Canvas, fitted, size_for, theme

_SIZE: Final = 800


def draw_ring(canvas: Canvas, x: float, y: float, radius: float, reached: int, weeks: int) -> None:
    """A ring of `weeks` pieces around a point, `reached` of them full."""
    thick = radius * 0.24
    thin = max(3.0, radius * 0.08)
    piece = 360 / weeks
    gap = min(piece * 0.3, 260 / radius)
    for week in range(weeks):
        start, end = week * piece + gap / 2, (week + 1) * piece - gap / 2
        if week < reached:
            canvas.arc(x, y, radius, start, end, canvas.theme.good, thick)
        else:
            canvas.arc(x, y, radius - (thick - thin) / 2, start, end, canvas.theme.dim, thin)


def goal_ring(title: str, number: int, words: str, reached: int, weeks: int, *, dark: bool = False) -> bytes:
    """A PNG, 800 by 800: the ring, `number` in it with its `words` ("weeks in a row"), the `title` above."""
    canvas = Canvas(_SIZE, _SIZE, theme(dark=dark))
    middle, room = _SIZE / 2, _SIZE - 80
    title = fitted(title, room, 48, bold=True)
    canvas.text(middle, 60, title, 48, bold=True, anchor="mm")
    draw_ring(canvas, middle, 440, 310, reached, weeks)
    canvas.text(middle, 390, str(number), 170 if number < 1000 else 110, bold=True, anchor="mm")
    inside = 420
    size = size_for(words, inside, (44, 38, 32))
    canvas.text(middle, 505, fitted(words, inside, size), size, colour=canvas.theme.pale, anchor="mm")
    canvas.text(middle, 570, f"{reached}/{weeks}", 44, bold=True, colour=canvas.theme.good, anchor="mm")
    return canvas.png()
