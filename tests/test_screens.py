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
from bot.broadcasts.model import Broadcast, Content
from bot.broadcasts.model import Segment as Audience
from bot.i18n import LANGUAGES, OWN_NAMES, Language, Translator
from bot.outbox import Outgoing
from bot.people import Person, QuietHours
from bot.places import PLACES
from bot.reminders import ics, rrule, service, sketch, statistics
from bot.reminders.holidays import coming
from bot.reminders.importing import Offer
from bot.reminders.model import Draft, Moment, Monthly, Outcome, Outlet, Progress, Rule, Slot, WeeklyTime
from bot.reminders.offdays import OffDays
from bot.reminders.phrases import Question
from bot.reminders.service import Due, Marked, Standing
from bot.reminders.store import Plan
from bot.run import Tirek
from bot.sandbox.html import parse
from bot.sandbox.utf16 import units
from bot.settings import PROVIDERS, Settings
from bot.voice.client import MOST_OTHERS, DetectorInfo, SpeechInfo
from bot.voice.consent import OutsideService, OutsideWord
from bot.voice.model import Band, Feedback, Reason, Segment, Verdict
from bot.voice.own import Compared, OwnVoice, Sounds
from handlers import (
    admin,
    answers,
    broadcast,
    calendar,
    hearing,
    outside,
    own_voice,
    pauses,
    planning,
    plans,
    reminders,
    sketches,
    start,
    stats,
    topics,
    verdicts,
    voice,
)
from handlers import settings as preferences
from handlers.messenger import SCREENS
from handlers.plans import PlanList
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
        for view, asked in (("", True), ("", False), ("f", True), ("s", True), ("r", False)):
            screen = topics.card_screen(card, t, view, asked=asked)
            if length(screen.text) > MOST_TEXT:
                too_long[card_id, view] = length(screen.text)
                continue
            fits(screen)
            assert view == "r" or f"<b>{t('Sources')}</b>\n• " in screen.text
    assert not too_long


@languages
def test_every_choice_and_every_group_fits(language: Language, app: Any) -> None:
    t = Translator(language)
    fits(topics.groups_screen(app, person(language), t))
    everything = tuple(card for group in cards().groups(language) for card, _ in group.cards)
    for begin in range(0, len(everything), 3):
        rows = answers.choice_rows(everything[begin : begin + 3], app, t)
        fits(Screen(t("Which of these do you mean?"), rows))
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
    "view": lambda: "f",
    "language": lambda: "kk",
    "token": lambda: sketch.new().token,
    "which": lambda: "1234567",
    "at": lambda: "2359",
    "to": lambda: "outlet",
    "what": lambda: "language",
    "choice": lambda: "tomorrow",
    "outcome": lambda: max((each.value for each in Outcome), key=len),
    "detector": lambda: "x" * 40,
    "do": lambda: "undelete",
    "state": lambda: "off",
    "days": lambda: "1234567",
    "first": lambda: "20271231",
    "last": lambda: "20280108",
    "said": lambda: "synthetic",
    "names": lambda: ",".join(PROVIDERS),
    "outlet": lambda: max((each.value for each in Outlet), key=len),
    "act": lambda: "active_days",
    "value": lambda: FAR,
    "name": lambda: max(admin.TITLES, key=len),
}


