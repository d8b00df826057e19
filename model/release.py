"""A gray release: in which blocks of time a new policy holds, and the one before it in the others.

Blocks of time, since splitting the tickets of one desk misleads: both halves share the agents, so
each disturbs the other (`experiments.rollout.bias`). Half of the blocks are those of the calendar
of `experiments.rollout`, drawn with the seed as its salt, so that such a release can be judged by
it. All is told by `as_of` alone: a replay finds the same policy again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from model.policy_check import Across, Checked, number

_WEEK_HOURS: Final = 168
_MONDAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001  # of the desk's own clock, whatever its zone


@dataclass(frozen=True, slots=True)
class Release(Checked):
    """In which `share` of the blocks of `block_hours` a policy holds; another `seed` draws others.

    Outside of them the policy holds that was the last one released to all.
    """

    share: float = field(default=1.0, metadata=number(0.0, 1.0))
    block_hours: int = field(default=4, metadata=number(1, _WEEK_HOURS))
    seed: int = field(default=0, metadata=number(0, 2**53))

    def cross_faults(self) -> list[Across]:
        """A week is a whole number of blocks, or the hours of the week were not balanced."""
        if _WEEK_HOURS % self.block_hours == 0:
            return []
        lengths = [str(h) for h in range(1, _WEEK_HOURS + 1) if _WEEK_HOURS % h == 0]
        reason = f"a week is no whole number of blocks of {self.block_hours} h"
        known = ", ".join(lengths)
        zh = f"一周不是 {self.block_hours} 小时时段的整数倍；可用：{known}"
        return [("/block_hours", reason, f"give one of {known}", zh)]

    def holds(self, as_of: datetime, timezone: str) -> bool:
        """Whether the policy holds at a moment (with an offset), on the clock of a zone.

        Each block holds with the chance `share`. Neighbours are drawn against each other, and so
        are a block and its twin a week later: weeks and hours of the week are balanced.

        >>> monday = datetime.fromisoformat("2026-03-02T10:05:00+08:00")
        >>> Release().holds(monday, "Asia/Shanghai")
        True
        >>> half = Release(share=0.5)
        >>> [half.holds(monday + timedelta(hours=4 * block), "Asia/Shanghai") for block in range(6)]
        [False, True, False, True, True, False]
        """
        return self.share >= 1 or self._phase(self._block(as_of, timezone)) < self.share

    def block_start(self, as_of: datetime, timezone: str) -> datetime:
        """When the block of a moment began, on the clock of a zone.

        >>> monday = datetime.fromisoformat("2026-03-02T10:05:00+08:00")
        >>> Release().block_start(monday, "Asia/Shanghai").isoformat()
        '2026-03-02T08:00:00+08:00'
        """
        block = self._block(as_of, timezone)
        local = _MONDAY + block * timedelta(hours=self.block_hours)
        return local.replace(tzinfo=ZoneInfo(timezone))

    def _block(self, as_of: datetime, timezone: str) -> int:
        """The block of a moment, counted from `_MONDAY`."""
        local = as_of.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)
        return (local - _MONDAY) // timedelta(hours=self.block_hours)

    def _phase(self, block: int) -> float:
        """Where a block, counted from `_MONDAY`, lies on the circle [0, 1) of its draw."""
        week_blocks = _WEEK_HOURS // self.block_hours
        half = week_blocks // 2
        fortnight, place = divmod(block, 2 * week_blocks)
        week, slot = divmod(place, week_blocks)
        pair, second = min(slot // 2, half), slot % 2 if slot < 2 * half else 0
        drawn = _drawn(self.seed, fortnight * (half + 1) + pair)
        return (drawn + week * self.share + second * 0.5) % 1.0


def _drawn(seed: int, coin: int) -> float:
    """A number in [0, 1) for a pair of blocks and its mirror a week later."""
    text = "\x1f".join((str(seed), "desk", str(coin)))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
