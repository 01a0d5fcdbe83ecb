"""AffectNet's two releases become faces to learn from; odd rows are counted, not learned."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from safetensors.torch import load_file

from fedn.errors import TrainingError
from fedn.features.align import TEMPLATE
from tests.training.test_pretrain import NAMES, spots
from training.datasets.affectnet import LeftOut, read_affectnet
from training.pretrain.affectnet import convert_affectnet
from training.pretrain.backbone import Phase, PretrainConfig, pretrain_backbone
from training.synthetic.expressions import EMOTIONS
from training.synthetic.still_folder import Stills, load_stills

SIDE = 240
HEADER = "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal"


def landmarks(shift: float = 0.0) -> np.ndarray:
    """68 points of a face that looks at us: (68, 2)."""
    points = np.full((68, 2), 120.0)
    points[:17] = np.c_[np.linspace(60, 180, 17), 150 + 50 * np.sin(np.linspace(0, np.pi, 17))]
    points[36:42], points[42:48] = (90.0, 100.0), (150.0, 100.0)
    points[30], points[48], points[54] = (120.0, 130.0), (100.0, 160.0), (140.0, 160.0)
    return points + shift


def picture(shift: int = 0) -> np.ndarray:
    """White eyes and red mouth corners on gray, where the landmarks say."""
    image = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for x, y in ((90, 100), (150, 100)):
        cv2.circle(image, (x + shift, y + shift), 9, (255, 255, 255), -1)
    for x, y in ((100, 160), (140, 160)):
        cv2.circle(image, (x + shift, y + shift), 9, (0, 0, 255), -1)
    return image


def line(path: str, expression: int | str, points: np.ndarray | None = None) -> str:
    marks = "NULL" if points is None else ";".join(f"{value:.2f}" for value in points.ravel())
    return f"{path},60,60,120,140,{marks},{expression},0.1,0.2"


def save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)


@pytest.fixture
def release_2017(tmp_path: Path) -> Path:
    root = tmp_path / "AffectNet"
    pictures = root / "Manually_Annotated" / "Manually_Annotated_Images"
    save(pictures / "1/a.jpg", picture())
    save(pictures / "1/b.JPG", picture(7))
    save(pictures / "2/c.png", picture(-9))
    (pictures / "2/torn.jpg").write_bytes(b"\xff\xd8 nothing more")
    save(tmp_path / "outside.jpg", picture())
    lists = root / "Manually_Annotated" / "Manually_Annotated_file_lists"
    lists.mkdir()
    rows = [
        line("1/a.jpg", 1, landmarks()),
        line("1/b.JPG", 6, landmarks(7)),
        line("2/c.png", 0, landmarks(-9)),
        line("2/torn.jpg", 3, landmarks()),
        line("2/missing.jpg", 3, landmarks()),
        line("1/a.jpg", 7, landmarks()),
        line("1/a.jpg", 10, landmarks()),
        line("1/a.jpg", 2),
        line("1/a.jpg", "NULL", landmarks()),
        line("../../../outside.jpg", 1, landmarks()),
        "1/a.jpg,1",
    ]
    (lists / "training.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    (lists / "validation.csv").write_text(line("1/a.jpg", 4, landmarks()) + "\n")
    return root


@pytest.fixture
def release_2021(tmp_path: Path) -> Path:
    root = tmp_path / "2021"
    for number, (code, shift) in enumerate([("1", 0), ("5", 3), ("8", 0), ("2", -4)]):
        save(root / f"train_set/images/{number}.jpg", picture(shift))
        notes = root / "train_set/annotations"
        notes.mkdir(exist_ok=True)
        np.save(notes / f"{number}_exp.npy", np.array(code))
        np.save(notes / f"{number}_lnd.npy", landmarks(shift).ravel())
    np.save(notes / "77_exp.npy", np.array({"any": "thing"}, dtype=object), allow_pickle=True)
    np.save(notes / "77_lnd.npy", landmarks().ravel())
    return root


def test_every_row_of_the_table_is_a_face_or_counted(release_2017: Path, tmp_path: Path) -> None:
    found = convert_affectnet(release_2017, "training", tmp_path / "faces", shapes=57)
    assert found is not None
    assert found.by_expression == {"happiness": 1, "anger": 1, "neutral": 1}
    assert (found.missing_pictures, found.left_out) == (2, LeftOut(no_expression=1, unreadable=4))
    stills = load_stills([tmp_path / "faces"])[0]
    names = (*EMOTIONS, "neutral")
    assert [names[at] for at in stills.emotions] == ["happiness", "anger", "neutral"]
    assert len(stills.crops) == len(stills.points) == 3
    assert np.isnan(stills.strengths).all()
    assert json.loads((tmp_path / "faces/stills.json").read_text())["missing_pictures"] == 2


def test_a_table_without_its_header_loses_no_face(release_2017: Path, tmp_path: Path) -> None:
    found = convert_affectnet(release_2017, "validation", tmp_path / "faces", shapes=57)
    assert found is not None
    assert found.by_expression == {"fear": 1}


def test_the_release_of_2021_is_read_and_pickles_are_refused(release_2021: Path, tmp_path: Path) -> None:
    found = convert_affectnet(release_2021, "training", tmp_path / "faces", shapes=57)
    assert found is not None
    assert found.by_expression == {"happiness": 1, "disgust": 1, "sadness": 1}
    assert found.left_out == LeftOut(no_expression=1, unreadable=1)


def test_eyes_lie_where_the_detector_would_put_them(release_2017: Path, tmp_path: Path) -> None:
    convert_affectnet(release_2017, "training", tmp_path / "faces", shapes=57, size=224)
    crops = load_stills([tmp_path / "faces"])[0].crops
    for crop in crops:
        white = np.argwhere((crop > 180).all(axis=2))
        middle = white.mean(axis=0)[::-1]
        assert middle == pytest.approx(TEMPLATE[:2].mean(axis=0), abs=16)


def test_at_most_so_many_pictures_are_drawn(release_2017: Path, tmp_path: Path) -> None:
    found = convert_affectnet(release_2017, "training", tmp_path / "faces", shapes=57, most=4)
    assert found is not None
    assert found.faces + found.missing_pictures == 4


def test_a_folder_of_something_else_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="is no AffectNet folder"):
        read_affectnet(tmp_path, "training", LeftOut())
    (tmp_path / "training.csv").write_text("name,age\nanna,30\n")
    with pytest.raises(TrainingError, match="lacks"):
        list(read_affectnet(tmp_path, "training", LeftOut()))


def test_the_backbone_learns_from_photographs_alone(release_2017: Path, tmp_path: Path) -> None:
    photographs = faces(release_2017, tmp_path)
    config = PretrainConfig(phases=(Phase(32, 2.0, 1e-3, batch=4),))
    figures = pretrain_backbone([photographs] * 2, photographs, NAMES, tmp_path / "w.safetensors", config)
    assert set(figures) == {"emotion_accuracy"}
    assert all_finite(tmp_path / "w.safetensors")


def test_the_backbone_learns_from_photographs_beside_rendered_faces(release_2017: Path, tmp_path: Path) -> None:
    photographs, rendered = faces(release_2017, tmp_path), spots(160, 0)
    config = PretrainConfig(phases=(Phase(32, 6.0, 2e-3, batch=16),))
    out = tmp_path / "w.safetensors"
    figures = pretrain_backbone([rendered, photographs], spots(32, 1), NAMES, out, config)
    assert figures["correlation"] > 0.5
    assert all_finite(out)


def faces(release: Path, tmp_path: Path) -> Stills:
    convert_affectnet(release, "training", tmp_path / "faces", shapes=len(NAMES), size=32)
    return load_stills([tmp_path / "faces"])[0]


def all_finite(weights: Path) -> bool:
    return all(np.isfinite(value.float().numpy()).all() for value in load_file(weights).values())
