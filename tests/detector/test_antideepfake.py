"""AntiDeepfake from a state dictionary of fairseq's form: what the graph computes, and what is no such dictionary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from bot.detector.models import antideepfake, safetensors, statedict, store
from bot.detector.models.antideepfake import SHAPES, STRIDES, Shape
from bot.detector.models.network import Network
from bot.detector.models.registry import ModelError
from bot.detector.models.statedict import BadCheckpoint
from tests.detector import checkpoints

WIDTH, LAYERS, HEADS, WIDE, CHANNELS, TAPS = 32, 2, 4, 48, 16, 8
KERNELS = (10, 3, 3, 3, 3, 2, 2)
Arrays = dict[str, NDArray[Any]]


def random_state(*, small: bool) -> Arrays:
    """A tiny checkpoint. `small`: as w2v_small, with group norm in the first layer only and no bias."""
    rng = np.random.default_rng(int(small))
    found: Arrays = {}

    def add(name: str, *shape: int, prefix: str = "m_ssl.model.") -> None:
        spread = 1 / np.sqrt(max(1, np.prod(shape[1:])))
        found[prefix + name] = rng.normal(0, spread, shape).astype("<f4")

    def both(name: str, out: int, *shape: int, prefix: str = "m_ssl.model.") -> None:
        add(f"{name}.weight", out, *shape, prefix=prefix)
        add(f"{name}.bias", out, prefix=prefix)

    for number, kernel in enumerate(KERNELS):
        name = f"feature_extractor.conv_layers.{number}"
        add(f"{name}.0.weight", CHANNELS, CHANNELS if number else 1, kernel)
        if small:
            if number == 0:
                both(f"{name}.2", CHANNELS)
        else:
            add(f"{name}.0.bias", CHANNELS)
            both(f"{name}.2.1", CHANNELS)
    both("layer_norm", CHANNELS)
    both("post_extract_proj", WIDTH, CHANNELS)
    add("encoder.pos_conv.0.weight_v", WIDTH, WIDTH // 16, TAPS)
    found["m_ssl.model.encoder.pos_conv.0.weight_g"] = rng.uniform(1, 3, (1, 1, TAPS)).astype("<f4")
    add("encoder.pos_conv.0.bias", WIDTH)
    both("encoder.layer_norm", WIDTH)
    for number in range(LAYERS):
        name = f"encoder.layers.{number}"
        for part in "qkv":
            both(f"{name}.self_attn.{part}_proj", WIDTH, WIDTH)
        both(f"{name}.self_attn.out_proj", WIDTH, WIDTH)
        both(f"{name}.self_attn_layer_norm", WIDTH)
        both(f"{name}.final_layer_norm", WIDTH)
        both(f"{name}.fc1", WIDE, WIDTH)
        both(f"{name}.fc2", WIDTH, WIDE)
    add("mask_emb", WIDTH)
    add("quantizer.vars", 1, 8, 4)
    both("final_proj", 6, WIDTH)
    both("proj_fc", 2, WIDTH, prefix="")
    return found


def restated(state: Arrays, wave: NDArray[np.float32], *, small: bool) -> NDArray[np.float32]:
    """The same network once more, in PyTorch's own layers: logits (2,) of a wave (samples,)."""
    w = {name.removeprefix("m_ssl.model."): torch.from_numpy(value.copy()) for name, value in state.items()}

    def norm(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, x.shape[-1:], w[f"{name}.weight"], w[f"{name}.bias"])

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

    x = torch.from_numpy(wave)[None]
    x = F.layer_norm(x, x.shape)[:, None]
    for number, stride in enumerate(STRIDES):
        name = f"feature_extractor.conv_layers.{number}"
        x = F.conv1d(x, w[f"{name}.0.weight"], w.get(f"{name}.0.bias"), stride)
        if not small:
            x = norm(f"{name}.2.1", x.transpose(1, 2)).transpose(1, 2)
        elif number == 0:
            x = F.group_norm(x, CHANNELS, w[f"{name}.2.weight"], w[f"{name}.2.bias"])
        x = F.gelu(x)
    x = linear("post_extract_proj", norm("layer_norm", x.transpose(1, 2)))
    conv = torch.nn.Conv1d(WIDTH, WIDTH, TAPS, padding=TAPS // 2, groups=16)
    conv = torch.nn.utils.parametrizations.weight_norm(conv, dim=2)
    conv.parametrizations.weight.original0.data = w["encoder.pos_conv.0.weight_g"]
    conv.parametrizations.weight.original1.data = w["encoder.pos_conv.0.weight_v"]
    conv.bias.data = w["encoder.pos_conv.0.bias"]
    x = x + F.gelu(conv(x.transpose(1, 2))[:, :, :-1]).transpose(1, 2)
    if small:
        x = norm("encoder.layer_norm", x)
    for number in range(LAYERS):
        name = f"encoder.layers.{number}"
        attention = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        parts = [f"{name}.self_attn.{part}_proj" for part in "qkv"]
        attention.in_proj_weight.data = torch.cat([w[f"{part}.weight"] for part in parts])
        attention.in_proj_bias.data = torch.cat([w[f"{part}.bias"] for part in parts])
        attention.out_proj.weight.data = w[f"{name}.self_attn.out_proj.weight"]
        attention.out_proj.bias.data = w[f"{name}.self_attn.out_proj.bias"]

        def feed(y: torch.Tensor, name: str = name) -> torch.Tensor:
            return linear(f"{name}.fc2", F.gelu(linear(f"{name}.fc1", y)))

        if small:
            x = norm(f"{name}.self_attn_layer_norm", x + attention(x, x, x)[0])
            x = norm(f"{name}.final_layer_norm", x + feed(x))
        else:
            y = norm(f"{name}.self_attn_layer_norm", x)
            x = x + attention(y, y, y)[0]
            x = x + feed(norm(f"{name}.final_layer_norm", x))
    if not small:
        x = norm("encoder.layer_norm", x)
    return F.linear(x.mean(dim=1), w["proj_fc.weight"], w["proj_fc.bias"])[0].detach().numpy()


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size that no release has, so that a test takes no gigabytes."""
    monkeypatch.setitem(SHAPES, (WIDTH, LAYERS), Shape(HEADS))


def as_safetensors(path: Path, state: Arrays) -> Path:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    body = b""
    for name, value in state.items():
        raw = value.tobytes()
        header[name] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(body), len(body) + len(raw)]}
        body += raw
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


@pytest.mark.parametrize("small", [False, True])
def test_the_graph_computes_what_pytorch_computes(small: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHAPES, (WIDTH, LAYERS), Shape(HEADS, norm_first=not small))
    state = random_state(small=small)
    path = as_safetensors(tmp_path / "model.safetensors", state)
    with safetensors.opened(path) as tensors:
        antideepfake.build(tensors, tmp_path / "made.onnx")
    network = Network(tmp_path / "made.onnx")
    assert network.samples == antideepfake.SAMPLES
    assert (tmp_path / "made.onnx.data").stat().st_size > (tmp_path / "made.onnx").stat().st_size / 2
    for seed in (0, 1):
        wave = np.random.default_rng(seed).normal(0.1, 0.2, antideepfake.SAMPLES).astype(np.float32)
        wave *= np.linspace(0.1, 1, len(wave), dtype=np.float32)
        wanted = restated(state, wave, small=small)
        assert network.raw(wave) == pytest.approx(float(wanted[0] - wanted[1]), abs=2e-4)


def test_all_released_sizes_are_known_and_nothing_else() -> None:
    del SHAPES[WIDTH, LAYERS]
    try:
        assert {width: (layers, shape.heads, shape.norm_first) for (width, layers), shape in SHAPES.items()} == {
            768: (12, 12, False),
            1024: (24, 16, True),
            1280: (48, 16, True),
            1920: (48, 16, True),
        }
    finally:
        SHAPES[WIDTH, LAYERS] = Shape(HEADS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s.pop("m_ssl.model.encoder.layers.1.fc2.bias"), "has no .*fc2.bias"),
        (lambda s: s.pop("m_ssl.model.layer_norm.weight"), "has no .*layer_norm.weight"),
        (lambda s: s.update({"m_ssl.model.adapter.weight": np.zeros(2, "<f4")}), "adapter.weight has no place"),
        (lambda s: s.update({"m_ssl.model.layer_norm.bias": np.zeros(3, "<f4")}), "layer_norm.bias is"),
        (lambda s: s.update({"proj_fc.weight": np.zeros((2, 99), "<f4")}), "layers of 99"),
        (lambda s: s.update({"proj_fc.weight": np.zeros((3, WIDTH), "<f4")}), "two answers"),
    ],
)
def test_a_name_left_over_or_missing_is_an_error(change: Any, says: str, tmp_path: Path) -> None:
    state = random_state(small=False)
    change(state)
    path = checkpoints.write(tmp_path / "x.ckpt", state)
    with statedict.opened(path) as tensors, pytest.raises(BadCheckpoint, match=says):
        antideepfake.build(tensors, tmp_path / "x.onnx")
    root = tmp_path / "models"
    with pytest.raises(ModelError, match="cannot be used"):
        store.install(root, path, "own")
    assert list(root.iterdir()) == [], "nothing half made is left"


def test_it_is_installed_verified_and_scores_in_either_form(tmp_path: Path) -> None:
    state = random_state(small=False)
    files = [
        checkpoints.write(tmp_path / "own.ckpt", state),
        as_safetensors(tmp_path / "own.safetensors", state),
    ]
    checks = []
    for number, file in enumerate(files):
        model = store.install(tmp_path / "models", file, f"own-{number}")
        assert model.facts.loader == "antideepfake"
        assert sorted(model.facts.files) == ["model.onnx", "model.onnx.data", file.name]
        assert store.verify(model) == []
        checks.append(model.facts.check)
    assert checks[0] == pytest.approx(checks[1], abs=1e-6)
    numbers = store.find(tmp_path / "models", "own-0").folder / "model.onnx.data"
    numbers.write_bytes(numbers.read_bytes()[:-4])
    assert store.verify(store.find(tmp_path / "models", "own-0")) == [
        "model.onnx.data has changed since it was installed."
    ]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "none of safetensors"),
        (b"\xff" * 8 + b"{}", "none of safetensors"),
        ((5).to_bytes(8, "little") + b"{]}}}", "header of the file is damaged"),
        ((9).to_bytes(8, "little") + b'{"a": 12}', "header of the file is damaged"),
    ],
)
def test_what_is_no_safetensors_is_refused(data: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(BadCheckpoint, match=says), safetensors.opened(tmp_path / "x.safetensors"):
        pass


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]},
        {"dtype": "F32", "shape": [1], "data_offsets": [-4, 0]},
        {"dtype": "BOOL", "shape": [1], "data_offsets": [0, 1]},
    ],
)
def test_a_tensor_that_cannot_be_is_refused(entry: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps({"a": entry}).encode()
    (tmp_path / "x.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(64))
    with pytest.raises(BadCheckpoint), safetensors.opened(tmp_path / "x.safetensors"):
        pass


def test_an_early_end_is_noticed(tmp_path: Path) -> None:
    path = as_safetensors(tmp_path / "x.safetensors", {"a": np.zeros(1000, "<f4")})
    path.write_bytes(path.read_bytes()[:-100])
    with safetensors.opened(path) as tensors, pytest.raises(BadCheckpoint, match="ends early"):
        tensors["a"].read()
