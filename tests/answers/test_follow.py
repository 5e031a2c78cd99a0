"""Follow-ups go on with the topic; what is about something else never becomes an answer by it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.follow import asks_for_more, is_courtesy, is_joined, looks_like_follow_up
from bot.answers.service import Answers
from bot.answers.topics import TOPICS
from tests.answers.conftest import TODAY

TALKED_ABOUT = (
    "seconds-rule-myth",
    "ad-labelling-bloggers",
    "copyright-term-public-domain",
    "youtube-three-strikes",
    "voice-cloning",
    "image-right-filming",
    "cover-songs",
)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("а штраф какой?", True),
        ("ал Шортста ше?", True),
        ("and on TikTok?", True),
        ("what about Instagram?", True),
        ("al tiktokta she?", True),
        ("онда салық ше", True),
        ("Авторское право действует сколько?", False),  # begins with a letter а, not with the word
        ("Алматыда концерт түсіруге бола ма?", False),
        ("android video editor", False),
    ],
)
def test_follow_ups_are_told_by_how_they_begin_or_end(text: str, joined: bool) -> None:
    assert is_joined(text) is joined


@pytest.mark.parametrize("text", ["а почему?", "неге?", "why?", "подробнее", "толығырақ айтыңызшы", "more details"])
def test_a_wish_for_more_means_the_topic_itself(answers: Answers, text: str) -> None:
    assert asks_for_more(text)
    reply = answers.ask(text, "ru", TODAY, "cover-songs")
    assert (reply.outcome, reply.cards[0], reply.follows) == ("answer", "cover-songs", True)


@pytest.mark.parametrize("text", ["спасибо!", "Рақмет сізге", "привет", "thank you", "ok", "сәлем"])
def test_courtesy_is_no_question(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize("text", ["спасибо, а штраф какой?", "привет, можно ли взять песню", "ok google"])
def test_courtesy_before_a_question_is_a_question(text: str) -> None:
    assert not is_courtesy(text)


@pytest.mark.parametrize(
    ("topic", "text", "card"),
    [
        ("ad-labelling-bloggers", "а штраф какой?", "ad-labelling-bloggers"),
        ("seconds-rule-myth", "ал Шортста ше?", "shorts-music"),
        ("seconds-rule-myth", "and on TikTok?", "tiktok-copyright"),
        ("cover-songs", "а в телеграме?", "telegram-copyright"),
        ("cover-songs", "what about Instagram?", "instagram-meta-copyright"),
        ("copyright-term-public-domain", "а в Узбекистане?", "uzbekistan-copyright"),
        ("image-right-filming", "ал Қырғызстанда ше?", "kyrgyzstan-copyright"),
        ("ad-labelling-bloggers", "ал салық ше?", "self-employed-regime"),
        ("ad-labelling-bloggers", "ал айыппұлы қанша?", "ad-labelling-bloggers"),
        ("ad-labelling-bloggers", "and the fine?", "ad-labelling-bloggers"),
        ("filming-children", "а штраф какой?", "filming-children"),
        ("filming-children", "ал айыппұлы қанша?", "filming-children"),
        ("filming-children", "and the fine?", "filming-children"),
        ("deepfake-liability", "ал айыппұлы қанша?", "deepfake-liability"),
        ("deepfake-liability", "and the fine?", "deepfake-liability"),
        ("personal-data-publication", "а штраф?", "personal-data-publication"),
    ],
)
def test_a_follow_up_finds_its_card(answers: Answers, topic: str, text: str, card: str) -> None:
    reply = answers.ask(text, "ru", TODAY, topic)
    assert reply.follows
    assert reply.outcome in ("answer", "choice")
    assert reply.cards[0] == card


@pytest.mark.parametrize("topic", TALKED_ABOUT)
@pytest.mark.parametrize(
    "text",
    [
        "а погода?",
        "and the weather?",
        "а рецепт борща?",
        "а курс доллара?",
        "а хлеб почем?",
        "а кот?",
        "а визу как получить?",
        "ал ауа райы ше?",
        "what about pizza?",
        "ал такси ше?",
        "а права на машину?",
        "and my dog?",
    ],
)
def test_what_is_about_something_else_does_not_become_an_answer(answers: Answers, topic: str, text: str) -> None:
    assert answers.ask(text, "ru", TODAY, topic).outcome != "answer"


@pytest.mark.parametrize("text", ["а в Германии?", "ал Түркияда ше?", "and in the USA?"])
def test_another_country_after_a_topic_is_named_as_not_covered(answers: Answers, text: str) -> None:
    reply = answers.ask(text, "ru", TODAY, "cover-songs")
    assert (reply.outcome, reply.hint, reply.cards) == ("none", "foreign_country", ("foreign-works-treaties",))


def test_a_follow_up_stays_in_the_country_talked_about(answers: Answers) -> None:
    for text in ("а штраф какой?", "ал айыппұлы қанша?", "and the fine?"):
        reply = answers.ask(text, "ru", TODAY, "uzbekistan-ai-monetization")
        at_home = [card for card in reply.cards[:1] if answers.card(card).countries == ("KZ",)]
        assert reply.outcome != "answer" or not at_home, text


@pytest.mark.parametrize("text", ["а как обойти content id?", "ал оны қалай алдап өтуге болады content id"])
def test_a_follow_up_that_wants_to_evade_is_declined(answers: Answers, text: str) -> None:
    assert answers.ask(text, "ru", TODAY, "youtube-content-id-vs-strike").outcome == "declined"


@given(text=st.text(max_size=120), topic=st.sampled_from([*TOPICS, "no-such-card"]))
@settings(max_examples=150, deadline=None)
def test_whatever_follows_every_card_shown_exists_and_has_a_source(answers: Answers, text: str, topic: str) -> None:
    reply = answers.ask(text, "kk", TODAY, topic)
    assert reply.outcome != "answer" or reply.cards
    for card in reply.cards:
        assert answers.text(card, reply.lang, TODAY).sources
    if not looks_like_follow_up(text):
        assert reply == answers.ask(text, "kk", TODAY)
