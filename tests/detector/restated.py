"""AASIST in PyTorch: the second way to compute what the ONNX graph of bot.detector.models.aasist computes.

Module and parameter names are those of the released state dictionaries, so that their keys are checked too.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from bot.detector.models.aasist import SHAPES, TEMPERATURES, sinc_bank


class Residual(nn.Module):
    """Two convolutions over (band, time) with a skip, then a third of the time steps."""

    def __init__(self, width_in: int, width_out: int, *, first: bool) -> None:
        super().__init__()
        if not first:
            self.bn1 = nn.BatchNorm2d(width_in)  # in the checkpoints, and unused there as here
        self.conv1 = nn.Conv2d(width_in, width_out, (2, 3), padding=(1, 1))
        self.bn2 = nn.BatchNorm2d(width_out)
        self.conv2 = nn.Conv2d(width_out, width_out, (2, 3), padding=(0, 1))
        self.conv_downsample = nn.Conv2d(width_in, width_out, (1, 3), padding=(0, 1)) if width_in != width_out else None

    def forward(self, x: Tensor) -> Tensor:
        same = x if self.conv_downsample is None else self.conv_downsample(x)
        out = self.conv2(torch.selu(self.bn2(self.conv1(x))))
        return nn.functional.max_pool2d(out + same, (1, 3))


def _normed(bn: nn.BatchNorm1d, x: Tensor) -> Tensor:
    return torch.selu(bn(x.flatten(0, 1)).view(x.shape))


class GraphAttention(nn.Module):
    """Attention between the nodes of one graph: (N, nodes, D) to (N, nodes, E)."""

    def __init__(self, width_in: int, width_out: int, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        self.att_proj = nn.Linear(width_in, width_out)
        self.att_weight = nn.Parameter(torch.randn(width_out, 1) * 0.1)
        self.proj_with_att = nn.Linear(width_in, width_out)
        self.proj_without_att = nn.Linear(width_in, width_out)
        self.bn = nn.BatchNorm1d(width_out)

    def forward(self, x: Tensor) -> Tensor:
        pairs = torch.tanh(self.att_proj(x[:, :, None] * x[:, None]))
        weights = torch.softmax(pairs @ self.att_weight / self.temperature, dim=-2)[..., 0]
        return _normed(self.bn, self.proj_with_att(weights @ x) + self.proj_without_att(x))


class MixedAttention(nn.Module):
    """Attention across the temporal and the spectral graph, with a master node that gathers from both."""

    def __init__(self, width_in: int, width_out: int, temperature: float) -> None:
        super().__init__()
        self.temperature = temperature
        self.proj_type1 = nn.Linear(width_in, width_in)
        self.proj_type2 = nn.Linear(width_in, width_in)
        self.att_proj = nn.Linear(width_in, width_out)
        self.att_projM = nn.Linear(width_in, width_out)
        self.att_weight11 = nn.Parameter(torch.randn(width_out, 1) * 0.1)
        self.att_weight22 = nn.Parameter(torch.randn(width_out, 1) * 0.1)
        self.att_weight12 = nn.Parameter(torch.randn(width_out, 1) * 0.1)
        self.att_weightM = nn.Parameter(torch.randn(width_out, 1) * 0.1)
        self.proj_with_att = nn.Linear(width_in, width_out)
        self.proj_without_att = nn.Linear(width_in, width_out)
        self.proj_with_attM = nn.Linear(width_in, width_out)
        self.proj_without_attM = nn.Linear(width_in, width_out)
        self.bn = nn.BatchNorm1d(width_out)

    def forward(self, first: Tensor, second: Tensor, master: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        count = first.shape[1]
        x = torch.cat([self.proj_type1(first), self.proj_type2(second)], dim=1)
        pairs = torch.tanh(self.att_proj(x[:, :, None] * x[:, None]))
        same1 = pairs[:, :count, :count] @ self.att_weight11
        same2 = pairs[:, count:, count:] @ self.att_weight22
        cross12 = pairs[:, :count, count:] @ self.att_weight12
        cross21 = pairs[:, count:, :count] @ self.att_weight12
        board = torch.cat([torch.cat([same1, cross12], 2), torch.cat([cross21, same2], 2)], 1)[..., 0]
        weights = torch.softmax(board / self.temperature, dim=-1)  # over the nodes that are gathered from
        gathered = torch.tanh(self.att_projM(x * master)) @ self.att_weightM
        share = torch.softmax(gathered / self.temperature, dim=-2).transpose(1, 2)
        master = self.proj_with_attM(share @ x) + self.proj_without_attM(master)
        out = _normed(self.bn, self.proj_with_att(weights @ x) + self.proj_without_att(x))
        return out[:, :count], out[:, count:], master


class Pool(nn.Module):
    """Keep the share of nodes that score highest, each weighed by its score."""

    def __init__(self, width: int, ratio: float) -> None:
        super().__init__()
        self.ratio = ratio
        self.proj = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        scores = torch.sigmoid(self.proj(x))
        kept = torch.topk(scores, max(int(x.shape[1] * self.ratio), 1), dim=1).indices
        return torch.gather(x * scores, 1, kept.expand(-1, -1, x.shape[2]))


class Aasist(nn.Module):
    """Waveforms (N, 64600) to logits (N, 2): spoof, bona fide."""

    bank: Tensor

    def __init__(self, width: int = 64) -> None:
        """`width` of the first graphs: 64 in AASIST, 24 in AASIST-L."""
        super().__init__()
        ratio_s, ratio_t, ratio = SHAPES[width].ratios
        self.register_buffer("bank", torch.from_numpy(sinc_bank()), persistent=False)
        self.first_bn = nn.BatchNorm2d(1)
        widths = [(1, 32), (32, 32), (32, width), (width, width), (width, width), (width, width)]
        self.encoder = nn.Sequential(*(nn.Sequential(Residual(a, b, first=i == 0)) for i, (a, b) in enumerate(widths)))
        self.pos_S = nn.Parameter(torch.randn(1, 23, width))
        self.master1 = nn.Parameter(torch.randn(1, 1, width))
        self.master2 = nn.Parameter(torch.randn(1, 1, width))
        self.GAT_layer_S = GraphAttention(width, width, TEMPERATURES[0])
        self.GAT_layer_T = GraphAttention(width, width, TEMPERATURES[1])
        self.pool_S = Pool(width, ratio_s)
        self.pool_T = Pool(width, ratio_t)
        for branch in "12":
            setattr(self, f"HtrgGAT_layer_ST{branch}1", MixedAttention(width, 32, TEMPERATURES[2]))
            setattr(self, f"HtrgGAT_layer_ST{branch}2", MixedAttention(32, 32, TEMPERATURES[2]))
            setattr(self, f"pool_hS{branch}", Pool(32, ratio))
            setattr(self, f"pool_hT{branch}", Pool(32, ratio))
        self.out_layer = nn.Linear(160, 2)

    def _branch(self, name: str, t: Tensor, s: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        master = getattr(self, f"master{name}").expand(len(t), -1, -1)
        t, s, master = getattr(self, f"HtrgGAT_layer_ST{name}1")(t, s, master)
        t, s = getattr(self, f"pool_hT{name}")(t), getattr(self, f"pool_hS{name}")(s)
        more_t, more_s, more = getattr(self, f"HtrgGAT_layer_ST{name}2")(t, s, master)
        return t + more_t, s + more_s, master + more

    def forward(self, waves: Tensor) -> Tensor:
        x = nn.functional.conv1d(waves[:, None], self.bank)[:, None].abs()
        x = self.encoder(torch.selu(self.first_bn(nn.functional.max_pool2d(x, 3)))).abs()
        spectral = self.pool_S(self.GAT_layer_S(x.amax(dim=3).transpose(1, 2) + self.pos_S))
        temporal = self.pool_T(self.GAT_layer_T(x.amax(dim=2).transpose(1, 2)))
        branches = zip(self._branch("1", temporal, spectral), self._branch("2", temporal, spectral), strict=True)
        t, s, master = (torch.maximum(a, b) for a, b in branches)
        parts = [t.abs().amax(1), t.mean(1), s.abs().amax(1), s.mean(1), master[:, 0]]
        logits: Tensor = self.out_layer(torch.cat(parts, dim=1))
        return logits


def randomised(width: int, seed: int) -> Aasist:
    """The structure with random weights and random running statistics, as after some training."""
    torch.manual_seed(seed)
    model = Aasist(width)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, 0.0, 0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.3)
    return model.eval()


@torch.inference_mode()
def logits(model: Aasist, waves: Any) -> Any:
    """Waveforms (N, 64600) as an array to logits (N, 2)."""
    return model(torch.from_numpy(waves)).numpy()
