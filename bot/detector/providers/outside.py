"""Asking outside services about one recording: those that a request allows, in the operator's order, until one scores.

Every way in which a service does not answer becomes a word beside the finding; none of them is an error of the check.
"""

from __future__ import annotations

import asyncio
import io
import time
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
import numpy as np
from numpy.typing import NDArray

from bot.detector.audio import RATE, sniff
from bot.detector.providers.adapter import CANNOT_JUDGE, Account, Adapter, Failed, Opinion, Sleep, Sound
from bot.detector.providers.budget import Budget
from bot.detector.providers.calibration import Calibration

AT_ONCE: Final = 8  # recordings on their way to services
HELD_BYTES: Final = 64 * 2**20  # of them together
WITHIN_S: Final = 75.0  # for all services together: whoever asked us waits

SCORED: Final = "scored"
COULD_NOT_JUDGE: Final = "could_not_judge"
FAILED: Final = "failed"
NOT_ASKED: Final = "not_asked"

# What is sent as it came. Of everything else only the sound is sent, as WAV: of a video never the picture.
_FILES: Final = {
    "ogg": ("voice.ogg", "audio/ogg"),
    "mp3": ("voice.mp3", "audio/mpeg"),
    "wav": ("voice.wav", "audio/wav"),
    "flac": ("voice.flac", "audio/flac"),
    "amr": ("voice.amr", "audio/amr"),
    "aac": ("voice.aac", "audio/aac"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of asking one service. `why`: one of `adapter.WHY` unless it scored. Nothing left this machine when
    the outcome is `not_asked`."""

    name: str
    title: str
    outcome: str
    why: str | None = None
    opinion: Opinion | None = None
    ms: int = 0

    @property
    def p(self) -> float | None:
        """Its own score."""
        return None if self.opinion is None else round(self.opinion.p, 4)

    @property
    def said(self) -> str | None:
        """Its own word."""
        return None if self.opinion is None else self.opinion.said


@dataclass(frozen=True, slots=True)
class Service:
    """An adapter with the operator's account, and its calibration where there is one."""

    adapter: Adapter
    account: Account
    calibration: Calibration | None = None


class Outside:
    """The services that the operator named. Used from one event loop."""

    def __init__(
        self,
        services: Sequence[Service],
        budget: Budget,
        *,
        within_s: float = WITHIN_S,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.services = tuple(services)
        self.calibrations = {s.adapter.name: s.calibration for s in services if s.calibration is not None}
        self._budget = budget
        self._within_s = within_s
        self._sleep = sleep
        self._now = now
        self._resting: dict[str, float] = {}
        self._under_way = 0
        self._held_bytes = 0

    def allowed(self, names: str) -> tuple[Service, ...]:
        """The services among `names` (with commas between), in the operator's order. Unknown names mean nothing."""
        wanted = {name.strip().lower() for name in names.split(",")}
        return tuple(service for service in self.services if service.adapter.name in wanted)

    async def ask(
        self, services: Sequence[Service], data: bytes, samples: Callable[[], NDArray[np.float32]]
    ) -> tuple[Asked, ...]:
        """Ask one after another until one scores. `samples` gives the decoded sound; it may block."""
        if self._under_way >= AT_ONCE or self._held_bytes + len(data) > HELD_BYTES:
            return tuple(_not_asked(service, "full") for service in services)
        self._under_way += 1
        self._held_bytes += len(data)
        try:
            return await self._ask_in_order(services, data, samples)
        finally:
            self._under_way -= 1
            self._held_bytes -= len(data)

    async def _ask_in_order(
        self, services: Sequence[Service], data: bytes, samples: Callable[[], NDArray[np.float32]]
    ) -> tuple[Asked, ...]:
        found: list[Asked] = []
        until = self._now() + self._within_s
        as_wave: Sound | None = None
        for service in services:
            kind = sniff(data)
            if kind in service.adapter.kinds and kind in _FILES:
                sound = Sound(data, *_FILES[kind])
            else:
                if as_wave is None:
                    as_wave = await asyncio.to_thread(lambda: sound_of(samples()))
                sound = as_wave
            found.append(await self._ask_one(service, sound, until - self._now()))
            if found[-1].outcome == SCORED:
                break
        return tuple(found)

    async def _ask_one(self, service: Service, sound: Sound, left_s: float) -> Asked:
        name, account = service.adapter.name, service.account
        started = self._now()
        if self._resting.get(name, started) > started or left_s < 1:
            return _not_asked(service, "resting" if left_s >= 1 else "timeout")
        if len(sound.data) > service.adapter.max_bytes:
            return _not_asked(service, "too_large")
        if not await asyncio.to_thread(self._budget.spend, name, account.per_day):
            return _not_asked(service, "budget")
        try:
            # A client for each: services are asked rarely, and nothing of one recording is left for the next.
            async with (
                asyncio.timeout(min(account.timeout_s, left_s)),
                httpx.AsyncClient(timeout=account.timeout_s, trust_env=False, follow_redirects=False) as http,
            ):
                opinion = await service.adapter.ask(http, account, sound, self._sleep)
        except (Failed, TimeoutError) as error:
            failed = error if isinstance(error, Failed) else Failed("timeout", 60)
            self._resting[name] = self._now() + failed.rest_s
            outcome = COULD_NOT_JUDGE if failed.why in CANNOT_JUDGE else FAILED
            return Asked(name, service.adapter.title, outcome, failed.why, None, self._ms(started))
        return Asked(name, service.adapter.title, SCORED, None, opinion, self._ms(started))

    def _ms(self, started: float) -> int:
        return round((self._now() - started) * 1000)

    def left_today(self, service: Service) -> int:
        """How many recordings may still be sent to a service today. Reads a file."""
        return max(0, service.account.per_day - self._budget.spent(service.adapter.name))

    def info(self) -> list[dict[str, Any]]:
        """For /v1/info: by which name a person is asked, and what a request must name. Reads a file."""
        return [
            {
                "name": service.adapter.name,
                "title": service.adapter.title,
                "retention": service.adapter.retention,
                "keeps_nothing": service.adapter.keeps_nothing,
                "left_today": self.left_today(service),
                "calibrated": service.calibration is not None,
            }
            for service in self.services
        ]


def _not_asked(service: Service, why: str) -> Asked:
    return Asked(service.adapter.name, service.adapter.title, NOT_ASKED, why)


def sound_of(samples: NDArray[np.float32]) -> Sound:
    """Decoded samples as a WAV file: 16 bits, mono, 16 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return Sound(out.getvalue(), *_FILES["wav"])
