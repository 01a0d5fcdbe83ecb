"""What is done with expressions whose coders noted no offset, of which CAS(ME)^2 has 44."""

from __future__ import annotations

from enum import StrEnum

SECONDS_AFTER_APEX = 2 / 3


class MissingOffset(StrEnum):
    """Where an expression ends when the file does not say, or says that it ends before its apex or with it.

    APEX_PLUS_20: 20 frames after the apex at 30 frames a second, two thirds of a second at other rates. LGSNet's
        annotations of CAS(ME)^2 have it so, and code for MEGC 2023 writes it `int(fps * 2 / 3)`.
    APEX: with the apex, as in SOFTNet, MTSN, MEAN and MDMD. Such events are about half as long as they were.
    MIRROR: as long after the apex as the onset is before it, as in AUW-GCN.
    DROP: the event is left out.
    """

    APEX_PLUS_20 = "apex_plus_20"
    APEX = "apex"
    MIRROR = "mirror"
    DROP = "drop"

    def offset(self, onset: int, apex: int, fps: float) -> int | None:
        """The last frame of such an expression, inclusive; None if it is left out.

        Args:
            onset, apex: counted as in the file, onset not after apex.
            fps: of the data set's videos.
        """
        match self:
            case MissingOffset.APEX_PLUS_20:
                # Rounded first, since 30 * 2 / 3 must not become 19.
                return apex + int(round(fps * SECONDS_AFTER_APEX, 6))
            case MissingOffset.APEX:
                return apex
            case MissingOffset.MIRROR:
                return 2 * apex - onset
            case MissingOffset.DROP:
                return None

    def words(self, offset: int, apex: int) -> str:
        """What was done, as the end of a sentence; `offset` is what `offset()` gave."""
        match self:
            case MissingOffset.APEX_PLUS_20:
                return f"it was set to {offset}, {offset - apex} frames after the apex"
            case MissingOffset.APEX:
                return f"it was set to the apex, {offset}"
            case MissingOffset.MIRROR:
                return f"it was set to {offset}, as long after the apex as the onset is before it"
            case MissingOffset.DROP:
                return "the row was left out"
