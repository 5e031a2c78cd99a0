"""The wheel carries everything the bot needs, and works from an empty folder without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built as pip builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert built.returncode == 0, built.stderr
    [found] = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it lies in site-packages."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def files(folder: str) -> set[str]:
    """Every file of a package in the checkout, as the wheel names it."""
    found = (ROOT / folder).rglob("*")
    return {str(path.relative_to(ROOT)) for path in found if path.is_file() and path.parent.name != "__pycache__"}


def test_every_file_of_both_packages_is_in_the_wheel(names: set[str]) -> None:
    assert sorted((files("bot") | files("handlers")) - names) == []


@pytest.mark.parametrize(
    ("kind", "suffix", "least"),
    [
        ("bot/_locales/", "/LC_MESSAGES/messages.po", 3),
        ("bot/answers/cards/", ".toml", 25),
        ("bot/db/migrations/versions/", ".py", 2),
        ("bot/fonts/", ".ttf", 2),
        ("bot/sandbox/page/", ".html", 1),
        ("bot/sandbox/page/", ".js", 5),
        ("bot/sandbox/page/", ".css", 1),
        ("bot/sandbox/", "botapi.json", 1),
        ("bot/detector/embedded/", ".onnx", 1),
        ("bot/detector/embedded/", "calibration.json", 1),
    ],
)
def test_what_is_no_code_comes_along(names: set[str], kind: str, suffix: str, least: int) -> None:
    found = [name for name in names if name.startswith(kind) and name.endswith(suffix)]
    assert len(found) >= least


def test_nothing_else_comes_along(names: set[str]) -> None:
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bot", "handlers"}
    assert not [name for name in names if name.endswith((".pyc", ".mo", ".db", ".env"))]
    licences = {name.rpartition("/")[2] for name in names if "/licenses/" in name}
    assert licences == {"LICENSE", "NOTICE"}


def run(unpacked: Path, folder: Path, *arguments: str) -> str:
    """Run Python in `folder` with the unpacked wheel before anything else; what it printed."""
    clean = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT")}
    environment = clean | {"PYTHONPATH": str(unpacked), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


LOOK = """
import bot, handlers
from importlib.resources import files
from bot import i18n
from bot.answers.cards import load
from bot.db import migrate
from bot.detector.scoring import Model
from bot.drawing import font
from bot.sandbox.server import Sandbox
print(bot.__file__)
print(handlers.__file__)
print(i18n.catalog_path("kk"))
print(len(load()), len(migrate.revisions()), font(12).getname()[0])
Model.load(), Sandbox()
"""


def test_it_finds_its_own_files_and_not_those_of_a_checkout(unpacked: Path, tmp_path: Path) -> None:
    package, handlers, catalog, counts = run(unpacked, tmp_path, "-c", LOOK).splitlines()
    for path in (package, handlers, catalog):
        assert Path(path).is_relative_to(unpacked)
    cards, revisions, face = counts.split(maxsplit=2)
    assert (int(cards) >= 25, int(revisions) >= 1, face) == (True, True, "DejaVu Sans")


def test_it_starts_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    assert "sandbox" in run(unpacked, tmp_path, "-m", "bot", "--help")
    assert "revision" in run(unpacked, tmp_path, "-m", "bot", "migrate")
    assert (tmp_path / "data" / "tirek.db").exists()
