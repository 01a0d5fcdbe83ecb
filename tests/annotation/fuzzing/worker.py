"""Damages files and reads them, one after the other; a process of its own, because it may hang.

    python -m tests.annotation.fuzzing.worker SEED FORMAT:FIRST:STOP ... [--keep FOLDER]

Prints a JSON record a line: {"format": name, "at": number} before a case, the same with "failed": why after one that
failed.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from fedn.annotation.formats.column_guess import guess_mapping
from fedn.annotation.formats.content import Content
from fedn.annotation.formats.known_formats import FORMATS
from fedn.annotation.formats.mapped_table import read_mapped
from fedn.annotation.formats.recognize import recognize_format
from fedn.annotation.formats.table import read_table
from fedn.errors import FormatError
from tests.annotation.fuzzing.checks import check_content, check_import, check_refusal
from tests.annotation.fuzzing.corpus import MAPPED, Sample, index_of, samples
from tests.annotation.fuzzing.mutators import mutate
from tests.annotation.fuzzing.structured import structured_for

RECOGNIZE = "recognize"
"""Instead of a format: files of any, whose format has to be found first."""
MOST_BYTES = 2 * 1024 * 1024 * 1024
MORE_MB = 400
SLOW_S = 3.0


@dataclass(frozen=True)
class Fuzzer:
    format: str
    seed: int
    corpus: list[Sample]

    def file(self, number: int) -> tuple[str, bytes]:
        """Ending and content of a case, the same every time."""
        chance = random.Random(f"{self.format} {self.seed} {number}")
        own = [sample for sample in self.corpus if self.format in (sample.format, RECOGNIZE)]
        sample = chance.choice(own)
        others = [other.content for other in self.corpus]
        return sample.ending, mutate(chance, sample.content, others, structured_for(sample.ending))

    def _read(self, path: Path) -> Content:
        if self.format != MAPPED:
            known = recognize_format(path) if self.format == RECOGNIZE else FORMATS[self.format]
            if known is not None:
                return known.read(path, index_of, presence_frames=2)
        table = read_table(path)
        guess = guess_mapping(table.header, [row.cells for row in table.rows])
        try:
            mapping = replace(guess, video=guess.video or "a.mp4").confirm()
        except FormatError:
            return Content(())  # Nobody would confirm that.
        return read_mapped(path, mapping, index_of)

    def run(self, path: Path) -> None:
        """Raises whatever is wrong with how a file is read."""
        try:
            read = self._read(path)
        except FormatError as error:
            check_refusal(error, path)
            return
        check_content(read)
        check_import(path, read)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", type=int)
    parser.add_argument("jobs", nargs="+")
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = samples(folder)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, resource.RLIM_INFINITY))
        for job in chosen.jobs:
            format, first, stop = job.split(":")
            fuzzer = Fuzzer(format, chosen.seed, corpus)
            for number in range(int(first), int(stop)):
                _run_case(fuzzer, number, folder, chosen.keep)


def _run_case(fuzzer: Fuzzer, number: int, folder: Path, keep: Path | None) -> None:
    case = {"format": fuzzer.format, "at": number}
    print(json.dumps(case), flush=True)
    ending, content = fuzzer.file(number)
    path = (keep or folder) / f"{fuzzer.format}-{fuzzer.seed}-{number}{ending}"
    path.write_bytes(content)
    failed = _failure(fuzzer, path)
    if failed:
        print(json.dumps({**case, "failed": failed}), flush=True)
    if keep is None:
        path.unlink()


def _failure(fuzzer: Fuzzer, path: Path) -> str:
    """What went wrong with a file, "" if nothing."""
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started_s = time.process_time()
    try:
        fuzzer.run(path)
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:600]} ... {traceback.format_exc()[-1500:]}"
    taken_s = time.process_time() - started_s
    if taken_s > SLOW_S:
        return f"it took {taken_s:.1f} s of the processor, for a file of {path.stat().st_size} bytes"
    more_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    return f"it took {more_mb:.0f} MB of memory, for a file of {path.stat().st_size} bytes" if more_mb > MORE_MB else ""


if __name__ == "__main__":
    main()
