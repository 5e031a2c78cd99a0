"""From a file that an operator has to what is run: `model.onnx` for a detector, `voice.npz` for a voice encoder."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from bot.detector.models import aasist, antideepfake, oldpickle, safetensors, statedict
from bot.detector.models.statedict import BadCheckpoint, Tensor
from bot.detector.speaker import SHAPES, Encoder

NETWORK: Final = "model.onnx"
VOICE: Final = "voice.npz"
ENCODER: Final = "resemblyzer"  # the loader of a row that compares voices and judges none
_MEMBER: Final = "resemblyzer/pretrained.pt"
_LARGEST_WEIGHTS: Final = 64 * 2**20  # bytes of the encoder's checkpoint; it has 17 MB


def network(checkpoint: Path, folder: Path) -> tuple[str, list[str]]:
    """Write `model.onnx` into `folder`, its numbers beside it where they are many. Returns the loader, and the files.

    Raises BadCheckpoint, OSError.
    """
    target = folder / NETWORK
    if checkpoint.suffix.lower() == ".onnx":
        shutil.copyfile(checkpoint, target)
        return "onnx", [NETWORK]
    with _opened(checkpoint) as tensors:
        if antideepfake.HEAD in tensors:
            antideepfake.build(tensors, target)
            return "antideepfake", [NETWORK, antideepfake.numbers_of(target).name]
        target.write_bytes(aasist.build({name: tensor.read() for name, tensor in tensors.items()}))
    return "aasist", [NETWORK]


@contextmanager
def _opened(checkpoint: Path) -> Iterator[Mapping[str, Tensor]]:
    known = safetensors if checkpoint.suffix.lower() == ".safetensors" else statedict
    with known.opened(checkpoint) as tensors:
        yield tensors


def voice(checkpoint: Path, folder: Path) -> Encoder:
    """Write `voice.npz` into `folder` from Resemblyzer's wheel, or from the `pretrained.pt` in it.

    Raises BadCheckpoint, BadWeights, OSError.
    """
    weights = oldpickle.read(_weights(checkpoint), "model_state")
    kept = {name: array for name, array in weights.items() if not name.startswith("similarity_")}
    encoder = Encoder(kept)
    with (folder / VOICE).open("wb") as file:
        np.savez(file, allow_pickle=False, **{name: kept[name] for name in SHAPES})
    return encoder


def _weights(checkpoint: Path) -> bytes:
    if checkpoint.suffix.lower() != ".whl":
        if checkpoint.stat().st_size > _LARGEST_WEIGHTS:
            raise BadCheckpoint("The file is too large to hold the voice encoder.")
        return checkpoint.read_bytes()
    try:
        with zipfile.ZipFile(checkpoint) as wheel:
            if wheel.getinfo(_MEMBER).file_size > _LARGEST_WEIGHTS:
                raise BadCheckpoint("The wheel is too large to be Resemblyzer's.")
            return wheel.read(_MEMBER)
    except (zipfile.BadZipFile, KeyError, EOFError):
        raise BadCheckpoint(f"The wheel has no {_MEMBER}, or was not loaded wholly.") from None
