"""The frame of all hand-overs in parts: what hangs on the ticket, the agent, or little more.

A desk of 10,000 tickets and 500 agents has 5 million pairs, but once a ticket changes hands
nearly every feature hangs on the ticket alone, the agent alone, or the agent and the category.
Each is computed once there, by the same functions as the rows of `features.frame`; the few
features of the true pair are computed when asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from features.catalog import CATALOG
from features.frame import Encoder, column
from features.history import History
from features.spec import Side
from features.stream import Floats, Ints
from features.view import AgentView, PairView, TicketView


@cache
def places(side: Side) -> tuple[int, ...]:
    """The catalog's columns that hang on a side, once the ticket changes hands.

    The columns of a frame that are not the catalog's all hang on the ticket.
    """
    return tuple(place for place, spec in enumerate(CATALOG) if spec.side == side)


@dataclass(frozen=True, eq=False)
class HandOvers:
    """Every ticket of one moment as if it went to an agent who does not own it.

    `as_is` (n_t, p) is the frame of the tickets as they are, which tells most of theirs already.
    The columns of a part are the `places` of its side, in order; the ticket's has all p.
    """

    history: History
    encoder: Encoder
    tickets: TicketView
    agents: AgentView
    as_is: Floats

    @cached_property
    def ticket(self) -> Floats:
        """What hangs on the ticket alone, (n_t, p); in the other columns the ticket as it is."""
        part, rows = self.as_is.copy(), np.arange(len(self.tickets))
        changed = [place for place in places("ticket") if CATALOG[place].scope == "pair"]
        part[:, changed] = self._columns(changed, rows, np.zeros_like(rows))
        return part

    @cached_property
    def agent(self) -> Floats:
        """What hangs on the agent alone, (n_a, q)."""
        rows = np.arange(len(self.agents))
        return self._columns(places("agent"), np.zeros_like(rows), rows)

    @cached_property
    def categories(self) -> tuple[Ints, Ints]:
        """Which of the desk's categories each ticket has, (n_t,), and a ticket of each, (n_c,)."""
        codes = self.tickets.named["category"]
        _, like, which = np.unique(codes, return_index=True, return_inverse=True)
        return which.astype(np.int64), like.astype(np.int64)

    def cell(self, category: int) -> Floats:
        """What hangs on each agent and one of the desk's categories, (n_a, q)."""
        rows = np.arange(len(self.agents))
        return self._columns(places("cell"), np.full_like(rows, self.categories[1][category]), rows)

    def pair(self, t: Ints, a: Ints) -> Floats:
        """What hangs on the ticket and the agent, (n, q)."""
        return self._columns(places("pair"), t, a)

    def rows(self, t: Ints, a: Ints) -> Floats:
        """The rows of `features.frame.pair_frame`, equal to the bit, put together; (n, p)."""
        rows = self.ticket[t]
        rows[:, places("agent")] = self.agent[a]
        true_pair = (*places("cell"), *places("pair"))
        rows[:, true_pair] = self._columns(true_pair, t, a)
        return rows

    def _columns(self, wanted: Sequence[int], t: Ints, a: Ints) -> Floats:
        pairs = PairView(self.tickets, self.agents, t, a, np.ones(t.size, bool))
        found = np.empty((t.size, len(wanted)), np.float64)
        for place, own in enumerate(wanted):
            found[:, place] = column(CATALOG[own], self.history, self.encoder, pairs)
        return found
