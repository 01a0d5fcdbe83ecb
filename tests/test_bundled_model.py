"""What users can rely on from the model that comes along, on people it has never seen."""

import csv
from pathlib import Path

import pytest

from fedn.annotation.event import Event
from fedn.annotation.formats.event_csv import read_event_table
from fedn.annotation.metrics import evaluate
from fedn.predictor import VideoPredictor, load_predictor
from fedn.registry import DEFAULT_MODEL, resolve_model


@pytest.fixture(scope="module")
def predictor() -> VideoPredictor:
    return load_predictor(resolve_model(DEFAULT_MODEL))


def one_based_truth(path: Path) -> list[Event]:
    """The table's frames begin at 1 and are inclusive."""
    with path.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    names = ("onset_1based", "apex_1based", "offset_1based")
    frames = [[int(row[name]) - 1 for name in names] for row in rows]
    return [
        Event(onset, offset, row["emotion"], apex=apex) for (onset, apex, offset), row in zip(frames, rows, strict=True)
    ]


@pytest.mark.parametrize("name", ["long90s_single_face", "vfr_23s_single_face"])
def test_smiles_of_a_real_person_are_found_named_and_placed(
    predictor: VideoPredictor, shared_data: Path, name: str
) -> None:
    videos = shared_data / "videos"
    truth = {name: one_based_truth(videos / f"{name}_gt.csv")}
    prediction = predictor.detect(videos / f"{name}.mp4")
    result = evaluate(truth, {name: list(prediction.events)})
    assert result.spotting.f1 >= 0.85
    assert {event.label for event in prediction.events} == {"happiness"}


@pytest.mark.parametrize("name", ["grid_bbaf2n.mpg", "pyfeat_no_face.mp4"])
def test_nothing_is_found_where_nobody_shows_anything(predictor: VideoPredictor, shared_data: Path, name: str) -> None:
    assert predictor.detect(shared_data / "videos" / name).events == ()


def test_the_rendered_people_of_the_demo_are_mostly_understood(predictor: VideoPredictor, repository: Path) -> None:
    folder = repository / "resources" / "demo"
    videos = sorted((folder / "videos").glob("*/*.mp4"))
    rows = [row for row in read_event_table(folder / "labels.csv") if row.tier == "expert"]
    truth = {video.name: [row.event for row in rows if row.video == video.name] for video in videos}
    found = {video.name: predictor.detect(video) for video in videos}
    result = evaluate(truth, {name: list(prediction.events) for name, prediction in found.items()})
    assert result.spotting.f1 >= 0.75
    # One person who is seen nearly all the time.
    steady = found["r103_1.mp4"]
    assert steady.face_frames >= 0.97 * steady.frame_count
