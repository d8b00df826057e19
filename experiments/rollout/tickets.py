"""What a log says of each ticket, as the metrics of a release need it: arrays of (n,) tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from experiments.rollout.grid import Grid
from training.labels import Labels, label, micros
from training.moments import HOUR_US, NEVER, Float, Int, Moments

MARGIN_DAYS: Final = 90


@dataclass(frozen=True, slots=True, eq=False)
class Tickets:
    """Every created ticket, in the order of `labels`; (n,) each.

    `block` is that of the creation; `margin` what the customer brought in
    `(created - 90 d, created]`, at least 0; `owners` are the changes of owner, the first one
    included. `cutoff_us` is when a ticket is judged, `follow_us` how long each is followed from
    its creation, `slow_us` what nine in ten kept to before the release.
    """

    labels: Labels
    first: pd.DataFrame
    margin: Float
    owners: Moments
    block: Int
    cutoff_us: Int
    follow_us: int
    slow_us: int

    def __len__(self) -> int:
        return len(self.labels)

    def owners_by(self, time_us: Int) -> Int:
        """(n,) changes of owner in `(-inf, time]` of each ticket."""
        ticket = np.arange(len(self))
        begins = np.searchsorted(self.owners.ticket, ticket, side="left")
        last = self.owners.last_at(ticket, time_us)
        return np.where(last >= 0, last + 1 - begins, 0).astype(np.int64)


def tickets_of(
    events: pd.DataFrame, grid: Grid, follow_hours: float, past_us: int = NEVER
) -> Tickets:
    """The tickets of a log, each judged `follow_hours` after the end of its block.

    `past_us` ends the time that says how long tickets usually take.

    Raises:
        LogError: no ticket is created in this log.
    """
    labels = label(events)
    created = events[events["type"] == "ticket.created"].drop_duplicates("ticket_id")
    first = created.set_index("ticket_id").loc[labels.ticket_id.tolist()]
    follow_us = round(follow_hours * HOUR_US)
    block = grid.block_of(labels.created_us)
    return Tickets(
        labels=labels,
        first=first,
        margin=_margins(events, first, labels.created_us),
        owners=_owners(events, labels),
        block=block,
        cutoff_us=grid.start_of(block + 1) + follow_us,
        follow_us=follow_us,
        slow_us=_usually(labels, past_us, follow_us),
    )


def _usually(labels: Labels, past_us: int, follow_us: int) -> int:
    """How long nine in ten tickets took that were created well before `past_us`.

    No longer than each is followed: more would not be seen.
    """
    past = labels.created_us < min(past_us, labels.end_us) - follow_us
    if not past.any():
        return follow_us
    took = np.sort(labels.resolved(labels.end_us)[past] - labels.created_us[past])
    return min(int(took[int(0.9 * (took.size - 1))]), follow_us)


def _margins(events: pd.DataFrame, first: pd.DataFrame, created_us: Int) -> Float:
    """(n,) margins of the customers in `(t - 90 d, t]`: differences of running sums."""
    booked = events[(events["type"] == "customer.margin") & events["amount"].notna()]
    names = pd.Index(first["customer_id"].dropna().unique())
    who, whose = (names.get_indexer(pd.Index(each["customer_id"])) for each in (booked, first))
    time, amount = micros(booked["time"])[who >= 0], booked["amount"].to_numpy()[who >= 0]
    who = who[who >= 0].astype(np.int64)
    order = np.lexsort((time, who))
    line, run = Moments(who[order], time[order]), np.r_[0.0, np.cumsum(amount[order])]
    window = MARGIN_DAYS * 24 * HOUR_US
    begins = np.searchsorted(line.ticket, whose, side="left")
    until, since = (
        np.maximum(line.last_at(whose, at) + 1, begins) for at in (created_us, created_us - window)
    )
    margin = np.where(whose >= 0, run[until] - run[since], 0.0)
    return np.maximum(margin, 0.0)


def _owners(events: pd.DataFrame, labels: Labels) -> Moments:
    """Each moment at which a ticket went to somebody who did not have it."""
    given = events[(events["type"] == "ticket.assigned") & events["agent_id"].notna()]
    code = pd.Index(labels.ticket_id).get_indexer(pd.Index(given["ticket_id"]))
    agent, _ = pd.factorize(given["agent_id"])
    time = micros(given["time"])
    order = np.lexsort((time, code))
    order = order[code[order] >= 0]
    code, agent, time = code[order], agent[order], time[order]
    other = np.r_[True, (code[1:] != code[:-1]) | (agent[1:] != agent[:-1])][: code.size]
    return Moments(code[other].astype(np.int64), time[other])
