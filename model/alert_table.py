"""What alerts would have brought on tickets that the model had not seen, and thresholds from it.

For each category, block of the day and risk on a grid: how many tickets first reached that risk
there, and which share of them ended late. A block is four hours of a weekday or of the weekend.
Where few tickets speak, a share is drawn to that of its category, that to the share over all
categories, and that to the calibrated risk itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np

from features.calendar import local_hour, local_weekday
from features.stream import Floats, Ints

BLOCK_HOURS: Final = 4
DAY_BLOCKS: Final = 24 // BLOCK_HOURS
BLOCKS: Final = 2 * DAY_BLOCKS
"""Those of a weekday, then those of a day of the weekend."""
PRIOR: Final = 20.0
"""How many tickets the share of the wider group weighs."""
NEVER_REACHED: Final = 1.0
"""A threshold that no calibrated risk reaches."""

_BARS: Final = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True, slots=True, eq=False)
class AlertTable:
    """Counts by category row, block and grid point, on the clock of `zone`.

    `reached` (c + 1, BLOCKS, k): tickets that first reached `grid[k]` in that block; of them
    `judged` are known to be late or not, and `late` were (in part, where it is guessed). The rows
    are `categories`, then all tickets together; `others` are the categories too rare for a row.
    `days` (2,): how many weekdays and days of the weekend were counted. `risk` (k,): the mean
    calibrated risk of those that first reached it.
    """

    zone: str
    categories: tuple[str, ...]
    others: tuple[str, ...]
    grid: Floats
    days: Floats
    risk: Floats
    reached: Floats
    judged: Floats
    late: Floats

    def row(self, category: str) -> int | None:
        """The row that speaks for a category; None for one that was never seen."""
        if category in self.categories:
            return self.categories.index(category)
        return len(self.categories) if category in self.others else None

    def shares(self) -> Floats:
        """(c + 1, BLOCKS, k) the share that ends late of those who first reach each risk.

        An additive prior at each step (empirical Bayes as in Gelman et al., *Bayesian Data
        Analysis*, ch. 5, with a fixed weight): `(late + PRIOR * wider) / (judged + PRIOR)`.
        """
        late, judged = self.late.sum(axis=1), self.judged.sum(axis=1)
        everywhere = _shrunk(late[-1], judged[-1], self.risk)
        by_category = _shrunk(late, judged, everywhere)
        return _shrunk(self.late, self.judged, by_category[:, None, :])

    def at_precision(self, share: float) -> Floats:
        """(c + 1, BLOCKS) the lowest risk from which on that share ends late.

        `NEVER_REACHED` where no risk brings as much.
        """
        return self._at(_lowest(self.shares(), share))

    def at_per_day(self, number: float) -> Floats:
        """(c + 1, BLOCKS) the risks at which so many tickets a day are reached, over all.

        All cells ask for the same share of late ones: the lowest with no more than `number` on a
        mean weekday nor on a mean day of the weekend.
        """
        shares = self.shares()
        for bar in _BARS:
            point = _lowest(shares, bar)
            if self.per_day(point).max() <= number:
                return self._at(point)
        return np.full(self.reached.shape[:2], NEVER_REACHED)

    def per_day(self, point: Ints) -> Floats:
        """(2,) tickets that reach the grid points (c + 1, BLOCKS) on a weekday, on a weekend day.

        Categories without a row of their own go by the last row's points.
        """
        rest = self.reached[-1] - self.reached[:-1].sum(axis=0)
        counts = np.concatenate([self.reached[:-1], rest[None]])
        counts = np.concatenate([counts, np.zeros((*counts.shape[:2], 1))], axis=2)
        reached = np.take_along_axis(counts, point[:, :, None], axis=2).sum(axis=(0, 2))
        return cast("Floats", reached.reshape(2, DAY_BLOCKS).sum(axis=1) / self.days)

    def to_json(self) -> dict[str, object]:
        """The table as a JSON object."""
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        names = {"categories": list(self.categories), "others": list(self.others)}
        return {"zone": self.zone, **names, **arrays}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AlertTable:
        """The table again.

        Raises:
            KeyError, TypeError, ValueError: the object is not one that `to_json` makes.
        """
        arrays = {name: np.array(data[name], dtype=np.float64) for name in _ARRAYS}
        size = (len(data["categories"]) + 1, BLOCKS, arrays["grid"].size)
        if any(arrays[name].shape != size for name in ("reached", "judged", "late")):
            raise ValueError(f"the alert table has not the shape {size}")
        return cls(data["zone"], tuple(data["categories"]), tuple(data["others"]), **arrays)

    def _at(self, point: Ints) -> Floats:
        return np.append(self.grid, NEVER_REACHED)[point]


_ARRAYS: Final = ("grid", "days", "risk", "reached", "judged", "late")


def blocks(at_us: Ints, zone: str) -> Ints:
    """(n,) the block of each moment (int64 µs) on the clock of a zone.

    >>> monday_0800 = 1_772_438_400_000_000  # in UTC
    >>> blocks(np.array([monday_0800]), "UTC").tolist()
    [2]
    >>> blocks(np.array([monday_0800]), "America/Los_Angeles").tolist()  # midnight
    [0]
    """
    weekend = local_weekday(at_us, zone) >= 5
    return np.asarray(local_hour(at_us, zone) // BLOCK_HOURS + DAY_BLOCKS * weekend, np.int64)


def _shrunk(late: Floats, judged: Floats, wider: Floats) -> Floats:
    return (late + PRIOR * wider) / (judged + PRIOR)


def _lowest(shares: Floats, bar: float) -> Ints:
    """(c + 1, BLOCKS) the first grid point whose share is at least the bar; k for none."""
    enough = shares >= bar
    point = np.where(enough.any(axis=2), enough.argmax(axis=2), shares.shape[2])
    return np.asarray(point, dtype=np.int64)
