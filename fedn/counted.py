"""A number with its noun, for sentences."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """ "1 event", "3 events", "1,200 events": for nouns that take an s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
