"""What a model learned from, small enough to travel with it: so that learning something new does not wash it out.

Features of a few rendered people are kept as whole numbers of eight bits along their main directions. Nothing is kept
of filmed people: features of faces in a model that is handed on would be more than its subjects agreed to.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.errors import TrainingError
from fedn.features.backbone_runtime import BackboneRuntime, backbone_hash
from fedn.model_info import write_atomically
from fedn.models.resnet import ResNet18
from fedn.progress import SILENT, Reporter
from fedn.video.frame_index import FrameIndex
from training.datasets.features import FeatureSource
from training.datasets.sample import Sample

DIRECTIONS = 64
LEAST_EVENTS = 60


def write_replay(samples: Sequence[Sample], path: Path, backbone: ResNet18, directions: int = DIRECTIONS) -> None:
    """Packs samples: `directions` bytes for each frame."""
    seen = np.concatenate([sample.features[sample.has_face] for sample in samples]).astype(np.float32)
    mean = seen.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov(seen - mean, rowvar=False))
    basis = vectors[:, ::-1][:, :directions].T.astype(np.float32)  # (D, C), strongest first
    scale = np.abs((seen - mean) @ basis.T).max(axis=0) / 127 + 1e-12
    arrays: dict[str, NDArray] = {"mean": mean, "basis": basis.astype(np.float16), "scale": scale.astype(np.float32)}
    videos = []
    for number, sample in enumerate(samples):
        codes = np.round((sample.features.astype(np.float32) - mean) @ basis.T / scale).clip(-127, 127)
        arrays[f"codes{number}"] = codes.astype(np.int8)
        arrays[f"face{number}"] = np.packbits(sample.has_face)
        events = [[event.onset, event.offset, event.label] for event in sample.reviewed_events if event.kind == "macro"]
        reviewed = [[interval.start, interval.stop] for interval in sample.reviewed]
        videos.append({"frames": len(codes), "fps": sample.frame_index.fps, "events": events, "reviewed": reviewed})
    about = json.dumps({"backbone_hash": backbone_hash(backbone), "videos": videos})
    arrays["about"] = np.frombuffer(about.encode(), dtype=np.uint8)
    stream = io.BytesIO()
    np.savez_compressed(stream, allow_pickle=False, **arrays)
    write_atomically(path, stream.getvalue())


def read_replay(path: Path, backbone: FeatureSource, *, about: int, reporter: Reporter = SILENT) -> list[Sample]:
    """Former people with about as many events as there are new ones, but not less than LEAST_EVENTS.

    Nothing, with a warning, if the features are of another backbone than the one that learns.

    Raises:
        TrainingError: if the file is missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        described = json.loads(arrays["about"].tobytes().decode())
        if described["backbone_hash"] != _hash(backbone):
            reporter.warn(f"{path} was made with another backbone; what the model learned from before is not replayed")
            return []
        samples: list[Sample] = []
        for number, video in enumerate(described["videos"]):
            if sum(len(sample.events) for sample in samples) >= max(about, LEAST_EVENTS):
                break
            samples.append(_sample(number, video, arrays))
        return samples
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"the replay file {path} cannot be read ({error}); leave out [data] replay") from None


def _sample(number: int, video: dict, arrays: dict[str, NDArray]) -> Sample:
    codes = arrays[f"codes{number}"].astype(np.float32) * arrays["scale"]
    has_face = np.unpackbits(arrays[f"face{number}"], count=int(video["frames"])).astype(bool)
    features = codes @ arrays["basis"].astype(np.float32) + arrays["mean"]
    features[~has_face] = 0
    return Sample(
        video=f"replayed {number}",
        subject=f"replayed {number}",
        features=features.astype(np.float16),
        has_face=has_face,
        frame_index=FrameIndex.regular(len(codes), Fraction(video["fps"]).limit_denominator(1001)),
        events=tuple(Event(int(onset), int(offset), str(label)) for onset, offset, label in video["events"]),
        reviewed=tuple(Interval(start, stop) for start, stop in video["reviewed"]),
        is_replay=True,
    )


def _hash(backbone: FeatureSource) -> str:
    if isinstance(backbone, BackboneRuntime):
        return backbone.hash
    return backbone_hash(backbone) if isinstance(backbone, ResNet18) else ""
