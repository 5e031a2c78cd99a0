"""Sources are named in the reader's language, with the same numbers and dates."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.answers import source_names
from bot.answers.service import Answers
from bot.answers.topics import TOPICS, Lang

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize("lang", ["kk", "ru"])
def test_every_source_is_named_in_the_readers_letters_with_the_same_numbers(answers: Answers, lang: Lang) -> None:
    for card_id in TOPICS:
        shown, stored = answers.text(card_id, lang, TODAY).sources, answers.card(card_id).sources
        for line, source in zip(shown, stored, strict=True):
            assert re.search("[а-яәғқңөұүһі]", line.title), line.title
            assert sorted(re.findall(r"\d+", line.title)) == sorted(re.findall(r"\d+", source.law)), line.title


def test_english_shows_the_name_of_the_card(answers: Answers) -> None:
    for card_id in TOPICS:
        shown = [line.title for line in answers.text(card_id, "en", TODAY).sources]
        assert shown == [source.law for source in answers.card(card_id).sources]


def test_a_source_without_a_name_and_a_name_without_a_source_are_found() -> None:
    found = source_names.problems(["Criminal Code of Kazakhstan", "A source nobody named"])
    assert [line for line in found if "A source nobody named" in line and "needs a name in kk" in line]
    assert [line for line in found if "“Telegram FAQ: copyright” is a source of no card" in line]
    assert not [line for line in found if "“Criminal Code of Kazakhstan”" in line]
