"""A child process like those of the window: prints records, and does what its first argument says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from fedn.progress import Record, stdout_reporter


def main() -> None:
    what = sys.argv[1]
    reporter = stdout_reporter()
    reporter.report(Record("started", "started"))
    if what == "work":
        print("a library that prints something")
        for i in range(3):
            reporter.progress(f"Schritt {i} – weiter", i + 1, 3)
        reporter.result("Three steps are done.", answer=42)
    elif what == "sentence":
        print("The video “a.mp4” is missing; find it again.", file=sys.stderr)
        sys.exit(2)
    elif what == "error-record":
        reporter.report(Record("error", "Nothing was reviewed yet.", data={"traceback": "Traceback: line 1"}))
        sys.exit(2)
    elif what == "abort":
        reporter.progress("half", 1, 2)
        print("CUDA error: device-side assert triggered", file=sys.stderr, flush=True)
        os.abort()
    elif what == "bug":
        raise RuntimeError("a bug")
    elif what == "obey":
        for line in sys.stdin:
            reporter.progress(f"heard {line.strip()}", 0, 0)
            if line.strip() == "cancel":
                sys.exit(130)
    elif what == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        reporter.progress("deaf", 0, 0, grandchild=grandchild.pid)
        time.sleep(600)
    elif what == "no-newline":
        sys.stdout.write(Record("result", "the last line has no end").to_line())


if __name__ == "__main__":
    main()
