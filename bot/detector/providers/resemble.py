"""Resemble Detect: an upload makes a job, the job is asked for until it is done.

Written from its published documentation and SDKs, never run against the live service. Numbers in the metrics of audio
arrive as strings. `zero_retention_mode` must be sent with every upload: an account cannot switch it on.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Any, Final

import httpx

from bot.detector.providers.adapter import Account, Failed, Opinion, Sleep, Sound, Span, exchange, seconds_after, share

log = logging.getLogger(__name__)

FRAME_S: Final = 2  # what one score stands for
_POLLS_S: Final = (2.0, 5.0, 10.0)  # then every ten seconds
_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_CONSISTENT: Final = 0.5  # below it the windows disagree
_MOST_SCORES: Final = 5_000
_RESTS_S: Final = {"key": 600.0, "quota": 600.0, "down": 60.0}


@dataclass(frozen=True, slots=True)
class Resemble:
    """The adapter. `wait`: hold the first connection until the result is there (`Prefer: wait`)."""

    wait: bool = False
    name: str = "resemble"
    title: str = "Resemble Detect"
    retention: str = "It is told to delete the recording after the check (zero_retention_mode)."
    keeps_nothing: bool = True
    kinds: frozenset[str] = frozenset(("ogg", "mp3", "wav", "flac", "amr", "aac"))
    max_bytes: int = 150 * 10**6

    async def ask(self, http: httpx.AsyncClient, account: Account, sound: Sound, sleep: Sleep) -> Opinion:
        """Upload, then poll after 2, 5 and each further 10 s until the job is done."""
        headers = {"Authorization": f"Bearer {account.key}"}
        item = await self._submit(http, account, sound, headers, sleep)
        polls = 0
        while item.get("status") == "processing":
            name = item.get("uuid")
            if not isinstance(name, str) or not _ID.fullmatch(name):
                raise Failed("malformed")
            await sleep(_POLLS_S[min(polls, len(_POLLS_S) - 1)])
            polls += 1
            item = await self._poll(http, f"{account.url}/detect/{name}", headers) or item
        return _opinion(item)

    async def _submit(
        self, http: httpx.AsyncClient, account: Account, sound: Sound, headers: dict[str, str], sleep: Sleep
    ) -> dict[str, Any]:
        fields = {"zero_retention_mode": "true", "frame_length": str(FRAME_S)}
        upload = {"file": (sound.file_name, sound.data, sound.mime)}
        waiting = {"Prefer": "wait"} if self.wait else {}
        for last in (False, True):
            status, body, reply = await exchange(
                http, "POST", f"{account.url}/detect", data=fields, files=upload, headers=headers | waiting
            )
            if status == httpx.codes.TOO_MANY_REQUESTS and not last:  # before any work: nothing was charged
                await sleep(seconds_after(reply, 2.0))
                continue
            return _item(status, body)
        raise AssertionError("the second try returns or raises")

    async def _poll(self, http: httpx.AsyncClient, url: str, headers: dict[str, str]) -> dict[str, Any] | None:
        """The job as it is now; None where this try said nothing and the next may."""
        try:
            status, body, _ = await exchange(http, "GET", url, headers=headers)
        except Failed as failed:
            if failed.why in ("unreachable", "timeout"):
                return None
            raise
        return None if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500 else _item(status, body)


def _item(status: int, body: Any) -> dict[str, Any]:
    if status in (400, 413, 415, 422):
        raise Failed("refused")
    why = {401: "key", 402: "quota", 403: "key", 429: "busy"}.get(status, "down" if status >= 500 else "malformed")
    item = body.get("item") if isinstance(body, dict) and body.get("success") is True else None
    if status not in (200, 201, 202):
        raise Failed(why, _RESTS_S.get(why, 0.0))
    if not isinstance(item, dict):
        raise Failed("malformed")
    return item


def _opinion(item: dict[str, Any]) -> Opinion:
    if item.get("status") == "failed":
        raise Failed("undecodable")
    metrics = item.get("metrics")
    if item.get("status") != "completed" or not isinstance(metrics, dict) or metrics.get("label") not in _LABELS:
        raise Failed("malformed")
    scores = metrics.get("score", [])
    if not isinstance(scores, list) or len(scores) > _MOST_SCORES:
        raise Failed("malformed")
    consistency = metrics.get("consistency")
    if item.get("zero_retention_mode") is not True:
        log.warning("Resemble did not confirm that it keeps nothing")
    return Opinion(
        p=share(metrics.get("aggregated_score")),
        said=metrics["label"],
        spans=tuple(Span(n * FRAME_S, (n + 1) * FRAME_S, share(score)) for n, score in enumerate(scores)),
        firm=consistency in (None, "") or share(consistency) >= _CONSISTENT,
    )


_LABELS: Final = ("fake", "real")
