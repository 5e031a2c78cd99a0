"""Countries and platforms that a question names."""

import pytest

from bot.answers.places import locate


@pytest.mark.parametrize(
    ("text", "countries", "platforms", "foreign"),
    [
        ("в Пакистане какой срок", set(), set(), True),
        ("Монголияда авторлық құқық қалай", set(), set(), True),
        ("живу в Казахстане, украли в Германии", {"KZ"}, set(), False),
        ("Какой срок в Узбекистане?", {"UZ"}, set(), False),
        ("Қырғызстанда қалай?", {"KG"}, set(), False),
        ("v Tashkente est monetizaciya na youtube?", {"UZ"}, {"youtube"}, False),
        ("Can I use songs on TikTok?", set(), {"tiktok"}, False),
        ("инста снесла рилс", set(), {"meta"}, False),
        ("тг канал", set(), {"telegram"}, False),
        ("в РК и в Казахстане", {"KZ"}, set(), False),
        ("ҚР-да қалай?", {"KZ"}, set(), False),  # folded alike,
        ("Как в КР?", {"KG"}, set(), False),  # and not the same country
        ("Какое авторское право в Германии?", set(), set(), True),
        ("Түркияда салық қанша?", set(), set(), True),
        ("Do influencers label ads in the UK?", set(), set(), True),
        ("What does German copyright law say?", set(), set(), True),
        ("v rossii kak", set(), set(), True),
        ("Обзор корейской дорамы", set(), set(), False),  # a work from there, not the law of there
        ("Можно ли взять американскую песню?", set(), set(), False),
        ("Что общего у стран ЕАЭС, например в России?", set(), set(), False),  # our own region: there is a card
        ("Как в целом?", set(), set(), False),
    ],
)
def test_places_are_found(text: str, countries: set[str], platforms: set[str], foreign: bool) -> None:
    place = locate(text)
    assert (set(place.countries), set(place.platforms), place.foreign) == (countries, platforms, foreign)
