from hypothesis import given
from hypothesis import strategies as st

from fedn.annotation.formats.coded_frames import Frames, coded_frames, video_frames
from fedn.annotation.formats.frame_numbers import FrameNumbers
from fedn.annotation.formats.missing_offset import MissingOffset
from fedn.annotation.formats.row_remarks import rows_text
from tests.annotation.datasets.made_cases import rows_of

images = st.sets(st.integers(0, 60), min_size=1).map(lambda numbers: tuple(sorted(numbers)))
cells = st.one_of(st.none(), st.integers(-2, 70), st.floats(-2, 70), st.sampled_from(["7", "12.5", "x", "-1"]))


@given(images, st.integers(-5, 70))
def test_numbers_of_images_lead_to_the_image_of_that_number_or_its_neighbors(
    names: tuple[int, ...], number: int
) -> None:
    numbers = FrameNumbers.of_named_images(names)
    assert numbers.frame(number) == (names.index(number) if number in names else None)
    after = [frame for frame, name in enumerate(names) if name >= number]
    before = [frame for frame, name in enumerate(names) if name <= number]
    assert numbers.at_or_after(number) == (after[0] if after else None)
    assert numbers.at_or_before(number) == (before[-1] if before else None)
    assert [numbers.number(frame) for frame in range(len(names))] == list(names)


@given(st.integers(1, 50), st.integers(-5, 70))
def test_frames_counted_from_one_are_the_images_without_holes(count: int, number: int) -> None:
    counted, named = FrameNumbers(count), FrameNumbers(count, tuple(range(1, count + 1)))
    assert counted.frame(number) == named.frame(number)
    assert counted.at_or_after(number) == named.at_or_after(number)
    assert counted.at_or_before(number) == named.at_or_before(number)
    assert (counted.first, counted.last) == (named.first, named.last)


@given(st.tuples(cells, cells, cells), st.sampled_from(MissingOffset), images)
def test_whatever_a_row_says_it_becomes_an_event_inside_the_video_or_is_left_out_with_a_word(
    row: tuple, rule: MissingOffset, names: tuple[int, ...]
) -> None:
    said: list[str] = []
    coded = coded_frames(row, rule, 30.0, said.append)
    placed = video_frames(coded, FrameNumbers.of_named_images(names), said.append) if coded is not None else None
    assert (placed is None) == any("left out" in sentence for sentence in said)
    if coded is not None:
        assert 1 <= coded.onset <= coded.offset
        assert coded.apex is None or coded.onset <= coded.apex <= coded.offset
    if placed is not None:
        assert 0 <= placed.onset <= placed.offset < len(names)
        assert placed.apex is None or placed.onset <= placed.apex <= placed.offset


@given(st.integers(2, 40), st.integers(0, 20), st.integers(1, 20), st.sampled_from(MissingOffset))
def test_a_sound_row_is_one_less_and_nothing_is_said(onset: int, rise: int, fall: int, rule: MissingOffset) -> None:
    said: list[str] = []
    apex, offset = onset + 1 + rise, onset + 1 + rise + fall
    coded = coded_frames((onset, apex, offset), rule, 30.0, said.append)
    assert coded is not None and coded == Frames(onset, apex, offset)
    assert video_frames(coded, FrameNumbers(), said.append) == Frames(onset - 1, apex - 1, offset - 1)
    assert said == []


@given(st.sets(st.integers(1, 80), min_size=1))
def test_row_numbers_in_words_name_exactly_those_rows(rows: set[int]) -> None:
    words = rows_text(rows)
    assert rows_of(f"sheet “x”, {words}") == rows
    assert words.startswith("row " if len(rows) == 1 else "rows ")


def test_row_numbers_are_written_as_a_person_would() -> None:
    assert rows_text([3]) == "row 3"
    assert rows_text([7, 3]) == "rows 3 and 7"
    assert rows_text([3, 7, 8, 9, 12, 13]) == "rows 3, 7 to 9, 12 and 13"
