import dataclasses
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import training.crops
import training.datasets.project
from app.document.document import Document
from app.document.edits import AddTier, AddVideo, ChangeVideo, MarkReviewed, ReplaceEvents, UnmarkReviewed, UseModel
from fedn.annotation.event import Event
from fedn.annotation.interval import Interval
from fedn.annotation.metrics import evaluate
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import FaceChoice, Video
from fedn.checkpoint import load_model, save_model
from fedn.errors import TrainingError
from fedn.features.extract import VideoFeatures
from fedn.kept_comparison import COMPARISON_FILE, find_comparison, read_comparison
from fedn.lineage import LEARNED
from fedn.model_config import small_config
from fedn.model_info import ModelInfo
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.progress import Cancelled, Record, Reporter
from training.compare_in_project import compare_in_project
from training.config import REPLAY_FILE
from training.datasets.replay import read_replay, write_replay
from training.datasets.snapshot import read_snapshot
from training.measure import measure_speed
from training.retrain import LABELS as SNAPSHOT
from training.retrain import RetrainWish, retrain

from .conftest import LABELS, SampleMaker, make_sample


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


QUICK = ("optimization.learning_rate=5e-3", "optimization.batch_size=4")


def test_corrections_become_a_model_that_is_compared_on_people_it_has_not_seen(project: Path):
    listener = Listener()
    report = retrain(project, RetrainWish("Corrections", epochs=10, settings=QUICK), reporter=listener)
    compared = report.comparison
    assert compared is not None and len(compared.subjects) == 1 and report.parent == "untrained"
    assert compared.before["n_truth"] == compared.after["n_truth"] >= 4
    assert compared.after["spotting"]["map"] > compared.before["spotting"]["map"]
    model = load_model(project / "models" / report.model.name)
    assert model.info.provenance.parent == "untrained"
    assert model.info.metrics["held_out"]["spotting"]["f1"] == compared.after["spotting"]["f1"]
    assert compared.subjects[0] not in model.info.provenance.data["subjects"]
    result = [record for record in listener.records if record.kind == "result"]
    assert len(result) == 1 and result[0].data["model"] == report.model.name
    assert "from one person nothing follows" in result[0].data["verdict"]
    losses = [record.data["loss"] for record in listener.records if record.data.get("stage") == "epoch"]
    assert losses[-1] < losses[0]
    doubts = [record.text for record in listener.records if record.kind == "warning"]
    assert any("8 events are few" in text for text in doubts)


def test_two_held_out_people_give_intervals_and_a_plain_sentence(project: Path):
    report = retrain(project, RetrainWish("Corrections", held_out=("s0", "s1"), epochs=1))
    assert report.comparison is not None
    told = report.to_json()
    assert told["held_out"] == ["s0", "s1"]
    for part in ("before", "after", "difference"):
        found = told["confidence"][part]["spotting_f1"]
        assert found["low"] <= found["high"]
    before, after = (told[part]["spotting"]["f1"] for part in ("before", "after"))
    assert told["confidence"]["difference"]["spotting_f1"]["value"] == pytest.approx(after - before)
    assert "on 2 people it has not seen" in told["verdict"] and "interval of the difference" in told["verdict"]


def test_the_labels_are_those_of_the_moment_when_it_was_begun(project: Path):
    """Edits between start and resumption change nothing, and the run says of which edit it learned."""
    out = project / "runs" / "one"
    listener = Listener()
    listener.report = lambda record: stop_after_first_epoch(listener, record)  # type: ignore[method-assign]
    with pytest.raises(Cancelled):
        retrain(project, RetrainWish("Corrections", held_out=("s0",), epochs=4), out=out, reporter=listener)
    kept = read_snapshot(out / SNAPSHOT)
    with Document.open(project) as document:
        for tier_id in list(document.project.tiers):
            document.do(ReplaceEvents(tier_id, ()))
        edit = document.history(1)[0]["id"]
    report = retrain(project, RetrainWish("Corrections"), out=out, resume=True)
    assert report.comparison is not None and report.comparison.after["n_truth"] >= 4
    assert read_snapshot(out / SNAPSHOT) == kept and sum(len(video.events) for video in kept) >= 12
    assert 0 < report.edit < edit
    row = json.loads((out / SNAPSHOT).read_text())["videos"][0]["events"][0]
    assert 0 < row["revision"] <= report.edit


