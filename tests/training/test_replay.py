"""What a model learned from, packed small and learned from again."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

from fedn.annotation.interval import Interval
from fedn.errors import TrainingError
from fedn.models.resnet import ResNet18
from fedn.progress import Record, Reporter
from fedn.registry import DEFAULT_MODEL, bundled_models_dir
from training.config import REPLAY_FILE
from training.datasets.replay import LEAST_EVENTS, read_replay, write_replay

from .conftest import make_sample

BACKBONE = ResNet18()


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    samples = [make_sample(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(20)]
    has_face = np.ones(400, bool)
    has_face[10:15] = False
    features = samples[0].features.copy()
    features[10:15] = 0
    samples[0] = dataclasses.replace(
        samples[0], features=features, has_face=has_face, reviewed=(Interval(0, 300), Interval(350, 400))
    )
    path = tmp_path_factory.mktemp("replay") / REPLAY_FILE
    write_replay(samples, path, BACKBONE, directions=40)
    return path


def test_people_come_back_with_their_events_and_reviewed_time(packed: Path):
    first, *_ = read_replay(packed, BACKBONE, about=0)
    own = make_sample("v0", "s0", frames=400, events=4, seed=0)
    assert [(e.onset, e.offset, e.label) for e in first.events] == [
        (e.onset, e.offset, e.label) for e in own.events if e.offset < 300 or e.onset >= 350
    ]
    assert first.reviewed == (Interval(0, 300), Interval(350, 400)) and first.is_replay and first.path is None
    assert not first.has_face[10:15].any() and first.has_face.sum() == 395
    assert (first.features[10:15] == 0).all()
    assert first.frame_index.fps == pytest.approx(30.0)


def test_what_is_lost_is_little_more_than_main_directions_lose_at_best(packed: Path):
    """scikit-learn's PCA is the reference; eight bits may cost a tenth of the spread more."""
    samples = [make_sample(f"v{n}", f"s{n}", frames=400, events=4, seed=n) for n in range(1, 20)]
    true = np.concatenate([sample.features.astype(np.float32) for sample in samples])
    packed_rows = np.concatenate(
        [sample.features.astype(np.float32) for sample in read_replay(packed, BACKBONE, about=999)[1:]]
    )
    pca = PCA(40).fit(true)
    best = pca.inverse_transform(pca.transform(true))
    lost, least = np.square(packed_rows - true).mean(), np.square(best - true).mean()
    assert lost < 1.1 * least + 0.01 * true.var(axis=0).mean()


def test_about_as_much_as_is_new_is_replayed_and_never_less_than_a_little(packed: Path):
    def count(about: int) -> int:
        return sum(len(sample.events) for sample in read_replay(packed, BACKBONE, about=about))

    assert LEAST_EVENTS <= count(0) < LEAST_EVENTS + 5
    assert 70 <= count(70) < 75
    assert len(read_replay(packed, BACKBONE, about=10_000)) == 20


def test_features_of_another_backbone_are_not_mixed_in(packed: Path):
    told: list[Record] = []
    reporter = Reporter()
    reporter.report = told.append  # type: ignore[method-assign]
    assert read_replay(packed, ResNet18(), about=5, reporter=reporter) == []
    assert "another backbone" in told[0].text


def test_damaged_files_are_said(tmp_path: Path):
    (tmp_path / "r.npz").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="cannot be read"):
        read_replay(tmp_path / "r.npz", BACKBONE, about=5)


@pytest.mark.skipif(
    not (bundled_models_dir() / DEFAULT_MODEL / "weights.safetensors").exists(), reason="the bundled model is not here"
)
def test_the_bundled_model_brings_its_own():
    from fedn.checkpoint import load_model

    folder = bundled_models_dir() / DEFAULT_MODEL
    assert (folder / REPLAY_FILE).stat().st_size < 5e6
    samples = read_replay(folder / REPLAY_FILE, load_model(folder).backbone, about=40)
    assert LEAST_EVENTS <= sum(len(sample.events) for sample in samples) < LEAST_EVENTS + 20
    assert {event.label for sample in samples for event in sample.events} <= set(load_model(folder).info.labels)
