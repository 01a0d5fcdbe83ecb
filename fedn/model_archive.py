"""A model as a folder or a .zip that goes to other people: its weights and its description, nothing else. No torch.

What comes from elsewhere is not trusted: only these two files are read, by their exact names, within limits that are
held while reading, into a folder of our own. Nothing is unpickled.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import IO, Any

from fedn.errors import ModelError
from fedn.model_info import INFO_FILE, WEIGHTS_FILE, ModelInfo, read_model_info, write_atomically
from fedn.progress import SILENT, Cancelled, Reporter

FILES = (WEIGHTS_FILE, INFO_FILE)
MOST_BYTES = {WEIGHTS_FILE: 4 << 30, INFO_FILE: 1 << 20}
MOST_ENTRIES = 100
BLOCK = 1 << 20
_BESIDE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", "replay.npz", "README.md", "README.txt", "LICENSE")
"""What programs and people put beside a model; never read."""


@dataclass(frozen=True, slots=True)
class _Source:
    """One of the two files, wherever it lies."""

    size: int
    opened: Callable[[], IO[bytes]]


def export_model(info: ModelInfo, target: Path, reporter: Reporter = SILENT, *, may_replace: bool = False) -> Path:
    """Writes a copy of a model: a .zip if `target` ends so, else a folder.

    Args:
        info: the description that goes along. It was read from the model's folder; title and note may be others.
        may_replace: a file that is there already goes, once the new one is whole; a folder never does.

    Raises:
        ModelError: if it cannot be written, or the model is made of others that would have to go along.
        Cancelled: if it was asked to stop; nothing is left behind then.
    """
    assert info.folder is not None
    info = without_names(info)
    if info.kind == "cascade":
        raise ModelError(f"“{info.name}” is made of two other models; export those, and combine them again there")
    if target.exists() and not (may_replace and target.is_file()):
        raise ModelError(f"{target} is there already; choose another name")
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.suffix.lower() == ".zip":
            _write_zip(info, draft, PurePosixPath(target.stem), reporter)
        else:
            _write_folder(info, draft, reporter)
        draft.replace(target)
    except OSError as error:
        raise ModelError(f"the model cannot be written to {target} ({error.strerror}); choose another place") from None
    finally:
        remove(draft)
    return target


def without_names(info: ModelInfo) -> ModelInfo:
    """What may go to others: how many people and videos it learned from, not who they are, nor anybody's folders.

    The keys of the videos stay, which say nothing to who does not have the same videos: they tell a project whom the
    model knows already.
    """
    source = info.provenance
    data = _counts_for_names(source.data)
    if isinstance(own := data.get("learned"), Mapping):
        data["learned"] = {key: value for key, value in _counts_for_names(own).items() if key != "run"}
    return replace(info, provenance=replace(source, data=data, command=""))


def _counts_for_names(data: Mapping[str, Any]) -> dict[str, Any]:
    naming = ("subjects", "videos", "held_out")
    return {key: len(value) if key in naming and isinstance(value, list) else value for key, value in data.items()}


def _write_zip(info: ModelInfo, draft: Path, inside: PurePosixPath, reporter: Reporter) -> None:
    # Weights hardly get smaller, so they are stored as they are.
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(str(inside / INFO_FILE), info.to_toml())
        for weights in _weights(info):
            with weights.opened() as source, archive.open(str(inside / WEIGHTS_FILE), "w", force_zip64=True) as sink:
                _copy(source, sink, weights.size, MOST_BYTES[WEIGHTS_FILE], reporter, WEIGHTS_FILE)
    with draft.open("rb+") as written:
        os.fsync(written.fileno())


def _write_folder(info: ModelInfo, draft: Path, reporter: Reporter) -> None:
    draft.mkdir()
    for weights in _weights(info):
        with weights.opened() as source, (draft / WEIGHTS_FILE).open("wb") as sink:
            _copy(source, sink, weights.size, MOST_BYTES[WEIGHTS_FILE], reporter, WEIGHTS_FILE)
            os.fsync(sink.fileno())
    write_atomically(draft / INFO_FILE, info.to_toml().encode())


def _weights(info: ModelInfo) -> list[_Source]:
    """One, or none for a kind that has none."""
    assert info.folder is not None
    path = info.folder / WEIGHTS_FILE
    return [_Source(path.stat().st_size, lambda: path.open("rb"))] if path.exists() else []


@contextmanager
def unpacked(given: Path, beside: Path, reporter: Reporter = SILENT) -> Iterator[ModelInfo]:
    """Takes a model out of a folder or a .zip into a hidden folder in `beside`, which is gone afterwards.

    Yields:
        Its description. Whether its weights fit is not known yet.

    Raises:
        ModelError: if it is no model, or holds what a model does not hold; one sentence.
        Cancelled: if it was asked to stop.
    """
    draft = beside / f".import.{os.getpid()}.tmp"
    try:
        _take(given, draft, reporter)
        yield _description(draft, given)
    finally:
        remove(draft)


def _take(given: Path, draft: Path, reporter: Reporter) -> None:
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        remove(draft)
        draft.mkdir()
        with _sources(given) as sources:
            _check_room(sources, given, draft)
            for name, source in sources.items():
                with source.opened() as opened, (draft / name).open("wb") as sink:
                    _copy(opened, sink, source.size, MOST_BYTES[name], reporter, f"{name} in {given.name}")
                    sink.flush()
                    os.fsync(sink.fileno())
    except _DAMAGE as error:
        raise ModelError(f"{given} is damaged ({error}); get it once more") from None
    except OSError as error:
        if error.errno == errno.EINVAL:  # A place in the file that cannot be: before its beginning.
            raise ModelError(f"{given} is damaged; get it once more") from None
        raise ModelError(
            f"{given} cannot be taken into {draft.parent} ({error.strerror or error}); see that there is room and "
            "that both can be read and written"
        ) from None


_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for files that are none, or of a kind that it cannot read."""


