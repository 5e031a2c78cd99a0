"""Writing an ONNX file node by node: the few fields of its protobuf format that a network needs.

So that a checkpoint can be converted where it is used, without PyTorch and without another package.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

OPSET: Final = 17
_IR: Final = 8
_FLOAT, _INT64 = 1, 7
_EXTERNAL: Final = 1
_ALIGNED: Final = 64  # bytes
_SMALL: Final = 1024  # bytes: onnxruntime wants sizes and axes inside the file
_ATTRIBUTE: Final = {"f": 1, "i": 2, "floats": 6, "ints": 7}


def _varint(value: int) -> bytes:
    value &= 2**64 - 1
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, data: bytes | str) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


class Beside:
    """A file of raw numbers beside the ONNX file, as the format's external data: for what one file cannot hold (2 GB).

    Numbers are written as they come, so that a large network never lies in memory whole.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        """`name`: how the ONNX file calls `file`, which lies in the same folder."""
        self._file = file
        self._name = name
        self._at = 0

    def add(self, data: bytes) -> bytes:
        """Write numbers; what a tensor says of where they are."""
        start = self._at + -self._at % _ALIGNED
        self._file.write(bytes(start - self._at) + data)
        self._at = start + len(data)
        facts = {"location": self._name, "offset": str(start), "length": str(len(data))}
        said = b"".join(_block(13, _block(1, key) + _block(2, value)) for key, value in facts.items())
        return said + _number(14, _EXTERNAL)


def _tensor(name: str, array: NDArray[Any], beside: Beside | None) -> bytes:
    kind = {"f": _FLOAT, "i": _INT64}[array.dtype.kind]
    data = np.ascontiguousarray(array, "<f4" if kind == _FLOAT else "<i8").tobytes()
    dims = b"".join(_number(1, size) for size in array.shape)
    numbers = _block(9, data) if beside is None or len(data) < _SMALL else beside.add(data)
    return dims + _number(2, kind) + _block(8, name) + numbers


def _attribute(name: str, value: float | int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        body, kind = _number(3, value), _ATTRIBUTE["i"]
    elif isinstance(value, float):
        body, kind = _varint(2 << 3 | 5) + struct.pack("<f", value), _ATTRIBUTE["f"]
    else:
        body, kind = b"".join(_number(8, item) for item in value), _ATTRIBUTE["ints"]
    return _block(1, name) + body + _number(20, kind)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    """A float tensor's name and shape; a word stands for a size that varies."""
    dims = b"".join(_block(1, _block(2, size) if isinstance(size, str) else _number(1, size)) for size in shape)
    return _block(1, name) + _block(2, _block(1, _number(1, _FLOAT) + _block(2, dims)))


class Graph:
    """Nodes in the order in which they are added. What a method returns is the name of its result."""

    def __init__(self, name: str, beside: Beside | None = None) -> None:
        """`beside`: where large weights go instead of into the file."""
        self._name = name
        self._beside = beside
        self._nodes: list[bytes] = []
        self._weights: list[bytes] = []
        self._count = 0

    def _new(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def weight(self, array: NDArray[Any] | Sequence[int]) -> str:
        """A constant: floats become float32, whole numbers int64."""
        name = self._new()
        self._weights.append(_tensor(name, np.asarray(array), self._beside))
        return name

    def op(self, kind: str, *inputs: str, **attributes: float | int | Sequence[int]) -> str:
        """A node with one result that is used."""
        return self.ops(1, kind, *inputs, **attributes)[0]

    def ops(self, results: int, kind: str, *inputs: str, **attributes: float | int | Sequence[int]) -> list[str]:
        """A node with several results."""
        names = [self._new() for _ in range(results)]
        node = b"".join(_block(1, name) for name in inputs) + b"".join(_block(2, name) for name in names)
        node += _block(4, kind) + b"".join(_block(5, _attribute(key, value)) for key, value in attributes.items())
        self._nodes.append(node)
        return names

    def file(self, given: tuple[str, Sequence[int | str]], result: tuple[str, str, Sequence[int | str]]) -> bytes:
        """The file's bytes. `given`: the input's name and shape; `result`: inner name, outer name and shape."""
        inner, outer, shape = result
        self._nodes.append(_block(1, inner) + _block(2, outer) + _block(4, "Identity"))
        graph = b"".join(_block(1, node) for node in self._nodes) + _block(2, self._name)
        graph += b"".join(_block(5, weight) for weight in self._weights)
        graph += _block(11, _value(*given)) + _block(12, _value(outer, shape))
        return _number(1, _IR) + _block(2, "tirek") + _block(7, graph) + _block(8, _block(1, "") + _number(2, OPSET))
