"""The index: cosines, unknown words, order."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answers.search import Field, Index, Vectors, content_words, grams
from bot.answers.synonyms import meanings

DOCUMENTS = {
    "music": [Field("музыка песня трек лицензия", 2), Field("где взять музыку для видео", 1)],
    "tax": [Field("налог доход декларация", 2), Field("сколько платит блогер", 1)],
    "film": [Field("фильм кино обзор", 2)],
}


def test_a_document_is_as_near_as_can_be_to_its_own_words() -> None:
    vectors = Vectors([{"a": 2, "b": 1}, {"c": 1}])
    assert vectors.cosines({"a": 2, "b": 1}) == pytest.approx([1.0, 0.0], abs=1e-6)


def test_unknown_terms_count_against_the_question() -> None:
    vectors = Vectors([{"a": 1}, {"b": 1}])
    known, with_unknown = vectors.cosines({"a": 1})[0], vectors.cosines({"a": 1, "zzz": 1})[0]
    rarity_seen, rarity_unseen = math.log(3 / 2) + 1, math.log(3 / 1) + 1
    assert known == pytest.approx(1)
    assert with_unknown == pytest.approx(rarity_seen / math.hypot(rarity_seen, rarity_unseen))


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("какую музыку можно", "music"),
        ("muzyka dlia video", "music"),  # Latin letters
        ("мзуыка", "music"),  # the letters of a known word in another order
        ("налоги", "tax"),
        ("movie", "film"),  # only through the synonyms
    ],
)
def test_the_right_document_is_first(question: str, best: str) -> None:
    assert Index(DOCUMENTS).search(question)[0].id == best


def test_question_words_are_left_out_unless_nothing_else_is_there() -> None:
    assert content_words("можно ли взять музыку") == ["vziat", "muziku"]
    assert content_words("бола ма") == ["bola", "ma"]


def test_grams_of_a_word_are_padded() -> None:
    assert set(grams(["id"])) == {" id", "id ", " id "}


def test_meanings_are_added_once_and_never_repeat_what_was_said() -> None:
    assert meanings(["video", "vidos"]) == []
    assert "instagram" in meanings(["inste"])


@given(st.text(max_size=200))
def test_any_question_scores_every_document_between_nothing_and_all(question: str) -> None:
    hits = Index(DOCUMENTS).search(question)
    assert {hit.id for hit in hits} == set(DOCUMENTS)
    assert all(-1e-6 <= hit.score <= 1 + 1e-6 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
