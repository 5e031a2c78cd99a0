"""YouTube as feeds see it: a server on loopback whose answers a test chooses, and feeds as YouTube writes them."""

from __future__ import annotations

import asyncio
import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

CHANNEL = "UC0123456789abcdefghijkl"
XML = "text/xml; charset=UTF-8"


@dataclass
class Answer:
    """One answer. `pieces` come one after another with `pause_s` between, after the body."""

    body: bytes = b""
    status: int = 200
    kind: str = XML
    headers: dict[str, str] = field(default_factory=dict)
    pieces: int = 0
    pause_s: float = 0


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    form: dict[str, str]


class FeedServer:
    """`answers`: what is said at a path, without its query; `feed` is what is said at a feed's."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.feed = Answer(atom([]))
        self.asked: list[Asked] = []
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[FeedServer]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            pairs = [line.partition(": ") for line in head[1:] if line]
            headers = {name.lower(): value for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.asked.append(Asked(method, target, headers, form))
            path = target.partition("?")[0]
            await self._write(writer, self.feed if path == "/feeds/videos.xml" else self.answers.get(path), headers)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # whoever asked did not wait for the end: that is what some tests are about
        finally:
            writer.close()

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer | None, asked: dict[str, str]) -> None:
        answer = answer or Answer(status=404)
        status, body = answer.status, answer.body
        etag = answer.headers.get("ETag")
        if etag is not None and asked.get("if-none-match") == etag:
            status, body = 304, b""
        lines = [f"HTTP/1.1 {status} X", f"Content-Type: {answer.kind}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        for _ in range(answer.pieces):
            await asyncio.sleep(answer.pause_s)
            writer.write(b" " * 100_000)
            await writer.drain()


@dataclass(frozen=True)
class Video:
    """An entry of a feed."""

    id: str
    published: datetime
    title: str = "A film"
    short: bool = False
    channel: str = CHANNEL


def atom(videos: list[Video], title: str = "Aru films", inside: str = "") -> bytes:
    """A channel's feed as YouTube writes it; `inside` goes before everything else, for feeds that mean ill."""
    entries = "".join(
        f"""
 <entry>
  <id>yt:video:{each.id}</id>
  <yt:videoId>{each.id}</yt:videoId>
  <yt:channelId>{each.channel}</yt:channelId>
  <title>{html.escape(each.title)}</title>
  <link rel="alternate" href="https://www.youtube.com/{"shorts/" if each.short else "watch?v="}{each.id}"/>
  <author><name>Aru</name><uri>https://www.youtube.com/channel/{each.channel}</uri></author>
  <published>{each.published.astimezone(UTC).isoformat()}</published>
  <updated>{(each.published + timedelta(hours=3)).astimezone(UTC).isoformat()}</updated>
 </entry>"""
        for each in videos
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>{inside}
<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns:media="http://search.yahoo.com/mrss/" xmlns="http://www.w3.org/2005/Atom">
 <link rel="self" href="http://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"/>
 <id>yt:channel:{CHANNEL[2:]}</id>
 <yt:channelId>{CHANNEL[2:]}</yt:channelId>
 <title>{html.escape(title)}</title>
 <link rel="alternate" href="https://www.youtube.com/channel/{CHANNEL}"/>
 <published>2020-01-01T00:00:00+00:00</published>{entries}
</feed>""".encode()


BILLION_LAUGHS = """
<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">]>"""
OUTSIDE = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
