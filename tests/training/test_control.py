import io
import os
import signal
import threading
import time

import pytest

from fedn.progress import Cancelled, Reporter
from training.control import Control


def test_lines_from_a_stream_pause_resume_and_cancel():
    control = Control()
    control.listen(io.StringIO("nonsense\nstop\n"))
    deadline = time.monotonic() + 2
    while not control.stop_requested and time.monotonic() < deadline:
        time.sleep(0.01)
    assert control.stop_requested and not control.cancel_requested
    control.check(Reporter())
    control.command("cancel")
    with pytest.raises(Cancelled):
        control.check(Reporter())


def test_a_pause_holds_the_work_until_it_goes_on():
    control, passed = Control(), threading.Event()
    control.command("pause")
    worker = threading.Thread(target=lambda: (control.check(Reporter()), passed.set()))
    worker.start()
    assert not passed.wait(0.3)
    control.command("resume")
    assert passed.wait(2)
    worker.join()


def test_the_first_interrupt_cancels_and_the_second_interrupts_at_once():
    control = Control()
    before = signal.getsignal(signal.SIGINT)
    with control.interruptible():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Cancelled):
            control.check(Reporter())
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
    assert signal.getsignal(signal.SIGINT) is before
