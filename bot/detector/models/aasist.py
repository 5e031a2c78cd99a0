"""AASIST (Jung et al., ICASSP 2022) as an ONNX graph, from a released state dictionary.

Written from the published configurations and the shapes of the released files; it takes those of the AASIST repository
(AASIST, AASIST-L) and of the ASVspoof 5 baseline unchanged. What is peculiar about them is kept, since the weights were
trained with it: blocks 2 to 6 ignore their first batch norm, and all four hidden pools use one ratio.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.detector.features import RATE, Floats
from bot.detector.models.onnxfile import Graph
from bot.detector.models.statedict import Arrays, BadCheckpoint

SAMPLES: Final = 64_600  # exactly what the checkpoints take, 4.04 s
INPUT: Final = "waves"
OUTPUT: Final = "logits"
TAPS: Final = 129
FILTERS: Final = 70
TEMPERATURES: Final = (2.0, 2.0, 100.0)
BLOCKS: Final = 6
NODES: Final = (23, 29)  # of the spectral and the temporal graph, before their pools
_EPSILON: Final = 1e-5


@dataclass(frozen=True, slots=True)
class Shape:
    """What the size of the first graph's features says about the rest."""

    ratios: tuple[float, float, float]  # of the spectral, the temporal and the hidden pools


SHAPES: Final = {64: Shape((0.5, 0.7, 0.5)), 24: Shape((0.4, 0.5, 0.7))}  # AASIST and ASVspoof 5; AASIST-L