def remove(folder: Path) -> None:
    """A draft, whatever it is; what does not exist is no error."""
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        folder.unlink(missing_ok=True)


@contextmanager
def _sources(given: Path) -> Iterator[dict[str, _Source]]:
    if given.is_dir():
        yield _in_folder(given)
    elif not given.exists():
        raise ModelError(f"{given} does not exist; choose a .zip or a folder with a model")
    elif not zipfile.is_zipfile(given):
        raise ModelError(f"{given} is neither a .zip nor a folder; choose what FEDN Studio has exported")
    else:
        with zipfile.ZipFile(given) as archive:
            yield _in_zip(archive, given)


def _in_folder(folder: Path) -> dict[str, _Source]:
    found: dict[str, _Source] = {}
    for name in FILES:
        path = folder / name
        if not path.exists() and not path.is_symlink():
            continue
        if path.is_symlink() or not path.is_file():
            raise ModelError(f"{path} is a link or no plain file; copy the model itself and import that")
        found[name] = _Source(path.stat().st_size, lambda path=path: path.open("rb"))
    return _checked(found, folder)


def _in_zip(archive: zipfile.ZipFile, given: Path) -> dict[str, _Source]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ModelError(f"{given} holds {len(entries)} files and a model is two; import another file")
    found: dict[str, _Source] = {}
    folders: set[str] = set()
    for entry in entries:
        parts = _parts(entry, given)
        if entry.is_dir() or any(part in _BESIDE for part in parts):
            continue
        name = parts[-1]
        if name not in FILES or len(parts) > 2:
            raise ModelError(f"{given} holds “{entry.filename[:80]}”, which is no part of a model; import another file")
        if name in found:
            raise ModelError(f"{given} holds {name} twice; import another file")
        if entry.flag_bits & 1:
            raise ModelError(f"{given} is locked with a password; unpack it and import the folder")
        folders.add("/".join(parts[:-1]))
        found[name] = _Source(entry.file_size, lambda entry=entry: archive.open(entry))
    if len(folders) > 1:
        raise ModelError(f"the files of {given} lie in several folders; import one model at a time")
    return _checked(found, given)


