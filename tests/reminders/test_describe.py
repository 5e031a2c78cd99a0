"""Plans in words: exact phrases in three languages, and the promise that a printed plan reads back as itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.places import PLACES
from bot.reminders.describe import describe
from bot.reminders.model import Draft, Monthly, OneOff, Outlet, Rule, WeeklyTime
from bot.reminders.phrases import read

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)  # Tuesday noon in Almaty
ZONE = "Asia/Almaty"
LANGS = ("kk", "ru", "en")

_weekdays = st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days)))
_clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None, fold=0))
_days = st.dates(date(2026, 11, 24), date(2029, 12, 31))


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Any rule that a person can have: up to three times, weekly or every n-th week or monthly, with bounds."""
    start = draw(st.none() | _days)
    until = draw(st.none() | st.dates(start or date(2026, 11, 24), date(2030, 12, 31)))
    if draw(st.booleans()):
        monthly = Monthly(draw(st.sampled_from([1, 2, 3, 4, -1])), draw(st.integers(1, 7)))
        return Rule((WeeklyTime((monthly.weekday,), draw(_clocks)),), 1, monthly, start, until)
    by_time = draw(st.dictionaries(_clocks, _weekdays, min_size=1, max_size=3))
    times = [WeeklyTime(days, at) for at, days in by_time.items()]
    times.sort(key=lambda slot: (slot.weekdays[0], slot.at))
    return Rule(tuple(times), draw(st.integers(1, 52)), None, start, until)


_zones = st.none() | st.sampled_from(sorted({place.zone for place in PLACES} | {"UTC", "Europe/Oslo"}))
_outlets = st.none() | st.sampled_from(Outlet)
drafts = st.builds(Draft, rules(), _outlets, _zones)
one_offs = st.builds(
    lambda days, at, outlet, zone: OneOff(datetime.combine(days, at), outlet, zone),
    st.dates(date(2026, 11, 26), date(2028, 12, 31)),
    _clocks,
    _outlets,
    _zones,
)


@pytest.mark.parametrize("lang", LANGS)
@settings(deadline=None)
@given(plan=drafts)
def test_a_plan_printed_in_any_language_reads_back_as_itself(lang: str, plan: Draft) -> None:
    assert read(describe(plan, lang), NOW, ZONE, lang) == plan


@pytest.mark.parametrize("lang", LANGS)
@settings(deadline=None)
@given(once=one_offs)
def test_a_single_reminder_reads_back_as_itself(lang: str, once: OneOff) -> None:
    assert read(describe(once, lang), NOW, ZONE, lang) == once


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("minute", range(0, 24 * 60, 7))
def test_every_clock_reads_back(lang: str, minute: int) -> None:
    at = (datetime(2026, 1, 1) + timedelta(minutes=minute)).time()
    rule = Rule((WeeklyTime((2,), at),))
    assert read(describe(rule, lang), NOW, ZONE, lang) == Draft(rule)


_TUESDAYS = Rule((WeeklyTime((2,), time(19)),))
_MIXED = Rule((WeeklyTime((2, 5), time(18, 30)), WeeklyTime((6,), time(12))), every_weeks=2)
_BOUNDED = Rule((WeeklyTime((1, 2, 3, 4, 5), time(9)),), start=date(2027, 1, 11), until=date(2027, 3, 1))
_CROSSED = Rule((WeeklyTime((2, 4), time(12)), WeeklyTime((2, 4), time(18, 45))))
_LAST_FRIDAY = Rule((WeeklyTime((5,), time(18)),), monthly=Monthly(-1, 5))


@pytest.mark.parametrize(
    ("plan", "kk", "ru", "en"),
    [
        (_TUESDAYS, "сейсенбі сайын 19:00-де", "по вторникам в 19:00", "every Tuesday at 19:00"),
        (
            _MIXED,
            "сейсенбі және жұма күндері 18:30-да, сенбі сайын 12:00-де, 2 аптада бір рет",
            "по вторникам и пятницам в 18:30, по субботам в 12:00, раз в 2 недели",
            "every Tuesday and Friday at 18:30, every Saturday at 12:00, every 2 weeks",
        ),
        (
            _BOUNDED,
            "жұмыс күндері 09:00-де, 2027 жылғы 11 қаңтардан бастап, 2027 жылғы 1 наурызға дейін",
            "по будням в 09:00, с 11 января 2027, до 1 марта 2027",
            "on weekdays at 09:00, from January 11, 2027, until March 1, 2027",
        ),
        (
            _CROSSED,
            "сейсенбі және бейсенбі күндері 12:00-де, сейсенбі және бейсенбі күндері 18:45-те",
            "по вторникам и четвергам в 12:00, по вторникам и четвергам в 18:45",
            "every Tuesday and Thursday at 12:00, every Tuesday and Thursday at 18:45",
        ),
        (
            _LAST_FRIDAY,
            "айдың соңғы жұмасында 18:00-де",
            "в последнюю пятницу месяца в 18:00",
            "on the last Friday of the month at 18:00",
        ),
        (
            Draft(_TUESDAYS, Outlet.YOUTUBE, "Europe/Moscow"),
            "сейсенбі сайын 19:00-де (Мәскеу), YouTube",
            "по вторникам в 19:00 (Москва), YouTube",
            "every Tuesday at 19:00 (Moscow), YouTube",
        ),
        (
            OneOff(datetime(2026, 11, 25, 20, 0), Outlet.PODCAST),
            "2026 жылғы 25 қараша, сәрсенбі, 20:00-де, подкаст",
            "25 ноября 2026, среда, в 20:00, подкаст",
            "Wednesday, November 25, 2026 at 20:00, podcast",
        ),
    ],
)
def test_the_words_of_a_plan(plan: Rule | Draft | OneOff, kk: str, ru: str, en: str) -> None:
    assert [describe(plan, lang) for lang in LANGS] == [kk, ru, en]
