"""Long recordings: which ten seconds of them hold the most signs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.voice.model import Segment, Verdict

LONG_S: Final = 60.0  # a recording beyond this is one of which nobody hears everything again
PART_S: Final = 10.0
LEAST_S: Final = 3.0  # scored seconds that a part must hold


def part_of(verdict: Verdict) -> tuple[float, float] | None:
    """The part of a long recording that is marked and can be heard; None for a short one, or one without scores."""
    return strongest(verdict.segments, verdict.seconds) if verdict.seconds > LONG_S else None


def strongest(segments: Sequence[Segment], seconds: float, length_s: float = PART_S) -> tuple[float, float] | None:
    """The `length_s` seconds with the highest mean p, weighed by scored time; the first of equals."""
    best: tuple[float, float] | None = None
    last = max(0.0, seconds - length_s)
    # The best window begins with a segment or ends with one.
    starts = {0.0, last} | {at for s in segments for at in (s.start_s, s.end_s - length_s)}
    for start in sorted(min(max(start, 0.0), last) for start in starts):
        mean = _mean(segments, start, start + length_s)
        if mean is not None and (best is None or mean > best[0] + 1e-9):
            best = mean, start
    return None if best is None else (best[1], min(best[1] + length_s, seconds))


def _mean(segments: Sequence[Segment], start: float, end: float) -> float | None:
    weighed = scored = 0.0
    for segment in segments:
        inside = min(segment.end_s, end) - max(segment.start_s, start)
        if segment.p is not None and inside > 0:
            weighed += segment.p * inside
            scored += inside
    return weighed / scored if scored >= LEAST_S else None
