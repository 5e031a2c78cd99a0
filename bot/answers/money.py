"""Amounts in monthly calculation indices, turned into tenge when they are shown.

Fines are set in indices (MCI, МРП, АЕК) and the index changes every January, so a card stores the number of
indices.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

from bot.answers.topics import Lang

PLACEHOLDER: Final = re.compile(r"\{mci:(\d{1,6}(?:\.\d{1,2})?)\}")

_SHAPE: Final[dict[Lang, str]] = {
    "kk": "{count} АЕК ({year} жылы {tenge} теңге)",
    "ru": "{count} МРП ({tenge} тенге в {year} году)",
    "en": "{count} MCI (KZT {tenge} in {year})",
}


@cache
def index_by_year() -> dict[int, int]:
    """Tenge in one index, by year."""
    text = (resources.files("bot.answers") / "mci.toml").read_text(encoding="utf-8")
    return {int(year): int(tenge) for year, tenge in tomllib.loads(text)["tenge"].items()}


def index(today: date) -> tuple[int, int]:
    """The year and tenge of the newest index known to be in force: this year's, else the last before it."""
    table = index_by_year()
    year = max((year for year in table if year <= today.year), default=min(table))
    return year, table[year]


def render(text: str, lang: Lang, today: date) -> str:
    """The text with each `{mci:15}` as indices and tenge, and the year the tenge are of."""
    year, tenge = index(today)

    def amount(count: str) -> str:
        total = f"{round(float(count) * tenge):,}".replace(",", "," if lang == "en" else "\u00a0")
        shown = count if lang == "en" else count.replace(".", ",")
        return _SHAPE[lang].format(count=shown, tenge=total, year=year)

    return PLACEHOLDER.sub(lambda match: amount(match[1]), text)
