"""How long the steps of a run take, and what is told while they do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from training.recipe import Progress

Clock = Callable[[], float]


@dataclass(eq=False)
class Stopwatch:
    """Seconds per step, and the words that tell how far the run is."""

    clock: Clock
    tell: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = 0.0
    _step: str = ""

    def start(self, step: str) -> None:
        """End the step before, begin this one, and tell its name."""
        self.stop()
        self._since, self._step = self.clock(), step
        self.tell(step)

    def stop(self) -> None:
        """End the last step."""
        if self._step:
            spent = self.seconds.get(self._step, 0.0)
            self.seconds[self._step] = spent + self.clock() - self._since
        self._step = ""
