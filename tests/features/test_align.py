import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedn.features.align import CROP_SIZE, TEMPLATE, anchor_points, face_box, similarity, smooth_at, warp_face


@settings(deadline=None)
@given(st.floats(0.1, 8), st.floats(-3, 3), st.floats(-500, 2000), st.floats(-500, 2000))
def test_any_turned_scaled_and_shifted_face_lands_on_the_template(
    scale: float, angle: float, x: float, y: float
) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    anchors = TEMPLATE @ turn.T + [x, y]
    matrix = similarity(anchors)
    assert np.allclose(anchors @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=1e-6)


def test_similarity_is_the_least_squares_one_for_many_faces_at_once() -> None:
    anchors = np.random.default_rng(1).uniform(0, 300, (20, 3, 2))
    matrices = similarity(anchors)
    for face, matrix in zip(anchors, matrices, strict=True):
        design, target = [], []
        for (x, y), (u, v) in zip(face, TEMPLATE, strict=True):
            design += [[x, -y, 1, 0], [y, x, 0, 1]]
            target += [u, v]
        a, b, tx, ty = np.linalg.lstsq(np.array(design), np.array(target), rcond=None)[0]
        assert np.allclose(matrix, [[a, -b, tx], [b, a, ty]])


def test_the_mouth_center_lies_between_its_corners() -> None:
    points = np.array([[10, 10], [30, 10], [20, 20], [14, 30], [28, 32]], np.float32)
    assert anchor_points(points).tolist() == [[10, 10], [30, 10], [21, 31]]


def test_smoothing_follows_a_steady_motion_exactly_up_to_its_ends() -> None:
    times = np.arange(12) * 0.1
    points = (np.array([[5.0, 7.0]]) + times[:, None] * [[40.0, -30.0]])[:, None, :]
    for time_s in (0.0, 0.05, 0.53, 1.1):
        assert np.allclose(smooth_at(time_s, times, points), [[5 + 40 * time_s, 7 - 30 * time_s]])


def test_smoothing_averages_jitter_away_and_survives_one_measurement() -> None:
    random = np.random.default_rng(2)
    times = np.arange(100) * 0.1
    noisy = random.normal(0, 1, (100, 3, 2))
    smooth = np.array([smooth_at(time_s, times, noisy) for time_s in times[10:90]])
    assert smooth.std() < 0.6
    assert np.allclose(smooth_at(5.0, times[:1], noisy[:1]), noisy[0])


@pytest.mark.parametrize("scale", [0.4, 1.0, 2.5, 4.2])
def test_a_picture_of_the_template_is_cut_out_where_it_lies(scale: float) -> None:
    template = np.zeros((CROP_SIZE, CROP_SIZE), np.uint8)
    for x, y in TEMPLATE.astype(int):
        cv2.circle(template, (int(x), int(y)), 9, 255, -1)
    side = round(CROP_SIZE * scale)
    image = np.zeros((side + 60, side + 90, 3), np.uint8)
    image[40 : 40 + side, 70 : 70 + side] = cv2.resize(template, (side, side), interpolation=cv2.INTER_AREA)[..., None]
    anchors = (TEMPLATE + 0.5) * side / CROP_SIZE - 0.5 + [70, 40]
    crop = warp_face(image, similarity(anchors))
    assert crop.shape == (CROP_SIZE, CROP_SIZE, 3)
    moments = cv2.moments(crop[..., 0])
    center = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
    assert np.abs(center - TEMPLATE.mean(axis=0)).max() < 0.3


def test_a_face_at_the_edge_is_filled_with_black() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    crop = warp_face(image, similarity(TEMPLATE / 2 - [60, 0]))
    assert crop.min() == 0 and crop.max() == 200


def test_the_box_of_a_face_turns_and_grows_with_it() -> None:
    upright = face_box(2 * TEMPLATE + (100, 50))
    assert upright == pytest.approx((100 + 48, 50 + 48, 100 + 400, 50 + 400))
    turn = np.deg2rad(30)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    left, top, right, bottom = face_box(TEMPLATE @ matrix.T)
    assert right - left == pytest.approx(176 * (np.cos(turn) + np.sin(turn)))
    assert bottom - top == pytest.approx(right - left)
