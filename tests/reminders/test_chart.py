"""The heat map: the right colour at the right day, for any history, in letters the font has."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.reminders import chart
from bot.reminders.chart import CELL, COLOURS, EMPTY, GAP, LATE, LEFT, PAPER, SCALE, TOP, Labels, heat_map
from bot.reminders.model import Outcome, Slot

TODAY = date(2026, 11, 25)  # a Wednesday
FIRST = date(2026, 8, 31)  # the Monday twelve weeks before this one
LABELS = Labels(
    title="13 апта",
    weekdays=["дс", "сс", "ср", "бс", "жм", "сб", "жс"],
    months=["қаң", "ақп", "нау", "сәу", "мам", "мау", "шіл", "там", "қыр", "қаз", "қар", "жел"],
    done="жарияланды",
    missed="өткізілді",
    neutral="есептелмейді",
    planned="алда",
)


def slot(day: date, outcome: Outcome | None, hour: int = 19, *, published: bool = False) -> Slot:
    local = datetime(day.year, day.month, day.day, hour)
    due = local.replace(tzinfo=UTC)
    return Slot(1, 1, local, due, due, outcome, published=published)


def drawn(slots: list[Slot], planned: list[datetime] | None = None, today: date = TODAY) -> Image.Image:
    return Image.open(BytesIO(heat_map(slots, planned or [], today, LABELS))).convert("RGB")


def colour(image: Image.Image, day: date, share: float = 0.5) -> str:
    """The colour inside a day's cell, `share` of its width from the left."""
    days = (day - FIRST).days
    x = LEFT + days // 7 * (CELL + GAP) + share * CELL
    y = TOP + days % 7 * (CELL + GAP) + CELL / 2
    pixel = image.getpixel((round(x * SCALE), round(y * SCALE)))
    assert isinstance(pixel, tuple)
    return "#" + "".join(f"{part:02x}" for part in pixel)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("day", [FIRST, date(2026, 10, 18), TODAY, date(2026, 11, 29)])
def test_a_day_has_the_colour_of_its_slot(outcome: Outcome, day: date) -> None:
    image = drawn([slot(day, outcome)])
    assert colour(image, day) == COLOURS[outcome]
    other = day + timedelta(days=1 if day < TODAY else -1)
    assert colour(image, other) == EMPTY


def test_what_is_open_to_come_or_late_has_its_own_look() -> None:
    planned = [datetime(2026, 11, 27, 19), datetime(2026, 11, 25, 19)]
    slots = [slot(TODAY, Outcome.DONE), slot(date(2026, 11, 23), None), slot(FIRST, Outcome.MISSED, published=True)]
    image = drawn(slots, planned)
    assert colour(image, date(2026, 11, 23)) == PAPER
    assert colour(image, date(2026, 11, 27)) == PAPER
    assert colour(image, TODAY, 0.5) == COLOURS[Outcome.DONE], "a slot that exists is not planned once more"
    assert colour(image, FIRST) == LATE


def test_slots_of_one_day_share_its_cell() -> None:
    image = drawn([slot(TODAY, Outcome.DONE, 9), slot(TODAY, Outcome.MISSED, 19)])
    assert (colour(image, TODAY, 0.25), colour(image, TODAY, 0.75)) == (COLOURS[Outcome.DONE], COLOURS[Outcome.MISSED])


def test_what_is_older_than_thirteen_weeks_is_left_out() -> None:
    assert drawn([slot(FIRST - timedelta(days=1), Outcome.MISSED)]).tobytes() == drawn([]).tobytes()


@pytest.mark.parametrize("count", [1, 7, 20, 61, 200])
def test_any_number_of_slots_fits_a_day(count: int) -> None:
    outcomes = [Outcome.DONE, None, Outcome.MISSED]
    image = drawn([slot(TODAY, outcomes[number % 3], number % 24) for number in range(count)])
    assert image.size == drawn([]).size


@settings(max_examples=12, deadline=None)
@given(
    days=st.lists(st.tuples(st.integers(0, 120), st.sampled_from([*Outcome, None]), st.integers(0, 23)), max_size=60),
    today=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)
def test_any_history_on_any_day_makes_a_picture(days: list[tuple[int, Outcome | None, int]], today: date) -> None:
    slots = [slot(today - timedelta(days=ago), outcome, hour) for ago, outcome, hour in days]
    data = heat_map(slots, [], today, LABELS)
    assert data.startswith(b"\x89PNG")
    assert len(data) < 200_000


def test_the_font_has_every_letter_of_three_languages() -> None:
    letters = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяАӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    for bold in (False, True):
        face = chart.font(12, bold=bold)
        missing = face.getmask("\U0010fffd").getbbox(), bytes(face.getmask("\U0010fffd"))
        for letter in letters + "abcXYZ0123456789%·—":
            assert (face.getmask(letter).getbbox(), bytes(face.getmask(letter))) != missing, letter
