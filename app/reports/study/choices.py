"""What the user chooses for a report; in a module of its own, so that the window starts without what draws reports."""

from __future__ import annotations

from dataclasses import dataclass

STANDARD_IOU = 0.5


@dataclass(frozen=True, slots=True)
class ReportChoices:
    """What the user chooses for a report.

    Attributes:
        video_ids: only these videos; () for all.
        first, second: titles or names of the two tiers that are compared, "" for the expert's and the detector's.
        iou: overlap from which two events are the same, above 0.
        reviewed_only: whether agreement counts only what was looked at.
        pictures: whether apex frames, that is faces, are shown.
        formats: "html", "pdf" or both.
        remarks: sentences that the report says besides its own.
    """

    video_ids: tuple[str, ...] = ()
    first: str = ""
    second: str = ""
    iou: float = STANDARD_IOU
    reviewed_only: bool = False
    pictures: bool = True
    formats: tuple[str, ...] = ("html", "pdf")
    remarks: tuple[str, ...] = ()
