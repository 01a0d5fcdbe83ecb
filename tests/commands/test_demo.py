import json
from pathlib import Path

from fedn.annotation.store import load_project
from fedn.annotation.tier import Source
from tests.commands.conftest import Main


def test_the_demo_makes_a_project_a_report_and_a_picture_and_reopens_it(
    main: Main, dataset: Path, untrained_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "demo.fedn"
    call = ("demo", "--dir", folder, "--dataset", dataset, "--model", untrained_model, "--no-window")
    first = main(*call, "--json", timeout_s=600)
    assert first.returncode == 0, first.stderr
    told = json.loads(first.stdout)
    assert told["metrics"]["Expert"]["n_truth"] == told["metrics"]["Self-report"]["n_truth"] == 2
    report = Path(told["report"]).read_text(encoding="utf-8")
    assert report.count("<svg") == 2 and "self-report" in report and "http://127" not in report
    assert Path(told["picture"]).stat().st_size > 10_000
    project = load_project(folder)
    for video in project.videos.values():
        sources = [tier.source for tier in project.tiers_of(video.id)]
        assert sources == [Source.EXPERT, Source.SELF_REPORT, Source.DETECTOR]

    second = main(*call, timeout_s=600)
    assert second.returncode == 0, second.stderr
    assert "anna1.mp4" in second.stdout and "missed" in second.stdout and "spotting F1" in second.stdout
    assert load_project(folder) == project


def test_a_folder_that_is_not_a_project_is_not_touched(main: Main, dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    child = main("demo", "--dir", tmp_path, "--dataset", dataset, "--no-window")
    assert child.returncode == 2 and str(tmp_path) in child.stderr and len(child.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
