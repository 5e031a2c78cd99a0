"""Features of every version of every clip, computed once and kept in a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE, log_bands
from bot.detector.training import augment, codecs
from bot.detector.training.clips import Clip

TEACHER_SAMPLES = 64_600  # what the teacher hears
LONGEST_S = 30


@dataclass(frozen=True, slots=True)
class Cached:
    """A clip's versions: log bands (frames, 80), float16, in the order of augment.VERSIONS."""

    clip: Clip
    logs: tuple[NDArray[np.float16], ...]


def cache_name(clip: Clip) -> str:
    stat = clip.path.stat()
    return hashlib.sha256(f"{clip.path}|{stat.st_size}|{augment.VERSIONS}".encode()).hexdigest()[:24]


def build(clip: Clip, folder: Path) -> Path | None:
    """Write one clip's versions unless they are there; None for a file that cannot be read as speech of ≥ 1 s."""
    target = folder / f"{cache_name(clip)}.npz"
    if target.exists():
        return target
    try:
        samples = codecs.decode(clip.path)[: LONGEST_S * RATE]
    except (av.FFmpegError, OSError, IndexError):
        return None
    if len(samples) < RATE or float(np.abs(samples).max()) < 1e-4:
        return None
    samples = samples * np.float32(0.05 / np.sqrt(np.mean(samples**2)))
    rng = np.random.default_rng(int(target.stem[:12], 16))
    arrays: dict[str, NDArray[np.float16]] = {}
    for index in range(len(augment.VERSIONS)):
        heard = augment.version(samples, index, rng)
        arrays[f"logs{index}"] = log_bands(heard).astype(np.float16)
    part = target.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, allow_pickle=False, **arrays)
    part.replace(target)
    return target


def build_all(
    clips: Sequence[Clip], folder: Path, workers: int = 2, say: Callable[[str], None] = print
) -> list[Cached]:
    """Every readable clip with its features in memory (about 1 MB a clip); unreadable ones are counted and said."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        files = list(pool.map(build, clips, [folder] * len(clips), chunksize=8))
    ready = [load(clip, file) for clip, file in zip(clips, files, strict=True) if file is not None]
    say(f"{len(ready)} clips ready, {len(clips) - len(ready)} could not be read")
    return ready


def load(clip: Clip, file: Path) -> Cached:
    """Read a clip's features back."""
    with np.load(file, allow_pickle=False) as data:
        logs = tuple(data[f"logs{index}"] for index in range(len(augment.VERSIONS)))
    return Cached(clip, logs)
