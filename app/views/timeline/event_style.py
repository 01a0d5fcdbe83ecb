"""How an event looks: emotion by color and letter code, source by fill, agreement by outline, score by opacity."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtGui import QColor

from app.theme import Tokens
from app.views.timeline.tier_rows import Agreement, TierRow
from fedn.annotation.event import Event
from fedn.annotation.tier import Source
from fedn.annotation.vocabulary import Vocabulary

UNLABELED = QColor("#9a9fa6")
LOWEST_OPACITY = 0.45


class Fill(Enum):
    OUTLINED = 1
    SOLID = 2
    STRIPED = 3


@dataclass(frozen=True, slots=True)
class EventStyle:
    """`texts` from the longest to the shortest; the longest that fits is drawn."""

    fill: Fill
    label_color: QColor
    background: QColor
    border: QColor
    text_color: QColor
    texts: tuple[str, ...]
    hatched: bool = False
    missed: bool = False


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


def style_of(event: Event, row: TierRow, vocabulary: Vocabulary | None, tokens: Tokens, sure_from: float) -> EventStyle:
    """`sure_from` is the score under which a prediction is hatched."""
    color = label_color(vocabulary, event.label)
    written, code = label_texts(vocabulary, event.label)
    if row.tier.source != Source.DETECTOR:
        fill = Fill.STRIPED if row.tier.source == Source.SELF_REPORT else Fill.SOLID
        border, on_event = color.darker(125), tokens.on_event
        return EventStyle(
            fill, color, color, border, on_event, (written, code, code[:1]), missed=event.id in row.missed
        )
    compared = agreement_color(tokens, row.agreement.get(event.id)) or color
    score = 1.0 if event.score is None else event.score
    opacity = LOWEST_OPACITY + (1 - LOWEST_OPACITY) * score
    with_score = () if event.score is None else (f"{written} {score:.2f}", f"{code} {score:.2f}")
    texts = (*with_score, code, code[:1]) if with_score else (written, code, code[:1])
    background = blended(compared, tokens.panel, 0.42 * opacity)
    border = blended(compared, tokens.panel, opacity)
    return EventStyle(Fill.OUTLINED, color, background, border, tokens.text, texts, hatched=score < sure_from)


def blended(color: QColor, under: QColor, opacity: float) -> QColor:
    """The opaque color that `color` over `under` gives."""
    mixed = [
        round(opacity * a + (1 - opacity) * b)
        for a, b in zip(color.getRgb()[:3], under.getRgb()[:3], strict=True)  # pyright: ignore[reportIndexIssue]
    ]
    return QColor(*mixed)
