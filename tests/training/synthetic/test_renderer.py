from pathlib import Path

import cv2
import numpy as np
import pytest

from fedn.annotation.formats.event_csv import read_event_table
from fedn.errors import TrainingError
from fedn.video.reader import open_video
from training.pretrain.face_crops import face_points
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import FaceKit, read_facekit
from training.synthetic.film import Filming
from training.synthetic.look import draw_look
from training.synthetic.person import PersonMaker
from training.synthetic.relief import REGIONS, region_strengths
from training.synthetic.renderer import Motion, Renderer
from training.synthetic.run import main_synth
from training.synthetic.scenes import draw_scene
from training.synthetic.stills import STILL_SIZE, load_stills, render_stills

SIZE = (256, 256)


@pytest.fixture(scope="module")
def kit(shared_data: Path) -> FaceKit:
    return read_facekit(shared_data / "face3d" / "ict_facekit.npz")


@pytest.fixture(scope="module")
def renderer(kit: FaceKit) -> Renderer:
    try:
        return Renderer(kit, SIZE)
    except TrainingError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def maker(kit: FaceKit) -> PersonMaker:
    return PersonMaker(kit)


def draw(maker: PersonMaker, renderer: Renderer, seed: int, strengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    renderer.set_person(maker.make(draw_look(rng)))
    pose = np.zeros((len(strengths), 6), np.float32)
    return renderer.draw(draw_scene(rng, SIZE, 60.0), Motion(strengths.astype(np.float32), pose))


def test_a_smile_lifts_the_mouth_corners_and_nothing_else_moves_the_eyes(
    kit: FaceKit, maker: PersonMaker, renderer: Renderer
) -> None:
    shapes = Shapes(kit.names)
    strengths = np.zeros((2, len(kit.names)))
    strengths[1, shapes.columns("mouthSmile")] = 1.0
    _, landmarks = draw(maker, renderer, 1, strengths)
    points = face_points(landmarks)
    moved = points[1] - points[0]
    assert (moved[3:, 1] < -2).all()
    assert np.abs(moved[:2]).max() < 1.0


def test_the_same_seed_draws_the_same_picture_and_another_seed_another_person(
    kit: FaceKit, maker: PersonMaker, renderer: Renderer
) -> None:
    strengths = np.zeros((1, len(kit.names)))
    first, again, other = (draw(maker, renderer, seed, strengths)[0] for seed in (2, 2, 3))
    assert (first == again).all()
    assert np.abs(first.astype(int) - other).mean() > 5


def test_face_detectors_take_rendered_faces_for_faces(
    shared_data: Path, kit: FaceKit, maker: PersonMaker, renderer: Renderer
) -> None:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")  # pyright: ignore[reportAttributeAccessIssue]
    network = shared_data / "models" / "face_detection_yunet_2023mar.onnx"
    yunet = cv2.FaceDetectorYN.create(str(network), "", SIZE, 0.6)
    found = {"cascade": 0, "yunet": 0}
    for seed in range(12):
        pictures, landmarks = draw(maker, renderer, seed, np.zeros((1, len(kit.names))))
        found["cascade"] += len(cascade.detectMultiScale(cv2.cvtColor(pictures[0], cv2.COLOR_RGB2GRAY), 1.1, 4)) > 0
        faces = yunet.detect(np.ascontiguousarray(pictures[0][..., ::-1]))[1]
        found["yunet"] += faces is not None
        if faces is not None:  # its points are where the landmarks are
            truth = face_points(landmarks)[0]
            eyes = np.linalg.norm(truth[1] - truth[0])
            assert np.linalg.norm(faces[0][4:14].reshape(5, 2) - truth, axis=1).mean() < 0.25 * eyes
    assert found["cascade"] >= 11
    assert found["yunet"] == 12


def test_a_hand_hides_the_face_where_it_is_shown_and_not_elsewhere(
    kit: FaceKit, maker: PersonMaker, renderer: Renderer
) -> None:
    rng = np.random.default_rng(4)
    renderer.set_person(maker.make(draw_look(rng)))
    hand = np.array([[np.nan] * 4, [0.0, -8.0, 14.0, 0.0]], np.float32)
    still = Motion(np.zeros((2, len(kit.names)), np.float32), np.zeros((2, 6), np.float32), hand)
    pictures, landmarks = renderer.draw(draw_scene(rng, SIZE, 60.0), still)
    changed = np.abs(pictures[1].astype(int) - pictures[0]).sum(2) > 30
    mouth = np.rint(landmarks[0, 62]).astype(int)
    assert changed[mouth[1], mouth[0]]
    assert not changed[:60].any()


def test_a_frown_darkens_furrows_between_the_brows(kit: FaceKit, maker: PersonMaker, renderer: Renderer) -> None:
    strengths = np.zeros((2, len(kit.names)), np.float32)
    assert (region_strengths(kit, strengths, 0.0) == 0.0).all()
    strengths[1, kit.columns("browDown_L browDown_R")] = 1.0
    calm, frowning = region_strengths(kit, strengths, 0.5)
    assert [region for region, a, b in zip(REGIONS, calm, frowning, strict=True) if b > a] == ["glabella"]


def test_stills_hold_aligned_faces_with_their_strengths(kit: FaceKit, tmp_path: Path, renderer: Renderer) -> None:
    render_stills(kit, tmp_path, people=1, per_person=8, seed=5)
    (stills,) = load_stills([tmp_path])
    assert stills.crops.shape == (8, 128, 128, 3)
    assert stills.takes.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert stills.crops.std() > 10
    assert stills.strengths.min() >= 0.0
    assert stills.strengths.max() <= 1.2
    assert ((stills.points > -0.3) & (stills.points < 1.3)).all()
    assert stills.landmarks is not None
    eyes = stills.landmarks[:, 36:48].astype(np.float32).mean(axis=1)
    assert (np.abs(eyes - [STILL_SIZE / 2, 0.4 * STILL_SIZE]) < 0.2 * STILL_SIZE).all()
    before = (tmp_path / "crops.npy").read_bytes()
    render_stills(kit, tmp_path, people=1, per_person=8, seed=5)
    assert (tmp_path / "crops.npy").read_bytes() == before
    with pytest.raises(TrainingError, match="other stills"):
        render_stills(kit, tmp_path, people=1, per_person=8, seed=6)


def test_a_data_set_can_be_read_back_and_its_labels_fit_its_videos(
    shared_data: Path, tmp_path: Path, renderer: Renderer
) -> None:
    kit_path = shared_data / "face3d" / "ict_facekit.npz"
    filming = Filming(size=(96, 96), fps=10, eye_distance_px=(20.0, 24.0))
    counts = main_synth(kit_path, tmp_path, 1, 1, 12.0, seed=3, filming=filming)
    rows = read_event_table(tmp_path / "labels.csv")
    assert counts["events"] == len(rows) > 0
    assert {row.tier for row in rows} <= {"expert", "self-report"}
    with open_video(next((tmp_path / "videos").rglob("*.mp4"))) as reader:
        assert reader.index.frame_count == 120
        assert max(row.event.offset for row in rows) < 120
    with pytest.raises(TrainingError, match="already holds a data set"):
        main_synth(kit_path, tmp_path, 1, 1, 12.0, seed=3, filming=filming)


def test_a_file_that_is_not_the_face_model_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "face.npz"
    np.savez(wrong, neutral=np.zeros(3))
    with pytest.raises(TrainingError, match=r"face\.npz"):
        read_facekit(wrong)
