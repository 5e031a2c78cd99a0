"""Writing the ensemble as one ONNX file, and proving that it computes what torch computed."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime as ort
import torch

from bot.detector.features import BANDS, WINDOW, Floats
from bot.detector.training.network import Ensemble, Student

LARGEST_BYTES: Final = 8 * 1024 * 1024
TOLERANCE: Final = 1e-3


def export(members: Sequence[Student], target: Path) -> None:
    """Write `windows` (N, 80, frames) to `logits` (N,). Raises ValueError if the file is too large or differs."""
    model = Ensemble([_plain(member) for member in members]).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's advice to use the other exporter, which needs a further package
        torch.onnx.export(
            model,
            (torch.zeros(2, BANDS, WINDOW),),
            str(target),
            dynamo=False,
            input_names=["windows"],
            output_names=["logits"],
            dynamic_axes={"windows": {0: "n", 2: "frames"}, "logits": {0: "n"}},
            opset_version=17,
        )
    if target.stat().st_size > LARGEST_BYTES:
        raise ValueError(f"{target} is larger than {LARGEST_BYTES} bytes")
    gap = difference(model, target)
    if gap > TOLERANCE:
        raise ValueError(f"{target}: ONNX differs from torch by {gap:.2g}")


def runner(members: Sequence[Student], threads: int = 1) -> Callable[[Floats], Floats]:
    """The members behind onnxruntime, which is twice as fast as torch here and is what will run in the product."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "members.onnx"
        export(members, file)
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        session = ort.InferenceSession(file.read_bytes(), options, providers=["CPUExecutionProvider"])

    def score(windows: Floats) -> Floats:
        logits: Floats = session.run(None, {"windows": windows})[0]
        return logits

    return score


def _plain(member: Student) -> Student:
    """The member with its weights in the usual order in memory, which the exporter expects."""
    return member.to(memory_format=torch.contiguous_format)


@torch.inference_mode()
def difference(model: torch.nn.Module, file: Path) -> float:
    """The largest distance between torch and onnxruntime on random windows of two lengths."""
    session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    rng = np.random.default_rng(0)
    gaps = []
    for count, frames in ((1, WINDOW), (3, 211)):
        windows = rng.normal(0, 2, (count, BANDS, frames)).astype(np.float32)
        found = session.run(None, {"windows": windows})[0]
        gaps.append(float(np.abs(found - model(torch.from_numpy(windows)).numpy()).max()))
    return max(gaps)
