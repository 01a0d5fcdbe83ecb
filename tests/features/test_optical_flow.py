from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fedn.features.head_motion import FLOW_SIZE, PARAMETERS, block_centers, fit_head, rigid_motion
from fedn.features.optical_flow import (
    REGIONS,
    FlowTrack,
    MotionTable,
    block_means,
    compare,
    correlation,
    dense_flow,
    region_means,
    track_motion,
)
from fedn.progress import Cancelled, Reporter
from fedn.video.frame_index import FrameIndex
from tests.conftest import tiny_frame, write_video

COLUMNS, ROWS = (values.astype(np.float32) for values in np.meshgrid(np.arange(FLOW_SIZE), np.arange(FLOW_SIZE)))
Picture = NDArray[np.uint8]


def textured(seed: int = 0) -> Picture:
    """A picture with structure of several sizes, as a face has."""
    random = np.random.default_rng(seed)
    layers = [
        cv2.resize(random.normal(size=(n, n)), (FLOW_SIZE, FLOW_SIZE), interpolation=cv2.INTER_CUBIC)
        for n in (8, 20, 45)
    ]
    picture = layers[0] + 0.6 * layers[1] + 0.4 * layers[2]
    return np.clip(128 + 40 * picture, 0, 255).astype(np.uint8)


def moved(picture: Picture, by: NDArray) -> Picture:
    """The picture in which what was at x is near x + by(x); exact for a constant `by` (H, W, 2)."""
    x, y = (COLUMNS - by[..., 0]).astype(np.float32), (ROWS - by[..., 1]).astype(np.float32)
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def bump(x: float, y: float, by: tuple[float, float], size: float = 8.0) -> NDArray[np.float32]:
    """A motion of one place of the picture, fading with distance."""
    share = np.exp(-((COLUMNS - x) ** 2 + (ROWS - y) ** 2) / (2 * size**2))
    return np.stack([share * by[0], share * by[1]], axis=2).astype(np.float32)


def everywhere(by: tuple[float, float]) -> NDArray[np.float32]:
    return np.broadcast_to(np.array(by, np.float32), (FLOW_SIZE, FLOW_SIZE, 2))


def table_of(pictures: list[Picture | None], piece: int = 600) -> MotionTable:
    table = MotionTable(len(pictures), piece)
    for picture in pictures:
        table.push(picture)
    table.finish()
    return table


def track_of(table: MotionTable) -> FlowTrack:
    index = FrameIndex.regular(len(table.run), Fraction(30))
    return FlowTrack(table.regions, table.head, table.likeness, table.run, index)


@pytest.mark.parametrize("by", [(0.5, 0.0), (-1.3, 0.7), (3.0, -2.0)])
def test_the_flow_of_a_shifted_picture_is_the_shift(by: tuple[float, float]) -> None:
    flow = dense_flow(textured(), moved(textured(), everywhere(by)))
    inner = flow[20:-20, 20:-20].reshape(-1, 2)
    assert np.abs(np.median(inner, axis=0) - by).max() < 0.1
    assert np.linalg.norm(inner - by, axis=1).mean() < 0.25


def test_the_flow_of_one_moving_place_is_found_there_and_nowhere_else() -> None:
    truth = bump(70, 80, (2.0, -1.0))
    flow = dense_flow(textured(), moved(textured(), truth))
    assert np.linalg.norm(flow[80, 70] - truth[80, 70]) < 0.5
    assert np.abs(flow[20:50, 20:50]).mean() < 0.1


def test_a_small_place_s_motion_is_seen_better_than_by_the_faster_dis_flow() -> None:
    fast = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    for seed, size in enumerate((0.3, 1.0, 3.0)):
        truth = bump(70, 80, (0.9 * size, -0.4 * size))
        before, after = textured(seed), moved(textured(seed), truth)
        wanted = truth[74:86, 64:76].mean(axis=(0, 1))
        lacking = [
            np.linalg.norm(flow[74:86, 64:76].mean(axis=(0, 1)) - wanted) / np.linalg.norm(wanted)
            for flow in (dense_flow(before, after), fast.calc(before, after, None))  # type: ignore[call-overload]
        ]
        assert lacking[0] < 0.35 and lacking[1] > 0.5


def test_block_and_region_means_are_means() -> None:
    flow = np.random.default_rng(0).normal(size=(FLOW_SIZE, FLOW_SIZE, 2)).astype(np.float32)
    means = region_means(block_means(flow)[None])[0]
    for number, (left, top, right, bottom) in enumerate(REGIONS.values()):
        assert np.allclose(means[number], flow[top:bottom, left:right].mean(axis=(0, 1)), atol=1e-5)


def test_regions_lie_on_whole_blocks_and_mirror_each_other() -> None:
    assert all(edge % 4 == 0 for box in REGIONS.values() for edge in box)
    for name, (left, top, right, bottom) in REGIONS.items():
        if name.startswith("left"):
            other = REGIONS[name.replace("left", "right")]
            assert other == (FLOW_SIZE - right, top, FLOW_SIZE - left, bottom)


@pytest.mark.parametrize("number", range(len(PARAMETERS)))
def test_a_rigid_head_is_fitted_exactly(number: int) -> None:
    truth = np.zeros(6)
    truth[number] = 2.0
    x, y = block_centers()
    (found,) = fit_head((rigid_motion(x, y) @ truth)[None].astype(np.float32))
    assert np.allclose(found, truth, atol=0.02)


def test_a_moving_mouth_is_not_taken_for_the_head() -> None:
    x, y = block_centers()
    turn = rigid_motion(x, y) @ np.array([0.5, 0.0, 0.0, 0.0, 6.0, 0.0])
    smile = block_means(bump(42, 80, (-4.0, -2.0), 5.0) + bump(70, 80, (4.0, -2.0), 5.0))
    (found,) = fit_head((turn + smile)[None].astype(np.float32))
    assert np.allclose(found, [0.5, 0, 0, 0, 6, 0], atol=0.35)


