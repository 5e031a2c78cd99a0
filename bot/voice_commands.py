"""`tirek check` and `tirek evaluate-voices`: the chat's voice check in a terminal, and its figures."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table
from rich.text import Text

voice_app = typer.Typer()
out = Console()
err = Console(stderr=True)

BANDS = {
    "synthetic": "signs of synthesis",
    "no_signs": "no signs found",
    "unsure": "cannot tell",
    "error": "could not check",
}
# What a figure means, in the order of the contract.
FIGURES = {
    "n": "recordings",
    "eer": "equal error rate",
    "auc": "how often a synthetic one scores higher than a human one",
    "precision_synthetic": "of those marked synthetic, the share that is",
    "caught": "of the synthetic ones, the share that is marked",
    "false_alarms": "of the human ones, the share that is marked",
    "precision_no_signs": "of those without signs, the share that is human",
    "coverage": "share that gets either mark",
    "ece": "calibration error of p",
    "seconds_per_minute": "seconds of work for a minute of audio",
}
GROUPS = ("n", "eer", "auc", "caught", "false_alarms", "ece")


@voice_app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Recordings")] = None,
    listed: Annotated[Path | None, typer.Option("--list", help="One path a line; - is standard input; JSON")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a recording")] = False,
) -> None:
    """Check recordings in this process, as the chat does."""
    from bot.cli import fail, lines_of, print_rows
    from bot.detector.listing import check_list

    if not files and listed is None:
        raise fail("Give recordings, for example: tirek check note.ogg --json")
    names = [str(path) for path in files or []]
    with _checker() as checker:
        if listed is not None:
            print_rows(check_list(checker, lines_of(listed)))
        elif as_json:
            print_rows(check_list(checker, names))
        else:
            with _progress(len(names)) as tick:
                rows = []
                for row in check_list(checker, names):
                    rows.append(row)
                    tick()
            out.print(_checked(rows))
            out.print(Text("Evidence, never proof: no signs found does not mean that a person spoke.", style="dim"))


@voice_app.command(name="evaluate-voices")
def evaluate_voices(
    manifest: Annotated[Path, typer.Argument(help="CSV with path, label, generator, language")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Measure the voice check on labelled recordings."""
    from bot.cli import fail, print_rows
    from bot.detector.listing import BadManifest, evaluate, read_manifest

    wanted = "Give a CSV with the columns path,label,generator,language."
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            rows = read_manifest(file)
    except OSError as error:
        raise fail(f"{manifest} cannot be read ({error.strerror}). {wanted}") from None
    except (BadManifest, UnicodeDecodeError, csv.Error) as error:
        raise fail(f"{manifest} is no manifest ({error}). {wanted}") from None
    with _checker() as checker:
        if as_json:
            print_rows([evaluate(checker, rows, manifest.parent)])
            return
        with _progress(len(rows)) as tick:
            figures = evaluate(checker, rows, manifest.parent, tick)
    for table in _measured(figures):
        out.print(table)


@contextmanager
def _checker() -> Iterator[Any]:
    from bot.cli import settings_or_fail
    from bot.detector.audio import Limits
    from bot.detector.checks import Checker
    from bot.detector.children import Decoders
    from bot.detector.models.store import listener
    from bot.model_commands import model_explained

    settings = settings_or_fail()
    with model_explained():
        model = listener(settings.detector_model, settings.models)
    decoders = Decoders(1, Limits())
    try:
        yield Checker(model, decoders)
    finally:
        decoders.close()


@contextmanager
def _progress(count: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, so that the table alone goes into a file. What it yields moves it by one."""
    columns = TextColumn("listening"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("", total=count)
        yield lambda: progress.advance(task)


def _checked(rows: list[dict[str, Any]]) -> Table:
    table = Table(
        Column("Recording", overflow="fold"), "Finding", "Why", Column("p", justify="right"), "Speech", "Seconds"
    )
    for row in rows:
        p = "" if row["p"] is None else f"{row['p']:.2f}"
        reason = (row["reason"] or "").replace("_", " ")
        speech, seconds = f"{row['speech_s']:.1f}", f"{row['seconds']:.1f}"
        table.add_row(Text(row["path"]), BANDS[row["band"]], reason, p, speech, seconds)
    return table


def _measured(figures: dict[str, Any]) -> Iterator[Table]:
    whole = Table("Figure", Column("Value", justify="right"), "Meaning", title="Both classes weigh the same")
    for name, meaning in FIGURES.items():
        whole.add_row(name, _number(figures[name]), meaning)
    yield whole
    for part, title in (("by_generator", "By generator"), ("by_language", "By language")):
        table = Table(part.removeprefix("by_"), *(Column(name, justify="right") for name in GROUPS), title=title)
        for name, own in figures[part].items():
            table.add_row(Text(name or "(none)"), *(_number(own[figure]) for figure in GROUPS))
        yield table


def _number(value: Any) -> str:
    return "–" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
