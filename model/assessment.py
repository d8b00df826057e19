"""What the decision asks of the features and the models, as protocols: the seam for fakes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from features.history import History
from features.snapshot import Snapshot
from features.waits import Waits
from model.alert_table import AlertTable
from model.columns import Bools, Floats, Ints
from model.decision import Reason, Version
from model.dimensions import Skill
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
    def skill(self) -> Skill:
        """How well each agent handles each ticket: `skill(ticket rows, agent rows)`."""

    @property
    def load(self) -> Floats:
        """(n_a,) how much room the agent has."""


class AssessorLike(Protocol):
    """A snapshot assessed: rows are its tickets and agents, in its order."""

    def as_is(self) -> RiskLike:
        """The risk of every ticket left as it is, (n_t,)."""

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """The risk of ticket `t_idx[i]` if it goes to agent `a_idx[i]`, (n,)."""

    def matrix(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """The timeout and the escalation risk of tickets with every agent, (n, n_a) each."""

    def ready(self) -> None:
        """Compute what pairs share, so that the time of some tells the time of the rest."""

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """Risks (n,) of timeout and escalation below which no other agent brings these tickets.

        0 where none is known.
        """

    def delayed(self, hours: Floats) -> Floats:
        """The timeout risk of each ticket as it is if it is begun `hours` (g,) later: (n_t, g).

        Never falls along a row; the first column is that of `as_is` where `hours[0]` is 0.
        """

    def begun(self, t_idx: Ints, a_idx: Ints, hours: Floats) -> Floats:
        """The timeout risk of ticket `t_idx[i]` if `a_idx[i]` begins it in `hours[i]` (n, g).

        `hours` rise along a row, and the risk never falls. It is lower than the risk of a pair,
        which may lie for long: what is begun today is mostly done in time.
        """

    def eased(self, t_idx: Ints, hours: Floats) -> Floats:
        """The timeout risk of ticket `t_idx[i]` as it is if `hours[i]` were gained, (n,).

        Never above that of `as_is`; a promise that is broken stays broken. A ticket without a
        promise is taken to have waited so much less.
        """

    def waits(self) -> Waits:
        """How long each ticket would wait for its customer, or for a department, (n_t,)."""

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """Working hours that agent `a_idx[i]` needs for ticket `t_idx[i]` before the next, (n,)."""

    def changed_since(self, at_us: Ints) -> Bools:
        """(n_t,) whether the customer called again, or category, priority or promise changed.

        Since `at_us` (n_t,), microseconds since 1970, as far as the history knows.
        """

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
    def alert_table(self) -> AlertTable | None:
        """What the model learned of alerts; None for nothing."""

    @property
    def history(self) -> History:
        """What happened so far."""

    def with_history(self, history: History) -> Desk:
        """The same desk, knowing this history."""

    def complete(self, snapshot: Snapshot) -> Snapshot:
        """The same tickets and agents, with what the caller left out and the history knows."""

    def assess(self, snapshot: Snapshot) -> AssessorLike:
        """The assessor of a screened and completed snapshot."""

    def with_policy(self, policy: Policy) -> Desk:
        """The same desk under another policy."""
