"""What a person sees fits into Telegram's limits in every language, and every button's data fits into 64 bytes."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

import handlers
from bot.answers.service import Answers, Reply
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator
from bot.outbox import Outgoing
from bot.people import Person, QuietHours
from bot.places import PLACES
from bot.reminders import service, sketch
from bot.reminders.model import Draft, Moment, Monthly, Outcome, Outlet, Progress, Rule, Slot, WeeklyTime
from bot.reminders.phrases import Question
from bot.reminders.service import Due, Marked, Standing
from bot.reminders.store import Plan
from bot.run import Tirek
from bot.sandbox.html import parse
from bot.sandbox.utf16 import units
from bot.settings import Settings
from bot.voice.model import Band, Reason, Segment, Verdict
from handlers import answers, planning, plans, reminders, start, voice
from handlers import settings as preferences
from handlers.messenger import SCREENS
from handlers.screen import MOST_CAPTION, MOST_TEXT, Screen, fitted, length

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = NOW.date()
languages = pytest.mark.parametrize("language", LANGUAGES)


@cache
def cards() -> Answers:
    return Answers.load()


def person(language: Language = "kk") -> Person:
    """Somebody with everything at its longest."""
    return Person(
        id=2**52,
        first_name="Ә" * 64,
        language=language,
        language_chosen=True,
        zone="Asia/Almaty",
        zone_chosen=True,
        place="Almaty",
        quiet=QuietHours(time(22), time(8), True),
        snooze_minutes=120,
        telegram_language=language,
        last_seen=NOW,
        blocked=False,
    )


@pytest.fixture
async def app(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """What handlers reach for, with no Telegram behind it."""
    loaded = cards()
    monkeypatch.setattr(Answers, "load", lambda: loaded)
    shutil.copy(migrated_sqlite, tmp_path / "tirek.db")
    made = Tirek(Settings(_env_file=None, bot_token=SecretStr("123456:" + "A" * 35), data_dir=tmp_path))
    yield made.app
    await made._close()


def fits(screen: Screen) -> None:
    """As Telegram reads it: tags closed, text within its limit, not too many buttons, data within 64 bytes.

    The main action is the first button, unless the first row offers other languages to somebody whose own we lack.
    """
    languages_first = bool(screen.rows) and {b.text for b in screen.rows[0]} <= set(OWN_NAMES.values())
    text, entities = parse(screen.text)
    most = MOST_CAPTION if screen.picture is not None else MOST_TEXT
    assert 0 < units(text) <= most, f"{units(text)} of {most}: {text[:80]}"
    assert units(text) == length(screen.text)
    assert len(entities) <= 100
    buttons = [button for row in screen.rows for button in row]
    assert len(buttons) <= 100
    assert all(len(row) <= 8 for row in screen.rows)
    for button in buttons:
        assert 0 < units(button.text) <= 64, button.text
        assert len((button.callback_data or "").encode()) <= 64
    green = [number for number, button in enumerate(buttons) if button.style == "success"]
    assert green in ([], [0]) or languages_first, "the main action is the first button"
    assert len(green) <= 1


# --- Cards ------------------------------------------------------------------------------------------------------------


@languages
def test_every_card_fits(language: Language) -> None:
    t = Translator(language)
    groups = cards().groups(language)
    ids = [card for group in groups for card, _ in group.cards]
    assert len(ids) == len(cards()) >= 25
    too_long = {}
    for card_id in ids:
        card = cards().text(card_id, language, TODAY)
        screen = answers.card_screen(card, language, t, others=[])
        if length(screen.text) > MOST_TEXT:
            too_long[card_id] = length(screen.text)
            continue
        fits(screen)
        assert f"<b>{t('Sources')}</b>\n• " in screen.text
    assert not too_long


@languages
def test_every_choice_and_every_group_fits(language: Language, app: Any) -> None:
    t = Translator(language)
    fits(answers.groups_screen(app, person(language), t))
    everything = tuple(card for group in cards().groups(language) for card, _ in group.cards)
    for begin in range(0, len(everything), 3):
        reply = Reply("choice", everything[begin : begin + 3], language, 0.4)
        fits(Screen(t("Which of these do you mean?"), answers.choice_rows(reply, app)))
    for hint in ("", "foreign_country", "country_without_card"):
        fits(answers.nothing_screen(Reply("none", (), language, 0.0, hint), app, t))  # type: ignore[arg-type]


# --- Button data ------------------------------------------------------------------------------------------------------


def datas() -> list[type[CallbackData]]:
    """Every kind of button data in the handlers."""
    for module in pkgutil.iter_modules(handlers.__path__):
        importlib.import_module(f"handlers.{module.name}")
    return [each for each in CallbackData.__subclasses__() if each.__module__.startswith("handlers.")]


LONGEST: dict[str, Any] = {
    "card": lambda: max((card for group in cards().groups("en") for card, _ in group.cards), key=len),
    "group": lambda: "A",
    "language": lambda: "kk",
    "token": lambda: sketch.new().token,
    "which": lambda: "1234567",
    "at": lambda: "2359",
    "to": lambda: "outlet",
    "what": lambda: "language",
    "choice": lambda: "tomorrow",
    "outcome": lambda: max((each.value for each in Outcome), key=len),
    "do": lambda: "undelete",
}


@pytest.mark.parametrize("kind", datas(), ids=lambda kind: kind.__name__)
def test_the_longest_values_of_a_button_fit_into_64_bytes(kind: type[CallbackData]) -> None:
    values = {
        name: LONGEST[name]() if field.annotation is str else (2**63 - 1) for name, field in kind.model_fields.items()
    }
    packed = kind(**values).pack()
    assert len(packed.encode()) <= 64, packed
    assert kind.unpack(packed) == kind(**values)


def test_no_two_kinds_of_buttons_share_a_prefix() -> None:
    prefixes = [kind.__prefix__ for kind in datas()]
    assert len(prefixes) == len(set(prefixes)) >= 20


# --- Every other screen, at its longest -------------------------------------------------------------------------------

SEVEN_TIMES = Rule(tuple(WeeklyTime((day,), time(18 + day % 3, 7 * day % 60)) for day in range(1, 8)))
"""The longest week: another time each day."""
RULES = [
    SEVEN_TIMES,
    replace(SEVEN_TIMES, every_weeks=12, start=date(2026, 11, 30), until=date(2027, 11, 30)),
    Rule((WeeklyTime((5,), time(19, 30)),), monthly=Monthly(-1, 5)),
]
PROGRESS = Progress(streak=784, weeks=112, best_weeks=112, score=1.0, freezes=2, done=784)
FAR = "America/Argentina/ComodRivadavia"


def a_plan(number: int, rule: Rule = SEVEN_TIMES, **more: Any) -> Plan:
    values = {
        "id": 2**40 + number,
        "person_id": 2**52,
        "rule": rule,
        "outlet": Outlet.INSTAGRAM,
        "zone": FAR,
        "wall_zone": FAR,
        "paused": False,
        "paused_until": None,
        "starts_on": TODAY,
        "next_local": None,
        "next_due_at": NOW + timedelta(days=1),
        "unanswered": 0,
        "reminded_at": None,
    }
    return Plan(**(values | more))


def a_slot(outcome: Outcome | None = None, **more: Any) -> Slot:
    return Slot(2**40, 2**40, NOW.replace(tzinfo=None), NOW, NOW + timedelta(hours=12), outcome, **more)


def screens(language: Language, app: Any) -> Iterator[Screen]:
    """Everything that is made without the database, each at its longest."""
    t, who = Translator(language), person(language)
    yield start.first_screen(app, who, t)
    yield start.first_screen(app, replace(who, language_chosen=False, telegram_language="tr"), t)
    yield preferences.language_screen(who, t)
    yield preferences.settings_screen(app, who, t)
    yield preferences.quiet_screen(t)
    for begin in range(0, len(PLACES), 6):
        yield Screen(t("Which of these?"), preferences.place_rows(list(PLACES[begin : begin + 6]), t))
    for plan in (a_plan(1), a_plan(2, zone=None)):
        yield reminders.open_screen(plan, a_slot(), t, "zone", t("I'm {minutes} min late: I was offline.", minutes=30))
        yield plans.pause_screen(plan.id, t)
        for slot in (a_slot(Outcome.DONE), a_slot(Outcome.MISSED, published=True), a_slot(Outcome.SKIPPED)):
            yield reminders.marked_screen(Marked(plan, slot, PROGRESS, PROGRESS), t)
    for rule in RULES:
        plan = a_plan(1, rule)
        for each in (plan, replace(plan, paused=True, paused_until=TODAY), replace(plan, paused=True)):
            yield plans.plan_screen(Standing(each, PROGRESS, []), t, app)
        yield planning.preview_screen(sketch.new(Draft(rule, Outlet.INSTAGRAM, "Asia/Ust-Nera")), app, who, t)
    made = sketch.new(Draft(SEVEN_TIMES))
    yield planning.days_screen(made, t)
    yield planning.time_screen(made, t)
    yield planning.outlet_screen(made, t)
    yield planning.city_screen(made, who, t)
    for why in planning.QUESTIONS:
        yield planning.question_screen(Question(why), made, t)  # type: ignore[arg-type]
    for words in (True, False):
        yield voice.note_screen(t, words=words)


@languages
async def test_every_screen_fits_at_its_longest(language: Language, app: Any) -> None:
    shown = list(screens(language, app))
    assert len(shown) > 40
    for screen in shown:
        fits(screen)


@languages
def test_every_verdict_fits(language: Language) -> None:
    t = Translator(language)
    figures = {"false_alarms": 0.031, "missed": 0.42}
    segments = tuple(Segment(float(i), i + 1.0, 0.9 if i % 2 else 0.1, True) for i in range(600))
    for band, reason, final in product(Band, [None, *Reason], (True, False)):
        verdict = Verdict(band, reason, 0.5, 599.0, 600.0, "a detector of a long name 2026.11.23" * 2, segments)
        text = voice.verdict_text(verdict, t, final=final, figures=figures)
        assert units(parse(text)[0]) <= MOST_CAPTION, "it may become a caption"


@languages
def test_a_list_that_is_too_long_is_cut_at_a_line(language: Language) -> None:
    t = Translator(language)
    everything = [Standing(a_plan(number), PROGRESS, []) for number in range(service.MOST_PLANS)]
    screen = plans.plans_screen(everything, t)
    text, _ = parse(fitted(screen.text, MOST_TEXT))
    assert units(text) <= MOST_TEXT
    assert len(screen.rows) == service.MOST_PLANS + 1


LINES = ["<b>Ә &amp; 🎧</b>", "", "а" * 700, "<i>x</i>", "🔔" * 400]


@settings(max_examples=50)
@given(st.lists(st.sampled_from(LINES), max_size=30), st.booleans())
def test_cutting_keeps_whole_lines_and_whole_tags(lines: list[str], caption: bool) -> None:
    most = MOST_CAPTION if caption else MOST_TEXT
    text = "\n".join(lines)
    shown = fitted(text, most)
    assert units(parse(shown)[0]) <= most
    if shown != text:
        assert length(text) > most
        assert text.startswith(shown.removesuffix("…"))
        assert shown.endswith("…")


def test_due_lines_of_a_full_week_are_cut_too() -> None:
    t = Translator("ru")
    week = [Due(a_plan(n % 20), Moment(NOW.replace(tzinfo=None), NOW), None) for n in range(140)]
    text = "\n".join(plans.due_line(each, t) for each in week)
    assert length(fitted(text, MOST_TEXT)) <= MOST_TEXT


@languages
async def test_a_message_of_the_outbox_that_is_about_nothing_any_more_is_not_sent(language: Language, app: Any) -> None:
    await app.people.meet(2**52, "Aru", language, NOW)
    who = person(language)
    gone = [
        ("reminder", {"slot_id": 404, "kind": "first"}),
        ("one_off", {"one_off_id": 404}),
        ("digest", {"slot_ids": [404]}),
        ("resting", {"plan_id": 404}),
    ]
    assert {kind for kind, _ in gone} == set(SCREENS)
    for kind, parameters in gone:
        message = Outgoing(1, who, who.id, kind, parameters, False, NOW, timedelta())
        assert await SCREENS[kind](message, app, Translator(language)) is None
