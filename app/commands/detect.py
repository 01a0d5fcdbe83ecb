"""`main.py detect`: videos in, predicted events out, as files, as a table, or as records for the window."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.chosen_faces import UNDECIDED, ChosenFace, ask, parse_faces
from app.commands.detection_course import DetectionCourse
from app.commands.event_files import FORMATS, parse_formats, write_prediction
from app.commands.output import JsonOption, Output, RecordsOption, output
from app.document.file_names import distinct_names
from fedn.annotation.video import FaceChoice
from fedn.counted import counted
from fedn.errors import FednError
from fedn.progress import Cancelled, Record, Reporter
from fedn.registry import DEFAULT_MODEL, resolve_model

if TYPE_CHECKING:
    from fedn.annotation.formats.known_formats import KnownFormat
    from fedn.prediction import Prediction
    from fedn.predictor import VideoPredictor

MOST_GAPS = 4
LEAST_GAP_S = 0.5
ImageFpsOption = Annotated[
    float | None, typer.Option(min=0.1, help="Frames per second of a folder of images (default 30).")
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu or cuda.")]


@dataclass(frozen=True, slots=True)
class Targets:
    """Where the results of a detection go.

    Attributes:
        folder: for event files; None prints only.
        formats: of the event files.
        curves: whether score curves are written into `folder` too.
        image_fps: frame rate of folders of images.
        cache: holds one folder for each video's content: features, and in records mode the score curves.
    """

    folder: Path | None
    formats: tuple[KnownFormat, ...]
    curves: bool
    cache: Path
    image_fps: float | None


def detect(
    videos: Annotated[list[Path], typer.Argument(help="Video files, or folders of numbered images.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the event files; without it they are only printed.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name or folder of a model.")] = DEFAULT_MODEL,
    project: Annotated[Path | None, typer.Option(help="The project whose models are meant.")] = None,
    features: Annotated[
        Path | None, typer.Option(help="Folder of feature files, for a model that reads those instead of faces.")
    ] = None,
    device: DeviceOption = "auto",
    format: Annotated[
        str, typer.Option(help=f"Of the event files: {', '.join(FORMATS)}; several with commas.")
    ] = "csv",
    threshold: Annotated[float | None, typer.Option(min=0, max=1, help="Score from which a prediction counts.")] = None,
    curves: Annotated[bool, typer.Option("--curves", help="Also write the scores of every frame (.npz).")] = False,
    image_fps: ImageFpsOption = None,
    face: Annotated[
        list[str] | None,
        typer.Option(
            help="Whose face, where a video shows several: FRAME,X,Y with X and Y as shares of the picture (see "
            "main.py faces), largest, or undecided. Once for each video, in their order."
        ),
    ] = None,
    ask_face: Annotated[
        bool,
        typer.Option("--ask-face", help="With --records: leave videos of several people out and tell who is there."),
    ] = False,
    cache: Annotated[Path | None, typer.Option(help="Folder for features, so that they are computed once.")] = None,
    json: JsonOption = False,
    records: RecordsOption = False,
) -> None:
    """Detect expressions in videos."""
    with output(json, records, what="Detecting") as spoken:
        folder = resolve_model(model, project)
        targets = Targets(out, parse_formats(format), curves, cache or default_cache(), image_fps)
        course = DetectionCourse(spoken)
        chosen = dict(zip(videos, parse_faces(face or [], len(videos)), strict=True))
        readable, failures = check_videos(videos, image_fps, course)
        documents: list[dict[str, Any]] = []
        if readable:
            from fedn.predictor import load_predictor

            predictor = load_predictor(folder, device=device)
            detection = Detection(predictor, targets, features, threshold, spoken, ask_face)
            stems = distinct_names(unique_stems(readable))
            for video, stem in zip(readable, stems, strict=True):
                reporter = course.reporter(video)
                try:
                    document = detection.run(video, stem, chosen[video], reporter)
                    documents += [] if document is None else [document]
                except FednError as error:
                    failures.append(tell_failure(error, len(videos), reporter))
                except Cancelled:
                    if spoken.reporter.stop_requested:
                        raise
                    reporter.report(Record("skipped", f"{video.name} was left out"))
        if spoken.as_json:
            spoken.document({"model": folder.name, "device": used_device(device), "videos": documents})
        if failures:
            raise told_together(failures, len(videos))
        spoken.ending = ending(documents)


def told_together(failures: Sequence[FednError], video_count: int) -> FednError:
    """One sentence for all that could not be done."""
    if video_count == 1:
        return failures[0]
    return FednError(f"{len(failures)} of {video_count} videos could not be used: " + "; ".join(map(str, failures)))


@dataclass(frozen=True, slots=True)
class Detection:
    """What is the same for every video.

    Attributes:
        features: folder of another program's features, None to read faces.
        asks: videos of several people, of whom none is chosen, are left out with a question.
    """

    predictor: VideoPredictor
    targets: Targets
    features: Path | None
    threshold: float | None
    spoken: Output
    asks: bool = False

    def run(self, video: Path, stem: str, face: ChosenFace, reporter: Reporter) -> dict[str, Any] | None:
        """Detects in a video, writes and says what was found; returns its part of the JSON document.

        None if there was only a question.

        Raises:
            FednError: if that is not possible, also for want of room on the disk.
            Cancelled: if the reporter asks to stop.
        """
        reporter.check()
        reporter.progress("Reading faces", 0, 0)
        cache = self.targets.cache
        try:
            folder = cache_folder(cache, video)
            if self.asks and face == UNDECIDED and self.features is None and ask(video, folder, self.targets, reporter):
                return None
            prediction = self._prediction(video, folder, face if isinstance(face, FaceChoice) else None, reporter)
            return deliver(video, stem, prediction, self.predictor, self.targets, self.spoken, reporter)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise FednError(
                f"what was found in {video.name} could not be kept ({reason}): look whether there is room left in "
                f"{self.targets.folder or cache}, then detect again"
            ) from error

    def _prediction(self, video: Path, cache: Path, face: FaceChoice | None, reporter: Reporter) -> Prediction:
        fps = self.targets.image_fps
        if self.features is not None:
            return detect_from_files(self.predictor, video, self.features, fps, self.threshold, reporter)
        return self.predictor.detect(
            video, cache_dir=cache, image_fps=fps, threshold=self.threshold, reporter=reporter, face=face
        )


def detect_from_files(
    predictor: VideoPredictor,
    video: Path,
    folder: Path,
    image_fps: float | None,
    threshold: float | None,
    reporter: Reporter,
) -> Prediction:
    """The events of a video whose features another program has computed.

    Raises:
        ModelError: if the model reads no features from files, or there are none for this video.
    """
    from fedn.errors import ModelError
    from fedn.features.extract import VideoFeatures
    from fedn.features.feature_files import FeatureFiles
    from fedn.predictors.fedn import FednPredictor
    from fedn.video.reader import open_video

    if not isinstance(predictor, FednPredictor) or not predictor.detector.config.feature_step:
        raise ModelError(f"“{predictor.info.name}” reads faces, not feature files; leave out --features")
    network = predictor.detector.config
    files = FeatureFiles(folder, network.feature_size, network.feature_step, network.feature_center)
    with open_video(video, image_fps=image_fps) as reader:
        index = reader.index
    features = VideoFeatures(*files.read(video.name, "", index.frame_count), index)
    return predictor.detect_features(features, video=video, threshold=threshold, reporter=reporter)


def used_device(device: str) -> str:
    """What "auto" stands for on this machine."""
    from fedn.features.backbone_runtime import pick_device

    return str(pick_device(device))


def check_videos(
    videos: Sequence[Path], image_fps: float | None, course: DetectionCourse
) -> tuple[list[Path], list[FednError]]:
    """Opens each video before the slow part begins; those that cannot be opened are told and left out."""
    from fedn.video.reader import open_video

    readable: list[Path] = []
    failures: list[FednError] = []
    for video in videos:
        try:
            with open_video(video, image_fps=image_fps):
                readable.append(video)
        except FednError as error:
            failures.append(tell_failure(error, len(videos), course.reporter(video)))
    return readable, failures


def tell_failure(error: FednError, video_count: int, reporter: Reporter) -> FednError:
    """Among many videos a bad one is a warning at once and a failure at the end: the others are still done."""
    if video_count > 1:
        reporter.warn(str(error), failed=True)
    return error


def deliver(
    video: Path,
    stem: str,
    prediction: Prediction,
    predictor: VideoPredictor,
    targets: Targets,
    spoken: Output,
    reporter: Reporter,
) -> dict[str, Any]:
    """Writes and says what was found in one video; returns its part of the JSON document."""
    from fedn.video.reader import open_video

    document = video_document(video, prediction)
    threshold = predictor.info.threshold
    if sentence := sentence_without_face(video.name, prediction):
        reporter.warn(sentence, no_face=document["no_face"])
    if targets.folder is not None:
        with open_video(video, image_fps=targets.image_fps, cache_dir=cache_folder(targets.cache, video)) as reader:
            index = reader.index
        name = predictor.info.name
        remarks = write_prediction(targets.folder, stem, prediction, model=name, index=index, formats=targets.formats)
        for remark in remarks:
            reporter.warn(str(remark))
        if targets.curves:
            write_curves(targets.folder / f"{stem}.curves.npz", prediction, threshold)
    if spoken.as_records:
        path = cache_folder(targets.cache, video) / f"curves-{predictor.info.name}.npz"
        write_curves(path, prediction, threshold)
        reporter.result(f"{counted(len(prediction.events), 'event')} in {video.name}", **document, curves=str(path))
    spoken.say(
        f"{video.name}: {counted(len(prediction.events), 'event')} in {prediction.frame_count} frames, "
        f"{prediction.frame_count / max(prediction.seconds, 1e-9):.0f} frames/s"
    )
    for event in document["events"]:
        frames = f"{event['onset']:>7} {event['apex']!s:>7} {event['offset']:>7}"
        spoken.say(f"  {frames}  {event['label']:<12} {event['score']:.2f}")
    return document


def video_document(video: Path, prediction: Prediction) -> dict[str, Any]:
    """One video as `detect --json` shows it: frames 0-based and inclusive."""
    return {
        "video": str(video),
        "frames": prediction.frame_count,
        "fps": round(float(prediction.fps), 3),
        "faces": prediction.face_frames,
        "no_face": [[interval.onset, interval.offset] for interval in prediction.faceless],
        "seconds": round(prediction.seconds, 2),
        "stage_seconds": {name: round(float(value), 3) for name, value in prediction.stage_seconds.items()},
        "events": [
            {
                "onset": event.onset,
                "apex": event.apex,
                "offset": event.offset,
                "label": event.label,
                "score": round(event.score or 0.0, 4),
            }
            for event in prediction.events
        ],
    }


def sentence_without_face(name: str, prediction: Prediction) -> str:
    """Where in a video there is nothing to detect, "" if there is a face all the time."""
    count, fps = prediction.frame_count, max(prediction.fps, 1e-6)
    if prediction.face_frames == 0:
        return f"no face was found in {name}, so there is nothing to detect"
    gaps = sorted(prediction.faceless, key=lambda gap: gap.length, reverse=True)
    told = sorted((gap for gap in gaps[:MOST_GAPS] if gap.length >= fps * LEAST_GAP_S), key=lambda gap: gap.start)
    if not told:
        return ""
    places = [f"{clock(gap.start / fps)} to {clock(gap.stop / fps)}" for gap in told]
    more = " and shorter ones" if len(gaps) > len(told) else ""
    lacking = sum(gap.length for gap in gaps)
    return (
        f"no face is seen in {name} from {', '.join(places)}{more}, together {lacking / count:.0%} of it; nothing is "
        "detected there"
    )


def clock(seconds: float) -> str:
    """
    >>> clock(83.4)
    '1:23'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def write_curves(path: Path, prediction: Prediction, threshold: float) -> None:
    """Scores of every frame: `curves` (labels, frames) float16, `labels`, `threshold`."""
    import numpy as np

    from fedn.model_info import write_atomically

    content = io.BytesIO()
    np.savez_compressed(
        content,
        curves=np.asarray(prediction.curves, dtype=np.float16),
        labels=np.array(prediction.labels),
        threshold=np.float32(threshold),
    )
    write_atomically(path, content.getvalue())


def cache_folder(cache: Path, video: Path) -> Path:
    """The folder for what was computed from a video's content, wherever the video lies."""
    from fedn.video.content_key import content_key

    return cache / content_key(video)


def default_cache() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("fedn-studio", appauthor=False)


def unique_stems(videos: Sequence[Path]) -> list[str]:
    """File names for the results; the folder's name is put before those that would be the same."""
    stems = Counter(video.stem for video in videos)
    names = [
        video.stem if stems[video.stem] == 1 else f"{video.resolve().parent.name}-{video.stem}" for video in videos
    ]
    seen: Counter[str] = Counter()
    for index, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            names[index] = f"{name}-{seen[name]}"
    return names


def ending(documents: Sequence[dict[str, Any]]) -> str:
    count = sum(len(document["events"]) for document in documents)
    return f"{counted(count, 'event')} in {counted(len(documents), 'video')}"
