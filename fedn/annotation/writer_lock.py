"""One writer a project: a lock that the operating system drops by itself when the process dies."""

from __future__ import annotations

import contextlib
import errno
import getpass
import json
import os
import socket
from datetime import datetime
from pathlib import Path
from types import TracebackType

from fedn.errors import NotWritableError

if os.name == "nt":
    import msvcrt
else:
    import fcntl

_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_LOCKED_BYTE = 1 << 30  # Windows bars others from reading the locked bytes, so lock one that is never written.


class WriterLock:
    """Held while a project is open for writing. A lock left by a process that died is simply taken.

    Args:
        path: the lock file; it stays behind, empty, when the lock is released.
        who: the annotator, shown to whoever comes second.

    Raises:
        NotWritableError: if another process holds it, or the folder cannot be written to.
    """

    def __init__(self, path: Path, who: str) -> None:
        folder = path.parent
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise read_only(folder) from error
        try:
            _lock(self._file)
        except OSError as error:
            holder = _holder(self._file)
            os.close(self._file)
            if error.errno not in _HELD:
                raise NotWritableError(
                    folder,
                    f"cannot be locked against a second writer ({error.strerror})",
                    "copy it to a disk of this computer and open it there",
                ) from error
            raise NotWritableError(
                folder, f"is already open in another window ({holder})", "close it there first"
            ) from error
        self._say_who(who)

    def _say_who(self, who: str) -> None:
        content = {
            "who": who or getpass.getuser(),
            "computer": socket.gethostname(),
            "process": os.getpid(),
            "since": datetime.now().astimezone().isoformat(timespec="seconds"),
        }
        # On a full disk the lock holds all the same, only without a name.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, json.dumps(content).encode())

    def release(self) -> None:
        """Lets others write. Releasing twice is allowed."""
        if self._file < 0:
            return
        # The folder may be gone by now; closing the file gives the lock back in any case.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            _unlock(self._file)
        with contextlib.suppress(OSError):
            os.close(self._file)
        self._file = -1

    def __enter__(self) -> WriterLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


def read_only(folder: Path) -> NotWritableError:
    """What is said of a project in a folder that this user cannot write to."""
    return NotWritableError(
        folder,
        "cannot be changed because its folder is read-only",
        "ask for permission to write there, or copy the project to a folder of your own",
    )


def _holder(file: int) -> str:
    """Who holds the lock, as "since 14:05 on 2024-05-02, by Ann on LAB-3"."""
    try:
        os.lseek(file, 0, os.SEEK_SET)
        content = json.loads(os.read(file, 4096))
        since = datetime.fromisoformat(content["since"]).strftime("%H:%M on %Y-%m-%d")
        return f"since {since}, by {content['who']} on {content['computer']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "by an unknown process"


def _lock(file: int) -> None:
    if os.name == "nt":
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unlock(file: int) -> None:
    if os.name == "nt":
        os.lseek(file, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
