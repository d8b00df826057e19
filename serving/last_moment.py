"""What this process knows of the last desk that it planned: at most one moment's matrices."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from model.dispatch import Desk
from model.remembering import Remembering


class LastMoment:
    """Kept until the next desk comes, so that a policy looked at meanwhile asks no model again.

    What a refresh assesses is its own until its plan is made: nobody reads a half-written answer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Remembering | None = None

    @contextmanager
    def planning(self, desk: Desk) -> Iterator[Remembering]:
        """The desk, ready for another moment, which `of` knows from the end of the block on.

        The former moment is forgotten at once; of a plan that fails nothing is kept.
        """
        self._keep(None)
        seen = Remembering(desk)
        yield seen
        self._keep(seen)

    def of(self, desk: Desk) -> Remembering:
        """The desk with what is known of the last moment, where that was seen with equal eyes.

        The model and the history must be the same; the policy need not be.
        """
        with self._lock:
            last = self._last
            if last is not None and last.history is desk.history and last.model == desk.model:
                return last.with_policy(desk.policy)
        seen = Remembering(desk)
        self._keep(seen)
        return seen

    def _keep(self, seen: Remembering | None) -> None:
        with self._lock:
            if self._last is not None:
                self._last.forget()
            self._last = seen
