"""Who and what is new: values that no record of their own is behind, and what stands in for it.

A rate is shrunk to a prior (`features.skill`, `features.precedent`), so an agent or a category
without a verdict in the window has the prior itself, and without a closure the usual hours of
others. People must be told, or they would take the team's rate for the agent's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.history import History
from features.precedent import WINDOW
from features.stream import Ints
from features.view import PairView

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """When the value of a term (`features.catalog.TERMS`) is a prior, and whose, in words.

    `new` gives, (n,), for which pairs nothing of their own is known from `(t - 90 d, t]`.
    """

    term: str
    new: Callable[[History, PairView], Bools]
    words: str
    words_zh: str


def new_agent(history: History, pairs: PairView) -> Bools:
    """Somebody has the ticket, of whom nothing was judged."""
    return _unjudged(history, "agent", pairs.agent, pairs.at) & (pairs.a >= 0)


def new_agent_of_a_known_team(history: History, pairs: PairView) -> Bools:
    """The same, but of the team something was."""
    team = pairs.of_agent(pairs.agents.team)
    return new_agent(history, pairs) & ~_unjudged(history, "team", team, pairs.at)


def new_to_closing(history: History, pairs: PairView) -> Bools:
    """Somebody has the ticket, who closed none."""
    return _unclosed(history, "agent", pairs.agent, pairs.at) & (pairs.a >= 0)


def new_to_closing_in_a_known_team(history: History, pairs: PairView) -> Bools:
    """The same, but the team closed some."""
    team = pairs.of_agent(pairs.agents.team)
    return new_to_closing(history, pairs) & ~_unclosed(history, "team", team, pairs.at)


def new_in_the_category(history: History, pairs: PairView) -> Bools:
    """Somebody has the ticket, of whose tickets in the category nothing was judged."""
    key = history.ledger.pair_key(pairs.agent, pairs.category)
    return _unjudged(history, "agent_category", key, pairs.at) & (pairs.a >= 0)


def new_category(history: History, pairs: PairView) -> Bools:
    """Nothing of the category was judged."""
    return _unjudged(history, "category", pairs.category, pairs.at)


def _unjudged(history: History, by: str, keys: Ints, at: Ints) -> Bools:
    return np.equal(history.total("verdict", "tickets", by, keys, at, WINDOW), 0)


def _unclosed(history: History, by: str, keys: Ints, at: Ints) -> Bools:
    return np.equal(history.count("closure", by, keys, at, WINDOW), 0)


NEWCOMERS: Final = (
    Newcomer(
        "agent_late_rate", new_agent_of_a_known_team,
        "no verdicts in 90 days: the team's rate", "近 90 天无记录，取班组均值",
    ),
    Newcomer(
        "agent_late_rate", new_agent,
        "no verdicts in 90 days: the desk's rate", "近 90 天无记录，取全台均值",
    ),
    Newcomer(
        "agent_handling_hours", new_to_closing_in_a_known_team,
        "none closed in 90 days: the team's", "近 90 天无结案，取班组均值",
    ),
    Newcomer(
        "agent_handling_hours", new_to_closing,
        "none closed in 90 days: the desk's", "近 90 天无结案，取全台均值",
    ),
    Newcomer(
        "agent_category_late_rate", new_in_the_category,
        "no verdicts in 90 days: from the agent's and the category's rates",
        "近 90 天无记录，按坐席与类别的超时率推算",
    ),
    Newcomer(
        "category", new_category,
        "no verdicts in 90 days: the desk's rate", "近 90 天无记录，取全台均值",
    ),
)  # fmt: skip
"""Of the lines of one term the first that holds is said."""
