"""Limits: a burst, then one a second; somebody who floods is told once, and nobody else notices."""

from __future__ import annotations

from datetime import timedelta

from bot import limits
from bot.limits import BURST, Answer, Limits
from tests.support import NOW

S = timedelta(seconds=1)


def test_a_burst_is_handled_and_what_comes_after_is_told_once() -> None:
    asked = Limits()
    answers = [asked.ask(1, NOW) for _ in range(3 * BURST)]
    assert answers == [Answer.HANDLE] * BURST + [Answer.TELL] + [Answer.REFUSE] * (2 * BURST - 1)
    assert asked.ask(2, NOW) is Answer.HANDLE, "somebody else"


def test_after_some_seconds_it_goes_on_and_a_flood_that_lasts_is_told_once_a_minute() -> None:
    asked = Limits()
    for _ in range(BURST + 1):
        asked.ask(1, NOW)
    assert asked.ask(1, NOW + 9 * S) is Answer.REFUSE
    assert [asked.ask(1, NOW + 10 * S) for _ in range(11)] == [Answer.HANDLE] * 10 + [Answer.REFUSE]
    lasting = [asked.ask(1, NOW + 10 * S + tenth * S / 10) for tenth in range(1, 1800)]
    assert 1 <= lasting.count(Answer.TELL) <= 3
    assert lasting.count(Answer.HANDLE) <= 181


def test_who_writes_once_a_second_is_never_refused() -> None:
    asked = Limits()
    assert {asked.ask(1, NOW + second * S) for second in range(600)} == {Answer.HANDLE}


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    asked = Limits()
    for _ in range(BURST + 1):
        asked.ask(1, NOW)
    assert asked.ask(1, NOW - timedelta(days=365)) is Answer.HANDLE


def test_memory_is_bounded() -> None:
    asked = Limits()
    for person in range(3 * limits.MOST_REMEMBERED):
        asked.ask(person, NOW + person * S / 10)
    assert len(asked._buckets) <= limits.MOST_REMEMBERED + 10 / 0.1
