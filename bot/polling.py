"""Long polling: our own short getUpdates loop, which confirms a batch only after it was written down."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import structlog

from bot import certificates
from bot.clock import Clock
from bot.updates import Inbox

log = structlog.get_logger(__name__)

POLL_S = 25


class Conflict(Exception):
    """Another bot instance polls with the same token, or a webhook is set."""


class Poller:
    """Asks for updates until told to stop. While too many wait to be handled it does not ask: Telegram keeps them."""

    def __init__(self, api_url: str, token: str, kinds: list[str], inbox: Inbox, clock: Clock) -> None:
        self._url = f"{api_url}/bot{token}/getUpdates"
        self._kinds = kinds
        self._inbox = inbox
        self._clock = clock
        self._offset: int | None = None
        self.stopping = asyncio.Event()

    async def run(self, group: asyncio.TaskGroup) -> None:
        """Poll until `stopping` is set. Raises Conflict when somebody else polls."""
        conflicts = 0
        patience = 1.0
        async with httpx.AsyncClient(
            timeout=httpx.Timeout(10, read=POLL_S + 15), verify=certificates.trusted()
        ) as http:
            while not self.stopping.is_set():
                if self._inbox.is_full:
                    await self._wait(0.2)
                    continue
                try:
                    batch = await self._ask(http)
                except Conflict:
                    conflicts += 1
                    if conflicts >= 5:
                        raise
                    await asyncio.sleep(1)
                    continue
                except (httpx.HTTPError, ValueError) as error:
                    log.warning("polling.failed", error=type(error).__name__, again_in_s=patience)
                    await self._wait(patience)
                    patience = min(30.0, patience * 2)
                    continue
                conflicts, patience = 0, 1.0
                if batch:
                    try:
                        await self._take(group, batch)
                    except Exception:  # not written down, so not confirmed: Telegram gives the batch again
                        log.exception("polling.not_kept", updates=len(batch))
                        await self._wait(1)

    async def _take(self, group: asyncio.TaskGroup, batch: list[dict[str, Any]]) -> None:
        """Write a batch down, start its updates, and only then let the next request confirm it."""
        async with self._clock.working():
            new = set(await self._inbox.keep(batch))
            for each in batch:
                if each["update_id"] in new:
                    self._inbox.start(group, each)
        self._offset = batch[-1]["update_id"] + 1

    async def _ask(self, http: httpx.AsyncClient) -> list[dict[str, Any]]:
        body: dict[str, Any] = {"timeout": POLL_S, "allowed_updates": self._kinds}
        if self._offset is not None:
            body["offset"] = self._offset
        request = asyncio.ensure_future(http.post(self._url, json=body))
        stop = asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({request, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not request.done():
                return []
            response = request.result()
        finally:
            request.cancel()
            stop.cancel()
        answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError("getUpdates: no object")
        if response.status_code == httpx.codes.CONFLICT:
            raise Conflict(str(answer.get("description", "")))
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await self._wait(float(answer.get("parameters", {}).get("retry_after", 1)))
            return []
        if not answer.get("ok"):
            raise ValueError(f"getUpdates: {response.status_code}")
        batch = answer["result"]
        return batch if isinstance(batch, list) else []

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return
