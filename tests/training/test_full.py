from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

import training.course
import training.crops
import training.fedn
from fedn.annotation.video import FaceChoice
from fedn.checkpoint import load_model, load_weights
from fedn.errors import TrainingError
from fedn.features.backbone_runtime import BackboneRuntime
from fedn.model_config import small_config
from fedn.models.build import build_detector
from fedn.models.resnet import ResNet18
from fedn.progress import SILENT, Cancelled
from training.backbone import LiveBackbone
from training.config import REPLAY_FILE, AugmentationConfig, DataConfig, OptimizationConfig, StartConfig, TrainingConfig
from training.crops import CropStore, crops_of
from training.datasets.replay import read_replay, write_replay
from training.datasets.sample import Sample
from training.fedn import FednLearner
from training.precision import Precision
from training.run import train
from training.variants import VARIANTS, VariedRuntime
from training.variation import Drawn
from training.windows import GridSample, Place, collate, to_grid

from .conftest import LABELS, CancelAtStep, SampleMaker, make_sample

FRAMES = 140


def crops(*_, **__) -> Iterator[tuple[int, np.ndarray | None]]:
    """A crop in every twelfth frame: a smooth picture whose brightness changes. Smaller than real ones, for speed."""
    slope = np.linspace(0, 90, 64)
    for frame in range(FRAMES):
        picture = (slope[:, None] + slope + frame % 60).astype(np.uint8)
        yield frame, np.stack([picture] * 3, axis=2) if frame % 12 == 0 else None


@pytest.fixture
def store(tmp_path: Path) -> CropStore:
    store = CropStore(tmp_path, "v")
    assert not store.open()
    store.fill(crops())
    return store


def test_crops_come_back_nearly_as_they_were_also_in_another_process(store: CropStore, tmp_path: Path):
    again = CropStore(tmp_path, "v")
    assert again.open() and again.frames() == list(range(0, FRAMES, 12))
    for frame, crop in crops():
        found = again.read(frame)
        assert (found is None) == (crop is None)
        if crop is not None and found is not None:
            assert np.abs(found.astype(int) - crop).mean() < 2


def learning(store: CropStore | None, sample: Sample, frames: int = 200, **how) -> tuple[LiveBackbone, GridSample]:
    """A backbone that learns from one window."""
    torch.manual_seed(0)
    config = small_config(3, width=32, head_width=32, dropout=0.0, score_dropout=0.0)
    backbone, detector = ResNet18().eval(), build_detector(config, seed=0).eval()
    precision = Precision(torch.device("cpu"), bfloat16=False)
    options = OptimizationConfig(gradient_frames=frames, **how)
    return LiveBackbone(backbone, detector, [store], options, precision), to_grid(sample, LABELS, detector)


def gradients(live: LiveBackbone, sample: GridSample) -> list[torch.Tensor]:
    """Of the backbone's weights, for the sum of squares of what the detector says about one window."""
    live.backbone.zero_grad()
    drawn = [Drawn(Place(0, 0, 1.0), seed=3)]
    frames = collate([sample], [one.place for one in drawn], live.detector.config).frames
    output = live.detector(live.with_live(frames, live.load([sample], drawn)))
    sum(part.square().sum() for part in output).backward()
    live.carry_back()
    return [value.grad.clone() for value in live.backbone.parameters() if value.grad is not None]


