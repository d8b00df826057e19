"""Blocks of time on the clock of the desk, and which of them are compared with each other.

Blocks are counted from a Monday long ago, so that they do not depend on when a release starts.
Neighbouring blocks of the first week of a fortnight make *pairs*; so do those of the second week,
its mirror. Where a week has an odd number of blocks, its last one is paired with its twin a week
later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from experiments.rollout.errors import RolloutError
from training.moments import HOUR_US, Bool, Int

WEEK_HOURS: Final = 168
_MONDAY: Final = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Grid:
    """Blocks `[start, start + block)` on a clock that is `offset_us` ahead of UTC.

    Tickets created in the first `washout_hours` of a block meet what the block before left behind;
    those of the last `cooldown_hours` are still open when the next one begins.
    """

    block_hours: int
    washout_hours: float
    offset_us: int
    cooldown_hours: float = 0.0

    def __post_init__(self) -> None:
        hours = self.block_hours
        if not 1 <= hours <= WEEK_HOURS or WEEK_HOURS % hours:
            lengths = ", ".join(str(h) for h in range(1, WEEK_HOURS + 1) if WEEK_HOURS % h == 0)
            raise RolloutError(
                f"a week is no whole number of blocks of {hours} h",
                where="block_hours",
                remedy=f"take one of {lengths}",
            )
        lost = self.washout_hours + self.cooldown_hours
        if min(self.washout_hours, self.cooldown_hours) < 0 or lost >= hours:
            raise RolloutError(
                f"wash-out and cool-down of {self.washout_hours:g} and {self.cooldown_hours:g} h "
                f"leave nothing of a block of {hours} h",
                where="washout_hours, cooldown_hours",
                remedy="shorten them or lengthen the blocks",
            )

    @property
    def block_us(self) -> int:
        """The length of a block in µs."""
        return self.block_hours * HOUR_US

    @property
    def per_week(self) -> int:
        """Blocks a week."""
        return WEEK_HOURS // self.block_hours

    def block_of(self, time_us: Int) -> Int:
        """(n,) the block of each time (µs since 1970), counted from the Monday of the calendar."""
        return (time_us - self._zero) // self.block_us

    def start_of(self, block: Int) -> Int:
        """(n,) when each block starts, µs since 1970."""
        return block * self.block_us + self._zero

    def block_at(self, time_us: int) -> int:
        """The block of one time."""
        return (time_us - self._zero) // self.block_us

    def start_at(self, block: int) -> int:
        """When one block starts."""
        return block * self.block_us + self._zero

    def changing(self, time_us: Int) -> Bool:
        """(n,) whether each time lies in the wash-out at the head of its block."""
        return self._into(time_us) < round(self.washout_hours * HOUR_US)

    def washed(self, time_us: Int) -> Bool:
        """(n,) whether each time lies in the wash-out or in the cool-down of its block."""
        ends = self.block_us - round(self.cooldown_hours * HOUR_US)
        return self.changing(time_us) | (self._into(time_us) >= ends)

    def slot_of(self, block: Int) -> Int:
        """(n,) the place of each block in its week."""
        return block % self.per_week

    def _into(self, time_us: Int) -> Int:
        return (time_us - self._zero) % self.block_us

    @property
    def _zero(self) -> int:
        return int(_MONDAY.timestamp()) * 1_000_000 - self.offset_us


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """(n,) of each block: its pair, whether it is the first of the two, and its coin.

    `coin` numbers what is drawn together (a pair and its mirror a week later); `turned` says that
    the block lies in the mirror.
    """

    pair: Int
    first: Bool
    coin: Int
    turned: Bool

    @classmethod
    def of(cls, grid: Grid, block: Int) -> Pairing:
        """The pairs of blocks, numbered in the order of time.

        >>> days = Pairing.of(Grid(24, 0.0, 0), np.arange(14))
        >>> days.pair.tolist()
        [0, 0, 1, 1, 2, 2, 6, 3, 3, 4, 4, 5, 5, 6]
        """
        n = grid.per_week
        half = n // 2
        fortnight, place = block // (2 * n), block % (2 * n)
        week, slot = place // n, place % n
        twin = slot >= 2 * half  # the odd one out
        pair = np.where(twin, 2 * half, week * half + slot // 2)
        coin = np.where(twin, half, slot // 2)
        return cls(
            pair=fortnight * n + pair,
            first=np.where(twin, week == 0, slot % 2 == 0),
            coin=fortnight * (half + 1) + coin,
            turned=~twin & (week == 1),
        )
