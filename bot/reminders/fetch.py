"""Reading YouTube over HTTPS, and nothing else: every address is somebody's word, so each is held against a short list.

Only HTTPS, only hosts of the list, only public addresses (the one that was looked at is the one connected to), no
redirect to anywhere else, so many bytes, so many seconds, and only the type of content that was asked for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import httpx

from bot import certificates

YOUTUBE = "https://www.youtube.com"
HUB = "https://pubsubhubbub.appspot.com"
HOSTS = frozenset({"www.youtube.com", "youtube.com", "youtu.be", "pubsubhubbub.appspot.com"})
FEED_TYPES = ("application/atom+xml", "application/xml", "text/xml")
PAGE_TYPES = ("text/html",)
MOST_BYTES = 2_000_000
SECONDS = 10.0
REDIRECTS = 3
MOST_ETAG, MOST_DATE = 256, 64
# No cookies but one, which declines them: in some countries a page about cookies stands in the way otherwise.
HEADERS = {"User-Agent": "Tirek", "Accept-Encoding": "identity", "Accept-Language": "en", "Cookie": "SOCS=CAE="}

Lookup = Callable[[str], Awaitable[list[str]]]


class FeedDown(Exception):
    """It did not answer as it should. `away`: not at all, so others of the kind will not either right now."""

    def __init__(self, reason: str, *, away: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.away = away


class Refused(FeedDown):
    """An address that is never asked."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer; `body` is None when nothing has changed since."""

    body: bytes | None
    etag: str | None = None
    modified: str | None = None


async def public_addresses(host: str) -> list[str]:
    """The addresses of a host, IPv4 first. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    addresses = dict.fromkeys(str(each[4][0]) for each in found)
    return sorted(addresses, key=lambda each: ":" in each)


class Fetcher:
    """`origin`: where YouTube is looked for. Another one is named by tests alone, and is then the only one allowed."""

    def __init__(self, origin: str = YOUTUBE, lookup: Lookup = public_addresses, seconds: float = SECONDS) -> None:
        self.origin = origin
        self._lookup = lookup
        self._seconds = seconds

    async def feed(self, channel: str, etag: str | None = None, modified: str | None = None) -> Fetched:
        """A channel's feed, unless it is as it was. Raises FeedDown."""
        known = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in known.items() if value}
        return await self._get(f"{self.origin}/feeds/videos.xml?channel_id={channel}", FEED_TYPES, headers)

    async def page(self, path: str) -> str:
        """A page of YouTube as text. Raises FeedDown."""
        fetched = await self._get(f"{self.origin}{path}", PAGE_TYPES, {})
        return (fetched.body or b"").decode("utf-8", "replace")

    async def ask_hub(self, form: Mapping[str, str]) -> None:
        """Tell the hub what is wanted of it. Raises FeedDown."""
        hub = HUB if self.origin == YOUTUBE else self.origin
        try:
            async with asyncio.timeout(self._seconds), self._client() as client:
                answer = await client.send(await self._request(client, "POST", f"{hub}/subscribe", {}, form))
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            raise FeedDown(type(error).__name__, away=True) from error
        if answer.status_code not in (202, 204):
            raise FeedDown(f"status {answer.status_code}")

    async def _get(self, url: str, types: tuple[str, ...], headers: Mapping[str, str]) -> Fetched:
        try:
            async with asyncio.timeout(self._seconds), self._client() as client:
                for _ in range(REDIRECTS + 1):
                    request = await self._request(client, "GET", url, headers)
                    answer = await client.send(request, stream=True)
                    try:
                        if answer.has_redirect_location:
                            url = urljoin(url, answer.headers["location"])
                            continue
                        return await _read(answer, types)
                    finally:
                        await answer.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, ValueError) as error:
            raise FeedDown(type(error).__name__, away=not isinstance(error, ValueError)) from error
        raise FeedDown("redirects without end")

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=self._seconds, verify=certificates.trusted()
        )

    async def _request(
        self,
        client: httpx.AsyncClient,
        method: str,
        url: str,
        headers: Mapping[str, str],
        form: Mapping[str, str] | None = None,
    ) -> httpx.Request:
        """A request to the very address that was found to be public. Raises Refused."""
        body = dict(form) if form is not None else None
        if self.origin != YOUTUBE:
            if not url.startswith(f"{self.origin}/"):
                raise Refused("another origin")
            return client.build_request(method, url, headers={**HEADERS, **headers}, data=body)
        host = allowed_host(url)
        addresses = await self._lookup(host)
        if not addresses or not all(ip_address(each.partition("%")[0]).is_global for each in addresses):
            raise Refused("not a public address")
        return client.build_request(
            method,
            httpx.URL(url).copy_with(host=addresses[0]),
            headers={**HEADERS, **headers, "Host": host},
            data=body,
            extensions={"sni_hostname": host},
        )


def allowed_host(url: str) -> str:
    """The host of an address that may be asked. Raises Refused."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Refused("no address") from None
    if parts.scheme != "https" or host not in HOSTS or port not in (None, 443) or "@" in parts.netloc:
        raise Refused("not on the list")
    return host


async def _read(answer: httpx.Response, types: tuple[str, ...]) -> Fetched:
    """The body within its limits. Raises FeedDown."""
    etag = _short(answer.headers.get("etag"), MOST_ETAG)
    modified = _short(answer.headers.get("last-modified"), MOST_DATE)
    if answer.status_code == httpx.codes.NOT_MODIFIED:
        return Fetched(None, etag, modified)
    if answer.status_code != httpx.codes.OK:
        raise FeedDown(f"status {answer.status_code}")
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() not in types:
        raise FeedDown("another type of content")
    if answer.headers.get("content-encoding", "identity").lower() != "identity":  # a little can unpack to a lot
        raise FeedDown("packed")
    body = bytearray()
    async for chunk in answer.aiter_raw():
        body += chunk
        if len(body) > MOST_BYTES:
            raise FeedDown("too large")
    return Fetched(bytes(body), etag, modified)


def _short(value: str | None, limit: int) -> str | None:
    return value if value is not None and len(value) <= limit and value.isascii() else None
