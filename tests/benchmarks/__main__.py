"""`python -m tests.benchmarks [NAME…]`: run the named measurements, or all, and print what they found."""

from __future__ import annotations

import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks import (
    audio,
    claims,
    due,
    growth,
    latency,
    lateness,
    memory,
    models,
    pictures,
    questions,
    reading,
    sealing,
    sending,
    steps,
    updates,
)
from tests.benchmarks.figures import Figure

BENCHMARKS: dict[str, Callable[[Path], Coroutine[Any, Any, list[Figure]]]] = {
    "latency": latency.measure,
    "lateness": lateness.measure,
    "due": due.measure,
    "claims": claims.measure,
    "sending": sending.measure,
    "updates": updates.measure,
    "growth": growth.measure,
    "audio": audio.measure,
    "models": models.measure,
    "questions": questions.measure,
    "steps": steps.measure,
    "reading": reading.measure,
    "pictures": pictures.measure,
    "sealing": sealing.measure,
    "memory": memory.measure,
}


def table(name: str, figures: Sequence[Figure]) -> Table:
    """The figures of one measurement."""
    made = Table("Figure", "Value", "", "Measured on", title=name, title_justify="left", title_style="bold")
    made.columns[1].justify = "right"
    for figure in figures:
        made.add_row(figure.name, figure.shown, figure.unit, figure.note)
    return made


def load() -> str:
    """How busy the machine is."""
    if not hasattr(os, "getloadavg"):
        return "load unknown"
    return "load " + " ".join(f"{value:.1f}" for value in os.getloadavg())


def main(names: Sequence[str]) -> int:
    """Exit status: 2 for a name that is none, 1 when a measurement failed."""
    out = Console(highlight=False)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        out.print(f"No such measurement: {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.", markup=False)
        return 2
    out.print(
        f"{os.cpu_count()} processors, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )
    failed = 0
    for name in names or BENCHMARKS:
        out.print(f"\n{name}, {load()} …")
        try:
            with tempfile.TemporaryDirectory(prefix="tirek-bench-", ignore_cleanup_errors=True) as folder:
                figures = asyncio.run(BENCHMARKS[name](Path(folder)))
        except Exception as error:  # the others are still worth knowing
            out.print(f"{name} failed: {type(error).__name__}: {error}", markup=False, style="red")
            failed = 1
            continue
        out.print(table(name, figures))
    out.print(f"\nat the end {load()}")
    return failed


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
