"""Which stage of a decision gives way when time runs short.

The ladder, by the share of `deadline_ms` that is gone:

- 0.6: risks of pairs come from the risk as it is and the difference in skill (`risk_model`);
- 0.8: the plan is greedy by regret instead of optimal (`optimiser`), and the ETA of a ticket that
  changes hands is the one it had (`risk_model`);
- 0.9: tickets not yet explained stay without reasons (`risk_model`, whose reasons they are).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

Clock = Callable[[], float]
"""Seconds from any fixed moment on."""

RISKS_UNTIL: Final = 0.6
PLAN_UNTIL: Final = 0.8
EXPLAIN_UNTIL: Final = 0.9


@dataclass(slots=True)
class Watch:
    """The time gone, as a share of the deadline, and what gave way to it."""

    clock: Clock
    deadline_ms: float
    started: float = field(init=False)
    lapped: float = field(init=False)
    timings_ms: dict[str, float] = field(default_factory=dict)
    gave_way: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started = self.lapped = self.clock()

    def share(self) -> float:
        """The share of the deadline that is gone; a deadline of 0 is past at once."""
        gone = (self.clock() - self.started) * 1000
        return gone / self.deadline_ms if self.deadline_ms > 0 else 1.0

    def lap(self, name: str) -> None:
        """Note the milliseconds since the last lap under a name."""
        now = self.clock()
        self.timings_ms[name] = (now - self.lapped) * 1000
        self.lapped = now

    def give_way(self, stage: str) -> None:
        """Note that a stage was left out; once is enough."""
        if stage not in self.gave_way:
            self.gave_way.append(stage)
