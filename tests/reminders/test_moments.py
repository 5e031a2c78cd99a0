"""What somebody means who was just asked for a moment."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.reminders import moments, phrases
from bot.reminders.moments import Either

NOW = datetime(2026, 11, 24, 14, 5, tzinfo=UTC)
"""A Tuesday, five past seven in the evening in Almaty."""
ALMATY = "Asia/Almaty"


def utc(local: str) -> datetime:
    """An instant, written as wall time in Almaty."""
    return datetime.fromisoformat(f"{local}+05:00")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("2 сағаттан кейін", "kk", utc("2026-11-24T21:05")),
        ("жарты сағаттан кейін", "kk", utc("2026-11-24T19:35")),
        ("ертең кешкі 9-да", "kk", utc("2026-11-25T21:00")),
        ("ертең", "kk", utc("2026-11-25T19:00")),
        ("через 40 минут", "ru", utc("2026-11-24T19:45")),
        ("через полчаса", "ru", utc("2026-11-24T19:35")),
        ("завтра", "ru", utc("2026-11-25T19:00")),
        ("через 3 дня", "ru", utc("2026-11-27T19:00")),
        ("in 2 hours", "en", utc("2026-11-24T21:05")),
        ("today 21:00", "en", utc("2026-11-24T21:00")),
        ("21:00", "en", utc("2026-11-24T21:00")),
        ("18:00", "en", utc("2026-11-25T18:00")),  # today's has passed
        ("в 9 вечера", "ru", utc("2026-11-24T21:00")),
        ("завтра в 10", "ru", Either(utc("2026-11-25T10:00"), utc("2026-11-25T22:00"))),
        ("ертең 10-да", "kk", Either(utc("2026-11-25T10:00"), utc("2026-11-25T22:00"))),
        ("today at 8", "en", utc("2026-11-24T20:00")),  # eight in the morning has passed
        ("wed 20:00", "en", None),  # a plan
        ("every Wednesday 20:00", "en", None),
        ("today 18:00", "en", None),  # has passed
        ("can I use this song", "en", None),
        ("", "en", None),
    ],
)
def test_a_moment(text: str, language: str, expected: datetime | Either | None) -> None:
    reading = phrases.read(text, NOW, ALMATY, language)
    found = moments.meant(reading, NOW, ALMATY, time(19))
    if isinstance(expected, Either):
        assert isinstance(found, Either)
        assert {found.earlier, found.later} == {expected.earlier, expected.later}
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wed 20:00", utc("2026-11-25T20:00")),
        ("tue 20:00", utc("2026-11-24T20:00")),
        ("tue 18:00", utc("2026-12-01T18:00")),
        ("Tue, Fri 20:00", None),
        ("every other Wed 20:00", None),
    ],
)
def test_a_weekday_when_one_slot_is_moved(text: str, expected: datetime | None) -> None:
    reading = phrases.read(text, NOW, ALMATY, "en")
    assert moments.meant(reading, NOW, ALMATY, time(19), weekday=True) == expected
