"""Which tickets may change hands, and what that costs: reconsider everything, move little."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.picture import micros_of
from features.snapshot import Snapshot
from features.stream import NEVER
from model.columns import AT_WORK, Bools, Columns, Floats, Ints
from model.eligibility import Eligibility
from model.policy import Policy, Prices

MINUTE: Final = 60_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Moves:
    """Arrays (n_t,) over the tickets of a desk.

    `hold` may wait for an owner who is away; `fixed` stay with their owner while that one has a
    place for them; `kept` must not end with nobody; `price` is that of a change of hands.
    """

    hold: Bools
    fixed: Bools
    kept: Bools
    price: Floats


def moves(
    snapshot: Snapshot,
    columns: Columns,
    eligibility: Eligibility,
    policy: Policy,
    changed_since: Callable[[Ints], Bools],
    sent: frozenset[str] = frozenset(),
) -> Moves:
    """What may move; `sent` are tickets that a plan has just sent to their owner.

    A started or pinned ticket may wait for an owner who fails only rules that pass (status,
    shift); whether it does is a matter of prices. An owner keeps the ticket they are at work on.
    """
    rows = np.arange(len(columns.owner))
    ready = eligibility.allows(rows, columns.owner)
    lasting = (columns.started | columns.pinned) & eligibility.fits(rows, columns.owner)
    hold = lasting & ~ready
    crowded = _crowded(columns, ready | hold)
    young = resting(snapshot, policy.moves.rest_minutes, changed_since, sent)
    rests = ready & ~crowded & young
    return Moves(
        hold=hold,
        fixed=rests | (ready & (columns.stage == AT_WORK)),
        kept=(columns.started | columns.pinned) & (columns.owner >= 0),
        price=churn(columns, policy.prices),
    )


def churn(columns: Columns, prices: Prices) -> Floats:
    """The price of taking each ticket (n_t,) from its owner, 0 where it has none."""
    price = np.where(columns.started, prices.hand_over_started, prices.hand_over)
    return price * columns.owned


def resting(
    snapshot: Snapshot,
    minutes: float,
    changed_since: Callable[[Ints], Bools],
    sent: frozenset[str] = frozenset(),
) -> Bools:
    """Bool (n_t,): handed over less than so many minutes ago, and no fact has changed since.

    `sent` are handed over though they do not say so, or were with nobody before.

    A new state is such a fact, and what `AssessorLike.changed_since` knows. A ticket of which
    nobody knows when it was assigned does not rest.
    """
    tickets = snapshot.tickets
    since = [NEVER if t.assigned_at is None else micros_of(t.assigned_at) for t in tickets]
    entered = [NEVER if t.state_since is None else micros_of(t.state_since) for t in tickets]
    assigned, state_since = (np.array(each, dtype=np.int64) for each in (since, entered))
    moved = np.array(
        [(t.reassignments or 0) >= 1 or t.ticket_id in sent for t in tickets], dtype=bool
    )
    waits = np.array([t.state == "assigned" for t in tickets], dtype=bool)
    young = assigned > micros_of(snapshot.as_of) - minutes * MINUTE
    candidates = moved & young & (waits | (state_since <= assigned))
    if not candidates.any():
        return candidates
    return candidates & ~changed_since(assigned)


def _crowded(columns: Columns, stays: Bools) -> Bools:
    """Bool (n_t,): the owner holds more tickets than they have places."""
    held = np.bincount(columns.owner[stays], minlength=len(columns.capacity)) + columns.taken
    crowded: Bools = np.append(held > columns.capacity, False)[columns.owner]
    return crowded
