"""Tickets as they were just before an agent got them, and who else could have got them.

This is the question that dispatch asks of the model, put to the past: the same ticket at the same
moment with one agent or another, of whom one really got it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.codes import forward_fill
from features.frame import pair_frame
from features.stream import DAY
from features.timeline import Timeline, group_starts
from features.view import PairView, agents_at, tickets_at
from model.calibration import EDGE
from training.moments import MINUTE_US, Bool, Float, Int
from training.study.study import Study

ACTIVE: Final = 30 * DAY
"""Whoever was given a ticket in this time could have been given another."""

NEW, BEFORE, COLLEAGUES = 0, 1, 2
"""Columns of `Exchange.agents`: who got it, who had it before, and from here on who else could."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """Test tickets a microsecond before they went to an agent; n moments, k agents asked about.

    `ticket` (n,) row in `Labels`; `at_us` (n,); `late` (n,) 1 or 0, what became of the ticket;
    `agents` (n, k) codes of the history, -1 for nobody; `x` (n * k, p) the features of each pair.
    """

    ticket: Int
    at_us: Int
    late: Float
    agents: Int
    x: Float

    @property
    def handed_over(self) -> Bool:
        """(n,) whether another agent had the ticket before."""
        return np.asarray(self.agents[:, BEFORE] >= 0)

    def take(self, some: Bool) -> Exchange:
        """The moments of a mask (n,)."""
        pairs = np.repeat(some, self.agents.shape[1])
        return Exchange(
            self.ticket[some], self.at_us[some], self.late[some], self.agents[some], self.x[pairs]
        )

    def log_odds(self, risk: Callable[[Float], Float]) -> Float:
        """(n, k) log-odds of the risk with each agent; NaN for nobody."""
        p = np.clip(risk(self.x), EDGE, 1.0 - EDGE).reshape(self.agents.shape)
        return np.where(self.agents >= 0, np.log(p) - np.log1p(-p), np.nan)


def exchanges(study: Study, colleagues: int = 12, most: int = 5_000) -> Exchange:
    """At most so many moments, each with so many colleagues of the new agent's team.

    Left out are tickets whose promise was known to be kept or broken at the moment, and those
    resolved within the burst that began with it: there nobody could have been asked.
    """
    history, seed = study.history, study.config.seed
    line = history.timeline
    row, ticket = _given(study)
    some = _asked(study, ticket, line.time[row] - 1)
    row, ticket = row[some], ticket[some]
    if row.size > most:
        kept = np.sort(np.random.default_rng(seed).choice(row.size, most, replace=False))
        row, ticket = row[kept], ticket[kept]
    at, new, before = line.time[row] - 1, line.facts["owner"][row], _held_before(line)[row]
    others = _colleagues(study, new, at, colleagues, seed)
    agents = np.column_stack([new, np.where(before == new, -1, before), others])
    late = study.data.labels.timeout(study.test.known_by_us).value[ticket].astype(np.float64)
    return Exchange(ticket, at, late, agents, _features(study, line.ticket[row], at, agents))


def _given(study: Study) -> tuple[Int, Int]:
    """Timeline rows at which a test ticket gets an owner, or another one; its row in `Labels`."""
    history, labels = study.history, study.data.labels
    line = history.timeline
    owner = line.facts["owner"]
    row = np.flatnonzero((owner >= 0) & (owner != line.before("owner")) & ~line.first_rows())
    ids = history.names["ticket"].names(line.ticket[row])
    ticket = pd.Index(labels.ticket_id).get_indexer(pd.Index(ids)).astype(np.int64)
    tested = (ticket >= 0) & study.test.has(labels.created_us[ticket])
    return row[tested], ticket[tested]


def _asked(study: Study, ticket: Int, at: Int) -> Bool:
    labels, burst = study.data.labels, study.config.landmarks.burst_minutes
    verdict = labels.timeout(study.test.known_by_us)
    undecided = (verdict.value[ticket] >= 0) & (verdict.known_us[ticket] > at)
    stays = labels.open_at(ticket, at + int(burst * MINUTE_US))
    return np.asarray(undecided & (labels.due_us[ticket] > at) & stays)


def _held_before(line: Timeline) -> Int:
    """Per timeline row the last agent who had the ticket before it, -1 for none."""
    owner = line.facts["owner"]
    held = forward_fill(owner >= 0, group_starts(line.ticket))
    earlier = np.where(line.first_rows(), -1, np.roll(held, 1))
    return np.where(earlier >= 0, owner[np.maximum(earlier, 0)], -1)


def _colleagues(study: Study, new: Int, at: Int, many: int, seed: int) -> Int:
    """(n, many) random agents, active and of the new agent's team; -1 where there are fewer."""
    history = study.history
    everyone = np.arange(len(history.names["agent"]))
    agent, moment = np.tile(everyone, at.size), np.repeat(at, everyone.size)
    shape = (at.size, everyone.size)
    active = (history.count("assignment", "agent", agent, moment, ACTIVE) > 0).reshape(shape)
    team = history.ledger.team(agent, moment).reshape(shape)
    fits = active & (team == history.ledger.team(new, at)[:, None]) & (everyone != new[:, None])
    lot = np.where(fits, np.random.default_rng(seed).random(shape), np.inf)
    drawn = np.argsort(lot, axis=1)[:, :many]
    return np.where(np.take_along_axis(fits, drawn, axis=1), drawn, -1).astype(np.int64)


def _features(study: Study, tickets: Int, at: Int, agents: Int) -> Float:
    """As `model.assess` asks: every agent but the owner of the moment would be a change."""
    history = study.history
    view = tickets_at(history, tickets, at)
    t = np.repeat(np.arange(at.size), agents.shape[1])
    agent = agents.ravel()
    a = np.where(agent >= 0, np.arange(agent.size), -1)
    pairs = PairView(view, agents_at(history, agent, at[t]), t, a, agent != view.owner[t])
    return pair_frame(history, study.encoder, pairs).values
