"""How an event looks: label by color and letters, source by fill, agreement by outline and mark, score by opacity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from PySide6.QtGui import QColor

from app.theme import Tokens, tokens_of
from app.views.timeline.agreement import Agreement
from app.views.timeline.tier_rows import TierRow
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary

UNLABELED = QColor("#a0aeaa")
LOWEST_OPACITY = 0.45
TINT = 0.34
SCORE_STEPS = 20
REJECTED_OPACITY = 0.12
LEAST_CONTRAST = 4.5
BRIGHTEST_LINE = 0.24
"""A contrast of 3 with the light theme's ground."""
StyleKey = tuple[str, Source, Agreement | None, int, bool, bool, bool]


class Fill(Enum):
    OUTLINED = 1
    SOLID = 2
    STRIPED = 3


FILLS = {Source.DETECTOR: Fill.OUTLINED, Source.SELF_REPORT: Fill.STRIPED}


@dataclass(frozen=True, slots=True)
class EventStyle:
    """`texts` from the longest to the shortest; the longest that fits is drawn."""

    fill: Fill
    label_color: QColor
    background: QColor
    border: QColor
    text_color: QColor
    texts: tuple[str, ...]
    agreement: Agreement | None = None
    hatched: bool = False
    missed: bool = False
    rejected: bool = False


def label_color(vocabulary: Vocabulary | None, name: str) -> QColor:
    label = vocabulary.label(name) if vocabulary else None
    return QColor(label.color) if label else UNLABELED


def label_texts(vocabulary: Vocabulary | None, name: str) -> tuple[str, str]:
    """The label written out, and its letter code."""
    label = vocabulary.label(name) if vocabulary else None
    written = name[:1].upper() + name[1:] if name else "No label"
    return written, label.code if label else (name[:3].capitalize() or "—")


def agreement_color(tokens: Tokens, agreement: Agreement | None) -> QColor | None:
    if agreement is None:
        return None
    return {
        Agreement.AGREES: tokens.agrees,
        Agreement.LABEL_DIFFERS: tokens.label_differs,
        Agreement.NO_COUNTERPART: tokens.no_counterpart,
    }[agreement]


class StyleBook:
    """The styles that occur, made once each: an hour has thousands of events that look like few.

    `sure_from` is the score under which a prediction is hatched.
    """

    def __init__(self, vocabulary: Vocabulary, tokens: Tokens, sure_from: float) -> None:
        self.vocabulary = vocabulary
        self._tokens, self._sure_from = tokens, sure_from
        self._made: dict[StyleKey, EventStyle] = {}

    @staticmethod
    @lru_cache(maxsize=16)
    def of(vocabulary: Vocabulary, theme_name: str, sure_from: float) -> StyleBook:
        """The one for a theme, kept."""
        return StyleBook(vocabulary, tokens_of(theme_name), sure_from)

    def style(self, event: Event, row: TierRow) -> EventStyle:
        score = 1.0 if event.score is None else event.score
        agreement, steps = row.agreement.get(event.id), round(score * SCORE_STEPS)
        unsure, missed, rejected = score < self._sure_from, event.id in row.missed, event.id in row.rejected
        key = (event.label, row.tier.source, agreement, steps, unsure, missed, rejected)
        style = self._made.get(key)
        if style is None:
            style = self._made[key] = self._style(key)
        return style

    def _style(self, key: StyleKey) -> EventStyle:
        label, source, agreement, steps, unsure, missed, rejected = key
        color = label_color(self.vocabulary, label)
        written, code = label_texts(self.vocabulary, label)
        texts = (written, code, code[:1])
        fill = FILLS.get(source, Fill.SOLID)
        if fill is not Fill.OUTLINED:
            text = readable_on(color, self._tokens)
            return EventStyle(fill, color, color, color.darker(125), text, texts, missed=missed)
        if rejected:
            background = blended(self._tokens.muted, self._tokens.panel, REJECTED_OPACITY)
            border = blended(self._tokens.muted, self._tokens.panel, LOWEST_OPACITY)
            return EventStyle(fill, color, background, border, self._tokens.text, texts, rejected=True)
        compared = agreement_color(self._tokens, agreement) or color
        opacity = LOWEST_OPACITY + (1 - LOWEST_OPACITY) * steps / SCORE_STEPS
        background = blended(compared, self._tokens.panel, TINT * opacity)
        border = blended(compared, self._tokens.panel, opacity)
        return EventStyle(fill, color, background, border, self._tokens.text, texts, agreement, unsure)


def readable_on(ground: QColor, tokens: Tokens) -> QColor:
    """The theme's text color for events, or white or black on a color of somebody's own that it cannot be read on."""
    light = _luminance(ground) + 0.05
    for text in (tokens.on_event, QColor("#ffffff")):
        other = _luminance(text) + 0.05
        if max(light, other) / min(light, other) >= LEAST_CONTRAST:
            return text
    return QColor("#000000")


def line_color(color: QColor, tokens: Tokens) -> QColor:
    """The color for a thin line: on light ground darker, until it stands out."""
    line = QColor(color)
    ground = tokens.sunken.lightnessF()
    while ground > 0.5 and _luminance(line) > BRIGHTEST_LINE:
        line = line.darker(108)
    return line


def _luminance(color: QColor) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def blended(color: QColor, under: QColor, opacity: float) -> QColor:
    """The opaque color that `color` over `under` gives."""
    mixed = [
        round(opacity * a + (1 - opacity) * b)
        for a, b in zip(color.getRgb()[:3], under.getRgb()[:3], strict=True)  # pyright: ignore[reportIndexIssue]
    ]
    return QColor(*mixed)
