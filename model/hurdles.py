"""What stood between the runner-up and a ticket: hard facts first, then what changes suffice.

Each hurdle is one function and one line of `HURDLES`: for pairs of choice and runner-up it tells
where it holds and the two numbers that its words name (`model.contrast_words`). A change suffices
if with it alone, all other terms as they are, the runner-up is cheaper than the choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from model.columns import Bools, Floats, Ints
from model.contrast_words import Hurdle
from model.look import Look
from model.pairs import PairRisks
from model.score import Edges

PLACE: Final = "place"
"""The term of the place in the queue, the last of all."""
_EQUAL: Final = 1e-6  # costs are whole millionths
_HALVINGS: Final = 16  # of two weeks: down to 20 seconds
_SHOWN: Final = 1000.0  # risks and scores are told in thousandths
_SLACK: Final = 0.05  # of a thousandth: halving comes no nearer


@dataclass(frozen=True, slots=True)
class Pairs:
    """Edges (n,) of a plan, each with its terms (n, k) in price units."""

    row: Ints
    ticket: Ints
    agent: Ints
    amount: Floats

    def at(self, rows: Ints) -> Pairs:
        """Those of some rows."""
        return Pairs(self.row[rows], self.ticket[rows], self.agent[rows], self.amount[rows])


@dataclass(frozen=True, slots=True)
class Rivals:
    """Choices and, row by row, their runners-up `other`.

    `risks` and `score` are over all edges of the plan; `names` (k,) are the terms; `used` (n,)
    counts the tickets of the other's agent; `drawn` (n,) says whether one of the two is a near-tie
    among whom a lot was drawn.
    """

    look: Look
    risks: PairRisks
    score: Floats
    names: tuple[str, ...]
    chosen: Pairs
    other: Pairs
    used: Ints
    drawn: Bools

    def term(self, name: str) -> Floats:
        """What the runner-up (n,) costs by a term, 0 where the policy has no such term."""
        if name not in self.names:
            return np.zeros(len(self.used))
        amount: Floats = self.other.amount[:, self.names.index(name)]
        return amount

    @property
    def dearer(self) -> Floats:
        """What the runner-up (n,) costs more than the choice."""
        more: Floats = (self.other.amount - self.chosen.amount).sum(axis=1)
        return more

    @property
    def hours(self) -> Floats:
        """Hours until the runner-up (n,) could begin."""
        if self.look.waits is None:
            return np.zeros(len(self.used))
        edges = Edges(self.other.ticket, self.other.agent)
        return self.look.waits.hours(edges, self.look.columns)

    def waiting(self, timeout: Floats, hours: Floats) -> Floats:
        """The term `waiting` (n,) with other risks and hours."""
        look, ticket = self.look, self.other.ticket
        if look.waits is None:
            return np.zeros(len(ticket))
        prices = look.policy.prices
        return look.weight[ticket] * look.waits.cost(timeout, ticket, hours, prices)


Told = tuple[Bools, Floats, Floats]
"""Where a hurdle holds (n,), and its two numbers (n,)."""


def first_hurdles(rivals: Rivals) -> tuple[Ints, Floats]:
    """The first of `HURDLES` that holds for each row (n,), else `TERMS`; its numbers (n, 2)."""
    count = len(rivals.used)
    hurdle, numbers = np.full(count, int(Hurdle.TERMS)), np.zeros((count, 2))
    for which, told in HURDLES:
        holds, first, second = told(rivals)
        rows = np.flatnonzero(holds & (hurdle == Hurdle.TERMS))
        hurdle[rows] = which
        numbers[rows] = np.stack([first[rows], second[rows]], axis=1)
    return hurdle, numbers


def _full(r: Rivals) -> Told:
    places = r.look.columns.capacity[r.other.agent]
    return r.used >= places, r.used.astype(np.float64), places.astype(np.float64)


def _rests(r: Rivals) -> Told:
    """With its owner for now; what is being worked on has no other candidate at all."""
    owner, minutes = r.look.columns.owner[r.other.ticket], r.look.policy.moves.rest_minutes
    stays = r.look.moves.fixed[r.other.ticket] & (owner == r.chosen.agent)
    return stays, np.full(len(stays), minutes), np.zeros(len(stays))


def _drawn(r: Rivals) -> Told:
    return r.drawn & (r.dearer < _EQUAL), r.dearer, r.dearer


def _same(r: Rivals) -> Told:
    return np.abs(r.dearer) < _EQUAL, r.dearer, r.dearer


def _unfinished(r: Rivals) -> Told:
    return r.dearer < 0, r.dearer, r.dearer


def _hand_over(r: Rivals) -> Told:
    price = r.term("hand_over")
    return price - r.dearer > _EQUAL, price, price


def _sooner(r: Rivals) -> Told:
    """How much sooner they would have to begin: `waiting` and `ahead` fall with the hours."""
    now, timeout = r.hours, r.risks.timeout[r.other.row]
    waited, ahead = r.term("waiting"), r.term("ahead")
    price = r.look.policy.prices.ahead
    soonest = now - (ahead / price if price else 0.0)

    def cost(hours: Floats) -> Floats:
        return r.waiting(timeout, hours) + price * np.maximum(hours - soonest, 0.0)

    if not (waited + ahead - r.dearer > _EQUAL).any():
        return np.zeros(len(now), dtype=bool), now, now
    begun = _largest(cost, waited + ahead - r.dearer, now)
    return ~np.isnan(begun), now - begun, now


def _shorter(r: Rivals) -> Told:
    """If their next place cost what the choice's does, or a little more."""
    price, here = r.other.amount[:, -1], r.chosen.amount[:, -1]
    return price - here - r.dearer > _EQUAL, r.dearer, price


