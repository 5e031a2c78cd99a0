"""parse_mode HTML as Telegram reads it: text without tags, and spans over its characters.

Follows the order of checks of the Bot API server, so that the error texts (with byte offsets) are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, bad

SIMPLE_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
}
TAGS = {*SIMPLE_TAGS, "a", "code", "pre", "span", "blockquote", "tg-emoji", "tg-time"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACE = " \t\r\n\v\0"


@dataclass(slots=True)
class Span:
    """An entity over the characters `start` to `end` of the parsed text; `extra` holds its own fields."""

    kind: str
    start: int
    end: int
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


def fail(text: str) -> ApiError:
    """The refusal of a text that cannot be parsed."""
    return bad(f"can't parse entities: {text}")


def parse(source: str) -> tuple[str, list[Span]]:
    """Text and spans of `source`; raises `ApiError` 400 as Telegram does."""
    return _Parser(source).run()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.out: list[str] = []
        self.open: list[_Open] = []
        self.spans: list[Span] = []

    def byte(self, position: int) -> int:
        return len(self.source[:position].encode("utf-8", "surrogatepass"))

    def peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def run(self) -> tuple[str, list[Span]]:
        while character := self.peek():
            if character == "&":
                decoded, self.at = decode_entity(self.source, self.at)
                self.out.append(decoded)
            elif character != "<":
                self.out.append(character)
                self.at += 1
            elif self.source.startswith("</", self.at):
                self.end_tag()
            else:
                self.start_tag()
        if self.open:
            raise fail(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return "".join(self.out), self.spans

    def skip_space(self) -> None:
        while self.at < len(self.source) and self.source[self.at] in _SPACE:
            self.at += 1

    def until(self, stops: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self.until(_SPACE + ">").lower()
        if not self.peek():
            raise fail(f"Unclosed start tag at byte offset {self.byte(begin)}")
        if tag not in TAGS:
            raise fail(f'Unsupported start tag "{tag}" at byte offset {self.byte(begin)}')
        attributes: dict[str, str] = {}
        while True:
            self.skip_space()
            if self.peek() == ">":
                break
            name, value = self.attribute(tag, begin)
            attributes.setdefault(name, value)
        self.at += 1
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise fail(f'Tag "span" must have class "tg-spoiler" at byte offset {self.byte(begin)}')
        self.open.append(_Open(tag, len(self.out), attributes))

    def attribute(self, tag: str, begin: int) -> tuple[str, str]:
        """One attribute; those without a value count as empty."""
        name = self.until(_SPACE + "=>").lower()
        unclosed = f"Unclosed start tag at byte offset {self.byte(begin)}"
        if not name:
            if not self.peek():
                raise fail(unclosed)
            raise fail(f'Empty attribute name in the tag "{tag}" at byte offset {self.byte(begin)}')
        self.skip_space()
        if not self.peek():
            raise fail(unclosed)
        if self.peek() != "=":
            return name, ""
        self.at += 1
        self.skip_space()
        quote = self.peek()
        if not quote:
            raise fail(unclosed)
        if quote not in "'\"":
            token = self.at
            while (c := self.peek()) and ((c.isascii() and c.isalnum()) or c in ".-"):
                self.at += 1
            if self.peek() and self.peek() not in _SPACE + ">":
                raise fail(f"Unexpected end of name token at byte offset {self.byte(token)}")
            value = self.source[token : self.at].lower()
        else:
            self.at += 1
            pieces: list[str] = []
            while (c := self.peek()) and c != quote:
                piece = c
                if c == "&":
                    piece, self.at = decode_entity(self.source, self.at)
                else:
                    self.at += 1
                pieces.append(piece)
            self.at += 1
            value = "".join(pieces)
        if not self.peek():
            raise fail(unclosed)
        return name, value

    def end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise fail(f"Unexpected end tag at byte offset {self.byte(begin)}")
        self.at += 2
        tag = self.until(_SPACE + ">").lower()
        self.skip_space()
        if self.peek() != ">":
            raise fail(f"Unclosed end tag at byte offset {self.byte(begin)}")
        self.at += 1
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise fail(
                f'Unmatched end tag at byte offset {self.byte(begin)}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        if len(self.out) > opened.start:
            self.close(opened)

    def close(self, opened: _Open) -> None:
        tag, start, end = opened.tag, opened.start, len(self.out)
        given = opened.attributes
        if tag in SIMPLE_TAGS:
            self.spans.append(Span(SIMPLE_TAGS[tag], start, end))
        elif tag == "span":
            self.spans.append(Span("spoiler", start, end))
        elif tag == "blockquote":
            self.spans.append(Span("expandable_blockquote" if "expandable" in given else "blockquote", start, end))
        elif tag == "a":
            url = given.get("href") or "".join(self.out[start:end])
            self.spans.append(Span("text_link", start, end, {"url": url}))
        elif tag == "code":
            language = given.get("class", "")
            extra = {"language": language[9:]} if language.startswith("language-") else {}
            self.spans.append(Span("code", start, end, extra))
        elif tag == "pre":
            inner = self.spans[-1] if self.spans else None
            extra = {}
            if inner is not None and (inner.kind, inner.start, inner.end) == ("code", start, end) and inner.extra:
                extra = dict(inner.extra)
                self.spans.pop()
            self.spans.append(Span("pre", start, end, extra))
        elif tag == "tg-emoji":
            number = given.get("emoji-id", "")
            if not number.isdecimal() or len(number) > 20:
                raise fail("Invalid custom emoji identifier specified")
            self.spans.append(Span("custom_emoji", start, end, {"custom_emoji_id": number}))
        else:
            self.spans.append(Span("date_time", start, end, _date_time(given)))


def _date_time(given: dict[str, str]) -> dict[str, Any]:
    """`<tg-time unix="…" format="r | w?[dD]?[tT]?">`."""
    moment, style = given.get("unix", ""), given.get("format", "")
    if not moment.lstrip("-").isdecimal() or len(moment) > 12:
        raise fail("Invalid date_time unix time specified")
    order = ["w", "dD", "tT"]
    rest = style
    for group in order:
        if rest and rest[0] in group:
            rest = rest[1:]
    if rest and style != "r":
        raise fail("Invalid date_time format specified")
    extra: dict[str, Any] = {"unix_time": int(moment)}
    if style:
        extra["date_time_format"] = style
    return extra


def decode_entity(source: str, at: int) -> tuple[str, int]:
    """What `&…;` at `at` means and where reading goes on; a plain `&` when it is no entity that Telegram knows."""
    end = at + 1
    if source.startswith("&#", at):
        end = at + 2
        base, digits = 10, "0123456789"
        if source[end : end + 1] in ("x", "X"):
            base, digits, end = 16, "0123456789abcdefABCDEF", end + 1
        begin = end
        while end < len(source) and end - begin < 10 and source[end] in digits:
            end += 1
        code = int(source[begin:end], base) if end > begin else 0
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            return "&", at + 1
        decoded = chr(code)
    else:
        while end < len(source) and source[end].isascii() and source[end].isalpha():
            end += 1
        found = _NAMED.get(source[at + 1 : end])
        if found is None:
            return "&", at + 1
        decoded = found
    return decoded, end + 1 if source.startswith(";", end) else end
