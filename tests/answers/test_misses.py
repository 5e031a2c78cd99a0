"""What is kept of questions without an answer: no names, one row a question, alike ones together, a month."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.answers import misses, talks
from bot.answers.misses import Miss, clusters, nameless
from bot.answers.talks import Talk
from bot.db.engine import Database
from bot.people import People
from tests.support import NOW, someone


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("мой канал @aru_vlog и t.me/aru_vlog", "мой канал … и …"),
        ("пишите на aru@mail.kz", "пишите на …"),
        ("звоните +7 (701) 123-45-67 про страйк", "звоните … про страйк"),
        ("видео https://youtu.be/abc удалили", "видео … удалили"),
        ("10 секунд песни в 2026 году", "10 секунд песни в 2026 году"),
    ],
)
def test_what_could_tell_who_asked_is_taken_out(text: str, kept: str) -> None:
    assert nameless(text) == kept


def test_a_long_question_is_cut() -> None:
    assert len(nameless("слово " * 500)) <= misses.LONGEST


def test_alike_questions_stand_together_in_whatever_script() -> None:
    texts = [
        "как зарегистрировать радиостанцию",
        "kak zaregistrirovat radiostanciyu",
        "где учат на диктора",
        "регистрация радиостанции как сделать",
    ]
    found = clusters([Miss(text, "ru", "none", None, date(2026, 11, 23)) for text in texts])
    assert [len(cluster.misses) for cluster in found] == [3, 1]
    assert "радиостанц" in found[0].typical or "radiostanc" in found[0].typical


async def test_a_question_is_kept_once_and_only_with_consent(database: Database) -> None:
    await someone(database)
    asked = Talk("cover-songs", "ru", "мой вопрос", ("related-rights",))
    await talks.remember(database, 1, asked, NOW)
    assert await talks.last(database, 1, NOW) == asked
    assert not await misses.missed(database, 1, "other", NOW, agreed=False)
    assert await misses.missed(database, 1, "other", NOW, agreed=None)
    assert await misses.kept(database) == []
    await misses.answer_consent(database, 1, True, NOW)
    await misses.answer_consent(database, 1, True, NOW)  # pressed twice
    assert not await misses.missed(database, 1, "other", NOW, agreed=True)
    assert await misses.kept(database) == [Miss("мой вопрос", "ru", "other", "cover-songs", NOW.date())]


async def test_who_says_no_leaves_nothing(database: Database) -> None:
    await someone(database)
    await talks.remember(database, 1, Talk(None, "kk", "сұрақ"), NOW)
    await misses.missed(database, 1, "none", NOW, agreed=None)
    await misses.answer_consent(database, 1, False, NOW)
    await misses.answer_consent(database, 1, True, NOW)
    assert await misses.kept(database) == []


async def test_a_talk_lasts_ten_minutes_and_a_miss_thirty_days(database: Database) -> None:
    await someone(database)
    await talks.remember(database, 1, Talk("cover-songs", "ru", "вопрос"), NOW)
    await misses.missed(database, 1, "none", NOW, agreed=True)
    assert await talks.last(database, 1, NOW + timedelta(minutes=10)) is not None
    assert await talks.last(database, 1, NOW + timedelta(minutes=10, seconds=1)) is None
    await misses.forget_old(database, NOW + timedelta(days=30))
    assert len(await misses.kept(database)) == 1
    await misses.forget_old(database, NOW + timedelta(days=31))
    assert await misses.kept(database) == []


async def test_erasing_a_person_erases_what_they_asked_last(database: Database) -> None:
    await someone(database)
    await talks.remember(database, 1, Talk("cover-songs", "ru", "вопрос"), NOW)
    await People(database).erase(1)
    assert await talks.last(database, 1, NOW) is None


async def test_a_card_opened_by_a_button_is_what_follow_ups_go_on_with(database: Database) -> None:
    await someone(database)
    await talks.remember(database, 1, Talk(None, "ru", "вопрос", ("a", "b", "c")), NOW)
    await talks.turn_to(database, 1, "b", NOW)
    assert await talks.last(database, 1, NOW) == Talk("b", "ru", "вопрос", ("a", "c"))
    await talks.turn_to(database, 1, "a", NOW)
    assert await talks.last(database, 1, NOW) == Talk("a", "ru", "вопрос", ("b", "c"))
