"""Milliseconds to read a phrase as a plan."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

from bot.reminders.phrases import Question, read
from tests.benchmarks.figures import Figure, spread

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


async def measure(folder: Path, rounds: int = 25) -> list[Figure]:
    """Twenty phrases in three languages, `rounds` times each."""
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
    ]
