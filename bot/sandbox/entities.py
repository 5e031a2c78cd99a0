"""From what a bot or a person wrote to the text and entities of a message: parse, clean, trim, order, measure."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox import errors, html
from bot.sandbox.errors import bad, unsupported
from bot.sandbox.html import Span
from bot.sandbox.utf16 import Offsets, units

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
MAX_RAW = 65536

_STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
_QUOTES = ("blockquote", "expandable_blockquote")
_ORDER = {
    kind: n
    for n, kind in enumerate(
        (*_QUOTES, "text_link", "text_mention", "custom_emoji", "date_time", "pre", "code", *_STYLES)
    )
}
_BODY = r"[\w\u0300-\u036f]"
_FOUND = (
    (
        "url",
        re.compile(
            r"(?i)(?<![\w@./-])(?:https?://[^\s<>\"]+"
            r"|(?:[a-z0-9-]{1,63}\.)+(?:com|org|net|kz|ru|me|io|dev|tv|uz|kg|info|app)\b(?:[/?#][^\s<>\"]*)?)"
        ),
    ),
    ("email", re.compile(r"(?i)(?<![\w.+-])[a-z0-9._+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,12}\b")),
    ("bot_command", re.compile(r"(?<![\w/<>@])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z0-9_]{3,32}\b")),
    ("hashtag", re.compile(rf"(?<![\w#])#(?=\S*[^\W\d]){_BODY}{{1,256}}")),
)


def formatted(
    raw: str,
    parse_mode: str | None,
    given: list[dict[str, Any]] | None,
    *,
    limit: int,
    too_long: str,
) -> tuple[str, list[dict[str, Any]]]:
    """Text and entities that a message gets. Raises `ApiError` 400 for broken markup or a text over `limit` units."""
    if len(raw) > MAX_RAW:
        raise bad(too_long)
    mode = (parse_mode or "").lower()
    if mode == "html":
        text, spans = html.parse(raw)
    elif mode in ("markdown", "markdownv2"):
        raise unsupported(f"parse_mode {parse_mode}; use HTML or entities")
    elif mode in ("", "none"):
        text, spans = raw, _explicit(raw, given or [])
    else:
        raise bad("unsupported parse_mode")
    text, spans = _trim(*_clean(text, spans))
    if units(text) > limit:
        raise bad(too_long)
    spans = _settle(spans, text)
    spans += _detect(text, spans)
    return text, _written(text, spans)


def text_of(raw: str, parse_mode: str | None, given: list[dict[str, Any]] | None) -> tuple[str, list[dict[str, Any]]]:
    """`formatted` for a message text, which may not be empty."""
    text, entities = formatted(raw, parse_mode, given, limit=MAX_TEXT, too_long=errors.TEXT_LONG)
    if not text:
        raise bad(errors.TEXT_EMPTY)
    return text, entities


def caption_of(
    raw: str, parse_mode: str | None, given: list[dict[str, Any]] | None
) -> tuple[str, list[dict[str, Any]]]:
    """`formatted` for a caption."""
    return formatted(raw, parse_mode, given, limit=MAX_CAPTION, too_long=errors.CAPTION_LONG)


def _explicit(text: str, given: list[dict[str, Any]]) -> list[Span]:
    """Entities given by offset; those that are found in the text anyway are found anew."""
    offsets = Offsets(text)
    spans = []
    for entity in given:
        low, high = entity["offset"], entity["offset"] + entity["length"]
        if low < 0 or entity["length"] < 0 or high > offsets.total:
            raise bad("ENTITY_BOUNDS_INVALID")
        if entity["type"] not in _ORDER or not entity["length"]:
            continue
        start, end = offsets.to_position(low), offsets.to_position(high)
        if start is None:
            raise bad(f"Entity begins in a middle of a UTF-16 symbol at byte offset {low}")
        if end is None:
            raise bad(f"Entity ends in a middle of a UTF-16 symbol at byte offset {high}")
        extra = {k: v for k, v in entity.items() if k not in ("type", "offset", "length")}
        spans.append(Span(entity["type"], start, end, extra))
    return spans


def _clean(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Line ends become \\n, other control characters spaces or nothing; lone surrogates go."""
    if not re.search(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u2028-\u202e]", text):
        return text, spans
    kept: list[str] = []
    moved = [0]
    for character in text:
        if character == "\r" or "\ud800" <= character <= "\udfff" or "\u2028" <= character <= "\u202e":
            pass
        elif character != "\n" and character != "\t" and (character < " " or character == "\x7f"):
            kept.append(" ")
        else:
            kept.append(character)
        moved.append(len(kept))
    return "".join(kept), [Span(s.kind, moved[s.start], moved[s.end], s.extra) for s in spans]


