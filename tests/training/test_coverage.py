import csv
import json
from pathlib import Path

import numpy as np
import pytest

from fedn.model_config import faithful_config, macro_config
from training.coverage import Spans, coverage
from training.windows import regular_starts

QUANTILES, LENGTHS = [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 1], [17, 19, 26, 35, 50, 64, 75, 118]


def invented_table(videos: int, seed: int = 0) -> tuple[Spans, dict[str, int]]:
    """Videos of about a minute and a half with up to nine events, whose lengths have the quantiles of the macro-
    expressions of CAS(ME)^2 at 30 fps."""
    random = np.random.default_rng(seed)
    spans, counts = {}, {}
    for number in range(videos):
        frames = int(random.integers(659, 4374))
        lengths = np.interp(random.random(int(random.integers(1, 10))), QUANTILES, LENGTHS).round()
        starts = np.array([random.integers(0, frames - int(length)) for length in lengths], dtype=np.float64)
        spans[f"v{number}"] = np.stack([starts, starts + lengths], axis=1)
        counts[f"v{number}"] = frames
    return spans, counts


@pytest.mark.slow
def test_assignment_covers_expressions_as_often_as_the_published_tables_say():
    spans, counts = invented_table(250)
    stride, macro = (coverage(spans, counts, config, 32) for config in (faithful_config(1), macro_config(1)))
    lengths = np.concatenate([rows[:, 1] - rows[:, 0] for rows in spans.values()])
    assert np.median(lengths) == pytest.approx(35, abs=2)
    # LGSNet's figures for the real table, whose lengths only have the same quantiles.
    assert stride.views_per_event == pytest.approx(3.01, rel=0.05)
    assert stride.anchors_per_view == pytest.approx(7.60, rel=0.06)
    assert stride.best_anchor_iou == pytest.approx(0.825, abs=0.01)
    assert stride.locations_per_view == pytest.approx(2.25, rel=0.08)
    assert stride.views_without_location < 0.02 and stride.unseen == 0
    assert macro.anchors_per_view == pytest.approx(19.56, rel=0.06)
    assert macro.best_anchor_iou == pytest.approx(0.889, abs=0.01)
    assert macro.locations_per_view == pytest.approx(3.45, rel=0.06)
    assert macro.views_without_location < 0.01
    assert (stride.windows, stride.windows_with_event) == (macro.windows, macro.windows_with_event)


@pytest.mark.slow
def test_windows_twice_as_far_apart_show_each_event_half_as_often_and_miss_some():
    spans, counts = invented_table(250)
    near, far = (coverage(spans, counts, faithful_config(1), step) for step in (32, 64))
    assert far.windows == pytest.approx(near.windows / 2, rel=0.05)
    assert far.views_per_event == pytest.approx(1.53, rel=0.06) and far.unseen > 0
    assert far.anchors_per_view == pytest.approx(near.anchors_per_view, rel=0.03)


def test_a_single_event_is_counted_by_hand():
    # Windows begin at 0, 32, 64 and, because the video ends at 200, at 72; all four show the event whole.
    found = coverage({"v": np.array([[80.0, 120.0]])}, {"v": 200}, faithful_config(1), 32)
    assert regular_starts(200, 128, 32) == [0, 32, 64, 72]
    assert (found.events, found.windows, found.windows_with_event, found.unseen) == (1, 4, 4, 0)
    assert found.views_per_event == 4


def test_a_table_without_events_has_no_views():
    found = coverage({"v": np.zeros((0, 2))}, {"v": 100}, faithful_config(1), 32)
    assert (found.events, found.windows, found.windows_with_event, found.anchors_per_view) == (0, 1, 0, 0)


def test_the_command_tells_both_encodings_in_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    from app.commands.command_line import run_command

    with (tmp_path / "labels.csv").open("w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["video", "subject", "tier", "onset", "apex", "offset", "label", "kind"])
        table.writerow(["a.mp4", "s1", "expert", 80, 90, 119, "happiness", "macro"])
        table.writerow(["a.mp4", "s1", "expert", 300, 302, 307, "happiness", "micro"])
    (tmp_path / "manifest.json").write_text(json.dumps({"videos": [{"file": "videos/a.mp4", "frames": 400}]}))
    assert run_command(["bench", "coverage", "--labels", str(tmp_path / "labels.csv"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["encodings"]
    assert told["stride anchors"]["events"] == 1 and told["stride anchors"]["windows"] == len(
        regular_starts(400, 128, 32)
    )
    assert told["macro anchors"]["anchors_per_view"] > told["stride anchors"]["anchors_per_view"]
