"""Whether two fingerprints are of the same recording. Pure; the detector makes them, this compares them.

A fingerprint has 16 bits for every 64 ms. Two encodings of one recording differ in a tenth of their bits, two
recordings in half of them. Encoders shift a recording by some milliseconds and cut its ends, so the best of a few
shifts counts; and every piece of it has to agree, or a recording with one sentence exchanged would pass for the whole.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import Final

FRAME_S: Final = 0.064
MOST_FRAMES: Final = 9_600  # of ten minutes, and what encoders add
SHIFTS: Final = 4  # frames either way
PIECE: Final = 48  # frames that have to agree by themselves, about 3 s
LEAST: Final = 32  # frames with sound, about 2 s: fewer bits agree by chance
SAME: Final = 0.22  # share of bits that may differ over the whole recording
SAME_PIECE: Final = 0.33  # and in any piece of it
LENGTHS_S: Final = 0.6  # by which lengths of the same recording may differ
_BITS: Final = 16
_BEGINNING: Final = 240  # frames that are looked at first
_HOPELESS: Final = 0.4  # what differs so much at the beginning is not compared to its end


def frames_of(fingerprint: str) -> tuple[int, ...] | None:
    """The words of a fingerprint; None for one that is none, or too little to compare."""
    try:
        raw = base64.b64decode(fingerprint, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) % 2 or len(raw) > 2 * MOST_FRAMES:
        return None
    words = tuple(int.from_bytes(raw[at : at + 2], "little") for at in range(0, len(raw), 2))
    return words if sum(1 for word in words if word) >= LEAST else None


def difference(one: str, other: str) -> tuple[float, float] | None:
    """Share of bits that differ at the best shift: over all, and in the piece that differs most.

    None where there is too little to compare.
    """
    a, b = frames_of(one), frames_of(other)
    if a is None or b is None:
        return None
    shifted = (_difference(a, b, shift) for shift in range(-SHIFTS, SHIFTS + 1))
    return min((found for found in shifted if found is not None), default=None)


def same(one: str, other: str) -> bool:
    """Whether both are of the same recording, encoded in two ways."""
    a, b = frames_of(one), frames_of(other)
    if a is None or b is None:
        return False
    for shift in range(-SHIFTS, SHIFTS + 1):
        begun = _difference(a[:_BEGINNING], b[:_BEGINNING], shift)
        if begun is not None and begun[0] > _HOPELESS:
            continue
        found = _difference(a, b, shift)
        if found is not None and found[0] <= SAME and found[1] <= SAME_PIECE:
            return True
    return False


def _difference(a: tuple[int, ...], b: tuple[int, ...], shift: int) -> tuple[float, float] | None:
    pairs = [(x, y) for x, y in zip(a[max(shift, 0) :], b[max(-shift, 0) :], strict=False) if x and y]
    if len(pairs) < LEAST:
        return None
    wrong = [(x ^ y).bit_count() for x, y in pairs]
    worst = max(sum(piece) / len(piece) for piece in _pieces(wrong))
    return sum(wrong) / len(wrong) / _BITS, worst / _BITS


def _pieces(wrong: list[int]) -> list[list[int]]:
    """Cut into pieces of PIECE; a short rest belongs to the last."""
    edges = list(range(0, max(len(wrong) - PIECE // 2, 1), PIECE))
    return [wrong[start:end] for start, end in itertools.zip_longest(edges, edges[1:])]
