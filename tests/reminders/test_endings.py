"""Kazakh endings after figures, against the table of the project's language guide."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.reminders.endings import clock, day_of, ending, with_ending

# Last spoken word -> endings (at, to, from), written out here independently of the module.
_SPOKEN = {
    "нөл": ("де", "ге", "ден"),
    "бір": ("де", "ге", "ден"),
    "екі": ("де", "ге", "ден"),
    "үш": ("те", "ке", "тен"),
    "төрт": ("те", "ке", "тен"),
    "бес": ("те", "ке", "тен"),
    "алты": ("да", "ға", "дан"),
    "жеті": ("де", "ге", "ден"),
    "сегіз": ("де", "ге", "ден"),
    "тоғыз": ("да", "ға", "дан"),
    "он": ("да", "ға", "нан"),
    "жиырма": ("да", "ға", "дан"),
    "отыз": ("да", "ға", "дан"),
    "қырық": ("та", "қа", "тан"),
    "елу": ("де", "ге", "ден"),
}
_ONES = ("", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз")
_TENS = ("", "он", "жиырма", "отыз", "қырық", "елу")


def _last_word(number: int) -> str:
    return "нөл" if number == 0 else _ONES[number % 10] or _TENS[number // 10]


@pytest.mark.parametrize("number", range(60))
def test_a_number_takes_the_endings_of_its_last_spoken_word(number: int) -> None:
    expected = _SPOKEN[_last_word(number)]
    assert (ending(number, "locative"), ending(number, "dative"), ending(number, "ablative")) == expected


def test_every_clock_time_takes_the_ending_of_its_minutes() -> None:
    for hour in range(24):
        for minute in range(60):
            at, to, since = _SPOKEN[_last_word(minute)]
            written = f"{hour:02}:{minute:02}"
            moment = time(hour, minute)
            assert clock(moment) == f"{written}-{at}"
            assert clock(moment, "dative") == f"{written}-{to}"
            assert clock(moment, "ablative") == f"{written}-{since}"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(60, "60-та"), (70, "70-те"), (80, "80-де"), (90, "90-да"), (100, "100-де"), (1000, "1000-да"), (365, "365-те")],
)
def test_larger_numbers(number: int, expected: str) -> None:
    assert with_ending(number, "locative") == expected


@pytest.mark.parametrize(
    ("month", "to", "since"),
    [
        (1, "қаңтарға", "қаңтардан"),
        (2, "ақпанға", "ақпаннан"),
        (3, "наурызға", "наурыздан"),
        (4, "сәуірге", "сәуірден"),
        (5, "мамырға", "мамырдан"),
        (6, "маусымға", "маусымнан"),
        (7, "шілдеге", "шілдеден"),
        (8, "тамызға", "тамыздан"),
        (9, "қыркүйекке", "қыркүйектен"),
        (10, "қазанға", "қазаннан"),
        (11, "қарашаға", "қарашадан"),
        (12, "желтоқсанға", "желтоқсаннан"),
    ],
)
def test_months(month: int, to: str, since: str) -> None:
    assert day_of(date(2027, month, 1), "dative") == f"2027 жылғы 1 {to}"
    assert day_of(date(2027, month, 1), "ablative") == f"2027 жылғы 1 {since}"
