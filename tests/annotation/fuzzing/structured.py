"""Changes that leave a file well-formed, so that they reach what a reader makes of its content."""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Sequence
from typing import Any

from tests.annotation.fuzzing.mutators import ODD_VALUES, Mutator

_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.001, 1e300, 10**30, 2**31, 2**63, "", " ", "x", "1", "1.5", "NaN", "\x00",
    "\ud800", "é" * 40_000, [], [[]], [None], {}, {"": ""}, [1, 2], "../../x", "99:99:99",
)  # fmt: skip
_VALUE = re.compile(rb'="[^"]*"|>[^<>]+<')


def json_value(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """A value of another type, a key gone, renamed or doubled, a list in another order."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return content
    for _ in range(chance.randint(1, 3)):
        holders = list(_holders(document))
        if not holders:
            break
        holder = chance.choice(holders)
        key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        _change(chance, holder, key, holders)
    return json.dumps(document, ensure_ascii=chance.random() < 0.5).encode(errors="surrogatepass")


def _change(chance: random.Random, holder: Any, key: Any, holders: Sequence[Any]) -> None:
    match chance.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[chance.choice((f"{key}x", "", "onset", "id", "0"))] = holder.pop(key)
        case 2 if isinstance(holder, list):
            holder.append(holder[key])
        case 3:
            other = chance.choice(holders)
            values = list(other.values()) if isinstance(other, dict) else other
            # By value, because a document that holds itself could not be written.
            holder[key] = json.loads(json.dumps(chance.choice(values))) if values else None
        case _:
            holder[key] = chance.choice(_ODD)


def _holders(document: Any) -> list[Any]:
    """Every object and list that holds something."""
    found, waiting = [], [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list) and one:
            found.append(one)
            waiting += one.values() if isinstance(one, dict) else one
    return found


def xml_value(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Another value of an attribute or element; an element gone or doubled."""
    if not content.lstrip().startswith(b"<"):
        return content
    elements = list(re.finditer(rb"<(\w+)[^<>]*?(/>|>[^<>]*</\1>)", content))
    if elements and chance.random() < 0.4:
        place = chance.choice(elements)
        return content[: place.start()] + place.group() * chance.choice((0, 0, 2, 3)) + content[place.end() :]
    values = list(_VALUE.finditer(content))
    if not values:
        return content
    place = chance.choice(values)
    odd = chance.choice([*ODD_VALUES, chance.choice(values).group()[2:-1]]).replace(b"<", b"").replace(b'"', b"")
    quoted = b'="' + odd + b'"' if place.group().startswith(b"=") else b">" + odd + b"<"
    return content[: place.start()] + quoted + content[place.end() :]


def csv_cell(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """Another value in a cell; a column or row gone, doubled or renamed."""
    try:
        text = content.decode("utf-8-sig")
        delimiter = max(",;\t", key=text.count)
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except (UnicodeDecodeError, csv.Error):
        return content
    if not rows:
        return content
    for _ in range(chance.randint(1, 3)):
        row = chance.choice(rows)
        at = chance.randrange(len(row)) if row else 0
        match chance.randrange(6):
            case 0 if row:
                del row[at]
            case 1:
                rows = [[*own[:at], *own[at + 1 :]] for own in rows]
            case 2 if row:
                row.insert(at, row[at])
            case _ if row:
                row[at] = chance.choice([*ODD_VALUES, chance.choice(rows[0]).encode() if rows[0] else b""]).decode(
                    errors="replace"
                )
            case _:
                pass
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter).writerows(rows)
    return written.getvalue().encode()


def structured_for(ending: str) -> tuple[Mutator, ...]:
    """The changes that fit files of an ending."""
    if ending.endswith((".json", ".boris")):
        return (json_value,)
    if ending.endswith(".eaf"):
        return (xml_value,)
    if ending.endswith((".csv", ".tsv", ".txt")):
        return (csv_cell,)
    return ()
