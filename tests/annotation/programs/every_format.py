"""All formats of other programs in one table, for the tests that every one has to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fedn.annotation.formats.boris import read_boris, read_boris_table, write_boris, write_boris_table
from fedn.annotation.formats.content import Content, Remark
from fedn.annotation.formats.datavyu import read_datavyu, write_datavyu
from fedn.annotation.formats.eaf import read_eaf, write_eaf
from fedn.annotation.formats.label_studio import read_label_studio, write_label_studio
from fedn.annotation.formats.textgrid import read_textgrid, write_textgrid
from fedn.annotation.formats.via import read_via, write_via, write_via_csv
from fedn.video.frame_index import FrameIndex
from tests.annotation.programs.made_events import FRAMES

INDEX = FrameIndex.regular(FRAMES, Fraction(30000, 1001))


@dataclass(frozen=True)
class Format:
    """`lost` are the fields that it cannot hold of an event with every field set."""

    file: str
    read: Callable[..., Content]
    write: Callable[..., tuple[Remark, ...]]
    lost: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return self.file


NEVER = frozenset({"origin", "vocabulary"})
ONE_LINE = NEVER | {"note"}
FORMATS = [
    Format("face video.eaf", read_eaf, write_eaf, NEVER),
    Format("face video.TextGrid", read_textgrid, write_textgrid, ONE_LINE),
    Format("face video.opf", read_datavyu, write_datavyu, ONE_LINE),
    Format("face video.boris", read_boris, write_boris, NEVER),
    Format("face video.boris.gz", read_boris, write_boris, NEVER),
    Format("face video.csv", read_boris_table, write_boris_table, ONE_LINE | {"subject"}),
    Format("face video.tsv", read_boris_table, write_boris_table, ONE_LINE | {"subject"}),
    Format("via.json", read_via, write_via, NEVER),
    Format("via.csv", read_via, write_via_csv, NEVER),
    Format("studio.json", read_label_studio, write_label_studio, NEVER),
]


def index_of(_: str) -> Any:
    return INDEX
