"""Fit and measure `bot/detector/speakers.py`: python -m bot.detector.training.speakers AUDIO_DIR

AUDIO_DIR holds manifest.csv with the columns path, label, speaker, seconds, split (train or dev), source_repository,
licence. Directions and threshold come from the split `train`, the figures from `dev`; share-alike recordings are left
out. Two recordings of different people, cut in halves and put together in turn (A B A B), stand for a talk; two of one
person, put together likewise, show how much of what is found is only the change of the recording.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from bot.detector.activity import FRAMES, Mask, analyse
from bot.detector.audio import RATE, Unusable
from bot.detector.children import Decoders
from bot.detector.features import Floats
from bot.detector.speakers import apart, described, voiced_looks
from bot.detector.training.clips import SHARE_ALIKE

DIRECTIONS: Final = 3
ALARMS: Final = 0.015  # of single speakers in training, and of one speaker's recordings put together
LONGEST_S: Final = 4.0  # of each half
PAIRS: Final = 300
FILE: Final = Path(__file__).parent.parent / "embedded" / "speakers.json"


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording of one person."""

    speaker: str
    source: str
    split: str
    human: bool
    samples: Floats
    speech: Mask


def read(folder: Path) -> list[Voice]:
    """Recordings of 3 s or more. Of synthetic ones every second, which is enough to count false alarms."""
    found = []
    with (folder / "manifest.csv").open(encoding="utf-8") as file, Decoders(1) as decoders:
        for number, row in enumerate(csv.DictReader(file)):
            human = row["label"] == "human"
            if float(row["seconds"]) < 3 or SHARE_ALIKE in row["licence"] or (not human and number % 2):
                continue
            try:
                samples = decoders.decode((folder / row["path"]).read_bytes()).samples
            except Unusable:
                continue
            speech = analyse(samples).speech
            found.append(Voice(row["speaker"], row["source_repository"], row["split"], human, samples, speech))
    return found


def rows_of(*voices: Voice) -> Floats:
    """The pieces of one recording, or of two in turn."""
    if len(voices) == 1:
        return described(voiced_looks(voices[0].samples, voices[0].speech))
    samples, speech = [], []
    half = min(LONGEST_S, *(len(voice.speech) / FRAMES / 2 for voice in voices))
    for turn in (0, 1):
        for voice in voices:
            frames = slice(int(turn * half * FRAMES), int((turn + 1) * half * FRAMES))
            speech.append(voice.speech[frames])
            piece = voice.samples[frames.start * RATE // FRAMES : frames.stop * RATE // FRAMES]
            samples.append(piece * np.float32(0.1 / max(float(piece.std()), 1e-4)))  # one talk has one level
    return described(voiced_looks(np.concatenate(samples), np.concatenate(speech)))


def talks(voices: list[Voice], draw: np.random.Generator, *, same_source: bool) -> list[Floats]:
    """Pairs of different people, of one corpus or of two."""
    found: list[Floats] = []
    while len(found) < PAIRS:
        a, b = (voices[k] for k in draw.choice(len(voices), 2, replace=False))
        corpus = [(v.source, v.speaker.split("-")[0]) for v in (a, b)]
        if a.speaker != b.speaker and (corpus[0] == corpus[1]) is same_source:
            found.append(rows_of(a, b))
    return found


def alone(voices: list[Voice], draw: np.random.Generator) -> list[Floats]:
    """Pairs of recordings of one person."""
    by_speaker = defaultdict(list)
    for voice in voices:
        by_speaker[voice.speaker].append(voice)
    several = [each for each in by_speaker.values() if len(each) > 1]
    found = []
    for _ in range(PAIRS):
        mine = several[draw.integers(len(several))]
        a, b = draw.choice(len(mine), 2, replace=False)
        found.append(rows_of(mine[a], mine[b]))
    return found


def directions(pieces: list[Floats]) -> Floats:
    """Where speakers differ most for how little one speaker varies (Fisher), scaled to a variance of 1 within."""
    pieces = [each for each in pieces if len(each) >= 4]
    within = np.cov(np.concatenate([each - each.mean(axis=0) for each in pieces]).T)
    between = np.cov(np.array([each.mean(axis=0) for each in pieces]).T)
    steady = within + 1e-3 * np.eye(len(within)) * np.trace(within) / len(within)
    gains, vectors = np.linalg.eig(np.linalg.solve(steady, between))
    best = vectors.real[:, np.argsort(-gains.real)[:DIRECTIONS]]
    scaled: Floats = (best / np.sqrt(np.diag(best.T @ within @ best))).astype(np.float32)
    return scaled


def main(folder: Path) -> None:
    """Fit, write the file, print the figures."""
    draw = np.random.default_rng(1)
    voices = read(folder)
    train = [voice for voice in voices if voice.human and voice.split == "train"]
    dev = [voice for voice in voices if voice.human and voice.split == "dev"]
    singles = [rows_of(voice) for voice in train]
    projection = directions(singles)

    def distances(rows: list[Floats]) -> Any:
        return np.array([apart(each @ projection) for each in rows])

    calm = [distances(singles), distances(alone(train, draw))]
    threshold = max(float(np.quantile(each, 1 - ALARMS)) for each in calm)
    sets = {
        "found_same_corpus": talks(dev, draw, same_source=True),
        "found_two_corpora": talks(dev, draw, same_source=False),
        "alarms_human": [rows_of(voice) for voice in dev],
        "alarms_synthetic": [rows_of(voice) for voice in voices if not voice.human],
        "alarms_one_person_two_recordings": alone(dev, draw),
    }
    figures: dict[str, Any] = {
        name: {"n": len(rows), "share": round(float((distances(rows) > threshold).mean()), 3)}
        for name, rows in sets.items()
    }
    content = {"projection": projection.round(4).tolist(), "threshold": round(threshold, 2), "figures": figures}
    FILE.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
