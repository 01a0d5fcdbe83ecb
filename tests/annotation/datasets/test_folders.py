from pathlib import Path

import pytest

from fedn.annotation.datasets.dataset import Dataset, open_dataset
from fedn.annotation.datasets.folder_tree import look_through
from fedn.annotation.datasets.kinds import DatasetKind, parse_kind
from fedn.annotation.datasets.recordings import Recording, recording_numbers
from fedn.errors import FormatError
from fedn.progress import Cancelled, Reporter
from tests.annotation.datasets import made_casme2, made_casme3, made_samm
from tests.annotation.datasets.made_cases import write_images


@pytest.fixture(scope="module")
def casme2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_casme2.write_dataset(tmp_path_factory.mktemp("folders") / "CAS(ME)^2")


@pytest.fixture(scope="module")
def casme3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_casme3.write_dataset(tmp_path_factory.mktemp("folders") / "casme3")


@pytest.fixture(scope="module")
def samm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_samm.write_dataset(tmp_path_factory.mktemp("folders") / "samm")


def said(dataset: Dataset, *parts: str) -> list[str]:
    """Remarks on a file or folder below the root, "" for the root itself."""
    return [remark.text for remark in dataset.remarks if remark.file == dataset.root.joinpath(*parts)]


def found(dataset: Dataset) -> dict[str, tuple[str, str]]:
    return {one.video: (one.subject, one.path.relative_to(dataset.root).as_posix()) for one in dataset.recordings}


def test_casme2_is_recognized_and_its_videos_are_known_by_their_first_seven_characters(casme2: Path) -> None:
    dataset = open_dataset(casme2)
    assert dataset.kind is DatasetKind.CASME2
    videos = found(dataset)
    assert len(videos) == len(made_casme2.RAW)
    assert videos["15_0401girlcrashing"] == ("s15", "rawpic/s15/15_0401girlcrashing")
    # One folder is spelled otherwise here, one is in the release.
    assert videos["23_0505funnyinnovations"] == ("s23", "rawpic/s23/23_0505funnyinnovation")
    assert videos["15_0503unnyfarting"] == ("s15", "rawpic/s15/15_0503unnyfarting")
    assert "the release calls it 23_0505funnyinnovations" in said(dataset, "rawpic/s23/23_0505funnyinnovation")[0]
    assert any("“unnyfarting”, as the release spells it" in text for text in said(dataset))


def test_a_video_that_lies_in_the_folder_of_another_subject_belongs_to_its_own(casme2: Path) -> None:
    dataset = open_dataset(casme2)
    assert found(dataset)["23_0502funnyerrors"] == ("s23", "rawpic/s19/23_0502funnyerrors")
    assert "it is a video of subject s23, although it lies in s19" in said(dataset, "rawpic/s19/23_0502funnyerrors")[0]


def test_video_files_are_preferred_and_images_can_be(casme2: Path) -> None:
    files = open_dataset(casme2)
    assert found(files)["35_0508funnydunkey"][1] == "rawvideo/s35/35_0508funnydunkey.avi"
    assert said(files, "rawpic") == [
        "it holds 1 video that is in rawvideo too, which was taken; --images takes these instead"
    ]
    images = open_dataset(casme2, prefer_images=True)
    assert found(images)["35_0508funnydunkey"][1] == "rawpic/s35/35_0508funnydunkey"
    assert said(images, "rawvideo") == [
        "it holds 1 video that is in rawpic too, which was taken; --videos takes these instead"
    ]


def test_a_file_with_more_or_fewer_frames_than_its_images_is_told(casme2: Path) -> None:
    recording = next(one for one in open_dataset(casme2).recordings if not one.is_images)
    assert recording.images == casme2 / "rawpic" / "s35" / "35_0508funnydunkey"
    assert recording_numbers(recording, made_casme2.FRAMES)[1] == ()
    (told,) = recording_numbers(recording, made_casme2.FRAMES - 2)[1]
    assert told.text.startswith("it has 118 frames but 120 images in ")


def test_whole_pictures_are_preferred_to_crops_and_single_expressions_are_no_videos(casme2: Path) -> None:
    dataset = open_dataset(casme2)
    assert found(dataset)["16_0502funnyerrors"][1] == "rawpic/s16/16_0502funnyerrors"
    assert said(dataset, "longVideoFaceCropped") == ["it holds 1 video that is in rawpic too, which was taken"]
    assert said(dataset, "selectedpic") == [
        "it holds single expressions cut out of the videos; they were not taken as videos"
    ]
    assert said(dataset, "rawpic/s15.zip") == ["it was not opened; s15 was taken from the unpacked folder"]


def test_numbers_without_leading_zeros_are_in_their_natural_order(casme2: Path) -> None:
    folder = casme2 / "longVideoFaceCropped" / "s16" / "16_0502funnyerrors"
    numbers, told = recording_numbers(Recording("16_0502", "s16", folder, True), made_casme2.FRAMES)
    assert [numbers.frame(number) for number in (1, 2, 9, 10, 99, 100, 120, 121)] == [0, 1, 8, 9, 98, 99, 119, None]
    assert told == ()


