from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QSizeF

from app.views.player.picture_place import LARGEST_ZOOM, PicturePlace

sizes = st.builds(QSizeF, st.integers(16, 4000), st.integers(16, 4000))
shares = st.floats(0, 1)


@st.composite
def places(draw: st.DrawFn) -> tuple[PicturePlace, QSizeF, QSizeF]:
    """A place that was reached with the wheel and the mouse, and the sizes of frame and space."""
    frame, space, place = draw(sizes), draw(sizes), PicturePlace()
    for _ in range(draw(st.integers(0, 5))):
        at = QPointF(draw(shares) * space.width(), draw(shares) * space.height())
        if draw(st.booleans()):
            place = place.zoomed(draw(st.floats(0.3, 4)), at, frame, space)
        else:
            place = place.moved(QPointF(draw(st.floats(-900, 900)), draw(st.floats(-900, 900))), frame, space)
    return place, frame, space


@given(places())
def test_nothing_beyond_the_edges_is_ever_seen_where_the_picture_fills_the_space(found) -> None:
    place, frame, space = found
    rect = place.rect(frame, space)
    assert 1 <= place.zoom <= LARGEST_ZOOM
    assert rect.width() / rect.height() == pytest.approx(frame.width() / frame.height())
    for low, high, length in ((rect.left(), rect.right(), space.width()), (rect.top(), rect.bottom(), space.height())):
        if high - low >= length:
            assert low <= 1e-6 * length and high >= length * (1 - 1e-6)
        else:
            assert (low + high) / 2 == pytest.approx(length / 2)


@given(places(), shares, shares, st.floats(1.0, 3.0))
def test_zooming_keeps_what_is_under_the_mouse(found, x: float, y: float, factor: float) -> None:
    place, frame, space = found
    before = place.rect(frame, space)
    at = QPointF(before.left() + x * before.width(), before.top() + y * before.height())
    assume(0 <= at.x() <= space.width() and 0 <= at.y() <= space.height())
    after_place = place.zoomed(factor, at, frame, space)
    after = after_place.rect(frame, space)
    # Only along a side that fills the space before and after is there room to keep it.
    if before.width() >= space.width() - 1e-6:
        assert after.left() + x * after.width() == pytest.approx(at.x(), abs=1e-3 * space.width())
    if before.height() >= space.height() - 1e-6:
        assert after.top() + y * after.height() == pytest.approx(at.y(), abs=1e-3 * space.height())


@given(sizes, sizes)
def test_at_first_the_whole_picture_fits(frame: QSizeF, space: QSizeF) -> None:
    rect = PicturePlace().rect(frame, space)
    assert rect.width() <= space.width() * 1.0001 and rect.height() <= space.height() * 1.0001
    assert rect.width() == pytest.approx(space.width()) or rect.height() == pytest.approx(space.height())
