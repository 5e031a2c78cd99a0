"""`tirek model …`: the stronger voice models that an operator may install."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Column, Table

from bot.detector.models import registry
from bot.detector.models.registry import AUTO, EMBEDDED, ModelError
from bot.outside_commands import calibrated_outside

if TYPE_CHECKING:
    from bot.detector.models import store

EXPERIMENTAL = "experimental: never run here against the real file"
model_app = typer.Typer(help="Stronger voice models: list, pull, use, calibrate.", no_args_is_help=True)
out = Console()
err = Console(stderr=True)

_CHECKPOINTS = (".onnx", ".pth", ".pt", ".ckpt", ".safetensors", ".whl")
Name = Annotated[str, typer.Argument(help="A name from `tirek model list`")]


@contextmanager
def model_explained() -> Iterator[None]:
    """What cannot be done becomes one sentence."""
    from bot.cli import fail

    try:
        yield
    except ModelError as error:
        raise fail(str(error)) from None
    except OSError as error:
        raise fail(f"{error.filename or 'The file'} cannot be read or written ({error.strerror}).") from None


def _root() -> Path:
    from bot.cli import settings_or_fail

    return settings_or_fail().models


def _in_use() -> str:
    """What checks would be done with now."""
    from bot.cli import settings_or_fail
    from bot.detector.models import store
    from bot.detector.scoring import Model

    settings = settings_or_fail()
    name = settings.detector_model.strip().lower()
    if name == AUTO:
        name = store.chosen(settings.models)
    return store.usual(settings.models, Model.load()) if name == AUTO else name


def _size(row: registry.Row) -> str:
    """How large its file is, as far as that is known."""
    if not row.about:
        return "–"
    size = f"{row.about / 1e6:.1f} MB" if row.about < 1e8 else f"{row.about / 1e9:.1f} GB"
    return size if row.bytes else f"about {size}"


@model_app.command(name="list")
def list_models() -> None:
    """What can be had, what is installed, what is used."""
    from bot.detector.models import store

    with model_explained():
        have = store.installed(_root())
        used = _in_use()
        judging = store.judging(_root())
        names = [EMBEDDED, *have, *(name for name in registry.rows() if name not in have)]
        table = Table(*(Column(head, overflow="fold") for head in ("Model", "State", "Size", "Licence", "Languages")))
        table.add_column("What is known", overflow="fold")
        for name in names:
            table.add_row(name, *_row(name, have.get(name), used=name == used))
        out.print(table)
        if used not in (EMBEDDED, *judging):
            out.print(f"DETECTOR_MODEL names {used}, which is not installed.", highlight=False)
        if not judging:
            first = registry.suggested()
            about = f"({_size(first)}, {first.licence})"
            out.print(f"To hear more: tirek model pull {first.id} {about}", highlight=False)


def _row(name: str, have: store.Installed | None, *, used: bool) -> list[str]:
    row = registry.rows().get(name)
    states = ["in use"] if used else []
    if name == EMBEDDED:
        return [", ".join(["always there", *states]), "1.6 MB", "MIT", "–", "What is used when nothing is installed."]
    if have is not None:
        states.insert(0, "installed" if have.calibration() or not have.judges else "installed, not calibrated")
    elif (words := registry.words_file(_root(), name)) is not None and words.is_file():
        states.insert(0, "installed")
    elif row is not None and row.reason:
        states.insert(0, "not to be pulled")
    if row is not None and row.address and not row.sha256:
        states.append("not pinned")
    if row is not None and row.experimental:
        states.append(EXPERIMENTAL)
    if row is None:
        return [", ".join(states), "–", "yours to know", "–", f"From {have.facts.source}." if have else ""]
    measured = f"EER, %: {row.figures}" if row.strength or row.reason else row.figures.capitalize()
    about = f"{measured}. {row.reason or row.note}"
    return [", ".join(states), _size(row), row.licence, row.languages, about]


@model_app.command()
def pull(
    name: Name,
    accept_licence: Annotated[bool, typer.Option(help="Agree to a licence that is not a free one")] = False,
    mirror: Annotated[str | None, typer.Option("--from", help="Another address of the same file")] = None,
) -> None:
    """Download a model, check it, and make it ready."""
    from bot.cli import fail
    from bot.detector.models import store
    from bot.detector.models.pull import fetch

    root = _root()
    row = registry.rows().get(name)
    if row is None:
        raise fail(f"{name} is not known. See: tirek model list. A file of your own: tirek model use FILE")
    if row.reason:
        raise fail(f"{name} cannot be pulled. {row.reason} It is at {row.page}")
    address = mirror or row.address
    if urlsplit(address).scheme not in ("http", "https"):
        raise fail(f"{address} is no address. A file on this machine: tirek model use FILE --name {name}")
    out.print(f"{row.title}, {_size(row)}, {row.page}\nLicence: {row.licence}", highlight=False)
    if not row.free and not accept_licence and not _agreed(row):
        raise fail(f"This licence is not a free one. If you may use it: tirek model pull {name} --accept-licence")
    if not row.sha256:
        out.print("Not pinned: its checksum is not known here. It is checked against what its host states.")
    if row.experimental:
        out.print(f"{EXPERIMENTAL.capitalize()}.", highlight=False)
    root.mkdir(parents=True, exist_ok=True)
    file = root / f".{name}.{row.file_name}"
    with model_explained():
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=err) as progress:
            task = progress.add_task(row.file_name, total=row.bytes or None)

            def tell(done: int, total: int | None) -> None:
                progress.update(task, completed=done, total=total or row.bytes or None)

            fetch(address, file, size=row.bytes, most=row.most, digest=row.sha256, tell=tell)
        if (words := registry.words_file(root, name)) is not None:
            file.replace(words)
            out.print(f"{name} is there: {words}. With the speech extra it is used from the next recording on.")
            return
        with tempfile.TemporaryDirectory(dir=root, prefix=".unpacked-") as folder:
            whole = file.rename(Path(folder) / row.file_name)
            model = store.install(root, whole, name, source=address)
        _say_ready(model)


def _agreed(row: registry.Row) -> bool:
    """Asked where somebody can answer: whether they may use it under its licence."""
    question = f"{row.licence} is not a free licence (see {row.page}). Do you agree to it?"
    return _answers() and typer.confirm(question, err=True)


def _answers() -> bool:
    """Whether somebody sits at the keyboard."""
    return sys.stdin.isatty()


def _say_ready(model: store.Installed) -> None:
    name = model.facts.id
    out.print(f"{name} is installed.", highlight=False)
    if not model.judges:
        out.print("People can compare a note with their own voice, from the next start on: /myvoice", highlight=False)
    elif model.calibration() is None:
        out.print(
            f"It is not calibrated, so it is not used by itself. Type: tirek model calibrate MANIFEST --model {name}",
            highlight=False,
        )
    else:
        out.print("It comes with a calibration: DETECTOR_MODEL=auto uses it from the next start on.", highlight=False)


@model_app.command()
def use(
    what: Annotated[
        str, typer.Argument(help="A name, auto, embedded, or a file: .onnx, .pth, .ckpt, .safetensors, .whl")
    ],
    name: Annotated[str | None, typer.Option(help="What to call a file of yours")] = None,
    columns: Annotated[str, typer.Option(help="Order of two logits: synthetic,human or human,synthetic")] = (
        "synthetic,human"
    ),
) -> None:
    """Choose what DETECTOR_MODEL=auto means; a file is installed first."""
    from bot.detector.models import store

    root = _root()
    with model_explained():
        if what in (AUTO, EMBEDDED):
            store.choose(root, what)
            out.print(f"Checks are done with: {_in_use()}.", highlight=False)
            return
        file = Path(what)
        if file.suffix.lower() in _CHECKPOINTS or file.is_file():
            known = registry.pinned(store.sha256(file))
            model = store.install(root, file, name or (known.id if known else _plain(file.stem)), columns=columns)
            _say_ready(model)
            if not model.judges:
                return
        else:
            model = store.find(root, what)
        store.choose(root, model.facts.id)
        out.print(f"Checks are done with {model.facts.id}, from the next start of the detector on.", highlight=False)
        if model.calibration() is None:
            out.print("Without a calibration every answer is: cannot tell.", highlight=False)


def _plain(stem: str) -> str:
    """A name from a file's."""
    letters = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "-" for sign in stem.lower())
    return letters.strip("-._")[:40]


