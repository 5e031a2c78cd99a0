"""Many files: `check --list`, and the figures of `evaluate-voices`.

The same `Checker` as the service, in this process, without a server.
"""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
from numpy.typing import NDArray

from bot.detector.checks import Checker, Finding

HUMAN: Final = "human"
SYNTHETIC: Final = "synthetic"
_BINS: Final = 10


class BadManifest(Exception):
    """The manifest cannot be used; the message says which row or column and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recording of a manifest and what is known about it."""

    path: str
    label: str
    generator: str
    language: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what the detector said. `seconds` of audio, `took_s` of work."""

    row: Row
    band: str
    p: float | None
    seconds: float
    took_s: float


def check_file(checker: Checker, path: Path) -> Finding:
    """The finding for a file. One that cannot be read is an `error` like any other that holds no recording."""
    try:
        with path.open("rb") as file:
            data = file.read(checker.max_bytes + 1)
    except (OSError, ValueError):  # ValueError: no system has a file of such a name
        return checker.failed("not_audio")
    return checker.check(data)


def check_list(checker: Checker, paths: Iterable[str], workers: int = 1) -> Iterator[dict[str, Any]]:
    """One object a path, in the order given, as each is ready. `workers` files are looked at side by side.

    Lines may come from a pipe: their ends are dropped, empty ones skipped, and no more are read than are worked on.
    """
    names = (name for name in (line.rstrip("\r\n") for line in paths) if name)
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[tuple[str, Future[Finding]]] = deque()
        for name in itertools.chain(names, itertools.repeat(None)):
            if name is not None:
                waiting.append((name, pool.submit(check_file, checker, Path(name))))
            if waiting and (name is None or len(waiting) >= workers):
                done, future = waiting.popleft()
                yield {"path": done, **future.result().as_dict()}
            if name is None and not waiting:
                return


def read_manifest(file: TextIO) -> list[Row]:
    """Rows of a CSV with `path,label,generator,language`; further columns are ignored. Raises BadManifest."""
    reader = csv.DictReader(file)
    missing = {"path", "label", "generator", "language"} - set(reader.fieldnames or ())
    if missing:
        raise BadManifest(f"the manifest lacks the column {', '.join(sorted(missing))}")
    rows = []
    for number, fields in enumerate(reader, start=2):
        label = (fields["label"] or "").strip().lower()
        if label not in (HUMAN, SYNTHETIC):
            raise BadManifest(f"line {number}: label {label!r} is neither human nor synthetic")
        rows.append(Row(fields["path"], label, fields["generator"] or "", fields["language"] or ""))
    if not rows:
        raise BadManifest("the manifest has no rows")
    return rows


def evaluate(
    checker: Checker, rows: Sequence[Row], folder: Path, tick: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Check every row and return the figures of the contract. Paths count from `folder`; `tick` after each row.

    One after another, so that `seconds_per_minute` is the time of one recording, not of several sharing a machine.
    """
    judged = []
    for row in rows:
        finding = check_file(checker, folder / row.path)
        judged.append(Judged(row, finding.band, finding.p, finding.seconds, finding.ms / 1000))
        tick()
    return report(judged)


