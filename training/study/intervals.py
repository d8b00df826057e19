"""Figures with intervals: what the same test would have shown with other tickets.

The moments of one ticket share its fate, so whole tickets are drawn, not moments: every ticket
gets a Poisson weight of mean 1 (Poisson bootstrap: Hanley and MacGibbon, 2006; clusters: Field
and Welsh, 2007). An interval holds the middle 95 % of the draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from model.reliability import bins_of
from training.landmarks import look_weights
from training.moments import Float, Int

ROUNDS: Final = 200
_CELLS: Final = 1_000_000
"""Weights held at once; more rounds than fit wait for their turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Moments with a known outcome: `y` 1 or 0, the risk `p` said then, the `ticket`; (n,) each."""

    y: Float
    p: Float
    ticket: Int

    def take(self, rows: NDArray[Any]) -> Cases:
        """The cases of a mask or of row numbers."""
        return Cases(self.y[rows], self.p[rows], self.ticket[rows])


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the bounds between which 95 % of the draws lie; NaN where undefined.

    >>> str(Interval(0.5, 0.25, 0.75))
    '0.500 (0.250 – 0.750)'
    """

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, drawn: Float) -> Interval:
        """The first is the figure itself, the others its resamples; shape (1 + rounds,)."""
        known = drawn[1:][~np.isnan(drawn[1:])]
        low, high = np.quantile(known, [0.025, 0.975]) if known.size else (np.nan, np.nan)
        return cls(float(drawn[0]), float(low), float(high))

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "–"
        return f"{self.value:.3f} ({self.low:.3f} – {self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of some cases, the k-th look at a ticket weighing 1 / k.

    `rate` is the share that came true, `risk` the mean of what was said, `ece` as in
    `training.metrics`. The absolute gaps of the ECE can only grow by chance, so the interval
    of a small one lies above it.
    """

    tickets: int
    rate: Interval
    risk: Interval
    auc: Interval
    brier: Interval
    ece: Interval
    log_loss: Interval


_AUC: Final = 2
"""The place of the AUC among the figures."""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The figures in the order of `Measured` (1 + rounds, 6): of the sample, and of each draw."""

    tickets: int
    figures: Float

    @property
    def measured(self) -> Measured:
        """Each figure with its interval."""
        return Measured(self.tickets, *(_interval(column) for column in self.figures.T))

    def lead(self, other: Drawn) -> Interval:
        """How much more AUC than another risk of the same cases, both under the same draws."""
        return _interval(self.figures[:, _AUC] - other.figures[:, _AUC])


def measure(cases: Cases, seed: int, rounds: int = ROUNDS) -> Measured:
    """All figures of the cases, each with its interval."""
    return draw(cases, seed, rounds).measured


def draw(cases: Cases, seed: int, rounds: int = ROUNDS) -> Drawn:
    """The figures of the cases and of `rounds` draws of their tickets.

    Looks at a ticket stand in the order of time. Cases of the same tickets are drawn alike under
    the same seed.
    """
    order = np.argsort(cases.p, kind="stable")
    share, cases = look_weights(cases.ticket)[order], cases.take(order)
    known, unit = np.unique(cases.ticket, return_inverse=True)
    if not known.size:
        return Drawn(0, np.full((1, 6), np.nan))
    draws = _draws(known.size, seed, rounds)
    tally = _Tally.of(cases, share, unit)
    parts = -(-draws.shape[0] * tally.p.size // _CELLS)
    found = [_figures(tally, part) for part in np.array_split(draws, parts)]
    return Drawn(int(known.size), np.concatenate(found))


def share_of(true: NDArray[np.bool_], seed: int, rounds: int = ROUNDS) -> Interval:
    """The share of True among tickets, (n,) one each.

    >>> share_of(np.array([True, True]), seed=1)
    Interval(value=1.0, low=1.0, high=1.0)
    """
    if not true.size:
        return Interval(np.nan, np.nan, np.nan)
    draws = _draws(true.size, seed, rounds)
    with np.errstate(invalid="ignore"):  # a draw without any ticket has no share
        return _interval(draws @ true / draws.sum(axis=1))


def _draws(tickets: int, seed: int, rounds: int) -> Float:
    """(1 + rounds, tickets) weights; the first row is the sample itself."""
    drawn = np.random.default_rng(seed).poisson(1.0, (rounds, tickets))
    return np.concatenate([np.ones((1, tickets)), drawn])


@dataclass(frozen=True, slots=True, eq=False)
class _Tally:
    """Cases in order of their risk, those of equal risk `p` (k,) as one.

    `every` and `true` are sparse (k, tickets): the weight that each ticket brings to each risk,
    in all and where the outcome is 1. `bins` are the places at which a bin of the ECE begins.
    """

    p: Float
    every: csr_array
    true: csr_array
    bins: NDArray[np.intp]

    @classmethod
    def of(cls, cases: Cases, share: Float, unit: NDArray[Any]) -> _Tally:
        starts = _starts(cases.p)
        place = np.repeat(np.arange(starts.size), np.diff(np.r_[starts, cases.p.size]))
        shape = (starts.size, int(unit.max()) + 1)
        every, true = (
            csr_array((weight, (place, unit)), shape=shape) for weight in (share, share * cases.y)
        )
        return cls(cases.p[starts], every, true, _starts(bins_of(cases.p, share)[starts]))


def _figures(tally: _Tally, draws: Float) -> Float:
    """(b, 6) the figures of `Measured` under each row of `draws` (b, tickets)."""
    p, weights = tally.p, np.ascontiguousarray(draws.T)
    every, positive = tally.every @ weights, tally.true @ weights  # (k, b)
    negative = every - positive
    below = np.cumsum(negative, axis=0) - 0.5 * negative
    gaps = np.add.reduceat(positive - p[:, None] * every, tally.bins, axis=0)
    total, found = every.sum(axis=0), positive.sum(axis=0)
    squares = (1.0 - p) ** 2 @ positive + p**2 @ negative
    q = np.clip(p, 1e-9, 1.0 - 1e-9)
    loss = -(np.log(q) @ positive + np.log1p(-q) @ negative)
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw with one outcome has no AUC
        auc = np.einsum("kb,kb->b", positive, below) / (found * (total - found))
        columns = (found, p @ every, auc * total, squares, np.abs(gaps).sum(axis=0), loss)
        return np.asarray(np.stack(columns, axis=1) / total[:, None], dtype=np.float64)


def _starts(runs: NDArray[Any]) -> NDArray[np.intp]:
    return np.flatnonzero(np.r_[True, runs[1:] != runs[:-1]])


def _interval(draws: Float) -> Interval:
    """The first draw is the sample; the others say how far it could have been off."""
    if np.isnan(draws[0]):
        return Interval(np.nan, np.nan, np.nan)
    defined = draws[1:][~np.isnan(draws[1:])]
    low, high = np.percentile(defined, (2.5, 97.5)) if defined.size else (np.nan, np.nan)
    return Interval(float(draws[0]), float(low), float(high))
