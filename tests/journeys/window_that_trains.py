"""A window of its own process: opens the project in argv[1], begins a retraining, and stays until it is killed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.jobs.retrain_options import RetrainOptions
from app.session import Session
from app.startup import make_application
from app.window import StudioWindow


def main() -> None:
    app = make_application()
    session = Session(who="coder A")
    window = StudioWindow(session)
    window.show()
    assert session.open_project(Path(sys.argv[1]))
    window.parts.trainings.retrain(
        RetrainOptions("Expert", held_out=(sys.argv[2],), epochs=int(sys.argv[3]), settings=tuple(sys.argv[4:]))
    )
    app.exec()


if __name__ == "__main__":
    main()
