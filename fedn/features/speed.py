"""How fast features are extracted, measured against what the processor can do at that moment.

Other programs share the cores, so seconds alone say little. Every figure is measured in one run beside its reference:
the backbone beside plain matrix products of the same precision, the whole beside the backbone alone on as many cores.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fedn.cores import usable_cores
from fedn.features.align import CROP_SIZE
from fedn.features.backbone_runtime import FLOPS_PER_FRAME, BackboneRuntime
from fedn.features.extract import extract_features
from fedn.models.resnet import ResNet18
from fedn.video.reader import open_video

_MATRIX_SIDE = 1024


def measure_stages(video: Path, *, rounds: int = 3) -> dict[str, Any]:
    """Figures of one video on this machine; weights do not matter for speed, so they are random.

    Returns:
        Milliseconds of processor time a frame for each stage; the rate of the backbone and of plain matrix products
        on one thread (giga operations a second of processor time) and their ratio; frames a second from file to
        features, of the backbone alone, and their ratio.

    Raises:
        VideoError: if the video cannot be read.
    """
    runtime = BackboneRuntime(ResNet18())
    with open_video(video) as reader:
        size, count = f"{reader.width}x{reader.height}", reader.index.frame_count
    threads_before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        matrix, backbone = _rates(runtime, rounds)
    finally:
        torch.set_num_threads(threads_before)
    with_face = max(1, int(np.count_nonzero(extract_features(video, runtime, cache_dir=None).has_face)))
    # Before and after, because the load of the machine changes meanwhile.
    alone_s = _backbone_alone_s(runtime, with_face) / 2
    features = extract_features(video, runtime, cache_dir=None)
    alone_s += _backbone_alone_s(runtime, with_face) / 2
    spent = features.stage_seconds
    others = sum(spent.get(stage, 0.0) for stage in ("decode", "face", "align"))
    figures: dict[str, Any] = {
        "video": str(video),
        "size": size,
        "frames": count,
        "frames_with_face": with_face,
        "device": str(runtime.device),
        "precision": str(runtime.precision).removeprefix("torch."),
        "cores": usable_cores(),
    }
    for stage in ("decode", "face", "align", "backbone"):
        figures[f"{stage}_ms_per_frame"] = round(1000 * spent.get(stage, 0.0) / count, 2)
    return figures | {
        "matrix_gflops_per_core": round(matrix / 1e9, 1),
        "backbone_gflops_per_core": round(backbone / 1e9, 1),
        "matrix_over_backbone": round(matrix / backbone, 3),
        "frames_per_s": round(count / spent["total"], 1),
        "backbone_alone_frames_per_s": round(with_face / alone_s, 1),
        "whole_over_backbone": round(spent["total"] / alone_s, 3),
        "whole_over_backbone_processor_time": round((others + spent["backbone"]) / max(spent["backbone"], 1e-9), 3),
    }


def _rates(runtime: BackboneRuntime, rounds: int) -> tuple[float, float]:
    """Operations a second of matrix products and of the backbone, taken in turns; the best of each."""
    left = torch.randn(_MATRIX_SIDE, _MATRIX_SIDE, device=runtime.device).to(runtime.precision)
    crops = _crops(runtime.batch)
    matrix_s, backbone_s = np.inf, np.inf
    for _ in range(1 + rounds):
        matrix_s = min(matrix_s, _processor_s(lambda: left @ left, 10) / 10)
        backbone_s = min(backbone_s, _processor_s(lambda: runtime(crops), 3) / 3)
    return 2 * _MATRIX_SIDE**3 / matrix_s, FLOPS_PER_FRAME * runtime.batch / backbone_s


def _processor_s(work: Callable[[], Any], times: int) -> float:
    """Processor seconds of this thread; on a graphics card the waiting counts."""
    on_card = torch.cuda.is_available()
    clock = time.perf_counter if on_card else time.thread_time
    if on_card:
        torch.cuda.synchronize()
    began = clock()
    for _ in range(times):
        work()
    if on_card:
        torch.cuda.synchronize()
    return clock() - began


def _backbone_alone_s(runtime: BackboneRuntime, frames: int) -> float:
    """Seconds for as many ready-made faces, on the same number of threads as an extraction uses."""
    workers = usable_cores() if runtime.device.type == "cpu" else 1
    crops = _crops(runtime.batch)
    left = [-(-frames // runtime.batch)]
    lock = threading.Lock()

    def work() -> None:
        torch.set_num_threads(1)
        while True:
            with lock:
                if left[0] == 0:
                    return
                left[0] -= 1
            runtime(crops)

    threads_before = torch.get_num_threads()
    threads = [threading.Thread(target=work) for _ in range(workers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    torch.set_num_threads(threads_before)
    return time.perf_counter() - began


def _crops(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (count, CROP_SIZE, CROP_SIZE, 3), dtype=np.uint8)