def test_the_gradient_in_two_passes_is_the_gradient_in_one(store: CropStore, sample_of: SampleMaker):
    sample = sample_of("v", "s", frames=FRAMES, events=1)
    twice, grid = learning(store, sample)
    at_once, _ = learning(store, sample, recompute=False)
    found, whole = gradients(twice, grid), gradients(at_once, grid)

    # The same without any of this: the window's features straight from the pictures.
    backbone, detector = twice.backbone, twice.detector
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    cells = (np.arange(134) - 3).clip(0, FRAMES - 1)
    shown = [place for place, frame in enumerate(cells.tolist()) if frame in store.frames()]
    images = torch.stack([torch.from_numpy(store.read(int(cells[place]))) for place in shown])
    backbone.zero_grad()
    features = backbone(((images.float() / 255 - mean) / deviation).permute(0, 3, 1, 2))
    frames = collate([grid], [Place(0, 0, 1.0)], detector.config).frames.clone()
    frames[0, shown] = (features - grid.reference - detector.feature_mean) / detector.feature_scale
    sum(part.square().sum() for part in detector(frames)).backward()
    expected = [value.grad for value in backbone.parameters() if value.grad is not None]
    assert len(found) == len(whole) == len(expected) > 50
    for one, other, third in zip(found, whole, expected, strict=True):
        torch.testing.assert_close(one, third, atol=2e-4, rtol=2e-2)
        torch.testing.assert_close(other, third, atol=2e-4, rtol=2e-2)


def test_only_a_share_of_the_frames_is_computed_anew_when_memory_is_short(store: CropStore, sample_of: SampleMaker):
    sample = sample_of("v", "s", frames=FRAMES, events=1)
    for frames in (24, 200):
        live, grid = learning(store, sample, frames=frames)
        drawn = [Drawn(Place(0, 0, 1.0), seed=1), Drawn(Place(0, 4, 1.0), seed=2)]
        loaded = live.load([grid], drawn)
        assert loaded is not None
        counts = torch.bincount(loaded.windows, minlength=2)
        assert (counts <= frames).all() and (counts < 12).all() == (frames == 24)
        before = collate([grid], [one.place for one in drawn], live.detector.config).frames
        after = live.with_live(before, loaded)
        changed = (after != before).any(dim=2)
        assert changed.sum() == len(loaded.positions) and changed[loaded.windows, loaded.positions].all()


def test_when_memory_is_short_fewer_pictures_go_through_at_once_with_the_same_gradient(
    store: CropStore, sample_of: SampleMaker
):
    live, grid = learning(store, sample_of("v", "s", frames=FRAMES, events=1), recompute=False)
    before = gradients(live, grid)
    assert live.shrink() and live.shrink()
    for one, other in zip(before, gradients(live, grid), strict=True):
        torch.testing.assert_close(one, other, atol=2e-4, rtol=2e-2)
    steps = 0
    while live.shrink():
        steps += 1
    assert steps < 10, "with one picture there is an end"


def test_crops_of_other_videos_make_room_and_those_in_use_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker
):
    monkeypatch.setattr(training.crops, "aligned_faces", crops)
    samples = []
    for number in range(3):
        (tmp_path / f"v{number}.mp4").write_bytes(b"content %d" % number)
        cache = tmp_path / "cache" / f"v{number}"
        one = sample_of(f"v{number}", "s", frames=FRAMES, events=1)
        samples.append(replace(one, path=tmp_path / f"v{number}.mp4", cache=cache))
    first = crops_of(samples[0], tmp_path, SILENT, size=32)
    assert first.read(0).shape == (32, 32, 3), "as small as the backbone sees it"
    bytes_of_one = first.size_bytes
    second = crops_of(samples[1], tmp_path, SILENT, size=32, limit_gb=1.5 * bytes_of_one / 1e9)
    assert second.data.is_file() and not first.data.is_file(), "the older one made room"
    with pytest.raises(TrainingError, match="crop_cache_gb"):
        crops_of(samples[2], tmp_path, SILENT, size=32, limit_gb=1.5 * bytes_of_one / 1e9, in_use=[second])
    assert second.data.is_file() and second.read(12) is not None
    assert not list((tmp_path / "cache" / "v2").glob("*.bin"))


def test_crops_of_a_video_whose_content_has_changed_are_cut_out_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker
):
    monkeypatch.setattr(training.crops, "aligned_faces", crops)
    video = tmp_path / "v.mp4"
    video.write_bytes(b"one")
    sample = replace(sample_of("v", "s", frames=FRAMES, events=1), path=video, cache=tmp_path / "cache" / "v")
    crops_of(sample, tmp_path, SILENT)
    monkeypatch.setattr(training.crops, "aligned_faces", lambda *_, **__: iter([(5, np.zeros((64, 64, 3), np.uint8))]))
    assert len(crops_of(sample, tmp_path, SILENT).frames()) > 1
    video.write_bytes(b"another content")
    assert crops_of(sample, tmp_path, SILENT).frames() == [5]


