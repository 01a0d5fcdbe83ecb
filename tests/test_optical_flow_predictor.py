from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fedn.annotation.interval import Interval
from fedn.errors import ModelError
from fedn.features.optical_flow import REGIONS, FlowTrack
from fedn.model_info import ModelInfo, read_model_info
from fedn.optical_flow_config import OpticalFlowConfig
from fedn.predictor import load_predictor
from fedn.predictors.optical_flow import SIGNALS, OpticalFlowPredictor, face_signals
from fedn.registry import list_models, resolve_model
from fedn.spotting_signal import Peak
from fedn.video.frame_index import FrameIndex
from fedn.video.reader import open_video
from tests.conftest import write_video

NAMES = list(REGIONS)
SHOWN = (Interval(73, 105), Interval(150, 186), Interval(279, 338))
"""The first expressions of the demo's r103, as its expert has labeled them."""


def predictor(**changes: object) -> OpticalFlowPredictor:
    network = replace(OpticalFlowConfig(), **changes)  # type: ignore[arg-type]
    return OpticalFlowPredictor(ModelInfo("flow", (), network, kind="optical-flow"))


def still(cells: int) -> FlowTrack:
    """A face that does not move."""
    return FlowTrack(
        np.zeros((cells, len(NAMES), 2), np.float32),
        np.zeros((cells, 6), np.float32),
        np.ones(cells, np.float32),
        np.zeros(cells, np.int32),
        FrameIndex.regular(cells, Fraction(30)),
    )


def smile(track: FlowTrack, first: int, last: int, size: float = 3.0) -> FlowTrack:
    """Mouth corners move apart and up between two cells, slowly in and out."""
    shape = np.interp(np.arange(len(track.run)), [first, first + 10, last - 10, last], [0, 1, 1, 0]).astype(np.float32)
    track.regions[:, NAMES.index("left mouth corner")] += np.outer(shape, [-size, -size])
    track.regions[:, NAMES.index("right mouth corner")] += np.outer(shape, [size, -size])
    return track


def spotted(track: FlowTrack, **changes: object) -> list[Peak]:
    maker = predictor(**changes)
    return maker.spot(maker.strength(track), track.run)


def iou(peak: Peak, first: int, last: int) -> float:
    return Interval(peak.start, peak.stop).iou(Interval(first, last + 1))


def test_signals_are_what_left_and_right_do_together() -> None:
    regions = smile(still(60), 10, 50, 2.0).regions
    at = dict(zip(SIGNALS, face_signals(regions)[30], strict=True))
    assert at["lips widen"] == pytest.approx(2) and at["lip corners sink"] == pytest.approx(-2)
    assert at["brows sink"] == at["brows part"] == at["cheeks sink"] == at["nose wings sink"] == 0
    turned = still(60).regions + np.array([3.0, 0.0], np.float32)
    assert not face_signals(turned).any(), "what moves both sides the same way is the head"


def test_a_smile_is_found_where_it_is() -> None:
    (event,) = spotted(smile(still(900), 400, 460))
    assert iou(event, 400, 460) > 0.7 and 405 < event.apex < 455


def test_a_face_that_does_not_move_or_stays_moved_has_no_event() -> None:
    assert spotted(still(900)) == [] and spotted(still(1)) == []
    held = still(900)
    held.regions[:] = 2.0
    assert spotted(held) == []


def test_a_weak_motion_while_the_head_turns_or_the_mouth_talks_is_no_event() -> None:
    weak = smile(still(900), 400, 460, 0.6)
    assert len(spotted(weak)) == 1
    turning = smile(still(900), 400, 460, 0.6)
    turning.head[400:460, 4] = 12.0
    assert [e for e in spotted(turning) if e.prominence > 2.2] == []
    talking = smile(still(900), 400, 460, 0.6)
    syllables = 2 * np.sin(2 * np.pi * 5 * np.arange(900) / 30).astype(np.float32)
    talking.regions[:, NAMES.index("left mouth corner"), 0] += syllables
    talking.regions[:, NAMES.index("right mouth corner"), 0] -= syllables
    assert spotted(talking) == []


def test_a_smile_while_talking_is_still_one() -> None:
    track = smile(still(900), 400, 460, 4.0)
    syllables = 0.7 * np.sin(2 * np.pi * 5 * np.arange(900) / 30).astype(np.float32)
    track.regions[:, NAMES.index("left mouth corner"), 0] += syllables
    (event,) = spotted(track)
    assert iou(event, 400, 460) > 0.6


def test_a_hidden_face_has_no_event() -> None:
    track = smile(still(900), 400, 460)
    track.likeness[390:470] = 0.4
    assert spotted(track) == []


def test_events_end_where_the_face_is_lost_and_runs_do_not_know_each_other() -> None:
    track = smile(smile(still(1800), 400, 460), 1200, 1260)
    track.run[600:1000], track.run[1000:] = -1, 1
    first, second = spotted(track)
    assert iou(first, 400, 460) > 0.7 and iou(second, 1200, 1260) > 0.7
    track.run[430:600] = -1
    (cut, _) = spotted(track)
    assert cut.stop <= 430


