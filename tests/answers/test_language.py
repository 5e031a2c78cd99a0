"""Telling the three languages apart, whatever script or keyboard was used."""

import json

import pytest

from bot.answers.language import detect
from bot.answers.topics import LANGS, Lang
from tests.answers.conftest import HERE

PHRASES: list[tuple[str, Lang]] = [
    ("Видео шығардым, оны тіркеу керек пе?", "kk"),
    ("авторлык кукык деген не", "kk"),  # Kazakh on a Russian keyboard
    ("бола ма", "kk"),
    ("andi videoga kosuga bola ma", "kk"),
    ("мне страйк келді не істеймін", "kk"),  # code-switching: the grammar is Kazakh
    ("Можно ли взять чужую песню?", "ru"),
    ("mojno li ispolzovat chuzhuyu muzyku", "ru"),
    ("skolko platit nalog blogeru", "ru"),
    ("Is it ok to use a song?", "en"),
    ("can i monetise covers", "en"),
]


@pytest.mark.parametrize(("text", "lang"), PHRASES)
@pytest.mark.parametrize("hint", LANGS)
def test_a_clear_message_has_its_language_whatever_the_hint(text: str, lang: Lang, hint: Lang) -> None:
    assert detect(text, hint) == lang


@pytest.mark.parametrize("text", ["", "ок", "👍", "12:30", "https://", "?!"])
@pytest.mark.parametrize("hint", LANGS)
def test_a_message_that_says_nothing_keeps_the_hint(text: str, hint: Lang) -> None:
    assert detect(text, hint) == hint


def test_a_word_both_languages_share_leaves_it_to_the_hint() -> None:
    assert detect("рахмет, всё понятно", "ru") == "ru"
    assert detect("рахмет, всё понятно", "kk") == "kk"


def test_cyrillic_is_never_taken_for_english() -> None:
    assert detect("сторис салам вт", "en") != "en"


def test_questions_of_the_development_set_are_told_apart() -> None:
    rows = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    plain = [row for row in rows if row["style"] in ("clean", "latin")]
    other = {"kk": "ru", "ru": "kk", "en": "ru"}  # the interface is in another language: it may not help
    right = sum(detect(row["text"], other[row["lang"]]) == row["lang"] for row in plain)
    assert right / len(plain) >= 0.95