def test_each_face_of_a_video_has_crops_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker
):
    def cut_out(*_, face: FaceChoice | None, **__) -> Iterator[tuple[int, np.ndarray | None]]:
        yield 0 if face is None else face.frame, np.zeros((64, 64, 3), np.uint8)

    monkeypatch.setattr(training.crops, "aligned_faces", cut_out)
    (tmp_path / "v.mp4").write_bytes(b"two people")
    one = replace(sample_of("v", "s", frames=FRAMES, events=1), path=tmp_path / "v.mp4", cache=tmp_path / "cache" / "v")
    other = replace(one, face=FaceChoice(7, 0.8, 0.5))
    for sample, frame in ((one, 0), (other, 7), (one, 0)):
        assert crops_of(sample, tmp_path, SILENT, size=32).frames() == [frame]


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_of: SampleMaker) -> TrainingConfig:
    """A training of the whole network on two people, one of whom it is validated on."""
    samples = [
        replace(sample_of(f"v{n}", f"s{n}", frames=FRAMES, events=1, seed=n), path=tmp_path / f"v{n}.mp4")
        for n in range(3)
    ]
    monkeypatch.setattr(training.course, "load_samples", lambda *_: samples)
    monkeypatch.setattr(training.crops, "aligned_faces", crops)
    return TrainingConfig(
        device="cpu",
        checkpoint_steps=1,
        checkpoint_s=1e9,
        data=DataConfig(folder=".", validation=("s2",)),
        start=StartConfig(labels=LABELS, size="small", network={"width": 32, "head_width": 32}),
        augmentation=AugmentationConfig(speed=0.0),
        optimization=OptimizationConfig(
            scope="full", epochs=2, batch_size=1, gradient_frames=24, steps_per_epoch=2, warmup_epochs=0, bfloat16=False
        ),
    )


def with_everything(full: TrainingConfig, folder: Path) -> TrainingConfig:
    """With former people, a variant of the faces and an average over the last epochs."""
    former = [make_sample(f"p{n}", f"p{n}", frames=300, events=3, seed=n) for n in range(3)]
    backbone = training.fedn.starting_model(full).backbone
    write_replay(former, folder / REPLAY_FILE, backbone, directions=40)
    told = training.course.load_samples()  # pyright: ignore[reportCallIssue]
    kept = read_replay(folder / REPLAY_FILE, backbone, about=9)
    training.course.load_samples = lambda *_: [*told, *kept]
    return replace(
        full,
        data=replace(full.data, replay=str(folder / REPLAY_FILE)),
        augmentation=replace(full.augmentation, variants=1),
        optimization=replace(full.optimization, late_share=0.7, steps_per_epoch=3, epochs=3),
    )


@pytest.mark.slow
@pytest.mark.parametrize("everything", [False, True])
def test_the_whole_network_goes_on_within_an_epoch_to_the_same_weights(
    full: TrainingConfig, tmp_path: Path, everything: bool
):
    full = with_everything(full, tmp_path) if everything else full
    train(full, tmp_path / "whole")
    for step in (5, 8) if everything else (1, 3):
        run = tmp_path / f"cut-{step}"
        with pytest.raises(Cancelled):
            train(full, run, control=CancelAtStep(step + 1))
        train(full, run, resume=True)
        one, other = (load_weights(tmp_path / name / "model") for name in ("whole", f"cut-{step}"))
        assert one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)
        if everything:
            files = [(tmp_path / name / "model" / REPLAY_FILE).read_bytes() for name in ("whole", f"cut-{step}")]
            assert files[0] == files[1]


