"""The events that a detecting child tells of."""

from __future__ import annotations

from typing import Any

from fedn.annotation.event import Event
from fedn.errors import FormatError


def events_of(data: dict[str, Any]) -> tuple[Event, ...]:
    """The events of a result record.

    Raises:
        FormatError, EditError: if one of them is not an event.
    """
    try:
        return tuple(
            Event(
                onset=int(item["onset"]),
                offset=int(item["offset"]),
                label=str(item["label"]),
                apex=None if item.get("apex") is None else int(item["apex"]),
                score=float(item["score"]),
                kind=str(item.get("kind", "macro")),
            )
            for item in data["events"]
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"the detection returned something that is not an event ({error})") from error
