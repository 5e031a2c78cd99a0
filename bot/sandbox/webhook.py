"""Deliver updates to the bot's webhook: in order per chat, again and again until it answers 2xx."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from bot.sandbox import methods
from bot.sandbox.core import Core
from bot.sandbox.errors import ApiError
from bot.sandbox.updates import Queued

FIRST_RETRY = 1.0
MAX_RETRY = 60.0
WAIT = 60.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
MAX_ANSWER = 1024 * 1024


class Courier:
    """Runs as long as the server; idle without a webhook."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def run(self) -> None:
        """Until cancelled."""
        async with (
            httpx.AsyncClient(timeout=WAIT, trust_env=False, verify=False) as client,  # noqa: S501 - loopback only
            asyncio.TaskGroup() as group,
        ):
            while not self._core.updates.changed.closed:
                self._core.updates.expire()
                for one in self._ready():
                    one.flying = True
                    group.create_task(self._deliver(client, one))
                await self._core.updates.changed.wait(self._pause())

    def _ready(self) -> list[Queued]:
        """What may go now: the oldest of every chat, within max_connections."""
        updates = self._core.updates
        if updates.webhook is None:
            return []
        free = updates.webhook["max_connections"] - sum(one.flying for one in updates.queue)
        ready: list[Queued] = []
        seen: set[int] = set()
        for one in updates.queue:
            if one.key not in seen and not one.flying and one.due <= time.monotonic() and len(ready) < free:
                ready.append(one)
            seen.add(one.key)
        return ready

    def _pause(self) -> float:
        """Until the next retry is due."""
        now = time.monotonic()
        waits = [one.due - now for one in self._core.updates.queue if not one.flying and one.due > now]
        return min([*waits, 5.0])

    async def _deliver(self, client: httpx.AsyncClient, one: Queued) -> None:
        hook = self._core.updates.webhook
        if hook is None:
            one.flying = False
            return
        headers = {SECRET_HEADER: hook["secret"]} if hook["secret"] else {}
        problem = None
        try:
            answer = await client.post(hook["url"], json=one.body, headers=headers)
            if answer.is_success:
                await self._follow_reply(answer)
            else:
                problem = f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
        except httpx.ConnectError:
            problem = "Connection refused"
        except httpx.TimeoutException:
            problem = "Read timeout expired"
        except httpx.HTTPError:
            problem = "Connection closed"
        one.flying = False
        if problem is None:
            self._core.updates.done(one)
            return
        hook["error"], hook["error_date"] = problem, self._core.clock.stamp()
        one.attempts += 1
        one.due = time.monotonic() + min(MAX_RETRY, FIRST_RETRY * 2 ** (one.attempts - 1))
        self._core.updates.changed.fire()

    async def _follow_reply(self, answer: httpx.Response) -> None:
        """A webhook may answer with a call; its result goes to nobody."""
        if len(answer.content) > MAX_ANSWER:
            return
        try:
            call: Any = answer.json()
        except ValueError:
            return
        if not isinstance(call, dict) or not isinstance(call.get("method"), str):
            return
        params = {key: value for key, value in call.items() if key != "method"}
        try:
            result = {"ok": True, "result": await methods.call(self._core, call["method"], params, {})}
        except ApiError as refused:
            result = refused.body()
        self._core.calls.add(self._core.clock.now().isoformat(), call["method"], params, {}, result)