@model_app.command()
def verify(name: Annotated[str | None, typer.Argument(help="One model; all when not given")] = None) -> None:
    """Check what is installed: files, checksums, and a score that must come out again."""
    from bot.detector.models import store

    root = _root()
    words = {row.id: root / row.file_name for row in registry.rows().values() if row.loader == registry.WORDS}
    words = {each: file for each, file in words.items() if file.is_file() and name in (None, each)}
    wrong = {each: _wrong_words(each, file) for each, file in words.items()}
    with model_explained():
        models = [store.find(root, name)] if name and not words else []
        models = models or ([] if name else list(store.installed(root).values()))
        wrong |= {model.facts.id: store.verify(model) for model in models}
    for each, problems in wrong.items():
        for problem in problems:
            err.print(f"{each}: {problem}", style="red", highlight=False)
        if not problems:
            out.print(f"{each}: as it was installed.", highlight=False)
    if not wrong:
        out.print("Nothing is installed. See: tirek model list", highlight=False)
    if any(wrong.values()):
        raise typer.Exit(1)


def _wrong_words(name: str, file: Path) -> list[str]:
    from bot.detector.models import store

    same = store.sha256(file) == registry.rows()[name].sha256
    return [] if same else [f"{file.name} is not the file that was pulled. Pull it again."]


