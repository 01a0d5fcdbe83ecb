import random

from fedn.video.frame_cache import FrameSource
from fedn.video.reader import open_video
from tests.video.conftest import CounterVideo, read_counter

LONG_GROUPS = {"g": "60", "bf": "2", "sc_threshold": "0"}


def test_stepping_back_reads_what_lies_before_at_once(make_video: CounterVideo) -> None:
    with open_video(make_video("long-group.mp4", 120, options=LONG_GROUPS)) as reader:
        source = FrameSource(reader)
        assert read_counter(source.frame(100)) == 100
        assert read_counter(source.frame(99)) == 99
        assert all(source.is_kept(number) for number in range(70, 101))
        assert [read_counter(source.frame(number)) for number in range(98, 40, -1)] == list(range(98, 40, -1))


def test_stays_within_its_memory_whatever_is_asked(make_video: CounterVideo) -> None:
    with open_video(make_video("long-group.mp4", 120, options=LONG_GROUPS)) as reader:
        budget = 10 * 96 * 64 * 3
        source = FrameSource(reader, budget)
        for number in random.Random(4).choices(range(120), k=80):
            assert read_counter(source.frame(number)) == number
            assert source.kept_bytes <= budget


def test_what_is_prepared_needs_no_decoding_and_is_the_right_frame(make_video: CounterVideo) -> None:
    with open_video(make_video("long-group.mp4", 120, options=LONG_GROUPS)) as reader:
        source = FrameSource(reader)
        source.decoded(90)
        prepared = 0
        while source.prepare(90, ahead=True, behind=True):
            prepared += 1
        assert prepared == 12 + 90
        assert all(source.is_kept(number) for number in range(103))
        assert [read_counter(source.frame(number)) for number in range(103)] == list(range(103))
        assert not source.prepare(90, ahead=True, behind=True)


def test_preparing_ends_where_there_is_no_room_for_more(make_video: CounterVideo) -> None:
    with open_video(make_video("long-group.mp4", 120, options=LONG_GROUPS)) as reader:
        budget = 30 * 96 * 64 * 3 // 2
        source = FrameSource(reader, budget)
        source.decoded(60)
        while source.prepare(60, ahead=False, behind=True):
            assert source.kept_bytes <= budget
        assert 15 < sum(source.is_kept(number) for number in range(120)) <= 30
        assert source.is_kept(60) and source.is_kept(59) and source.is_kept(50)
