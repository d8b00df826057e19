"""Whether the agent's part of a risk orders what became of the tickets.

The log-odds of a risk with an agent are split in two: the ticket's part, as if dealt at random
within the team, and the agent's part, the rest. Outcomes are regressed on both (a calibration
slope: Cox, 1958, *Two further applications of a model for binary regression*). A slope of the
agent's part of 1: real and well scaled; between 0 and 1: real, overstated; 0: noise.

A negative control (Lipsitch, Tchetgen and Cohen, 2010) stands in the same regression: the part of
an agent who did *not* have the ticket from then on. Where that orders the outcome as well, agents
stand for kinds of tickets, and the agent's slope may be no more than that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.words import Words
from model.risk import sigmoid
from training.moments import Bool, Float
from training.study.exchange import BEFORE, COLLEAGUES, NEW, Exchange
from training.study.intervals import Interval
from training.study.resample import Resamples, aucs, slopes

FEWEST: Final = 50
"""Moments, and FEWEST / 5 of either outcome, below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the agent's part was worth at some moments, with intervals over agents.

    `agent` and `control` are slopes; `gain` is the AUC of the risk with the agent minus the AUC
    of the ticket's part.
    """

    key: str
    name: Words
    moments: int
    agents: int
    late: float
    agent: Interval
    control: Interval
    gain: Interval

    @property
    def shown(self) -> bool:
        """Whether the outcomes follow the agent: the slope's interval lies above 0."""
        return self.agent.low > 0.0

    @property
    def confounded(self) -> bool:
        """Whether they follow an agent who was not there."""
        return self.control.low > 0.0

    @property
    def overstated(self) -> bool:
        """Whether the model makes more of the agent than the outcomes do."""
        return self.agent.high < 1.0


def ticket_part(log_odds: Float) -> Float:
    """(n,) log-odds of the mean risk over the new agent and the colleagues asked about.

    The new agent counts among them: left out, the noise of the few colleagues drawn would by
    itself make the agent's part look real.

    >>> ticket_part(np.array([[0.0, np.nan, 0.0]])).tolist()
    [0.0]
    """
    p = np.delete(sigmoid(log_odds), BEFORE, axis=1)
    here = ~np.isnan(p)
    mean = np.where(here, p, 0.0).sum(axis=1) / np.maximum(here.sum(axis=1), 1)
    return np.asarray(np.log(mean) - np.log1p(-mean), dtype=np.float64)


def weigh(
    key: str, name: Words, exchange: Exchange, log_odds: Float, some: Bool, seed: int
) -> Evidence | None:
    """The evidence of some moments (n,); None where too few to tell.

    Args:
        key: names its metrics.
        name: what people read.
        exchange: the moments.
        log_odds: (n, k) as `Exchange.log_odds`.
        some: which moments; those without a colleague to compare with are left out.
        seed: of the resamples.
    """
    some = some & (exchange.agents[:, COLLEAGUES:] >= 0).any(axis=1)
    late, z, agent = exchange.late[some], log_odds[some], exchange.agents[some, NEW]
    if late.size < FEWEST or min(late.sum(), (1.0 - late).sum()) < FEWEST / 5:
        return None
    ticket = ticket_part(z)
    other = np.where(np.isnan(z[:, BEFORE]), z[:, COLLEAGUES], z[:, BEFORE])
    columns = np.column_stack([ticket, z[:, NEW] - ticket, other - ticket])
    resamples = Resamples.of(agent, seed)
    found = slopes(columns, late, resamples)
    one = np.ones(late.size)
    gain = aucs(late, z[:, NEW], one, resamples) - aucs(late, ticket, one, resamples)
    return Evidence(
        key=key,
        name=name,
        moments=int(late.size),
        agents=int(np.unique(agent).size),
        late=float(late.mean()),
        agent=Interval.of(found[:, 1]),
        control=Interval.of(found[:, 2]),
        gain=Interval.of(gain),
    )
