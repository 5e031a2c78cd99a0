"""The public checkpoints that are known here."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

AUTO: Final = "auto"
EMBEDDED: Final = "embedded"
WORDS: Final = "whisper"
"""What turns speech into words. It judges nothing, and lies beside the folders of models as one file."""
LOADERS: Final = ("aasist", "antideepfake", "resemblyzer", WORDS, "none")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class ModelError(Exception):
    """What was asked for cannot be done. The text is one sentence for the operator that says what to type."""


@dataclass(frozen=True, slots=True)
class Row:
    """One checkpoint. `strength` ranks those that can be used; `reason` says why one cannot be pulled.

    `bytes`: of the file, 0 where that is not known; `millions` of parameters then tell about how many. `experimental`:
    the loader has never met the real file.
    """

    id: str
    title: str
    loader: str
    strength: int
    page: str
    licence: str
    free: bool
    languages: str
    trained_on: str
    figures: str
    address: str = ""
    bytes: int = 0
    millions: int = 0
    sha256: str = ""
    experimental: bool = False
    note: str = ""
    reason: str = ""

    @property
    def file_name(self) -> str:
        return self.address.rpartition("/")[2]

    @property
    def about(self) -> int:
        """How many bytes the file has, or about how many: four a parameter, two where whisper keeps them."""
        return self.bytes or self.millions * (2_000_000 if self.loader == WORDS else 4_000_000)

    @property
    def most(self) -> int:
        """More bytes than this are another file."""
        return self.bytes or self.about * 5 // 4


@cache
def rows() -> Mapping[str, Row]:
    """The registry by id, strongest first. Raises ValueError or TypeError for a row that is wrong."""
    text = (resources.files("bot.detector.models") / "registry.toml").read_text(encoding="utf-8")
    found = [Row(**fields) for fields in tomllib.loads(text)["model"]]
    for row in found:
        if not NAME.fullmatch(row.id) or row.loader not in LOADERS or bool(row.address) == bool(row.reason):
            raise ValueError(f"registry.toml: {row.id} needs a known loader and either an address or a reason")
        if row.address and (not row.address.startswith("https://") or row.about <= 0):
            raise ValueError(f"registry.toml: {row.id} needs an https address and a size")
    found.sort(key=lambda row: -row.strength)
    return {row.id: row for row in found}


def suggested() -> Row:
    """What an operator should pull first: the strongest whose licence is free and whose loader has met it."""
    return next(row for row in rows().values() if row.address and row.free and not row.experimental and row.strength)


def gain(folder: Path) -> str:
    """One line: what would be gained by what, and what to type; "" where a model is installed in `folder` already."""
    if any(folder.glob("*/model.onnx")):
        return ""
    best = suggested()
    size = f"{best.bytes / 1e6:.1f} MB, {best.licence}"
    return f"It hears more synthetic voices with {best.id} ({size}). Type: tirek model pull {best.id}"


def words_file(folder: Path, name: str) -> Path | None:
    """Where a checkpoint for spoken words lies in `folder`, pulled or not; None for a name that is none."""
    row = rows().get(name)
    return folder / row.file_name if row is not None and row.loader == WORDS else None


def pinned(sha256: str) -> Row | None:
    """The row whose file has this checksum."""
    return next((row for row in rows().values() if row.sha256 == sha256), None)
