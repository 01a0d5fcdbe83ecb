"""Every bad input gets one clear sentence, exit code 2 or 130, and leaves nothing half-made."""

import json
import os
import shutil
import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from app.document.document import Document
from tests.commands.conftest import Main
from tests.conftest import REPOSITORY, tiny_frame, write_video


@pytest.fixture
def bad_videos(tmp_path: Path, tiny_video: Path) -> dict[str, Path]:
    """What users give by mistake, and a video that was cut off while it was copied."""
    folder = tmp_path / "bad"
    folder.mkdir()
    paths = {
        name: folder / name for name in ("gone.mp4", "text.mp4", "empty.mp4", "sound.wav", "truncated.mp4", "images")
    }
    paths["text.mp4"].write_text("these are my notes\n")
    paths["empty.mp4"].touch()
    with wave.open(str(paths["sound.wav"]), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(16000))
    whole = tiny_video.read_bytes()
    paths["truncated.mp4"].write_bytes(whole[: len(whole) // 2])
    paths["images"].mkdir()
    return paths


def test_bad_videos_are_named_one_by_one_and_the_good_one_is_still_done(
    main: Main, bad_videos: dict[str, Path], tiny_video: Path, untrained_model: Path, tmp_path: Path
) -> None:
    out, cache = tmp_path / "out", tmp_path / "cache"
    child = main(
        *("detect", *bad_videos.values(), tiny_video, "--model", untrained_model),
        *("--out", out, "--cache", cache, "--format", "csv,json", "--json"),
    )
    assert child.returncode == 2, child.stderr
    told = json.loads(child.stdout)
    assert [(video["frames"], video["faces"], video["events"]) for video in told["videos"]] == [(24, 0, [])]
    warnings = [line for line in child.stderr.splitlines() if line.startswith("warning: ")]
    for path in bad_videos.values():
        assert sum(str(path) in line for line in warnings) == 1, (path, child.stderr)
    assert any("no face" in line for line in warnings)
    assert sorted(path.name for path in out.iterdir()) == ["tiny.csv", "tiny.json"]
    assert "Traceback" not in child.stderr


def test_videos_with_missing_faces_and_wrong_headers_are_read_as_they_are(
    main: Main, shared_data: Path, untrained_model: Path, tmp_path: Path
) -> None:
    names = ("pyfeat_no_face.mp4", "pyfeat_face_noface.mov")
    videos = [shared_data / "videos" / name for name in names]
    child = main("detect", *videos, "--model", untrained_model, "--cache", tmp_path / "cache", "--json", timeout_s=300)
    assert child.returncode == 0, child.stderr
    without, partly = json.loads(child.stdout)["videos"]
    # The header of the first promises 98 frames.
    assert (without["frames"], without["faces"], without["events"]) == (95, 0, [])
    assert 0 < partly["faces"] < partly["frames"]
    assert "no face was found in pyfeat_no_face.mp4" in child.stderr
    assert "no face is seen in pyfeat_face_noface.mov from 0:02 to 0:06" in child.stderr
    gaps = sum(last - first + 1 for first, last in partly["no_face"])
    assert gaps == partly["frames"] - partly["faces"]


@pytest.mark.parametrize("what", ["no weights", "foreign weights", "no description", "foreign description"])
def test_a_model_folder_that_is_not_one_is_named(
    what: str, untrained_model: Path, tiny_video: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.commands.command_line import run_command

    model = shutil.copytree(untrained_model, tmp_path / "model")
    weights, description = model / "weights.safetensors", model / "model.toml"
    match what:
        case "no weights":
            weights.unlink()
        case "foreign weights":
            weights.write_bytes(b"\x80\x04K\x01.")
        case "no description":
            description.unlink()
        case _:
            description.write_text('name = "other"\n')
    cache = str(tmp_path / "cache")
    assert run_command(["detect", str(tiny_video), "--model", str(model), "--cache", cache]) == 2
    said = capsys.readouterr()
    assert str(model) in said.err and len(said.err.splitlines()) == 1 and said.out == ""


def test_a_project_that_is_open_in_another_window_is_not_written(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.commands.command_line import run_command

    folder = tmp_path / "study.fedn"
    with Document.create(folder, "Study", who="anna"):
        video = dataset / "videos" / "anna" / "anna1.mp4"
        child = [sys.executable, str(REPOSITORY / "main.py"), "project", "add", str(folder), str(video)]
        second = subprocess.run(child, capture_output=True, text=True)
        assert second.returncode == 2 and "anna" in second.stderr and len(second.stderr.splitlines()) == 1
        assert run_command(["project", "info", str(folder)]) == 0
    assert "0 videos" in capsys.readouterr().out


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_project_is_named(tmp_path: Path, dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from app.commands.command_line import run_command

    folder = tmp_path / "study.fedn"
    Document.create(folder, "Study").close()
    folder.chmod(0o500)
    try:
        assert run_command(["project", "add", str(folder), str(dataset / "videos" / "anna" / "anna1.mp4")]) == 2
    finally:
        folder.chmod(0o700)
    assert str(folder) in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of other processes are a matter of POSIX")
def test_ctrl_c_during_detection_stops_with_130_and_leaves_no_half_file(
    environment: dict[str, str], untrained_model: Path, tmp_path: Path
) -> None:
    video, out, cache = tmp_path / "long.mp4", tmp_path / "out", tmp_path / "cache"
    write_video(video, [tiny_frame(i % 24) for i in range(3000)])
    call = [sys.executable, str(REPOSITORY / "main.py"), "detect", str(video), "--model", str(untrained_model)]
    call += ["--out", str(out), "--cache", str(cache), "--records"]
    child = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    for line in child.stdout:
        if json.loads(line)["kind"] == "progress":
            break
    child.send_signal(signal.SIGINT)
    rest, said = child.communicate(timeout=60)
    assert child.returncode == 130, said
    assert json.loads(rest.splitlines()[-1])["kind"] == "cancelled"
    assert not out.exists()
    assert [path.name for path in cache.rglob("*") if path.is_file() and path.name != "frame-index.npz"] == []
    assert "Traceback" not in said


def test_the_line_cancel_on_stdin_stops_a_detection(
    environment: dict[str, str], untrained_model: Path, tmp_path: Path
) -> None:
    video, cache = tmp_path / "long.mp4", tmp_path / "cache"
    write_video(video, [tiny_frame(i % 24) for i in range(3000)])
    call = [sys.executable, str(REPOSITORY / "main.py"), "detect", str(video), "--model", str(untrained_model)]
    child = subprocess.run(
        [*call, "--cache", str(cache), "--records"], input="cancel\n", capture_output=True, text=True, env=environment
    )
    assert child.returncode == 130, child.stderr
    kinds = [json.loads(line)["kind"] for line in child.stdout.splitlines()]
    assert kinds[0] == "started" and kinds[-1] == "cancelled" and "result" not in kinds
