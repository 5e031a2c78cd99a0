"""Kazakh case endings after figures: 19:00-де, 19:30-да, 7-ге, 10-нан.

The ending follows the last word as it is spoken, so it comes from a table of those words, never from a guess.
"""

from __future__ import annotations

from datetime import date, time
from typing import Literal, NamedTuple

Case = Literal["locative", "dative", "ablative"]


class Endings(NamedTuple):
    """Endings of one word: at, to, from."""

    locative: str
    dative: str
    ablative: str


_SOFT = Endings("де", "ге", "ден")
_SOFT_VOICELESS = Endings("те", "ке", "тен")
_HARD = Endings("да", "ға", "дан")
_HARD_VOICELESS = Endings("та", "қа", "тан")
_HARD_NASAL = Endings("да", "ға", "нан")
_SOFT_NASAL = Endings("де", "ге", "нен")

_UNITS = {
    1: _SOFT,  # бір
    2: _SOFT,  # екі
    3: _SOFT_VOICELESS,  # үш
    4: _SOFT_VOICELESS,  # төрт
    5: _SOFT_VOICELESS,  # бес
    6: _HARD,  # алты
    7: _SOFT,  # жеті
    8: _SOFT,  # сегіз
    9: _HARD,  # тоғыз
}
_TENS = {
    10: _HARD_NASAL,  # он
    20: _HARD,  # жиырма
    30: _HARD,  # отыз
    40: _HARD_VOICELESS,  # қырық
    50: _SOFT,  # елу
    60: _HARD_VOICELESS,  # алпыс
    70: _SOFT_VOICELESS,  # жетпіс
    80: _SOFT_NASAL,  # сексен
    90: _HARD_NASAL,  # тоқсан
}
_ZERO = _SOFT  # нөл
_HUNDRED = _SOFT  # жүз
_THOUSAND = _HARD_NASAL  # мың, миллион

MONTHS = (
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
)
_MONTHS = (
    _HARD,  # қаңтар
    _HARD_NASAL,  # ақпан
    _HARD,  # наурыз
    _SOFT,  # сәуір
    _HARD,  # мамыр
    _HARD_NASAL,  # маусым
    _SOFT,  # шілде
    _HARD,  # тамыз
    _SOFT_VOICELESS,  # қыркүйек
    _HARD_NASAL,  # қазан
    _HARD,  # қараша
    _HARD_NASAL,  # желтоқсан
)


def ending(number: int, case: Case) -> str:
    """The ending after a whole number of at least 0, without a hyphen."""
    if number == 0:
        found = _ZERO
    elif number % 10:
        found = _UNITS[number % 10]
    elif number % 100:
        found = _TENS[number % 100]
    else:
        found = _HUNDRED if number % 1000 else _THOUSAND
    return str(getattr(found, case))


def with_ending(number: int, case: Case) -> str:
    """`7-де`, `10-нан`."""
    return f"{number}-{ending(number, case)}"


def clock(at: time, case: Case = "locative") -> str:
    """`19:00-де`, `18:45-те`: a clock time takes the ending of its minutes, `:00` being spoken нөл нөл."""
    return f"{at:%H:%M}-{ending(at.minute, case)}"


def day_of(day: date, case: Case) -> str:
    """`2027 жылғы 1 наурызға`."""
    return f"{day.year} жылғы {day.day} {MONTHS[day.month - 1]}{getattr(_MONTHS[day.month - 1], case)}"
