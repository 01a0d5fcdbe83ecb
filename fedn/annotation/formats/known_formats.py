"""Every format of event files in one table: what it is called, and where its reader and its writer are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from fedn.annotation.formats.content import Content, Remark, VideoEvents
from fedn.annotation.formats.times import IndexOf, no_index
from fedn.errors import FormatError


class Times(StrEnum):
    """What a format needs the videos' frame indexes for.

    NONE: it counts frames. BESIDE: it counts frames and says their times too, where they are known. ONLY: it knows
    nothing but times.
    """

    NONE = "none"
    BESIDE = "beside"
    ONLY = "only"


class Holds(StrEnum):
    """How many videos a file is about: one; any number; by nature all of a study, as the results for a challenge."""

    VIDEO = "video"
    VIDEOS = "videos"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class KnownFormat:
    """A format.

    Attributes:
        name: as on the command line.
        title: for people.
        ending: of the files that are written.
        module: of reader and writer, in the package of this one.
        reader, writer: their names, "" if there is none.
        options, writer_options: arguments of reader and writer besides path, videos and frame indexes; see `read` and
            `write`.
        fixed: arguments that the writer gets, as names of constants in the module.
    """

    name: str
    title: str
    ending: str
    module: str
    reader: str = ""
    writer: str = ""
    times: Times = Times.NONE
    holds: Holds = Holds.VIDEOS
    options: tuple[str, ...] = ()
    writer_options: tuple[str, ...] = ()
    fixed: Mapping[str, str] = field(default_factory=dict)

    def read(self, path: Path, index_of: IndexOf = no_index, **options: Any) -> Content:
        """Reads a file.

        Args:
            options: "numbers_of" and "missing_offset" for the tables of data sets, "frame_step" for results of networks
                that look at every so manieth frame, "presence_frames" for OpenFace. Formats that have no use for one
                ignore it.

        Raises:
            FormatError: if there is no reader, the file is not of this format, or a video's times are not known.
        """
        if not self.reader:
            raise FormatError(f"{path} cannot be read: files of {self.title} are only written; choose another format")
        used = {name: value for name, value in options.items() if name in self.options}
        indexes = () if self.times is Times.NONE else (index_of,)
        return getattr(self._module(), self.reader)(path, *indexes, **used)

    def write(
        self, path: Path, videos: Sequence[VideoEvents], index_of: IndexOf = no_index, **options: Any
    ) -> tuple[Remark, ...]:
        """Writes a file, whole or not at all.

        Args:
            options: "vocabulary", that of the labels, and "over", a file to change instead of writing anew.

        Returns:
            What the format cannot hold.

        Raises:
            FormatError: if there is no writer, a video's times are not known, or the file cannot be written.
        """
        if not self.writer:
            raise FormatError(f"{path} cannot be written: files of {self.title} are only read; choose another format")
        module = self._module()
        fixed = {name: getattr(module, constant) for name, constant in self.fixed.items()}
        indexes = () if self.times is Times.NONE else (index_of,)
        used = {name: value for name, value in options.items() if name in self.writer_options}
        return getattr(module, self.writer)(path, videos, *indexes, **fixed, **used)

    def _module(self) -> ModuleType:
        return import_module(f"{__package__}.{self.module}")


_DATA_SET = ("numbers_of", "missing_offset")
_STEP = ("frame_step",)

_TABLE = (
    KnownFormat(
        "csv", "event table (CSV)", ".csv", "event_csv", "read_event_csv", "write_event_csv", times=Times.BESIDE
    ),
    KnownFormat(
        "xlsx", "event table (Excel)", ".xlsx", "event_xlsx", "read_event_xlsx", "write_event_xlsx", times=Times.BESIDE
    ),
    KnownFormat("json", "events as JSON", ".json", "event_json", "read_json_content", "write_event_json"),
    KnownFormat(
        "eaf", "ELAN", ".eaf", "eaf", "read_eaf", "write_eaf",
        times=Times.ONLY, holds=Holds.VIDEO, writer_options=("vocabulary", "over"),
    ),
    KnownFormat(
        "textgrid", "Praat TextGrid", ".TextGrid", "textgrid", "read_textgrid", "write_textgrid",
        times=Times.ONLY, holds=Holds.VIDEO,
    ),
    KnownFormat(
        "datavyu", "Datavyu", ".opf", "datavyu", "read_datavyu", "write_datavyu", times=Times.ONLY, holds=Holds.VIDEO
    ),
    KnownFormat("boris", "BORIS", ".boris", "boris", "read_boris", "write_boris", times=Times.ONLY),
    KnownFormat(
        "boris-table", "table of BORIS", ".boris.csv", "boris", "read_boris_table", "write_boris_table",
        times=Times.ONLY, holds=Holds.VIDEO,
    ),
    KnownFormat("via", "VIA 3", ".via.json", "via", "read_via", "write_via", times=Times.ONLY),
    KnownFormat("via-csv", "segments of VIA 3", ".via.csv", "via", "read_via", "write_via_csv", times=Times.ONLY),
    KnownFormat(
        "label-studio", "Label Studio", ".label-studio.json", "label_studio", "read_label_studio", "write_label_studio",
        times=Times.ONLY,
    ),
    KnownFormat(
        "megc2021", "log of MEGC 2020 and 2021", ".megc2021.txt", "megc_log", "read_megc_log", "write_megc_log",
        holds=Holds.STUDY,
    ),
    KnownFormat(
        "megc2022", "results for MEGC 2022", ".megc2022.csv", "megc", "read_megc", "write_megc",
        holds=Holds.STUDY, fixed={"columns": "MEGC_2022"},
    ),
    KnownFormat(
        "megc2023", "results for MEGC 2023", ".megc2023.csv", "megc", "read_megc", "write_megc",
        holds=Holds.STUDY, fixed={"columns": "MEGC_2023"},
    ),
    KnownFormat(
        "megc2024", "results for MEGC 2024", ".megc2024.csv", "megc", "read_megc", "write_megc",
        holds=Holds.STUDY, fixed={"columns": "MEGC_2024"},
    ),
    KnownFormat(
        "auw-gcn", "annotations of AUW-GCN", ".auw-gcn.csv", "auw_gcn", "read_auw_gcn", "write_auw_gcn",
        holds=Holds.STUDY, options=_STEP,
    ),
    KnownFormat(
        "auw-gcn-proposals", "proposals of AUW-GCN", ".auw-gcn-proposals.csv", "auw_gcn", "read_auw_gcn",
        "write_auw_gcn_proposals", holds=Holds.STUDY, options=_STEP,
    ),
    KnownFormat(
        "lgsnet", "annotations of LGSNet", ".lgsnet.csv", "lgsnet", "read_lgsnet", "write_lgsnet", holds=Holds.STUDY
    ),
    KnownFormat(
        "lgsnet-detections", "detections of LGSNet", ".lgsnet.txt", "lgsnet", "read_lgsnet_detections",
        "write_lgsnet_detections", holds=Holds.STUDY, options=_STEP,
    ),
    KnownFormat(
        "openface", "OpenFace", ".openface.csv", "openface_content", "read_openface_content",
        times=Times.BESIDE, holds=Holds.VIDEO, options=("presence_frames",),
    ),
    KnownFormat("casme2", "workbook of CAS(ME)^2", ".xlsx", "casme2", "read_casme2", options=_DATA_SET),
    KnownFormat("casme3", "workbook of CAS(ME)^3", ".xlsx", "casme3", "read_casme3", options=_DATA_SET),
    KnownFormat("samm", "workbook of SAMM Long Videos", ".xlsx", "samm", "read_samm", options=_DATA_SET),
)  # fmt: skip

FORMATS: Mapping[str, KnownFormat] = {known.name: known for known in _TABLE}
"""By name, in the order in which they are listed to people."""

READABLE = tuple(known.name for known in _TABLE if known.reader)
WRITABLE = tuple(known.name for known in _TABLE if known.writer)


def known_format(name: str) -> KnownFormat:
    """The format of that name.

    Raises:
        FormatError: if there is none.
    """
    found = FORMATS.get(name.strip().lower())
    if found is None:
        raise FormatError(f"there is no format “{name}”; choose from {', '.join(FORMATS)}")
    return found
