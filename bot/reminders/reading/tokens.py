"""A typed phrase as tokens: words with their meanings, numbers, clock times, calendar dates and marks.

Nothing is decided here beyond spelling: `19-30`, `19ж30` and `1930` are clocks, `01.03` is a clock and may be a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.reminders.reading.lexicon import CASE_ENDINGS, LEXICON, Sense
from bot.reminders.reading.ordinary import ORDINARY
from bot.reminders.reading.slang import slang, slang_in_latin
from bot.reminders.reading.slips import SLIPS
from bot.reminders.reading.topics import is_topic
from bot.spelling import is_cyrillic, key, plain

MAX_LETTERS = 600


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, clock, date or mark. `glued`: nothing stands between it and the token before.

    Numbers keep `value`; clocks `hour`, `minute`; a date keeps `numbers`, day first (or year first with four digits).
    `suffix` is the key of letters that follow a figure at once: `7-де`, `7pm`, `1st`.
    """

    kind: str
    text: str
    key: str = ""
    senses: tuple[Sense, ...] = ()
    glued: bool = False
    cyrillic: bool = False
    value: int = 0
    hour: int = -1
    minute: int = -1
    suffix: str = ""
    numbers: tuple[int, ...] = field(default=())
    fuzzy: bool = False

    def sense(self, kind: str) -> Sense | None:
        """The meaning of this kind, if the word has one."""
        for sense in self.senses:
            if sense.kind == kind:
                return sense
        return None

    def fn(self, *names: str) -> bool:
        """Whether the word can serve as one of these function words."""
        return any(sense.kind == "fn" and sense.value in names for sense in self.senses)

    def case(self) -> str:
        """The Kazakh case of a figure's suffix (`loc`, `dat`, `abl` …), or an empty string."""
        return CASE_ENDINGS.get(self.suffix, "")


# Marks between hours and minutes: the usual ones, and the keys beside them on Latin and Russian keyboards.
_BETWEEN = r"(?:\s?:\s?|[^\w\s]|[жэюбЖЭЮБ_lLpP]|zh)"
_SUFFIX = r"(?:[-‑–'’]?(?P<suffix{0}>[^\W\d_]+))?"
_PATTERN = re.compile(
    r"(?P<url>https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+|@[a-z]\w{3,})"
    r"|(?P<iso>\d{4}-\d{1,2}-\d{1,2})(?!\d)"
    r"|(?P<dmy>\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2}))(?![\d])"
    + _SUFFIX.format("d")
    + r"|(?P<part>\d+[.,]5)(?=\s*(?:ч|час|h|hour|сағ|саг|sag))"
    r"|(?P<hm>\d{1,2}\s?(?:ч|час|часов|часа|h|сағ)\.?\s?\d{2}\s?(?:минут|мин|min|м|m)?(?![\w]))"
    r"|(?P<clock>(?<!\d)\d{1,2}"
    + _BETWEEN
    + r"\d{2})(?![\d]|[.,]\d)"
    + _SUFFIX.format("c")
    + r"|(?P<number>\d+)"
    + _SUFFIX.format("n")
    + r"|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)"
    r"|(?P<mark>[,;.!?:\-–—−‑/+&()\"«»“”|\n•])"
)
_DOTTED_DAYS = re.compile(r"\b(раб|вых|жұм|дем)\.\s?(?=(?:дн|день|күн))")
_DOTTED_HALVES = re.compile(r"\b([ap])\.\s?m\b\.?")
_DIGIT_LETTERS = re.compile(r"(?<=[a-z])[46](?=[a-z])|\b4(?=e[tr]|as)")
_TWO_LETTERS = {"mo": "mon", "tu": "tue", "we": "wed", "th": "thu", "fr": "fri", "sa": "sat", "su": "sun"}
_LIST_OF_TWO = re.compile("\\b(?:{0})(?:\\s?[/,+&-]\\s?(?:{0}))+\\b".format("|".join(_TWO_LETTERS)))
# Sounds of somebody who thinks while speaking.
_HUM = "э+|э+м+|м{2,}|х+м+|а{2,}|ы{2,}|у+м+|u+h*m+|u+h+|e+r+m*|e+h+m*|h+m+|m{2,}|a{2,}h*|ah+|o{2,}h*"
_HUMS = re.compile(rf"\b(?:{_HUM})\b[,.…]*")
_LETTERS_OF_DAYS = re.compile(r"\b(?:m\s?[ /,&+]\s?w\s?[ /,&+]\s?f|tu?\s?[ /,&+]\s?th)\b")
_LIST_MARK = re.compile(r"^\s*(?:\d[.)]\s+(?=\D)|[-•*]\s+)")
_NEXT_MARK = re.compile(r"\s+\d[.)]\s+(?=\D)")
_MARKDOWN = re.compile(r"[*_`~]+(?=\w)|(?<=\w)[*_`~]+")
_DASHES = dict.fromkeys("–—−‑", "-")
_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|\"[^\"]*\"")


