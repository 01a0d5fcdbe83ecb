import json
from pathlib import Path

import pytest

import training.datasets.synthetic
from fedn.errors import TrainingError, VideoError
from fedn.features.extract import VideoFeatures
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter
from training.config import DataConfig
from training.datasets.features import VideoOfMany
from training.datasets.load import load_samples
from training.datasets.synthetic import read_synthetic_samples

from .conftest import make_sample

BACKBONE = ResNet18()
HEADER = "video,subject,tier,onset,offset,label\n"


class Listener(Reporter):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def report(self, record: Record) -> None:
        self.records.append(record)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two subjects whose videos have the same file name, and one video that cannot be read."""
    files = [("anna", "a.mp4"), ("ben", "a.mp4"), ("ben", "broken.mp4")]
    entries = [{"file": f"videos/{who}/{name}", "subject": who, "frames": 300, "fps": 30} for who, name in files]
    (tmp_path / "manifest.json").write_text(json.dumps({"subjects": ["anna", "ben"], "videos": entries, "seed": 1}))
    rows = [f"a.mp4,anna,expert,{n},{n + 30},happiness" for n in (10, 100)]
    rows += [f"a.mp4,ben,expert,{n},{n + 30},anger" for n in (50, 150, 290)]
    (tmp_path / "labels.csv").write_text(HEADER + "\n".join([*rows, "a.mp4,ben,self-report,5,40,fear"]) + "\n")

    def features(path: Path, *_, **__) -> VideoFeatures:
        if path.name == "broken.mp4":
            raise VideoError(f"{path} is damaged.")
        sample = make_sample("x", "s", frames=300, events=1)
        return VideoFeatures(sample.features, sample.has_face, sample.frame_index)

    monkeypatch.setattr(training.datasets.synthetic, "video_features", features)
    return tmp_path


def test_events_find_the_video_of_their_own_subject(folder: Path):
    listener = Listener()
    samples = read_synthetic_samples(folder, tier="expert", backbone=BACKBONE, reporter=listener)
    assert [(sample.video, sample.subject) for sample in samples] == [("anna/a.mp4", "anna"), ("ben/a.mp4", "ben")]
    assert [event.onset for event in samples[0].events] == [10, 100]
    assert [event.onset for event in samples[1].events] == [50, 150]  # the third ends after the video
    assert [record.text for record in listener.records if record.kind == "warning"]


def test_folders_that_hold_nothing_to_learn_from_are_refused(folder: Path, tmp_path: Path):
    with pytest.raises(TrainingError, match="its tiers are: expert, self-report"):
        read_synthetic_samples(folder, tier="novice", backbone=BACKBONE)
    with pytest.raises(TrainingError, match="does not exist"):
        load_samples(DataConfig(folder=str(folder / "nowhere")), BACKBONE)
    with pytest.raises(TrainingError, match="only 1 events"):
        load_samples(DataConfig(folder=str(folder), tier="self-report"), BACKBONE)
    (folder / "manifest.json").write_text("{}")
    with pytest.raises(TrainingError, match="lists no videos"):
        load_samples(DataConfig(folder=str(folder)), BACKBONE)


def test_progress_of_one_video_is_part_of_the_progress_of_all():
    listener = Listener()
    one = VideoOfMany(listener, "a.mp4", 1, 4)
    one.progress("", 50, 100)
    one.warn("careful")
    assert (listener.records[0].done, listener.records[0].total) == (1500, 4000)
    assert listener.records[1].kind == "warning"
    listener.stop_requested = True
    assert one.stop_requested
