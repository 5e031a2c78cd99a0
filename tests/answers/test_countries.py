"""The five countries and the platforms as people name them, in every language, case and script."""

import pytest

from bot.answers.places import locate
from bot.answers.service import Answers
from tests.answers.conftest import TODAY

FORMS = {
    "KZ": """в Казахстане, по Казахстану, из Казахстана, казахстанский закон, Казахстан, Қазақстанда, Қазақстанның,
        Қазақстанға, қазақстандық заң, Қазақстан бойынша, in Kazakhstan, Kazakhstan's law, v kazahstane,
        qazaqstanda, в РК, ҚР-да, в Алматы, Астанада""",
    "UZ": """в Узбекистане, по Узбекистану, из Узбекистана, узбекский закон, Узбекистан, Өзбекстанда, Өзбекстанның,
        Өзбекстанға, өзбек заңы, Өзбекстан бойынша, in Uzbekistan, Uzbekistan's law, Uzbek law, v uzbekistane,
        ozbekstanda, в Ташкенте, Ташкентте, O‘zbekistonda, Oʻzbekistonda""",
    "KG": """в Кыргызстане, по Кыргызстану, из Киргизии, киргизский закон, Кыргызстан, Қырғызстанда, Қырғызстанның,
        Қырғызстанға, қырғыз заңы, Қырғызстан бойынша, in Kyrgyzstan, Kyrgyzstan's law, Kyrgyz law, v kyrgyzstane,
        qyrgyzstanda, в Бишкеке, Бішкекте""",
    "TJ": """в Таджикистане, по Таджикистану, из Таджикистана, таджикский закон, Таджикистан, Тәжікстанда,
        Тәжікстанның, Тәжікстанға, тәжік заңы, Тәжікстан бойынша, in Tajikistan, Tajikistan's law, Tajik law,
        v tadzhikistane, tajikstanda, в Душанбе, Душанбеде, in Tadjikistan""",
    "TM": """в Туркменистане, по Туркменистану, из Туркмении, туркменский закон, Туркменистан, Түрікменстанда,
        Түрікменстанның, Түркіменстанда, түрікмен заңы, Түркменстанда, in Turkmenistan, Turkmenistan's law,
        Turkmen law, v turkmenistane, turkmenstanda, в Ашхабаде, Ашхабадта, in Ashgabat""",
}
CARDS = {
    "UZ": "uzbekistan-copyright",
    "KG": "kyrgyzstan-copyright",
    "TJ": "tajikistan-copyright",
    "TM": "turkmenistan-copyright",
}
QUESTIONS = ("{place} авторское право, срок охраны", "{place} авторлық құқық неше жыл", "copyright {place}, how long")
PLATFORMS = {
    "youtube": "на YouTube, в ютубе, на ютьюбе, YouTube-та, ютубта, ютюбта, on YouTube, youtubeta, в шортсах",
    "tiktok": "в TikTok, в тиктоке, TikTok-та, тиктокта, тик-токта, on TikTok, tiktokta, v tiktoke",
    "meta": "в Instagram, в инсте, в инстаграме, Instagram-да, инстада, инстаграмда, on Instagram, в фейсбуке",
    "telegram": "в Telegram, в телеге, в телеграме, Telegram-да, телеграмда, on Telegram, в тг, telegramda",
    "vk": "в ВК, ВКонтакте, ВК-да, on VK, в VK Видео, во вконтакте, vk-da",
}
FOREIGN = """в России, в США, Ресейде, АҚШ-та, in Germany, Түркияда, в Турции, in the UK, Германияда, в Китае, Қытайда,
    in Japan, Жапонияда, в Грузии, in France, Украинада, по законам Польши, in Canada, Кореяда, in India, в ОАЭ"""


def listed(text: str) -> list[str]:
    return [" ".join(form.split()) for form in text.split(",")]


@pytest.mark.parametrize("code", FORMS)
def test_a_country_is_known_in_every_form(code: str) -> None:
    missed = [form for form in listed(FORMS[code]) if locate(form).countries != {code} or locate(form).foreign]
    assert missed == []


@pytest.mark.parametrize("code", CARDS)
def test_a_question_about_a_country_gets_its_card_before_the_kazakh_law(answers: Answers, code: str) -> None:
    asked = [question.format(place=form) for form in listed(FORMS[code]) for question in QUESTIONS]
    replies = {text: answers.ask(text, "ru", TODAY) for text in asked}
    assert {text: reply for text, reply in replies.items() if reply.cards[:1] != (CARDS[code],)} == {}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_is_known_in_every_form(platform: str) -> None:
    missed = [form for form in listed(PLATFORMS[platform]) if locate(form).platforms != {platform}]
    assert missed == []


@pytest.mark.parametrize(
    ("question", "card"),
    [
        ("Чужая музыка {place}: что с видео?", {"tiktok": "tiktok-copyright", "meta": "instagram-meta-copyright"}),
        ("{place} видеомды ұрлап алды, қалай шағымданамын?", {"telegram": "telegram-copyright", "vk": "vk-copyright"}),
        ("Somebody stole my video {place}, how do I report it?", {"youtube": "youtube-report-theft"}),
    ],
)
def test_a_platform_leads_to_its_own_card(answers: Answers, question: str, card: dict[str, str]) -> None:
    asked = {question.format(place=f): id_ for name, id_ in card.items() for f in listed(PLATFORMS[name])}
    found = {text: answers.ask(text, "ru", TODAY).cards[:3] for text in asked}
    assert {text: cards for text, cards in found.items() if asked[text] not in cards} == {}


@pytest.mark.parametrize("question", QUESTIONS)
def test_another_country_is_said_to_be_outside_with_the_treaties(answers: Answers, question: str) -> None:
    asked = [question.format(place=form) for form in listed(FOREIGN)]
    replies = {text: answers.ask(text, "kk", TODAY) for text in asked}
    wrong = {text: r for text, r in replies.items() if (r.outcome, r.hint) != ("none", "foreign_country")}
    assert wrong == {}
    assert all(reply.cards == ("foreign-works-treaties",) for reply in replies.values())
