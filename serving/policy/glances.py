"""How the gray release does, told at once: as it was judged last, while it is judged anew."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from features.errors import FendanError
from serving.policy.watches import GrayRelease
from serving.telemetry import warn

PAINT_FIRST_SECONDS: Final = 0.2
"""How long a judgement waits, so that the page that asked for it need not share the interpreter."""


@dataclass(frozen=True, slots=True)
class BeingJudged:
    """The release in force was not judged yet."""


Glance = GrayRelease | FendanError | BeingJudged | None


class Glances:
    """What a page shows of the release; its methods wait for no judgement.

    Every glance has the release judged anew behind it, one thread at a time: nearly always that
    finds that the hour is still the same (`Watches`), and what it has found the next glance tells.
    """

    def __init__(self, look: Callable[[], GrayRelease | None], in_force: Callable[[], int]) -> None:
        """Of what judges, and of what tells cheaply that another policy came into force."""
        self._look, self._in_force = look, in_force
        self._lock = threading.Lock()
        self._told: tuple[int, Glance] | None = None
        self._judging = False

    @property
    def mark(self) -> str:
        """Another one when a glance tells something else; alike in all workers."""
        told = self._told
        return "" if told is None else repr(told)

    def glance(self) -> Glance:
        """How the release does that is in force: as far as is known. Raises StoreError."""
        now = self._in_force()
        with self._lock:
            if not self._judging:
                later = threading.Timer(PAINT_FIRST_SECONDS, self._judge, (now,))
                later.daemon = True
                later.start()  # where the machine has no thread left, the next glance tries again
                self._judging = True
            told = self._told
        return told[1] if told is not None and told[0] == now else BeingJudged()

    def _judge(self, in_force: int) -> None:
        found: Glance
        try:
            found = self._look()
        except FendanError as error:
            found = error
        except Exception as error:  # noqa: BLE001 - a page tells of it; no thread may die of it
            warn("the release was not judged", error)
            found = FendanError(f"the release was not judged ({type(error).__name__})")
        with self._lock:
            self._told, self._judging = (in_force, found), False
