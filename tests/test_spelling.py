"""One key for each word, whichever script or keyboard, and slips found without false friends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spelling import NearWords, distance, glue, key, one_slip_apart


@pytest.mark.parametrize(
    "spellings",
    [
        ["сейсенбі", "сейсенби", "СЕЙСЕНБІ", "seisenbi", "seysenby", "seısenbı", "cейсенбi"],
        ["жұма", "жума", "zhuma", "juma", "djuma"],
        ["таңғы", "тангы", "tańǵy", "tanggy", "tangy"],
        ["қыркүйек", "кыркуйек", "qyrkúıek", "kyrkuyek"],
        ["каждый", "kazhdyj", "kajdyi", "kazhdyy"],
        ["пятница", "pyatnitsa", "pyatnica"],
        ["ещё", "еще"],
        ["ютуббб", "ютуб"],
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_word_share_a_key(spellings: list[str]) -> None:
    assert len({key(spelling) for spelling in spellings}) == 1


def test_words_that_differ_in_meaning_keep_their_keys() -> None:
    words = [
        "сенбі",
        "сейсенбі",
        "бейсенбі",
        "дүйсенбі",
        "now",
        "nov",
        "на",
        "но",
        "вторник",
        "вторых",
        "жеті",
        "жетті",
        "күн",
        "түн",
    ]
    assert len({key(word) for word in words}) == len(words) - 1  # жеті and жетті differ by a doubled letter only


@given(st.text(max_size=40))
def test_a_key_is_plain_and_stays_itself_in_capitals(text: str) -> None:
    assert key(text).isascii()
    assert key(key(text).upper()) == key(key(text))


_LETTERS = st.text("abcd", min_size=1, max_size=7)


@given(_LETTERS, _LETTERS)
def test_one_slip_is_found_both_ways_and_by_the_index(a: str, b: str) -> None:
    assert one_slip_apart(a, b) == one_slip_apart(b, a)
    assert (b in NearWords([b], shortest=1).near(a)) == one_slip_apart(a, b)
    if distance(a, b) <= 1:
        assert one_slip_apart(a, b)


@given(_LETTERS, _LETTERS, _LETTERS)
def test_distance_is_a_distance_up_to_its_bound(a: str, b: str, c: str) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c) or distance(a, b) + distance(b, c) >= 3


@pytest.mark.parametrize("word", ["тік", "ютуб", "тг", "сенбі", "телеграм"])
@pytest.mark.parametrize("ending", ["қа", "ға", "та", "да", "ның", "мен"])
def test_a_glued_ending_is_the_key_of_the_whole_word(word: str, ending: str) -> None:
    assert glue(key(word), key(ending)) == key(word + ending)
