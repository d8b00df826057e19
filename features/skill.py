"""Skill: what the outcomes say of an agent, overall and in a category, and how surely.

Rates are shrunk: the agent's to the team's, the team's to the desk's, the agent's in a category
to what the category and the agent lead one to expect. Every rate looks back over a window, so
drift shows, and reads only verdicts that were known at the moment.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from features.history import History, shrunk_rate
from features.lately import lately
from features.precedent import (
    RECENT,
    WINDOW,
    desk_late,
    desk_log_hours,
    kind_late,
    kind_log_hours,
    late_share,
    log_hours,
)
from features.spec import FeatureSpec
from features.stream import Floats, Ints
from features.view import AgentView, PairView

TEAM_STRENGTH: Final = 20.0
AGENT_STRENGTH: Final = 10.0
PAIR_STRENGTH: Final = 5.0
"""How many judged tickets the prior of a team, an agent and a pair weighs."""


def team_late(history: History, teams: Ints, at: Ints, window: int = WINDOW) -> Floats:
    """Late share of the team, shrunk to the desk's."""
    return late_share(
        history, "team", teams, at, desk_late(history, at, window), TEAM_STRENGTH, window
    )


@lately
def agent_late(
    history: History, agents: Ints, teams: Ints, at: Ints, window: int = WINDOW
) -> Floats:
    """Late share of the agent, shrunk to the team's: a newcomer has the team's."""
    prior = team_late(history, teams, at, window)
    return late_share(history, "agent", agents, at, prior, AGENT_STRENGTH, window)


@lately
def pair_late(  # the four codes and the moment name the pair
    history: History, agents: Ints, teams: Ints, categories: Ints, at: Ints
) -> Floats:
    """Late share of the agent in the category.

    Shrunk to the category's share times how the agent compares with the desk, at most 0.98.
    """
    relative = agent_late(history, agents, teams, at) / np.maximum(desk_late(history, at), 1e-6)
    prior = np.minimum(kind_late(history, "category", categories, at) * relative, 0.98)
    key = history.ledger.pair_key(agents, categories)
    return late_share(history, "agent_category", key, at, prior, PAIR_STRENGTH, WINDOW)


@lately
def pair_judged(history: History, agents: Ints, categories: Ints, at: Ints) -> Ints:
    """How many of the agent's tickets in the category were judged in the window."""
    key = history.ledger.pair_key(agents, categories)
    return history.total("verdict", "tickets", "agent_category", key, at, WINDOW)


def beta_deviation(mean: Floats, trials: Ints, strength: float) -> Floats:
    """Standard deviation of a Beta posterior with this mean after `trials`.

    >>> beta_deviation(np.array([0.5]), np.array([0]), 3.0).tolist()
    [0.25]
    """
    return np.sqrt(mean * (1.0 - mean) / (np.maximum(trials, 0) + strength + 1.0))


def agent_late_rate(history: History, agents: AgentView) -> Floats:
    """Share of the agent's tickets judged in `(t - 90 d, t]` that were late."""
    return agent_late(history, agents.agent, agents.team, agents.at)


def agent_late_rate_recent(history: History, agents: AgentView) -> Floats:
    """The same over `(t - 14 d, t]`, so that drift shows."""
    return agent_late(history, agents.agent, agents.team, agents.at, RECENT)


def agent_late_deviation(history: History, agents: AgentView) -> Floats:
    """How uncertain the agent's late share is."""
    judged = history.total("verdict", "tickets", "agent", agents.agent, agents.at, WINDOW)
    return beta_deviation(agent_late_rate(history, agents), judged, AGENT_STRENGTH)


def agent_handling_hours(history: History, agents: AgentView) -> Floats:
    """Usual hours from getting a ticket to closing it (geometric mean, shrunk to the team's)."""
    desk = desk_log_hours(history, agents.at)
    team = log_hours(history, "team", agents.team, agents.at, desk, TEAM_STRENGTH)
    return np.asarray(
        np.exp(log_hours(history, "agent", agents.agent, agents.at, team, AGENT_STRENGTH)),
        np.float64,
    )


def agent_first_time_rate(history: History, agents: AgentView) -> Floats:
    """Share of the agent's closures that did not come back, shrunk to the desk's."""
    at, desk = agents.at, np.zeros_like(agents.at)
    prior = _first_time(history, "desk", desk, at, 0.95, 1.0)
    return _first_time(history, "agent", agents.agent, at, prior, AGENT_STRENGTH)


@lately
def _first_time(  # as `late_share`
    history: History, by: str, keys: Ints, at: Ints, prior: Floats | float, weight: float
) -> Floats:
    closed = history.count("closure", by, keys, at, WINDOW)
    back = history.count("reopening", by, keys, at, WINDOW)
    return shrunk_rate(np.maximum(closed - back, 0), closed, prior, weight)


def agent_hand_over_rate(history: History, agents: AgentView) -> Floats:
    """Share of the tickets given to the agent that went on to somebody else."""
    at, desk = agents.at, np.zeros_like(agents.at)
    prior = _handed_on(history, "desk", desk, at, 0.2, 1.0)
    return _handed_on(history, "agent", agents.agent, at, prior, AGENT_STRENGTH)


