"""What is declined, and what must not be."""

import json

import pytest

from bot.answers.cards import load
from bot.answers.ideas import idea, message
from bot.answers.refusals import is_refused, refused_by
from bot.answers.topics import LANGS
from tests.answers.conftest import HERE

REQUESTS = [line.split("\t")[:2] for line in (HERE / "requests.tsv").read_text("utf-8").splitlines()]


def test_a_request_to_evade_rules_or_to_harm_is_declined() -> None:
    assert [text for kind, text in REQUESTS if kind == "declined" and not is_refused(text)] == []


def test_a_question_about_the_rules_or_from_a_victim_is_not_declined() -> None:
    assert [(text, refused_by(text)) for kind, text in REQUESTS if kind == "fine" and is_refused(text)] == []


def test_no_phrasing_of_a_card_is_declined() -> None:
    declined = [
        (card.id, phrasing, refused_by(phrasing))
        for card in load().values()
        for lang in LANGS
        for phrasing in card.text(lang).phrasings
        if is_refused(phrasing)
    ]
    assert declined == []


def test_the_development_set_is_judged_without_a_mistake() -> None:
    rows = [json.loads(line) for line in (HERE / "questions.jsonl").read_text("utf-8").splitlines()]
    wrong = [row["text"] for row in rows if is_refused(row["text"]) != (row["expect"] == "refuse")]
    assert wrong == []


@pytest.mark.parametrize(
    ("items", "text", "found"),
    [
        ("обойти", "как обойти", True),
        ("обойти", "обойтись", True),  # a beginning
        ("=ad", "an advert", False),  # whole words only
        ("=ad", "the ad here", True),
        ("content id", "contents identity", True),
        ("content id", "id content", False),
        ("чтоб .. не узна", "чтобы мой сосед никак не узнал", True),
        ("чтоб .. не узна", "чтобы раз два три четыре пять не узнал", False),  # five words between
        ("~watermark", "remove watremark", True),  # two letters swapped
        ("~watermark", "remove watermar", True),
        ("montage", "motnage", False),
        ("жасыру", "jasyru", True),
        ("не {узна|найд}", "чтобы не нашли, не найдут", True),
        ("не {узна|найд}", "не вижу", False),
        ("{=кинь|кидай} страйк", "кинь страйк", True),
        ("{=кинь|кидай} страйк", "кинообзор страйк", False),
        ("^{clone|draw}", "please clone this", True),
        ("^{clone|draw}", "can a clone", False),
        ("report", "mass reports", True),  # "ts" is folded to "c"
    ],
)
def test_items_of_an_idea(items: str, text: str, found: bool) -> None:
    assert (idea(items).search(message(text)) is not None) is found


def test_the_weights_are_those_of_the_examples() -> None:
    """Whoever adds examples trains again: without it they would be known to the tests alone."""
    from bot.answers.intent import likelihood

    sure = [likelihood(text) for kind, text in REQUESTS if kind == "declined"]
    fine = [likelihood(text) for kind, text in REQUESTS if kind == "fine"]
    assert sum(each >= 0.5 for each in sure) / len(sure) > 0.97
    assert sum(each >= 0.5 for each in fine) / len(fine) < 0.03


@pytest.mark.parametrize("text", ["", "?", "как", "ок", "👍" * 50, "а" * 600, "\x00 \ud800"])
def test_messages_that_say_nothing_are_never_declined(text: str) -> None:
    assert refused_by(text) == ""
