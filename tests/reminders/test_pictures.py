"""Pictures of how steady somebody publishes: true to the figures, in light and dark, in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot import drawing
from bot.drawing import DARK, LIGHT, Canvas, Theme, drawable, fitted, theme, width_of
from bot.i18n import LANGUAGES, Language, Translator
from bot.reminders.model import Outcome, Outlet, Slot
from bot.reminders.pictures import heat_map, punctuality, ring, year_card
from bot.reminders.pictures.marks import draw_mark, legend_rows
from bot.reminders.statistics import Days, Mark, Punctuality, Year, days, first_monday, history, year
from handlers.stats import mark_names, months, usually

TODAY = date(2026, 11, 25)  # a Wednesday
FIRST = date(2026, 8, 31)  # the Monday twelve weeks before this one
both = pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
languages = pytest.mark.parametrize("language", LANGUAGES)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    return image.convert("RGB")


def hex_of(image: Image.Image, x: float, y: float) -> str:
    pixel = image.getpixel((round(x), round(y)))
    assert isinstance(pixel, tuple)
    return "#" + "".join(f"{part:02x}" for part in pixel)


def colours(image: Image.Image, box: tuple[float, float, float, float]) -> set[str]:
    found = image.crop([round(each) for each in box]).getcolors(2**20) or []  # type: ignore[arg-type]
    return {"#" + "".join(f"{part:02x}" for part in colour) for _, colour in found}  # type: ignore[union-attr]


def map_words(language: Language = "kk", title: str = "YouTube") -> heat_map.Words:
    t = Translator(language)
    weekdays = [t.weekday(day) for day in range(1, 8)]
    return heat_map.Words(title, t.plain("13 weeks"), weekdays, months(t), mark_names(t))


def card_words(language: Language = "kk", name: str = "Айгерім") -> year_card.Words:
    t = Translator(language)
    figures = [(23, "weeks in a row"), (8888, "publications in a year"), (23, "w" * 200)]
    return year_card.Words(name, "YouTube", "дек 2025 – нояб 2026", figures, months(t), mark_names(t))


def time_words(language: Language = "kk", minutes: int = 5) -> punctuality.Words:
    t = Translator(language)
    steps = [t.plain("10 min"), t.plain("30 min"), t.plain("2 h")]
    words = t.plain("earlier"), t.plain("on time"), t.plain("later")
    return punctuality.Words("YouTube", usually(minutes, t), steps, *words)


def mapped(shown: Days, *, dark: bool = False, today: date = TODAY) -> Image.Image:
    return opened(heat_map.heat_map(shown, today, map_words(), goal=5, goal_weeks=13, dark=dark))


def cell(day: date) -> tuple[float, float]:
    """The upper left corner of a day on the heat map."""
    number = (day - FIRST).days
    return heat_map.LEFT + number // 7 * heat_map.STEP, heat_map.TOP + number % 7 * heat_map.STEP


def in_cell(image: Image.Image, day: date) -> set[str]:
    x, y = cell(day)
    return colours(image, (x, y, x + heat_map.CELL, y + heat_map.CELL))


def significant(mark: Mark, colours_: Theme) -> str:
    """The colour that a mark has and an empty day has not."""
    return {Mark.MISSED: colours_.bad, Mark.FROZEN: colours_.cold, Mark.NEUTRAL: colours_.dim}.get(mark, colours_.good)


# --- Marks ------------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("mark", list(Mark))
@pytest.mark.parametrize("day", [FIRST, date(2026, 10, 18), TODAY, date(2026, 11, 29)])
def test_a_mark_is_in_the_cell_of_its_day_and_in_no_other(day: date, mark: Mark, dark: bool) -> None:
    image = mapped({day: (mark,)}, dark=dark)
    wanted = significant(mark, theme(dark=dark))
    assert wanted in in_cell(image, day)
    for step in (-7, -1, 1, 7):
        other = day + timedelta(days=step)
        if FIRST <= other < FIRST + timedelta(weeks=13):
            assert wanted not in in_cell(image, other)


@both
def test_marks_differ_without_any_colour(dark: bool) -> None:
    """In grey, each mark is another shape: seen by whoever tells no colours apart."""
    shapes = []
    for mark in Mark:
        canvas = Canvas(60, 60, theme(dark=dark))
        draw_mark(canvas, 5, 5, 50, 50, mark)
        grey = opened(canvas.png()).convert("L").tobytes()
        # Two levels, ink and paper, so that a shade alone makes no difference.
        shapes.append([abs(level - grey[0]) > 60 for level in grey])
    for first in range(len(shapes)):
        for second in range(first):
            pairs = zip(shapes[first], shapes[second], strict=True)
            assert sum(a != b for a, b in pairs) > 60, (list(Mark)[first], list(Mark)[second])


def test_slots_of_one_day_share_its_cell() -> None:
    image = mapped({TODAY: (Mark.DONE, Mark.MISSED)})
    x, y = cell(TODAY)
    assert hex_of(image, x + heat_map.CELL * 0.25, y + 8) == LIGHT.good
    assert hex_of(image, x + heat_map.CELL * 0.75, y + 8) == LIGHT.bad_tint


@pytest.mark.parametrize("count", [1, 7, 20, 61, 200])
def test_any_number_of_slots_fits_a_day(count: int) -> None:
    marks = tuple(list(Mark)[number % 6] for number in range(count))
    image = mapped({FIRST: marks})
    x, y = cell(FIRST)
    left_of_it = colours(image, (x - 12, y, x - 2, y + heat_map.CELL))
    assert left_of_it == {LIGHT.paper}


@languages
def test_the_legend_names_what_is_there_and_breaks_where_it_must(language: Language) -> None:
    names = mark_names(Translator(language))
    rows = legend_rows(list(Mark), names, 34, 1008)
    assert [mark for row in rows for mark in row] == list(Mark)
    for row in rows:
        assert sum(46 + width_of(names[mark], 34) + 34 for mark in row) - 34 <= 1008


# --- The heat map -----------------------------------------------------------------------------------------------------


def slot(day: date, outcome: Outcome | None, hour: int = 19) -> Slot:
    local = datetime(day.year, day.month, day.day, hour)
    due = local.replace(tzinfo=UTC)
    return Slot(1, 1, local, due, due, outcome)


def test_what_is_older_than_thirteen_weeks_is_left_out() -> None:
    old = days(history(None, [slot(FIRST - timedelta(days=1), Outcome.MISSED)], [], 1), TODAY, 13)
    assert mapped(old).tobytes() == mapped({}).tobytes()


@pytest.mark.parametrize(
    ("monday", "expected"),
    [
        (date(2026, 8, 31), [(1, 9), (5, 10), (9, 11)]),  # August has one week only: no room for its name
        (date(2026, 8, 24), [(0, 8), (2, 9), (6, 10), (10, 11)]),
        (date(2026, 9, 7), [(0, 9), (4, 10), (8, 11), (13, 12)][:3]),
        (date(2026, 12, 7), [(0, 12), (4, 1), (8, 2), (12, 3)]),
    ],
)
def test_months_stand_at_their_first_monday(monday: date, expected: list[tuple[int, int]]) -> None:
    assert heat_map.month_labels(monday, 13) == expected


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.sampled_from([13, 26]))
def test_names_of_months_never_touch(day: date, weeks: int) -> None:
    labels = heat_map.month_labels(first_monday(day, weeks), weeks)
    places = [week for week, _ in labels]
    assert all(later - earlier >= 2 for earlier, later in pairwise(places))
    assert 3 <= len(labels) <= 7


@settings(max_examples=12, deadline=None)
@given(
    slots=st.lists(st.tuples(st.integers(0, 400), st.sampled_from([*Outcome, None]), st.integers(0, 23)), max_size=60),
    today=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    name=st.text(max_size=64),
    goal=st.sampled_from([8, 13, 26, None]),
)
def test_any_history_on_any_day_makes_every_picture(
    slots: list[tuple[int, Outcome | None, int]], today: date, name: str, goal: int | None
) -> None:
    told = history(Outlet.YOUTUBE, [slot(today - timedelta(days=ago), o, hour) for ago, o, hour in slots], [], 7, goal)
    reached = told.progress.goal
    shown = days(told, today, 13)
    made = heat_map.heat_map(shown, today, map_words(title=name), goal=reached, goal_weeks=goal)
    assert opened(made).width == 1080
    card = year_card.year_card(year(told, today), card_words(name=name), goal=reached, goal_weeks=goal)
    assert opened(card).size == (1080, 1350)
    assert len(card) < 300_000


# --- The year card ----------------------------------------------------------------------------------------------------


def a_year(shown: Days) -> Year:
    return Year(first_monday(TODAY, 52), TODAY, shown, 1, 2, 3)


def test_each_half_of_the_year_has_its_days() -> None:
    first = first_monday(TODAY, 52)
    card = opened(
        year_card.year_card(a_year({first: (Mark.MISSED,), TODAY: (Mark.MISSED,)}), card_words(), goal=0, goal_weeks=13)
    )
    edge = 72
    for day, top, week in ((first, year_card.TOPS[0], 0), (TODAY, year_card.TOPS[1], 25)):
        x, y = edge + week * year_card.STEP, top + (day.isoweekday() - 1) * year_card.STEP
        assert LIGHT.bad in colours(card, (x, y, x + year_card.CELL, y + year_card.CELL))
        assert LIGHT.bad not in colours(
            card, (x - 36 if week else x + 36, y, x + (0 if week else 66), y + year_card.CELL)
        )


def test_the_name_can_be_left_out_and_then_changes_nothing() -> None:
    def card(name: str) -> bytes:
        return year_card.year_card(a_year({}), card_words(name=name), goal=1, goal_weeks=13)

    assert card("Айгерім") != card("")
    assert card("🌸🌸") == card(""), "nothing of it can be drawn"


def test_nothing_runs_over_the_edge() -> None:
    words = year_card.Words(
        "W" * 64, "W" * 80, "W" * 10, [(10**6, "W " * 40)] * 3, ["W"] * 12, dict.fromkeys(Mark, "W" * 30)
    )
    card = opened(year_card.year_card(a_year({TODAY: tuple(Mark)}), words, goal=13, goal_weeks=13))
    assert colours(card, (1080 - 40, 0, 1080, 1350)) == {LIGHT.paper}
    assert colours(card, (0, 0, 40, 1350)) == {LIGHT.paper}


# --- Punctuality ------------------------------------------------------------------------------------------------------


@both
def test_bars_stand_in_proportion(dark: bool) -> None:
    found = Punctuality((0, 1, 2, 8, 4, 0, 0), 3)
    image = opened(punctuality.histogram(found, time_words(), dark=dark))
    shades = theme(dark=dark)
    kinds = [shades.cold] * 3 + [shades.good] + [shades.warm] * 3
    heights = []
    for number, shade in enumerate(kinds):
        x = punctuality.bar_middle(number)
        column = [hex_of(image, x - 30, y) for y in range(punctuality.TOP - 10, punctuality.BASE - 3)]
        heights.append(column.count(shade))
    whole = punctuality.BASE - punctuality.TOP
    assert heights == [pytest.approx(whole * count / 8, abs=6) for count in found.counts]


@languages
@pytest.mark.parametrize("minutes", [0, -1, 59, 89, 90, -2880])
def test_words_of_punctuality_fit_in_every_language(language: Language, minutes: int) -> None:
    words = time_words(language, minutes)
    found = Punctuality((999, 0, 1, 0, 0, 0, 12345), 0)
    image = opened(punctuality.histogram(found, words))
    assert fitted(words.below, 1008, 34) == words.below
    assert all(width_of(step, 32) < punctuality.STEP * 0.9 for step in words.steps)
    assert colours(image, (1060, 0, 1080, image.height)) == {LIGHT.paper}


def test_nothing_published_is_drawn_without_bars() -> None:
    image = opened(punctuality.histogram(Punctuality((0,) * 7, None), time_words()))
    area = colours(image, (0, punctuality.TOP, 1080, punctuality.BASE - 4))
    assert area == {LIGHT.paper}


# --- The ring ---------------------------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("weeks", [8, 13, 26])
def test_the_ring_is_as_full_as_the_goal(weeks: int, dark: bool) -> None:
    shades = theme(dark=dark)
    share = []
    for reached in (0, weeks // 2, weeks):
        image = opened(ring.goal_ring("", 1, "", reached, weeks, dark=dark))
        outer = image.crop((90, 130, 710, 750))
        found = {colour: n for n, colour in outer.getcolors(2**20) or []}
        rgb = tuple(int(shades.good[at : at + 2], 16) for at in (1, 3, 5))
        share.append(found.get(rgb, 0))
    assert share[0] < 6_000, "the small figures alone"
    assert share[1] - share[0] == pytest.approx((share[2] - share[0]) * (weeks // 2) / weeks, rel=0.05)


# --- Letters and themes -----------------------------------------------------------------------------------------------


def test_the_font_has_every_letter_of_three_languages() -> None:
    letters = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяАӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    for bold in (False, True):
        face = drawing.font(12, bold=bold)
        missing = face.getmask("\U0010fffd").getbbox(), bytes(face.getmask("\U0010fffd"))
        for letter in letters + "abcXYZ0123456789%·—–‹›←→…":
            assert (face.getmask(letter).getbbox(), bytes(face.getmask(letter))) != missing, letter


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("Әңгіме Ұлан", "Әңгіме Ұлан"),
        ("Aigerim 🌸★", "Aigerim ★"),
        ("  Dana\n\u202eX ", "Dana X"),
        ("李雷", ""),
        ("\u200b", ""),
    ],
    ids=["Kazakh", "an emoji the font lacks", "control signs", "a script the font lacks", "nothing to see"],
)
def test_letters_that_the_font_lacks_are_left_out(name: str, drawn: str) -> None:
    assert drawable(name) == drawn


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("shades", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_marks_stand_out_from_what_they_stand_on(shades: Theme) -> None:
    """As WCAG 2.2 wants it: 4.5 for words, 3 for large words and for shapes."""
    assert min(contrast(shades.ink, shades.paper), contrast(shades.pale, shades.paper)) >= 4.5
    for colour in (shades.good, shades.warm, shades.cold, shades.dim):
        assert contrast(colour, shades.paper) >= 3, colour
    assert contrast(shades.bad, shades.bad_tint) >= 3
    assert contrast(shades.cold, shades.cold_tint) >= 3
