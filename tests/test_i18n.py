"""The translator: dates, times, shares and weekdays as each language writes them; what is escaped and what is not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import LANGUAGES, Language, Markup, Translator, language_of
from bot.sandbox.html import parse

TUESDAY = date(2026, 11, 24)
EVENING = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
"""19:00 in Almaty."""


@pytest.mark.parametrize(
    ("language", "with_weekday", "without"),
    [
        ("kk", "24 қараша, сейсенбі", "24 қараша"),
        ("ru", "24 ноября, вторник", "24 ноября"),
        ("en", "Tue, 24 Nov", "24 Nov"),
    ],
)
def test_a_day(language: Language, with_weekday: str, without: str) -> None:
    t = Translator(language)
    assert t.day(TUESDAY) == with_weekday
    assert t.day(TUESDAY, weekday=False) == without


@pytest.mark.parametrize(
    ("language", "days"),
    [
        ("kk", "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі"),
        ("ru", "понедельник вторник среда четверг пятница суббота воскресенье"),
        ("en", "Mon Tue Wed Thu Fri Sat Sun"),
    ],
)
def test_all_weekdays_of_a_date(language: Language, days: str) -> None:
    t = Translator(language)
    week = [t.day(date(2026, 11, 23 + number)) for number in range(7)]
    names = [day.split(", ")[0] if language == "en" else day.split(", ")[1] for day in week]
    assert names == days.split()


@pytest.mark.parametrize(
    ("language", "short"),
    [
        ("kk", "дс сс ср бс жм сб жс"),
        ("ru", "пн вт ср чт пт сб вс"),
        ("en", "Mon Tue Wed Thu Fri Sat Sun"),
    ],
)
def test_short_weekdays(language: Language, short: str) -> None:
    t = Translator(language)
    assert [t.weekday(number) for number in range(1, 8)] == short.split()


@pytest.mark.parametrize(
    ("language", "months"),
    [
        ("kk", "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"),
        ("ru", "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    ],
)
def test_months_of_a_date(language: Language, months: str) -> None:
    t = Translator(language)
    assert [t.day(date(2026, month, 1), weekday=False) for month in range(1, 13)] == [
        f"1 {month}" for month in months.split()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_short_months_are_twelve_words_without_a_stop(language: Language) -> None:
    months = [Translator(language).month(number) for number in range(1, 13)]
    assert len(set(months)) == 12
    assert all(month and not month.endswith(".") for month in months)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("at", "shown"), [(time(7, 5), "07:05"), (time(0), "00:00"), (time(23, 59), "23:59")])
def test_the_clock_has_24_hours_everywhere(language: Language, at: time, shown: str) -> None:
    assert Translator(language).clock(at) == shown


@pytest.mark.parametrize(
    ("language", "fallback"),
    [
        ("kk", "24 қараша, сейсенбі, 19:00"),
        ("ru", "24 ноября, вторник, 19:00"),
        ("en", "Tue, 24 Nov, 19:00"),
    ],
)
def test_a_moment_is_for_the_readers_clock_with_words_for_old_clients(language: Language, fallback: str) -> None:
    shown = Translator(language, "Asia/Almaty").moment(EVENING)
    assert shown == f'<tg-time unix="{int(EVENING.timestamp())}" format="wDt">{fallback}</tg-time>'
    assert isinstance(shown, Markup)
    assert parse(shown)[0] == fallback, "Telegram reads it"


@pytest.mark.parametrize(("zone", "words"), [(None, "Tue, 24 Nov, 19:00"), ("Pacific/Auckland", "Wed, 25 Nov, 03:00")])
def test_a_moment_is_worded_in_the_zone_that_is_named(zone: str | None, words: str) -> None:
    assert words in Translator("en", "Asia/Almaty").moment(EVENING, zone)


def test_the_zone_rules_are_those_of_the_day() -> None:
    before, after = datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2024, 3, 1, 12, tzinfo=UTC)
    t = Translator("en", "Asia/Almaty")
    assert "Thu, 29 Feb, 18:00" in t.moment(before), "UTC+6 until the end of February 2024"
    assert "Fri, 1 Mar, 17:00" in t.moment(after), "UTC+5 from then on"


@pytest.mark.parametrize(
    ("language", "stamp"),
    [("kk", "24 қараша, 19:00"), ("ru", "24 ноября, 19:00"), ("en", "24 November, 19:00")],
)
def test_a_stamp_is_plain_text(language: Language, stamp: str) -> None:
    assert Translator(language).stamp(EVENING) == stamp
    assert Translator(language).stamp(EVENING, "UTC") == stamp.replace("19:00", "14:00")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("share", "figure"), [(0, "0"), (0.5, "50"), (0.994, "99"), (1, "100")])
def test_shares_are_whole_per_cent(language: Language, share: float, figure: str) -> None:
    shown = Translator(language).percent(share)
    assert shown.replace("\N{NO-BREAK SPACE}", " ").split("%")[0].strip() == figure
    assert shown.endswith("%")
    assert (" " in shown.replace("\N{NO-BREAK SPACE}", " ")) == (language != "en")


@pytest.mark.parametrize(("language", "shown"), [("kk", "1234,5"), ("ru", "1234,5"), ("en", "1,234.5")])
def test_numbers_are_grouped_as_the_language_does(language: Language, shown: str) -> None:
    assert Translator(language).number(1234.5).replace("\N{NO-BREAK SPACE}", "") == shown


@pytest.mark.parametrize(
    ("language", "one", "two", "five"),
    [
        ("kk", "1 апта қатарынан", "2 апта қатарынан", "5 апта қатарынан"),
        ("ru", "1 неделя подряд", "2 недели подряд", "5 недель подряд"),
        ("en", "1 week in a row", "2 weeks in a row", "5 weeks in a row"),
    ],
)
def test_plural_forms(language: Language, one: str, two: str, five: str) -> None:
    t = Translator(language)
    said = [t.plural("{count} week in a row", "{count} weeks in a row", count) for count in (1, 2, 5)]
    assert said == [one, two, five]


# --- What is escaped --------------------------------------------------------------------------------------------------

HELLO = "Hello, {name}. I help you publish at the same time, week after week."


@pytest.mark.parametrize("language", LANGUAGES)
@given(name=st.text(max_size=60))
def test_whatever_somebody_is_called_telegram_reads_it_as_text(language: Language, name: str) -> None:
    t = Translator(language)
    assert t.plain(HELLO, name=name) == t.plain(HELLO, name="|").replace("|", name)
    text, entities = parse(t(HELLO, name=name.replace("\0", "")))
    assert text == t.plain(HELLO, name=name.replace("\0", ""))
    assert entities == []


def test_markup_is_not_escaped_again() -> None:
    t = Translator("en")
    assert t(HELLO, name="<b>&") == HELLO.replace("{name}", "&lt;b&gt;&amp;")
    assert t(HELLO, name=Markup("<b>A</b>")) == HELLO.replace("{name}", "<b>A</b>")
    assert t.plain(HELLO, name="<b>&") == HELLO.replace("{name}", "<b>&")


def test_a_parameter_is_never_read_as_a_template() -> None:
    t = Translator("en")
    assert t(HELLO, name="{name} {0} {t.__class__}") == HELLO.replace("{name}", "{name} {0} {t.__class__}")


def test_a_plural_escapes_its_parameters_and_its_plain_form_does_not() -> None:
    t = Translator("en")
    one, many = "{count} week in {name}", "{count} weeks in {name}"
    assert t.plural(one, many, 2, name="<i>") == "2 weeks in &lt;i&gt;"
    assert t.plural_plain(one, many, 2, name="<i>") == "2 weeks in <i>"


# --- Whose language ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("kk", "kk"),
        ("ru", "ru"),
        ("en", "en"),
        ("ru-RU", "ru"),
        ("KK", "kk"),
        ("en-US", "en"),
        ("uz", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_a_telegram_language_code(code: str | None, language: Language) -> None:
    assert language_of(code) == language


@pytest.mark.parametrize("zone", ["Asia/Almaty", "Europe/Moscow", "America/New_York", "UTC"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_zone_has_a_name(language: Language, zone: str) -> None:
    assert ZoneInfo(zone)
    assert Translator(language).place(zone)
