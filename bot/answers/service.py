"""Question → one cited card, a choice of a few, "not in my sources", or a polite refusal.

Everything is in memory after `Answers.load()`; nothing here waits, stores or logs. What is shown comes from a card,
and a card can't exist without a source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, TypeAlias

from bot.answers import cards as card_files
from bot.answers import money, refusals, source_names
from bot.answers.cards import Card, Source
from bot.answers.fold import words
from bot.answers.follow import asks_for_more, is_joined, looks_like_follow_up, own_words
from bot.answers.language import detect
from bot.answers.places import Place, locate
from bot.answers.search import Field, Hit, Index
from bot.answers.synonyms import meanings
from bot.answers.topics import GROUP_TITLES, LANGS, Group, Lang

Outcome: TypeAlias = Literal["answer", "choice", "none", "declined"]
Hint: TypeAlias = Literal["", "foreign_country", "country_without_card"]

# Calibrated on tests/answers/questions.jsonl (`python -m bot.answers.evaluate`); they depend on the cards.
ANSWER_FROM: Final = 0.15
CHOICE_FROM: Final = 0.065
MARGIN: Final = 0.03
OFFERED_FROM: Final = 0.04
NEAR_FROM: Final = 0.04
"""From here a question is near enough to our subjects to say that its country is not covered."""
CHOICES: Final = 3
LONGEST_QUESTION: Final = 600
FOLLOWED_FROM: Final = 0.05
"""What a follow-up's own words must find in a card; the topic talked about may not carry it alone."""
HERE: Final = 1.5
"""The weight of a card about the platform or country that a follow-up names."""
RELATED: Final = 1.3
SAME_GROUP: Final = 1.1
LIKE_FROM: Final = 4
"""Letters that two words begin with alike before they can be forms of one word."""

_PLATFORM_OF: Final[Mapping[str, str]] = {
    "shorts-music": "youtube",
    "ypp-thresholds": "youtube",
    "made-for-kids": "youtube",
    "tiktok-copyright": "tiktok",
    "instagram-meta-copyright": "meta",
    "telegram-copyright": "telegram",
    "vk-copyright": "vk",
}