def _timeout(r: Rivals) -> Told:
    """Below which risk of a timeout: the wait counts with it, since it lets the risk grow."""
    now, hours = r.risks.timeout[r.other.row], r.hours
    price = r.look.weight[r.other.ticket] * r.look.policy.prices.timeout

    def cost(timeout: Floats) -> Floats:
        return price * timeout + r.waiting(timeout, hours)

    if "timeout" not in r.names:
        return np.zeros(len(now), dtype=bool), now, now
    wanted = _largest(cost, r.term("timeout") + r.term("waiting") - r.dearer, now)
    return _lower(wanted, now)


def _escalation(r: Rivals) -> Told:
    now, amount = r.risks.escalation[r.other.row], r.term("escalation")
    able = amount > np.maximum(r.dearer, 0.0)
    share = np.divide(r.dearer, amount, out=np.ones(len(now)), where=able)
    return _lower(now * (1.0 - share), now)


def _score(r: Rivals) -> Told:
    now = r.score[r.other.row]
    wanted = np.ceil(_SHOWN * (now + r.dearer) - _SLACK) / _SHOWN
    higher = wanted > np.rint(_SHOWN * now) / _SHOWN
    return ("score" in r.names) & (wanted <= 1.0) & higher, wanted, now


HURDLES: Final[tuple[tuple[Hurdle, Callable[[Rivals], Told]], ...]] = (
    (Hurdle.FULL, _full),
    (Hurdle.RESTS, _rests),
    (Hurdle.DRAWN, _drawn),
    (Hurdle.SAME, _same),
    (Hurdle.UNFINISHED, _unfinished),
    (Hurdle.HAND_OVER, _hand_over),
    (Hurdle.SOONER, _sooner),
    (Hurdle.SHORTER, _shorter),
    (Hurdle.TIMEOUT, _timeout),
    (Hurdle.ESCALATION, _escalation),
    (Hurdle.SCORE, _score),
)
"""In this order they are tried."""


def _lower(wanted: Floats, now: Floats) -> Told:
    """The wanted risk (n,), rounded down; only where it can be told from the present and from 0."""
    below = np.floor(_SHOWN * wanted + _SLACK) / _SHOWN
    return (below > 0.0) & (below < np.rint(_SHOWN * now) / _SHOWN), below, now


def _largest(cost: Callable[[Floats], Floats], most: Floats, now: Floats) -> Floats:
    """The largest x (n,) in [0, now) whose cost is below `most`, by halving; NaN if not even 0.

    `cost` grows with x.
    """
    low, high = np.zeros(len(now)), now
    able = cost(low) < most - _EQUAL
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        good = cost(middle) < most - _EQUAL
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return np.where(able, low, np.nan)
