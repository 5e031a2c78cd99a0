"""What pictures share: two themes, a font with every Kazakh letter, a canvas with smooth edges.

Words come as arguments, in the reader's language. A colour is never alone: what it says, a shape or a place says too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageFont

FINER: Final = 2  # drawn this many times larger, then made smaller: that smooths edges
_NOBODY: Final = "\U0010fffd"  # no font has this letter: it shows what a letter looks like that is missing

Anchor = Literal["la", "ma", "ra", "lm", "mm", "rm"]
"""Where a text hangs: left, middle, right; by its ascender or its middle."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, as #rrggbb. `good`, `bad`, `cold` and `warm` are told apart by colour-blind people, too."""

    paper: str
    ink: str
    pale: str  # words that matter less
    line: str
    empty: str  # a place without anything
    dim: str  # neither good nor bad
    good: str
    bad: str
    bad_tint: str  # the ground of a `bad` mark
    cold: str
    cold_tint: str
    warm: str


LIGHT: Final = Theme(
    paper="#ffffff",
    ink="#1b2430",
    pale="#5a6673",
    line="#dce1e7",
    empty="#edf0f4",
    dim="#8793a0",
    good="#009e73",
    bad="#c44e00",
    bad_tint="#fbe3d3",
    cold="#0072b2",
    cold_tint="#d6eaf7",
    warm="#d55e00",
)
DARK: Final = Theme(
    paper="#17212b",
    ink="#f1f4f7",
    pale="#a9b5c1",
    line="#344350",
    empty="#243240",
    dim="#8291a0",
    good="#2cc295",
    bad="#ff8f52",
    bad_tint="#4a3128",
    cold="#56b4e9",
    cold_tint="#1f4058",
    warm="#ff8c32",
)


def theme(*, dark: bool) -> Theme:
    """The colours of dark or light pictures."""
    return DARK if dark else LIGHT


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, `size` pixels high on the finished picture."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(files("bot") / "fonts" / name), size * FINER)


def width_of(text: str, size: int, *, bold: bool = False) -> float:
    """How wide a text becomes, in pixels."""
    return font(size, bold=bold).getlength(text) / FINER


def fitted(text: str, width: float, size: int, *, bold: bool = False) -> str:
    """The text on one line of `width` pixels, its end replaced by … where it is too long."""
    text = " ".join(text.split())
    if width_of(text, size, bold=bold) <= width:
        return text
    while text and width_of(text + "…", size, bold=bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def size_for(text: str, width: float, sizes: Sequence[int], *, bold: bool = False) -> int:
    """The first of the sizes, largest first, in which a text fits into `width`; the last one if none does."""
    return next((size for size in sizes if width_of(text, size, bold=bold) <= width), sizes[-1])


def drawable(text: str) -> str:
    """The text without letters that the font lacks, such as emoji; "" when nothing readable is left."""
    return " ".join("".join(letter for letter in text if letter.isspace() or _has(letter)).split())


def _look(letter: str) -> tuple[object, bytes]:
    mask = font(12).getmask(letter)
    return mask.getbbox(), bytes(mask)


@lru_cache(maxsize=1024)
def _has(letter: str) -> bool:
    look = _look(letter)
    return letter.isprintable() and look[0] is not None and look != _look(_NOBODY)


class Canvas:
    """A picture in the making. All lengths are pixels of the finished picture."""

    def __init__(self, width: int, height: int, colours: Theme) -> None:
        self.width = width
        self.height = height
        self.theme = colours
        self._image = Image.new("RGB", (width * FINER, height * FINER), colours.paper)
        self._pen = ImageDraw.Draw(self._image)
        self._stamps: dict[tuple[Hashable, int], Image.Image] = {}

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str | None,
        *,
        outline: str | None = None,
        radius: float = 0,
        thickness: float = 2,
    ) -> None:
        """A rectangle, its corners rounded as far as it is large enough."""
        right, bottom = (x + width) * FINER - 1, (y + height) * FINER - 1
        corners = (x * FINER, y * FINER, max(right, x * FINER), max(bottom, y * FINER))
        round_by = min(radius, width / 2, height / 2) * FINER
        self._pen.rounded_rectangle(corners, round_by, fill=fill, outline=outline, width=round(thickness * FINER))

    def line(self, points: Sequence[tuple[float, float]], colour: str, thickness: float = 2) -> None:
        """A line through the points."""
        self._pen.line([(x * FINER, y * FINER) for x, y in points], colour, round(thickness * FINER), joint="curve")

    def stamp(self, name: Hashable, x: int, y: int, size: int, draw: Callable[[], None]) -> None:
        """Let `draw` fill a square; where the same `name` comes again it is copied, which is thirty times as fast."""
        corners = (x * FINER, y * FINER, (x + size) * FINER, (y + size) * FINER)
        if (known := self._stamps.get((name, size))) is not None:
            self._image.paste(known, corners)
            return
        draw()
        self._stamps[name, size] = self._image.crop(corners)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, thickness: float) -> None:
        """Part of a circle around a point, `radius` to its outer edge; degrees, 0 at the top, clockwise."""
        corners = ((x - radius) * FINER, (y - radius) * FINER, (x + radius) * FINER, (y + radius) * FINER)
        self._pen.arc(corners, start - 90, end - 90, colour, round(thickness * FINER))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        *,
        bold: bool = False,
        colour: str | None = None,
        anchor: Anchor = "la",
    ) -> None:
        """One line of text; its ascender or its middle is at `y`."""
        at = x * FINER, y * FINER
        self._pen.text(at, text, fill=colour or self.theme.ink, font=font(size, bold=bold), anchor=anchor)

    def png(self) -> bytes:
        """The finished picture."""
        out = BytesIO()
        self._image.reduce(FINER).save(out, "PNG", compress_level=3)
        return out.getvalue()
