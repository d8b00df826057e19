"""What changes while the desk runs: cases, agents at work, and the rows of the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from experiments.simulator.params import HOUR_S

CONTACT_WINDOW_S = 72 * HOUR_S


class Row(NamedTuple):
    """One thing that happened to a ticket; positions are -1 and texts "" where absent."""

    time: int
    type: str
    ticket: int
    agent: int = -1
    state: str = ""
    party: str = ""
    due: int = -1
    priority: str = ""
    contact: int = -1
    to: str = ""


@dataclass(slots=True)
class Step:
    """A stretch of a case's way: own `work` (seconds of an average agent) or a `wait`."""

    kind: str  # "work", "customer" or "party"
    seconds: float
    party: str = ""
    number: int = -1


@dataclass(slots=True)
class Asked:
    """A department's part of a case; `number` is its place among the category's parties.

    `ends` (latent) is when it will have answered, `stamp` makes outdated appointments void,
    `nudges` counts how often it was asked again, and `asked` is when it was last.
    """

    party: str
    number: int
    requested: int
    due: int
    ends: int
    stamp: int
    asked: int
    done: int | None = None
    nudges: int = 0


@dataclass(slots=True)
class Case:
    """An open ticket. `steps` is latent; `stamp` makes outdated appointments void."""

    ticket: int
    state: str
    since: int
    steps: list[Step]
    agent: int = -1
    assigned_at: int = -1
    at: int = 0
    stamp: int = 0
    started: int = -1
    needed: int = 0
    owners: int = 0
    reopenings: int = 0
    contacts: int = 0
    spoken: int = 0
    escalated: bool = False
    closed: bool = False
    ends: int = -1  # of the customer's present wait, latent
    asked: int = -1  # when the customer was last asked
    chases: int = 0
    parties: list[Asked] = field(default_factory=list)

    @property
    def parked(self) -> bool:
        """Whether it waits for somebody outside the desk."""
        return self.state in ("waiting_customer", "internal_collaboration")

    @property
    def step(self) -> Step:
        """Where on its way the case is."""
        return self.steps[self.at]

    @property
    def begun(self) -> bool:
        """Whether somebody has worked on it since it came, or came back."""
        return self.at > 0 or self.started >= 0

    @property
    def next_work(self) -> Step:
        """The present or the next stretch of work; every way ends with one."""
        return next(step for step in self.steps[self.at :] if step.kind == "work")

    @property
    def pending(self) -> list[Asked]:
        """The departments that were asked and have not answered."""
        return [asked for asked in self.parties if asked.done is None]

    @property
    def unasked(self) -> list[Step]:
        """The departments still to be asked in this stretch of waiting, in turn."""
        if self.state != "internal_collaboration":
            return []
        rest = self.steps[self.at + 1 :]
        return list(takewhile(lambda step: step.kind == "party", rest))

    def enter(self, state: str, now: int) -> None:
        """Change state; going from one department to the next is no change."""
        if state != self.state or not self.parked:
            self.state, self.since = state, now


@dataclass(slots=True)
class Worker:
    """An agent at work: the case in hand, the cases that could be begun, the planned order.

    `worked` are the seconds at cases so far, the one in hand left out.
    """

    current: Case | None = None
    ready: list[Case] = field(default_factory=list)
    order: dict[int, int] = field(default_factory=dict)
    wakes: int = -1
    worked: int = 0

    def next_case(self) -> Case | None:
        """The first of the planned order; cases outside the plan follow, oldest first."""
        return min(self.ready, key=self.rank, default=None)

    def rank(self, case: Case) -> tuple[int, int]:
        """Where a case comes in the order of work."""
        return self.order.get(case.ticket, len(self.order)), case.ticket