def tokens(text: str) -> list[Token]:
    """Tokens of a phrase, in order. Quoted titles inside it become one `title` token each."""
    text = plain(text)[:MAX_LETTERS]
    text = _HUMS.sub(" ", text)
    if _LIST_MARK.match(text):
        text = _NEXT_MARK.sub(", ", _LIST_MARK.sub("", text))
    text = _DOTTED_DAYS.sub(r"\1 ", text)
    text = _DOTTED_HALVES.sub(r"\1m ", text)
    text = _DIGIT_LETTERS.sub(lambda found: {"4": "ch", "6": "sh"}[found.group()], text)
    text = re.sub(r"(?<=\d)\s*°\s*", ":", text).replace("#", " ").replace("№", " # ")
    text = _LIST_OF_TWO.sub(lambda found: re.sub("[a-z]+", lambda two: _TWO_LETTERS[two.group()], found.group()), text)
    text = _LETTERS_OF_DAYS.sub(lambda found: re.sub(r"[^a-z]", "", found.group()), text)
    text = _MARKDOWN.sub("", text)
    inside = text.strip(" \n«»“”\"'.")
    found: list[Token] = []
    if len(inside) < len(text.strip()) - 1 and not _QUOTED.search(inside):
        text = inside
    position = 0
    for quoted in _QUOTED.finditer(text):
        found += _plain_tokens(text[position : quoted.start()])
        found.append(Token("title", quoted.group()))
        position = quoted.end()
    found += _plain_tokens(text[position:])
    return _grouped(found)


def _plain_tokens(text: str) -> list[Token]:
    found: list[Token] = []
    end = -1
    for match in _PATTERN.finditer(text):
        glued = match.start() == end
        end = match.end()
        kind = next(name for name in _KINDS if match.group(name) is not None)
        found += _tokens_of(kind, match, glued)
    return found


_KINDS = ("url", "iso", "dmy", "part", "hm", "clock", "number", "word", "mark")


# What may follow a figure at once and belong to it: halves of the day, hours, ordinal endings.
ORDINALS = frozenset(
    [
        "st",
        "nd",
        "rd",
        "th",
        "i",
        "ii",
        "oi",
        "e",
        "oe",
        "ie",
        "go",
        "ogo",
        "mu",
        "omu",
        "ia",
        "aia",
        "iu",
        "uiu",
        "im",
        "om",
        "h",
        "shi",
        "inshi",
        "nshi",
        "unshi",
    ]
)
# Letters right after a figure that say its half of the day: 7pm, 9p.
HALVES = {"am": "en-am", "pm": "en-pm", "a": "en-am", "p": "en-pm"}
_AFTER_FIGURE = ORDINALS | set(CASE_ENDINGS) | set(HALVES) | {"ch", "h", "hr", "hrs"}


def _tokens_of(kind: str, match: re.Match[str], glued: bool) -> list[Token]:
    """The token of a match; letters after a figure that are a word of their own become a second token."""
    token = _token(kind, match, glued)
    if not token.suffix:
        return [token]
    letters = next(match.group(name) for name in ("suffixd", "suffixc", "suffixn") if match.group(name))
    if token.suffix in _AFTER_FIGURE and (token.suffix not in ("a", "p") or letters.isascii()):
        return [token]
    word = _word(letters, True)
    return [replace(token, suffix=""), word] if word.senses or kind != "number" else [token]