def stop_after_first_epoch(listener: Listener, record: Record) -> None:
    listener.stop_requested |= record.data.get("epoch") == 1


def test_a_label_that_the_model_does_not_have_is_learned_as_a_new_one(project: Path):
    relabel(project, "anger", "pain")
    listener = Listener()
    report = retrain(project, RetrainWish("Corrections", held_out=("s0",), epochs=1), reporter=listener)
    assert report.new_labels == ("pain",) and report.model.labels == (*LABELS, "pain")
    told = [record.text for record in listener.records if record.kind == "warning"]
    assert any("does not have these labels yet" in text and "pain" in text for text in told)
    assert load_model(project / "models" / report.model.name).detector.config.label_count == 4


def test_such_a_label_can_be_mapped_or_only_spotted_instead(project: Path):
    relabel(project, "anger", "pain")
    mapped = retrain(project, RetrainWish("Corrections", held_out=("s0",), epochs=1, rename={"pain": "anger"}))
    assert mapped.model.labels == LABELS
    assert "pain" not in mapped.model.provenance.data["events_by_label"]
    listener = Listener()
    wish = RetrainWish("Corrections", held_out=("s0",), epochs=1, unknown_labels="spot")
    spotted = retrain(project, wish, reporter=listener, out=project / "runs" / "spotted")
    assert spotted.model.labels == LABELS and spotted.new_labels == ()
    assert any("expressions without a name" in record.text for record in listener.records)


