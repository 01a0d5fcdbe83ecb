from pathlib import Path

import numpy as np

from fedn.annotation.video import FaceChoice
from fedn.video.face_boxes import FACE_BOXES_NAME, load_face_boxes, save_face_boxes


def test_boxes_read_back_and_others_are_not_taken(tmp_path: Path) -> None:
    boxes = np.full((5, 4), np.nan, np.float32)
    boxes[2] = (10, 20, 110, 140.5)
    assert load_face_boxes(tmp_path, 5) is None
    save_face_boxes(tmp_path / "cache", boxes)
    read = load_face_boxes(tmp_path / "cache", 5)
    assert read is not None and np.array_equal(read, boxes, equal_nan=True)
    assert load_face_boxes(tmp_path / "cache", 6) is None
    (tmp_path / "cache" / FACE_BOXES_NAME.format("")).write_bytes(b"damaged")
    assert load_face_boxes(tmp_path / "cache", 5) is None


def test_boxes_of_another_persons_face_are_kept_apart(tmp_path: Path) -> None:
    largest, chosen = np.zeros((3, 4), np.float32), np.ones((3, 4), np.float32)
    left, right = FaceChoice(10, 0.25, 0.5), FaceChoice(10, 0.75, 0.5)
    save_face_boxes(tmp_path, largest)
    save_face_boxes(tmp_path, chosen, left)
    assert np.array_equal(load_face_boxes(tmp_path, 3), largest)
    assert np.array_equal(load_face_boxes(tmp_path, 3, left), chosen)
    assert load_face_boxes(tmp_path, 3, right) is None
