from pathlib import Path

import numpy as np
import pytest

from fedn.video import scan
from tests.video.kinds import KINDS, make_kind

ALONE = ("mjpeg.avi", "dropped.avi", "huffyuv.avi")


@pytest.mark.parametrize("name", ALONE)
def test_avi_files_of_frames_coded_alone_are_listed_as_decoding_would_find_them(kinds_folder: Path, name: str) -> None:
    path = make_kind(name, kinds_folder)
    listed, decoded = scan._list_packets(path), scan._decode_all(path)
    assert listed is not None and scan._ends_agree(path, listed)
    assert np.array_equal(listed.pts, decoded.pts) and np.array_equal(listed.seek_points, decoded.seek_points)
    assert (listed.time_base, listed.last_duration) == (decoded.time_base, decoded.last_duration)
    assert (np.diff(decoded.pts).max() > 1) == (name == "dropped.avi")


@pytest.mark.parametrize("name", ALONE)
def test_they_are_not_decoded_for_that(kinds_folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_kind(name, kinds_folder)
    monkeypatch.setattr(scan, "_decode_all", lambda _path: pytest.fail("the whole file was decoded"))
    assert scan.scan(path).frame_count == KINDS[name].count


@pytest.mark.parametrize("name", ["mpeg4.avi", "h264.avi"])
def test_avi_files_whose_frames_need_others_are_decoded(kinds_folder: Path, name: str) -> None:
    assert scan._list_packets(make_kind(name, kinds_folder)) is None
