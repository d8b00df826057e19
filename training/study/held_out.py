"""What forests say that never saw the agent they are asked about, nor any agent's name.

A forest that knows an agent's name can learn by heart what happened to that agent's tickets. One
that saw none of them can only go by what is measured of everyone: skill, tenure, load.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.risk import Forest, sigmoid
from training.moments import Bool, Float
from training.study.exchange import NEW, Exchange
from training.study.refit import regrow, training_rows
from training.study.study import Study

FOLDS: Final = 5
NAME: Final = ("agent",)


def held_out_log_odds(study: Study, exchange: Exchange) -> Float:
    """(n, k) log-odds as `Exchange.log_odds`, each moment asked of a forest of its own fold.

    The agents are dealt into `FOLDS`; the forest of a fold learns from no ticket that one of its
    agents ever had, and is asked about the moments at which one of them got a ticket.
    """
    everyone = len(study.history.names["agent"])
    fold = np.random.default_rng(study.config.seed).permutation(everyone) % FOLDS
    keep = [i for i, name in enumerate(study.data.names) if name not in NAME]
    found = np.full(exchange.agents.shape, np.nan)
    fold_of_new = fold[exchange.agents[:, NEW]]
    for number in np.unique(fold_of_new):
        mine = fold_of_new == number
        forest = _without(study, fold == number)
        part = exchange.take(mine)
        found[mine] = part.log_odds(lambda x, f=forest: sigmoid(f.raw(x[:, keep])))  # type: ignore[misc]  # a default binds the forest now
    return found


def _without(study: Study, agents: Bool) -> Forest:
    """A forest that learned from no ticket which one of these agents (a,) ever had."""
    rows = training_rows(study, "timeout")
    table = study.data.without(NAME).table(rows)
    ticket = study.data.landmarks.ticket[rows.row]
    return regrow(study, "timeout", table.take(~ever_of(study, agents)[ticket]))


def ever_of(study: Study, agents: Bool) -> Bool:
    """(tickets,) in the order of `Labels`: whether one of the agents (a,) ever had the ticket."""
    line, names = study.history.timeline, study.history.names["ticket"]
    owner = line.facts["owner"]
    theirs = np.zeros(len(names), bool)
    theirs[line.ticket[(owner >= 0) & agents[owner]]] = True
    return theirs[names.codes(study.data.labels.ticket_id.tolist())]
