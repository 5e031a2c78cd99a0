"""Which part of a long recording is marked, how long a check will take, and how that is told while it runs."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.voice.model import Band, Segment, Verdict
from bot.voice.pace import Pace
from bot.voice.parts import part_of, strongest
from bot.voice.telling import telling


def pieces(*scores: float | None, each_s: float = 2.0) -> list[Segment]:
    return [Segment(i * each_s, (i + 1) * each_s, p, p is not None) for i, p in enumerate(scores)]


@pytest.mark.parametrize(
    ("segments", "part"),
    [
        (pieces(*[0.1] * 20, *[0.9] * 5, *[0.1] * 20), (40.0, 50.0)),
        (pieces(*[0.9] * 2, *[0.1] * 43), (0.0, 10.0)),
        (pieces(*[0.1] * 43, *[0.9] * 2), (80.0, 90.0)),
        (pieces(*[None] * 30, 0.8, 0.8, *[None] * 13), (54.0, 64.0)),
        (pieces(*[None] * 44, 0.9), None),
        (pieces(*[0.5] * 45), (0.0, 10.0)),
        ([], None),
    ],
    ids=["the middle", "the start", "the end", "little speech", "too little speech", "all alike", "nothing scored"],
)
def test_the_part_with_most_signs(segments: list[Segment], part: tuple[float, float] | None) -> None:
    assert strongest(segments, 90.0) == part
    assert part_of(Verdict(Band.UNSURE, segments=tuple(segments), seconds=90.0)) == part
    assert part_of(Verdict(Band.UNSURE, segments=tuple(segments[:30]), seconds=60.0)) is None, "one hears that oneself"


@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=80), st.floats(0.5, 8))
def test_a_part_lies_inside(scores: list[float | None], each_s: float) -> None:
    seconds = len(scores) * each_s
    part = strongest(pieces(*scores, each_s=each_s), seconds)
    if part is not None:
        assert 0 <= part[0] < part[1] <= seconds + 1e-6
        assert part[1] - part[0] <= 10 + 1e-6


def test_a_wait_is_said_only_when_it_is_one() -> None:
    pace = Pace()
    assert pace.wait_s(8.0) is None
    assert pace.wait_s(8.0, ahead=20, ahead_s=160.0, at_once=4) == 9
    assert pace.wait_s(600.0) == 35, "more than ten are said in fives"
    for _ in range(30):
        pace.learn(600.0, 6.0)
    assert pace.wait_s(600.0) == 8, "learned from those before"
    pace.learn(0.0, 1e9)
    pace.learn(30.0, 1e9)
    assert (pace.wait_s(600.0) or 0) < 400, "one that hung teaches little"


async def test_what_is_left_is_told_while_the_work_goes_on() -> None:
    told: list[int | None] = []
    enough = asyncio.Event()

    async def say(left_s: int | None) -> None:
        told.append(left_s)
        if left_s == 8:
            raise ConnectionError("a word that is lost")
        if left_s is None:
            enough.set()

    async def work() -> str:
        await enough.wait()
        return "done"

    clock = itertools.chain([0.0, 5.0, 8.0, 8.2, 12.4], itertools.repeat(99.0))
    assert await telling(work(), say, expected_s=13.0, every_s=0, now=lambda: next(clock)) == "done"
    assert told == [8, 5, 1, None], "what would be said twice is said once"


async def test_an_error_of_the_work_comes_through() -> None:
    async def work() -> str:
        raise LookupError("gone")

    async def say(left_s: int | None) -> None:
        raise AssertionError("nothing is told")

    with pytest.raises(LookupError):
        await telling(work(), say, expected_s=5.0)
