"""Sound files of every format to begin with, made by the program's own writers and by the makers of data set tables."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import openpyxl
import xlwt

from fedn.annotation.action_unit import ActionUnit
from fedn.annotation.event import Event, Origin
from fedn.annotation.formats.content import TierEvents, VideoEvents
from fedn.annotation.formats.known_formats import FORMATS, Holds
from fedn.annotation.tier import Source
from fedn.errors import FormatError
from fedn.video.frame_index import FrameIndex
from tests.annotation.datasets import made_casme2, made_casme3, made_samm
from tests.annotation.programs.foreign_eaf import FOREIGN

INDEX = FrameIndex.regular(600, Fraction(30000, 1001))
NAMES = ("a.mp4", "006_1", "23_0502", "15_0101disgustingteeth")


def index_of(video: str) -> FrameIndex:
    """Knows the corpus' videos; damaged names are told as a project tells videos that it does not have."""
    if not video or len(video) > 200:
        raise FormatError(f"the project has no video “{video[:50]}”; add it first")
    return INDEX


MAPPED = "mapped"
"""Tables of no known format, read by what their columns are guessed to be."""

_SHORT_GRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
19.5
<exists>
2
"IntervalTier"
"speech"
0
19.5
3
0
1.2
""
1.2
2.5
"a ""quoted"" word"
2.5
19.5
""
"TextTier"
"peaks"
0
19.5
1
1.8
"x"
"""
_BORIS_TABLE = """Observation id,Media file name,Subject,Behavior,Modifiers,Behavior type,Start (s),Stop (s),Comment
one,a.mp4,Bea,smile,left,STATE,1.5,2.75,a note
one,a.mp4,Bea,blink,,POINT,3.0,3.0,
"""
_VIA_TABLE = """# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)
# CSV_HEADER = metadata_id,file_list,temporal_segment_start,temporal_segment_end,metadata
"1_a","[""a.mp4""]",1.5,2.75,"{""TEMPORAL-SEGMENTS"":""smile""}"
"""
_OPENFACE = "frame, face_id, timestamp, confidence, success, gaze_angle_x, pose_Tx, AU12_r, AU12_c\n" + "".join(
    f"{frame}, {frame % 2}, {frame / 30:.3f}, 0.98, {frame % 7 > 0:d}, 0.1, 3.5, {frame % 5}.5, {frame % 9 > 4:d}\n"
    for frame in range(1, 60)
)
_CODED = "Film;Beginn (s);Ende (s);Emotion;AU;Bemerkung\na.mp4;0,1;0,4;happiness;6B+12C;gut\n006_1;0,2;0,5;anger;;\n"
_PLAIN = "file,start frame,peak,end frame,type,emotion\na,3,5,9,micro,fear\na,12,,20,macro,sad\nb,1,2,3,micro,\n"
_OTHERS = (
    ("eaf", ".eaf", FOREIGN),
    ("textgrid", ".TextGrid", _SHORT_GRID),
    ("boris-table", ".csv", _BORIS_TABLE),
    ("via-csv", ".csv", _VIA_TABLE),
    ("openface", ".csv", _OPENFACE),
    (MAPPED, ".csv", _CODED),
    (MAPPED, ".csv", _PLAIN),
    (MAPPED, ".tsv", _PLAIN.replace(",", "\t")),
)


@dataclass(frozen=True)
class Sample:
    """`ending` is that of its file; `format` the name of the format that reads it."""

    format: str
    ending: str
    content: bytes


def samples(folder: Path) -> list[Sample]:
    """Files of every format that can be read, small and larger ones, written into `folder`."""
    found = [sample for name in FORMATS for sample in _written(name, folder)]
    found += _data_sets(folder)
    found += [Sample(name, ending, text.encode()) for name, ending, text in _OTHERS]
    missing = {name for name, known in FORMATS.items() if known.reader} - {sample.format for sample in found}
    assert not missing, f"the corpus has no file of {missing}"
    return found


def _written(name: str, folder: Path) -> list[Sample]:
    known = FORMATS[name]
    if not known.writer or not known.reader:
        return []
    found: list[Sample] = []
    for number, videos in enumerate(_contents(one_tier=known.holds is Holds.STUDY)):
        own = videos[:1] if known.holds is Holds.VIDEO else videos
        path = folder / f"{name}-{number}{known.ending}"
        known.write(path, own, index_of)
        found.append(Sample(name, known.ending, path.read_bytes()))
    return found


def _contents(*, one_tier: bool) -> list[list[VideoEvents]]:
    units = (ActionUnit(12, "left", "C"), ActionUnit(4))
    rich = (
        Event(5, 20, "happiness", apex=11, intensity="B", note="a, “b”; c\n=d", action_units=units),
        Event(18, 44, "", kind="micro", origin=Origin("base", 3, 9, "fear", 0.5)),
        Event(60, 60, "Überraschung", note="x" * 200),
    )
    found = (Event(4, 19, "happiness", score=0.93), Event(50, 99, "anger", score=0.25))
    expert = TierEvents("Expert", Source.EXPERT, "Eva", rich)
    detector = TierEvents("FEDN", Source.DETECTOR, "base", found, frozenset({found[1].id}))
    tiers = (expert,) if one_tier else (expert, detector, TierEvents("Empty", Source.IMPORTED, "", ()))
    small = [VideoEvents(name, "s1", 600, 29.97, tiers) for name in NAMES[1 if one_tier else 0 : 3]]
    many = tuple(Event(at, at + 3, ("fear", "anger")[at % 2], id=f"e{at}") for at in range(0, 590, 4))
    large = [VideoEvents(NAMES[1], "s 2", 600, 29.97, (replace(expert, events=many),))]
    return [small, large]


def _data_sets(folder: Path) -> list[Sample]:
    makers = {
        "casme2": (made_casme2.write_workbook,),
        "casme3": (made_casme3.write_macro, made_casme3.write_micro, made_casme3.write_intervals),
        "samm": (made_samm.write_long,),
    }
    found: list[Sample] = []
    for name, own in makers.items():
        for number, make in enumerate(own):
            path = folder / f"{name}-{number}.xlsx"
            make(path)
            old = path.read_bytes() if not zipfile.is_zipfile(path) else _as_xls(path)
            found.append(Sample(name, ".xls", old))
            if old != path.read_bytes():
                found.append(Sample(name, ".xlsx", path.read_bytes()))
    return found


def _as_xls(path: Path) -> bytes:
    """The workbook as programs before 2007 wrote it."""
    old = xlwt.Workbook()
    for sheet in openpyxl.load_workbook(path).worksheets:
        copy = old.add_sheet(sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    copy.write(cell.row - 1, cell.column - 1, cell.value)
    content = io.BytesIO()
    old.save(content)
    return content.getvalue()
