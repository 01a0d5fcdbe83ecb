import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from fedn.annotation.formats.event_csv import write_event_table
from fedn.errors import TrainingError
from fedn.progress import Record, Reporter
from training.synthetic.benchmark import Size, plan_benchmark, write_checksums
from training.synthetic.expressions import Shapes
from training.synthetic.facekit import expression_names
from training.synthetic.film import Filming
from training.synthetic.plan import Plan, PlannedVideo, plain_plan
from training.synthetic.run import carry_out

TINY = Filming(size=(64, 64), fps=10, eye_distance_px=(13.0, 16.0))


class StopAfter(Reporter):
    """Asks to stop at the first progress that mentions a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def report(self, record: Record) -> None:
        if self._text in record.text:
            self.stop_requested = True


@pytest.fixture
def kit_path(shared_data: Path) -> Path:
    return shared_data / "face3d" / "ict_facekit.npz"


@pytest.mark.parametrize(("size", "subjects", "videos", "frames", "events"), [
    ("full", 22, 98, 98 * 2940, 300), ("small", 8, 24, 24 * 1200, 72),
])  # fmt: skip
def test_the_benchmark_has_its_published_shape(
    size: Size, subjects: int, videos: int, frames: int, events: int
) -> None:
    plan = plan_benchmark(size)
    assert len(plan.subjects) == subjects
    assert len(plan.videos) == videos
    assert abs(sum(video.frames for video in plan.videos) - frames) < 2 * videos
    counts = [len(video.feelings or ()) for video in plan.videos]
    assert sum(counts) == events
    assert max(counts) <= 14
    assert plan == plan_benchmark(size)
    assert plan.fingerprint() != plan_benchmark(size, seed=1).fingerprint()


def test_labels_of_the_small_benchmark_are_the_same_everywhere(kit_path: Path, tmp_path: Path) -> None:
    plan, shapes = plan_benchmark("small"), Shapes(expression_names(kit_path))
    rows = [row for video in plan.videos for row in plan.label_rows(video, plan.performance(video, shapes))]
    write_event_table(tmp_path / "labels.csv", rows)
    assert Counter((row.tier, row.event.kind) for row in rows)[("expert", "macro")] == 72
    found = hashlib.sha256((tmp_path / "labels.csv").read_bytes()).hexdigest()
    assert found[:16] == "c98bbc040ad22669"


def test_a_stopped_run_goes_on_where_it_was(kit_path: Path, tmp_path: Path, egl: None) -> None:
    plan = plain_plan(2, 1, 3.0, 7, TINY)
    assert carry_out(plan, kit_path, tmp_path, StopAfter("r002")) == {}
    first = tmp_path / plan.videos[0].file
    written = first.stat().st_mtime_ns
    assert not (tmp_path / "manifest.json").exists()
    assert not (tmp_path / plan.videos[1].file).exists()
    with pytest.raises(TrainingError, match="another data set"):
        carry_out(plain_plan(2, 1, 3.0, 8, TINY), kit_path, tmp_path)
    assert carry_out(plan, kit_path, tmp_path)["videos"] == 2
    assert first.stat().st_mtime_ns == written


def test_several_processes_draw_the_same_pictures_as_one(kit_path: Path, tmp_path: Path, egl: None) -> None:
    plan = plain_plan(2, 1, 3.0, 7, TINY)
    for folder, processes in (("one", 1), ("two", 2)):
        carry_out(plan, kit_path, tmp_path / folder, processes=processes)
        write_text = json.loads((tmp_path / folder / "manifest.json").read_text())
        assert write_text["renderer"] == 2
        (tmp_path / folder / "splits.json").write_text("{}")
        write_checksums(tmp_path / folder, plan)
    one, two = ((tmp_path / folder / "SHA256SUMS").read_text() for folder in ("one", "two"))
    assert one == two
    assert len(one.splitlines()) == 4


def test_a_plan_tells_its_videos_apart() -> None:
    videos = (PlannedVideo(1, 1, 90, 30), PlannedVideo(1, 2, 90, 30))
    plan = Plan(3, TINY, "emotions", videos)
    assert plan.camera(videos[0]) != plan.camera(videos[1])
    assert plan.look(1).seed == plan.look(1).seed != plan.look(2).seed
