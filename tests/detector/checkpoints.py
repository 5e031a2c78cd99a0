"""Checkpoints in PyTorch's file format, written without PyTorch, and small ONNX files for the tests."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.detector.models.onnxfile import Graph

_STORAGES = {"f4": "FloatStorage", "i8": "LongStorage", "f2": "HalfStorage"}


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def _int(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _ints(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(map(_int, values)) + b"t"


def tensor(key: str, array: NDArray[Any], *, size: tuple[int, ...] | None = None, offset: int = 0) -> bytes:
    """The pickle's words for a tensor that lies in storage `key`."""
    kind = _STORAGES[array.dtype.str[1:]]
    stride = tuple(step // array.itemsize for step in array.strides)
    stored = (
        b"(" + _text("storage") + f"ctorch\n{kind}\n".encode() + _text(key) + _text("cpu") + _int(array.size) + b"tQ"
    )
    arguments = (
        stored + _int(offset) + _ints(size or array.shape) + _ints(stride) + b"\x89" + b"ccollections\nOrderedDict\n)R"
    )
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + arguments + b"tR"


def write(path: Path, arrays: dict[str, NDArray[Any]], *, words: dict[str, bytes] | None = None) -> Path:
    """A state dictionary. `words`: further entries, as pickle's own words."""
    entries = {name: tensor(str(number), array) for number, (name, array) in enumerate(arrays.items())}
    body = b"".join(_text(name) + value for name, value in (entries | (words or {})).items())
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/version", b"3\n")
        archive.writestr("archive/byteorder", b"little")
        archive.writestr("archive/data.pkl", b"\x80\x02ccollections\nOrderedDict\n)R(" + body + b"u.")
        for number, array in enumerate(arrays.values()):
            archive.writestr(f"archive/data/{number}", np.ascontiguousarray(array).tobytes())
    return path


def aasist(width: int = 64, seed: int = 0) -> dict[str, NDArray[Any]]:
    """Random weights in the structure of AASIST (width 64) or AASIST-L (24), with trained-looking statistics."""
    rng = np.random.default_rng(seed)
    found: dict[str, NDArray[Any]] = {}

    def add(name: str, *shape: int) -> None:
        found[name] = (rng.normal(0, 0.9 / np.sqrt(max(1, np.prod(shape[1:]))), shape)).astype("<f4")

    def both(name: str, *shape: int) -> None:
        add(f"{name}.weight", *shape)
        add(f"{name}.bias", shape[0])

    def norm(name: str, size: int) -> None:
        both(name, size)
        add(f"{name}.running_mean", size)
        found[f"{name}.running_var"] = rng.uniform(0.5, 2, size).astype("<f4")
        found[f"{name}.num_batches_tracked"] = np.array(7, dtype="<i8")

    add("pos_S", 1, 23, width)
    add("master1", 1, 1, width)
    add("master2", 1, 1, width)
    norm("first_bn", 1)
    sizes = [(1, 32), (32, 32), (32, width), (width, width), (width, width), (width, width)]
    for number, (wide, out) in enumerate(sizes):
        name = f"encoder.{number}.0"
        if number:
            norm(f"{name}.bn1", wide)
        both(f"{name}.conv1", out, wide, 2, 3)
        norm(f"{name}.bn2", out)
        both(f"{name}.conv2", out, out, 2, 3)
        if wide != out:
            both(f"{name}.conv_downsample", out, wide, 1, 3)
    for layer in ("S", "T"):
        name = f"GAT_layer_{layer}"
        add(f"{name}.att_weight", width, 1)
        for part in ("att_proj", "proj_with_att", "proj_without_att"):
            both(f"{name}.{part}", width, width)
        norm(f"{name}.bn", width)
    for layer in ("11", "12", "21", "22"):
        name, wide = f"HtrgGAT_layer_ST{layer}", width if layer[1] == "1" else 32
        for part in ("11", "22", "12", "M"):
            add(f"{name}.att_weight{part}", 32, 1)
        for part in ("proj_type1", "proj_type2"):
            both(f"{name}.{part}", wide, wide)
        for part in (
            "att_proj",
            "att_projM",
            "proj_with_att",
            "proj_without_att",
            "proj_with_attM",
            "proj_without_attM",
        ):
            both(f"{name}.{part}", 32, wide)
        norm(f"{name}.bn", 32)
    for pool in ("S", "T", "hS1", "hT1", "hS2", "hT2"):
        both(f"pool_{pool}.proj", 1, 32 if pool.startswith("h") else width)
    both("out_layer", 2, 160)
    return found


def loudness(gain: float = 10.0, *, samples: int | str = 16_000, columns: int = 2) -> bytes:
    """An ONNX file that calls a recording the more synthetic, the louder it is: mean |x| · gain - 1."""
    graph = Graph("loudness")
    level = graph.op("ReduceMean", graph.op("Abs", "sound"), axes=(1,), keepdims=1)
    score = graph.op("Sub", graph.op("Mul", level, graph.weight(np.array([gain]))), graph.weight(np.array([1.0])))
    if columns == 2:
        score = graph.op("Concat", score, graph.op("Neg", score), axis=1)
    elif columns == 0:
        score = graph.op("Squeeze", score, graph.weight([1]))
    shape = ("n", columns) if columns else ("n",)
    return graph.file(("sound", ("n", samples)), (score, "score", shape))
