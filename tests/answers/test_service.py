"""Questions to replies: outcomes, countries, platforms, texts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers.service import Answers
from bot.answers.topics import LANGS, TOPICS, Lang
from tests.answers.conftest import TODAY


@pytest.mark.parametrize(
    ("text", "card", "lang"),
    [
        ("Правда, что до 30 секунд чужой песни можно?", "seconds-rule-myth", "ru"),
        ("Страйк неше күннен кейін өшеді?", "youtube-three-strikes", "kk"),
        ("Can a small YouTube channel get access to Content ID?", "youtube-report-theft", "en"),
        ("Какой срок авторского права в Узбекистане?", "uzbekistan-copyright", "ru"),
        ("Қырғызстанда авторлық құқық қалай жұмыс істейді?", "kyrgyzstan-copyright", "kk"),
        ("Why did TikTok mute the sound of my video?", "tiktok-copyright", "en"),
        ("инстада қазақ әндері неге жоқ", "instagram-meta-copyright", "kk"),
        ("skolko podpischikov nado dlya monetizacii", "ypp-thresholds", "ru"),
    ],
)
def test_a_question_gets_its_card_in_its_language(answers: Answers, text: str, card: str, lang: Lang) -> None:
    reply = answers.ask(text, "en", TODAY)
    assert (reply.outcome, reply.cards[0], reply.lang) == ("answer", card, lang)


@pytest.mark.parametrize(
    "text", ["What's the capital of Australia?", "чё приготовить на ужин", "зейнетақы қашан көтеріледі"]
)
def test_what_is_not_in_the_cards_is_not_answered(answers: Answers, text: str) -> None:
    assert answers.ask(text, "ru", TODAY).outcome == "none"


@pytest.mark.parametrize("text", ["", " ", "👍👍", "?", "\x00", "<b>", "ок"])
def test_nothing_asked_is_nothing_answered(answers: Answers, text: str) -> None:
    assert answers.ask(text, "kk", TODAY).outcome == "none"


def test_another_country_is_said_so_and_pointed_to_treaties(answers: Answers) -> None:
    reply = answers.ask("Как работает авторское право в Японии?", "ru", TODAY)
    assert (reply.outcome, reply.hint, reply.cards) == ("none", "foreign_country", ("foreign-works-treaties",))


def test_a_card_about_another_countrys_procedure_is_still_answered(answers: Answers) -> None:
    reply = answers.ask("Counter notification берсем Америкада сотқа түсемін бе?", "kk", TODAY)
    assert (reply.outcome, reply.cards[0]) == ("answer", "youtube-counter-notification")


def test_a_country_of_ours_whose_card_is_missing_is_not_answered_with_kazakh_law(answers: Answers) -> None:
    without = Answers({c: answers.card(c) for c in ("copyright-term-public-domain", "kyrgyzstan-copyright")})
    reply = without.ask("Сколько лет действует авторское право в Таджикистане?", "ru", TODAY)
    assert (reply.outcome, reply.hint) == ("none", "country_without_card")


def test_a_request_to_evade_is_declined_without_cards(answers: Answers) -> None:
    reply = answers.ask("Как обойти Content ID?", "ru", TODAY)
    assert (reply.outcome, reply.cards) == ("declined", ())


def test_a_vague_question_offers_two_or_three_cards(answers: Answers) -> None:
    reply = answers.ask("can I use film clips in my paid online course", "en", TODAY)
    assert reply.outcome == "choice"
    assert 2 <= len(reply.cards) <= 3


LOADED = Answers.load()
PHRASINGS = [p for id_ in TOPICS for lang in LANGS for p in LOADED.card(id_).text(lang).phrasings]
PIECES = [
    "музыка",
    "видео",
    "Content ID",
    "салық",
    "страйк",
    "10 секунд",
    "в Узбекистане",
    "как",
    "обойти",
    "қалай",
    "?",
]
QUESTIONS = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.tuples(st.sampled_from(PHRASINGS), st.integers(0, 60), st.text(max_size=20)).map(lambda t: t[0][t[1] :] + t[2]),
)


@settings(max_examples=200, deadline=None)
@given(QUESTIONS, st.sampled_from(LANGS), st.one_of(st.none(), st.sampled_from(list(TOPICS)), st.text(max_size=9)))
def test_no_input_yields_an_answer_without_a_source(text: str, lang: Lang, topic: str | None) -> None:
    """Neither a question nor a follow-up of any kind, in any language, is answered from nothing."""
    reply = LOADED.ask(text, lang, TODAY, topic)
    assert 0 <= reply.confidence <= 1
    assert reply.outcome != "choice" or 1 <= len(reply.cards) <= 3
    assert reply.outcome != "answer" or reply.cards
    assert reply.outcome != "declined" or not reply.cards
    for card in reply.cards:
        for shown in (LOADED.text(card, each, TODAY) for each in LANGS):
            assert shown.short
            assert shown.sources
            assert all(source.title and source.url.startswith("https://") for source in shown.sources)


def test_only_related_cards_that_exist_are_offered(answers: Answers) -> None:
    alone = Answers({"shorts-music": answers.card("shorts-music"), "cover-songs": answers.card("cover-songs")})
    assert alone.text("shorts-music", "en", TODAY).related == ()
    assert answers.text("shorts-music", "en", TODAY).related[0][0] == "music-licensing-sources"


def test_every_card_is_listed_once_under_its_group(answers: Answers) -> None:
    for lang in LANGS:
        groups = answers.groups(lang)
        assert [group.id for group in groups] == list("ABCDEFG")
        listed = [card for group in groups for card, _ in group.cards]
        assert len(listed) == len(set(listed)) == len(answers)
        assert all(title == answers.title(card, lang) for group in groups for card, title in group.cards)


def test_no_placeholder_is_left_in_what_is_shown(answers: Answers) -> None:
    for group in answers.groups("en"):
        for card, _ in group.cards:
            for lang in LANGS:
                shown = answers.text(card, lang, TODAY)
                assert "{" not in "".join((shown.title, shown.short, shown.full, *shown.steps)), card
