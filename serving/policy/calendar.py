"""The blocks of time of a gray release that come next, and under which policy each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from model.policy import Policy

AHEAD: Final = 14
"""Blocks that are told, the present one first."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of time `[start, end)` on the desk's clock; `new` where the released policy holds."""

    start: datetime
    end: datetime
    new: bool


def blocks_ahead(policy: Policy, as_of: datetime, count: int = AHEAD) -> tuple[Block, ...]:
    """The block of a moment and those after it.

    >>> from model.release import Release
    >>> half = Policy("p", release=Release(share=0.5))
    >>> monday = datetime.fromisoformat("2026-03-02T10:05:00+08:00")
    >>> [(f"{each.start:%H:%M}", each.new) for each in blocks_ahead(half, monday, 3)]
    [('08:00', False), ('12:00', True), ('16:00', False)]
    """
    release, zone = policy.release, policy.timezone
    length = timedelta(hours=release.block_hours)
    # half a block on, so that an hour that the clock skips or repeats leaves no block out
    middle = release.block_start(as_of, zone).astimezone(UTC) + length / 2
    starts = [release.block_start(middle + n * length, zone) for n in range(count + 1)]
    return tuple(Block(start, end, release.holds(start, zone)) for start, end in pairwise(starts))
