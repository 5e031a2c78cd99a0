"""The picture under a verdict: the recording's waveform, and below it where the signs were, second by second.

Colour is never alone: what is orange also stands high, what is blue also stands low (both hues are told apart by
colour-blind people). Every word on it comes from the caller, translated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.drawing import Canvas, Theme, fitted, theme, width_of
from bot.voice.model import Segment

WIDTH: Final = 1080
LEFT: Final = 36  # pixels, as all that follow
RIGHT: Final = 36
TOP: Final = 112
WAVE: Final = 190  # height of the waveform
SCORE: Final = 150  # height of the scores
GAP: Final = 30
_WORDS: Final = 32  # a phone shows the picture at a third of its size
_TITLE: Final = 44
_ROW: Final = 50  # of the legend
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300)  # seconds between marks on the axis
_MOST_MARKS: Final = 8
_HATCH: Final = 26  # height of the hatching
_PART: Final = 2.0  # in the legend, where a score stands: the bracket


@dataclass(frozen=True, slots=True)
class Labels:
    """The words on the picture: a title, what high, low and grey mean, and what is bracketed, if anything is."""

    title: str
    high: str  # signs of a synthetic voice
    low: str  # no signs found
    none: str  # no speech
    part: str = ""


def draw(
    waveform: Sequence[float],
    segments: Sequence[Segment],
    seconds: float,
    labels: Labels,
    *,
    dark: bool = False,
    part: tuple[float, float] | None = None,
) -> bytes:
    """A PNG, 1080 pixels wide. `waveform`: peaks 0 … 1, evenly spaced over `seconds`; `segments` in order of time.

    Without any scored segment the lower part is left out. `part`: from where to where a bracket reaches, in seconds.
    """
    scored = any(segment.p is not None for segment in segments)
    legend = _legend_rows(labels, part is not None) if scored else []  # where nothing was scored, grey says nothing
    axis = TOP + WAVE + (GAP + SCORE if scored else 0) + 10
    canvas = Canvas(WIDTH, axis + 78 + _ROW * len(legend), theme(dark=dark))
    canvas.text(LEFT, 34, fitted(labels.title, WIDTH - LEFT - RIGHT, _TITLE, bold=True), _TITLE, bold=True)
    span = max(seconds, 0.01)
    _draw_wave(canvas, waveform, segments, span)
    if part is not None:
        _draw_bracket(canvas, _x(part[0], span), _x(part[1], span), TOP - 6, TOP + WAVE + 6)
    if scored:
        _draw_scores(canvas, segments, span)
    _draw_axis(canvas, span, axis)
    _draw_legend(canvas, legend, axis + 64)
    return canvas.png()


def _x(at_s: float, span: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(max(at_s / span, 0.0), 1.0)


def _colour(colours: Theme, p: float | None) -> str:
    """Blue below, grey in the middle, orange above; grey too where nothing was scored."""
    if p is None:
        return colours.dim
    end = colours.warm if p >= 0.5 else colours.cold
    share = min(abs(p - 0.5) / 0.4, 1.0)  # full where the verdict would speak of signs, not before
    parts = ((int(colours.dim[at : at + 2], 16), int(end[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def _draw_wave(canvas: Canvas, waveform: Sequence[float], segments: Sequence[Segment], span: float) -> None:
    middle = TOP + WAVE / 2
    canvas.line([(LEFT, middle), (WIDTH - RIGHT, middle)], canvas.theme.line)
    width = (WIDTH - LEFT - RIGHT) / max(len(waveform), 1)
    current = 0
    for index, peak in enumerate(waveform):
        at_s = (index + 0.5) / len(waveform) * span
        while current + 1 < len(segments) and segments[current].end_s <= at_s:
            current += 1
        p = segments[current].p if segments and segments[current].speech else None
        half = max(min(peak, 1.0) * WAVE / 2, 1.5)
        left = LEFT + index * width
        canvas.box(left, middle - half, max(width - 1.5, 1.0), 2 * half, _colour(canvas.theme, p), radius=2)


def _draw_scores(canvas: Canvas, segments: Sequence[Segment], span: float) -> None:
    top = TOP + WAVE + GAP
    bottom = top + SCORE
    for share in (0.0, 0.5, 1.0):
        height = top + SCORE * share
        canvas.line([(LEFT, height), (WIDTH - RIGHT, height)], canvas.theme.line)
    for segment in segments:
        left = _x(segment.start_s, span)
        right = max(_x(segment.end_s, span) - 2, left + 1)
        if segment.p is None:
            for stripe in range(round(left), round(right), 14):  # hatched: nobody speaks, or too little
                length = min(_HATCH, right - stripe)
                canvas.line([(stripe, bottom), (stripe + length, bottom - length)], canvas.theme.dim)
            continue
        height = max(SCORE * segment.p, 4)
        canvas.box(left, bottom - height, right - left, height, _colour(canvas.theme, segment.p), radius=3)


def _draw_bracket(canvas: Canvas, left: float, right: float, top: float, bottom: float) -> None:
    """Two square brackets around a part, drawn in ink: neither of the colours that mean something."""
    right = max(right, left + 14)
    for x, inward in ((left, 12), (right, -12)):
        canvas.line([(x + inward, top), (x, top), (x, bottom), (x + inward, bottom)], canvas.theme.ink, 4)


def _draw_axis(canvas: Canvas, span: float, height: int) -> None:
    step = next((step for step in _STEPS if span / step <= _MOST_MARKS), _STEPS[-1])
    for mark in range(0, math.floor(span) + 1, step):
        x = _x(mark, span)
        canvas.line([(x, height - 8), (x, height)], canvas.theme.dim)
        text = f"{mark // 60}:{mark % 60:02d}"
        width = width_of(text, _WORDS)
        at = min(max(x - width / 2, LEFT), WIDTH - RIGHT - width)
        canvas.text(at, height + 6, text, _WORDS, colour=canvas.theme.pale)


def _legend_rows(labels: Labels, part: bool) -> list[list[tuple[float | None, str]]]:
    """The legend's entries, as many a row as fit."""
    entries: list[tuple[float | None, str]] = [(1.0, labels.high), (0.0, labels.low), (None, labels.none)]
    if part:
        entries.append((_PART, labels.part))
    rows: list[list[tuple[float | None, str]]] = [[]]
    room = float(WIDTH - LEFT - RIGHT)
    for entry in entries:
        needed = 44 + width_of(entry[1], _WORDS)
        if needed > room and rows[-1]:
            rows.append([])
            room = float(WIDTH - LEFT - RIGHT)
        rows[-1].append(entry)
        room -= needed + 36
    return rows


def _draw_legend(canvas: Canvas, rows: list[list[tuple[float | None, str]]], top: int) -> None:
    for number, row in enumerate(rows):
        x, y = float(LEFT), top + _ROW * number
        for p, text in row:
            if p == _PART:
                _draw_bracket(canvas, x + 2, x + 28, y + 4, y + 34)
            elif p is None:
                canvas.box(x, y + 4, 30, 30, None, outline=canvas.theme.dim)
                canvas.line([(x + 4, y + 30), (x + 26, y + 8)], canvas.theme.dim)
            else:
                height = 30 if p > 0.5 else 10  # as on the picture: high or low
                canvas.box(x, y + 34 - height, 30, height, _colour(canvas.theme, p), radius=3)
            words = fitted(text, WIDTH - RIGHT - x - 44, _WORDS)
            canvas.text(x + 44, y + 19, words, _WORDS, colour=canvas.theme.pale, anchor="lm")
            x += 44 + width_of(text, _WORDS) + 36
