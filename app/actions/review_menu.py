"""Going through the review queue, deciding between two coders, coding blind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.actions.action import Action, When

if TYPE_CHECKING:
    from app.window_parts import WindowParts


def review_menu(parts: WindowParts) -> tuple[Action, ...]:
    chosen, project = When.SELECTION, When.PROJECT
    review, deciding, blind = parts.reviewing, parts.deciding, parts.session.blind
    return (
        Action("review-next", "Review", "Next item", review.next, ("N",), project, False, True),
        Action("review-previous", "Review", "Previous item", review.previous, ("Shift+N",), project, False, True),
        Action("disagreement", "Review", "Next disagreement", review.next_disagreement, ("D",), project, False, True),
        Action("review-play", "Review", "Play the item", review.play, (), project),
        Action("take-first", "Review", "The first is right", deciding.take_first, ("Q",), chosen, True),
        Action("take-second", "Review", "The second is right", deciding.take_second, ("W",), chosen),
        Action("blind", "Review", "Begin or leave blind coding…", blind.toggle, (), project, True),
        Action("blind-done", "Review", "Mark blindly coded video as done…", blind.finish_video),
    )
