"""The network of the gauge reader: finds landmarks of the gauge, then reads the needle from their geometry.

Knows tensors only: neither files nor how gauges are drawn.

    grey picture -> convolutions -> a heat map per landmark -> its centre of mass (x, y)
    hub, tip, nine scale points  -> angles between needle and scale points -> small dense part -> fraction of full scale

A dense network on flattened pixels has to learn every place of the gauge anew; centres of mass are exact to a fraction of
a pixel, and angles relative to the printed scale do not change when the gauge moves, grows or turns.
"""

import torch
from torch import nn
import torch.nn.functional as F

# hub, tip and nine points from 0 to full scale, as make-frames.mjs writes them
LANDMARKS = 11
SCALE_FROM = 2
# Heat maps that no label supervises: room for what else helps (tail, caption, edge of the glass).
FREE_MAPS = 5
# Bins of full scale; the answer is their mean, so two candidate readings do not blur into the middle during training.
BINS = 41


def conv(inputs, outputs, stride=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, channels):
        super().__init__()
        self.first = conv(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        return F.relu(x + self.second(self.first(x)))


class GaugeReader(nn.Module):
    """x: N x 1 x height x width in 0..1 -> fraction N x 1 (and what training needs).

    widths: channels at 1/2, 1/4, 1/8 and 1/16 of the input; hidden: width of the dense part; deep: residual blocks at 1/16.
    """

    def __init__(self, size, widths, hidden, deep):
        super().__init__()
        self.size = size  # width, height
        c2, c4, c8, c16 = widths
        self.down2 = conv(1, c2, 2)
        self.down4 = conv(c2, c4, 2)
        self.down8 = nn.Sequential(conv(c4, c8, 2), Residual(c8))
        self.down16 = nn.Sequential(conv(c8, c16, 2), *[Residual(c16) for _ in range(deep)])
        self.side16 = nn.Conv2d(c16, c8, 1)
        self.merge8 = conv(c8, c8)
        self.side8 = nn.Conv2d(c8, c4, 1)
        self.merge4 = conv(c4, c4)
        self.heat = nn.Conv2d(c4, LANDMARKS + FREE_MAPS, 1)
        features = 2 * (LANDMARKS - SCALE_FROM) + 2 * (LANDMARKS + FREE_MAPS) + c16
        self.dense = nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, BINS)
        )
        # Sizes are constants of the exported graph: boards get no dynamic shapes.
        half = lambda n: (n + 1) // 2
        self.grid8 = (half(half(half(size[1]))), half(half(half(size[0]))))
        self.grid4 = (half(half(size[1])), half(half(size[0])))
        ys = (torch.arange(self.grid4[0]) * 4 + 0.5) / size[1]
        xs = (torch.arange(self.grid4[1]) * 4 + 0.5) / size[0]
        places = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), -1).reshape(-1, 2)
        self.register_buffer("places", places)
        self.register_buffer("bins", torch.linspace(-0.05, 1.05, BINS).reshape(BINS, 1))

    def forward(self, x):
        at4 = self.down4(self.down2(x))
        at8 = self.down8(at4)
        at16 = self.down16(at8)
        up8 = F.interpolate(self.side16(at16), size=self.grid8, mode="nearest")
        at8 = self.merge8(F.relu(at8 + up8))
        up4 = F.interpolate(self.side8(at8), size=self.grid4, mode="nearest")
        heat = self.heat(self.merge4(F.relu(at4 + up4)))
        shares = torch.softmax(heat.flatten(2), 2)
        points = torch.matmul(shares, self.places)  # N x maps x 2
        logits = self.dense(torch.cat([self.angles(points), points.flatten(1) - 0.5, at16.mean((2, 3))], 1))
        fraction = torch.matmul(torch.softmax(logits, 1), self.bins)
        if self.training:
            return fraction, points[:, :LANDMARKS], logits
        return torch.clamp(fraction, 0, 1)

    def angles(self, points):
        """Cosine and sine from the needle to each scale point, seen from the hub: N x 18."""
        # Square pixels: shares of width and height are not the same length.
        square = points[:, :LANDMARKS] * torch.tensor([self.size[0] / self.size[1], 1.0])
        spokes = square[:, 1:] - square[:, :1]
        spokes = spokes / torch.sqrt((spokes * spokes).sum(2, keepdim=True) + 1e-4)
        needle, scale = spokes[:, :1], spokes[:, 1:]
        cosine = (needle * scale).sum(2)
        sine = needle[:, :, 0] * scale[:, :, 1] - needle[:, :, 1] * scale[:, :, 0]
        return torch.cat([cosine, sine], 1)


# Best first. Each file stays under 2 MB; what they cost on a board is measured there.
RECIPES = {
    "teacher": dict(size=(128, 96), widths=(16, 32, 64, 96), hidden=128, deep=1),
    "student": dict(size=(96, 72), widths=(8, 16, 32, 48), hidden=96, deep=1),
}
