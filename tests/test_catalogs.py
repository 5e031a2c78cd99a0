"""The catalogs: complete, well formed, in the lengths Telegram allows, and in the words of docs/glossary.md."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from bot.i18n import LANGUAGES, Language, Translator, read_catalog
from bot.places import find_place
from bot.reminders import phrases
from bot.reminders.model import Draft
from handlers import profile

ROOT = Path(__file__).parent.parent
TRANSLATED: tuple[Language, ...] = ("kk", "ru")
FORMS = {"kk": 2, "ru": 3}
NAMES_A_MESSAGE = {"t", "plain", "N_", "plural", "plural_plain", "translator"}

MOST_BUTTON = 20
MOST_TOAST = 200
MOST_MESSAGE = 300
LONGER: dict[str, str] = {profile.DESCRIPTION: "Telegram's own limit of 512 applies, see test_profile"}

FORBIDDEN = {
    "kk": r"хабарландыру|шынайы|\b(сен|сені|саған|сенің|сенен)\b",
    "ru": r"слот|настоящ|подлинн|\b(ты|тебя|тебе|твой|твои)\b",
}
EXAMPLE = re.compile(r"(?:\b\w{2,3}, )?\b\w{2,3} 19:00(?: YouTube)?")
PLANS = {"Tue 19:00", "Tue, Fri 19:00", "Tue, Fri 19:00 YouTube"}


@cache
def entries(language: str) -> list[Message]:
    """The messages of a catalog, without its header."""
    return [message for message in read_catalog(language) if message.id]


def texts(message: Message) -> list[str]:
    """A message's translations: one, or one a plural form."""
    return [message.string or ""] if isinstance(message.string, str | None) else list(message.string)


