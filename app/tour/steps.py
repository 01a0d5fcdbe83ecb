"""What the tour says, step by step. `{play}` stands for the key of the action “play”."""

from __future__ import annotations

from dataclasses import dataclass

OFFER_TITLE = "New here?"
OFFER_TEXT = (
    "A short tour shows on the demo project how a video is looked at, corrected and learned from. "
    "It takes about five minutes; you can try everything meanwhile, and leave at any time."
)
FAREWELL = "That was the tour. It and the manual are in the menu “Help”."


@dataclass(frozen=True, slots=True)
class TourStep:
    """One step.

    Attributes:
        name: tells the flow what the user has to do in it.
        target: the part of the window that the card points at: the name of a panel, or "action:" and that of an action.
        praise: said when the user has done it, before the tour goes on by itself.
    """

    name: str
    target: str
    title: str
    text: str
    praise: str


DETECT = TourStep(
    "detect",
    "detect",
    "Let FEDN look",
    "FEDN has not looked at these videos yet. Choose <b>Detect in this video</b> here, or press {detect}. It takes "
    "about as long as the video lasts. Each expression appears on the timeline as soon as it is found.",
    "FEDN has found something",
)
"""Comes in between where no model has detected anything yet."""

STEPS = (
    TourStep(
        "play",
        "videos",
        "Watch a video",
        "Click a video in this list, then press {play} to play it. {frame-} and {frame+} go one frame back and on. "
        "What you see is always exactly the frame whose number stands below the picture.",
        "It plays",
    ),
    TourStep(
        "read",
        "timeline",
        "Read the timeline",
        "Each row is one opinion: what <b>FEDN</b> has found, what an <b>Expert</b> has marked, what the person has "
        "reported to have felt. FEDN's events are framed green where the Reference agrees, amber where its "
        "label differs, and red where it has nothing. <b>Click an event</b> to see what is known about it.",
        "The panel on the right shows it",
    ),
    TourStep(
        "correct",
        "timeline",
        "Correct an event",
        "<b>Drag an edge</b> of one of FEDN's events, or click one and press a number key for another label. "
        "The prediction stays as it was; your version goes to a row “Corrections”. {undo} takes everything back. "
        "Nothing needs to be saved: each change is on disk at once.",
        "Corrected, and saved",
    ),
    TourStep(
        "review",
        "review",
        "Go through the queue",
        "Everything that needs a decision, disagreements first. {disagreement} goes to the next one. Then {accept} "
        "accepts it, {reject} rejects it, {edit} edits it. What you have decided counts as reviewed, and a "
        "model learns only from what is reviewed.",
        "Decided, and reviewed",
    ),
    TourStep(
        "retrain",
        "action:retrain",
        "Retrain",
        "The button says what a new model would learn from, and which people are held out to judge it fairly. "
        "Start it and go on working meanwhile, or only look at it and cancel.",
        "The training runs",
    ),
    TourStep(
        "choose",
        "comparison",
        "Compare, then decide",
        "When a training has ended, both models stand here side by side, measured on people from whom the new one "
        "has not learned; meanwhile the tab <b>Training</b> shows how it goes. Use the new one, or keep the old. "
        "No model is ever lost: <b>Model</b> at the top lists them all, and any can be put back.",
        "That model is in use now",
    ),
)
