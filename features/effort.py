"""Effort: the working hours that one visit of a ticket keeps an agent busy.

A *visit* is a spell in progress (`features.hands`) that ends with the ticket closed or waiting for
somebody else. Its length is that of the category at this desk, times the agent's *pace*: the hours
that their visits took over what the same visits would have taken anybody, so that hard categories
make nobody slow. Every figure is shrunk to the wider one: agent and category to agent, agent to
team, team to desk, desk to a stated prior.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from features.history import History
from features.stream import DAY, HOUR, Floats, Ints

WINDOW: Final = 56 * DAY
USUAL_HOURS: Final = 1.0
"""A visit, before anything was learned."""
DESK_STRENGTH: Final = 20.0
"""How many visits the prior weighs against the desk's, and the desk's against a category's."""
AGENT_STRENGTH: Final = 10.0
"""How many visits the team's pace weighs against an agent's, and that against one category's."""
RANGE: Final = (0.25, 4.0)
"""Nobody is taken to be faster or slower than that, times the usual."""


def work_hours(history: History, agents: Ints, categories: Ints, at: int) -> Floats:
    """Working hours of a visit by each agent to a ticket of each category, as of `at`; (n,).

    Codes are those of `History.names`, -1 unknown (anybody, something usual). Reads visits that
    ended in `(at - 56 d, at]`.
    """
    n_agents, n_kinds = len(history.names["agent"]), len(history.names["category"])
    agent, kind = np.arange(-1, n_agents), np.arange(-1, n_kinds)
    desk = _shrunk(history, "desk", np.zeros(1, np.int64), at, USUAL_HOURS, DESK_STRENGTH)
    usual = _shrunk(history, "category", kind, at, desk, DESK_STRENGTH)
    weight = AGENT_STRENGTH * desk
    groups = np.arange(-1, len(history.ledger.team_names))
    team = _pace(history, "team_category", groups, at, usual, np.ones(1), weight)
    whose = history.ledger.team(agent, np.full(agent.size, at))
    pace = _pace(history, "agent_category", agent, at, usual, team[whose + 1], weight)
    prior = usual[categories + 1] * pace[agents + 1]
    pairs = history.ledger.pair_key(agents, categories)
    hours = _shrunk(history, "agent_category", pairs, at, prior, AGENT_STRENGTH)
    return hours.clip(RANGE[0] * usual[categories + 1], RANGE[1] * usual[categories + 1])


def _visits(history: History, by: str, keys: Ints, at: int) -> tuple[Floats, Ints]:
    """The hours worked in the key's visits, and their number."""
    stream = history.stream("visit", by)
    span = stream.span(keys, np.full(keys.size, at), WINDOW)
    return stream.over("worked", span) / HOUR, stream.over("visits", span)


def _shrunk(  # a look-up is named by key, moment, prior and its weight
    history: History, by: str, keys: Ints, at: int, prior: Floats | float, weight: float
) -> Floats:
    """The mean hours of the key's visits, shrunk to `prior` that weighs `weight` visits."""
    hours, visits = _visits(history, by, keys, at)
    return np.asarray((hours + weight * prior) / (visits + weight), np.float64)


def _pace(  # as `_shrunk`
    history: History, by: str, keys: Ints, at: int, usual: Floats, prior: Floats, weight: Floats
) -> Floats:
    """Hours over the usual hours of the same visits, shrunk to `prior` that weighs `weight` h.

    `usual` is by category, the unknown one first.
    """
    kinds = np.arange(usual.size - 1)
    pairs = history.ledger.pair_key(np.repeat(keys, kinds.size), np.tile(kinds, keys.size))
    table = (keys.size, kinds.size)
    hours, visits = (found.reshape(table) for found in _visits(history, by, pairs, at))
    pace = (hours.sum(axis=1) + weight * prior) / (visits @ usual[1:] + weight)
    return np.asarray(pace.clip(*RANGE), np.float64)
