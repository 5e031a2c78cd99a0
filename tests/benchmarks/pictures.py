"""Milliseconds of a processor to draw each picture, in three languages, light and dark."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bot.i18n import LANGUAGES, Translator
from bot.reminders.model import Outcome, Outlet, Slot
from bot.reminders.pictures import heat_map, punctuality, ring, year_card
from bot.reminders.statistics import History, days, history
from bot.reminders.statistics import punctuality as punctuality_of
from bot.reminders.statistics import year as year_of
from bot.voice import picture
from bot.voice.model import Segment
from handlers.stats import mark_names, months
from tests.benchmarks.figures import Figure, spread

TODAY = date(2026, 11, 25)


def a_year(random: Random) -> History:
    """Somebody who publishes every day of a year, nearly always."""
    slots = []
    for number in range(364):
        local = datetime.combine(TODAY, datetime.min.time()) - timedelta(days=363 - number) + timedelta(hours=19)
        due = local.replace(tzinfo=UTC)
        outcome = random.choices([Outcome.DONE, Outcome.MISSED, Outcome.SKIPPED], [8, 1, 1])[0]
        published = due + timedelta(minutes=random.gauss(5, 40)) if outcome is Outcome.DONE else None
        slots.append(Slot(number, 1, local, due, due, outcome, published_at=published))
    return history(Outlet.YOUTUBE, slots, [], 7)


def drawings(told: History, t: Translator, *, dark: bool) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Each picture by its name, ready to be drawn."""
    weekdays = [t.weekday(day) for day in range(1, 8)]
    map_words = heat_map.Words("YouTube", t.plain("13 weeks"), weekdays, months(t), mark_names(t))
    steps = [t.plain("10 min"), t.plain("30 min"), t.plain("2 h")]
    sides = t.plain("earlier"), t.plain("on time"), t.plain("later")
    time_words = punctuality.Words("YouTube", t.plain("To the very minute"), steps, *sides)
    figures = [(13, t.plural_plain("week in a row", "weeks in a row", 13))] * 3
    card_words = year_card.Words("Айгерім", "YouTube", "2025 – 2026", figures, months(t), mark_names(t))
    labels = picture.Labels("YouTube", sides[0], sides[1], sides[2])
    wave = [(number * 37 % 100) / 100 for number in range(240)]
    segments = [Segment(2.0 * n, 2.0 * n + 2, n % 10 / 10, True) for n in range(300)]
    yield (
        "13 weeks",
        lambda: heat_map.heat_map(days(told, TODAY, 13), TODAY, map_words, goal=5, goal_weeks=13, dark=dark),
    )
    yield "punctuality", lambda: punctuality.histogram(punctuality_of(told.slots), time_words, dark=dark)
    yield "year card", lambda: year_card.year_card(year_of(told, TODAY), card_words, goal=5, goal_weeks=13, dark=dark)
    yield "ring", lambda: ring.goal_ring("YouTube", 13, figures[0][1], 5, 13, dark=dark)
    yield "ten minutes of a voice", lambda: picture.draw(wave, segments, 600, labels, dark=dark)


async def measure(folder: Path, rounds: int = 6) -> list[Figure]:
    """Every picture in every language and theme, `rounds` times; the first time also loads the fonts."""
    told = a_year(Random(4))
    spent_on: dict[str, list[float]] = {}
    for again in range(rounds + 1):
        for language in LANGUAGES:
            for dark in (False, True):
                for name, draw in drawings(told, Translator(language), dark=dark):
                    began = time.thread_time()
                    draw()
                    spent = (time.thread_time() - began) * 1000
                    if again:
                        spent_on.setdefault(name, []).append(spent)
    return [figure for name, times in spent_on.items() for figure in spread(f"a picture, {name}", times, "ms", "CPU")]
