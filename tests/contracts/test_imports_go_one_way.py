import subprocess
import sys
from pathlib import Path

STARTS_WITHOUT_TORCH = """
import sys
from PySide6.QtCore import QTimer
from app.startup import make_application, run_window
import training.config, fedn.registry, fedn.model_info, fedn.annotation.store, fedn.video.reader
application = make_application()
QTimer.singleShot(0, application.quit)
assert run_window(None) == 0
print(*sorted(name for name in sys.modules if name == "torch" or name.startswith(("torch.", "accelerate"))))
"""

COMMAND_LINE_STARTS_LIGHT = """
import sys
import app.commands.command_line
print(*sorted({"torch", "PySide6", "cv2", "pandas", "matplotlib", "sklearn"} & set(sys.modules)))
"""


def test_import_linter_finds_every_contract_kept(repository: Path) -> None:
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    child = subprocess.run(lint, cwd=repository, capture_output=True, text=True)
    assert child.returncode == 0, child.stdout[-4000:] + child.stderr[-2000:]


def test_the_window_starts_without_torch(repository: Path) -> None:
    assert loaded(STARTS_WITHOUT_TORCH, repository) == ""


def test_the_command_line_is_known_without_torch_or_qt(repository: Path) -> None:
    assert loaded(COMMAND_LINE_STARTS_LIGHT, repository) == ""


def loaded(code: str, repository: Path) -> str:
    child = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True)
    assert child.returncode == 0, child.stderr
    return child.stdout.strip()