@lately
def _handed_on(  # as `late_share`
    history: History, by: str, keys: Ints, at: Ints, prior: Floats | float, weight: float
) -> Floats:
    given = history.count("assignment", by, keys, at, WINDOW)
    gone = history.count("hand_over", by, keys, at, WINDOW)
    return shrunk_rate(np.minimum(gone, given), given, prior, weight)


def team_late_rate(history: History, agents: AgentView) -> Floats:
    """Late share of the agent's team."""
    return team_late(history, agents.team, agents.at)


def tenure_days(_history: History, agents: AgentView) -> Floats:
    """Days since the agent began."""
    return agents.tenure_days


def agent_category_late_rate(history: History, pairs: PairView) -> Floats:
    """Late share of the agent in the ticket's category; NaN with nobody."""
    teams = pairs.of_agent(pairs.agents.team)
    rate = pair_late(history, pairs.agent, teams, pairs.category, pairs.at)
    return np.where(pairs.a >= 0, rate, np.nan)


def agent_category_deviation(history: History, pairs: PairView) -> Floats:
    """How uncertain the agent's late share in the category is."""
    judged = pair_judged(history, pairs.agent, pairs.category, pairs.at)
    mean = agent_category_late_rate(history, pairs)
    return beta_deviation(mean, judged, PAIR_STRENGTH)


def agent_category_closed(history: History, pairs: PairView) -> Floats:
    """Tickets of the category that the agent closed in `(t - 90 d, t]`."""
    key = history.ledger.pair_key(pairs.agent, pairs.category)
    closed = history.count("closure", "agent_category", key, pairs.at, WINDOW)
    return np.where(pairs.a >= 0, closed, np.nan)


def agent_category_handling_hours(history: History, pairs: PairView) -> Floats:
    """Usual hours of the agent in the category, shrunk to the category's."""
    at, category = pairs.at, pairs.category
    usual = kind_log_hours(history, "category", category, at)
    key = history.ledger.pair_key(pairs.agent, category)
    hours = np.exp(log_hours(history, "agent_category", key, at, usual, PAIR_STRENGTH))
    return np.where(pairs.a >= 0, hours, np.nan)


def agent_code(_history: History, pairs: PairView) -> Ints:
    """Who has (or would have) the ticket."""
    return pairs.agent


def team_code(_history: History, pairs: PairView) -> Ints:
    """The team of the agent."""
    return pairs.of_agent(pairs.agents.team)


SPECS: Final = (
    FeatureSpec(
        "agent_late_rate", "agent", "skill", "share",
        "the agent's late share", "坐席超时率", agent_late_rate,
    ),
    FeatureSpec(
        "agent_late_rate_recent", "agent", "skill", "share",
        "the agent's late share in 14 days", "坐席近 14 天超时率", agent_late_rate_recent,
    ),
    FeatureSpec(
        "agent_late_deviation", "agent", "skill", "share",
        "uncertainty of the agent's late share", "坐席超时率的不确定度", agent_late_deviation,
    ),
    FeatureSpec(
        "agent_handling_hours", "agent", "skill", "h",
        "usual handling time of the agent", "坐席平均处理时长", agent_handling_hours,
    ),
    FeatureSpec(
        "agent_first_time_rate", "agent", "skill", "share",
        "the agent's share solved at once", "坐席一次解决率", agent_first_time_rate,
    ),
    FeatureSpec(
        "agent_hand_over_rate", "agent", "skill", "share",
        "the agent's share handed on", "坐席转派率", agent_hand_over_rate,
    ),
    FeatureSpec(
        "team_late_rate", "agent", "skill", "share",
        "late share of the team", "班组超时率", team_late_rate,
    ),
    FeatureSpec(
        "tenure_days", "agent", "skill", "d",
        "days since the agent began", "坐席在岗天数", tenure_days,
    ),
    FeatureSpec(
        "agent_category_late_rate", "pair", "skill", "share",
        "the agent's late share in the category", "坐席在该类别的超时率",
        agent_category_late_rate,
        moved="cell",
    ),
    FeatureSpec(
        "agent_category_deviation", "pair", "skill", "share",
        "uncertainty of the late share in the category", "该类别超时率的不确定度",
        agent_category_deviation,
        moved="cell",
    ),
    FeatureSpec(
        "agent_category_closed", "pair", "skill", "tickets",
        "the agent's tickets closed in the category", "坐席在该类别的结案数",
        agent_category_closed,
        moved="cell",
    ),
    FeatureSpec(
        "agent_category_handling_hours", "pair", "skill", "h",
        "usual handling time in the category", "坐席在该类别的处理时长",
        agent_category_handling_hours,
        moved="cell",
    ),
    FeatureSpec(
        "agent", "pair", "skill", "name", "agent", "坐席", agent_code, vocabulary="agent",
        moved="agent",
    ),
    FeatureSpec(
        "team", "pair", "skill", "name", "team", "班组", team_code, vocabulary="team",
        moved="agent",
    ),
)  # fmt: skip
