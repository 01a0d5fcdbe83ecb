"""Which of the project's videos a file from elsewhere means. Paths in it are compared as texts and never opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from app.document.file_names import safe_name
from fedn.annotation.project import Project
from fedn.annotation.video import Video

_FEWEST_LETTERS = 4
_ENDING = re.compile(r"\.(3gp|[a-z][a-z0-9-]{0,15})\Z")


@dataclass(frozen=True, slots=True)
class FoundVideo:
    """`remark` says what is doubtful about it, or why `video` is None; "" if nothing."""

    video: Video | None
    remark: str = ""


class VideoMatcher:
    """Finds videos by content key, path, file name, name without ending, the name of a file that this program has
    written for it, or the name's beginning, in this order.

    Several that fit are told apart by subject, then by the folders they lie in; if that leaves several, none is taken.
    """

    def __init__(self, project: Project) -> None:
        self._videos = list(project.videos.values())

    def find(self, name: str, subject: str = "", path: Path | None = None, *, shared: bool = False) -> FoundVideo:
        """The video of a name.

        Args:
            subject: the filmed person, "" if the file does not say.
            path: where the file says that the video lies.
            shared: the file has the name for videos of several subjects, so that the subject must fit.
        """
        if path is not None:
            same = [video for video in self._videos if _parts(video.path) == _parts(path)]
            if len(same) == 1:
                return FoundVideo(same[0])
        fitting, how = self._by_name(name)
        if len(fitting) > 1 or shared:
            fitting = [video for video in fitting if _same_person(video.subject, subject)] or (
                [] if shared else fitting
            )
        if len(fitting) > 1 and path is not None:
            fitting = _with_longest_tail(fitting, path)
        if not fitting:
            of = f" of subject “{subject}”" if subject and shared else ""
            return FoundVideo(None, f"the project has no video “{name}”{of}; add it first, or say which one is meant")
        if len(fitting) > 1:
            people = ", ".join(f"{video.name} of {video.subject}" for video in fitting[:4])
            return FoundVideo(None, f"the project has several videos that “{name}” may mean ({people}); say which one")
        return FoundVideo(fitting[0], _doubt(fitting[0], name, subject, how))

    def _by_name(self, name: str) -> tuple[list[Video], str]:
        """The videos of the first way of comparing that fits any, and that way in words."""
        wanted = PurePath(name.replace("\\", "/")).name
        ways: list[tuple[Callable[[Video], bool], str]] = [
            (lambda video: video.key == name, ""),
            (lambda video: video.name == wanted, ""),
            (lambda video: video.stem == wanted, ""),
            (lambda video: video.name.casefold() == wanted.casefold(), "its letters"),
            (lambda video: not {*_stems(video.name)}.isdisjoint(_stems(wanted)), "the ending of its name"),
            (lambda video: exported_name(video).casefold() in _stems(wanted), ""),
            (lambda video: _begins_with(video.name, wanted), "the rest of its name"),
        ]
        for fits, how in ways:
            found = [video for video in self._videos if fits(video)]
            if found:
                return found, how
        return [], ""


def exported_name(video: Video) -> str:
    """How files are called that this program writes for a video, without their endings."""
    return safe_name(f"{video.subject}-{video.stem}")


def _stems(name: str) -> list[str]:
    """The name, and what is left of it without one ending after the other; spNO.1_a has none."""
    stems = [name.casefold()]
    while shorter := _ENDING.sub("", stems[-1]):
        if shorter == stems[-1]:
            break
        stems.append(shorter)
    return stems


def _begins_with(name: str, beginning: str) -> bool:
    """Whether a name goes on where another ends, as 15_0101disgust does after 15_0101, but not 15_01 after 15_0."""
    rest = name.casefold().removeprefix(beginning.casefold())
    return len(beginning) >= _FEWEST_LETTERS and rest != name.casefold() and not (
        beginning[-1:].isalnum() and rest[:1].isdigit()
    )  # fmt: skip


def _same_person(known: str, said: str) -> bool:
    return _person(known) == _person(said)


def _person(name: str) -> str:
    return re.sub(r"^0+(?=\d)", "", name.strip().casefold())


def _parts(path: PurePath) -> tuple[str, ...]:
    return tuple(part for part in re.split(r"[/\\]", str(path)) if part not in ("", "."))


def _with_longest_tail(videos: Iterable[Video], path: Path) -> list[Video]:
    """Those whose path ends like `path` for the most folders."""
    lengths = [(video, _common_tail(_parts(video.path), _parts(path))) for video in videos]
    longest = max(length for _, length in lengths)
    return [video for video, length in lengths if length == longest]


def _common_tail(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    length = 0
    for one, other in zip(reversed(first), reversed(second), strict=False):
        if one.casefold() != other.casefold():
            break
        length += 1
    return length


def _doubt(video: Video, name: str, subject: str, how: str) -> str:
    doubts = [f"“{name}” was taken for {video.name}, which differs from it in {how}"] if how else []
    if subject and not _same_person(video.subject, subject):
        doubts.append(f"the subject is “{subject}” in the file and {video.subject} in the project, which was kept")
    return "; ".join(doubts)
