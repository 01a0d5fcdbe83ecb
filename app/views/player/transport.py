"""The row of buttons and fields under the picture."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QIntValidator, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QSlider, QToolButton, QWidget

from app import assets, theme
from app.views.player.clock import SPEEDS
from app.views.timecode import parse_time, timecode

_NARROWEST_PX = 470


class Transport(QWidget):
    """Buttons and fields only; the player says what they show.

    Signals:
        play_pressed, loop_toggled, speed_chosen: as their names say.
        step_pressed: -1 or +1 frame.
        jump_pressed: -1 to the beginning, +1 to the end.
        frame_entered: a typed frame.
        time_entered: a typed time in seconds.
        volume_chosen: in percent.
        mute_pressed: as its name says.
    """

    play_pressed = Signal()
    loop_toggled = Signal(bool)
    speed_chosen = Signal(float)
    step_pressed = Signal(int)
    jump_pressed = Signal(int)
    frame_entered = Signal(int)
    time_entered = Signal(float)
    volume_chosen = Signal(int)
    mute_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._icons: dict[QToolButton, str] = {}
        self._is_playing = False
        to_start = self._button("skip-back", "To the beginning (Home)")
        back = self._button("step-back", "One frame back (←)")
        self._play = self._button("play", "Play or pause (Space)")
        self._play.setProperty("primary", True)
        forward = self._button("step-forward", "One frame on (→)")
        to_end = self._button("skip-forward", "To the end (End)")
        self._loop = self._button("loop", "Repeat the selected event (/)")
        self._loop.setCheckable(True)
        self._speed = QToolButton()
        self._speed.setToolTip("Speed (J, K, L)")
        self._speed.setMinimumWidth(62)
        self._speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._speed.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._speed.setMenu(self._speed_menu())
        self._frame = QLineEdit()
        self._frame.setFixedWidth(76)
        self._frame.setAccessibleName("Frame")
        self._validator = QIntValidator(0, 0, self)
        self._frame.setValidator(self._validator)
        self._total = QLabel()
        self._time = QLineEdit()
        self._time.setFixedWidth(118)
        self._time.setAccessibleName("Time")
        self._about = QLabel()
        self._mute = self._button("volume", "Sound on or off (Ctrl+M)")
        self._volume = QSlider(Qt.Orientation.Horizontal)
        self._volume.setRange(0, 100)
        self._volume.setFixedWidth(72)
        self._volume.setToolTip("Volume")
        self._volume.setAccessibleName("Volume")
        self._volume.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out((to_start, back, self._play, forward, to_end, self._loop))
        self._play.clicked.connect(self.play_pressed)
        back.clicked.connect(lambda: self.step_pressed.emit(-1))
        forward.clicked.connect(lambda: self.step_pressed.emit(1))
        to_start.clicked.connect(lambda: self.jump_pressed.emit(-1))
        to_end.clicked.connect(lambda: self.jump_pressed.emit(1))
        self._loop.toggled.connect(self.loop_toggled)
        self._mute.clicked.connect(self.mute_pressed)
        self._volume.valueChanged.connect(self.volume_chosen)
        self._frame.editingFinished.connect(self._on_frame_typed)
        self._time.editingFinished.connect(self._on_time_typed)
        self._shown = (0, 0.0)
        self.show_speed(1.0)
        self._color_icons()

    def show_video(self, frame_count: int, about: str) -> None:
        """`about` is what is worth knowing at the right edge ("30 fps · 75.8 s")."""
        self._validator.setTop(max(0, frame_count - 1))
        self._total.setText(f"/ {frame_count:,}" if frame_count else "")
        self._about.setText(about)
        self.setEnabled(frame_count > 0)
        self._make_room()

    def show_position(self, frame: int, time_s: float | None) -> None:
        """Does not overwrite what is being typed. `time_s` is None while the frame index is not known."""
        self._shown = (frame, time_s if time_s is not None else 0.0)
        if not self._frame.hasFocus():
            self._frame.setText(str(frame))
        if not self._time.hasFocus():
            self._time.setText(timecode(time_s) if time_s is not None else "")
        self._time.setEnabled(time_s is not None)

    def show_playing(self, is_playing: bool) -> None:
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            self._icons[self._play] = "pause" if is_playing else "play"
            self._color_icons()

    def show_speed(self, speed: float) -> None:
        self._speed.setText(f"{speed:.1f}×" if speed == round(speed, 1) else f"{speed:g}×")

    def show_volume(self, percent: int, muted: bool) -> None:
        self._volume.blockSignals(True)
        self._volume.setValue(percent)
        self._volume.blockSignals(False)
        self._icons[self._mute] = "mute" if muted or percent == 0 else "volume"
        self._color_icons()

    def show_looping(self, on: bool) -> None:
        self._loop.setChecked(on)

    def minimumSizeHint(self) -> QSize:
        """Of what is never hidden."""
        return QSize(_NARROWEST_PX, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        # Where there is no room for all, what the menus and the status bar have too goes first.
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right()
        places = (self._row.itemAt(place) for place in range(self._row.count()))
        room -= sum(
            item.sizeHint().width() + self._row.spacing()
            for item in places
            if item is not None and item.widget() not in self._spare
        )
        for widget in self._spare:
            room -= widget.sizeHint().width() + self._row.spacing()
            widget.setVisible(room >= 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange):
            self._color_icons()

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (")[0])
        button.setFixedSize(32, 30)
        button.setIconSize(QSize(18, 18))
        # The sheet's padding is meant for words.
        button.setStyleSheet("QToolButton { padding: 0; }")
        # Buttons must not take the keyboard: space and arrows belong to the player.
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._icons[button] = icon
        return button

    def _speed_menu(self) -> QMenu:
        menu = QMenu(self)
        for speed in SPEEDS:
            action = QAction(f"{speed:g}×", menu)
            action.triggered.connect(lambda _=False, chosen=speed: self.speed_chosen.emit(chosen))
            menu.addAction(action)
        return menu

    def _lay_out(self, buttons: tuple[QToolButton, ...]) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 8, 8)
        row.setSpacing(5)
        row.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        for button in buttons:
            row.addWidget(button)
        row.addSpacing(11)
        row.addWidget(self._speed)
        row.addSpacing(14)
        caption = QLabel("Frame")
        to_start, to_end = buttons[0], buttons[4]
        self._spare = (self._mute, self._total, caption, self._volume, to_start, to_end, self._about)
        for label in (caption, self._total, self._about):
            label.setProperty("muted", True)
        for widget in (caption, self._frame, self._total):
            row.addWidget(widget)
        row.addSpacing(11)
        row.addWidget(self._time)
        row.addStretch(1)
        row.addWidget(self._about)
        row.addSpacing(8)
        row.addWidget(self._mute)
        row.addWidget(self._volume)

    def _color_icons(self) -> None:
        tokens = theme.current()
        for button, name in self._icons.items():
            color = tokens.on_accent if button is self._play and self.isEnabled() else tokens.text
            button.setIcon(assets.icon(name, color, 18))

    def _on_frame_typed(self) -> None:
        if self._frame.text() and int(self._frame.text()) != self._shown[0]:
            self.frame_entered.emit(int(self._frame.text()))
        self._frame.clearFocus()
        self.show_position(*self._shown)

    def _on_time_typed(self) -> None:
        time_s = parse_time(self._time.text())
        # The field shows whole milliseconds: leaving it untouched must not move to a neighboring frame.
        if time_s is not None and self._time.text() != timecode(self._shown[1]):
            self.time_entered.emit(time_s)
        self._time.clearFocus()
        self.show_position(*self._shown)
