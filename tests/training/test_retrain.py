import dataclasses
from pathlib import Path

import pytest
import torch

import training.datasets.project
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, MarkReviewed, ReplaceEvents, UseModel
from fedn.annotation.interval import Interval
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video
from fedn.checkpoint import load_model, save_model
from fedn.errors import TrainingError
from fedn.features.extract import VideoFeatures
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter
from training.retrain import retrain

from .conftest import LABELS, SampleMaker


class Listener(Reporter):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[Record] = []

    def report(self, record: Record) -> None:
        self.records.append(record)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> Path:
    """Three reviewed videos of three subjects with made-up features, and a model that has learned nothing."""
    folder = tmp_path / "study.fedn"
    samples = {f"v{n}.mp4": sample_of(f"v{n}", f"s{n % 3}", frames=400, events=4, seed=n) for n in range(3)}
    with Document.create(folder, "study") as document:
        for name, sample in samples.items():
            video = Video(name, tmp_path / name, sample.subject, 400, 30.0, 640, 480)
            tier = Tier(video.id, "Corrections", Source.ANNOTATOR)
            document.do(AddVideo(video))
            document.do(AddTier(tier))
            document.do(ReplaceEvents(tier.id, sample.events))
            document.do(MarkReviewed(video.id, Interval(0, 400)))
        document.do(UseModel("untrained"))
    network = small_config(3, width=32, head_width=32)
    torch.manual_seed(0)
    save_model(
        folder / "models" / "untrained",
        backbone=ResNet18(),
        detector=build_detector(network, seed=0),
        info=ModelInfo("untrained", LABELS, network),
    )

    def features(path: Path, *_, **__) -> VideoFeatures:
        sample = samples[path.name]
        return VideoFeatures(sample.features, sample.has_face, sample.frame_index)

    monkeypatch.setattr(training.datasets.project, "video_features", features)
    return folder


def test_corrections_become_a_model_that_is_compared_on_people_it_has_not_seen(project: Path):
    listener = Listener()
    quick = ["optimization.learning_rate=5e-3", "optimization.batch_size=4"]
    report = retrain(project, tier="Corrections", epochs=10, reporter=listener, settings=quick)
    assert len(report.held_out) == 1 and report.parent == "untrained"
    assert report.before["n_truth"] == report.after["n_truth"] >= 4
    assert report.after["spotting"]["map"] > report.before["spotting"]["map"]
    model = load_model(project / "models" / report.model.name)
    assert model.info.provenance.parent == "untrained"
    assert model.info.metrics["held_out"]["spotting"]["f1"] == report.after["spotting"]["f1"]
    assert report.held_out[0] not in model.info.provenance.data["subjects"]
    result = [record for record in listener.records if record.kind == "result"]
    assert len(result) == 1 and result[0].data["model"] == report.model.name
    losses = [record.data["loss"] for record in listener.records if record.data.get("stage") == "epoch"]
    assert losses[-1] < losses[0]


def test_a_project_that_cannot_be_learned_from_is_told_why(project: Path):
    with pytest.raises(TrainingError, match="its tiers are: Corrections"):
        retrain(project, tier="expert")
    with pytest.raises(TrainingError, match="held-out subjects"):
        retrain(project, tier="Corrections", held_out=("s0", "s1", "s2"))
    with pytest.raises(TrainingError, match="no reviewed events"):
        retrain(project, tier="Corrections", held_out=("s9",))


def test_nothing_reviewed_is_said_in_a_sentence(project: Path):
    from app.document.edits import UnmarkReviewed

    with Document.open(project) as document:
        for video_id in list(document.project.videos):
            document.do(UnmarkReviewed(video_id, Interval(0, 400)))
    with pytest.raises(TrainingError, match="marked as reviewed"):
        retrain(project, tier="Corrections")


def test_one_subject_alone_is_refused(project: Path):
    from app.document.edits import ChangeVideo

    with Document.open(project) as document:
        for video in list(document.project.videos.values()):
            document.do(ChangeVideo(dataclasses.replace(video, subject="alone")))
    with pytest.raises(TrainingError, match="“alone” only"):
        retrain(project, tier="Corrections")
