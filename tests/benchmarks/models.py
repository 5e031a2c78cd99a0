"""The embedded model, each model that can be loaded, and both together: speed, memory and, on recordings with labels,
what they tell apart. Each in a process of its own, so that memory is its own.

Files of checkpoints are looked for in AUDIO_DIR/models and among the installed models; without any, the structure of
AASIST is measured with random weights, which says how fast it is and nothing of how good.
"""

from __future__ import annotations

import asyncio
import csv
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil  # type: ignore[import-untyped]

from bot.detector.audio import Limits
from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.models import registry, store
from bot.detector.models.registry import EMBEDDED
from bot.detector.training import metrics
from bot.settings import Settings
from tests.benchmarks.figures import Figure
from tests.detector import checkpoints
from tests.detector.sounds import encode, speech

MOST_CLIPS = 120  # of each class
_PATIENCE_S = 1800


async def measure(folder: Path, seconds: float = 60.0, rounds: int = 2, most: int = MOST_CLIPS) -> list[Figure]:
    """For each model: minutes of recording a minute of one processor, memory, and with AUDIO_DIR the ranking."""
    root = folder / "models"
    names = [EMBEDDED, *_models(root)]
    clip = folder / "clip.ogg"
    clip.write_bytes(encode(speech(seconds)))
    figures: list[Figure] = []
    for name in names:
        found = await asyncio.to_thread(_in_a_process, name, root, clip, rounds, most)
        label = f"{found['model']}{' (random weights)' if name == 'structure' else ''}"
        figures.append(Figure(f"{label}: real time", found["minutes"] / found["cpu_minutes"], "×", "decoding included"))
        figures.append(Figure(f"{label}: RSS", found["rss"] / 2**20, "MB", "loaded and used, without decoding"))
        if "eer" in found:
            note = f"{found['clips']} clips of AUDIO_DIR" + (", heard in training" if "embedded" in label else "")
            figures += [
                Figure(f"{label}: {key}", found[key], "share", note) for key in ("eer", "caught", "false alarms")
            ]
    return figures


def _models(root: Path) -> list[str]:
    """Install what is at hand into `root`; the names."""
    given = os.environ.get("AUDIO_DIR")
    files = sorted((Path(given) / "models").glob("*.pth")) if given else []
    names = []
    for file in files:
        row = registry.pinned(store.sha256(file))
        names.append(store.install(root, file, row.id if row else file.stem.lower().replace("_", "-")).facts.id)
    for name, model in store.judging(Settings().models).items():
        if name not in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).symlink_to(model.folder.resolve(), target_is_directory=True)
            names.append(name)
    if not names:
        path = checkpoints.write(root.parent / "structure.pth", checkpoints.aasist())
        names.append(store.install(root, path, "structure").facts.id)
    return names


def _in_a_process(name: str, root: Path, clip: Path, rounds: int, most: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.models", name, str(root), str(clip), str(rounds), str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measured(name: str, root: Path, clip: Path, rounds: int, most: int) -> dict[str, Any]:
    """What one model does, measured in this process."""
    decoders = Decoders(1, Limits())
    try:
        checker = Checker(store.listener(name, root), decoders)
        data = clip.read_bytes()
        checker.check(data)  # starts the child: not part of a minute
        began, minutes = _cpu_s(), 0.0
        for _ in range(rounds):
            finding = checker.check(data)
            if finding.p is None:
                raise RuntimeError(f"not scored: {finding.band} ({finding.reason})")
            minutes += finding.seconds / 60
        found = {
            "model": checker.name,
            "minutes": minutes,
            "cpu_minutes": max(1e-9, (_cpu_s() - began) / 60),
            "rss": psutil.Process().memory_info().rss,
        }
        given = os.environ.get("AUDIO_DIR")
        return found | (_ranked(checker, Path(given), most) if given else {})
    finally:
        decoders.close()


def _ranked(checker: Checker, folder: Path, most: int) -> dict[str, Any]:
    """EER and the band `synthetic` on the first `most` scored clips of each class, those of split `dev` where named."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row.get("split", "dev") == "dev"]
    scores: list[float] = []
    marks: list[tuple[bool, bool]] = []
    left = {"human": most, "synthetic": most}
    for row in rows[:: max(1, len(rows) // (4 * most))]:
        if not left.get(row["label"]):
            continue
        finding = checker.check((folder / row["path"]).read_bytes())
        if finding.p is None:
            continue
        left[row["label"]] -= 1
        scores.append(finding.p)
        marks.append((row["label"] == "synthetic", finding.band == "synthetic"))
    synthetic = np.array([each for each, _ in marks], dtype=np.bool_)
    marked = np.array([each for _, each in marks], dtype=np.bool_)
    return {
        "clips": len(marks),
        "eer": metrics.eer(np.array(scores), synthetic),
        "caught": float(marked[synthetic].mean()),
        "false alarms": float(marked[~synthetic].mean()),
    }


def _cpu_s() -> float:
    """CPU seconds of this process and its decoding child; waiting for a busy machine costs none."""
    me = psutil.Process()
    spent = time.process_time()
    for child in me.children(recursive=True):
        times = child.cpu_times()
        spent += times.user + times.system
    return spent


if __name__ == "__main__":
    name, root, clip, rounds, most = sys.argv[1:]
    print(json.dumps(_measured(name, Path(root), Path(clip), int(rounds), int(most))))
