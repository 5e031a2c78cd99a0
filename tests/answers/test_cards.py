"""The cards are good, and the check finds what is not."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.answers import cards, money
from bot.answers.cards import BadCards, folder, load, parse
from bot.answers.topics import GROUP_TITLES, LANGS, TOPICS

GOOD = (folder() / "shorts-music.toml").read_text("utf-8")


def test_every_card_of_the_package_is_good() -> None:
    assert cards.check() == []


def test_every_topic_has_its_card_in_the_order_of_the_topics() -> None:
    assert list(load()) == list(TOPICS)


def test_a_good_card_is_read() -> None:
    card = parse("shorts-music.toml", GOOD)
    assert card.id == "shorts-music"
    assert card.sources[0].kind == "platform"


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        (r'id = "shorts-music"', 'id = "shorts"', "not a topic"),
        (r'group = "D"', 'group = "A"', "belongs to group D"),
        (r"related = \[", 'related = ["nowhere", ', "nowhere"),
        (r'key = "V S70"', 'key = "S70"', "a mark such as"),
        (r'key = "V S70"', 'key = "K"\narticle = "3"', "an article is named only where"),
        (r'kind = "platform"', 'kind = "law"', "root of the official site"),
        (r"https://support.google.com/youtube/answer/15424877", "https://en.wikipedia.org/wiki/X", "is a copy"),
        (r"https://support.google.com/youtube/answer/15424877", "http://support.google.com/x", "https address"),
        (r'title = "Music in Shorts[^"]*"', f'title = "{"x" * 61}"', "at most 60"),
        (r'title = "Music in Shorts[^"]*"', 'title = "Музыка для коротких роликов и длинных видео"', "braces|letters"),
        (r"On the|According to YouTube Help \(", "[V S12] (", "a mark of the fact base"),
        (r"According to YouTube Help \(", "It costs {mci} (", "braces are only for amounts"),
        (r"as_of = 2026-11-22", 'as_of = "soon"', "as_of"),
        (r"countries = \[\]", 'countries = ["RU"]', "countries"),
        (r"countries = \[\]", 'colour = "red"', "colour"),
        (r"Студиядан шағым бар-жоғын қараңыз", "Студиядан сен қара", "сіз"),
        (r'phrasings = \[\n[^\]]*"How long[^\]]*\]', 'phrasings = ["one two"]', "phrasings"),
    ],
)
def test_what_is_wrong_with_a_card_is_named(find: str, put: str, says: str) -> None:
    broken, changes = re.subn(find, put, GOOD, count=1)
    assert changes == 1
    if "Музыка для" in put:  # an English card in Russian: every English text must be, not one title
        start = broken.index("[en]")
        broken = broken[:start] + re.sub(r"[a-z]{3,}(?= [a-z]{3,})", "слово", broken[start:])
    with pytest.raises(BadCards, match=f"(?s)shorts-music.toml.*({says})"):
        parse("shorts-music.toml", broken)


def test_a_card_needs_a_source() -> None:
    start, end = GOOD.index("[[sources]]"), GOOD.index("[kk]")
    with pytest.raises(BadCards, match="sources"):
        parse("shorts-music.toml", GOOD[:start] + GOOD[end:])


def test_a_file_must_carry_its_topic_as_its_name() -> None:
    with pytest.raises(BadCards, match="must be called"):
        parse("other.toml", GOOD)


def test_a_phrasing_of_two_cards_is_reported() -> None:
    found = load()
    one, two = found["shorts-music"], found["cover-songs"]
    text = two.en.model_copy(update={"phrasings": one.en.phrasings})
    both = {one.id: one, two.id: two.model_copy(update={"en": text})}
    assert len(cards.shared_phrasings(both)) == len(one.en.phrasings)


def test_cards_read_over_a_year_ago_are_stale() -> None:
    card = load()["shorts-music"]
    assert cards.stale([card], card.as_of + timedelta(days=365)) == []
    assert cards.stale([card], card.as_of + timedelta(days=366)) == ["shorts-music"]


def test_the_command_names_a_broken_file_and_fails(tmp_path: Path) -> None:
    broken = tmp_path / "shorts-music.toml"
    broken.write_text(GOOD.replace('group = "D"', 'group = "Z"'), "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "bot.answers.cards", str(broken)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "shorts-music.toml: group" in run.stderr


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("kk", "15 АЕК (2026 жылы 64\u00a0875 теңге)"),
        ("ru", "15 МРП (64\u00a0875 тенге в 2026 году)"),
        ("en", "15 MCI (KZT 64,875 in 2026)"),
    ],
)
def test_amounts_are_computed_from_the_dated_table(lang: str, shown: str) -> None:
    assert money.render("{mci:15}", lang, date(2026, 5, 1)) == shown  # type: ignore[arg-type]


def test_a_year_without_an_index_uses_the_last_known_one_and_says_its_year() -> None:
    assert "in 2026" in money.render("{mci:1}", "en", date(2029, 1, 1))


def test_texts_are_short_enough_for_one_message_once_amounts_are_computed() -> None:
    for card in load().values():
        for lang in LANGS:
            text = card.text(lang)
            shown = money.render("\n".join((text.title, text.short, text.full, *text.steps)), lang, date(2026, 12, 1))
            assert len(shown) < 3600, card.id


def test_russian_texts_write_yo_only_where_it_changes_the_meaning() -> None:
    texts = [card.text("ru") for card in load().values()]
    shown = [line for text in texts for line in (text.title, text.short, text.full, *text.steps)]
    shown += [titles["ru"] for titles in GROUP_TITLES.values()]
    assert [word for line in shown for word in re.findall(r"\w*ё\w*", line.lower()) if word != "всё"] == []


def test_a_card_names_every_source_of_the_fact_base_that_its_topic_rests_on_and_no_other() -> None:
    card = load()["folklore-kui-ornaments"]
    first = card.sources[0]
    assert cards.unmarked([card]) == []
    marked = re.findall(r"S\d{2,3}", first.key)
    assert marked, "this test needs a card whose first source is of the fact base"
    without = card.model_copy(update={"sources": card.sources[1:]})
    assert marked[0] in cards.unmarked([without])[0]
    foreign = first.model_copy(update={"key": f"{first.key}; V S999"})
    assert "S999" in cards.unmarked([card.model_copy(update={"sources": (foreign, *card.sources[1:])})])[0]
