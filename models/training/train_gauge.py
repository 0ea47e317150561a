"""Trains the gauge reader on the frames of make-frames.mjs: teacher first, then smaller ones that also learn from it.

    train_gauge.py FRAMES_DIR OUT_DIR [teacher|student ...]

Writes OUT_DIR/<recipe>.onnx (float, batch norm folded). Needs Debian's python3-torch; no network, no GPU, no board.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from reader_net import BINS, RECIPES, GaugeReader

SEED = 20261124
BATCH = 64
EPOCHS = {"teacher": 10, "student": 14}
PEAK_RATE = 3e-3
torch.set_num_threads(2)


class Frames:
    """Frames of one input size and their labels, in memory as bytes."""

    def __init__(self, folder, size):
        self.count = json.loads((folder / "frames.json").read_text())["count"]
        self.width, self.height = size
        raw = np.fromfile(folder / f"{size[0]}x{size[1]}.u8", np.uint8)
        self.pixels = torch.from_numpy(raw.reshape(self.count, 1, size[1], size[0]))
        labels = np.fromfile(folder / "labels.f32", np.float32).reshape(self.count, -1)
        self.fraction = torch.from_numpy(labels[:, :1].copy())
        self.points = torch.from_numpy(labels[:, 1:].reshape(self.count, -1, 2).copy())

    def batch(self, index):
        return self.pixels[index].float() / 255, self.fraction[index], self.points[index]


def moved(pixels, points, size):
    """Shifts, turns and scales a batch a little, labels along with it: thirty thousand faces, but never the same view twice."""
    count, aspect = len(pixels), size[0] / size[1]
    turn = (torch.rand(count) - 0.5) * 0.16
    grow = 1 + (torch.rand(count) - 0.5) * 0.24
    shift = (torch.rand(count, 2) - 0.5) * 0.16
    cos, sin = torch.cos(turn) * grow, torch.sin(turn) * grow
    # Source place of each target place, in grid_sample's -1..1; the turn is in square pixels.
    matrix = torch.stack([torch.stack([cos, -sin / aspect, shift[:, 0]], 1), torch.stack([sin * aspect, cos, shift[:, 1]], 1)], 1)
    grid = F.affine_grid(matrix, list(pixels.shape), align_corners=False)
    out = F.grid_sample(pixels, grid, mode="bilinear", padding_mode="border", align_corners=False)
    # Labels go the other way.
    inverse = torch.linalg.inv(matrix[:, :, :2])
    source = points * 2 - 1 - matrix[:, None, :, 2]
    return out, (torch.matmul(source, inverse.transpose(1, 2)) + 1) / 2


def relit(pixels):
    """Gain, offset, contrast, now and then a negative or a dark patch: the grey of a face carries no meaning."""
    count = len(pixels)
    shade = lambda spread: 1 + (torch.rand(count, 1, 1, 1) - 0.5) * spread
    out = (pixels.clamp(1e-3, 1) ** shade(0.8)) * shade(0.4) + (shade(0.2) - 1)
    out = torch.where(torch.rand(count, 1, 1, 1) < 0.1, 1 - out, out)
    return (out + torch.randn_like(out) * 0.02 * torch.rand(count, 1, 1, 1)).clamp(0, 1)


def soft_bins(fraction):
    """A small bell over the bins around the true fraction."""
    bins = torch.linspace(-0.05, 1.05, BINS)
    return torch.softmax(-((fraction - bins) ** 2) / (2 * 0.02**2), 1)


def train(name, folder, out, teacher):
    torch.manual_seed(SEED)
    recipe = RECIPES[name]
    size = recipe["size"]
    frames, held = Frames(folder / "train", size), Frames(folder / "held", size)
    lessons = None if teacher is None else read_all(teacher, folder / "train")
    net = GaugeReader(**recipe)
    mean = GaugeReader(**recipe)  # running mean of the weights: reads better than any single step
    mean.load_state_dict(net.state_dict())
    steps = EPOCHS[name] * (frames.count // BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), lr=PEAK_RATE, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, PEAK_RATE, total_steps=steps, pct_start=0.15)
    print(f"{name}: {sum(p.numel() for p in net.parameters())} weights, {steps} steps", flush=True)
    started, step = time.time(), 0
    for epoch in range(EPOCHS[name]):
        total = 0.0
        for index in torch.randperm(frames.count)[: frames.count // BATCH * BATCH].split(BATCH):
            pixels, fraction, points = frames.batch(index)
            # The last epochs see frames as they are: resampling blurs.
            if epoch < EPOCHS[name] * 0.8 and torch.rand(()) < 0.6:
                pixels, points = moved(pixels, points, size)
            fractions, found, logits = net(relit(pixels))
            target = fraction if lessons is None else 0.5 * fraction + 0.5 * lessons[index]
            loss = F.l1_loss(fractions, target) * 10
            loss = loss + F.smooth_l1_loss(found, points, beta=0.02) * 40
            loss = loss - 0.2 * (soft_bins(target) * F.log_softmax(logits, 1)).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            step += 1
            keep_mean(mean, net, min(0.998, step / (step + 10)))
            total += (fractions - fraction).abs().mean().item()
        error = np.abs(read(mean, held) - held.fraction.numpy())
        print(
            f"{name}: epoch {epoch + 1}: training {total / (frames.count // BATCH) * 100:.2f} %, held-out faces mean "
            f"{error.mean() * 100:.3f} % p95 {np.quantile(error, 0.95) * 100:.2f} % worst {error.max() * 100:.1f} %, {time.time() - started:.0f} s",
            flush=True,
        )
    torch.save(mean.state_dict(), out / f"{name}.pt")
    export(mean, out / f"{name}.onnx")
    return mean


def keep_mean(mean, net, decay):
    for kept, new in zip(mean.state_dict().values(), net.state_dict().values()):
        if kept.dtype.is_floating_point:
            kept.mul_(decay).add_(new, alpha=1 - decay)
        else:
            kept.copy_(new)


def read(net, frames):
    """Fractions of all frames, as N x 1."""
    net.eval()
    with torch.no_grad():
        return torch.cat([net(p.float() / 255) for p in frames.pixels.split(500)]).numpy()


def read_all(net, folder):
    return torch.from_numpy(read(net, Frames(folder, net.size)))


def export(net, path):
    net.eval()
    example = torch.zeros(1, 1, net.size[1], net.size[0])
    torch.onnx.export(net, example, str(path), opset_version=13, input_names=["image"], output_names=["fraction"])


def main():
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    names = sys.argv[3:] or list(RECIPES)
    out.mkdir(parents=True, exist_ok=True)
    teacher = None
    for name in names:
        if name == "teacher":
            teacher = train(name, folder, out, None)
            continue
        if teacher is None:
            teacher = GaugeReader(**RECIPES["teacher"])
            teacher.load_state_dict(torch.load(out / "teacher.pt"))
        train(name, folder, out, teacher)


if __name__ == "__main__":
    main()