def sinc_bank() -> Floats:
    """The fixed front end: band-pass filters on the mel scale, (70, 1, 129)."""
    mels = np.linspace(0, 2595 * np.log10(1 + (RATE / 2) / 700), FILTERS + 1)
    edges = 700 * (10 ** (mels / 2595) - 1)
    times = np.arange(-(TAPS // 2), TAPS // 2 + 1)
    low_pass = (2 * edges[:, None] / RATE) * np.sinc(2 * edges[:, None] * times / RATE)
    bank: Floats = (np.hamming(TAPS) * (low_pass[1:] - low_pass[:-1])).astype(np.float32)[:, None]
    return bank


class _Builder:
    """The graph so far and the weights not yet used."""

    def __init__(self, weights: Arrays) -> None:
        self.graph = Graph("aasist")
        self.op = self.graph.op
        self._weights = dict(weights)

    def take(self, name: str) -> NDArray[Any]:
        try:
            return self._weights.pop(name)
        except KeyError:
            raise BadCheckpoint(f"The checkpoint is none of AASIST: it has no {name}.") from None

    def finish(self) -> None:
        """What nobody asked for is an error: then this is another network."""
        unused = [name for name in self._weights if not name.endswith("num_batches_tracked") and ".0.bn1." not in name]
        if unused:
            raise BadCheckpoint(f"The checkpoint is none of AASIST: {unused[0]} has no place in it.")

    def weight(self, name: str) -> str:
        return self.graph.weight(self.take(name))

    def conv(self, name: str, x: str, *pads: int) -> str:
        return self.op("Conv", x, self.weight(f"{name}.weight"), self.weight(f"{name}.bias"), pads=pads)

    def norm(self, name: str, x: str) -> str:
        parts = [self.weight(f"{name}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
        return self.op("Selu", self.op("BatchNormalization", x, *parts, epsilon=_EPSILON))

    def norm_last(self, name: str, x: str) -> str:
        """Batch norm over the last axis, then SELU."""
        spread = np.sqrt(self.take(f"{name}.running_var") + _EPSILON)
        scale = self.take(f"{name}.weight") / spread
        shift = self.take(f"{name}.bias") - self.take(f"{name}.running_mean") * scale
        scaled = self.op("Mul", x, self.graph.weight(scale))
        return self.op("Selu", self.op("Add", scaled, self.graph.weight(shift)))

    def linear(self, name: str, x: str) -> str:
        product = self.op("MatMul", x, self.graph.weight(self.take(f"{name}.weight").T))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def block(self, number: int, x: str) -> str:
        """Two convolutions over (band, time) with a skip, then a third of the time steps."""
        name = f"encoder.{number}.0"
        out = self.norm(f"{name}.bn2", self.conv(f"{name}.conv1", x, 1, 1, 1, 1))
        out = self.conv(f"{name}.conv2", out, 0, 1, 0, 1)
        if f"{name}.conv_downsample.weight" in self._weights:
            x = self.conv(f"{name}.conv_downsample", x, 0, 1, 0, 1)
        return self.op("MaxPool", self.op("Add", out, x), kernel_shape=(1, 3), strides=(1, 3))

    def pairs(self, name: str, x: str) -> str:
        """What each node has in common with each other: (N, n, n, width)."""
        one, two = self.graph.weight([1]), self.graph.weight([2])
        product = self.op("Mul", self.op("Unsqueeze", x, two), self.op("Unsqueeze", x, one))
        return self.op("Tanh", self.linear(f"{name}.att_proj", product))

    def softmax(self, board: str, temperature: float, axis: int) -> str:
        cooled = self.op("Div", board, self.graph.weight(np.array(temperature, np.float32)))
        return self.op("Softmax", cooled, axis=axis)

    def mixed(self, name: str, weights: str, x: str) -> str:
        gathered = self.linear(f"{name}.proj_with_att", self.op("MatMul", weights, x))
        return self.norm_last(f"{name}.bn", self.op("Add", gathered, self.linear(f"{name}.proj_without_att", x)))

    def attention(self, name: str, x: str, temperature: float) -> str:
        """Attention between the nodes of one graph."""
        board = self.op("MatMul", self.pairs(name, x), self.weight(f"{name}.att_weight"))
        board = self.op("Squeeze", board, self.graph.weight([3]))
        return self.mixed(name, self.softmax(board, temperature, 2), x)

    def part(self, x: str, axis: int, start: int, stop: int) -> str:
        bounds = [self.graph.weight([value]) for value in (start, stop, axis)]
        return self.op("Slice", x, *bounds)

    def across(self, name: str, first: str, second: str, master: str, count: int, total: int) -> tuple[str, str, str]:
        """Attention across both graphs, of `count` and `total - count` nodes, with a master node that gathers."""
        types = (self.linear(f"{name}.proj_type1", first), self.linear(f"{name}.proj_type2", second))
        x = self.op("Concat", *types, axis=1)
        pairs = self.pairs(name, x)
        mixed = self.weight(f"{name}.att_weight12")
        rows = []
        for own, (start, stop) in (("att_weight11", (0, count)), ("att_weight22", (count, total))):
            row = self.part(pairs, 1, start, stop)
            left, right = self.part(row, 2, 0, count), self.part(row, 2, count, total)
            same = self.weight(f"{name}.{own}")
            first_half = self.op("MatMul", left, same if start == 0 else mixed)
            second_half = self.op("MatMul", right, mixed if start == 0 else same)
            rows.append(self.op("Concat", first_half, second_half, axis=2))
        board = self.op("Squeeze", self.op("Concat", *rows, axis=1), self.graph.weight([3]))
        weights = self.softmax(board, TEMPERATURES[2], 2)
        gathered = self.op("Tanh", self.linear(f"{name}.att_projM", self.op("Mul", x, master)))
        share = self.softmax(self.op("MatMul", gathered, self.weight(f"{name}.att_weightM")), TEMPERATURES[2], 1)
        turned = self.op("Transpose", share, perm=(0, 2, 1))
        told = self.linear(f"{name}.proj_with_attM", self.op("MatMul", turned, x))
        master = self.op("Add", told, self.linear(f"{name}.proj_without_attM", master))
        out = self.mixed(name, weights, x)
        return self.part(out, 1, 0, count), self.part(out, 1, count, total), master

    def pool(self, name: str, x: str, kept: int, width: int) -> str:
        """The `kept` nodes that score highest, each weighed by its score."""
        scores = self.op("Sigmoid", self.linear(f"{name}.proj", x))
        _, places = self.graph.ops(2, "TopK", scores, self.graph.weight([kept]), axis=1)
        places = self.op("Expand", places, self.graph.weight([1, 1, width]))
        return self.op("GatherElements", self.op("Mul", x, scores), places, axis=1)

    def branch(self, name: str, t: str, s: str, sizes: tuple[int, int], ratio: float) -> tuple[str, str, str]:
        nodes_t, nodes_s = sizes
        layer = f"HtrgGAT_layer_ST{name}"
        width = self._weights[f"{layer}1.proj_with_att.weight"].shape[0]
        t, s, master = self.across(f"{layer}1", t, s, self.weight(f"master{name}"), nodes_t, nodes_t + nodes_s)
        nodes_t, nodes_s = kept(nodes_t, ratio), kept(nodes_s, ratio)
        t, s = self.pool(f"pool_hT{name}", t, nodes_t, width), self.pool(f"pool_hS{name}", s, nodes_s, width)
        more_t, more_s, more = self.across(f"{layer}2", t, s, master, nodes_t, nodes_t + nodes_s)
        return self.op("Add", t, more_t), self.op("Add", s, more_s), self.op("Add", master, more)


def kept(nodes: int, ratio: float) -> int:
    """How many nodes a pool leaves."""
    return max(int(nodes * ratio), 1)


def build(weights: Arrays) -> bytes:
    """The ONNX file: `waves` (N, 64600) to `logits` (N, 2): synthetic, human. Raises BadCheckpoint."""
    make = _Builder(weights)
    spectral_places = make.take("pos_S")
    width = spectral_places.shape[-1]
    if width not in SHAPES or spectral_places.shape != (1, NODES[0], width):
        raise BadCheckpoint(f"The checkpoint is none of AASIST: graphs of {width} features are not known.")
    ratios = SHAPES[width].ratios
    op = make.op
    try:
        x = op("Conv", op("Unsqueeze", INPUT, make.graph.weight([1])), make.graph.weight(sinc_bank()))
        x = op("Abs", op("Unsqueeze", x, make.graph.weight([1])))
        x = make.norm("first_bn", op("MaxPool", x, kernel_shape=(3, 3), strides=(3, 3)))
        for number in range(BLOCKS):
            x = make.block(number, x)
        x = op("Abs", x)
        s = op("Transpose", op("ReduceMax", x, axes=(3,), keepdims=0), perm=(0, 2, 1))
        t = op("Transpose", op("ReduceMax", x, axes=(2,), keepdims=0), perm=(0, 2, 1))
        s = make.attention("GAT_layer_S", op("Add", s, make.graph.weight(spectral_places)), TEMPERATURES[0])
        t = make.attention("GAT_layer_T", t, TEMPERATURES[1])
        nodes_s, nodes_t = kept(NODES[0], ratios[0]), kept(NODES[1], ratios[1])
        s, t = make.pool("pool_S", s, nodes_s, width), make.pool("pool_T", t, nodes_t, width)
        branches = [make.branch(name, t, s, (nodes_t, nodes_s), ratios[2]) for name in "12"]
        t, s, master = (op("Max", a, b) for a, b in zip(*branches, strict=True))
        parts = [
            *(op("ReduceMax", op("Abs", t), axes=(1,), keepdims=0), op("ReduceMean", t, axes=(1,), keepdims=0)),
            *(op("ReduceMax", op("Abs", s), axes=(1,), keepdims=0), op("ReduceMean", s, axes=(1,), keepdims=0)),
            op("Squeeze", master, make.graph.weight([1])),
        ]
        logits = make.linear("out_layer", op("Concat", *parts, axis=1))
    except (KeyError, IndexError) as error:
        raise BadCheckpoint(f"The checkpoint is none of AASIST: it has no {error}.") from None
    make.finish()
    return make.graph.file((INPUT, ("n", SAMPLES)), (logits, OUTPUT, ("n", 2)))


def fit_length(samples: Floats, size: int = SAMPLES) -> Floats:
    """The first `size` samples; a shorter recording is repeated end to end."""
    if len(samples) < size:
        samples = np.tile(samples, -(-size // len(samples)))
    return samples[:size]
