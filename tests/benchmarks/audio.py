"""Seconds of work for a minute of recording, decoding included, as `tirek check` does it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bot.detector.audio import Limits
from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.scoring import Model
from tests.benchmarks.figures import Figure
from tests.detector.sounds import encode, speech

FORMATS = {"Ogg/Opus": ("ogg", "libopus"), "MP3": ("mp3", "libmp3lame"), "WAV": ("wav", "pcm_s16le")}
ENDINGS = frozenset({".ogg", ".oga", ".opus", ".mp3", ".m4a", ".mp4", ".wav", ".flac", ".webm"})
MOST_FILES = 60


async def measure(folder: Path, seconds: float = 60.0, rounds: int = 3) -> list[Figure]:
    """Synthesised speech of `seconds` in three formats, `rounds` times each; and the recordings below AUDIO_DIR, where
    that is set (the first 60 by name)."""
    figures = []
    decoders = Decoders(1, Limits())
    try:
        checker = Checker(Model.load(), decoders)
        checker.check(encode(speech(3.0)))  # starts the child and loads the network: not part of a minute
        for name, (kind, codec) in FORMATS.items():
            clips = [encode(speech(seconds, seed), kind, codec) for seed in range(1, rounds + 1)]
            figures += _checked(checker, name, clips, must_score=True)
        given = os.environ.get("AUDIO_DIR")
        if given:
            figures += _checked(checker, "AUDIO_DIR", _recordings(Path(given)), must_score=False)
    finally:
        decoders.close()
    return figures


def _recordings(folder: Path) -> Iterable[bytes]:
    """Raises FileNotFoundError when there is none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)[:MOST_FILES]
    if not found:
        raise FileNotFoundError(f"AUDIO_DIR {folder} holds no recordings")
    return (path.read_bytes() for path in found)


def _checked(checker: Checker, name: str, clips: Iterable[bytes], *, must_score: bool) -> list[Figure]:
    minutes = wall = cpu = 0.0
    count = 0
    for clip in clips:
        cpu_before, began = _cpu_s(), time.perf_counter()
        finding = checker.check(clip)
        wall += time.perf_counter() - began
        cpu += _cpu_s() - cpu_before
        if must_score and finding.p is None:  # a refusal is quick, and no figure
            raise RuntimeError(f"{name}: not scored, {finding.band} ({finding.reason})")
        minutes += finding.seconds / 60
        count += 1
    if not minutes:
        raise RuntimeError(f"{name}: nothing could be decoded")
    note = f"{count} clips, {minutes:.1f} min"
    return [
        Figure(f"a minute of {name}, CPU", cpu / minutes, "s", note),
        Figure(f"a minute of {name}, wall", wall / minutes, "s", note),
    ]


def _cpu_s() -> float:
    """CPU seconds of this process and of its children, the decoding one among them."""
    me = psutil.Process()
    total = 0.0
    for process in (me, *me.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # ended this moment
            continue
        total += times.user + times.system
    return total
