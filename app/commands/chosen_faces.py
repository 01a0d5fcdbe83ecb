"""Whose face is followed in a video of several people: as an option, as a question, and `main.py faces`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from app.commands.output import JsonOption, RecordsOption, output
from fedn.annotation.video import FaceChoice, face_text
from fedn.counted import counted
from fedn.errors import FednError
from fedn.progress import Record, Reporter

if TYPE_CHECKING:
    from app.commands.detect import Targets
    from fedn.features.people import Person

UNDECIDED: Literal["undecided"] = "undecided"
LARGEST: Literal["largest"] = "largest"
ChosenFace = FaceChoice | Literal["undecided", "largest"]


def parse_faces(texts: Sequence[str], video_count: int) -> list[ChosenFace]:
    """A choice for each video from the values of --face; without any nothing is decided.

    Raises:
        FednError: if there are more or fewer than videos, or one is not FRAME,X,Y.
    """
    if not texts:
        return [UNDECIDED] * video_count
    if len(texts) != video_count:
        raise FednError(
            f"--face is given {counted(len(texts), 'time')} for {counted(video_count, 'video')}; give it once for each"
        )
    return [parse_face(text) for text in texts]


def parse_face(text: str) -> ChosenFace:
    """
    >>> parse_face("120,0.25,0.5")
    FaceChoice(frame=120, x=0.25, y=0.5)
    """
    if text == LARGEST:
        return LARGEST
    if text == UNDECIDED:
        return UNDECIDED
    try:
        frame, x, y = text.split(",")
        return FaceChoice(int(frame), float(x), float(y))
    except (ValueError, FednError) as error:
        raise FednError(
            f"--face {text} is not FRAME,X,Y, a frame from 0 and shares of the picture such as 120,0.25,0.5"
        ) from error


def ask(video: Path, cache: Path, targets: Targets, reporter: Reporter) -> bool:
    """Tells who is there in a record of kind "question" if there are several people; returns whether there are."""
    from fedn.features.people import are_several, survey

    people = survey(video, image_fps=targets.image_fps, cache_dir=cache, reporter=reporter)
    if not are_several(people):
        return False
    text = f"{len(people)} people are seen in {video.name}: whose face is to be followed?"
    reporter.report(Record("question", text, data={"people": [person_document(person) for person in people]}))
    return True


def person_document(person: Person) -> dict[str, Any]:
    """`face` for --face; the box of the face to show as shares of the picture; in which share of the looks it was."""
    best = person.best
    return {
        "face": face_text(person.choice),
        "frame": best.frame,
        "x": best.x,
        "y": best.y,
        "width": best.width,
        "height": best.height,
        "share": person.share,
    }


def faces(
    video: Annotated[Path, typer.Argument(help="A video file, or a folder of numbered images.")],
    image_fps: Annotated[float | None, typer.Option(min=0.1, help="Frames per second of a folder of images.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Folder in which what was found is kept.")] = None,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Who is seen in a video: what detect --face takes for each person."""
    with output(json, records, what="Looking for faces") as spoken:
        from app.commands.detect import cache_folder
        from fedn.features.people import are_several, survey

        folder = None if cache is None else cache_folder(cache, video)
        people = survey(video, image_fps=image_fps, cache_dir=folder, reporter=spoken.reporter)
        documents = [person_document(person) for person in people]
        spoken.document({"video": str(video), "several": are_several(people), "people": documents})
        if not people:
            spoken.say(f"no face was found in {video.name}")
        for person in documents:
            spoken.say(f"--face {person['face']:<22} seen in {person['share']:.0%} of the frames looked at")
