"""`python -m bot.detector.training.card [FOLDER]`: the tables of docs/model-card.md, from a calibration.json."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.detector.scoring import CALIBRATION_FILE

EMBEDDED = Path(__file__).parents[1] / "embedded"


def percent(value: float) -> str:
    """A share as people read it; small ones keep a decimal."""
    return f"{100 * value:.1f} %" if 0 < value < 0.1 else f"{100 * value:.0f} %"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def overall(named: Mapping[str, Mapping[str, Any]], first: str) -> str:
    """One line for each set of clips or version: ranking, what each band does, calibration."""
    head = [first, "human", "synthetic", "EER", "AUC", "caught", "false alarms", "signs right", "no signs: human"]
    head += ["no signs: synthetic", "no signs right", "calibration error"]
    rows = [
        [
            name,
            str(f["human"]),
            str(f["synthetic"]),
            f"{f['eer']:.3f}",
            f"{f['auc']:.3f}",
            percent(f["caught"]),
            percent(f["false_alarms"]),
            percent(f["precision_synthetic"]) if f["caught"] + f["false_alarms"] else "never said",
            percent(f["no_signs_human"]),
            percent(f["no_signs_synthetic"]),
            percent(f["precision_no_signs"]) if f["no_signs_human"] + f["no_signs_synthetic"] else "never said",
            f"{f['ece']:.3f}",
        ]
        for name, f in named.items()
    ]
    return table(head, rows)


def shares(named: Mapping[str, Mapping[str, Any]], first: str) -> str:
    """One line for each generator or language: what share of its clips gets which mark."""
    rows = []
    for name, row in named.items():
        for label in ("human", "synthetic"):
            if label in row:
                rank = f"{row['auc']:.2f}" if label == "synthetic" else "–"
                marks = [percent(row[f"signs_{label}"]), percent(row[f"no_signs_{label}"])]
                rows.append([name, label, str(row[label]), rank, *marks])
    return table([first, "label", "clips", "AUC against all human clips", "signs of synthesis", "no signs"], rows)


def tables(calibration: Mapping[str, Any]) -> str:
    """All tables of the card."""
    figures = calibration["figures"]
    outside = figures["never_trained_on"]
    parts = [
        "### All clips, neural voices only, and length",
        overall({"all": figures, "neural voices only": figures["neural_only"], **figures["by_length"]}, "clips"),
        "### By codec and disturbance",
        overall(figures["by_codec"], "version"),
        "### By generator",
        shares(figures["by_generator"], "generator"),
        "### By language",
        shares(figures["by_language"], "language"),
    ]
    for key in outside:
        parts += [f"### Never trained on, {key.replace('_', ' ')}", shares(outside[key], key.removeprefix("by_"))]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else EMBEDDED
    print(tables(json.loads((folder / CALIBRATION_FILE).read_text(encoding="utf-8"))))
