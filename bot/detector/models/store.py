"""Installed models: a folder for each in DATA_DIR/models, and which one is used.

    aasist-asvspoof5/model.onnx         what is run
    aasist-asvspoof5/best.pth           what it was made from
    aasist-asvspoof5/model.json         its facts and checksums
    aasist-asvspoof5/calibration.json   its bands, once there are any

A folder appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import shutil
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Final

from bot.detector.models import aasist, registry, statedict
from bot.detector.models.listener import Together
from bot.detector.models.network import COLUMNS, BadNetwork, Network
from bot.detector.models.registry import AUTO, EMBEDDED, ModelError
from bot.detector.scoring import Listener, Model

FACTS: Final = "model.json"
NETWORK: Final = "model.onnx"
CALIBRATION: Final = "calibration.json"
CHOSEN: Final = "detector.json"
LARGEST: Final = 2**31 - 1  # bytes of a file: more does not fit into one ONNX file
_SAME: Final = 1e-3  # how far a score may move between processors


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an installed model. `files`: their checksums; `check`: its score of a fixed noise."""

    id: str
    version: str
    loader: str
    columns: str
    licence: str
    source: str
    check: float
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in its folder."""

    folder: Path
    facts: Facts

    @property
    def row(self) -> registry.Row | None:
        return registry.rows().get(self.facts.id)

    def calibration(self) -> dict[str, Any] | None:
        """The operator's own calibration, else the one that comes with Tirek for just this file, else None."""
        found = _json(self.folder / CALIBRATION)
        if found is not None:
            return found
        name = f"{self.facts.id}.json"
        shipped = resources.files("bot.detector.models") / "calibrations" / name
        if not shipped.is_file():
            return None
        content: dict[str, Any] = json.loads(shipped.read_text(encoding="utf-8"))
        return content if content["sha256"] in self.facts.files.values() else None

    def load(self, embedded: Model) -> Together:
        """Ready to judge. Raises ModelError."""
        try:
            network = Network((self.folder / NETWORK).read_bytes(), self.facts.columns)
            calibration = self.calibration()
            version = self.facts.version + ("" if calibration is None else f".{_digest(calibration)}")
            return Together(embedded, network, self.facts.id, version, calibration)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"{self.facts.id} is damaged ({error}). Type: tirek model verify {self.facts.id}"
            ) from None


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:4]


