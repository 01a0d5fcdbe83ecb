from pathlib import Path

import numpy as np
import pytest

from fedn.errors import ModelError
from fedn.features.feature_files import FeatureFiles


def rows_of(count: int, channels: int = 4) -> np.ndarray:
    """Row i is i + 1 in every channel, so that none is all zero."""
    return np.repeat(np.arange(1.0, count + 1)[:, None], channels, axis=1).astype(np.float32)


@pytest.mark.parametrize("kind", ["npy", "npz", "folder", "subject"])
def test_an_array_is_found_in_any_of_its_forms(tmp_path: Path, kind: str):
    rows = rows_of(50)
    if kind == "npy":
        np.save(tmp_path / "a.npy", rows)
    elif kind == "npz":
        np.savez(tmp_path / "a.npz", features=rows)
    elif kind == "subject":
        (tmp_path / "s1").mkdir()
        np.save(tmp_path / "s1" / "a.npy", rows)
        np.save(tmp_path / "a.npy", rows + 100)
    else:
        (tmp_path / "a").mkdir()
        for number, row in enumerate(rows):
            np.save(tmp_path / "a" / f"seg_{number}.npy", row)
    features, seen = FeatureFiles(tmp_path, 4, 2, 1.0).read("a.mp4", "s1", 100)
    assert features.shape == (100, 4) and features.dtype == np.float16 and seen.all()
    assert features[:, 0].tolist() == [1 + frame // 2 for frame in range(100)]


def test_each_frame_takes_the_row_whose_middle_is_nearest(tmp_path: Path):
    # Rows of eight frames each, every two frames: the middle of the first is at 4.
    np.save(tmp_path / "a.npy", rows_of(47))
    features, _ = FeatureFiles(tmp_path, 4, 2, 4.0).read("a.mp4", "", 100)
    middles = 4.0 + 2 * np.arange(47)
    for frame in range(100):
        apart = np.abs(middles - (frame + 0.5))
        assert apart[int(features[frame, 0]) - 1] == apart.min()


def test_rows_without_a_face_are_zero_or_not_finite(tmp_path: Path):
    rows = rows_of(10)
    rows[3], rows[5, 1] = 0, np.nan
    np.save(tmp_path / "a.npy", rows)
    features, seen = FeatureFiles(tmp_path, 4, 1, 0.5).read("a.mp4", "", 10)
    assert np.flatnonzero(~seen).tolist() == [3, 5] and (features[[3, 5]] == 0).all() and np.isfinite(features).all()


def test_what_does_not_fit_is_said_in_a_sentence(tmp_path: Path):
    files = FeatureFiles(tmp_path, 4, 2, 1.0)
    for content, says in [
        (None, "has no features for a.mp4"),
        (rows_of(50, 5), "not rows of 4 numbers"),
        (np.ones(50), "not rows of 4 numbers"),
        (rows_of(100), "100 rows, but 100 frames"),
        (rows_of(10), "10 rows, but 100 frames"),
        (1e5 * rows_of(50), "scale the features down"),
        (b"nothing", "cannot be read as an array"),
    ]:
        path = tmp_path / "a.npy"
        path.unlink(missing_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            np.save(path, content)
        with pytest.raises(ModelError, match=says):
            files.read("a.mp4", "", 100)
    (tmp_path / "a.npy").unlink()
    np.savez(tmp_path / "a.npz", one=rows_of(50), two=rows_of(50))
    with pytest.raises(ModelError, match="2 arrays"):
        files.read("a.mp4", "", 100)


def test_nothing_is_unpickled(tmp_path: Path):
    np.save(tmp_path / "a.npy", np.array([{"code": "runs"}], dtype=object), allow_pickle=True)
    with pytest.raises(ModelError, match="cannot be read"):
        FeatureFiles(tmp_path, 4, 2, 1.0).read("a.mp4", "", 100)
