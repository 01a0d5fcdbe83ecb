"""All commands in one table, and the exit codes: 0 done, 1 a bug, 2 a failure the user can mend, 130 stopped."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from app.commands import (
    bench,
    chosen_faces,
    demo,
    detect,
    doctor,
    evaluate,
    loso,
    models,
    pretrain,
    project,
    retrain,
    synth,
    train,
)
from fedn.errors import FednError
from fedn.progress import Cancelled

INTERRUPTED = 130

application = typer.Typer(
    name="main.py",
    help="FEDN Studio: detects facial expressions in long videos, and learns from corrections. "
    "Without a command it opens the window: main.py [PROJECT or VIDEO].",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for function in (
    demo.demo,
    detect.detect,
    chosen_faces.faces,
    evaluate.evaluate,
    retrain.retrain,
    train.train,
    loso.loso,
    synth.synth,
    doctor.doctor,
):
    application.command()(function)
application.add_typer(project.application, name="project")
application.add_typer(models.application, name="models")
application.add_typer(pretrain.application, name="pretrain")
application.add_typer(bench.application, name="bench")


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            print(version("fedn-studio"))
        except PackageNotFoundError:
            print("not installed")
        raise typer.Exit()


@application.callback()
def _common(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


def is_command(name: str) -> bool:
    """Whether the command line knows a command of this name."""
    commands = {info.name or getattr(info.callback, "__name__", "") for info in application.registered_commands}
    return name in commands | {group.name for group in application.registered_groups}


def run_command(arguments: list[str]) -> int:
    """Runs one command line and returns its exit code."""
    try:
        application(args=arguments, prog_name="main.py")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except FednError as error:
        print(error, file=sys.stderr)
        return 2
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        print("stopped", file=sys.stderr)
        return INTERRUPTED
    return 0
