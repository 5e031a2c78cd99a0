"""Installed models: a folder for each in DATA_DIR/models, and which one is used.

    aasist-asvspoof5/model.onnx         what is run (large ones: with model.onnx.data)
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

import numpy as np

from bot.detector.features import RATE
from bot.detector.models import convert, registry, statedict
from bot.detector.models.listener import Together
from bot.detector.models.network import COLUMNS, BadNetwork, Network
from bot.detector.models.registry import AUTO, EMBEDDED, ModelError
from bot.detector.scoring import Listener, Model
from bot.detector.speaker import BadWeights, Encoder

FACTS: Final = "model.json"
NETWORK: Final = convert.NETWORK
CALIBRATION: Final = "calibration.json"
CHOSEN: Final = "detector.json"
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
    sha256: str = ""  # of what it was made from; "" in folders of older versions, which kept that file always


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in its folder."""

    folder: Path
    facts: Facts

    @property
    def judges(self) -> bool:
        """Whether it looks for synthesis. A voice encoder only compares voices."""
        return self.facts.loader != convert.ENCODER

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
        return content if content["sha256"] in {self.facts.sha256, *self.facts.files.values()} else None

    def load(self, embedded: Model) -> Together:
        """Ready to judge. Raises ModelError."""
        if not self.judges:
            raise ModelError(f"{self.facts.id} compares voices and judges none. To see what does: tirek model list")
        try:
            network = Network(self.folder / NETWORK, self.facts.columns)
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
    """Convert a checkpoint and put it into its folder: AASIST, AntiDeepfake, any ONNX file that keeps the contract, or
    the wheel of the voice encoder. Raises ModelError, OSError."""
    if not registry.NAME.fullmatch(name) or name in (AUTO, EMBEDDED):
        raise ModelError(f"{name} cannot be a name: a-z, 0-9, dots, _ and - are allowed, at most 40 of them.")
    digest = sha256(checkpoint)
    row = registry.rows().get(name)
    if row is not None and row.sha256 and row.sha256 != digest:
        raise ModelError(f"{checkpoint} is not the published file of {name}. Give it another name with --name.")
    root.mkdir(parents=True, exist_ok=True)
    part = root / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        if checkpoint.suffix.lower() == ".whl" or (row is not None and row.loader == convert.ENCODER):
            check, loader, files = _said(convert.voice(checkpoint, part)), convert.ENCODER, [convert.VOICE]
        else:
            loader, files = convert.network(checkpoint, part)
            check = Network(part / NETWORK, columns).check
    except (statedict.BadCheckpoint, BadNetwork, BadWeights) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise ModelError(f"{checkpoint} cannot be used. {error}") from None
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    kept = checkpoint.name if loader not in ("onnx", convert.ENCODER) else ""
    if kept:
        _keep(checkpoint, part / kept, root)
    facts = Facts(
        id=name,
        version=digest[:8],
        loader=loader,
        columns=columns,
        licence=row.licence if row else "",
        source=source or str(checkpoint),
        check=check,
        files={each: sha256(part / each) for each in files} | ({kept: digest} if kept else {}),
        sha256=digest,
    )
    _write(part / FACTS, dataclasses.asdict(facts))
    target = root / name
    if target.exists():
        if not (target / FACTS).exists():
            shutil.rmtree(part, ignore_errors=True)
            raise ModelError(f"{target} is there and is no model of Tirek's. Move it away, or choose another --name.")
        old = root / f".{name}.old"
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        part.rename(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        part.rename(target)
    return Installed(target, facts)


def _keep(source: Path, target: Path, root: Path) -> None:
    """What a model was made from, beside it. One that was fetched is not copied: it may have gigabytes."""
    if root in source.parents:
        with contextlib.suppress(OSError):
            target.hardlink_to(source)
            return
    shutil.copyfile(source, target)


def _said(encoder: Encoder) -> float:
    """What an encoder makes of a fixed noise, as one number."""
    noise = np.random.default_rng(0).normal(0, 0.05, 2 * RATE).astype(np.float32)
    found = encoder.embed(noise, np.ones(200, dtype=np.bool_))
    return float(found @ np.linspace(0, 1, len(found), dtype=np.float32))


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
    if row is not None and row.sha256 and row.sha256 not in {model.facts.sha256, *model.facts.files.values()}:
        wrong.append("It was not made from the published file.")
    if not wrong:
        try:
            if model.judges:
                found = Network(model.folder / NETWORK, model.facts.columns).check
            else:
                found = _said(Encoder.load(model.folder / convert.VOICE))
            if abs(found - model.facts.check) > _SAME * max(1.0, abs(model.facts.check)):
                wrong.append(f"It scores a fixed noise with {found:.4f}, and scored it with {model.facts.check:.4f}.")
        except (BadNetwork, BadWeights) as error:
            wrong.append(str(error))
    return wrong


def encoder(root: Path) -> tuple[Encoder, str] | None:
    """The installed voice encoder and its name with version; None where there is none. Raises ModelError."""
    for model in installed(root).values():
        if not model.judges:
            try:
                return Encoder.load(model.folder / convert.VOICE), f"{model.facts.id} {model.facts.version}"
            except (OSError, BadWeights) as error:
                raise ModelError(f"{model.facts.id} is damaged ({error}). Pull it again.") from None
    return None


def judging(root: Path) -> dict[str, Installed]:
    """The installed models that look for synthesis, strongest first."""
    return {name: model for name, model in installed(root).items() if model.judges}


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
    if name in (have := installed(root)) and not have[name].judges:
        raise ModelError(f"{name} compares voices and judges none. To see what does: tirek model list")
    _write(root / CHOSEN, {"use": name})


def chosen(root: Path) -> str:
    """What `choose` kept."""
    return str((_json(root / CHOSEN) or {}).get("use", AUTO))


def usual(root: Path, embedded: Model) -> str:
    """What `auto` means when nobody chose: the strongest installed model that is calibrated, else `embedded`."""
    for name, model in judging(root).items():
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
