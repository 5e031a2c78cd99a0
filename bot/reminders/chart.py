"""The 13-week heat map: a column a week, a row a weekday, a cell a day with slots.

Labels come as arguments in the reader's language; DejaVu Sans has every Kazakh letter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.reminders.model import GOAL_WEEKS, Outcome, Slot

SCALE = 2  # drawn for the dense screens of phones
CELL, GAP, LEFT, TOP, RIGHT, BOTTOM = 30, 6, 56, 80, 22, 52
MOST_IN_CELL = 10  # of twenty plans with many times a day: more would be narrower than a pixel
INK, PALE, PAPER, EMPTY = "#1f2a37", "#6b7785", "#ffffff", "#eef1f4"
LATE = "#a6dbb4"  # published, too late to count
COLOURS: dict[Outcome, str] = {
    Outcome.DONE: "#2da44e",
    Outcome.MISSED: "#e5a3a0",
    Outcome.SKIPPED: "#b9c6d3",
    Outcome.UNKNOWN: "#b9c6d3",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """Words on the picture. `weekdays`: 7, Monday first; `months`: 12."""

    title: str
    weekdays: Sequence[str]
    months: Sequence[str]
    done: str
    missed: str
    neutral: str
    planned: str


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans at `size` pixels before scaling."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(files("bot") / "fonts" / name), size * SCALE)


def heat_map(slots: Iterable[Slot], planned: Iterable[datetime], today: date, labels: Labels) -> bytes:
    """A PNG of the last 13 weeks up to the one of `today`. `planned`: local moments still to come this week."""
    monday = today - timedelta(days=today.isoweekday() - 1, weeks=GOAL_WEEKS - 1)
    days: dict[date, list[str | None]] = {}
    made: set[datetime] = set()
    for slot in slots:
        colour = LATE if slot.late else COLOURS[slot.outcome] if slot.outcome else None
        days.setdefault(slot.local.date(), []).append(colour)
        made.add(slot.local)
    for moment in planned:
        if moment not in made:
            days.setdefault(moment.date(), []).append(None)

    width = LEFT + GOAL_WEEKS * (CELL + GAP) + RIGHT
    height = TOP + 7 * (CELL + GAP) + BOTTOM
    image = Image.new("RGB", (width * SCALE, height * SCALE), PAPER)
    draw = ImageDraw.Draw(image)
    _text(draw, (20, 18), labels.title, INK, font(18, bold=True))
    for row, name in enumerate(labels.weekdays):
        _text(draw, (20, TOP + row * (CELL + GAP) + 6), name, PALE, font(14))
    last_month = 0
    for week in range(GOAL_WEEKS):
        first = monday + timedelta(weeks=week)
        x = LEFT + week * (CELL + GAP)
        if first.month != last_month and (week == 0 or first.day <= 7):
            _text(draw, (x, TOP - 25), labels.months[first.month - 1], PALE, font(14))
            last_month = first.month
        for row in range(7):
            day = first + timedelta(days=row)
            _cell(draw, x, TOP + row * (CELL + GAP), days.get(day, []), is_today=day == today)
    _legend(draw, height - 34, labels)
    out = BytesIO()
    image.save(out, "PNG", compress_level=3)
    return out.getvalue()


def _cell(draw: ImageDraw.ImageDraw, x: int, y: int, slots: list[str | None], *, is_today: bool) -> None:
    """One day; several slots share its cell side by side. A slot is its colour, None while it is open."""
    slots = slots[:MOST_IN_CELL]
    if not slots:
        _box(draw, x, y, CELL, CELL, EMPTY)
    part = CELL / max(1, len(slots))
    for number, colour in enumerate(slots):
        left = x + number * part
        if colour is None:
            _box(draw, left, y, part, CELL, PAPER, outline=COLOURS[Outcome.DONE])
        else:
            _box(draw, left, y, part, CELL, colour)
    if is_today:
        corner = [(x - 3) * SCALE, (y - 3) * SCALE, (x + CELL + 3) * SCALE, (y + CELL + 3) * SCALE]
        draw.rounded_rectangle(corner, 9 * SCALE, outline=INK, width=SCALE)


def _legend(draw: ImageDraw.ImageDraw, y: int, labels: Labels) -> None:
    x = float(LEFT)
    entries: list[tuple[str, str | None]] = [
        (labels.done, COLOURS[Outcome.DONE]),
        (labels.missed, COLOURS[Outcome.MISSED]),
        (labels.neutral, COLOURS[Outcome.SKIPPED]),
        (labels.planned, None),
    ]
    for text, colour in entries:
        _box(draw, x, y, 14, 14, colour or PAPER, outline=None if colour else COLOURS[Outcome.DONE], radius=4)
        _text(draw, (x + 20, y - 1), text, PALE, font(14))
        x += 20 + font(14).getlength(text) / SCALE + 16


def _box(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    width: float,
    height: float,
    fill: str,
    *,
    outline: str | None = None,
    radius: int = 7,
) -> None:
    corners = [x * SCALE, y * SCALE, (x + width) * SCALE - 1, (y + height) * SCALE - 1]
    draw.rounded_rectangle(corners, radius * SCALE, fill=fill, outline=outline, width=2 * SCALE)


def _text(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, fill: str, face: ImageFont.FreeTypeFont
) -> None:
    draw.text((at[0] * SCALE, at[1] * SCALE), text, fill=fill, font=face)