def test_too_short_and_too_long_motions_are_no_expressions() -> None:
    assert spotted(smile(still(3000), 400, 800)) == [], "more than five seconds"
    blink = still(900)
    blink.regions[500:504, NAMES.index("left brow, inner"), 1] = 1.0
    blink.regions[500:504, NAMES.index("right brow, inner"), 1] = 1.0
    assert [e for e in spotted(blink) if e.prominence > 2.2] == []


def test_scores_follow_the_prominence_and_the_threshold_chooses() -> None:
    weak, strong = (spotted(smile(still(900), 400, 460, size))[0] for size in (1.0, 4.0))
    assert weak.prominence < strong.prominence


def test_the_nose_is_subtracted_as_published_if_asked_for() -> None:
    track = still(900)
    track.regions[400:460] += np.array([0.0, 3.0], np.float32)
    assert spotted(track, global_motion="nose") == []


def test_wrong_settings_are_refused_by_name() -> None:
    with pytest.raises(ModelError, match="global_motion"):
        OpticalFlowConfig(global_motion="chin")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="label_count"):
        OpticalFlowConfig(label_count=2)
    with pytest.raises(ModelError, match="smoothing_s"):
        OpticalFlowConfig(smoothing_s=0.0)
    with pytest.raises(ModelError, match="restlesness"):
        OpticalFlowConfig.from_dict({"label_count": 0, "restlesness": 1.0})
    config = OpticalFlowConfig(baseline_s=9.0)
    assert OpticalFlowConfig.from_dict(config.to_dict()) == config


def test_it_comes_with_the_program_and_needs_no_weights() -> None:
    folder = resolve_model("optical-flow")
    assert "optical-flow" in [info.name for info in list_models()]
    assert read_model_info(folder).network == OpticalFlowConfig()
    assert isinstance(load_predictor(folder), OpticalFlowPredictor)


@pytest.fixture(scope="module")
def demo_frames(repository: Path) -> list[np.ndarray]:
    """Fourteen seconds of a rendered person, who shows the three expressions `SHOWN`."""
    with open_video(repository / "resources" / "demo" / "videos" / "r103" / "r103_1.mp4") as reader:
        return [image for number, image in reader.frames() if number < 420]


def test_expressions_of_a_rendered_person_are_proposed_without_any_training(
    demo_frames: list[np.ndarray], tmp_path: Path
) -> None:
    write_video(tmp_path / "demo.mp4", demo_frames)
    found = load_predictor(resolve_model("optical-flow")).detect(tmp_path / "demo.mp4", cache_dir=tmp_path / "cache")
    for interval in SHOWN:
        assert max(event.interval.iou(interval) for event in found.events) >= 0.5
    assert len(found.events) <= 4 and all(event.label == "" for event in found.events)
    assert all(event.apex is not None and event.interval.contains(event.apex) for event in found.candidates)
    assert found.curves.shape == (1, 420) and len(found.labels) == 1 and found.face_frames == 420
    assert set(found.events) <= set(found.candidates)
    everything = load_predictor(resolve_model("optical-flow")).detect(
        tmp_path / "demo.mp4", cache_dir=tmp_path / "cache", threshold=0.0
    )
    assert {e.interval for e in everything.events} == {e.interval for e in found.candidates}


@pytest.mark.parametrize("fps", [2, 15, 100])
def test_any_frame_rate_gives_events_in_the_video_s_own_frames(
    demo_frames: list[np.ndarray], tmp_path: Path, fps: int
) -> None:
    length = round(300 * fps / 30)
    chosen = [demo_frames[min(299, round(number * 30 / fps))] for number in range(length)]
    write_video(tmp_path / "other.mp4", chosen, fps)
    found = load_predictor(resolve_model("optical-flow")).detect(tmp_path / "other.mp4")
    assert found.frame_count == length and found.curves.shape == (1, length)
    share = fps / 30
    shown = [Interval(round(part.start * share), round(part.stop * share)) for part in SHOWN[:2]]
    if fps > 2:
        for interval in shown:
            assert max(event.interval.iou(interval) for event in found.events) >= 0.5
    assert all(event.offset < length for event in found.candidates)


def test_a_still_picture_and_a_picture_without_a_face_have_no_event(
    demo_frames: list[np.ndarray], tiny_video: Path, tmp_path: Path
) -> None:
    write_video(tmp_path / "still.mp4", [demo_frames[0]] * 60)
    assert predictor().detect(tmp_path / "still.mp4").events == ()
    found = predictor().detect(tiny_video)
    assert found.events == () and found.face_frames == 0 and not found.curves.any()


@pytest.mark.slow
def test_all_smiles_of_a_real_person_are_found_and_speech_is_none(shared_data: Path) -> None:
    video = shared_data / "videos" / "vfr_23s_single_face.mp4"
    with (shared_data / "videos" / "vfr_23s_single_face_gt.csv").open(encoding="utf-8") as stream:
        truth = [Interval(int(r["onset_1based"]) - 1, int(r["offset_1based"])) for r in csv.DictReader(stream)]
    found = predictor().detect(video)
    assert len(found.events) == len(truth) == 3
    for event, interval in zip(found.events, truth, strict=True):
        assert event.interval.iou(interval) >= 0.5
    assert predictor().detect(shared_data / "videos" / "grid_bbaf2n.mpg").events == ()