def test_the_corrected_workbook_is_read_where_both_are_there(casme2: Path, tmp_path: Path) -> None:
    made_casme2.write_workbook(tmp_path / "CAS(ME)^2code_final.xlsx")
    made_casme2.write_workbook(tmp_path / "CAS(ME)^2code_final(Updated).xlsx")
    write_images(tmp_path / "rawpic" / "s15" / "15_0401girlcrashing", ("img001.jpg",), 1)
    dataset = open_dataset(tmp_path)
    assert [book.path.name for book in dataset.labels] == ["CAS(ME)^2code_final(Updated).xlsx"]
    assert "it was not read; the labels are from CAS(ME)^2code_final(Updated).xlsx" in said(
        dataset, "CAS(ME)^2code_final.xlsx"
    )


def test_casme3_is_recognized_and_depth_clips_part_b_and_packed_files_are_told(casme3: Path) -> None:
    dataset = open_dataset(casme3)
    assert dataset.kind is DatasetKind.CASME3
    data = "part_A/data/part_A"
    assert found(dataset) == {
        "spNO.1_a": ("spNO.1", f"{data}/spNO.1/a/color"),
        "spNO.1_j": ("spNO.1", f"{data}/spNO.1/j/color"),
        "spNO.2_b": ("spNO.2", f"{data}/spNO.2/b/color"),
        "spNO.2_c": ("spNO.2", f"{data}/spNO.2/c/color"),
    }
    whole = said(dataset)
    assert any("1 folder of depth images was not looked at" in text for text in whole)
    assert any("1 video of part B has no labels" in text for text in whole)
    assert "not called like a video of a subject" in said(dataset, "Part_A_ME_clip", "frame")[0]
    assert "taken from the unpacked folder" in said(dataset, data, "spNO.1.zip")[0]
    assert said(dataset, data, "spNO.30.zip") == ["it was not opened; unpack it if its videos are missing"]


def test_holes_between_images_are_told_and_numbers_stay_those_of_the_images(casme3: Path) -> None:
    folder = casme3 / "part_A" / "data" / "part_A" / "spNO.1" / "a" / "color"
    numbers, told = recording_numbers(Recording("spNO.1_a", "spNO.1", folder, True), len(made_casme3.IMAGES))
    assert [remark.text for remark in told] == [
        "its images begin with number 3; labels were placed by the numbers",
        "6 images are missing in between (50 to 54, 100); labels were placed by the numbers",
    ]
    assert (numbers.frame(3), numbers.frame(55), numbers.frame(54), numbers.last) == (0, 47, None, 440)


def test_images_without_numbers_of_their_own_are_counted(tmp_path: Path) -> None:
    write_images(tmp_path, ("a.jpg", "b.jpg", "c1.jpg", "c01.jpg"), 1)
    numbers, told = recording_numbers(Recording("x", "s1", tmp_path, True), 4)
    assert (numbers.frame(1), numbers.frame(4), numbers.frame(5)) == (0, 3, None)
    assert "placed by counting the images from 1" in told[0].text


def test_samm_is_recognized_with_both_workbooks(samm: Path) -> None:
    dataset = open_dataset(samm)
    assert dataset.kind is DatasetKind.SAMM
    assert [book.path.name for book in dataset.labels] == [made_samm.LONG, made_samm.MICRO]
    assert found(dataset)["006_1"] == ("006", "SAMM_longvideos/006_1")
    assert said(dataset, "SAMM_longvideos", "thumbnails") == [
        "it is not called like a video, “006_1”; it was not taken as one"
    ]


def test_a_linked_folder_is_looked_into_and_a_circle_of_links_ends(tmp_path: Path, samm: Path) -> None:
    root = tmp_path / "linked"
    root.mkdir()
    (root / "data").symlink_to(samm, target_is_directory=True)
    (root / "again").symlink_to(root, target_is_directory=True)
    assert len(open_dataset(root).recordings) == 4


def test_looking_through_a_large_folder_can_be_stopped(casme2: Path) -> None:
    reporter = Reporter()
    reporter.stop_requested = True
    with pytest.raises(Cancelled):
        look_through(casme2, reporter)


def test_a_folder_that_is_no_data_set_gets_a_sentence(tmp_path: Path, samm: Path) -> None:
    with pytest.raises(FormatError, match="is no data set that this program knows"):
        open_dataset(tmp_path)
    with pytest.raises(FormatError, match="there is no folder"):
        open_dataset(tmp_path / "gone")
    with pytest.raises(FormatError, match=r"has no annotation workbook of CAS\(ME\)\^2"):
        open_dataset(samm, DatasetKind.CASME2)
    with pytest.raises(FormatError, match="choose from auto, synthetic, casme2, casme3, samm"):
        parse_kind("casme")


def test_labels_without_videos_get_a_sentence(tmp_path: Path) -> None:
    made_samm.write_long(tmp_path / made_samm.LONG)
    with pytest.raises(FormatError, match="labels of SAMM Long Videos but none of its videos"):
        open_dataset(tmp_path)


def test_two_data_sets_in_one_folder_are_not_mixed(tmp_path: Path) -> None:
    made_samm.write_long(tmp_path / made_samm.LONG)
    made_casme2.write_workbook(tmp_path / made_casme2.NAME)
    with pytest.raises(FormatError, match=r"holds CAS\(ME\)\^2 and SAMM Long Videos"):
        open_dataset(tmp_path)


def test_a_damaged_workbook_beside_the_good_one_is_told(samm: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(samm, target_is_directory=True)
    (tmp_path / "notes.xlsx").write_bytes(b"PK\3\4 cut off")
    assert said(open_dataset(tmp_path), "notes.xlsx")[0].startswith("it was not read: ")
