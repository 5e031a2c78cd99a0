"""Cards: the knowledge base, one TOML file a topic, checked before anything is answered from them.

`python -m bot.answers.cards [FILE …]` prints what is wrong, one line each, and exits with 1 when
something is; `load()` gives the cards by id and raises `BadCards` instead. A card can't exist without a
source, so an answer can't either.

Marks of the fact base in `Source.key`: `V S12` read in source S12, `K` general knowledge, `?` disputed;
several are joined with "; ". An article number is only accepted beside a `V`: one from memory might be
wrong. Amounts in monthly calculation indices are written `{mci:15}` and become tenge when shown
(`money.py`).
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bot.answers import source_names
from bot.answers.fold import words
from bot.answers.money import PLACEHOLDER
from bot.answers.topics import LANGS, TOPICS, Group, Lang

COUNTRIES: Final = ("KZ", "UZ", "KG", "TJ", "TM")
STALE_AFTER_DAYS: Final = 365

_KEY = re.compile(r"(V( S\d{2,3})(, S\d{2,3})*|K|\?)(; (V( S\d{2,3})(, S\d{2,3})*|K|\?))*")
_FACT = re.compile(r"S\d{2,3}")
_MARK = re.compile(r"\[(?:V|K|\?)[^\]]*\]|\bS\d{2,3}\b")
_FAMILIAR = re.compile(r"\bсен(?:ің|і|ен|де|дер|дердің)?\b|\bсаған\b")
# The fact base was read partly through copies of official pages; people are sent to the originals.
_MIRRORS = (
    "mirrorblogs.com",
    "cozy.pub",
    "dudasite.com",
    "webkkk.net",
    "wiki.x.io",
    "riteme.site",
    "insecure.zan.kz",
    "github.com",
    "wikimedia.org",
    "wikipedia.org",
)

Line = Annotated[str, Field(min_length=2, max_length=300)]


class BadCards(Exception):
    """The cards can't be used. `problems`: one line each, with the file's name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Source(_Strict):
    """Where a card's facts come from. `law`: its name in English; source_names.toml has the others."""

    key: str
    law: str = Field(min_length=3, max_length=160)
    article: str = Field(default="", max_length=60)
    url: str
    read: date
    kind: Literal["law", "platform", "press"]

    @field_validator("key")
    @classmethod
    def _marks(cls, value: str) -> str:
        if not _KEY.fullmatch(value):
            raise ValueError('a mark such as "V S12", "V S12, S63", "K", "?" or "V S12; K" is expected')
        return value

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        parts = urlsplit(value)
        host = parts.hostname or ""
        if parts.scheme != "https" or "." not in host or parts.username or parts.port:
            raise ValueError("an https address is expected")
        if any(host == bad or host.endswith("." + bad) for bad in _MIRRORS):
            raise ValueError(f"{host} is a copy: give the official site")
        return value

    @model_validator(mode="after")
    def _article_was_read(self) -> Source:
        if self.article and "V" not in self.key:
            raise ValueError("an article is named only where a V mark says it was read")
        if self.kind == "law" and urlsplit(self.url).path not in ("", "/"):
            raise ValueError("for a law give the root of the official site")
        return self


