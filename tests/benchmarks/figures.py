"""What a benchmark hands back: named figures with units, and how many values become one."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `note` says how much was measured, or beside what to read the value."""

    name: str
    value: float
    unit: str
    note: str = ""

    @property
    def shown(self) -> str:
        """The value to three significant digits, never in powers of ten."""
        if self.value == int(self.value) or abs(self.value) >= 100:
            return f"{self.value:.0f}"
        return f"{self.value:.3f}" if abs(self.value) < 1 else f"{self.value:.3g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` (0..1) of all do not exceed. Raises ValueError when there is none."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-len(ordered) * share // 1) - 1))]


def spread(name: str, values: Sequence[float], unit: str, note: str = "") -> list[Figure]:
    """Median and 95th percentile."""
    note = f"{note}, n={len(values)}" if note else f"n={len(values)}"
    return [
        Figure(f"{name}, p50", statistics.median(values), unit, note),
        Figure(f"{name}, p95", percentile(values, 0.95), unit, note),
    ]
