"""The live inputs, worked out on a thread of their own when somebody asks, and kept for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from model.decision import Version
from model.desk import ServedDesk
from serving.models.cards import Reference
from serving.models.inputs import Inputs, inputs_of
from serving.models.scored import scored
from serving.store import Store
from serving.telemetry import warn
from serving.yielding import short_turns, yield_to_requests

KEPT_SECONDS: Final = 1800.0
AGAIN_SECONDS: Final = 60.0
"""After so long what could not be worked out is tried again: a store is seldom away for longer."""
WAIT_SECONDS: Final = 2.0
"""How long whoever asks waits for it; later it is there for whoever asks again."""


class InputWatch:
    """`tell` may be called by many threads; one at a time works."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._lock = threading.Lock()
        self._known: tuple[float, Version, Inputs] | None = None
        self._thread: threading.Thread | None = None

    def tell(self, desk: ServedDesk, reference: Reference | None, until: datetime) -> Inputs:
        """What is known of the inputs of a desk's model in the week before a moment.

        At most `KEPT_SECONDS` old, a failure `AGAIN_SECONDS`; "pending" where it takes longer than
        `WAIT_SECONDS`.
        """
        if reference is None:
            return Inputs("no_reference")
        with self._lock:
            known = self._fresh(desk.model)
            if known is not None:
                return known
            if self._thread is None or not self._thread.is_alive():
                work = (desk, reference, until)
                self._thread = threading.Thread(
                    target=self._work, args=work, name="live inputs", daemon=True
                )
                self._thread.start()
            thread = self._thread
        thread.join(WAIT_SECONDS)
        with self._lock:
            return self._fresh(desk.model) or Inputs("pending")

    def _fresh(self, model: Version) -> Inputs | None:
        known = self._known
        if known is None or known[1] != model:
            return None
        kept = AGAIN_SECONDS if known[2].state == "failed" else KEPT_SECONDS
        return known[2] if self._clock() - known[0] < kept else None

    def _work(self, desk: ServedDesk, reference: Reference, until: datetime) -> None:
        yield_to_requests()
        try:
            with short_turns():
                found = inputs_of(scored(self._store, desk, until), reference)
        except Exception as error:  # noqa: BLE001 - the page has more to tell than this
            warn("the live inputs cannot be told", error)
            found = Inputs("failed")
        with self._lock:
            self._known = (self._clock(), desk.model, found)