@model_app.command()
def remove(name: Name) -> None:
    """Delete an installed model and its calibration."""
    from bot.detector.models import store

    words = registry.words_file(_root(), name)
    if words is not None and words.is_file():
        words.unlink()
        out.print(f"{name} is removed.", highlight=False)
        return
    with model_explained():
        store.remove(_root(), name)
    out.print(f"{name} is removed. Checks are done with: {_in_use()}.", highlight=False)


@model_app.command()
def calibrate(
    manifest: Annotated[Path, typer.Argument(help="CSV with path, label, generator, language, source_repository")],
    model: Annotated[str | None, typer.Option("--model", help="Which one; the only one when not given")] = None,
    outside: Annotated[
        str | None,
        typer.Option(help="A service of DETECTOR_PROVIDERS instead: the recordings are sent to it"),
    ] = None,
) -> None:
    """Fit a model's bands on recordings that neither it nor the embedded model was trained on."""
    from bot.cli import fail, settings_or_fail
    from bot.detector.models import fitting, store
    from bot.detector.training import clips

    root = _root()
    with model_explained():
        have = store.judging(root)
        if outside is None and model is None and len(have) != 1:
            raise ModelError(f"{len(have)} models are installed. Say which one: --model NAME")
        try:
            rows = clips.read_manifest(manifest)
        except (ValueError, OSError) as error:
            raise fail(f"{manifest} is no manifest ({error}). A CSV with path and label is needed.") from None
        if outside is not None:
            with _bar(len(rows)) as tick:
                content = calibrated_outside(settings_or_fail(), outside, rows, manifest.name, tick)
            _say_calibrated(outside, content | {"fused": None})
            return
        chosen = store.find(root, model or next(iter(have)))
        if not chosen.judges:
            raise ModelError(f"{chosen.facts.id} compares voices and judges none: there is nothing to calibrate.")
        with _bar(len(rows)) as tick, _parts(chosen) as (decoders, embedded, network):
            heard = fitting.listen(rows, decoders, embedded, network, tick)
        how = f"{len(heard.clips)} recordings of {manifest.name}, as they are"
        content = fitting.fit(
            heard, chosen.facts.files[store.NETWORK], {"name": embedded.name, "version": embedded.version}, how
        )
        store.save_calibration(chosen, content)
    _say_calibrated(chosen.facts.id, content)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[], None]]:
    with Progress(TextColumn("listening"), BarColumn(), MofNCompleteColumn(), console=err) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)


@contextmanager
def _parts(model: store.Installed) -> Iterator[Any]:
    """Decoders, the embedded model, and the network of an installed one."""
    from bot.detector.audio import Limits
    from bot.detector.children import Decoders
    from bot.detector.models import store
    from bot.detector.models.network import Network
    from bot.detector.scoring import Model

    try:
        network = Network(model.folder / store.NETWORK, model.facts.columns)
    except ValueError as error:
        raise ModelError(f"{model.facts.id} is damaged ({error}). Pull it again.") from None
    decoders = Decoders(1, Limits())
    try:
        yield decoders, Model.load(), network
    finally:
        decoders.close()


def _say_calibrated(name: str, content: dict[str, Any]) -> None:
    table = Table("", "EER", "AUC", "caught", "false alarms", "signs right", "no signs right")
    for label, part in ((name, content["alone"]), ("with the embedded one", content["fused"])):
        if part is None:
            continue
        figures = part["figures"]
        shares = [f"{100 * figures[key]:.1f} %" for key in ("caught", "false_alarms", "precision_synthetic")]
        cleared = figures["no_signs_human"] + figures["no_signs_synthetic"]
        right = f"{100 * figures['precision_no_signs']:.1f} %" if cleared else "never said"
        table.add_row(label, f"{figures['eer']:.3f}", f"{figures['auc']:.3f}", *shares, right)
    out.print(table)
    used = content["fused"] or content["alone"]
    if used["thresholds"][-1]["synthetic"] is None:
        out.print("It earns no band: its answer will always be that it cannot tell.", highlight=False)
    out.print(f"Kept with {name}. A running detector takes it up at its next start.", highlight=False)
