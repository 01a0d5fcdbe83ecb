"""From a 3D face model to a backbone and a point network: renders faces, then trains both. One command, one seed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fedn.progress import SILENT, Reporter
from training.pretrain.backbone import PretrainConfig, pretrain_backbone
from training.pretrain.face_points import train_face_points
from training.synthetic.facekit import read_facekit
from training.synthetic.stills import load_stills, render_stills

VALIDATION_PEOPLE = 40


def main_pretrain(
    facekit: Path,
    out: Path,
    people: int = 800,
    per_person: int = 32,
    seed: int = 0,
    config: PretrainConfig | None = None,
    reporter: Reporter = SILENT,
) -> dict[str, float]:
    """Writes `out`/backbone.safetensors and `out`/face-points.safetensors; stills already there are used again.

    Returns figures on rendered people that training has not seen.

    Raises:
        TrainingError: if the face model cannot be read or nothing can be drawn.
    """
    kit = read_facekit(facekit)
    train, test = out / "stills" / "train", out / "stills" / "test"
    for folder, count, first in ((train, people, seed * 2 + 1), (test, VALIDATION_PEOPLE, seed * 2 + 2)):
        if not (folder / "points.npy").exists():
            render_stills(kit, folder, count, per_person, first, reporter)
        if reporter.stop_requested:
            return {}
    training, (validation,) = load_stills([train]), load_stills([test])
    error = train_face_points(training, validation, out / "face-points.safetensors", seed=seed, reporter=reporter)
    reporter.result("face points", point_error=error)
    config = replace(config or PretrainConfig(), seed=seed)
    figures = pretrain_backbone(
        training, validation, kit.names, out / "backbone.safetensors", config, reporter=reporter
    )
    return {"point_error": error, **figures}
