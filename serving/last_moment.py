"""What this process knows of the last desk that it planned: at most one moment's matrices."""

from __future__ import annotations

import threading

from model.dispatch import Desk
from model.remembering import Remembering


class LastMoment:
    """Kept until the next desk comes, so that a policy looked at meanwhile asks no model again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Remembering | None = None

    def begin(self, desk: Desk) -> Remembering:
        """The desk, ready for another moment; the former one is forgotten."""
        with self._lock:
            return self._begun(desk)

    def of(self, desk: Desk) -> Remembering:
        """The desk with what is known of the last moment, where that was seen with equal eyes.

        The model and the history must be the same; the policy need not be.
        """
        with self._lock:
            last = self._last
            if last is None or last.history is not desk.history or last.model != desk.model:
                return self._begun(desk)
            return last.with_policy(desk.policy)

    def _begun(self, desk: Desk) -> Remembering:
        if self._last is not None:
            self._last.forget()
        self._last = Remembering(desk)
        return self._last
