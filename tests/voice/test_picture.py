"""The picture of a verdict: quick, readable in three alphabets, and true to the scores."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.voice.model import Segment
from bot.voice.picture import GAP, LEFT, SCORE, TOP, WIDTH, Labels, draw
from bot.voice.picture import WAVE as WAVE_HEIGHT

LABELS = Labels("Анықтай алмадым", "жасанды дауыс белгілері", "белгілер табылмады", "сөз жоқ")
WAVE = [0.1 + 0.9 * (index % 7) / 7 for index in range(240)]
HIGH, LOW, NONE = Segment(0, 4, 0.97, True), Segment(4, 8, 0.03, True), Segment(8, 12, None, False)
ORANGE, BLUE = (213, 94, 0), (0, 114, 178)
INK, PALE = (27, 36, 48), (90, 102, 115)


def picture(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def close_to(image: Image.Image, box: tuple[int, int, int, int], colour: tuple[int, int, int]) -> int:
    """How many pixels of the box have about this colour."""
    found = image.crop(box).getcolors(maxcolors=2**20) or []
    return sum(n for n, seen in found if all(abs(a - b) < 24 for a, b in zip(seen, colour, strict=True)))  # type: ignore[arg-type]


def test_segments_have_their_colour_at_their_place() -> None:
    image = picture(draw(WAVE, [HIGH, LOW, NONE], 12, LABELS))
    third = (WIDTH - 2 * LEFT) // 3
    bottom = TOP + WAVE_HEIGHT + GAP + SCORE
    thirds = [(LEFT + third * n + 2, TOP, LEFT + third * (n + 1) - 4, bottom - 1) for n in range(3)]
    orange = [close_to(image, third, ORANGE) for third in thirds]
    blue = [close_to(image, third, BLUE) for third in thirds]
    assert orange[0] > 10_000
    assert blue[1] > 3_000
    assert orange[1] == orange[2] == blue[0] == blue[2] == 0


def test_what_is_high_stands_high_so_that_colour_is_not_alone() -> None:
    image = picture(draw(WAVE, [HIGH, LOW, NONE], 12, LABELS))
    scores = (TOP + WAVE_HEIGHT + GAP, TOP + WAVE_HEIGHT + GAP + SCORE)
    high = close_to(image, (50, scores[0], 360, scores[1]), ORANGE)
    low = close_to(image, (390, scores[0], 700, scores[1]), BLUE)
    assert high > 15 * low > 0


def test_the_part_to_listen_to_stands_in_brackets_of_ink() -> None:
    labels = Labels("x", "high", "low", "none", "the part to listen to")
    segments = [Segment(2 * n, 2 * n + 2, 0.5, True) for n in range(60)]
    plain, marked = (picture(draw(WAVE, segments, 120, labels, part=part)) for part in (None, (60.0, 70.0)))
    left = LEFT + (WIDTH - 2 * LEFT) // 2
    around = (left - 4, TOP - 8, left + 4, TOP + WAVE_HEIGHT + 8)
    assert close_to(marked, around, INK) > close_to(plain, around, INK) + 500

    def legend(image: Image.Image, row: int = 50) -> tuple[int, int, int, int]:
        return (0, image.height - row - 14, WIDTH, image.height)

    assert close_to(plain, legend(plain), INK) == 0
    assert close_to(marked, legend(marked), INK) > 200, "the legend shows the bracket"
    pale = [close_to(image, legend(image), PALE) for image in (plain, marked)]
    assert pale[1] > 2 * pale[0] > 0, "and says what it is"


def test_a_legend_of_many_words_takes_another_row() -> None:
    labels = Labels("x", *(f"{word} with more words than three, to fill a row" for word in ("a", "b", "c", "d")))
    plain, marked = (picture(draw(WAVE, [HIGH], 4, labels, part=part)) for part in (None, (1.0, 2.0)))
    assert marked.height > plain.height


@pytest.mark.parametrize("dark", [False, True])
def test_both_themes_have_their_ground(dark: bool) -> None:
    ground = picture(draw(WAVE, [HIGH], 4, LABELS, dark=dark)).getpixel((2, 2))
    assert isinstance(ground, tuple)
    assert (sum(ground) < 150) == dark


def test_without_scores_there_is_only_a_waveform() -> None:
    plain = picture(draw(WAVE, [NONE], 12, LABELS))
    assert plain.height < picture(draw(WAVE, [HIGH], 12, LABELS)).height
    assert close_to(plain, (0, 0, *plain.size), ORANGE) == close_to(plain, (0, 0, *plain.size), BLUE) == 0


def test_kazakh_letters_are_drawn() -> None:
    # Letters that a font lacks all look like one box; these must differ from it and from each other.
    drawn = {letter: draw([], [NONE], 1, Labels(letter, "", "", "")) for letter in "ӘҒҚҢӨҰҮҺІ\U00013000"}
    assert len(set(drawn.values())) == len(drawn)


def test_ten_minutes_are_drawn_quickly_and_small() -> None:
    segments = [Segment(2 * n, 2 * n + 2, n % 10 / 10, True) for n in range(300)]
    draw(WAVE, segments, 600, LABELS)
    times = []
    for _ in range(5):
        started = time.thread_time()
        png = draw(WAVE, segments, 600, LABELS)
        times.append(time.thread_time() - started)
    assert min(times) < 0.15
    assert len(png) < 60_000


@settings(max_examples=40, deadline=None)
@given(
    wave=st.lists(st.floats(0, 1), max_size=300),
    segments=st.lists(
        st.builds(Segment, st.floats(0, 700), st.floats(0, 700), st.none() | st.floats(0, 1), st.booleans()), max_size=8
    ),
    seconds=st.floats(0, 700),
    word=st.text(max_size=120),
)
def test_anything_can_be_drawn(wave: list[float], segments: list[Segment], seconds: float, word: str) -> None:
    assert picture(draw(wave, segments, seconds, Labels(word, word, word, word))).width == WIDTH
