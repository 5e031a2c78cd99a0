"""A day's work for the detector service in minutes: python -m tests.faults.soak [CHECKS]

5,000 checks unless said otherwise, four at a time, one in ten hostile: cut off, flipped, a head on a foreign body,
ten hours of silence, no audio at all. Now and then a decoding child is killed at work. Memory must stay flat once warm,
every request must get an answer that the documentation knows, and nothing may be left when the service ends.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
import psutil

from tests.detector.sounds import encode, long_silence, music, noise, speech
from tests.journeys.conftest import free_port

AT_ONCE = 4
HOSTILE = 0.1
KILL_EVERY = 250
SAMPLE_EVERY = 25
GROWTH = 0.1  # of the resident memory, from the second quarter of the run to its last
FORMS = (("ogg", "libopus", 48_000), ("mp3", "mp3", 44_100), ("ipod", "aac", 44_100), ("wav", "pcm_s16le", 16_000),
         ("flac", "flac", 44_100), ("amr", "libopencore_amrnb", 8_000), ("webm", "libopus", 48_000))  # fmt: skip
EXPECTED = frozenset((200, 413, 415, 422, 429))


@dataclass
class Tally:
    """What was seen so far."""

    statuses: Counter[int] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)  # checks done, MB of service and children
    killed: int = 0


def good_ones() -> list[bytes]:
    """Talk of several lengths in every form, noise, music."""
    found = []
    for number, (kind, codec, rate) in enumerate(FORMS):
        for seconds in (1.5, 4.0, 12.0):
            found.append(encode(speech(seconds, seed=number + 1), kind, codec, rate))
    return [*found, encode(noise(5)), encode(music(6)), encode(speech(60, seed=9))]


def hostile(dice: random.Random, good: list[bytes], silence: bytes) -> bytes:
    """Something nobody's recorder wrote."""
    one, other = dice.choice(good), dice.choice(good)
    match dice.randrange(5):
        case 0:
            return one[: dice.randrange(1, len(one))]
        case 1:
            broken = bytearray(one)
            for _ in range(dice.randrange(1, 60)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            return bytes(broken)
        case 2:
            return one[: dice.randrange(4, 600)] + other[dice.randrange(600) :]
        case 3:
            return silence
        case _:
            return dice.randbytes(dice.randrange(1, 50_000))


def family(service: psutil.Process) -> list[psutil.Process]:
    return [service, *service.children(recursive=True)]


def resident(service: psutil.Process) -> float:
    """MB of the service and its children; of one that ends meanwhile nothing."""
    total = 0
    for process in family(service):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 2**20


async def work(url: str, service: psutil.Process, checks: int, dice: random.Random) -> Tally:
    """All the checks."""
    tally = Tally()
    good, silence = good_ones(), long_silence(10)
    numbers = iter(range(checks))

    async with httpx.AsyncClient(base_url=url, timeout=300) as http:

        async def one_after_another() -> None:
            for number in numbers:
                data = hostile(dice, good, silence) if dice.random() < HOSTILE else dice.choice(good)
                if number % KILL_EVERY == KILL_EVERY - 1 and (children := service.children()):
                    dice.choice(children).kill()
                    tally.killed += 1
                started = time.perf_counter()
                answer = await http.post("/v1/checks", content=data)
                tally.seconds.append(time.perf_counter() - started)
                body = answer.json()
                tally.statuses[answer.status_code] += 1
                tally.outcomes[body.get("reason") or body["band"]] += 1
                if number % SAMPLE_EVERY == 0:
                    tally.memory.append((number, resident(service)))

        await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return tally


def main(checks: int) -> int:
    """Run, print the figures, 1 where something is not as it should be."""
    port = free_port()
    command = [sys.executable, "-m", "bot", "detector", "--port", str(port), "--child"]
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WHISPER_MODEL": "off", "DATA_DIR": folder}
        with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as child:
            service = psutil.Process(child.pid)
            url = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    if httpx.get(f"{url}/healthz").status_code == 200:
                        break
                except httpx.HTTPError:
                    time.sleep(0.2)
            started = time.perf_counter()
            tally = asyncio.run(work(url, service, checks, random.Random(5)))
            took = time.perf_counter() - started
            replaced = httpx.get(f"{url}/healthz").json()["replaced"]
            everybody = family(service)
            assert child.stdin is not None
            child.stdin.close()
            _, left = psutil.wait_procs(everybody, timeout=30)
    quarter = checks // 4
    warm = statistics.median(mb for number, mb in tally.memory if quarter <= number < 2 * quarter)
    late = statistics.median(mb for number, mb in tally.memory if number >= 3 * quarter)
    figures = {
        "checks": checks,
        "minutes": round(took / 60, 1),
        "statuses": dict(sorted(tally.statuses.items())),
        "outcomes": dict(tally.outcomes.most_common()),
        "median_s": round(statistics.median(tally.seconds), 2),
        "slowest_s": round(max(tally.seconds), 2),
        "children_killed": tally.killed,
        "children_replaced": replaced,
        "memory_mb": {"second_quarter": round(warm, 1), "last_quarter": round(late, 1),
                      "most": round(max(mb for _, mb in tally.memory), 1)},
        "left_behind": len(left),
    }  # fmt: skip
    print(json.dumps(figures, indent=1))
    wrong = [name for name, holds in {
        "an answer that nobody documented": set(tally.statuses) <= EXPECTED,
        "memory grows": late <= warm * (1 + GROWTH),
        "processes are left": not left,
    }.items() if not holds]  # fmt: skip
    print("; ".join(wrong) or "all as it should be", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000))