def _json(path: Path) -> dict[str, Any] | None:
    """An object in a file; None where there is no such file or no object in it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def sha256(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def installed(root: Path) -> dict[str, Installed]:
    """What is installed, strongest first."""
    found = []
    for file in sorted(root.glob(f"*/{FACTS}")):
        content = _json(file)
        with contextlib.suppress(TypeError):
            if content is not None and content.get("id") == file.parent.name:
                found.append(Installed(file.parent, Facts(**content)))
    found.sort(key=lambda each: -(each.row.strength if each.row else 2))
    return {each.facts.id: each for each in found}


def install(root: Path, checkpoint: Path, name: str, *, columns: str = COLUMNS[0], source: str = "") -> Installed:
    """Convert a checkpoint (AASIST's .pth, or any ONNX file) and put it into its folder. Raises ModelError, OSError."""
    if not registry.NAME.fullmatch(name) or name in (AUTO, EMBEDDED):
        raise ModelError(f"{name} cannot be a name: a-z, 0-9, dots, _ and - are allowed, at most 40 of them.")
    if checkpoint.stat().st_size > LARGEST:
        raise ModelError(f"{checkpoint} is larger than the 2 GB that one ONNX file can hold.")
    digest = sha256(checkpoint)
    row = registry.rows().get(name)
    if row is not None and row.sha256 and row.sha256 != digest:
        raise ModelError(f"{checkpoint} is not the published file of {name}. Give it another name with --name.")
    is_onnx = checkpoint.suffix.lower() == ".onnx"
    try:
        data = checkpoint.read_bytes() if is_onnx else aasist.build(statedict.read(checkpoint))
        network = Network(data, columns)
    except (statedict.BadCheckpoint, BadNetwork) as error:
        raise ModelError(f"{checkpoint} cannot be used. {error}") from None
    kept = NETWORK if is_onnx else checkpoint.name
    root.mkdir(parents=True, exist_ok=True)
    part = root / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    (part / NETWORK).write_bytes(data)
    if not is_onnx:
        shutil.copyfile(checkpoint, part / kept)
    facts = Facts(
        id=name,
        version=digest[:8],
        loader="onnx" if is_onnx else "aasist",
        columns=columns,
        licence=row.licence if row else "",
        source=source or str(checkpoint),
        check=network.check,
        files={NETWORK: sha256(part / NETWORK), kept: digest},
    )
    _write(part / FACTS, dataclasses.asdict(facts))
    target = root / name
    if target.exists():
        if not (target / FACTS).exists():
            raise ModelError(f"{target} is there and is no model of Tirek's. Move it away, or choose another --name.")
        old = root / f".{name}.old"
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(target)
    return Installed(target, facts)


def _write(path: Path, content: dict[str, Any]) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def save_calibration(model: Installed, content: dict[str, Any]) -> None:
    """Keep a calibration with its model."""
    _write(model.folder / CALIBRATION, content)


def verify(model: Installed) -> list[str]:
    """What is wrong with an installed model, one sentence each: checksums, then its score of a fixed noise."""
    wrong = []
    for name, digest in model.facts.files.items():
        file = model.folder / name
        if not file.is_file():
            wrong.append(f"{name} is missing.")
        elif sha256(file) != digest:
            wrong.append(f"{name} has changed since it was installed.")
    row = model.row
    if row is not None and row.sha256 and row.sha256 not in model.facts.files.values():
        wrong.append("It was not made from the published file.")
    if not wrong:
        try:
            found = Network((model.folder / NETWORK).read_bytes(), model.facts.columns).check
            if abs(found - model.facts.check) > _SAME * max(1.0, abs(model.facts.check)):
                wrong.append(f"It scores a fixed noise with {found:.4f}, and scored it with {model.facts.check:.4f}.")
        except BadNetwork as error:
            wrong.append(str(error))
    return wrong


def remove(root: Path, name: str) -> None:
    """Delete an installed model. Raises ModelError."""
    model = find(root, name)
    if chosen(root) == name:
        choose(root, AUTO)
    shutil.rmtree(model.folder)


def find(root: Path, name: str) -> Installed:
    """An installed model by name. Raises ModelError."""
    models = installed(root)
    if name not in models:
        more = f" To install it: tirek model pull {name}" if name in registry.rows() else " See: tirek model list"
        raise ModelError(f"{name} is not installed.{more}")
    return models[name]


def choose(root: Path, name: str) -> None:
    """Keep which model DETECTOR_MODEL=auto means: a name, `embedded`, or `auto` again."""
    root.mkdir(parents=True, exist_ok=True)
    _write(root / CHOSEN, {"use": name})


def chosen(root: Path) -> str:
    """What `choose` kept."""
    return str((_json(root / CHOSEN) or {}).get("use", AUTO))


def usual(root: Path, embedded: Model) -> str:
    """What `auto` means when nobody chose: the strongest installed model that is calibrated, else `embedded`."""
    for name, model in installed(root).items():
        with contextlib.suppress(ModelError):
            if model.load(embedded).bands is not None:
                return name
    return EMBEDDED


def listener(setting: str, root: Path) -> Listener:
    """What DETECTOR_MODEL means: `auto`, `embedded` or the name of an installed model. Raises ModelError."""
    embedded = Model.load()
    name = setting.strip().lower()
    if name == AUTO:
        name = chosen(root)
    if name == AUTO:
        name = usual(root, embedded)
    return embedded if name == EMBEDDED else find(root, name).load(embedded)
