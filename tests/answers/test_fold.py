"""Folding: the same word typed in any script or keyboard is one skeleton."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.fold import fold_word, words


@pytest.mark.parametrize(
    "spellings",
    [
        ("авторлық құқықты", "avtorlyk kukykty", "avtorlyq quqyqty", "авторлык кукыкты"),
        ("выложить", "vylozhit", "ВЫЛОЖИТЬ"),
        ("ещё щука", "eshche shchuka", "еще щука"),
        ("қазақ ән", "qazaq än", "казак ан", "kazak an"),
        ("цена", "tsena", "cena"),
        ("хит", "khit", "hit"),
        ("ютуб", "Youtub"),
        ("ИИ", "ЖИ", "AI"),
    ],
    ids=lambda s: s[0],
)
def test_every_spelling_folds_to_the_same_skeleton(spellings: tuple[str, ...]) -> None:
    assert len({tuple(words(spelling)) for spelling in spellings}) == 1


def test_the_skeleton_is_the_documented_one() -> None:
    assert words("авторлық құқықты") == ["avtorlik", "kukikti"]


def test_words_are_split_at_everything_that_is_no_letter_or_digit() -> None:
    assert words("YouTube-та, 10 сек!? don't") == ["iutube", "ta", "10", "sek", "dont"]


@given(st.text())
def test_folding_any_text_gives_plain_lower_case_words(text: str) -> None:
    for word in words(text):
        assert word
        assert set(word) <= set(string.ascii_lowercase + string.digits)


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі", min_size=1))
def test_case_makes_no_difference(word: str) -> None:
    assert fold_word(word.upper()) == fold_word(word)
