"""The command line and the door to the window: `main.py [PROJECT or VIDEO]` or `main.py COMMAND ...`."""

from __future__ import annotations

import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Opens the window, or runs a command; returns the exit code: 2 for a failure the user can mend, 130 for Ctrl+C."""
    if not arguments:
        return open_window(None)
    first = arguments[0]
    # A path is told from a command without importing the command line: the window's start has a budget.
    if len(arguments) == 1 and not first.startswith("-") and ("." in first or Path(first).name != first):
        return open_window(Path(first))
    from app.commands.command_line import is_command, run_command

    if len(arguments) == 1 and not first.startswith("-") and not is_command(first) and Path(first).exists():
        return open_window(Path(first))
    return run_command(arguments)


def open_window(path: Path | None) -> int:
    """Opens the window, with a project, or with a video in a project beside it."""
    from app.open_path import project_for
    from fedn.errors import FednError

    try:
        if path is not None and not path.exists():
            raise FednError(f"there is no file or folder {path}; give the path of a project or a video")
        project = None if path is None else project_for(path)
    except FednError as error:
        print(error, file=sys.stderr)
        return 2
    from app.startup import run_window

    return run_window(project)


def run() -> None:
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