def _token(kind: str, match: re.Match[str], glued: bool) -> Token:
    text = match.group(kind)
    if kind == "word":
        return _word(text, glued)
    if kind == "mark":
        return Token("mark", _DASHES.get(text, text), glued=glued)
    if kind == "url":
        return Token("url", text, glued=glued)
    numbers = tuple(int(number) for number in re.findall(r"\d+", text))
    if kind == "iso" or kind == "dmy":
        return Token("date", text, numbers=numbers, glued=glued, suffix=key(match.group("suffixd") or ""))
    if kind == "part":
        return Token("fraction", text, value=numbers[0], glued=glued)
    if kind == "hm":
        return Token("clock", text, hour=numbers[0], minute=numbers[1], glued=glued)
    if kind == "clock":
        suffix = key(match.group("suffixc") or "")
        return Token("clock", text, hour=numbers[0], minute=numbers[1], numbers=numbers, glued=glued, suffix=suffix)
    suffix = key(match.group("suffixn") or "")
    value = numbers[0] if len(text) < 7 else 10**6
    return Token("number", text, value=value, glued=glued, suffix=suffix)


# Words that share their key with another one (`yt`, `soon` and `соң`, a plural of `ай`), and what they do not mean.
_NOT = {
    "үшін": ("num",),
    "ушин": ("num",),
    "it": ("outlet",),
    "song": ("fn", "stop"),
    "айдар": ("unit",),
    "айдары": ("unit",),
    "айдарым": ("unit",),
}


def _word(text: str, glued: bool) -> Token:
    cyrillic = is_cyrillic(text)
    word = key(text)
    senses = LEXICON.senses(word, cyrillic)
    if text in _NOT:
        senses = tuple(sense for sense in senses if sense.kind not in _NOT[text])
    fuzzy = False
    if not senses and is_topic(word, cyrillic):
        senses = (Sense("fill", "noun", "topic"),)
    if not senses and cyrillic:
        senses = slang(text)
    if not senses and text not in ORDINARY:
        senses = SLIPS.meaning(word, text, cyrillic)
        fuzzy = bool(senses)
    if not senses and not cyrillic:
        senses = slang_in_latin(word)
    return Token("word", text, word, senses, glued, cyrillic, fuzzy=fuzzy)


def _grouped(found: list[Token]) -> list[Token]:
    """Word groups joined into one token, and hyphenated Kazakh endings into the word before them."""
    joined: list[Token] = []
    i = 0
    while i < len(found):
        token = found[i]
        if token.kind != "word":
            joined.append(token)
            i += 1
            continue
        places = [i]
        j = i + 1
        while j < len(found) and len(places) < 6:
            if found[j].kind == "word":
                places.append(j)
            elif not (found[j].text == "-" and found[j].glued and j + 1 < len(found) and found[j + 1].glued):
                break
            j += 1
        senses, length = LEXICON.group(tuple(found[p].key for p in places), token.cyrillic) if places[1:] else ((), 0)
        if length:
            last = places[length - 1]
            text = "".join(("" if t.glued else " ") + t.text for t in found[i : last + 1]).strip()
            keys = " ".join(found[p].key for p in places[:length])
            token = Token("word", text, keys, senses, token.glued, token.cyrillic)
            i = last + 1
        else:
            i += 1
        if i + 1 < len(found) and found[i].text == "-" and found[i].glued and found[i + 1].glued:
            case = CASE_ENDINGS.get(found[i + 1].key) if found[i + 1].kind == "word" else None
            if case and token.senses:
                token = Token(
                    "word",
                    f"{token.text}-{found[i + 1].text}",
                    token.key,
                    tuple(sense._replace(form=case) for sense in token.senses),
                    token.glued,
                    token.cyrillic,
                )
                i += 2
        joined.append(token)
    return joined
