"""What the columns of somebody's own table seem to be, in words, and how to say what they are."""

from __future__ import annotations

from pathlib import Path

from app.commands.output import Output
from fedn.annotation.formats.column_mapping import ROLES, TIMES, ColumnMapping


def say_guess(out: Output, path: Path, guess: ColumnMapping) -> None:
    """Prints every column with its role, how sure that is, and why."""
    out.say(f"{path} seems to be a table with these columns:")
    for place, column in enumerate(guess.columns, start=1):
        name = f"“{column.header}”" if column.header else f"column {place}"
        role = (
            f"{column.role} ({ROLES[column.role]}), {column.confidence:.0%} sure" if column.role else "not taken over"
        )
        out.say(f"    {name:<24} {role}: {column.explanation}")
    if any(column.role in TIMES for column in guess.columns):
        out.say(f"    its numbers count {guess.unit}, {guess.unit_confidence:.0%} sure: {guess.unit_explanation}")
    if guess.unit.is_frames:
        last = "still belongs to the event" if guess.offset_is_last else "is the first one after the event"
        out.say(f"    the offset frame {last}; no table tells that, look it up in the video")
    if guess.decimal_comma:
        out.say("    numbers have a decimal comma")
    for word, kind in guess.kinds:
        out.say(f"    “{word}” means {kind}")


def guess_document(path: Path, guess: ColumnMapping) -> dict[str, object]:
    """The guess as plain values."""
    columns = [
        {"header": one.header, "role": one.role, "confidence": one.confidence, "explanation": one.explanation}
        for one in guess.columns
    ]
    return {
        "file": str(path),
        "columns": columns,
        "unit": str(guess.unit),
        "unit_confidence": guess.unit_confidence,
        "offset_is_last": guess.offset_is_last,
    }
