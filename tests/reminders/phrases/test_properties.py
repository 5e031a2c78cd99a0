"""What must hold for any phrase: it never fails, never guesses, and typing habits do not change a plan."""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reminders.model import Draft, OneOff
from bot.reminders.phrases import Question, as_json, read
from bot.reminders.reading.tokens import tokens
from tests.reminders.phrases.test_golden import LANGS, answer, rows, same

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
_RUSSIAN_KEYBOARD = str.maketrans("әғқңөұүіһӘҒҚҢӨҰҮІҺ", "агкноууихАГКНОУУИХ")
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүіһ"
_PASSPORT = "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch  y  e yu ya a g q n o u u i h"
_CHAT = "a b v g d e e j z i i k l m n o p r s t u f h c ch sh sh  i  e iu ia a gh k n o u u i h"
_WORDS = """
каждый по вторникам вт и чт в на до с через 19:00 7 18.30 вечера утра завтра сегодня месяц недели 3 марта ютуб или
не сейсенбі сайын кешкі жетіде мен бастап дейін айға ертең кейін сағат 7-де әр апта күн every tuesday at pm until
for weeks in hours and or noon first monday of the month 31 25:00 - , ? ( ) мск без кроме раз
"""


@settings(deadline=None, max_examples=300)
@given(text=st.text(max_size=300), lang=st.sampled_from(LANGS))
def test_any_text_gets_an_answer(text: str, lang: str) -> None:
    assert isinstance(read(text, NOW, "Asia/Almaty", lang), (Draft, OneOff, Question))


@settings(deadline=None, max_examples=500)
@given(words=st.lists(st.sampled_from(_WORDS.split()), max_size=14), lang=st.sampled_from(LANGS))
def test_any_words_of_a_schedule_get_a_sound_answer(words: list[str], lang: str) -> None:
    found = as_json(read(" ".join(words), NOW, "Asia/Almaty", lang))
    assert found["status"] in ("plan", "once", "question")
    assert (found["status"] == "plan") == bool(found["slots"])
    assert (found["status"] == "once") == bool(found["at"])
    for slot in found["slots"]:
        assert slot["weekdays"] == sorted(set(slot["weekdays"]))
        assert set(slot["weekdays"]) <= set(range(1, 8))
    if found["monthly"]:
        assert found["every_weeks"] == 1
        assert all(slot["weekdays"] == [found["monthly"]["weekday"]] for slot in found["slots"])
    if found["start"] and found["until"]:
        assert found["start"] <= found["until"]
    if found["at"]:
        local = NOW.astimezone(ZoneInfo(found["zone"] or "Asia/Almaty")).strftime("%Y-%m-%dT%H:%M")
        assert found["at"] > local


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_long_text_is_cut_and_answered(size: int) -> None:
    assert isinstance(read("вт " * size, NOW, "Asia/Almaty", "ru"), Question)


_HABITS = [
    str.upper,
    str.title,
    lambda text: text + "!!",
    lambda text: text.replace(" ", "  ") + " ",
    lambda text: text + " 🔥",
    lambda text: text.translate(_RUSSIAN_KEYBOARD),
]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "habit",
    _HABITS,
    ids=["capitals", "title", "exclamation", "spaces", "emoji", "Russian keyboard"],
)
def test_typing_habits_change_nothing(lang: str, habit) -> None:
    some = rows(lang)[_HABITS.index(habit) :: 3]  # each row meets two of the habits
    changed = [row["text"] for row in some if not same(answer(row, habit(row["text"])), row["want"])]
    assert changed == []


@pytest.mark.parametrize("lang", ["kk", "ru"])
@pytest.mark.parametrize("letters", [_PASSPORT, _CHAT], ids=["passport", "chat"])
def test_latin_spellings_are_read_or_asked_about_but_never_misread(lang: str, letters: str) -> None:
    spelling = dict(zip(_CYRILLIC, letters.split(" "), strict=True))
    read_again = 0
    some = rows(lang)[letters is _CHAT :: 2]
    plans = [row for row in some if row["want"]["status"] != "question"]
    for row in some:
        typed = "".join(spelling.get(letter, letter) for letter in row["text"].casefold())
        got = answer(row, typed)
        assert got["status"] == "question" or same(got, row["want"]), typed
        read_again += got["status"] != "question"
    assert read_again >= 0.9 * len(plans)


@pytest.mark.parametrize("lang", LANGS)
def test_a_slip_in_a_long_word_never_makes_another_plan(lang: str) -> None:
    """One letter dropped, doubled, swapped with its neighbour or replaced, in a word that has no slip yet."""
    rnd = random.Random(20261124)
    alphabet = "abcdefghijklmnopqrstuvwxyz" if lang == "en" else _CYRILLIC
    for row in rows(lang):
        words = [word for word in re.finditer(r"[^\W\d_]{6,}", row["text"]) if not tokens(word.group())[0].fuzzy]
        if row["want"]["status"] == "question" or not words:
            continue
        word = rnd.choice(words)
        letters = word.group()
        at = rnd.randrange(1, len(letters) - 1)
        slipped = rnd.choice(
            [
                letters[:at] + letters[at + 1 :],
                letters[:at] + letters[at] + letters[at:],
                letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
                letters[:at] + rnd.choice(alphabet) + letters[at + 1 :],
            ]
        )
        typed = row["text"][: word.start()] + slipped + row["text"][word.end() :]
        got = answer(row, typed)
        assert got["status"] == "question" or same(got, row["want"]), typed


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("по вторникам", "no_time"),
        ("сейсенбі сайын кешке", "no_time"),
        ("at 19:00", "no_days"),
        ("два раза в неделю в 19:00", "no_days"),
        ("every Tuesday at 7", "ambiguous_hour"),
        ("каждый вторник в полночь", "ambiguous_hour"),
        ("бүгін 09:00-де", "past"),
        ("утром в 19:00 по вторникам", "contradiction"),
        ("ежедневно в 19:00, а в субботу в 12:00", "contradiction"),
        ("когда лучше публиковать?", "not_a_plan"),
        ("не напоминай по вторникам в 19:00", "not_a_plan"),
        ("вт или чт 19:00", "other"),
        ("", "not_a_plan"),
    ],
)
def test_why_a_question(text: str, why: str) -> None:
    found = read(text, NOW, "Asia/Almaty", "ru")
    assert isinstance(found, Question)
    assert found.why == why


def test_a_question_keeps_what_was_understood() -> None:
    found = read("ютуб по вторникам и пятницам в 7 по Москве", NOW, "Asia/Almaty", "ru")
    assert isinstance(found, Question)
    assert found.known.weekdays == (2, 5)
    assert found.known.hour == (7, 0)
    assert found.known.at is None
    assert found.known.outlet == "youtube"
    assert found.known.zone == "Europe/Moscow"


def test_a_named_zone_decides_what_today_is() -> None:
    late = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)  # the 25th, 01:30 in Almaty; still the 24th in Moscow
    found = read("сегодня в 23:45 по Москве", late, "Asia/Almaty", "ru")
    assert isinstance(found, OneOff)
    assert found.at == datetime(2026, 11, 24, 23, 45)


def test_a_delay_is_exact_over_a_change_of_clocks() -> None:
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30 in Berlin, half an hour before its clocks go forward
    found = read("in 2 hours", before, "Europe/Berlin", "en")
    assert isinstance(found, OneOff)
    assert found.at == datetime(2027, 3, 28, 4, 30)
