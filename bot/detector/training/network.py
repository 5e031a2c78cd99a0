"""The scoring model: a small residual network over (band, time) with attentive statistics pooling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from bot.detector.features import BANDS

WIDTHS: Final = (12, 24, 36, 48)


class Block(nn.Module):
    """Two 3×3 convolutions with a skip; `stride` halves both axes."""

    def __init__(self, width_in: int, width_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width_out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width_out)
        self.conv2 = nn.Conv2d(width_out, width_out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width_out)
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or width_in != width_out:
            self.skip = nn.Sequential(
                nn.AvgPool2d(stride, stride, ceil_mode=True) if stride > 1 else nn.Identity(),
                nn.Conv2d(width_in, width_out, 1, bias=False),
                nn.BatchNorm2d(width_out),
            )

    def forward(self, x: Tensor) -> Tensor:
        out = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        return torch.relu(out + self.skip(x))


class AttentivePool(nn.Module):
    """Weighed mean and deviation over time: (N, C, T) to (N, 2C)."""

    def __init__(self, width: int, hidden: int = 48) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Conv1d(width, hidden, 1), nn.Tanh(), nn.Conv1d(hidden, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        weights = torch.softmax(self.score(x), dim=2)
        mean = (weights * x).sum(dim=2)
        spread = ((weights * x * x).sum(dim=2) - mean * mean).clamp(min=1e-4).sqrt()
        return torch.cat([mean, spread], dim=1)


class Student(nn.Module):
    """Windows of centred log bands (N, 80, frames) to one logit each (N,): the higher, the more synthetic."""

    def __init__(self, widths: Sequence[int] = WIDTHS, hidden: int = 96, dropout: float = 0.3) -> None:
        super().__init__()
        a, b, c, d = widths
        self.stem = nn.Sequential(nn.Conv2d(1, a, 5, 2, 2, bias=False), nn.BatchNorm2d(a), nn.ReLU())
        self.body = nn.Sequential(Block(a, b, 2), Block(b, b, 1), Block(b, c, 2), Block(c, c, 1), Block(c, d, 2))
        rows = -(-BANDS // 16)
        self.mix = nn.Sequential(nn.Conv1d(d * rows, hidden, 1, bias=False), nn.BatchNorm1d(hidden), nn.ReLU())
        self.pool = AttentivePool(hidden)
        self.head = nn.Sequential(nn.BatchNorm1d(2 * hidden), nn.Dropout(dropout), nn.Linear(2 * hidden, 1))

    def forward(self, windows: Tensor) -> Tensor:
        x = self.body(self.stem(windows[:, None] * 0.4))
        logit: Tensor = self.head(self.pool(self.mix(x.flatten(1, 2))))[:, 0]
        return logit


class Ensemble(nn.Module):
    """The mean logit of several students."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, windows: Tensor) -> Tensor:
        return torch.stack([member(windows) for member in self.members]).mean(dim=0)