def test_in_the_full_scope_former_people_follow_the_backbone_into_the_new_model(
    project: Path, monkeypatch: pytest.MonkeyPatch
):
    def pictures(*_, **__) -> Iterator[tuple[int, np.ndarray | None]]:
        for frame in range(0, 400, 25):
            yield frame, np.full((64, 64, 3), frame // 2, np.uint8)

    monkeypatch.setattr(training.crops, "aligned_faces", pictures)
    parent = load_model(project / "models" / "untrained")
    former = [make_sample(f"p{n}", f"p{n}", frames=300, events=3, seed=n) for n in range(2)]
    write_replay(former, project / "models" / "untrained" / REPLAY_FILE, parent.backbone, directions=20)
    few = ("optimization.gradient_frames=4", "optimization.steps_per_epoch=3", "optimization.learning_rate=1e-2")
    wish = RetrainWish("Corrections", "full", compares=False, epochs=1, settings=few)
    report = retrain(project, wish)
    folder = project / "models" / report.model.name
    kept = read_replay(folder / REPLAY_FILE, load_model(folder).backbone, about=9)
    assert [len(sample.events) for sample in kept] == [3, 3], "it belongs to the new backbone"
    assert read_replay(folder / REPLAY_FILE, parent.backbone, about=9) == []
    further = retrain(project, replace(wish, model=report.model.name), out=project / "runs" / "again")
    config = tomllib.loads((further.run / "config.toml").read_text())
    assert config["data"]["replay"] == str(folder / REPLAY_FILE)


def test_the_chosen_face_of_a_video_is_the_one_that_is_learned_from(project: Path, monkeypatch: pytest.MonkeyPatch):
    choice = FaceChoice(12, 0.75, 0.5)
    with Document.open(project) as document:
        video = next(iter(document.project.videos.values()))
        document.do(ChangeVideo(dataclasses.replace(video, face=choice)))
    asked: dict[str, FaceChoice | None] = {}
    made = training.datasets.project.video_features

    def features(path: Path, *given, face: FaceChoice | None = None, **further) -> VideoFeatures:
        asked[path.name] = face
        return made(path, *given, **further)

    monkeypatch.setattr(training.datasets.project, "video_features", features)
    report = retrain(project, RetrainWish("Corrections", held_out=("s1",), epochs=1))
    assert asked == {"v0.mp4": choice, "v1.mp4": None, "v2.mp4": None}
    kept = {video.name: video.face for video in read_snapshot(report.run / SNAPSHOT)}
    assert kept == asked, "a run that goes on follows the same face, whatever is chosen meanwhile"


def test_events_longer_than_the_window_make_the_new_model_look_more_slowly(project: Path):
    wish = RetrainWish("Corrections", held_out=("s0",), epochs=1)
    short = retrain(project, wish)
    assert short.model.network.speeds == (1,)
    with Document.open(project) as document:
        for tier_id in list(document.project.tiers):
            long = [Event(0, 159, "anger"), Event(190, 340, "happiness"), Event(360, 390, "surprise")]
            document.do(ReplaceEvents(tier_id, tuple(long)))
    listener = Listener()
    report = retrain(project, wish, out=project / "runs" / "long", reporter=listener)
    assert load_model(project / "models" / report.model.name).detector.config.speeds == (1, 2, 4)
    told = [record.text for record in listener.records if record.kind == "warning"]
    assert any("4 events last longer than the 4.3 seconds" in text for text in told)
    chosen = replace(wish, settings=("start.network.speeds=[1, 2]",))
    own = retrain(project, chosen, out=project / "runs" / "own")
    assert own.model.network.speeds == (1, 2), "what was asked for counts"


def relabel(project: Path, old: str, new: str) -> None:
    with Document.open(project) as document:
        for tier_id in list(document.project.tiers):
            events = document.project.events(tier_id)
            document.do(
                ReplaceEvents(
                    tier_id, tuple(dataclasses.replace(e, label=new if e.label == old else e.label) for e in events)
                )
            )


def test_a_detector_can_be_made_anew_on_the_old_backbone(project: Path):
    wish = RetrainWish("Corrections", held_out=("s0",), epochs=1, from_scratch=True)
    report = retrain(project, wish)
    assert report.parent == "untrained" and report.model.provenance.parent == "untrained"
    config = tomllib.loads((report.run / "config.toml").read_text())
    assert config["start"]["parent"] == "" and config["optimization"]["learning_rate"] == 3e-4


def test_nobody_to_compare_on_still_gives_a_model_when_asked_for(project: Path):
    everybody_is(project, "alone")
    with pytest.raises(TrainingError, match="learn without comparing"):
        retrain(project, RetrainWish("Corrections"))
    report = retrain(project, RetrainWish("Corrections", compares=False, epochs=1))
    assert report.comparison is None and report.to_json()["before"] is None
    assert "was not compared" in report.sentence
    assert report.model.provenance.data["subjects"] == ["alone"]


def test_a_name_with_a_comma_can_be_held_out(project: Path):
    with Document.open(project) as document:
        video = next(iter(document.project.videos.values()))
        document.do(ChangeVideo(dataclasses.replace(video, subject="Doe, Jane")))
    report = retrain(project, RetrainWish("Corrections", held_out=("Doe, Jane",), epochs=1))
    assert report.comparison is not None and report.comparison.subjects == ("Doe, Jane",)


def test_a_project_that_cannot_be_learned_from_is_told_why(project: Path):
    with pytest.raises(TrainingError, match="its tiers are: Corrections"):
        retrain(project, RetrainWish("expert"))
    with pytest.raises(TrainingError, match="Hold fewer subjects out"):
        retrain(project, RetrainWish("Corrections", held_out=("s0", "s1", "s2")))
    with pytest.raises(TrainingError, match="no subject “s9” with reviewed time"):
        retrain(project, RetrainWish("Corrections", held_out=("s9",)))
    assert not (project / "runs").exists(), "what cannot begin leaves no run behind"


def test_nothing_reviewed_is_said_in_a_sentence(project: Path):
    with Document.open(project) as document:
        for video_id in list(document.project.videos):
            document.do(UnmarkReviewed(video_id, Interval(0, 400)))
    with pytest.raises(TrainingError, match="mark it as reviewed"):
        retrain(project, RetrainWish("Corrections"))


def everybody_is(project: Path, name: str) -> None:
    with Document.open(project) as document:
        for video in list(document.project.videos.values()):
            document.do(ChangeVideo(dataclasses.replace(video, subject=name)))


def test_what_both_models_predicted_is_kept_in_the_run_and_the_project(project: Path):
    out = project / "runs" / "one"
    report = retrain(project, RetrainWish("Corrections", held_out=("s0",), epochs=10, settings=QUICK), out=out)
    kept = read_comparison(out / COMPARISON_FILE)
    again = find_comparison(project, "untrained", report.model.name)
    assert again is not None and again.to_json() == kept.to_json()
    assert (kept.old, kept.new, kept.subjects, kept.verdict) == (
        "untrained",
        report.model.name,
        ("s0",),
        report.to_json()["verdict"],
    )
    (video,) = kept.videos
    assert video.subject == "s0" and len(video.truth) == kept.after["n_truth"] == sum(
        row.n_truth for row in kept.labels
    )
    again = evaluate({"v": video.truth}, {"v": [event for event in video.new if event.kind == "macro"]})
    assert again.spotting.f1 == pytest.approx(kept.after["spotting"]["f1"])
    (person,) = kept.people
    assert person.n_truth == len(video.truth) and person.new.f1 == pytest.approx(again.spotting.f1)
    by_label = kept.after["detection"]["ap_by_label"]
    assert {row.name: row.new.ap for row in kept.labels if row.n_truth} == pytest.approx(by_label)
    learned = report.model.provenance.data[LEARNED]
    assert learned["subjects"] == ["s1", "s2"] and learned["held_out"] == ["s0"] and learned["events"] == 8


def test_a_person_whom_the_old_model_knows_is_told(project: Path):
    first = retrain(project, RetrainWish("Corrections", held_out=("s0",), epochs=1)).model.name
    second = retrain(project, RetrainWish("Corrections", held_out=("s1",), epochs=1, model=first))
    assert second.comparison is not None and second.comparison.seen_by_old == ("s1",)
    assert "the old model has learned from s1, which flatters it" in second.to_json()["verdict"]
    with pytest.raises(TrainingError, match="has learned from everybody"):
        compare_in_project(project, first, second.model.name, tier="Corrections")
    third = retrain(project, RetrainWish("Corrections", epochs=1, model=first))
    assert third.comparison is not None and third.comparison.subjects == ("s0",), "again the one that nobody has seen"
    assert "flatters" not in third.to_json()["verdict"]


def test_two_models_are_compared_at_any_time_on_people_neither_has_seen(project: Path):
    made = retrain(project, RetrainWish("Corrections", held_out=("s2",), epochs=10, settings=QUICK))
    assert made.comparison is not None
    kept = compare_in_project(project, "untrained", made.model.name, tier="Corrections")
    assert kept.subjects == ("s2",) and kept.seen_by_new == ()
    assert kept.before == made.comparison.before and kept.after == made.comparison.after
    other = compare_in_project(project, made.model.name, "untrained", tier="Corrections", subjects=("s0", "s2"))
    assert other.seen_by_old == ("s0",) and other.interval("difference", "spotting_f1") is not None
    with pytest.raises(TrainingError, match="no subject “nobody”"):
        compare_in_project(project, "untrained", made.model.name, tier="Corrections", subjects=("nobody",))


def test_its_speed_is_measured_on_the_own_videos_and_nothing_is_kept(project: Path):
    before = sorted(project.rglob("*"))
    speeds = measure_speed(project, RetrainWish("Corrections", settings=QUICK), 0.3, Reporter())
    assert speeds["windows_per_s"] > 0 and speeds["detecting_fps"] > 0 and speeds["looking_fps"] > 0
    assert speeds["refreshing_fps"] == 0 and speeds["most_windows"] == 20 * 4
    assert speeds["windows_per_reviewed_s"] > 0.1 and speeds["scope"] == "detector"
    assert sorted(project.rglob("*")) == before
    stopped = Reporter()
    stopped.stop_requested = True
    with pytest.raises(Cancelled):
        measure_speed(project, RetrainWish("Corrections", settings=QUICK), 30.0, stopped)
