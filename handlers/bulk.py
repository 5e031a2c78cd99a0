"""Messages of broadcasts, sent without aiogram: everybody gets the same words, so they are made once a language.

aiogram makes and checks a model of each request and each answer; for one message more that does not matter, for a
million it is most of the processor's work. This client speaks the same HTTP and raises the same errors.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol

import aiohttp
from yarl import URL

from bot import metrics, observe
from bot.app import App
from bot.broadcasts import service
from bot.broadcasts.model import Content
from bot.i18n import Translator
from bot.outbox import Outgoing, TryLater
from bot.refusals import refusal
from bot.reminders import model
from handlers.news import news_keyboard

MOST_KEPT = 64  # bodies of requests, one for a broadcast and a language
TIMEOUT_S = 60


class Sends(Protocol):
    """What sends a made request."""

    async def send(self, method: str, body: bytes) -> dict[str, Any]:
        """The message that Telegram made. Raises TryLater, Unreachable or ChatMoved."""


class ThinClient:
    """Bot API methods over one aiohttp session, JSON in and out."""

    def __init__(self, api_url: str, token: str) -> None:
        self._base = f"{api_url}/bot{token}/"
        self._urls: dict[str, URL] = {}
        self._session: aiohttp.ClientSession | None = None

    async def send(self, method: str, body: bytes) -> dict[str, Any]:
        with observe.span(f"telegram {method}"):
            return await self._send(method, body)

    async def _send(self, method: str, body: bytes) -> dict[str, Any]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
                headers={"Content-Type": "application/json"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        url = self._urls.get(method) or self._urls.setdefault(method, URL(self._base + method))
        try:
            with metrics.telegram_seconds.labels(method).time():
                async with self._session.post(url, data=body) as answered:
                    status, text = answered.status, await answered.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            metrics.telegram_errors.labels(type(error).__name__).inc()
            raise refusal(0, "") from error
        try:
            answer = json.loads(text)
            ok = answer["ok"]
            if ok:
                message: dict[str, Any] = answer["result"]
                return message
            parameters = answer.get("parameters") or {}
            description = str(answer.get("description", ""))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):  # a proxy's page, say
            raise TryLater(5) from None
        metrics.telegram_errors.labels(str(status)).inc()
        retry_after, moved_to = parameters.get("retry_after"), parameters.get("migrate_to_chat_id")
        raise refusal(status, description, retry_after=retry_after, moved_to=moved_to)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


class BulkMessenger:
    """A Messenger for broadcasts."""

    def __init__(self, client: Sends) -> None:
        self._client = client
        self._made: dict[tuple[int, str], tuple[str, str]] = {}
        self._making = asyncio.Lock()

    async def deliver(self, message: Outgoing, app: App) -> int | None:
        """Send it; without a sound in the person's quiet hours."""
        person = message.person
        number = int(message.parameters["broadcast"])
        method, body = self._made.get((number, person.language)) or await self._make(number, person.translator, app)
        quiet = person.quiet is not None and person.quiet.cover(model.local_of(app.now(), person.zone).time())
        silent = "true" if quiet or message.silent else "false"
        answer = await self._client.send(
            method, f'{body},"disable_notification":{silent},"chat_id":{message.chat_id}}}'.encode()
        )
        return int(answer["message_id"])

    async def _make(self, number: int, t: Translator, app: App) -> tuple[str, str]:
        """Read once what a hundred messages wait for."""
        async with self._making:
            if (number, t.language) not in self._made:
                if len(self._made) >= MOST_KEPT:
                    self._made.clear()
                self._made[number, t.language] = _request(await service.content(app.db, number), t)
            return self._made[number, t.language]


def _request(content: Content, t: Translator) -> tuple[str, str]:
    """The method and the beginning of the body: a JSON object without its end."""
    keyboard = news_keyboard(True, t).model_dump(exclude_none=True)
    words = "text" if content.photo is None else "caption"
    body: dict[str, Any] = {words: content.text, "reply_markup": keyboard}
    if content.entities is None:
        body["parse_mode"] = "HTML"
    elif content.entities:
        body["entities" if content.photo is None else "caption_entities"] = list(content.entities)
    if content.photo is not None:
        body["photo"] = content.photo
    return ("sendMessage" if content.photo is None else "sendPhoto"), json.dumps(body)[:-1]
