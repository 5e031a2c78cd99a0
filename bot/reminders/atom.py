"""YouTube's addresses, pages and feeds as text: what somebody pasted, which channel a page is of, what a feed lists.

Everything here comes from outside. Links that people will see are built from ids, never taken over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bot.reminders.model import Outlet
from bot.reminders.proof import Item

CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
VIDEO = re.compile(r"[\w-]{11}", re.ASCII)
HANDLE = re.compile(r"@[\w.·-]{3,30}")
HOSTS = ("youtube.com", "www.youtube.com", "m.youtube.com")
MOST_ITEMS = 50
MOST_TITLE = 120

_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "yt": "http://www.youtube.com/xml/schemas/2015",
}


class NotAFeed(Exception):
    """The text is no Atom feed of a channel, or it tries to be more than that."""


@dataclass(frozen=True, slots=True)
class Address:
    """What somebody pasted: a channel's id, or else the path of a page that will tell it.

    `certain`: it can be nothing but a channel, so it is understood without being asked for.
    """

    channel: str | None = None
    page: str | None = None
    certain: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed lists, newest first as YouTube has it."""

    title: str
    items: tuple[Item, ...]


def read_address(text: str) -> Address | None:
    """The YouTube address in `text`, which must hold nothing else; None when it is none."""
    text = text.strip()
    if len(text) > 300 or any(each.isspace() for each in text):
        return None
    if CHANNEL.fullmatch(text):
        return Address(channel=text)
    if HANDLE.fullmatch(text):
        return Address(page=f"/{quote(text)}")
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, query = (parts.hostname or "").lower(), parse_qs(parts.query)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if host == "youtu.be":
        return _video(steps[0] if steps else "")
    if host not in HOSTS or not steps:
        return None
    if steps[0] == "channel" and len(steps) > 1 and CHANNEL.fullmatch(steps[1]):
        return Address(channel=steps[1], certain=True)
    if steps[:2] == ["feeds", "videos.xml"] and CHANNEL.fullmatch(known := query.get("channel_id", [""])[0]):
        return Address(channel=known, certain=True)
    if HANDLE.fullmatch(steps[0]):
        return Address(page=f"/{quote(steps[0])}", certain=True)
    if steps[0] in ("c", "user") and len(steps) > 1 and re.fullmatch(r"[\w.-]{1,100}", steps[1]):
        return Address(page=f"/{steps[0]}/{quote(steps[1])}", certain=True)
    if steps[0] == "watch":
        return _video(query.get("v", [""])[0])
    if steps[0] in ("shorts", "live", "embed") and len(steps) > 1:
        return _video(steps[1])
    return None


def _video(video: str) -> Address | None:
    return Address(page=f"/watch?v={video}") if VIDEO.fullmatch(video) else None


_TAG = re.compile(r"<(?:link|meta)\b[^>]{1,1000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z]{2,12})\s{0,3}=\s{0,3}["']([^"']{1,500})["']""", re.IGNORECASE)
_IN_DATA = re.compile(r'"(?:externalId|externalChannelId)":"(UC[\w-]{22})"', re.ASCII)


def channel_of(page: str) -> Address | None:
    """Whose page this is: the canonical link of a channel's page, what a video's page says of its author.

    The address may be one more page to look at (a handle). None when the page does not tell.
    """
    author: Address | None = None
    for tag in _TAG.findall(page):
        known = {name.lower(): unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
        if known.get("itemprop", "").lower() == "channelid" and CHANNEL.fullmatch(known.get("content", "")):
            return Address(channel=known["content"])
        found = read_address(known.get("href", ""))
        if found is None or not found.certain:
            continue
        if known.get("rel", "").lower() in ("canonical", "alternate") and found.channel is not None:
            return found
        if known.get("itemprop", "").lower() == "url" and author is None:
            author = found
    if (told := _IN_DATA.search(page)) is not None:
        return Address(channel=told[1])
    return author


def read_feed(data: bytes, channel: str) -> Listing:
    """The videos of `channel` that its feed lists. Raises NotAFeed.

    A document type, entities and references to other places are refused, whatever they are for.
    """
    try:
        root = fromstring(data, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:  # LookupError: an unknown encoding
        raise NotAFeed(type(error).__name__) from None
    if root.tag != f"{{{_SPACES['atom']}}}feed":
        raise NotAFeed("another root")
    entries = root.findall("atom:entry", _SPACES)[:MOST_ITEMS]
    tells_shorts = any("/shorts/" in _href(entry) for entry in entries)
    items = [found for entry in entries if (found := _item(entry, channel, tells_shorts)) is not None]
    return Listing(_plain(root.findtext("atom:title", "", _SPACES)), tuple(items))


def _item(entry: Element, channel: str, tells_shorts: bool) -> Item | None:
    """One entry; None for one that is another channel's or lacks what makes it a publication."""
    video = entry.findtext("yt:videoId", "", _SPACES)
    if not VIDEO.fullmatch(video) or entry.findtext("yt:channelId", channel, _SPACES) != channel:
        return None
    try:
        published = datetime.fromisoformat(entry.findtext("atom:published", "", _SPACES))
    except ValueError:
        return None
    if published.tzinfo is None:
        return None
    short = "/shorts/" in _href(entry)
    outlets: tuple[Outlet, ...] = (Outlet.YOUTUBE,) if tells_shorts else (Outlet.YOUTUBE, Outlet.SHORTS)
    return Item(
        id=video,
        published_at=published.astimezone(UTC),
        outlets=(Outlet.SHORTS,) if short else outlets,
        link=f"https://www.youtube.com/{'shorts/' if short else 'watch?v='}{video}",
        title=_plain(entry.findtext("atom:title", "", _SPACES)) or None,
    )


def _href(entry: Element) -> str:
    for link in entry.findall("atom:link", _SPACES):
        if link.get("rel", "alternate") == "alternate":
            return link.get("href", "")
    return ""


def _plain(text: str) -> str:
    """One printable line of at most `MOST_TITLE` characters."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= MOST_TITLE else f"{line[: MOST_TITLE - 1]}…"
