"""What the first curve needs is loaded beside the GUI thread, while events are still handled."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from app.startup import load_plots_ahead, make_application
app = make_application()
assert "pyqtgraph" not in sys.modules
ticks = []
timer = QTimer()
timer.timeout.connect(lambda: ticks.append(1))
timer.start(1)
thread = load_plots_ahead()
while thread.is_alive():
    app.processEvents()
from app.views.training.curve_plot import CurvePlot
print(len(ticks), "pyqtgraph" in sys.modules)
"""


def test_plots_are_loaded_while_the_window_goes_on() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    ticks, loaded = done.stdout.split()
    assert int(ticks) > 10
    assert loaded == "True"
    assert "QObject" not in done.stderr
