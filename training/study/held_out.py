"""What forests say that never saw the agent they are asked about, nor any agent's name.

A forest that knows an agent's name can learn by heart what happened to that agent's tickets. One
that saw none of them can only go by what is measured of everyone: skill, tenure, load.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.risk import Forest, sigmoid
from training.moments import Bool, Float, Int
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
    for number in range(FOLDS):
        mine = fold[exchange.agents[:, NEW]] == number
        forest = _without(study, fold == number)
        part = exchange.take(mine)
        found[mine] = part.log_odds(lambda x, f=forest: sigmoid(f.raw(x[:, keep])))  # type: ignore[misc]  # a default binds the forest now
    return found


def _without(study: Study, agents: Bool) -> Forest:
    """A forest that learned from no ticket which one of these agents (a,) ever had."""
    rows = training_rows(study, "timeout")
    landmarks = study.data.landmarks
    owner = _owners(study)
    theirs = np.zeros(len(study.data.labels), bool)
    theirs[landmarks.ticket[(owner >= 0) & agents[owner]]] = True
    table = study.data.without(NAME).table(rows)
    return regrow(study, "timeout", table.take(~theirs[landmarks.ticket[rows.row]]))


def _owners(study: Study) -> Int:
    """(m,) who had the ticket at each landmark, -1 for nobody."""
    history, data = study.history, study.data
    ids = data.labels.ticket_id[data.landmarks.ticket].tolist()
    row = history.row(history.names["ticket"].codes(ids), data.landmarks.time_us)
    return np.where(row >= 0, history.timeline.facts["owner"][np.maximum(row, 0)], -1)
