"""What was worked out of a history as of some moment, kept while the past stays as it was."""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary


class Shelf:
    """Things by who asked for them (held weakly) and the moment, in microseconds.

    A thing hangs on nothing that happens at its moment or later, and holds no codes of the
    history, which change. So it stays when events are appended that begin no earlier.
    """

    def __init__(self) -> None:
        """An empty one."""
        self._things: WeakKeyDictionary[object, dict[int, Any]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, owner: object) -> dict[int, Any]:
        """What is kept for somebody, by moment; to be read and added to."""
        with self._lock:
            return self._things.setdefault(owner, {})

    def until(self, moment: int) -> Shelf:
        """What holds still after something new happened at a moment."""
        kept = Shelf()
        with self._lock:
            for owner, things in self._things.items():
                own = {at: thing for at, thing in list(things.items()) if at <= moment}
                kept._things[owner] = own  # its own kind
        return kept
