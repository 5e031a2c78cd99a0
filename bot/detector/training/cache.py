"""Features of every version of every clip, computed once and kept in a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE, log_bands
from bot.detector.training import augment, codecs
from bot.detector.training.clips import Clip

LONGEST_S = 30


@dataclass(frozen=True, slots=True)
class Cached:
    """A clip's versions: log bands (frames, 80), float16, by index in augment.VERSIONS."""

    clip: Clip
    logs: Mapping[int, NDArray[np.float16]]


ALL: Final = tuple(range(len(augment.VERSIONS)))


def cache_name(clip: Clip) -> str:
    """What the clip's files are called: by its address, its size and the recipe of the versions."""
    stat = clip.path.stat()
    return hashlib.sha256(f"{clip.path}|{stat.st_size}|{augment.VERSIONS}".encode()).hexdigest()[:24]


def build(clip: Clip, folder: Path, versions: Sequence[int] = ALL) -> Path | None:
    """Write these versions of a clip unless they are there; None for a file that cannot be read as ≥ 1 s of sound."""
    name = cache_name(clip)
    part_of = "" if tuple(versions) == ALL else "-" + "-".join(map(str, versions))
    target = folder / f"{name}{part_of}.npz"
    if target.exists():
        return target
    try:
        samples = codecs.decode(clip.path)[: LONGEST_S * RATE]
    except (av.FFmpegError, OSError, IndexError):
        return None
    if len(samples) < RATE or float(np.abs(samples).max()) < 1e-4:
        return None
    samples = samples * np.float32(0.05 / np.sqrt(np.mean(samples**2)))
    rng = np.random.default_rng(int(name[:12], 16))
    arrays: dict[str, NDArray[np.float16]] = {}
    for index in versions:
        heard = augment.version(samples, index, rng)
        arrays[f"logs{index}"] = log_bands(heard).astype(np.float16)
    part = target.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, allow_pickle=False, **arrays)
    part.replace(target)
    return target


def build_all(
    clips: Sequence[Clip],
    folder: Path,
    workers: int = 2,
    say: Callable[[str], None] = print,
    versions: Sequence[int] = ALL,
) -> list[Cached]:
    """Every readable clip with its features in memory (about 1 MB a clip); unreadable ones are counted and said."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        files = list(pool.map(build, clips, repeat(folder), repeat(versions), chunksize=8))
    ready = [load(clip, file) for clip, file in zip(clips, files, strict=True) if file is not None]
    say(f"{len(ready)} clips ready, {len(clips) - len(ready)} could not be read")
    return ready


def load(clip: Clip, file: Path) -> Cached:
    """Read a clip's features back."""
    with np.load(file, allow_pickle=False) as data:
        logs = {int(key.removeprefix("logs")): data[key] for key in data.files if key.startswith("logs")}
    return Cached(clip, logs)
