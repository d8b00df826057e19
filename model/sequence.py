"""The order in which each agent should work through the queue the plan gives them."""

from __future__ import annotations

import numpy as np

from model.columns import AWAITED, READY, Columns, Floats, Ints
from model.policy import Weights


def priority(loss: Floats, urgency: Floats, weights: Weights) -> Floats:
    """What is at stake in each ticket, weighed by its urgency: `loss_i * urgency_i ^ weight`.

    `loss` is the expected loss with the planned agent (`cost.loss`): risk times value. A ticket
    that is sure to be in time, or that nobody minds being late, can wait.
    """
    index: Floats = loss * urgency**weights.urgency
    return index


def order(columns: Columns, agent: Ints, index: Floats) -> Ints:
    """The placed tickets (rows with `agent >= 0`) sorted by agent and place in the queue.

    First what the agent works on now, then what they have in progress, then by `index`, highest
    first; tickets that wait for a customer or a department come last, since the agent cannot
    move them. A ticket that changes hands is in progress with nobody. Ties: the earlier promised
    time, then the older ticket, then the id.
    """
    placed = np.flatnonzero(agent >= 0)
    stage = np.where(columns.owner == agent, columns.stage, np.maximum(columns.stage, READY))
    stage = np.minimum(stage, AWAITED)
    keys = (columns.created_us, columns.due_us, -index, stage, agent)
    return placed[np.lexsort(tuple(key[placed] for key in keys))]


def queues(columns: Columns, agent: Ints, index: Floats) -> dict[str, tuple[str, ...]]:
    """Agent id to ticket ids in order, for every agent to whom the plan gives a ticket."""
    rows = order(columns, agent, index)
    whose, start = np.unique(agent[rows], return_index=True)
    parts = np.split(columns.ticket_ids[rows], start[1:])
    return {
        str(columns.agent_ids[at]): tuple(part.tolist())
        for at, part in zip(whose, parts, strict=False)  # an empty plan splits into one empty part
    }
