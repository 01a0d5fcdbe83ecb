"""What the records of a training say so far. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.jobs.pace import Pace, duration_text
from fedn.progress import Record

_LOSS = ("loss", "train_loss")
_F1 = ("val_f1", "f1")
_MAP = ("val_map",)
_MOST_LINES = 2000
_DEVICES = {"cpu": "processor", "cuda": "graphics card", "mps": "Apple graphics"}


@dataclass(slots=True)
class TrainingProgress:
    """Read by the view after each record.

    Attributes:
        epochs: that are planned; 0 until known.
        stage: what it is doing now.
        done, total: units of the stage, total 0 when unknown.
        loss, f1, map: epoch and value; the latter two on the validation subjects, empty if there are none.
        windows_per_s, device, peak_mib: of the last epoch; 0 and "" until then.
        log: the sentences so far, warnings marked; forgotten: how many older ones it had.
    """

    epochs: int = 0
    stage: str = "Starting"
    done: int = 0
    total: int = 0
    loss: list[tuple[float, float]] = field(default_factory=list)
    f1: list[tuple[float, float]] = field(default_factory=list)
    map: list[tuple[float, float]] = field(default_factory=list)
    windows_per_s: float = 0.0
    device: str = ""
    peak_mib: float = 0.0
    log: list[str] = field(default_factory=list)
    forgotten: int = 0
    _pace: Pace = field(default_factory=Pace)
    _pace_of: str = ""

    def take(self, record: Record) -> None:
        if record.kind == "progress":
            self._take_progress(record)
        if record.text and (record.kind != "progress" or "epoch" in record.data):
            self.say(("Warning: " if record.kind == "warning" else "") + record.text + _figures(record.data))

    @property
    def epoch(self) -> int:
        """The last epoch that is done."""
        return int(self.loss[-1][0]) if self.loss else 0

    @property
    def best_f1(self) -> float | None:
        return max((value for _, value in self.f1), default=None)

    @property
    def left_text(self) -> str:
        """ "6 min left", "" while nothing is known."""
        left_s = self._pace.left_s(self.total) if self.total else None
        return "" if left_s is None else f"{duration_text(left_s)} left"

    @property
    def facts(self) -> str:
        """What is known in numbers besides the time left, "" at first."""
        memory = f"{self.peak_mib / 1024:.1f} GiB of memory" if self.peak_mib else ""
        parts = [
            f"epoch {self.epoch} of {self.epochs}" if self.epoch else "",
            f"best F1 {self.best_f1:.3f}" if self.best_f1 is not None else "",
            f"{self.windows_per_s:.1f} windows/s" if self.windows_per_s else "",
            _DEVICES.get(self.device.partition(":")[0], self.device),
            memory,
        ]
        return " · ".join(part for part in parts if part)

    def _take_progress(self, record: Record) -> None:
        if "paused" in record.data:
            return
        self.done, self.total = record.done, record.total
        self.stage = record.text or self.stage
        if record.data.get("stage") == "epoch":
            self.windows_per_s = _number(record.data, ("windows_per_s",)) or 0.0
            self.peak_mib = _number(record.data, ("peak_mib",)) or 0.0
            self.device = str(record.data.get("device", ""))
        epoch = _number(record.data, ("epoch",))
        self.epochs = int(_number(record.data, ("epochs",)) or self.epochs)
        if epoch is not None:
            for series, names in ((self.loss, _LOSS), (self.f1, _F1), (self.map, _MAP)):
                value = _number(record.data, names)
                if value is not None:
                    # A resumed run may tell an epoch again.
                    series[:] = [point for point in series if point[0] < epoch]
                    series.append((epoch, value))
        is_training = record.data.get("stage") in ("training", "epoch") or epoch is not None
        stage = "training" if is_training else record.text
        if stage != self._pace_of:
            # Epochs are uneven: what the last half minute brought says little about them.
            self._pace, self._pace_of = Pace(600.0 if is_training else 30.0), stage
        self._pace.add(record.time_s, record.done)

    def say(self, text: str) -> None:
        """Adds a sentence to the log."""
        self.log.append(text)
        self.forgotten += max(0, len(self.log) - _MOST_LINES)
        del self.log[:-_MOST_LINES]


def _figures(data: Mapping[str, Any]) -> str:
    """ ": loss 0.231, F1 0.688" for an epoch's record."""
    found = ((name, _number(data, keys)) for name, keys in (("loss", _LOSS), ("F1", _F1), ("mAP", _MAP)))
    words = ", ".join(f"{name} {value:.3f}" for name, value in found if value is not None)
    return f": {words}" if words else ""


def _number(data: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    for name in names:
        value = data.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None
