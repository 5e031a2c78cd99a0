"""Another way to check: what else is installed here and may speak in bands, beside the detector that is used."""

from __future__ import annotations

import threading
from pathlib import Path

from bot.detector.models import store
from bot.detector.models.registry import EMBEDDED, ModelError
from bot.detector.scoring import Listener, Model


class Others:
    """The detectors of a folder besides the used one, loaded when they are first asked. Thread-safe."""

    def __init__(self, used: Listener, root: Path) -> None:
        # The embedded model calls itself otherwise than the setting does; a fused one names its parts with a +.
        self._embedded = Model.load()
        last = used.name.rpartition("+")[2]
        self._used = EMBEDDED if last == self._embedded.name else last
        self._root = root
        self._loaded: dict[str, Listener] = {}
        self._lock = threading.Lock()

    def names(self) -> tuple[str, ...]:
        """Who may be asked, strongest first. One without a calibration never speaks in bands: it is not offered."""
        able = [name for name, model in store.installed(self._root).items() if model.calibration() is not None]
        return tuple(name for name in [*able, EMBEDDED] if name != self._used)

    def get(self, name: str) -> Listener:
        """One of them, ready to judge. Raises ModelError."""
        if name not in self.names():
            raise ModelError(f"{name} is not offered here.")
        with self._lock:
            if name not in self._loaded:
                self._loaded[name] = (
                    self._embedded if name == EMBEDDED else store.find(self._root, name).load(self._embedded)
                )
            return self._loaded[name]
