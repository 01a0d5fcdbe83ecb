"""Colors can be told apart with every color vision, and text can be read in both themes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from app.theme import Tokens, tokens_of
from app.views.timeline.agreement import Agreement
from app.views.timeline.event_painter import BACKING_OPACITY
from app.views.timeline.event_style import StyleBook, blended, line_color, readable_on
from app.views.timeline.tier_rows import TierRow
from fedn.annotation.event import Event
from fedn.annotation.tier import Source, Tier
from fedn.annotation.vocabulary import shipped_vocabularies, shipped_vocabulary
from tests.views.timeline.color_vision import VISIONS, ciede2000, contrast, lab, linear, seen_as

LEAST_DISTANCE = 9.0
"""CIEDE2000, which follows what people see better than CIE76 does, above all among yellows and blues. 9 is about four
times what can just be noticed side by side: two blocks are apart in the timeline, and the letters say the rest."""
LEAST_CONTRAST = 4.5
THEMES = ("dark", "light")


def nearest(colors: dict[str, QColor]) -> dict[str, tuple[float, str, str]]:
    """The smallest distance of any two, for each vision."""
    result = {}
    for vision in VISIONS:
        seen = {name: seen_as(color, vision) for name, color in colors.items()}
        result[vision] = min((ciede2000(seen[a], seen[b]), a, b) for a, b in combinations(seen, 2))
    return result


def test_the_distance_is_that_of_the_published_examples():
    # Pairs 1, 7, 10, 17 and 25 of Sharma, Wu and Dalal 2005, table 1.
    for one, other, distance in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, 2.4900, -0.0010), (50, -2.4900, 0.0011), 7.2195),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ):
        assert ciede2000(np.array(one, float), np.array(other, float)) == pytest.approx(distance, abs=1e-4)


def test_lightness_is_right_for_black_white_and_gray():
    assert lab(linear(QColor("#ffffff"))) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear(QColor("#000000"))) == pytest.approx([0, 0, 0], abs=0.02)
    assert lab(linear(QColor("#777777")))[0] == pytest.approx(50, abs=0.2)
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)


def test_the_test_would_refuse_red_and_green_of_one_lightness():
    assert nearest({"a": QColor("#c0504d"), "b": QColor("#7a7a2a")})["deuteranopia"][0] < LEAST_DISTANCE


@pytest.mark.parametrize("name", shipped_vocabularies())
def test_labels_can_be_told_apart_with_every_color_vision(name: str):
    colors = {label.name: QColor(label.color) for label in shipped_vocabulary(name).labels}
    close = {vision: found for vision, found in nearest(colors).items() if found[0] < LEAST_DISTANCE}
    assert close == {}


@pytest.mark.parametrize("theme_name", THEMES)
def test_agreement_can_be_told_apart_with_every_color_vision(theme_name: str):
    tokens = tokens_of(theme_name)
    colors = {name: getattr(tokens, name) for name in ("agrees", "label_differs", "no_counterpart")}
    close = {vision: found for vision, found in nearest(colors).items() if found[0] < LEAST_DISTANCE}
    assert close == {}


def styles(tokens_name: str, source: Source):
    """How events of every label, score and agreement look, in every vocabulary."""
    for name in shipped_vocabularies():
        vocabulary = shipped_vocabulary(name)
        book = StyleBook.of(vocabulary, tokens_name, 0.5)
        for label in vocabulary.names:
            for score in (None, 0.0, 0.3, 0.6, 1.0):
                for agreement in (None, *Agreement):
                    event = Event(0, 9, label, score=score)
                    tier = Tier("v", "tier", source)
                    none = np.zeros(0, dtype=np.int64)
                    said = {} if agreement is None else {event.id: agreement}
                    yield (
                        f"{name} {label} {score} {agreement}",
                        book.style(event, TierRow(tier, (event,), none, none, 0, said)),
                    )


@pytest.mark.parametrize("theme_name", THEMES)
@pytest.mark.parametrize("source", [Source.DETECTOR, Source.EXPERT, Source.SELF_REPORT])
def test_letters_in_blocks_can_be_read(theme_name: str, source: Source):
    for what, style in styles(theme_name, source):
        grounds = [style.background]
        if source is Source.SELF_REPORT or style.hatched:
            stripe = style.label_color.darker(150) if source is Source.SELF_REPORT else style.border
            grounds = [blended(style.background, ground, BACKING_OPACITY) for ground in (stripe, style.background)]
        for ground in grounds:
            assert contrast(style.text_color, ground) >= LEAST_CONTRAST, what


@pytest.mark.parametrize("theme_name", THEMES)
def test_text_of_the_timeline_can_be_read(theme_name: str):
    tokens = tokens_of(theme_name)
    for text, ground in (
        ("text", "panel"), ("text", "raised"), ("text", "hover"), ("text", "background"), ("text", "sunken"),
        ("muted", "panel"), ("muted", "hover"), ("muted", "raised"), ("muted", "sunken"), ("on_accent", "accent"),
        ("agrees", "panel"), ("label_differs", "panel"), ("no_counterpart", "panel"),
    ):  # fmt: skip
        assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= LEAST_CONTRAST, f"{text} on {ground}"


@pytest.mark.parametrize("theme_name", THEMES)
def test_thin_curves_stand_out_from_their_ground(theme_name: str):
    """WCAG asks 3 of graphics."""
    tokens: Tokens = tokens_of(theme_name)
    for name in shipped_vocabularies():
        for label in shipped_vocabulary(name).labels:
            assert contrast(line_color(QColor(label.color), tokens), tokens.sunken) >= 3, label.name


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_letters_can_be_read_on_every_color_that_a_project_gives_a_label(red: int, green: int, blue: int):
    ground = QColor(red, green, blue)
    assert contrast(readable_on(ground, tokens_of("dark")), ground) >= LEAST_CONTRAST