# Cards that are themselves about dealing with another country's law.
_ABROAD: Final = frozenset(
    {
        "foreign-works-treaties",
        "fair-use-vs-kz-law",
        "youtube-counter-notification",
        "youtube-us-tax",
        "vk-copyright",
        "uzbekistan-ai-monetization",
    }
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to show. `cards`: ids, best first; with "none" and "declined" what would have been next, or empty.

    `confidence`: 0..1, what the thresholds are applied to. `follows`: it was found by what was talked about before.
    """

    outcome: Outcome
    cards: tuple[str, ...]
    lang: Lang
    confidence: float
    hint: Hint = ""
    follows: bool = False


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source as shown. `article` is empty where none was read, and where the title says it already."""

    title: str
    article: str
    url: str
    read: date
    kind: Literal["law", "platform", "press"]


@dataclass(frozen=True, slots=True)
class CardText:
    """A card in one language, amounts in tenge. `related`: ids and titles of cards that exist. At least one source."""

    id: str
    title: str
    short: str
    full: str
    steps: tuple[str, ...]
    sources: tuple[SourceLine, ...]
    as_of: date
    related: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """A group to browse: its letter, title and cards as (id, title)."""

    id: Group
    title: str
    cards: tuple[tuple[str, str], ...]


class Answers:
    """The cards and the index over them, built once at the start (about a second)."""

    def __init__(self, cards: Mapping[str, Card]) -> None:
        self._cards = dict(cards)
        self._index = Index({card.id: _fields(card) for card in cards.values()})
        self._keys = {card.id: _key_words(card) for card in cards.values()}
        self._words = {card.id: frozenset(words(" ".join(f.text for f in _fields(card)))) for card in cards.values()}
        self._country_cards = {c.id: frozenset(c.countries) for c in cards.values() if c.group == "C"}

    @classmethod
    def load(cls) -> Answers:
        """The cards of the package. Raises BadCards when one is broken."""
        answers = cls(card_files.load())
        answers.ask("авторлық құқық", "kk", date.min)  # what is read at the first question is read now
        return answers

    def __len__(self) -> int:
        return len(self._cards)

    def __contains__(self, card_id: str) -> bool:
        return card_id in self._cards

    def ask(self, text: str, lang: Lang, today: date, topic: str | None = None) -> Reply:
        """What to answer. `lang` is the person's interface language, used where the question's own is unclear.

        `topic`: the card shown a moment ago, which a follow-up goes on with. The answer depends on the cards alone;
        `today` is for callers that pass one clock to every service call.
        """
        text = " ".join(text[:LONGEST_QUESTION].split())
        reply = self._alone(text, lang)
        if topic not in self._cards or reply.outcome == "declined" or not looks_like_follow_up(text):
            return reply
        return self._followed(text, topic, reply) or reply

    def _followed(self, text: str, topic: str, alone: Reply) -> Reply | None:
        """What a follow-up means after a topic; None where it says nothing that the cards know, or stands by itself."""
        if asks_for_more(text):
            return Reply("answer", (topic, *self._cards[topic].related[:2]), alone.lang, 1.0, follows=True)
        joined = is_joined(text)
        own = own_words(text)
        place = locate(text)
        if place.foreign and joined:
            treaties = tuple(id_ for id_ in ("foreign-works-treaties",) if id_ in self._cards)
            return Reply("none", treaties, alone.lang, alone.confidence, "foreign_country", follows=True)
        if not own or (alone.outcome == "answer" and not joined):
            return None
        here, near = self._of(place), self._near(topic)
        if here:
            near.pop(topic, None)
        by_itself = {hit.id: hit.score for hit in self.rank(text)}
        where = self._still_there(place, topic)
        hits = []
        for hit in self._index.search(text, self._context(topic)):
            # The topic may speak of it anywhere; another card must be about it, or it is about something else.
            found = by_itself[hit.id] >= FOLLOWED_FROM
            known = self._words[topic] if found and hit.id == topic and not here else self._keys[hit.id]
            if (found or hit.id == topic) and all(_is_known(word, known) for word in own):
                weight = HERE if hit.id in here else near.get(hit.id, 1.0)
                hits.append(Hit(hit.id, self._placed(hit, where).score * weight))
        hits.sort(key=lambda hit: -hit.score)
        if not hits:
            return None
        ids = tuple(hit.id for hit in hits[:CHOICES])
        clear = len(hits) == 1 or hits[0].score - hits[1].score >= MARGIN
        covers = set(self._cards[ids[0]].countries)
        elsewhere = bool(where.countries and covers and not covers & where.countries)
        sure = joined and clear and not elsewhere and (ids[0] in here or near.get(ids[0], 1.0) >= RELATED)
        return Reply("answer" if sure else "choice", ids, alone.lang, min(1.0, hits[0].score), follows=True)

    def _still_there(self, place: Place, topic: str) -> Place:
        """The place of a follow-up: where it names no country, the one that the topic is about."""
        if place.countries:
            return place
        return replace(place, countries=self._country_cards.get(topic, frozenset()) - {"KZ"})

    def _of(self, place: Place) -> set[str]:
        """The cards about a platform or a country that a question names."""
        countries = place.countries - {"KZ"}
        mine = {id_ for id_, covered in self._country_cards.items() if countries & covered}
        return mine | {id_ for id_ in self._cards if _is_of(id_, place)}

    def _near(self, topic: str) -> dict[str, float]:
        """What the nearness to a topic weighs: itself, its related cards, its group."""
        card = self._cards[topic]
        near = {id_: SAME_GROUP for id_, other in self._cards.items() if other.group == card.group}
        near |= {id_: RELATED for id_, other in self._cards.items() if id_ in card.related or topic in other.related}
        return near | {topic: RELATED}

    def _context(self, card_id: str) -> str:
        """What a card is about, in the three languages."""
        return " ".join(self._cards[card_id].text(lang).title for lang in LANGS)

    def _alone(self, text: str, lang: Lang) -> Reply:
        """What a question means by itself."""
        spoken = detect(text, lang)
        hits = self.rank(text)
        ids = tuple(hit.id for hit in hits[:CHOICES])
        best = min(1.0, hits[0].score) if hits else 0.0
        if refusals.is_refused(text):
            return Reply("declined", (), spoken, best)
        place = locate(text)
        if place.foreign and best >= NEAR_FROM and (ids[0] not in _ABROAD or best < ANSWER_FROM):
            treaties = tuple(id_ for id_ in ("foreign-works-treaties",) if id_ in self._cards)
            return Reply("none", treaties, spoken, best, "foreign_country")
        covered = {"KZ"}.union(*self._country_cards.values())
        if best >= NEAR_FROM and place.countries - covered:
            return Reply("none", (), spoken, best, "country_without_card")
        if best < CHOICE_FROM:
            return Reply("none", (), spoken, best)
        runner_up = hits[1].score if len(hits) > 1 else 0.0
        if best >= ANSWER_FROM and best - runner_up >= MARGIN:
            return Reply("answer", ids, spoken, best)
        offered = tuple(hit.id for n, hit in enumerate(hits[:CHOICES]) if n < 2 or hit.score >= OFFERED_FROM)
        return Reply("choice", offered, spoken, best)

    def rank(self, text: str) -> list[Hit]:
        """Every card with its score, best first, the question's country and platform taken into account."""
        place = locate(text)
        hits = [self._placed(hit, place) for hit in self._index.search(text)]
        return sorted(hits, key=lambda hit: -hit.score)

    def _placed(self, hit: Hit, place: Place) -> Hit:
        factor = self._country_factor(hit.id, place) * _platform_factor(hit.id, place)
        return Hit(hit.id, hit.score * factor)

    def _country_factor(self, card_id: str, place: Place) -> float:
        asked = place.countries - {"KZ"}
        here = self._country_cards.get(card_id)
        if here is None:
            return 0.6 if asked and "KZ" in self._cards[card_id].countries else 1.0
        if not here:
            return 1.0
        if asked:
            return 1.4 if here & asked else 0.4
        return 0.6

    def card(self, card_id: str) -> Card:
        """A card as it is stored. Raises KeyError for an unknown id."""
        return self._cards[card_id]

    def title(self, card_id: str, lang: Lang) -> str:
        """The title of a card. Raises KeyError for an unknown id."""
        return self._cards[card_id].text(lang).title

    def text(self, card_id: str, lang: Lang, today: date) -> CardText:
        """A card as it is shown on a day. Raises KeyError for an unknown id."""
        card = self._cards[card_id]
        text = card.text(lang)
        return CardText(
            id=card.id,
            title=money.render(text.title, lang, today),
            short=money.render(text.short, lang, today),
            full=money.render(text.full, lang, today),
            steps=tuple(money.render(step, lang, today) for step in text.steps),
            sources=tuple(_line(source, lang) for source in card.sources),
            as_of=card.as_of,
            related=tuple((other, self.title(other, lang)) for other in card.related if other in self._cards),
        )

    def groups(self, lang: Lang) -> tuple[CardGroup, ...]:
        """All cards by group, in the order of the topics, groups without cards left out."""
        listed = []
        for group, titles in GROUP_TITLES.items():
            members = tuple((c.id, c.text(lang).title) for c in self._cards.values() if c.group == group)
            if members:
                listed.append(CardGroup(group, titles[lang], members))
        return tuple(listed)


def _line(source: Source, lang: Lang) -> SourceLine:
    title = source_names.of(source.law, lang)
    number = re.escape(source.article)
    named = re.search(rf"(?:art\.|article|ст\.|стать\w+)\s{number}(?![\d-])|\b{number}-ба[бп]", title)
    return SourceLine(title, "" if named else source.article, source.url, source.read, source.kind)


def _platform_of(card_id: str) -> str:
    return _PLATFORM_OF.get(card_id) or ("youtube" if card_id.startswith("youtube-") else "")


def _is_of(card_id: str, place: Place) -> bool:
    """Whether a card is about a platform that the question names."""
    return _platform_of(card_id) in place.platforms


def _platform_factor(card_id: str, place: Place) -> float:
    """Below 1 for a card about another platform than the one that the question names."""
    if not _platform_of(card_id) or not place.platforms:
        return 1.0
    return 1.1 if _is_of(card_id, place) else 0.6


def _key_words(card: Card) -> frozenset[str]:
    """The folded words that say what a card is about: its titles and keywords."""
    texts = (card.text(lang) for lang in LANGS)
    return frozenset(word for text in texts for line in (text.title, *text.keywords) for word in words(line))


def _is_known(word: str, known: frozenset[str]) -> bool:
    """Whether a folded word, or a meaning of it, is among others but for its ending."""
    return any(_alike(one, other) for one in (word, *meanings([word])) for other in known)


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < LIKE_FROM:
        return False
    shared = next((at for at, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return shared >= LIKE_FROM and (shared >= len(long) - 3 or shared == len(short) >= LIKE_FROM + 1)


def _fields(card: Card) -> list[Field]:
    fields = []
    for lang in LANGS:
        text = card.text(lang)
        fields.append(Field(text.title, 3))
        fields.append(Field(" . ".join(text.phrasings), 2))
        fields.append(Field(" . ".join(text.keywords), 2))
        fields.append(Field(text.short, 1))
        fields.append(Field(text.full, 0.3))
        fields.append(Field(" . ".join(text.steps), 0.3))
    return fields
