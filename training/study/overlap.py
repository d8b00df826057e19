"""Where agents and categories never met: there the risk of a pair is read off others.

No log can say how an agent does in a category that the agent never had. The model falls back on
the agent, the team and the category; how far it does is seen in how little the agents differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.history import History
from features.skill import pair_judged
from training.moments import Float, Int
from training.study.agent_words import OVERLAP_COLUMNS, OVERLAP_TITLE
from training.study.exchange import ACTIVE, BEFORE, NEW, Exchange
from training.study.section import Sheet
from training.study.study import Study

JUDGED: Final = (0, 1, 5, 20)
"""Edges of the groups by how many tickets of the pair were judged in 90 days."""
JUDGED_NAMES: Final = ("0", "1-4", "5-19", "20+")
FEWEST: Final = 20
"""Tickets that a category must have been dealt out to be listed."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Active agents (a) and categories (c) as of one moment.

    `given` (a, c) tickets ever given by then, `new_to_it` (c,) share of the test's tickets that
    went to an agent who never had one of the category before, NaN without any.
    """

    categories: tuple[str, ...]
    given: Int
    new_to_it: Float

    @property
    def effective(self) -> Float:
        """(c,) as how many equally busy agents the category is dealt out: exp of the entropy.

        >>> Overlap(("a", "b"), np.array([[5, 9], [5, 0]]), np.zeros(2)).effective.round().tolist()
        [2.0, 1.0]
        """
        share = self.given / np.maximum(self.given.sum(axis=0), 1)
        logs = np.log(np.where(share > 0, share, 1.0))
        return np.asarray(np.exp(-(share * logs).sum(axis=0)), dtype=np.float64)

    @property
    def unseen(self) -> Float:
        """(c,) share of the active agents who never had a ticket of the category."""
        return np.asarray((self.given == 0).mean(axis=0), dtype=np.float64)


def overlap(study: Study, exchange: Exchange) -> Overlap:
    """As of the beginning of the test, over categories that were ever dealt out."""
    history, at = study.history, study.test.start_us - 1
    everyone = np.arange(len(history.names["agent"]))
    active = everyone[_count(history, "agent", everyone, at, ACTIVE) > 0]
    categories = np.arange(len(history.names["category"]))
    agent, category = (grid.ravel() for grid in np.meshgrid(active, categories, indexing="ij"))
    key = history.ledger.pair_key(agent, category)
    given = _count(history, "agent_category", key, at).reshape(active.size, categories.size)
    seen = given.sum(axis=0) > 0
    names = [str(name) for name in history.names["category"].names(categories[seen])]
    return Overlap(tuple(names), given[:, seen], _new_to_it(study, exchange)[seen])


def _count(history: History, by: str, keys: Int, at: int, window: int | None = None) -> Int:
    return history.count("assignment", by, keys, np.full(keys.size, at), window)


def _new_to_it(study: Study, exchange: Exchange) -> Float:
    history = study.history
    category = category_of(study, exchange)
    known = category >= 0
    key = history.ledger.pair_key(exchange.agents[:, NEW], category)
    first = history.count("assignment", "agent_category", key, exchange.at_us) == 0
    size = len(history.names["category"])
    total = np.bincount(category[known], minlength=size)
    new = np.bincount(category[known], first[known], size)
    return np.where(total > 0, new / np.maximum(total, 1), np.nan)


def category_of(study: Study, exchange: Exchange) -> Int:
    """(n,) the history's code of the category in which each ticket was created, -1 unknown."""
    names = study.data.labels.category[exchange.ticket]
    return study.history.names["category"].codes(names.tolist())


def experience(study: Study, exchange: Exchange) -> Int:
    """(n, k) how many tickets of the pair were judged in the 90 days before."""
    k = exchange.agents.shape[1]
    category, at = category_of(study, exchange), exchange.at_us
    judged = pair_judged(
        study.history, exchange.agents.ravel(), np.repeat(category, k), np.repeat(at, k)
    )
    return judged.reshape(exchange.agents.shape)


def spread(log_odds: Float, judged: Int) -> Float:
    """(4,) standard deviation of the log-odds among the agents of one team, by `JUDGED`.

    Around the mean of all agents asked about at the same moment; NaN where none were.
    """
    z, judged = np.delete(log_odds, BEFORE, axis=1), np.delete(judged, BEFORE, axis=1)
    here = ~np.isnan(z)
    total = np.where(here, z, 0.0).sum(axis=1) / np.maximum(here.sum(axis=1), 1)
    off = np.where(here & (here.sum(axis=1) > 1)[:, None], z - total[:, None], np.nan)
    group = np.digitize(judged, JUDGED) - 1
    inside = [off[(group == i) & ~np.isnan(off)] for i in range(len(JUDGED))]
    return np.array([np.sqrt(np.mean(part**2)) if part.size else np.nan for part in inside])


def least_overlap(found: Overlap, most: int = 10) -> Sheet:
    """The categories that the fewest agents share, of those dealt out `FEWEST` times or more."""
    total = found.given.sum(axis=0)
    order = np.argsort(found.effective, kind="stable")
    rows = tuple(
        (
            found.categories[i],
            int(total[i]),
            int((found.given[:, i] > 0).sum()),
            float(found.effective[i]),
            float(found.unseen[i]),
            None if np.isnan(found.new_to_it[i]) else float(found.new_to_it[i]),
        )
        for i in order[total[order] >= FEWEST][:most]
    )
    return Sheet(OVERLAP_TITLE, OVERLAP_COLUMNS, rows)