@pytest.mark.parametrize("kind", datas(), ids=lambda kind: kind.__name__)
def test_the_longest_values_of_a_button_fit_into_64_bytes(kind: type[CallbackData]) -> None:
    values = {
        name: LONGEST[name]() if field.annotation is str or name == "outcome" else (2**63 - 1)
        for name, field in kind.model_fields.items()
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


HOLIDAYS = [each for zone in ("Asia/Bishkek", "Asia/Tashkent") for each in coming(zone, date(2027, 4, 25))]


def calendar_screens(app: Any, t: Translator) -> Iterator[Screen]:
    """A file with more than fits, and one with nothing."""
    proposals = [ics.Proposal("ә" * 60, Draft(rule, Outlet.INSTAGRAM, "Asia/Ust-Nera"), (NOW,)) for rule in RULES] * 8
    left_out = [ics.LeftOut("ә" * 60, why, "ә" * 40) for why in rrule.WHY.values()]
    for offer in (Offer("abcdef", proposals[:60], left_out), Offer("abcdef", [], left_out), Offer("abcdef", [], [])):
        yield calendar.offer_screen(offer, app, t)
    for there in (True, False):
        yield Screen(t("A subscription address stays up to date by itself."), calendar.address_rows(there, t))


def broadcast_screens(t: Translator) -> Iterator[Screen]:
    """The card of a broadcast in each state."""
    aimed = Audience(t.language, FAR, 90, Outlet.INSTAGRAM.value)
    for state in broadcast.STATES:
        many = {"expected": 10**9, "queued": 10**9, "waiting": 10**9, "sent": 10**9, "failed": 10**9}
        found = Broadcast(2**60, 1, state, Content("x"), aimed, NOW, NOW, NOW, **many, card_id=1)  # type: ignore[arg-type]
        yield Screen(broadcast.card_text(found, 10**9, t), broadcast.card_rows(found, 10**9, t))
    yield Screen(t("Journal"), admin.page_rows(t))


def screens(language: Language, app: Any) -> Iterator[Screen]:
    """Everything that is made without the database, each at its longest."""
    t, who = Translator(language), person(language)
    yield start.first_screen(app, who, t)
    yield start.first_screen(app, replace(who, language_chosen=False, telegram_language="tr"), t)
    yield preferences.language_screen(who, t)
    yield preferences.settings_screen(app, who, t)
    yield preferences.quiet_screen(t)
    yield from broadcast_screens(t)
    for begin in range(0, len(PLACES), 6):
        yield Screen(t("Which of these?"), preferences.place_rows(list(PLACES[begin : begin + 6]), t))
    for plan in (a_plan(1), a_plan(2, zone=None)):
        yield reminders.open_screen(plan, a_slot(), t, "zone", t("I'm {minutes} min late: I was offline.", minutes=30))
        yield pauses.pause_screen(
            plan.id, [OffDays(each, 3, skipped) for each in HOLIDAYS for skipped in (False, True)], t
        )
        for slot in (a_slot(Outcome.DONE), a_slot(Outcome.MISSED, published_at=NOW), a_slot(Outcome.SKIPPED)):
            yield reminders.marked_screen(Marked(plan, slot, PROGRESS, PROGRESS), t)
    for rule in RULES:
        plan = a_plan(1, rule)
        for each in (plan, replace(plan, paused=True, paused_until=TODAY), replace(plan, paused=True)):
            yield plans.plan_screen(Standing(each, PROGRESS, []), t, app)
        yield sketches.preview_screen(sketch.new(Draft(rule, Outlet.INSTAGRAM, "Asia/Ust-Nera")), app, who, t)
    made = sketch.new(Draft(SEVEN_TIMES))
    for each in (made, made.chosen(3), made.another(), made.another().toggled(2)):
        yield sketches.days_screen(each, t)
        yield sketches.time_screen(each, t)
    for what in ("time", "days"):
        yield sketches.times_screen(made, what, t)
    yield from calendar_screens(app, t)
    yield sketches.outlet_screen(made, t)
    yield sketches.city_screen(made, t)
    yield sketches.goal_screen(made, t)
    yield sketches.preview_screen(replace(made, plan_id=2**53), app, who, t)
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
@pytest.mark.parametrize("goal", [26, None])
async def test_statistics_fit(language: Language, goal: int | None) -> None:
    t, who = Translator(language), replace(person(language), dark_pictures=True)
    slots = [a_slot(outcome, published_at=NOW + timedelta(hours=47)) for outcome in Outcome for _ in range(300)]
    for outlet in (Outlet.INSTAGRAM, None):
        told = statistics.history(
            outlet, slots, [NOW.replace(tzinfo=None)] * 99, 7, goal, replace(PROGRESS, goal_weeks=goal)
        )
        for view in (stats.map_screen, stats.time_screen, stats.year_screen):
            fits(await view(told, TODAY, who, t))
        row = stats.neighbours([told] * 8, 3, "time", t)
        fits(Screen(t("Punctuality"), row))


@languages
def test_what_can_be_done_with_a_verdict_fits(language: Language) -> None:
    t = Translator(language)
    segments = tuple(Segment(float(i), i + 1.0, 0.9, True) for i in range(600))
    verdict = Verdict(Band.UNSURE, Reason.BETWEEN, 0.5, 599.0, 600.0, "x" * 80, segments, again=True)
    names = tuple(str(number) * 40 for number in range(MOST_OTHERS))
    detector = DetectorInfo("x", "1", {}, SpeechInfo(on=True), names)
    fits(Screen("x", verdicts.verdict_rows(2**53, verdict, detector, t)))
    fits(hearing.choose_screen(2**53, hearing.choices(verdict, detector), t))
    fits(hearing.opinion_screen(verdict, t))
    for band, said in product(Band, [None, *Feedback]):
        fits(verdicts.doubt_screen(2**53, band, said, t))
    fits(hearing.transcript_screen("<&>" * 2_000 + " send me money right now, don't tell anyone", t))


@languages
def test_asking_for_outside_services_fits(language: Language) -> None:
    t = Translator(language)
    both = (OutsideService("resemble", "Resemble Detect", True), OutsideService("modulate", "Modulate <Velma> 2"))
    fits(outside.question(both, t))
    fits(outside.question(both[:1], t))
    for yes, name in product((0, 1), ("Resemble", "Modulate")):
        words = (t.plain("Stop {service}", service=name), t.plain("Allow {service}", service=name))
        fits(Screen("x", [[outside.button(words[yes], outside.SendOutside(names=name, yes=yes))]]))


@languages
def test_what_is_said_of_ones_own_voice_fits(language: Language) -> None:
    t = Translator(language)
    for own in (None, OwnVoice(2, NOW, awaits=True), OwnVoice(2, NOW, awaits=False), OwnVoice(3, NOW, awaits=False)):
        fits(own_voice.own_screen(own, t))
    for sounds, band in product(Sounds, Band):
        fits(Screen(own_voice.compared_text(Compared(sounds, Verdict(band)), t)))


@languages
def test_every_verdict_fits(language: Language) -> None:
    t = Translator(language)
    figures = {"false_alarms": 0.031, "missed": 0.42, "no_signs_synthetic": 0.2}
    detector = DetectorInfo("a detector of a long name", "2026.11.23", figures)
    segments = tuple(Segment(float(i), i + 1.0, 0.9 if i % 2 else 0.1, True) for i in range(600))
    for band, reason, final in product(Band, [None, *Reason], (True, False)):
        verdict = Verdict(band, reason, 0.5, 599.0, 600.0, "a detector of a long name 2026.11.23" * 2, segments)
        sent = (OutsideWord("A service of a long name", "failed", "timeout"), OutsideWord("Another", "scored", "", 0.9))
        verdict = replace(verdict, outside=sent)
        text = voice.verdict_text(verdict, t, final=final, figures=figures)
        shown = verdicts.details_text(replace(verdict, warnings=tuple(verdicts.WARNINGS)), detector, t)
        assert units(parse(shown)[0]) <= MOST_CAPTION
        assert units(parse(text)[0]) <= MOST_CAPTION, "it may become a caption"


lists = st.builds(
    PlanList,
    page=st.integers(0, 99) | st.sampled_from([-(2**40) - 3, -5]),
    state=st.sampled_from(["", "on", "off"]),
    outlet=st.integers(-1, len(Outlet) - 1),
    days=st.sets(st.integers(1, 7)).map(lambda days: "".join(map(str, sorted(days)))),
    at=st.sampled_from(["", "1900", "0000"]),
)


@languages
@settings(max_examples=30, deadline=None)
@given(kinds=st.lists(st.integers(0, 71), max_size=service.MOST_PLANS), shown=lists)
def test_any_list_of_plans_fits(language: Language, kinds: list[int], shown: PlanList) -> None:
    kept = [
        a_plan(
            number,
            RULES[kind % 3],
            outlet=[None, *Outlet][kind % 8],
            paused=kind % 5 == 0,
            next_due_at=NOW + timedelta(days=kind) if kind else None,
        )
        for number, kind in enumerate(kinds)
    ]
    screen = plans.plans_screen(kept, Translator(language), shown)
    fits(screen)


@languages
def test_every_plan_is_on_one_page(language: Language) -> None:
    t = Translator(language)
    kept = [a_plan(number, paused=number % 7 == 0) for number in range(service.MOST_PLANS)]

    def opened(shown: PlanList) -> list[str]:
        datas = [each.callback_data or "" for row in plans.plans_screen(kept, t, shown).rows for each in row]
        return [data for data in datas if data.startswith("pl:")]

    pages = [opened(PlanList(page=page)) for page in range(-(-len(kept) // plans.PER_PAGE))]
    assert sorted(data for page in pages for data in page) == sorted(f"pl:{plan.id}:open" for plan in kept)
    for plan in kept:
        assert f"pl:{plan.id}:open" in opened(PlanList(page=-plan.id))


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


@languages
@settings(max_examples=25, deadline=None)
@given(due=st.integers(0, 60), later=st.integers(0, 400), page=st.integers(0, 60), opened=st.booleans())
def test_any_day_and_week_fit(language: Language, due: int, later: int, page: int, opened: bool) -> None:
    slot = a_slot() if opened else None
    days = [Due(a_plan(n % 50), Moment(NOW.replace(tzinfo=None), NOW), slot) for n in range(due + later)]
    screen = plans.today_screen(days[:due], days[due:], NOW, Translator(language), page)
    fits(screen)
    assert length(screen.text) < 2000


@languages
async def test_a_message_of_the_outbox_that_is_about_nothing_any_more_is_not_sent(language: Language, app: Any) -> None:
    await app.people.meet(2**52, "Aru", language, NOW)
    who = person(language)
    gone = [
        ("reminder", {"slot_id": 404, "kind": "first"}),
        ("one_off", {"one_off_id": 404}),
        ("digest", {"slot_ids": [404]}),
        ("resting", {"plan_id": 404}),
        ("follow_up", {"slot_id": 404}),
        ("week", {"sunday": "2026-11-29"}),
        ("prepare", {"preparation_id": 404}),
        ("seen", {"slot_id": 404, "item_id": 404}),
    ]
    assert {kind for kind, _ in gone} | {"channel_gone"} == set(SCREENS)  # a channel is told of by its title alone
    for kind, parameters in gone:
        message = Outgoing(1, who, who.id, kind, parameters, False, NOW, timedelta())
        assert await SCREENS[kind](message, app, Translator(language)) is None