def report(judged: Sequence[Judged]) -> dict[str, Any]:
    """The figures over all rows, and by generator and language.

    A synthetic generator is set against all human recordings, `human` against all synthetic ones; a language stands
    on its own. `n` counts the group's own recordings. What a group lacks a class for is null.
    """
    classes = {label: [j for j in judged if j.row.label == label] for label in (HUMAN, SYNTHETIC)}
    by_generator: dict[str, Any] = {}
    for generator in sorted({j.row.generator for j in judged}):
        own = [j for j in judged if j.row.generator == generator]
        labels = {j.row.label for j in own}
        others = [] if len(labels) == 2 else classes[HUMAN if labels == {SYNTHETIC} else SYNTHETIC]
        by_generator[generator] = figures([*own, *others]) | {"n": len(own), "seconds_per_minute": _pace(own)}
    by_language = {
        language: figures([j for j in judged if j.row.language == language])
        for language in sorted({j.row.language for j in judged})
    }
    return figures(judged) | {"by_generator": by_generator, "by_language": by_language}


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """EER, AUC, precision of the bands, coverage, calibration; both classes weigh the same, whatever their number."""
    synthetic = [j for j in judged if j.row.label == SYNTHETIC]
    human = [j for j in judged if j.row.label == HUMAN]
    fakes, people = _probabilities(synthetic), _probabilities(human)
    caught, false_alarms = _share(synthetic, "synthetic"), _share(human, "synthetic")
    missed, cleared = _share(synthetic, "no_signs"), _share(human, "no_signs")
    covered = [a + b for a, b in ((caught, missed), (false_alarms, cleared)) if a is not None and b is not None]
    both = bool(synthetic and human)
    return {
        "n": len(judged),
        "eer": _rounded(equal_error_rate(people, fakes) if both else None),
        "auc": _rounded(area_under_curve(people, fakes) if both else None),
        "precision_synthetic": _rounded(_precision(caught, false_alarms)),
        "caught": _rounded(caught),
        "false_alarms": _rounded(false_alarms),
        "precision_no_signs": _rounded(_precision(cleared, missed)),
        "coverage": _rounded(sum(covered) / len(covered) if covered else None),
        "ece": _rounded(calibration_error(people, fakes) if both else None),
        "seconds_per_minute": _pace(judged),
    }


def area_under_curve(human: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    """How often a synthetic recording scores higher than a human one; ties count half."""
    order = np.sort(human)
    below = np.searchsorted(order, synthetic, "left")
    level = np.searchsorted(order, synthetic, "right")
    return float((below + level).mean() / 2 / len(human))


def equal_error_rate(human: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    """The error where as many human recordings are taken for synthetic as the other way round, 0 … 1.

    Between two thresholds the curve is taken as straight.
    """
    thresholds = np.unique(np.concatenate([human, synthetic]))
    alarms = np.append(1 - np.searchsorted(np.sort(human), thresholds, "left") / len(human), 0.0)
    misses = np.append(np.searchsorted(np.sort(synthetic), thresholds, "left") / len(synthetic), 1.0)
    gap = alarms - misses  # from 1 down to -1
    after = int(np.argmax(gap <= 0))
    if after == 0 or gap[after] == 0:
        return float(alarms[after])
    share = gap[after - 1] / (gap[after - 1] - gap[after])
    return float(alarms[after - 1] + share * (alarms[after] - alarms[after - 1]))


def calibration_error(human: NDArray[np.float64], synthetic: NDArray[np.float64]) -> float:
    """Expected calibration error of p over ten equal bins, each class with half of the weight."""
    p = np.concatenate([human, synthetic])
    weight = np.concatenate([np.full(len(human), 0.5 / len(human)), np.full(len(synthetic), 0.5 / len(synthetic))])
    truth = np.concatenate([np.zeros(len(human)), np.ones(len(synthetic))])
    bins = np.minimum((p * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, weight * (truth - p), _BINS)
    return float(np.abs(gaps).sum())


def _probabilities(judged: Sequence[Judged]) -> NDArray[np.float64]:
    """p of each; a recording that was not scored counts as undecided."""
    return np.array([0.5 if j.p is None else j.p for j in judged], dtype=np.float64)


def _share(judged: Sequence[Judged], band: str) -> float | None:
    return sum(j.band == band for j in judged) / len(judged) if judged else None


def _precision(right: float | None, wrong: float | None) -> float | None:
    """Of what gets a band, the share that belongs there, with as many human as synthetic recordings."""
    if right is None or wrong is None or right + wrong == 0:
        return None
    return right / (right + wrong)


def _pace(judged: Sequence[Judged]) -> float | None:
    """Seconds of work for a minute of audio, decoding included."""
    seconds = sum(j.seconds for j in judged)
    return _rounded(sum(j.took_s for j in judged) / (seconds / 60)) if seconds else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
