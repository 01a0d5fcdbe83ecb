from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.document.document import Document
from app.document.edits import AddTier, AddVideo, ReplaceEvents
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.annotation.video import Video

VIDEO = Video("key", Path("/videos/a.mp4"), "s1", 500, 30.0, 640, 480, id="video")
FEDN = Tier("video", "FEDN", Source.DETECTOR, "fedn-base", id="fedn")
OWN = Tier("video", "Corrections", Source.ANNOTATOR, "ann", id="own")
PREDICTED = (
    Event(10, 40, "happiness", apex=20, score=0.9, id="first"),
    Event(100, 140, "anger", apex=120, score=0.6, id="second"),
)


@pytest.fixture
def document(tmp_path: Path) -> Iterator[Document]:
    """One video with two predictions and an annotator's tier that is still empty."""
    with Document.create(tmp_path / "study.fedn", "study", who="ann") as document:
        for edit in (AddVideo(VIDEO), AddTier(FEDN), AddTier(OWN), ReplaceEvents("fedn", PREDICTED)):
            document.do(edit)
        yield document
