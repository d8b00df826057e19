"""The desk that answers: made once, off the event loop, and asked for again while it fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from features.errors import FendanError, ModelError
from model.dispatch import Desk

DeskFactory = Callable[[], Desk]
"""Loads policy, model and history. Raises a FendanError that says what is missing."""


class DeskSource:
    """One desk a process. A failure is remembered for `patience` seconds, then tried again.

    So a service that starts before the first model is registered answers as soon as there is
    one, and a crowd of requests does not ask the registry a crowd of times.
    """

    def __init__(
        self,
        factory: DeskFactory,
        patience: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factory, self._patience, self._clock = factory, patience, clock
        self._lock = threading.Lock()
        self._desk: Desk | None = None
        self._failure: FendanError | None = None
        self._again_at = 0.0

    def current(self) -> Desk:
        """The desk; blocks while it is being made.

        Raises:
            FendanError: it cannot be made; the words are the factory's.
        """
        if self._desk is not None:
            return self._desk
        with self._lock:
            if self._desk is None:
                self._desk = self._made()
            return self._desk

    def _made(self) -> Desk:
        if self._failure is not None and self._clock() < self._again_at:
            raise self._failure.with_traceback(None)
        try:
            return self._factory()
        except FendanError as failure:
            self._failure = failure
        except Exception as error:  # noqa: BLE001 - whatever a store or a file throws at start
            self._failure = ModelError(
                f"the desk cannot be opened ({type(error).__name__})",
                remedy="see the service's log",
            )
            self._failure.__cause__ = error
        self._again_at = self._clock() + self._patience
        raise self._failure
