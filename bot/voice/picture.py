"""The picture under a verdict: the recording's waveform, and below it where the signs were, second by second.

Colour is never alone: what is orange also stands high, what is blue also stands low (both hues are told apart by
colour-blind people). Every word on it comes from the caller, translated.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

import bot
from bot.voice.model import Segment

_FONTS: Final = Path(bot.__file__).parent / "fonts"
_WIDTH: Final = 960
_LEFT: Final = 28  # pixels, as all that follow
_RIGHT: Final = 28
_TOP: Final = 70
_WAVE: Final = 150  # height of the waveform
_SCORE: Final = 110  # height of the scores
_GAP: Final = 26
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300)  # seconds between marks on the axis

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Labels:
    """The words on the picture: a title, and what high, low and grey mean."""

    title: str
    high: str  # signs of a synthetic voice
    low: str  # no signs found
    none: str  # no speech


@dataclass(frozen=True, slots=True)
class _Theme:
    ground: Colour
    ink: Colour
    faint: Colour
    line: Colour
    low: Colour
    middle: Colour
    high: Colour


_LIGHT: Final = _Theme(
    (255, 255, 255), (28, 32, 38), (96, 104, 114), (222, 226, 231), (0, 114, 178), (160, 166, 174), (213, 94, 0)
)
_DARK: Final = _Theme(
    (23, 27, 33), (236, 239, 243), (160, 168, 178), (52, 58, 66), (86, 180, 233), (126, 133, 142), (255, 140, 50)
)


@lru_cache(maxsize=8)
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(_FONTS / name), size)


def draw(
    waveform: Sequence[float], segments: Sequence[Segment], seconds: float, labels: Labels, *, dark: bool = False
) -> bytes:
    """A PNG, 960 pixels wide. `waveform`: peaks 0 … 1, evenly spaced over `seconds`; `segments` in order of time.

    Without any scored segment the lower part is left out.
    """
    theme = _DARK if dark else _LIGHT
    scored = any(segment.p is not None for segment in segments)
    legend = _legend_rows(labels, scored)
    axis = _TOP + _WAVE + (_GAP + _SCORE if scored else 0) + 10
    image = Image.new("RGB", (_WIDTH, axis + 40 + 30 * len(legend)), theme.ground)
    pen = ImageDraw.Draw(image)
    bold = _font(26, bold=True)
    pen.text((_LEFT, 22), _fitted(labels.title, bold, _WIDTH - _LEFT - _RIGHT), theme.ink, bold)
    span = max(seconds, 0.01)
    _draw_wave(pen, theme, waveform, segments, span)
    if scored:
        _draw_scores(pen, theme, segments, span)
    _draw_axis(pen, theme, span, axis)
    _draw_legend(pen, theme, legend, axis + 42)
    out = io.BytesIO()
    image.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


def _x(at_s: float, span: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max(at_s / span, 0.0), 1.0)


def _colour(theme: _Theme, p: float | None) -> Colour:
    """Blue below, grey in the middle, orange above; grey too where nothing was scored."""
    if p is None:
        return theme.middle
    end = theme.high if p >= 0.5 else theme.low
    share = min(abs(p - 0.5) / 0.35, 1.0)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(theme.middle, end, strict=True))
    return red, green, blue


def _draw_wave(
    pen: ImageDraw.ImageDraw, theme: _Theme, waveform: Sequence[float], segments: Sequence[Segment], span: float
) -> None:
    middle = _TOP + _WAVE / 2
    pen.line((_LEFT, middle, _WIDTH - _RIGHT, middle), theme.line)
    width = (_WIDTH - _LEFT - _RIGHT) / max(len(waveform), 1)
    current = 0
    for index, peak in enumerate(waveform):
        at_s = (index + 0.5) / len(waveform) * span
        while current + 1 < len(segments) and segments[current].end_s <= at_s:
            current += 1
        p = segments[current].p if segments and segments[current].speech else None
        half = max(min(peak, 1.0) * _WAVE / 2, 1.0)
        left = _LEFT + index * width
        pen.rectangle((left, middle - half, left + max(width - 1.5, 1.0), middle + half), _colour(theme, p))


def _draw_scores(pen: ImageDraw.ImageDraw, theme: _Theme, segments: Sequence[Segment], span: float) -> None:
    top = _TOP + _WAVE + _GAP
    bottom = top + _SCORE
    for share in (0.0, 0.5, 1.0):
        height = top + _SCORE * share
        pen.line((_LEFT, height, _WIDTH - _RIGHT, height), theme.line)
    for segment in segments:
        left, right = _x(segment.start_s, span), max(_x(segment.end_s, span) - 2, _x(segment.start_s, span) + 1)
        if segment.p is None:
            for stripe in range(round(left), round(right), 8):  # hatched: nobody speaks, or too little
                pen.line((stripe, bottom, min(stripe + 8, right), bottom - 8), theme.line, 2)
            continue
        pen.rectangle((left, bottom - max(_SCORE * segment.p, 3), right, bottom), _colour(theme, segment.p))


def _draw_axis(pen: ImageDraw.ImageDraw, theme: _Theme, span: float, height: int) -> None:
    step = next((step for step in _STEPS if span / step <= 10), _STEPS[-1])
    font = _font(18)
    for mark in range(0, math.floor(span) + 1, step):
        x = _x(mark, span)
        pen.line((x, height - 6, x, height), theme.faint)
        text = f"{mark // 60}:{mark % 60:02d}"
        width = font.getlength(text)
        pen.text((min(max(x - width / 2, _LEFT), _WIDTH - _RIGHT - width), height + 4), text, theme.faint, font)


def _legend_rows(labels: Labels, scored: bool) -> list[list[tuple[float | None, str]]]:
    """The legend's entries, as many a row as fit; none where nothing was scored: then grey says nothing."""
    if not scored:
        return []
    entries: list[tuple[float | None, str]] = [(1.0, labels.high), (0.0, labels.low), (None, labels.none)]
    rows: list[list[tuple[float | None, str]]] = [[]]
    room = float(_WIDTH - _LEFT - _RIGHT)
    for entry in entries:
        needed = 56 + _font(18).getlength(entry[1])
        if needed > room and rows[-1]:
            rows.append([])
            room = float(_WIDTH - _LEFT - _RIGHT)
        rows[-1].append(entry)
        room -= needed
    return rows


def _draw_legend(pen: ImageDraw.ImageDraw, theme: _Theme, rows: list[list[tuple[float | None, str]]], top: int) -> None:
    font = _font(18)
    for number, row in enumerate(rows):
        x, y = float(_LEFT), top + 30 * number
        for p, text in row:
            if p is None:
                pen.rectangle((x, y + 2, x + 18, y + 20), outline=theme.middle)
                pen.line((x + 2, y + 18, x + 16, y + 4), theme.middle, 2)
            else:
                height = 18 if p > 0.5 else 6  # as on the picture: high or low
                pen.rectangle((x, y + 20 - height, x + 18, y + 20), _colour(theme, p))
            pen.text((x + 26, y), _fitted(text, font, _WIDTH - _RIGHT - x - 26), theme.faint, font)
            x += 56 + font.getlength(text)


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """The text on one line, its end replaced by … where it is too wide."""
    text = " ".join(text.split())
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
