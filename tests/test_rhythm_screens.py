"""Screens before and after a publication, each at its longest, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.i18n import LANGUAGES, Language, Translator
from bot.reminders.model import Moment, Outcome, Outlet, Rule, WeeklyTime
from bot.reminders.moments import Either
from bot.reminders.nudges import LONGEST_STEP, MOST_STEPS, Lead
from bot.reminders.preparing import Preparation, Preparing
from bot.reminders.review import PlanWeek
from handlers import moving, preparing, reminders, weekly
from handlers.screen import MOST_TEXT, Screen, length
from tests.test_screens import NOW, PROGRESS, a_plan, a_slot, fits, person

FULL = Rule((WeeklyTime((1, 2, 3, 4, 5, 6, 7), time(9)), WeeklyTime((1, 2, 3, 4, 5, 6, 7), time(19))))
LONG = tuple(f"{number:02}{'Ә' * (LONGEST_STEP - 2)}" for number in range(MOST_STEPS))


def screens(language: Language) -> Iterator[Screen]:
    t, who = Translator(language), person(language)
    plan = a_plan(1, FULL)
    local = NOW.replace(tzinfo=None)
    for steps in ((), tuple((step, False) for step in LONG), tuple((step, True) for step in LONG)):
        yield preparing.steps_screen(Preparation(2**40, plan, local, NOW, steps), t)
    for leads, checklist in ((frozenset[Lead](), ()), (frozenset(Lead), LONG)):
        yield preparing.preparing_screen(Preparing(plan, leads, checklist), t)
    for minutes in (30, 60, 120):
        yield reminders.later_screen(plan, a_slot(), replace(who, snooze_minutes=minutes), t)
    yield reminders.later_screen(plan, a_slot(Outcome.MISSED), who, t)
    yield reminders.snoozed_screen(2**40, NOW, t)
    for each in (plan, replace(plan, paused=True, next_due_at=None), a_plan(1, Rule((WeeklyTime((5,), time(19)),)))):
        yield moving.what_screen(each, NOW, t)
        yield moving.move_screen(each, NOW + timedelta(hours=2), NOW, t)
        yield moving.day_moved_screen(each, t)
    either = Either(NOW + timedelta(hours=1), NOW + timedelta(hours=13))
    written = [
        moving.Written(reminders_kind, content, either)
        for reminders_kind, content in (
            (moving.PUT_OFF, {"slot_id": 2**40}),
            (moving.MOVE, {"plan_id": 2**40, "due": 2**31}),
            (moving.MOVE_DAY, {"plan_id": 2**40, "day": 5, "at": "1900"}),
        )
    ]
    for each_written in written:
        yield moving.either_screen(each_written, who, t)
    slots = [a_slot(outcome) for outcome in (Outcome.DONE, Outcome.MISSED, Outcome.SKIPPED, None) for _ in range(3)]
    coming = [Moment(local + timedelta(hours=hour), NOW + timedelta(hours=hour)) for hour in range(14)]
    week = PlanWeek(plan, slots, PROGRESS, coming)
    yield weekly.digest_screen([week], t)
    yield weekly.digest_screen([replace(week, slots=[])], t)
    yield weekly.digest_screen([replace(week, coming=[])], t)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_fits_at_its_longest(language: Language) -> None:
    shown = list(screens(language))
    assert len(shown) > 20
    for screen in shown:
        fits(screen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_of_many_plans_names_the_first_slots_and_counts_the_rest(language: Language) -> None:
    t = Translator(language)
    local = NOW.replace(tzinfo=None)
    weeks = [
        PlanWeek(a_plan(number), [a_slot(Outcome.DONE)], PROGRESS, [Moment(local, NOW)] * 7) for number in range(12)
    ]
    screen = weekly.digest_screen(weeks, t)
    assert length(screen.text) < MOST_TEXT
    assert t.plural("and {count} more: /today", "and {count} more: /today", 64) in screen.text


def test_a_week_is_told_in_words() -> None:
    slots = [a_slot(Outcome.DONE), a_slot(Outcome.MISSED), a_slot(Outcome.SKIPPED), a_slot()]
    rule = Rule((WeeklyTime((2,), time(19)),))
    week = PlanWeek(a_plan(1, rule, outlet=Outlet.YOUTUBE, zone=None), slots, PROGRESS, [])
    line = weekly.plan_line(week, Translator("en"))
    assert line.endswith("\n   published 1 of 2 · waiting: 1 · skipped: 1 · 112 weeks in a row")
    assert "YouTube" in line