def test_the_full_scope_moves_the_backbone_and_saves_it(full: TrainingConfig, tmp_path: Path):
    before = training.fedn.starting_model(full).backbone
    train(full, tmp_path / "run")
    after = load_model(tmp_path / "run" / "model").backbone
    assert BackboneRuntime(after).hash != BackboneRuntime(before).hash
    one, other = before.state_dict(), after.state_dict()
    for name in ("conv1.weight", "layer1.0.conv1.weight", "layer4.1.conv2.weight"):
        assert not torch.equal(one[name].half().float(), other[name]), name
    statistics = [name for name in one if "running" in name]
    assert len(statistics) == 40 and all(torch.equal(one[name], other[name]) for name in statistics)


def test_former_people_are_learned_from_without_pictures_and_the_next_model_keeps_them(
    full: TrainingConfig, tmp_path: Path
):
    full = with_everything(full, tmp_path)
    seen: list[tuple[bool, bool]] = []
    real = LiveBackbone.load

    def load(live: LiveBackbone, samples: list[GridSample], drawn: list[Drawn]):
        found = real(live, samples, drawn)
        seen.append((samples[drawn[0].place.row].sample.is_replay, found is None))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveBackbone, "load", load)
        train(full, tmp_path / "run")
    assert {replayed for replayed, _ in seen} == {True, False}
    assert all(without_pictures for replayed, without_pictures in seen if replayed)
    assert not all(without_pictures for replayed, without_pictures in seen if not replayed)

    backbone = load_model(tmp_path / "run" / "model").backbone
    kept = read_replay(tmp_path / "run" / "model" / REPLAY_FILE, backbone, about=9)
    before = read_replay(tmp_path / REPLAY_FILE, training.fedn.starting_model(full).backbone, about=9)
    spoken = [
        [[(event.onset, event.offset, event.label) for event in sample.events] for sample in samples]
        for samples in (kept, before)
    ]
    assert spoken[0] == spoken[1] and len(kept) == 3
    assert not np.array_equal(kept[0].features, before[0].features), "they have followed the backbone"


def test_every_step_of_the_whole_network_learns_from_as_many_filmed_windows(full: TrainingConfig, tmp_path: Path):
    full = with_everything(full, tmp_path)
    full = replace(
        full, optimization=replace(full.optimization, batch_size=12, steps_per_epoch=0, window_step=8, epochs=1)
    )
    filmed: list[int] = []
    real = FednLearner.plan

    def plan(learner: FednLearner, epoch: int) -> list[list[Drawn]]:
        batches = real(learner, epoch)
        filmed.extend(sum(not learner.samples[one.place.row].sample.is_replay for one in part) for part in batches[:-1])
        return batches

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FednLearner, "plan", plan)
        train(full, tmp_path / "run")
    assert len(filmed) > 3 and min(filmed) > 0 and max(filmed) - min(filmed) <= 1


@pytest.mark.parametrize("variant", [1, 2, 3])
def test_a_window_of_varied_faces_is_computed_from_varied_pictures(
    store: CropStore, sample_of: SampleMaker, variant: int
):
    """What is live in a window is the backbone's feature of the same varied picture, relative to the same reference."""
    sample = sample_of("v", "s", frames=FRAMES, events=1)
    live, _ = learning(store, sample)
    runtimes = [VariedRuntime(live.backbone, one, "cpu") for one in VARIANTS]
    varied = [sample.features.copy() for _ in VARIANTS]
    for features, runtime in zip(varied, runtimes, strict=True):
        for frame in store.frames():
            features[frame] = runtime(store.read(frame)[None])[0]
    grid = to_grid(replace(sample, variants=tuple(varied)), LABELS, live.detector)
    drawn = [Drawn(Place(0, 0, 1.0, variant), seed=3)]
    frames = collate([grid], [drawn[0].place], live.detector.config).frames
    loaded = live.load([grid], drawn)
    assert loaded is not None and len(loaded.pictures) > 5
    after = live.with_live(frames, loaded).detach()
    apart = (after - frames).abs()[loaded.windows, loaded.positions]
    spread = frames.std()
    assert apart.mean() < 0.02 * spread, "but for the runtime's half precision nothing changes"
