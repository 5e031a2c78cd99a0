"""AntiDeepfake (NII, 2025) as an ONNX graph, from a released state dictionary: a wav2vec 2.0 encoder of fairseq, the
mean over its frames, and one linear layer.

Written from the published configurations: six sizes, known by their width and depth. Every name of the checkpoint must
have its place, and every place its name. Weights are taken one by one and written beside the graph, so that two billion
of them need no more memory than the largest matrix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE
from bot.detector.models.onnxfile import Beside, Graph
from bot.detector.models.statedict import BadCheckpoint, Tensor

SAMPLES: Final = 10 * RATE  # what the graph hears at a time; the encoder was trained on pieces of up to 13 s
INPUT: Final = "waves"
OUTPUT: Final = "logits"
HEAD: Final = "proj_fc.weight"  # only these checkpoints have it
STRIDES: Final = (5, 2, 2, 2, 2, 2, 2)
GROUPS: Final = 16  # of the positional convolution
_PREFIX: Final = "m_ssl.model."
_UNUSED: Final = ("mask_emb", "quantizer.", "project_q.", "final_proj.")  # needed for pre-training only
_EPSILON: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Shape:
    """What the names and sizes of a checkpoint do not say."""

    heads: int
    norm_first: bool = True  # layer norms before attention and feed-forward, not after


SHAPES: Final = {  # by width and layers
    (768, 12): Shape(12, norm_first=False),  # w2v_small
    (1024, 24): Shape(16),  # w2v_large, mms_300m
    (1280, 48): Shape(16),  # mms_1b, xlsr_1b
    (1920, 48): Shape(16),  # xlsr_2b
}


class _Builder:
    """The graph so far and the tensors not yet used."""

    def __init__(self, tensors: Mapping[str, Tensor], beside: Beside) -> None:
        self.graph = Graph("antideepfake", beside)
        self.op = self.graph.op
        self._left = dict(tensors)

    def has(self, name: str) -> bool:
        return _PREFIX + name in self._left

    def take(self, name: str, *shape: int, prefix: str = _PREFIX) -> NDArray[Any]:
        """A tensor's numbers. Raises BadCheckpoint where it is missing or of another shape."""
        tensor = self._left.pop(prefix + name, None)
        if tensor is None:
            raise BadCheckpoint(f"The checkpoint is none of AntiDeepfake: it has no {prefix}{name}.")
        if shape and tensor.shape != shape:
            raise BadCheckpoint(f"The checkpoint is none of AntiDeepfake: {prefix}{name} is {tensor.shape}.")
        return tensor.read().astype(np.float32, copy=False)

    def finish(self) -> None:
        """What nobody asked for is an error: then this is another network."""
        unused = [name for name in self._left if not name.startswith(tuple(_PREFIX + each for each in _UNUSED))]
        if unused:
            raise BadCheckpoint(f"The checkpoint is none of AntiDeepfake: {unused[0]} has no place in it.")

    def number(self, value: float) -> str:
        return self.graph.weight(np.array(value, np.float32))

    def gelu(self, x: str) -> str:
        halves = self.op("Mul", x, self.number(0.5))
        erf = self.op("Erf", self.op("Mul", x, self.number(1 / math.sqrt(2))))
        return self.op("Mul", halves, self.op("Add", erf, self.number(1.0)))

    def norm(self, name: str, x: str, width: int) -> str:
        """Layer norm over the last axis."""
        parts = [self.graph.weight(self.take(f"{name}.{part}", width)) for part in ("weight", "bias")]
        return self.op("LayerNormalization", x, *parts, axis=-1, epsilon=_EPSILON)

    def linear(self, name: str, x: str, wide: int, out: int, prefix: str = _PREFIX) -> str:
        weight = self.take(f"{name}.weight", out, wide, prefix=prefix).T
        product = self.op("MatMul", x, self.graph.weight(weight))
        return self.op("Add", product, self.graph.weight(self.take(f"{name}.bias", out, prefix=prefix)))

    def features(self, x: str) -> tuple[str, int]:
        """The convolutions: waves (N, samples) to (N, frames, channels), a frame each 20 ms."""
        x = self.op("Unsqueeze", x, self.graph.weight([1]))
        wide = 1
        for number, stride in enumerate(STRIDES):
            name = f"feature_extractor.conv_layers.{number}"
            weight = self.take(f"{name}.0.weight")
            parts = [self.graph.weight(weight)]
            if self.has(f"{name}.0.bias"):
                parts.append(self.graph.weight(self.take(f"{name}.0.bias", len(weight))))
            if weight.ndim != 3 or weight.shape[1] != wide:
                raise BadCheckpoint(f"The checkpoint is none of AntiDeepfake: {name} does not fit the one before.")
            wide = len(weight)
            x = self.op("Conv", x, *parts, strides=(stride,))
            if self.has(f"{name}.2.1.weight"):
                turned = self.norm(f"{name}.2.1", self.op("Transpose", x, perm=(0, 2, 1)), wide)
                x = self.op("Transpose", turned, perm=(0, 2, 1))
            elif number == 0:  # the small one: each channel by itself, in the first layer only
                norm = [self.graph.weight(self.take(f"{name}.2.{part}", wide)) for part in ("weight", "bias")]
                x = self.op("InstanceNormalization", x, *norm, epsilon=_EPSILON)
            x = self.gelu(x)
        return self.op("Transpose", x, perm=(0, 2, 1)), wide

    def positions(self, x: str, width: int) -> str:
        """The positional convolution, whose weight is stored as length and direction for each tap."""
        direction = self.take("encoder.pos_conv.0.weight_v")
        taps = direction.shape[-1]
        length = self.take("encoder.pos_conv.0.weight_g", 1, 1, taps)
        norm = np.sqrt((direction.astype(np.float64) ** 2).sum(axis=(0, 1), keepdims=True))
        weight = (direction * (length / norm)).astype(np.float32)
        bias = self.graph.weight(self.take("encoder.pos_conv.0.bias", width))
        # Half a kernel before; after, one less where the kernel is even, so that the length stays.
        pads = (taps // 2, taps // 2 - (taps % 2 == 0))
        turned = self.op("Transpose", x, perm=(0, 2, 1))
        found = self.op("Conv", turned, self.graph.weight(weight), bias, group=GROUPS, pads=pads)
        return self.op("Transpose", self.gelu(found), perm=(0, 2, 1))

    def attention(self, name: str, x: str, width: int, heads: int) -> str:
        size = width // heads

        def split(part: str, *perm: int) -> str:
            flat = self.linear(f"{name}.{part}_proj", x, width, width)
            rows = self.op("Reshape", flat, self.graph.weight([0, 0, heads, size]))
            return self.op("Transpose", rows, perm=perm)

        query = self.op("Mul", split("q", 0, 2, 1, 3), self.number(size**-0.5))
        weights = self.op("Softmax", self.op("MatMul", query, split("k", 0, 2, 3, 1)), axis=-1)
        mixed = self.op("Transpose", self.op("MatMul", weights, split("v", 0, 2, 1, 3)), perm=(0, 2, 1, 3))
        joined = self.op("Reshape", mixed, self.graph.weight([0, 0, width]))
        return self.linear(f"{name}.out_proj", joined, width, width)

    def layer(self, number: int, x: str, width: int, shape: Shape) -> str:
        name = f"encoder.layers.{number}"
        wide = self._left[f"{_PREFIX}{name}.fc1.weight"].shape[0] if self.has(f"{name}.fc1.weight") else 0

        def attend(y: str) -> str:
            return self.attention(f"{name}.self_attn", y, width, shape.heads)

        def feed(y: str) -> str:
            inner = self.gelu(self.linear(f"{name}.fc1", y, width, wide))
            return self.linear(f"{name}.fc2", inner, wide, width)

        for step, norm in ((attend, "self_attn_layer_norm"), (feed, "final_layer_norm")):
            if shape.norm_first:
                x = self.op("Add", x, step(self.norm(f"{name}.{norm}", x, width)))
            else:
                x = self.norm(f"{name}.{norm}", self.op("Add", x, step(x)), width)
        return x


def _levelled(make: _Builder, x: str) -> str:
    """The wave with mean nought and deviation one."""
    centred = make.op("Sub", x, make.op("ReduceMean", x, axes=(1,), keepdims=1))
    spread = make.op("ReduceMean", make.op("Mul", centred, centred), axes=(1,), keepdims=1)
    return make.op("Div", centred, make.op("Sqrt", make.op("Add", spread, make.number(_EPSILON))))


def _depth(tensors: Mapping[str, Tensor]) -> int:
    start = f"{_PREFIX}encoder.layers."
    return len({name[len(start) :].partition(".")[0] for name in tensors if name.startswith(start)})


def build(tensors: Mapping[str, Tensor], target: Path) -> None:
    """Write `target` and its numbers beside it: `waves` (N, 160000) to `logits` (N, 2): synthetic, human.

    Raises BadCheckpoint for anything but the six sizes, OSError.
    """
    head = tensors.get(HEAD)
    if head is None or len(head.shape) != 2 or head.shape[0] != 2:
        raise BadCheckpoint("The checkpoint is none of AntiDeepfake: it has no layer of two answers.")
    width, depth = head.shape[1], _depth(tensors)
    shape = SHAPES.get((width, depth))
    if shape is None:
        raise BadCheckpoint(f"The checkpoint is none of AntiDeepfake: {depth} layers of {width} are not known.")
    name = numbers_of(target).name
    with numbers_of(target).open("wb") as file:
        make = _Builder(tensors, Beside(file, name))
        x, channels = make.features(_levelled(make, INPUT))
        x = make.linear("post_extract_proj", make.norm("layer_norm", x, channels), channels, width)
        x = make.op("Add", x, make.positions(x, width))
        if not shape.norm_first:
            x = make.norm("encoder.layer_norm", x, width)
        for number in range(depth):
            x = make.layer(number, x, width, shape)
        if shape.norm_first:
            x = make.norm("encoder.layer_norm", x, width)
        logits = make.linear("proj_fc", make.op("ReduceMean", x, axes=(1,), keepdims=0), width, 2, prefix="")
        make.finish()
    target.write_bytes(make.graph.file((INPUT, ("n", SAMPLES)), (logits, OUTPUT, ("n", 2))))


def numbers_of(target: Path) -> Path:
    """Where the numbers of an ONNX file lie."""
    return target.with_name(f"{target.name}.data")