def ids(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def each_message(check: Callable[[str, Message], None]) -> Callable[[str], None]:
    """A test a language that holds each of its messages against `check`, and tells all that fail."""

    @pytest.mark.parametrize("language", TRANSLATED)
    def test(language: str) -> None:
        wrong = []
        for message in entries(language):
            try:
                check(language, message)
            except AssertionError as error:
                wrong.append(f"{ids(message)[0][:60]!r}: {error}")
        assert not wrong, "\n".join(wrong)

    test.__doc__ = check.__doc__
    return test


def names(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


class Tags(HTMLParser):
    """Collects the tags of a text; raises AssertionError where one is left open or closed twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"nothing to close: {tag}"
        assert self._open.pop() == tag


# --- Whole and well formed --------------------------------------------------------------------------------------------


@each_message
def test_translated(language: str, message: Message) -> None:
    assert not message.fuzzy
    assert all(text.strip() for text in texts(message))


@each_message
def test_plural_forms(language: str, message: Message) -> None:
    if message.pluralizable:
        assert len(texts(message)) == FORMS[language]
    if language == "kk":  # after a numeral the noun is singular
        assert len(set(texts(message))) == 1


@each_message
def test_placeholders(language: str, message: Message) -> None:
    for text in texts(message):
        assert names(text) == names(ids(message)[0])


@each_message
def test_tags(language: str, message: Message) -> None:
    for text in texts(message):
        assert Tags(text).found == Tags(ids(message)[0]).found


@each_message
def test_edges(language: str, message: Message) -> None:
    """A heading stays a heading, a sentence a sentence, and nothing has a stray space."""
    for text in texts(message):
        assert text == text.strip()
        assert "  " not in text
        assert text.endswith(":") == ids(message)[0].endswith(":")


@pytest.mark.parametrize("language", TRANSLATED)
def test_same_messages(language: str) -> None:
    assert [message.id for message in entries(language)] == [message.id for message in entries("en")]


def test_english_is_the_key() -> None:
    assert not any(text for message in entries("en") for text in texts(message))


def test_up_to_date() -> None:
    command = [sys.executable, "scripts/catalogs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- What the code says -----------------------------------------------------------------------------------------------


@cache
def trees() -> list[tuple[str, ast.Module]]:
    files = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]
    return [(str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))) for path in sorted(files)]


def name_of(call: ast.Call) -> str:
    return str(getattr(call.func, "id", None) or getattr(call.func, "attr", ""))


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, list[str]]]:
    """Every call, with the names of the calls it stands in, the outermost first."""

    def walk(node: ast.AST, around: list[str]) -> Iterator[tuple[ast.Call, list[str]]]:
        if isinstance(node, ast.Call):
            yield node, around
            around = [*around, name_of(node)]
        for child in ast.iter_child_nodes(node):
            yield from walk(child, around)

    yield from walk(tree, [])


def spoken() -> Iterator[tuple[str, str, list[str]]]:
    """(message, function that takes it, calls around it) for every literal message in the code."""
    for file, tree in trees():
        for call, around in calls(tree):
            if name_of(call) not in NAMES_A_MESSAGE or not call.args:
                continue
            first = call.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value, name_of(call), [file, *around]


def test_every_message_is_in_the_catalogs() -> None:
    """Babel's reader does not look into f-strings before Python 3.12: a message there must not stay English."""
    said = {message for message, _, _ in spoken()}
    assert len(said) > 150
    for language in LANGUAGES:
        known = {ids(message)[0] for message in entries(language)}
        assert said - known == set()


def plain_texts(*, toasts: bool) -> list[str]:
    """Messages without markup: toasts, or everything else (buttons, titles). Legends of pictures fit otherwise."""
    found = {
        message
        for message, function, around in spoken()
        if function == "plain" and around[0].startswith("handlers/") and ("answer" in around) == toasts
        if "Labels" not in around
    }
    return sorted(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_short(language: Language) -> None:
    buttons = plain_texts(toasts=False)
    assert {"Done", "Skip", "Turn on", "In 30 min", "For two weeks", "Send my location", "Keep"} <= set(buttons)
    t = Translator(language)
    own = {text: len(re.sub(r"\{\w+\}", "", text)) for text in map(t.plain, buttons)}  # a name in it may be long
    assert {text: size for text, size in own.items() if size > MOST_BUTTON} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_toasts_are_short(language: Language) -> None:
    toasts = plain_texts(toasts=True)
    assert {"Saved", "Marked as done", "Paused"} <= set(toasts)
    t = Translator(language)
    assert [text for text in map(t.plain, toasts) if len(text) > MOST_TOAST] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_profile(language: Language) -> None:
    """Telegram's limits for what it shows about a bot."""
    t = Translator(language)
    for command, text in (*profile.COMMANDS.items(), *profile.GROUP_COMMANDS.items()):
        assert re.fullmatch(r"[a-z]{1,32}", command)
        assert 1 <= len(t.plain(text)) <= 256
    assert 1 <= len(t.plain(profile.NAME)) <= 64
    assert 1 <= len(t.plain(profile.DESCRIPTION)) <= 512
    assert 1 <= len(t.plain(profile.SHORT_DESCRIPTION)) <= 120


# --- Words ------------------------------------------------------------------------------------------------------------


@each_message
def test_words(language: str, message: Message) -> None:
    for text in texts(message):
        assert not re.search(FORBIDDEN[language], text, re.IGNORECASE)
        assert '"' not in re.sub(r"<[^>]*>", "", text), "quotes are « »"
        assert "!" not in text or message.pluralizable, "only a milestone has an exclamation mark"
        assert len(text) <= MOST_MESSAGE or ids(message)[0] in LONGER
        if language == "ru":
            assert re.findall(r"\w*ё\w*", text.replace("всё", "").replace("Всё", "")) == []


def test_no_kazakh_ending_on_a_placeholder() -> None:
    """Its last sound is unknown. "-бап" (article) and "-баптар" are nouns of their own and never change."""
    for text in [text for message in entries("kk") for text in texts(message)]:
        assert not re.search(r"\}-?\w", text.replace("{article}-бап", "").replace("{articles}-баптар", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("english", sorted(PLANS))
def test_examples_can_be_typed(language: Language, english: str) -> None:
    """What a message gives as an example of a plan, the bot reads as that plan."""
    now = datetime(2026, 1, 5, 6, tzinfo=UTC)
    expected = phrases.read(english, now, "Asia/Almaty", "en")
    assert isinstance(expected, Draft)
    checked = 0
    for message in entries(language):
        if [found.group() for found in EXAMPLE.finditer(ids(message)[0])] != [english]:
            continue
        shown = EXAMPLE.search(texts(message)[0] or ids(message)[0])
        assert shown is not None, texts(message)
        assert phrases.read(shown.group(), now, "Asia/Almaty", language) == expected
        checked += 1
    assert checked


@pytest.mark.parametrize("language", LANGUAGES)
def test_example_city_is_known(language: Language) -> None:
    t = Translator(language)
    text = t.plain("I don't know this city. Write the nearest big one, for example: /timezone Almaty")
    assert [place.zone for place in find_place(text.rpartition("/timezone ")[2])] == ["Asia/Almaty"]


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("ru", 1, "1 неделя подряд"),
        ("ru", 3, "3 недели подряд"),
        ("ru", 11, "11 недель подряд"),
        ("ru", 21, "21 неделя подряд"),
        ("ru", 0, "0 недель подряд"),
        ("kk", 1, "1 апта қатарынан"),
        ("kk", 13, "13 апта қатарынан"),
        ("en", 1, "1 week in a row"),
        ("en", 2, "2 weeks in a row"),
    ],
)
def test_weeks_in_a_row(language: Language, count: int, expected: str) -> None:
    assert Translator(language).plural("{count} week in a row", "{count} weeks in a row", count) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("kk", "Енді қазақша жазамын."), ("ru", "Теперь пишу по-русски."), ("en", "I'll write in English.")],
)
def test_a_language_answers_in_itself(language: Language, expected: str) -> None:
    assert Translator(language).plain("I'll write in English.") == expected
