"""What the decision asks of the features and the models, as protocols: the seam for fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from features.history import History
from features.snapshot import Snapshot
from model.columns import Floats, Ints
from model.decision import Reason, Version
from model.policy import Policy


class ChanceLike(Protocol):
    """Calibrated probabilities, one array element a row asked for."""

    @property
    def timeout(self) -> Floats:
        """Probability that the promised time is missed."""

    @property
    def escalation(self) -> Floats:
        """Probability that the ticket is escalated."""


class RiskLike(ChanceLike, Protocol):
    """Also the hours until closed, read for few pairs only: they may be computed when read."""

    @property
    def eta_p50_hours(self) -> Floats:
        """Hours from `as_of` by which it is closed with probability 0.5."""

    @property
    def eta_p90_hours(self) -> Floats:
        """Hours from `as_of` by which it is closed with probability 0.9."""


class DimensionsLike(Protocol):
    """The four dimensions in [0, 1]; more is better: a high `load` is an agent with room."""

    @property
    def value(self) -> Floats:
        """(n_t,) what the customer is worth."""

    @property
    def urgency(self) -> Floats:
        """(n_t,) how soon the ticket must be handled."""

    @property
    def skill(self) -> Floats:
        """(n_t, n_a) how well the agent handles such tickets."""

    @property
    def load(self) -> Floats:
        """(n_a,) how much room the agent has."""


class AssessorLike(Protocol):
    """A snapshot assessed: rows are its tickets and agents, in its order."""

    def as_is(self) -> RiskLike:
        """The risk of every ticket left as it is, (n_t,)."""

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """The risk of ticket `t_idx[i]` if it goes to agent `a_idx[i]`, (n,)."""

    def delayed(self, hours: Floats) -> Floats:
        """The timeout risk of each ticket as it is if it is begun `hours` (g,) later: (n_t, g).

        Never falls along a row; the first column is that of `as_is` where `hours[0]` is 0.
        """

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """Working hours that agent `a_idx[i]` needs for ticket `t_idx[i]` before the next, (n,)."""

    def dimensions(self) -> DimensionsLike:
        """The four dimensions of every ticket and agent."""

    def reasons(self, t_idx: Ints, a_idx: Ints, top: int) -> Sequence[tuple[Reason, ...]]:
        """The `top` terms of each timeout risk; agent -1 stands for the ticket as it is."""


class Desk(Protocol):
    """What is served: a policy, a model, and the way a snapshot is assessed with them."""

    @property
    def policy(self) -> Policy:
        """What ops decided."""

    @property
    def model(self) -> Version:
        """The name and version of the risk model."""

    @property
    def history(self) -> History:
        """What happened so far."""

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """The same tickets and agents, with what the caller left out and the history knows."""

    def assess(self, snapshot: Snapshot) -> AssessorLike:
        """The assessor of a screened and completed snapshot."""
