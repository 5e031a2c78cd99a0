"""`python -m bot.detector.training AUDIO_DIR…`: train the embedded detector. See docs/model-card.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from bot.detector.models.registry import ModelError
from bot.detector.training import fit
from bot.detector.training.run import Plan, run

TEACHER: Final = Path("models/asvspoof5_aasist.pth")


def _epochs(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def plan_of(arguments: list[str]) -> Plan:
    """Read the command line; wrong use ends the process with argparse's message."""
    usual = fit.Settings()
    parser = argparse.ArgumentParser(prog="python -m bot.detector.training", description=__doc__)
    parser.add_argument(
        "audio", nargs="+", type=Path, metavar="AUDIO_DIR",
        help="folder with manifest.csv; further ones: the same, Common Voice (validated.tsv) or KSC (Transcriptions/)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("build/detector"), help="where the model is written")
    parser.add_argument("--work", type=Path, default=Path("build/detector-work"), help="cached features and members")
    parser.add_argument(
        "--teacher", type=Path, help=f"AASIST state dictionary to distil from; by itself AUDIO_DIR/{TEACHER}"
    )
    parser.add_argument(
        "--beside", action="store_true", help="also calibrate the teacher together with the model, for who installs it"
    )
    parser.add_argument("--rounds", type=int, default=1, help="times that the sources are dealt into folds")
    parser.add_argument("--folds", type=int, default=3, help="members a round; each leaves one fold out")
    parser.add_argument("--epochs", type=_epochs, default=(usual.epochs,), help="for all, or one number for each fold")
    parser.add_argument("--epoch-clips", type=int, default=usual.epoch_clips)
    parser.add_argument("--workers", type=int, default=2, help="processes that compute features")
    parser.add_argument("--threads", type=int, default=2, help="threads of the training itself")
    parser.add_argument("--limit", type=int, default=2000, help="most clips from each Common Voice or KSC folder")
    parser.add_argument("--version", default="1", help="written into calibration.json")
    found = parser.parse_args(arguments)
    if len(found.epochs) not in (1, found.folds):
        parser.error(f"--epochs: one number, or {found.folds} with commas between")
    return Plan(
        audio=tuple(found.audio),
        out=found.out,
        work=found.work,
        teacher=found.teacher or next((f / TEACHER for f in found.audio if (f / TEACHER).is_file()), None),
        beside=found.beside,
        rounds=found.rounds,
        folds=found.folds,
        workers=found.workers,
        threads=found.threads,
        limit=found.limit,
        version=found.version,
        epochs=found.epochs if len(found.epochs) > 1 else (),
        settings=fit.Settings(epochs=found.epochs[0], epoch_clips=found.epoch_clips),
    )


def main() -> int:
    """Train as the command line says; 1 with one line on standard error when the clips cannot be used."""
    plan = plan_of(sys.argv[1:])
    try:
        run(plan, lambda line: print(line, flush=True))
    except (ValueError, OSError, ModelError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
