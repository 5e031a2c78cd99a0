"""`tirek model …`: what an operator types, reads and gets."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from bot import cli, model_commands
from bot.detector.models import fitting, registry, store
from bot.detector.models.registry import Row
from bot.settings import Settings
from tests.detector import checkpoints, sounds
from tests.detector.test_pull import Server

Tirek = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tirek(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tirek:
    """`tirek …` in this process, in an empty folder: status, standard output, standard error."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    for module in (cli, model_commands):  # a console keeps the COLUMNS it began with
        monkeypatch.setattr(module, "out", Console(width=400))
        monkeypatch.setattr(module, "err", Console(stderr=True, width=400))

    def call(*arguments: str | Path, **settings: str) -> tuple[int, str, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        result = CliRunner(env={"COLUMNS": "400"}).invoke(cli.app, [str(each) for each in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    return call


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


@pytest.fixture
def published(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Row:
    """A registry with a small checkpoint of our own in it, free to take, one under another licence, and one without
    a loader."""
    file = checkpoints.write(tmp_path / "best.pth", checkpoints.aasist(24))
    server.data = file.read_bytes()
    facts: dict[str, Any] = {
        "title": "Small", "loader": "aasist", "strength": 5, "page": "https://example.org/small", "licence": "MIT",
        "free": True, "languages": "en", "trained_on": "nothing", "figures": "none", "address": server.url,
        "bytes": file.stat().st_size, "sha256": store.sha256(file),
    }  # fmt: skip
    file.unlink()
    small = Row(id="small", **facts)
    bound = Row(id="bound", **(facts | {"free": False, "licence": "CC BY-NC-SA 4.0"}))
    absent = Row(id="absent", **(facts | {"address": "", "reason": "It needs its owners' own code."}))
    monkeypatch.setattr(registry, "rows", lambda: {row.id: row for row in (small, bound, absent)})
    return small


def test_nothing_is_fetched_before_somebody_asks(tirek: Tirek, published: Row, server: Server) -> None:
    status, told, _ = tirek("model", "list")
    assert status == 0
    assert "embedded" in told
    assert "always there, in use" in told
    assert "tirek model pull small" in told
    assert server.asked == []


def test_a_model_is_pulled_listed_verified_and_removed(tirek: Tirek, published: Row, tmp_path: Path) -> None:
    status, told, progress = tirek("model", "pull", "small")
    assert status == 0, progress
    assert "Licence: MIT" in told
    assert "best.pth" in progress
    assert "tirek model calibrate MANIFEST --model small" in told
    folder = tmp_path / "data" / "models" / "small"
    assert sorted(each.name for each in folder.iterdir()) == ["best.pth", "model.json", "model.onnx"]
    assert [each.name for each in folder.parent.iterdir()] == ["small"], "nothing else is left behind"
    assert "installed, not calibrated" in tirek("model", "list")[1]
    assert tirek("model", "verify")[1] == "small: as it was installed.\n"
    (folder / "best.pth").write_bytes(b"changed")
    status, _, wrong = tirek("model", "verify", "small")
    assert status == 1
    assert "best.pth has changed" in wrong
    assert "Checks are done with: embedded" in tirek("model", "remove", "small")[1]
    assert not folder.exists()


def test_a_checkpoint_for_spoken_words_is_pulled_found_verified_and_removed(
    tirek: Tirek, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.data = b"weights" * 1000
    digest = hashlib.sha256(server.data).hexdigest()
    base = dataclasses.replace(registry.rows()["whisper-base"], address=f"{server.url}/base.pt", sha256=digest)
    known = {**registry.rows(), base.id: base}
    monkeypatch.setattr(registry, "rows", lambda: known)

    def state() -> str:
        [line] = [line for line in tirek("model", "list")[1].splitlines() if base.id in line]
        return line.split("│")[2].strip()

    assert state() == ""
    status, told, wrong = tirek("model", "pull", base.id)
    assert status == 0, wrong
    assert "Licence: MIT" in told
    models = tmp_path / "data" / "models"
    assert [each.name for each in models.iterdir()] == ["base.pt"], "where WHISPER_MODEL looks"
    assert state() == "installed"
    assert tirek("model", "verify")[1] == f"{base.id}: as it was installed.\n"
    (models / "base.pt").write_bytes(b"changed")
    status, _, wrong = tirek("model", "verify", base.id)
    assert status == 1
    assert "base.pt is not the file that was pulled" in wrong
    assert tirek("model", "remove", base.id)[0] == 0
    assert list(models.iterdir()) == []


def test_whispers_addresses_are_those_of_the_package() -> None:
    whisper = pytest.importorskip("whisper")
    rows = [row for row in registry.rows().values() if row.loader == registry.WORDS]
    assert len(rows) == 6
    for row in rows:
        assert whisper._MODELS[row.id.removeprefix("whisper-")] == row.address
        assert row.sha256 in row.address


def test_a_licence_that_is_not_free_is_shown_and_asked_for(tirek: Tirek, published: Row, server: Server) -> None:
    status, told, wrong = tirek("model", "pull", "bound")
    assert status == 2
    assert "CC BY-NC-SA 4.0" in told
    assert "--accept-licence" in wrong
    assert server.asked == []
    assert tirek("model", "pull", "bound", "--accept-licence")[0] == 0


def test_somebody_at_the_keyboard_is_asked_whether_they_agree(
    tirek: Tirek, published: Row, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_commands, "_answers", lambda: True)
    said: list[str] = []

    def confirm(question: str, **_: Any) -> bool:
        said.append(question)
        return len(said) > 1

    monkeypatch.setattr(model_commands.typer, "confirm", confirm)
    assert tirek("model", "pull", "bound")[0] == 2
    assert server.asked == []
    assert tirek("model", "pull", "bound")[0] == 0
    assert "CC BY-NC-SA 4.0 is not a free licence" in said[0]
    assert tirek("model", "pull", "small")[0] == 0
    assert len(said) == 2, "a free licence is only shown"


def test_what_nobody_here_has_met_says_so(
    tirek: Tirek, published: Row, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = dataclasses.replace(published, id="odd", sha256="", bytes=0, millions=1, experimental=True)
    monkeypatch.setattr(registry, "rows", lambda: {"odd": odd, "small": published})
    listed = tirek("model", "list")[1]
    assert "not pinned, experimental: never run here against the real file" in listed
    assert "about 4.0 MB" in listed
    assert "tirek model pull small" in listed, "what is suggested is what has been met"
    server.stated = hashlib.sha256(server.data).hexdigest()
    told = tirek("model", "pull", "odd", "--from", server.url.replace("/models", "/moved/models"))[1]
    assert "Not pinned" in told
    assert "Experimental: never run here" in told
    assert "odd is installed" in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pull", "nothing"), "tirek model list"),
        (("pull", "absent"), "It needs its owners' own code."),
        (("pull", "small", "--from", "file:///etc/passwd"), "is no address"),
        (("pull", "small", "--from", "http://127.0.0.1:1/x"), "cannot be fetched"),
        (("use", "nothing"), "not installed"),
        (("use", "missing.onnx"), "cannot be read"),
        (("remove", "small"), "tirek model pull small"),
        (("verify", "small"), "not installed"),
        (("calibrate", "manifest.csv"), "0 models are installed"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: tuple[str, ...], says: str, tirek: Tirek, published: Row
) -> None:
    status, _, wrong = tirek("model", *arguments)
    assert status == 2
    assert says in wrong
    assert "Traceback" not in wrong


def test_a_wrong_file_at_the_address_is_not_installed(tirek: Tirek, published: Row, server: Server) -> None:
    server.data = server.data[:-1] + b"?"
    status, _, wrong = tirek("model", "pull", "small")
    assert status == 2
    assert "checksum" in wrong
    assert tirek("model", "verify")[1].startswith("Nothing is installed")


def test_a_mirror_serves_the_same_file(tirek: Tirek, published: Row, server: Server) -> None:
    mirror = server.url.replace("/models", "/moved/models")
    assert tirek("model", "pull", "small", "--from", mirror)[0] == 0


def recordings(folder: Path, count: int) -> Path:
    """Quiet human and loud synthetic recordings, and their manifest."""
    lines = ["path,label,generator,language"]
    for number in range(count):
        synthetic = number % 2 == 1
        name = f"{number}.ogg"
        wave = sounds.speech(4.0, seed=number) * (1.0 if synthetic else 0.2 + 0.02 * (number % 5))
        (folder / name).write_bytes(sounds.encode(wave.astype(np.float32)))
        lines.append(f"{name},{'synthetic,loud' if synthetic else 'human,human'},en")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(lines), encoding="utf-8")
    return manifest


def test_a_file_of_ones_own_is_used_calibrated_and_speaks(
    tirek: Tirek, published: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an ONNX file to bands: cannot tell until it is calibrated, and its own verdict from then on."""
    monkeypatch.setattr(fitting, "FEWEST", 6)
    (tmp_path / "Loud.onnx").write_bytes(checkpoints.loudness(gain=30.0))
    manifest = recordings(tmp_path, 12)
    status, told, wrong = tirek("model", "use", "Loud.onnx")
    assert status == 0, wrong
    assert "Without a calibration every answer is: cannot tell" in told
    row = json.loads(tirek("check", "1.ogg", "--json")[1])
    assert (row["band"], row["reason"]) == ("unsure", "between")
    assert row["model"].startswith("loud ")
    status, told, wrong = tirek("model", "calibrate", manifest)
    assert status == 0, wrong
    assert "Kept with loud" in told
    found = {name: json.loads(tirek("check", name, "--json")[1]) for name in ("1.ogg", "2.ogg")}
    assert found["1.ogg"]["band"] == "synthetic"
    assert found["2.ogg"]["band"] != "synthetic"
    assert "loud" in found["1.ogg"]["model"]
    assert "installed, in use" in tirek("model", "list")[1]
    assert tirek("model", "use", "embedded")[1] == "Checks are done with: embedded.\n"
    assert json.loads(tirek("check", "1.ogg", "--json")[1])["model"].startswith("tirek-embedded ")
    assert "loud" in json.loads(tirek("check", "1.ogg", "--json", DETECTOR_MODEL="loud")[1])["model"]


def test_a_setting_that_names_nothing_stops_the_check(tirek: Tirek) -> None:
    for command in (("check", "x.ogg"), ("detector", "--port", "1")):
        status, _, wrong = tirek(*command, DETECTOR_MODEL="nothing")
        assert status == 2
        assert "nothing is not installed" in wrong
