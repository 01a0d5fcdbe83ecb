"""How fast FEDN learns on this machine, and how fast its matrix rate would let it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fedn.cost import window_cost
from fedn.decoding import geometry
from fedn.model_config import FednConfig, named_config
from fedn.models.build import build_detector
from fedn.models.fedn import FednDetector
from training.average import WeightAverage
from training.config import OptimizationConfig
from training.losses import criterion
from training.targets import TRUE, Truth, assign

RATE_SHAPE = (2048, 512, 1536)
"""Of the matrix product that tells the rate: the largest of the network at a batch of 16."""


def measure_training(network: str, *, batch: int, steps: int, threads: int = 0) -> dict[str, Any]:
    """Figures for both precisions: seconds of each stage of a step, windows/s, and the floor.

    The floor is three times the operations of the forward pass (once forward, twice backward) at the rate of a plain
    matrix product measured in the same run. Processor seconds tell the same on a machine that is busy with other work.
    """
    if threads:
        torch.set_num_threads(threads)
    config = named_config(network, 4)
    flop = 3 * window_cost(config).trunk_flop
    result: dict[str, Any] = {"network": network, "batch": batch, "threads": torch.get_num_threads()}
    result["gflop_per_window"] = round(flop / 1e9, 3)
    for precision in ("float32", "bfloat16"):
        rate = matrix_rate(getattr(torch, precision))
        stages = step_seconds(config, batch, steps, bfloat16=precision == "bfloat16")
        wall = sum(stage["wall"] for stage in stages.values())
        result[precision] = {
            "matrix_gflop_per_s": round(rate / 1e9, 1),
            "windows_per_s": round(batch / wall, 2),
            "floor_windows_per_s": round(rate / flop, 2),
            "share_of_floor": round(batch / wall / (rate / flop), 3),
            "processor_s_per_window": round(sum(stage["processor"] for stage in stages.values()) / batch, 4),
            "ms_per_step": {name: round(1000 * stage["wall"], 1) for name, stage in stages.items()},
        }
    return result


def matrix_rate(precision: torch.dtype, seconds: float = 1.0) -> float:
    """Operations per second of a large matrix product."""
    rows, inner, columns = RATE_SHAPE
    left, right = torch.randn(rows, inner).to(precision), torch.randn(inner, columns).to(precision)
    torch.mm(left, right)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        torch.mm(left, right)
        count += 1
    return 2 * rows * inner * columns * count / (time.perf_counter() - began)


def step_seconds(config: FednConfig, batch: int, steps: int, *, bfloat16: bool) -> dict[str, dict[str, float]]:
    """Wall and processor seconds of each stage of a step, means over `steps`, on made-up features."""
    detector = build_detector(config, seed=0).train()
    optimizer = torch.optim.Adam(detector.parameters(), 1e-4, weight_decay=1e-4, fused=True)
    average, where, how = WeightAverage(detector, 0.999), geometry(config), OptimizationConfig()
    frames, truth = made_up(config, batch)
    sums: dict[str, list[float]] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        wall, processor = time.perf_counter(), time.process_time()
        outcome = work()
        spent = sums.setdefault(name, [0.0, 0.0])
        spent[0] += time.perf_counter() - wall
        spent[1] += time.process_time() - processor
        return outcome

    for step in range(steps + 1):
        if step == 1:
            sums.clear()  # the first step also fills caches
        raw = timed("forward", lambda: _forward(detector, frames, bfloat16))
        assigned = timed("assign", lambda: assign(truth, where))
        loss = timed("loss", lambda raw=raw, to=assigned: criterion(raw, truth, to, where, config, how).total)
        optimizer.zero_grad(set_to_none=True)
        timed("backward", loss.backward)
        timed("clip", lambda: torch.nn.utils.clip_grad_norm_(detector.parameters(), 1.0))
        timed("optimizer", optimizer.step)
        timed("average", lambda step=step: average.update(detector, step + 1))
    return {name: {"wall": wall / steps, "processor": spent / steps} for name, (wall, spent) in sums.items()}


def _forward(detector: FednDetector, frames: Tensor, bfloat16: bool) -> Any:
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        return detector(frames)


def made_up(config: FednConfig, batch: int) -> tuple[Tensor, Truth]:
    """Features of noise, and an event in every fourth window, as with three negatives for each positive."""
    random = np.random.default_rng(0)
    frames = torch.from_numpy(random.normal(size=(batch, config.read_frames, config.feature_size)).astype(np.float32))
    roles = torch.zeros(batch, 1, dtype=torch.int64)
    roles[::4] = TRUE
    intervals = torch.tensor([[[40.0, 80.0]]]).repeat(batch, 1, 1)
    known = torch.ones(batch, config.window_frames, dtype=torch.bool)
    return frames, Truth(intervals, torch.zeros(batch, 1, dtype=torch.int64), roles, known)