def _parts(entry: zipfile.ZipInfo, given: Path) -> tuple[str, ...]:
    """The entry's name in parts.

    Raises:
        ModelError: if it leads out of the archive, or is a link.
    """
    # As it is written in the file: zipfile replaces the separators of the system it runs on.
    name = entry.orig_filename
    parts = tuple(part for part in name.split("/") if part)
    leads_out = name.startswith("/") or "\\" in name or "\0" in name or ":" in name or ".." in parts
    if leads_out or not parts:
        raise ModelError(f"{given} holds “{name[:80]}”, a path that leads out of it; do not use this file")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise ModelError(f"{given} holds “{name[:80]}”, a link and no plain file; do not use this file")
    return parts


def _checked(found: dict[str, _Source], given: Path) -> dict[str, _Source]:
    if INFO_FILE not in found:
        raise ModelError(f"{given} is not a model: it has no {INFO_FILE}; choose what FEDN Studio has exported")
    for name, source in found.items():
        if source.size > MOST_BYTES[name]:
            raise ModelError(f"{name} in {given} is too large for a model ({source.size / 1e9:.1f} GB); do not use it")
    return found


def _check_room(sources: dict[str, _Source], given: Path, beside: Path) -> None:
    needed, free = sum(source.size for source in sources.values()), shutil.disk_usage(beside).free
    if needed > free:
        raise ModelError(f"{given} needs {needed / 1e6:.0f} MB and {free / 1e6:.0f} MB are free; make room first")


def _copy(source: IO[bytes], sink: IO[bytes], size: int, most: int, reporter: Reporter, what: str) -> None:
    """Copies in blocks; what a file says of its size is not believed."""
    done = 0
    while block := source.read(BLOCK):
        done += len(block)
        if done > most or done > size:
            raise ModelError(f"{what} is larger than it says; do not use this file")
        if reporter.stop_requested:
            raise Cancelled
        sink.write(block)
        reporter.progress("Copying the model", done, size, stage="copy")


def _description(draft: Path, given: Path) -> ModelInfo:
    """As `read_model_info`, in words about what was given and not about the draft.

    Raises:
        ModelError: also if a value is none that a model of this program has.
    """
    try:
        info = read_model_info(draft)
    except ModelError as error:
        text = str(error).replace(str(draft / INFO_FILE), f"{INFO_FILE} in {given}").replace(str(draft), str(given))
        raise ModelError(text) from None
    except RecursionError:
        raise ModelError(f"{INFO_FILE} in {given} is nested too deeply; do not use this file") from None
    if info.kind == "cascade":
        raise ModelError(f"{given} is made of two other models, which are not in it; import those instead")
    problem = _odd(info)
    if problem:
        raise ModelError(f"{INFO_FILE} in {given} cannot be used: {problem}; do not use this file")
    return replace(info, name=info.name.strip())


MOST_LABELS, LONGEST_LABEL, LARGEST_NUMBER = 200, 60, 8192


def _odd(info: ModelInfo) -> str:
    """What no model of this program has and would do harm: endless labels, a network that fills the memory."""
    if not info.name.strip() or len(info.name) > 200 or not info.name.isprintable():
        return "its name is empty or endless"
    if len(info.labels) > MOST_LABELS or len(set(info.labels)) != len(info.labels):
        return "its labels are too many, or one is there twice"
    if any(not label.strip() or len(label) > LONGEST_LABEL or not label.isprintable() for label in info.labels):
        return "a label is empty or endless"
    if any(number > LARGEST_NUMBER for number in _numbers(info.network.to_dict())):
        return f"its network has a number above {LARGEST_NUMBER}"
    return ""


def _numbers(value: object) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for entry in value:
            yield from _numbers(entry)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value if value == value else float("inf")
