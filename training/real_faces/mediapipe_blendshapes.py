"""Writes what MediaPipe sees in videos: a CSV a video, a row a frame, a column a blendshape.

To be run as a script in an environment of its own, with the packages `mediapipe` and `av` and nothing of this project:
mediapipe brings a build of OpenCV that overwrites the one the program needs.

    python mediapipe_blendshapes.py --task face_landmarker.task --out FOLDER VIDEO...
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

STEP_MS = 33
"""Time stamps are those of an even 30 frames/s: the tracker only wants them to grow."""


def write_blendshapes(video: Path, task: Path, out: Path) -> tuple[int, int]:
    """Columns `frame` (0-based, as shown), `found` (0 or 1), then the blendshapes in [0, 1], empty without a face.

    Returns:
        How many frames there are, and in how many a face was found.
    """
    import av
    import mediapipe as mp  # pyright: ignore[reportMissingImports]
    import numpy as np
    from mediapipe.tasks.python import BaseOptions, vision  # pyright: ignore[reportMissingImports]

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(task)),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        num_faces=1,
    )
    rows: list[dict[str, float] | None] = []
    with vision.FaceLandmarker.create_from_options(options) as landmarker, av.open(str(video)) as container:
        for frame in container.decode(video=0):
            pixels = np.ascontiguousarray(frame.to_ndarray(format="rgb24"))
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=pixels)
            faces = landmarker.detect_for_video(image, len(rows) * STEP_MS).face_blendshapes
            rows.append({shape.category_name: shape.score for shape in faces[0]} if faces else None)
    names = next((sorted(row) for row in rows if row), [])
    with (out / f"{video.stem}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["frame", "found", *names])
        for number, row in enumerate(rows):
            writer.writerow([number, int(row is not None), *(f"{row[name]:.5f}" if row else "" for name in names)])
    return len(rows), sum(row is not None for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--task", type=Path, required=True, help="MediaPipe's face_landmarker.task")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for video in options.videos:
        frames, found = write_blendshapes(video, options.task, options.out)
        print(f"{video.name}: a face in {found} of {frames} frames")


if __name__ == "__main__":
    main()
