"""How far a feature has moved: the one population stability index, for studies and for live desks.

Siddiqi (2006), *Credit risk scorecards*: the symmetrised Kullback-Leibler divergence over bins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import chi2

from features.stream import DAY, Floats

WATCH: Final = 0.1
"""Below this nothing has moved: a rule of thumb of the credit trade."""
LOOK: Final = 0.25
"""Above this somebody should look."""
DECILES: Final = np.arange(0.1, 1.0, 0.1)
LEAST: Final = 1e-4
"""An empty bin counts as this share, so that one stray ticket is no infinite change."""
LONGEST: Final = 90 * DAY
"""Tickets that are open for longer are forgotten ones: they would drown the others."""
MORE_BINS: Final = 2
"""Bins than cuts."""
_SURE: Final = 0.95


def psi(p: Floats, q: Floats) -> float:
    """Sum over bins of `(q - p) ln(q / p)`; `p` and `q` are the shares of the bins, (b,) each.

    >>> psi(np.array([0.5, 0.5]), np.array([0.5, 0.5]))
    0.0
    """
    p, q = np.maximum(p, LEAST), np.maximum(q, LEAST)
    return float(np.sum((q - p) * np.log(q / p)))


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Where the values of a feature lay: `cuts` (k,), and the share of each bin, (k + 2,).

    Numbers are cut at their deciles (a bin ends with its cut). Where they are few, or codes, the
    cuts are the values themselves (`exact`), and the last bin but one is for any other. The last
    bin is that of the missing.
    """

    cuts: Floats
    exact: bool
    shares: Floats

    @classmethod
    def of(cls, values: Floats, *, category: bool) -> Bins:
        """Bins of what was seen, (n,); NaN is missing.

        >>> found = Bins.of(np.array([4.0, 9.0, 9.0, np.nan]), category=True)
        >>> found.cuts.tolist(), found.shares.tolist()
        ([4.0, 9.0], [0.25, 0.5, 0.0, 0.25])
        """
        known = values[~np.isnan(values)]
        distinct = np.unique(known)
        exact = category or distinct.size <= DECILES.size
        cuts = distinct if exact else np.unique(np.quantile(known, DECILES))
        return cls(cuts, exact, _shares(cuts, values, exact=exact))

    def moved(self, values: Floats) -> float:
        """The index from what was seen to other values, (n,)."""
        return psi(self.shares, _shares(self.cuts, values, exact=self.exact))

    def by_chance(self, seen: int, other: int) -> float:
        """What the index of so many cases seen and others stays below, 95 times in 100, unmoved.

        It is about `(1 / n + 1 / m)` times chi-squared with a degree less than there are bins
        (Yurdakul & Naranjo, 2020, *Statistical properties of the population stability index*).
        """
        freedom = max(int((self.shares > 0).sum()) - 1, 1)
        return float(chi2.ppf(_SURE, freedom) * (1 / max(seen, 1) + 1 / max(other, 1)))

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        shares = [round(share, 6) for share in self.shares.tolist()]
        return {"cuts": self.cuts.tolist(), "exact": self.exact, "shares": shares}


def _shares(cuts: Floats, values: Floats, *, exact: bool) -> Floats:
    place = np.searchsorted(cuts, values, side="left")
    if exact:
        inside = np.append(cuts, np.nan)[np.minimum(place, cuts.size)] == values
        place = np.where(inside, place, cuts.size)
    place = np.where(np.isnan(values), cuts.size + 1, place)
    return np.bincount(place, minlength=cuts.size + MORE_BINS) / max(values.size, 1)