class Text(_Strict):
    """A card in one language."""

    title: str = Field(min_length=3, max_length=60)
    short: str = Field(min_length=20, max_length=350)
    full: str = Field(min_length=80, max_length=1500)
    steps: tuple[Line, ...] = Field(default=(), max_length=9)
    phrasings: tuple[Line, ...] = Field(min_length=6, max_length=8)
    keywords: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = Field(min_length=2, max_length=30)

    @field_validator("title", "short", "full", "steps")
    @classmethod
    def _only_amounts_in_braces(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for text in (value,) if isinstance(value, str) else value:
            rest = PLACEHOLDER.sub("", text)
            if "{" in rest or "}" in rest:
                raise ValueError("braces are only for amounts such as {mci:15}")
            if mark := _MARK.search(rest):
                raise ValueError(f"a mark of the fact base is left in the text: {mark[0]}")
        return value


class Card(_Strict):
    """One topic in three languages."""

    id: str
    group: Group
    countries: tuple[Literal["KZ", "UZ", "KG", "TJ", "TM"], ...] = ()
    as_of: date
    related: tuple[str, ...] = Field(default=(), max_length=8)
    sources: tuple[Source, ...] = Field(min_length=1, max_length=12)
    kk: Text
    ru: Text
    en: Text

    def text(self, lang: Lang) -> Text:
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[lang]

    @model_validator(mode="after")
    def _fits_the_topics(self) -> Card:
        if self.id not in TOPICS:
            raise ValueError(f"{self.id} is not a topic")
        if TOPICS[self.id] != self.group:
            raise ValueError(f"{self.id} belongs to group {TOPICS[self.id]}")
        unknown = [other for other in self.related if other not in TOPICS]
        if unknown or self.id in self.related or len(set(self.related)) != len(self.related):
            raise ValueError(f"related must be other topics, each once: {', '.join(unknown) or self.related}")
        return self

    @model_validator(mode="after")
    def _each_language_in_its_own_letters(self) -> Card:
        """A block pasted under the wrong language is the commonest slip and reads terribly."""
        for lang in LANGS:
            text = self.text(lang)
            body = " ".join((text.title, text.short, text.full, *text.steps)).lower()
            letters = [c for c in body if c.isalpha()] or [" "]
            kazakh = sum(c in "әғқңөұүһі" for c in letters) / len(letters)
            cyrillic = sum("а" <= c <= "ӿ" for c in letters) / len(letters)
            fits = {"kk": kazakh > 0.04, "ru": kazakh < 0.01 and cyrillic > 0.5, "en": cyrillic < 0.05}
            if not fits[lang]:
                raise ValueError(f"the text under [{lang}] is not in that language's letters")
            if lang == "kk" and (familiar := _FAMILIAR.search(body)):
                raise ValueError(f"[kk] speaks to people with сіз, here stands “{familiar[0]}”")
        return self


def folder() -> Traversable:
    """Where the cards lie inside the package."""
    return resources.files("bot.answers") / "cards"


def parse(name: str, text: str) -> Card:
    """The card in a file called `name`. Raises BadCards."""
    try:
        fields: dict[str, Any] = tomllib.loads(text)
        card = Card.model_validate(fields)
    except tomllib.TOMLDecodeError as error:
        raise BadCards([f"{name}: {error}"]) from error
    except ValidationError as error:
        lines = [f"{name}: {'.'.join(map(str, e['loc'])) or 'card'}: {e['msg']}" for e in error.errors()]
        raise BadCards(lines) from error
    if name != f"{card.id}.toml":
        raise BadCards([f"{name}: the file of {card.id} must be called {card.id}.toml"])
    return card


def load(files: Iterable[Traversable] | None = None) -> dict[str, Card]:
    """All cards by id, in the order of the topics. Raises BadCards with every problem found."""
    cards, problems = read(files)
    if problems:
        raise BadCards(problems)
    return cards


def read(files: Iterable[Traversable] | None = None) -> tuple[dict[str, Card], list[str]]:
    """The cards that are good, and what is wrong with the others, between them or with what sources are called."""
    found: dict[str, Card] = {}
    problems: list[str] = []
    whole = files is None
    if files is None:
        files = (entry for entry in folder().iterdir() if entry.name.endswith(".toml"))
    for entry in sorted(files, key=lambda f: f.name):
        try:
            card = parse(entry.name, entry.read_text(encoding="utf-8"))
        except BadCards as error:
            problems += error.problems
        else:
            found[card.id] = card
    cards = {topic: found[topic] for topic in TOPICS if topic in found}
    if whole:
        problems += unmarked(found.values())
        problems += source_names.problems(source.law for card in found.values() for source in card.sources)
    return cards, problems + shared_phrasings(cards)


def shared_phrasings(cards: Mapping[str, Card]) -> list[str]:
    """Phrasings that two cards, or one card twice, claim: search could not tell them apart."""
    seen: dict[tuple[str, ...], str] = {}
    problems = []
    for card in cards.values():
        for lang in LANGS:
            for phrasing in card.text(lang).phrasings:
                first = seen.setdefault(tuple(words(phrasing)), card.id)
                if first != card.id:
                    problems.append(f"{card.id}.toml: [{lang}] “{phrasing}” is also a phrasing of {first}")
    return problems


def unmarked(cards: Iterable[Card]) -> list[str]:
    """Cards whose marks are not just the sources of the fact base that their topic rests on (fact_ids.toml)."""
    known = tomllib.loads((resources.files("bot.answers") / "fact_ids.toml").read_text(encoding="utf-8"))
    left_out = known.pop("left_out")
    found = []
    for card in cards:
        used = {mark for source in card.sources for mark in _FACT.findall(source.key)}
        told = set(_FACT.findall(known.get(card.id, ""))) - set(_FACT.findall(left_out.get(card.id, "")))
        if used != told:
            differing = ", ".join(sorted(used ^ told))
            found.append(
                f"{card.id}.toml: sources of the fact base without a mark, or marks that are not its: {differing}"
            )
    return found


def stale(cards: Iterable[Card], today: date) -> list[str]:
    """Ids of cards whose facts were last read over a year ago."""
    return [card.id for card in cards if (today - card.as_of).days > STALE_AFTER_DAYS]


def check(paths: Iterable[Path] | None = None) -> list[str]:
    """Everything wrong with the cards, one line each; empty when they are good."""
    cards, problems = read(paths)
    if not cards and not problems:
        return ["no cards found"]
    return problems


def main(arguments: list[str]) -> int:
    """Print what is wrong with the given files, or with all cards."""
    problems = check([Path(argument) for argument in arguments] or None)
    for line in problems:
        print(line, file=sys.stderr)
    if not problems:
        cards, _ = read([Path(argument) for argument in arguments] or None)
        print(f"{len(cards)} cards are good; {len(TOPICS) - len(cards)} topics have none yet")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
