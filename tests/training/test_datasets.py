import json
from pathlib import Path

import numpy as np
import pytest

import training.datasets.published
import training.datasets.synthetic
from app.document.dataset_project import NewProject, create_with_dataset
from fedn.errors import TrainingError, VideoError
from fedn.features.extract import VideoFeatures
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter
from fedn.video.reader import open_video
from tests.annotation.datasets import made_casme2
from training.config import DataConfig, SourceConfig, TrainingConfig, config_from_toml
from training.datasets.features import VideoOfMany
from training.datasets.load import load_samples
from training.datasets.published import read_published_samples
from training.datasets.synthetic import read_synthetic_samples
from training.targets import UNCERTAIN
from training.windows import to_grid

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


@pytest.fixture(scope="module")
def casme2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_casme2.write_dataset(tmp_path_factory.mktemp("data") / "CAS(ME)^2")


@pytest.fixture
def made_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Features of the right length for any recording, without a backbone."""

    def features(path: Path, *_, image_fps: float | None, **__) -> VideoFeatures:
        with open_video(path, image_fps=image_fps) as reader:
            index = reader.index
        count = index.frame_count
        return VideoFeatures(np.ones((count, 512), np.float16), np.ones(count, bool), index)

    monkeypatch.setattr(training.datasets.published, "video_features", features)


def test_a_released_data_set_gives_what_a_project_made_of_it_gives(casme2: Path, made_features: None, tmp_path: Path):
    """`project create --dataset` is the reference: the same videos, events and reviewed time, tier by tier."""
    document, _ = create_with_dataset(NewProject(tmp_path / "p.fedn", "P"), casme2)
    with document:
        project = document.project
    for tier in ("Expert", "Self-report"):
        samples = {sample.path: sample for sample in read_published_samples(casme2, tier=tier, backbone=BACKBONE)}
        labelled = [video for video in project.videos.values() if project.tiers_of(video.id)]
        assert {path.name for path in samples if path} == {video.path.name for video in labelled}
        for video in labelled:
            own = project.tier_named(video.id, tier)
            sample = samples[video.path]
            expected = project.events(own.id) if own else ()
            assert sample.subject == video.subject and sample.reviewed == project.reviewed(video.id)
            assert [(e.onset, e.apex, e.offset, e.label, e.kind) for e in sample.events] == [
                (e.onset, e.apex, e.offset, e.label, e.kind) for e in expected
            ]


def test_micro_expressions_of_a_data_set_are_neither_events_nor_background(casme2: Path, made_features: None):
    samples = read_published_samples(casme2, tier="Expert", backbone=BACKBONE)
    micro = [(sample, event) for sample in samples for event in sample.events if event.kind == "micro"]
    assert micro
    sample, event = micro[0]
    detector = build_detector(small_config(2, width=32, head_width=32), seed=0)
    grid = to_grid(sample, ("positive", "negative"), detector)
    row = [e.id for e in sample.events].index(event.id)
    assert grid.roles[row] == UNCERTAIN


def test_several_sources_are_learned_from_together(folder: Path, casme2: Path, made_features: None):
    also = SourceConfig(kind="dataset", folder=str(casme2), tier="Self-report")
    config = DataConfig(folder=str(folder), also=(also,))
    listener = Listener()
    samples = load_samples(config, BACKBONE, listener, ("happiness", "anger"))
    own = [sample for sample in samples if "/" not in sample.subject]
    others = [sample for sample in samples if sample.subject.startswith("CAS(ME)^2/")]
    assert {sample.subject for sample in own} == {"anna", "ben"} and len(own) + len(others) == len(samples)
    assert len({sample.video for sample in samples}) == len(samples)
    assert all(sample.spots_unknown for sample in samples)
    told = [record.text for record in listener.records if "expressions without a name" in record.text]
    assert len(told) == 1 and "“disgust”" in told[0] and "“happiness”" not in told[0]
    read = config_from_toml(TrainingConfig(data=config).to_toml())
    assert read.data == config, "a recipe with several sources survives being written and read"


def test_labels_are_renamed_and_mapped_before_the_network_looks_for_its_own(folder: Path):
    plain = load_samples(DataConfig(folder=str(folder), rename={"anger": "pain"}), BACKBONE)
    assert {e.label for sample in plain for e in sample.events} == {"happiness", "pain"}
    mapped = load_samples(DataConfig(folder=str(folder), rename={"anger": "pain"}, mapping="basic"), BACKBONE)
    assert {e.label for sample in mapped for e in sample.events} == {"happiness", "others"}
    coarse = load_samples(DataConfig(folder=str(folder), mapping="coarse"), BACKBONE)
    assert {e.label for sample in coarse for e in sample.events} == {"positive", "negative"}
