"""Videos with labels on disk, and features as another program would have made them: what a training in a process of its
own can read without a backbone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.conftest import write_video

CHANNELS = 6
RECIPE = """
name = "small"
device = "cpu"
threads = 1
{settings}
[data]
folder = "{folder}"
features = "{folder}/features"
validation = ["p0"]
[start]
labels = ["joy", "fear"]
size = "features-from-file"
network = {{ feature_size = 6, width = 32, head_width = 32, window_attention_width = 16{network} }}
[augmentation]
{augmentation}
[optimization]
learning_rate = 1e-3
window_step = 8
{optimization}
"""


def write_people(folder: Path, *, people: int = 4, frames: int = 500) -> None:
    """A video of each, with an expression every 90 frames that moves one number of the features."""
    rows, videos = ["video,subject,tier,onset,apex,offset,label"], []
    (folder / "features").mkdir()
    for person in range(people):
        subject = f"p{person}"
        path = folder / "videos" / subject / f"{subject}.mp4"
        path.parent.mkdir(parents=True)
        write_video(path, [np.full((32, 32, 3), 60 + frame % 5, np.uint8) for frame in range(frames)])
        values = np.random.default_rng(person).normal(size=((frames - 6) // 2, CHANNELS))
        for number, onset in enumerate(range(20 + 3 * person, frames - 60, 90)):
            rows.append(f"{path.name},{subject},expert,{onset},{onset + 15},{onset + 39},{('joy', 'fear')[number % 2]}")
            values[(onset - 4) // 2 : (onset + 36) // 2, number % 2] += 4
        np.save(folder / "features" / f"{subject}.npy", values.astype(np.float32))
        videos.append({"file": f"videos/{subject}/{path.name}", "subject": subject, "frames": frames, "fps": 30.0})
    (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    manifest = {"subjects": [f"p{person}" for person in range(people)], "videos": videos, "seed": 0}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def write_recipe(
    folder: Path, *, settings: str = "", network: str = "", augmentation: str = "", optimization: str = ""
) -> Path:
    """A recipe of a small network for the people in a folder."""
    path = folder / "recipe.toml"
    path.write_text(
        RECIPE.format(
            folder=folder,
            settings=settings,
            network=f", {network}" if network else "",
            augmentation=augmentation,
            optimization=optimization,
        )
    )
    return path
