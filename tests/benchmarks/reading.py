"""Milliseconds to read a phrase as a plan, and how many of the golden phrases are read, beside dateparser.

dateparser finds moments and knows no plans, outlets or zones of a person: it is asked for the moment alone. A moment
found in a phrase that recurs or needs a question counts as silently wrong, for that is what a bot would act on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dateparser
from dateparser.search import search_dates

from bot.reminders.phrases import Question, read
from tests.benchmarks.figures import Figure, spread
from tests.reminders.phrases.test_golden import LANGS, answer, rows, same

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PHRASES = (
    ("kk", "сейсенбі сайын кешкі 7-де YouTube"),
    ("kk", "күн сайын 19:00"),
    ("kk", "дүйсенбі мен жұма 18:30 Instagram"),
    ("kk", "жексенбі таңғы 9-да подкаст"),
    ("kk", "ертең кешкі сегізде еске сал"),
    ("ru", "вт и пт 18:30 YouTube"),
    ("ru", "каждый понедельник в 7 вечера"),
    ("ru", "по будням в 9:00 телеграм"),
    ("ru", "раз в две недели по средам в 20:00"),
    ("ru", "последняя пятница месяца 19:00 подкаст"),
    ("ru", "завтра в половине восьмого вечера"),
    ("ru", "вторник, четверг и субботу в 18:00 тикток"),
    ("en", "every Tuesday 19:00 YouTube"),
    ("en", "Mon, Wed and Fri at 6:30 pm"),
    ("en", "weekdays at 9 am Telegram"),
    ("en", "every other Sunday 10:00"),
    ("en", "last Friday of the month at 19:00"),
    ("en", "tomorrow at half past seven in the evening"),
    ("en", "every day 07:30 Shorts"),
    ("en", "Tue 19:00, Sat 11:00 Instagram"),
)


Row = dict[str, Any]


def _ours(row: Row) -> bool | None:
    """Whether the grammar's plan or moment is the wanted one; None when it asks."""
    got = answer(row)
    return None if got["status"] == "question" else same(got, row["want"])


def _dateparser(row: Row) -> bool | None:
    """Whether the one moment that dateparser finds is the wanted one; None when it finds none or several."""
    now = datetime.fromisoformat(row["now"]).replace(tzinfo=None)
    options: dict[str, Any] = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
    found = dateparser.parse(row["text"], languages=[row["lang"]], settings=options)
    if found is None:
        inside = search_dates(row["text"], languages=[row["lang"]], settings=options) or []
        found = inside[0][1] if len(inside) == 1 else None
    return None if found is None else found.strftime("%Y-%m-%dT%H:%M") == row["want"].get("at")


def _shares(name: str, lang: str, reader: Callable[[Row], bool | None], golden: list[Row]) -> list[Figure]:
    """Of the rows that have a plan or a moment, how many are read; of all rows, how many are read as something else."""
    said = [(row["want"]["status"], reader(row)) for row in golden]
    wrong = sum(right is False for _, right in said)
    figures = [Figure(f"silently wrong, {name}, {lang}", wrong / len(said), "share", f"{wrong} of {len(said)}")]
    for which, statuses in (("phrases", ("plan", "once")), ("moments", ("once",))):
        wanted = [right for status, right in said if status in statuses]
        right = sum(map(bool, wanted))
        note = f"{right} of {len(wanted)}"
        figures.append(Figure(f"{which} read, {name}, {lang}", right / max(1, len(wanted)), "share", note))
    return figures


async def measure(folder: Path, rounds: int = 25, most: int | None = None) -> list[Figure]:
    """Twenty phrases in three languages, `rounds` times each; then at most `most` golden rows of each language."""
    times: list[float] = []
    questions = 0
    for again in range(rounds + 1):
        for lang, text in PHRASES:
            began = time.perf_counter()
            result = read(text, NOW, "Asia/Almaty", lang)
            spent = (time.perf_counter() - began) * 1000
            if again:  # the first round loads the zone rules
                times.append(spent)
                questions += isinstance(result, Question)
    understood = 1 - questions / len(times)
    return [
        *spread("a phrase read as a plan", times, "ms"),
        Figure("of these phrases, understood", understood, "share", f"{len(PHRASES)} phrases"),
        *(
            figure
            for lang in LANGS
            for name, reader in (("ours", _ours), ("dateparser", _dateparser))
            for figure in _shares(name, lang, reader, rows(lang)[:most])
        ),
    ]
