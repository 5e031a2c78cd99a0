"""Holidays: whose they are, what they are called, which days belong together."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import holidays as package
import pytest

from bot.reminders import holidays
from bot.reminders.holidays import COUNTRIES, NAMES, Holiday

ZONES = {
    "KZ": "Asia/Almaty",
    "UZ": "Asia/Tashkent",
    "KG": "Asia/Bishkek",
    "TJ": "Asia/Dushanbe",
    "TM": "Asia/Ashgabat",
    "RU": "Europe/Moscow",
}


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        *((zone, country) for country, zone in ZONES.items()),
        ("Asia/Aqtau", "KZ"),
        ("Asia/Samarkand", "UZ"),
        ("Asia/Yekaterinburg", "RU"),
        ("Europe/Berlin", None),
        ("Mars/Olympus", None),
    ],
)
def test_a_zone_belongs_to_a_country(zone: str, country: str | None) -> None:
    assert holidays.country_of(zone) == country


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_day_of_the_package_has_a_name_in_three_languages(country: str) -> None:
    days = package.country_holidays(country, years=range(2025, 2036), language="en_US")
    keys = {name.partition(" (")[0] for written in days.values() for name in written.split("; ")}
    assert keys <= set(NAMES)
    for words in NAMES.values():
        assert all(0 < len(word) <= 40 for word in words)


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("year", [2026, 2027, 2030])
def test_each_day_of_the_package_lies_in_exactly_one_holiday(country: str, year: int) -> None:
    spans = holidays.coming(ZONES[country], date(year, 1, 1), timedelta(days=364))
    for day in package.country_holidays(country, years=year):
        assert sum(each.first <= day <= each.last for each in spans) == 1, day
    assert all(before.last < after.first for before, after in pairwise(spans))


def test_days_in_a_row_are_one_holiday() -> None:
    nauryz = holidays.coming("Asia/Almaty", date(2027, 3, 1))
    assert nauryz[-1] == Holiday(date(2027, 3, 21), date(2027, 3, 24), "Nowruz Holiday")
    assert [nauryz[-1].name(lang) for lang in ("kk", "ru", "en")] == ["Наурыз", "Наурыз", "Nauryz"]
    new_year = holidays.coming("Europe/Moscow", date(2027, 12, 28), timedelta(days=10))[0]
    assert (new_year.first, new_year.key) == (date(2027, 12, 31), "New Year Holidays"), "not named after a day off"


def test_a_weekend_joins_a_day_off_to_its_holiday() -> None:
    first = holidays.coming("Asia/Almaty", date(2026, 12, 25))[0]
    assert (first.first, first.last) == (date(2027, 1, 1), date(2027, 1, 4)), (
        "Friday, Saturday, and Monday for Saturday"
    )


def test_an_estimate_says_so() -> None:
    bayram = next(each for each in holidays.coming("Asia/Tashkent", date(2027, 5, 10)) if each.key == "Eid al-Adha")
    assert bayram.estimated
    assert bayram.name("ru") == "Курбан-айт"


def test_what_is_over_or_far_is_not_coming() -> None:
    assert holidays.coming("Asia/Almaty", date(2027, 3, 25), timedelta(days=30)) == []
    assert [each.key for each in holidays.coming("Asia/Almaty", date(2027, 3, 24))] == ["Nowruz Holiday"]
    assert holidays.coming("Asia/Almaty", date(2026, 11, 23), timedelta(days=22)) == []
    assert holidays.coming("Europe/Berlin", date(2026, 12, 20)) == []


def test_a_holiday_the_table_does_not_know_has_a_name_all_the_same() -> None:
    unknown = Holiday(date(2027, 1, 1), date(2027, 1, 1), "Cosmonauts' Day")
    assert [unknown.name(lang) for lang in ("kk", "ru", "en")] == ["мереке", "праздник", "Cosmonauts' Day"]
