"""The sheet of keys as HTML, for the screen, for paper and for a file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.actions.action import Action
from app.actions.keys import Keys, native
from fedn.annotation.vocabulary import LabelDef

Section = tuple[str, list[tuple[str, str]]]
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif; }} td {{ vertical-align: top; padding: 1px 12px 1px 0; }}
h1 {{ font-size: 17px; }} h2 {{ font-size: 14px; }} .key {{ white-space: nowrap; color: {muted}; }}</style></head>
<body>{heading}<table width="100%"><tr><td width="50%">{left}</td><td width="50%">{right}</td></tr></table>
</body></html>
"""


def key_sections(table: Sequence[Action], keys: Keys, labels: Sequence[LabelDef]) -> list[Section]:
    """Menu by menu what has a key: (heading, [(keys, what they do)])."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for row in table:
        written = "  ".join(native(key) for key in keys.of(row.name))
        if written:
            sections.setdefault(row.menu, []).append((written, row.text.rstrip("…")))
    if labels:
        sections["Labels"] = [(label.key, label.name.capitalize()) for label in labels if label.key]
    return list(sections.items())


def key_sheet(sections: Sequence[Section], title: str = "", muted: str = "#555555") -> str:
    """Two columns of about the same height. `muted` is the color of the keys; `title` "" leaves the heading out."""
    half = sum(len(rows) + 2 for _, rows in sections) / 2
    left, right, height = [], [], 0.0
    for section in sections:
        (left if height + len(section[1]) / 2 < half else right).append(_section(*section))
        height += len(section[1]) + 2
    heading = f"<h1>{escape(title)}</h1>" if title else ""
    return _PAGE.format(title=escape(title), muted=muted, heading=heading, left="".join(left), right="".join(right))


def _section(heading: str, rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f'<tr><td class="key">{escape(keys)}</td><td>{escape(what)}</td></tr>' for keys, what in rows)
    return f"<h2>{escape(heading)}</h2><table>{lines}</table>"