def test_what_the_whole_head_does_is_taken_away() -> None:
    rest = textured()
    pictures: list[Picture | None] = [rest] * 20 + [moved(rest, everywhere((2.0, 1.0)))] * 9
    track = track_of(table_of(pictures))
    assert np.abs(track.regions[-1].mean(axis=0) - (2, 1)).max() < 0.15
    assert np.abs(track.without_nose()[-1]).max() < 0.35
    assert np.abs(track.without_head()[-1]).max() < 0.35


def test_a_motion_of_the_mouth_corners_stays() -> None:
    rest = textured()
    smile = moved(rest, bump(42, 80, (-3.0, -2.0)) + bump(70, 80, (3.0, -2.0)))
    track = track_of(table_of([rest] * 20 + [smile] * 9))
    names = list(REGIONS)
    for values in (track.without_head()[-1], track.without_nose()[-1]):
        left, right = values[names.index("left mouth corner")], values[names.index("right mouth corner")]
        assert left[0] < -0.8 and right[0] > 0.8 and max(left[1], right[1]) < -0.4
        assert np.abs(values[names.index("left brow, outer")]).max() < 0.4


def test_the_face_at_rest_is_what_most_pictures_show() -> None:
    rest = textured()
    table = table_of([rest] * 30 + [moved(rest, everywhere((3.0, 0.0)))] * 8)
    assert np.abs(table.regions[:30]).max() < 0.05 and table.regions[-1, :, 0].mean() > 2.5


def test_pieces_with_their_own_references_join_without_a_jump() -> None:
    rest = textured()
    drift = [moved(rest, everywhere((0.02 * step, 0.0))) for step in range(150)]
    table = table_of(list(drift), piece=50)
    steps = np.diff(table.regions[:, :, 0].mean(axis=1))
    assert np.abs(steps).max() < 0.15, "a jump of one pixel would be the difference of two references"


def test_a_video_in_pieces_tells_the_same_as_the_whole_when_the_face_rests_alike() -> None:
    rest = textured()
    smile = moved(rest, bump(42, 80, (-3.0, -2.0)) + bump(70, 80, (3.0, -2.0)))
    pictures: list[Picture | None] = ([rest] * 40 + [smile] * 10) * 3
    whole, pieces = table_of(pictures, piece=600), table_of(pictures, piece=50)
    assert np.allclose(whole.regions, pieces.regions, atol=1e-4)
    assert np.allclose(whole.likeness, pieces.likeness, atol=1e-4) and (whole.run == pieces.run).all()


def test_pictures_that_last_several_cells_count_as_often() -> None:
    rest, other = textured(), moved(textured(), everywhere((2.0, 0.0)))
    pictures = [rest] * 8 + [other] * 3
    once, table = table_of([p for p in pictures for _ in range(2)]), MotionTable(22, 600)
    for picture in pictures:
        table.push(picture, cells=2)
    table.finish()
    assert np.allclose(once.regions, table.regions, atol=1e-5) and (once.run == table.run).all()


def test_only_a_piece_and_a_half_is_ever_held() -> None:
    table, rest = MotionTable(160, 40), textured()
    held = []
    for _ in range(160):
        table.push(rest)
        held.append(len(table._waiting))
    assert max(held) <= 60


def test_lost_faces_and_cuts_end_a_run() -> None:
    one, other = textured(0), textured(1)
    assert correlation(one, other) < 0.4
    table = table_of([one] * 5 + [None] * 3 + [one] * 4 + [other] * 4)
    assert table.run.tolist() == [0] * 5 + [-1] * 3 + [1] * 4 + [2] * 4
    assert not table.regions[5:8].any() and not table.likeness[5:8].any()


def test_a_hidden_face_is_unlike_itself_and_a_moved_one_is_not() -> None:
    rest = textured()
    hidden = rest.copy()
    hidden[50:110, 20:90] = 90
    assert compare(rest, moved(rest, bump(70, 80, (3.0, -2.0))))[1] > 0.9
    assert compare(rest, hidden)[1] < 0.7
    assert correlation(rest, np.full_like(rest, 7)) == 0.0


def test_videos_without_a_face_and_of_one_frame_give_an_empty_track(tiny_video: Path, tmp_path: Path) -> None:
    track = track_motion(tiny_video)
    assert (track.run == -1).all() and not track.regions.any() and len(track.run) == 24
    write_video(tmp_path / "one.mp4", [tiny_frame(0)])
    assert len(track_motion(tmp_path / "one.mp4").run) == 1


def test_the_table_is_computed_once_and_a_damaged_one_again(tiny_video: Path, tmp_path: Path) -> None:
    first = track_motion(tiny_video, cache_dir=tmp_path)
    again = track_motion(tiny_video, cache_dir=tmp_path)
    assert first.stage_seconds and not again.stage_seconds
    assert (again.run == first.run).all() and (again.regions == first.regions).all()
    (file,) = tmp_path.glob("flow-*.npz")
    file.write_bytes(b"half a file")
    assert track_motion(tiny_video, cache_dir=tmp_path).stage_seconds
    assert not track_motion(tiny_video, cache_dir=tmp_path).stage_seconds


def test_a_cancelled_video_leaves_nothing_behind(tiny_video: Path, tmp_path: Path) -> None:
    reporter = Reporter()
    reporter.stop_requested = True
    with pytest.raises(Cancelled):
        track_motion(tiny_video, cache_dir=tmp_path, reporter=reporter)
    assert not list(tmp_path.glob("flow-*"))
