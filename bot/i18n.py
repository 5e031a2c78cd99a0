"""Catalogs and the translator. The msgid is the English sentence; `.po` files are compiled in memory at start.

The translator is an argument everywhere: a reminder's reader is not the person acting.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, get_timezone_location
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

Language = Literal["kk", "ru", "en"]
LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
OWN_NAMES: dict[Language, str] = {"kk": "Қазақша", "ru": "Русский", "en": "English"}


def catalog_path(language: str) -> Path:
    """The `.po` file of a language: inside the installed package, or beside it in a checkout."""
    packaged = Path(str(files("bot"))) / "_locales"
    root = packaged if packaged.is_dir() else Path(str(files("bot"))).parent / "locales"
    return root / language / "LC_MESSAGES" / "messages.po"


def read_catalog(language: str) -> Catalog:
    """The parsed catalog of one language."""
    with catalog_path(language).open("rb") as file:
        return read_po(file, locale=language)


@cache
def _translations(language: Language) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, read_catalog(language))
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, slots=True)
class Translator:
    """Texts, dates and numbers for one reader.

    Called, it gives HTML for a message: parameters are escaped. `plain` and `plural_plain` are for buttons, toasts and
    everything else that Telegram shows as it is.
    """

    language: Language
    zone: str = "Asia/Almaty"

    def __call__(self, message: str, **parameters: object) -> str:
        return self._fill(_translations(self.language).gettext(message), parameters, escape=True)

    def plain(self, message: str, **parameters: object) -> str:
        return self._fill(_translations(self.language).gettext(message), parameters, escape=False)

    def plural(self, one: str, many: str, count: int, **parameters: object) -> str:
        text = _translations(self.language).ngettext(one, many, count)
        return self._fill(text, {"count": count, **parameters}, escape=True)

    def plural_plain(self, one: str, many: str, count: int, **parameters: object) -> str:
        text = _translations(self.language).ngettext(one, many, count)
        return self._fill(text, {"count": count, **parameters}, escape=False)

    def _fill(self, text: str, parameters: dict[str, object], *, escape: bool) -> str:
        if not parameters:
            return text
        shown = {
            name: html.escape(value, quote=False) if escape and type(value) is str else value
            for name, value in parameters.items()
        }
        return text.format(**shown)

    def day(self, day: date, *, weekday: bool = True) -> str:
        """A date as in LANGUAGE.md: "Tue, 24 Nov" · "24 ноября, вторник" · "24 қараша, сейсенбі"."""
        if self.language == "en":
            return format_date(day, "EEE, d MMM" if weekday else "d MMM", locale="en")
        shown = format_date(day, "d MMMM", locale=self.language)
        return f"{shown}, {format_date(day, 'EEEE', locale=self.language).lower()}" if weekday else shown

    def weekday(self, number: int) -> str:
        """The short name of a weekday, 1 = Monday."""
        if self.language == "kk":  # CLDR writes "дс.", people write "дс"
            return ("дс", "сс", "ср", "бс", "жм", "сб", "жс")[number - 1]
        return format_date(date(2024, 1, number), "EEE", locale=self.language)  # 1 January 2024 was a Monday

    def month(self, number: int) -> str:
        """The short name of a month, 1 = January, without a full stop."""
        return format_date(date(2024, number, 1), "LLL", locale=self.language).rstrip(".")

    def clock(self, at: time | datetime) -> str:
        """HH:MM."""
        return format_time(at, "HH:mm", locale=self.language)

    def moment(self, instant: datetime, zone: str | None = None) -> Markup:
        """An instant for a message: Telegram shows it in the reader's own zone, old clients show our text."""
        local = instant.astimezone(ZoneInfo(zone or self.zone))
        fallback = f"{self.day(local.date())}, {self.clock(local)}"
        return Markup(f'<tg-time unix="{int(instant.timestamp())}" format="wDt">{html.escape(fallback)}</tg-time>')

    def stamp(self, instant: datetime, zone: str | None = None) -> str:
        """Date and time as plain text, in `zone` or the reader's."""
        return format_datetime(instant, "d MMMM, HH:mm", tzinfo=ZoneInfo(zone or self.zone), locale=self.language)

    def place(self, zone: str) -> str:
        """A zone nobody gave a city for, by its CLDR location."""
        return get_timezone_location(zone, locale=self.language, return_city=True)

    def percent(self, share: float) -> str:
        """0..1 as whole per cent."""
        return format_percent(share, "#,##0 %" if self.language != "en" else "#,##0%", locale=self.language)

    def number(self, value: float) -> str:
        return format_decimal(value, locale=self.language)


class Markup(str):
    """Text that is HTML already: `Translator` does not escape it again."""

    __slots__ = ()


def language_of(code: str | None) -> Language:
    """The catalog for a Telegram language code; English where we have none."""
    short = (code or "").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == short), "en")