def _trim(text: str, spans: list[Span]) -> tuple[str, list[Span]]:
    """Space around the text goes, and what spans it covered."""
    blank = " \n\t\v\u00a0"
    begin = len(text) - len(text.lstrip(blank))
    kept = text.strip(blank)
    trimmed = []
    for span in spans:
        start, end = max(span.start - begin, 0), min(span.end - begin, len(kept))
        if start < end:
            trimmed.append(Span(span.kind, start, end, span.extra))
    return kept, trimmed


def _settle(spans: list[Span], text: str) -> list[Span]:
    """Join overlapping styles of one kind; nothing lives inside code or pre; quotes do not nest; bad links go."""
    literal = _outermost([s for s in spans if s.kind in ("pre", "code")])
    for span in literal:
        if span.kind == "code":
            span.extra = {}
    quotes = _outermost([s for s in spans if s.kind in _QUOTES])
    others = []
    for span in spans:
        if span.kind in ("text_link", "text_mention", "custom_emoji", "date_time"):
            inside = any(one.start <= span.start and span.end <= one.end for one in literal)
            link = _link(span)
            if not inside and link is not None:
                others.append(link)
    styles: list[Span] = []
    for kind in _STYLES:
        for start, end in _union([(s.start, s.end) for s in spans if s.kind == kind]):
            styles += [Span(kind, a, b) for a, b in _without(start, end, literal) if text[a:b]]
    return literal + quotes + others + styles


def _link(span: Span) -> Span | None:
    """A link to a person becomes a mention; a link that is none is dropped with its text kept."""
    if span.kind != "text_link":
        return span
    url = str(span.extra.get("url", "")).strip()
    if person := re.fullmatch(r"tg://user\?id=(\d{1,16})", url):
        return Span("text_mention", span.start, span.end, {"user_id": int(person[1])})
    normal = normal_url(url)
    return Span(span.kind, span.start, span.end, {"url": normal}) if normal else None


def normal_url(url: str) -> str | None:
    """An address as Telegram keeps it, None for what is none."""
    if not re.match(r"(?i)(https?|tg|ton|mailto|tel):", url):
        if not re.match(r"(?i)[\w.-]{1,253}\.[a-z]{2,}([:/?#]|$)", url):
            return None
        url = "http://" + url
    scheme, colon, rest = url.partition(":")
    if scheme.lower() in ("http", "https") and not re.match(r"//[^\s/?#]+", rest):
        return None
    if scheme.lower() in ("http", "https") and re.fullmatch(r"//[^\s/?#]+", rest):
        rest += "/"
    return scheme.lower() + colon + rest


def _outermost(spans: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end, _ORDER[s.kind])):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _union(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _without(start: int, end: int, holes: list[Span]) -> list[tuple[int, int]]:
    left: list[tuple[int, int]] = []
    for hole in holes:
        if hole.end <= start or hole.start >= end:
            continue
        if start < hole.start:
            left.append((start, hole.start))
        start = max(start, hole.end)
    if start < end:
        left.append((start, end))
    return left


def _detect(text: str, taken: list[Span]) -> list[Span]:
    """Addresses, commands, mentions and hashtags that Telegram finds by itself."""
    hard = [s for s in taken if s.kind not in _STYLES and s.kind not in _QUOTES]
    found: list[Span] = []
    for kind, pattern in _FOUND:
        for match in pattern.finditer(text):
            start, end = match.span()
            if kind == "url":
                end = start + len(match[0].rstrip(".,:;!?'\")]}»…"))
            if end > start and all(end <= s.start or s.end <= start for s in (*hard, *found)):
                found.append(Span(kind, start, end))
    return found


def _written(text: str, spans: list[Span]) -> list[dict[str, Any]]:
    """Bot API form, in Telegram's order: by offset, longer first."""
    offsets = Offsets(text)
    ordered = sorted(spans, key=lambda s: (s.start, -s.end, _ORDER.get(s.kind, 99)))
    return [
        {
            "type": s.kind,
            "offset": offsets.to_utf16(s.start),
            "length": offsets.to_utf16(s.end) - offsets.to_utf16(s.start),
            **s.extra,
        }
        for s in ordered[:MAX_ENTITIES]
    ]
