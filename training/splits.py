"""Slices by time of creation, and what was known at the end of each.

A random split would flatter: tickets of one week share a backlog and a policy. So the past
trains, a later slice calibrates, and a later one still tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from features.errors import ModelError
from training.moments import HOUR_US, NEVER, Bool, Float, Int

MOST_RIPENING: Final = 0.35
"""Waiting for outcomes never costs more than this share of the time that there is."""


@dataclass(frozen=True, slots=True)
class SplitParams:
    """Shares of the tickets, in order of creation; the rest tests.

    Tickets created in the last `embargo_hours` before a boundary belong to no slice, so that
    the tail of one slice is not the twin of the head of the next. Tickets younger than the delay
    after which `ripe_share` of the verdicts are known are not learned from.
    """

    train: float = 0.6
    calibrate: float = 0.2
    embargo_hours: float = 0.0
    ripe_share: float = 0.75

    def __post_init__(self) -> None:
        if min(self.train, self.calibrate, 1.0 - self.train - self.calibrate) <= 0.0:
            raise ModelError(
                f"train {self.train:g} and calibrate {self.calibrate:g} leave nothing to test on",
                where="split",
                remedy="give shares above 0 that add up to less than 1",
            )


@dataclass(frozen=True, slots=True)
class Slice:
    """Tickets created in `[start_us, end_us)`, with the labels known by `known_by_us`."""

    start_us: int
    end_us: int
    known_by_us: int

    def has(self, created_us: Int) -> Bool:
        """Which creations fall into the slice; same shape."""
        return (created_us >= self.start_us) & (created_us < self.end_us)


def boundary(created_us: Int, share: float) -> int:
    """The creation time before which the share of the tickets was created.

    >>> boundary(np.array([10, 20, 30, 40]), 0.5)
    30
    """
    ordered = np.sort(created_us)
    return int(ordered[min(round(share * ordered.size), ordered.size - 1)])


def slices(created_us: Int, until_us: int, shares: tuple[float, ...]) -> tuple[Slice, ...]:
    """Consecutive slices of the tickets created before `until_us`, with these shares.

    Labels of a slice count if they were known when it ended, for the last one at `until_us`.

    Raises:
        ModelError: too few tickets to make every slice non-empty.
    """
    before = created_us[created_us < until_us]
    ends = [boundary(before, s) for s in np.cumsum(shares)[:-1]] if before.size else []
    ends = [*ends, until_us]
    starts = [int(before.min()) if before.size else 0, *ends[:-1]]
    if any(end <= start for start, end in zip(starts, ends, strict=True)):
        raise ModelError(
            f"{before.size} tickets are too few to train on",
            where="event log",
            remedy="use a longer log or a later --until",
        )
    return tuple(Slice(s, e, e) for s, e in zip(starts, ends, strict=True))


def embargoed(created_us: Int, boundaries_us: tuple[int, ...], hours: float) -> Bool:
    """(n,) whether a ticket was created in `[b - hours, b)` for some boundary b."""
    near = np.zeros(created_us.size, dtype=np.bool_)
    for bound in boundaries_us:
        near |= (created_us >= bound - int(hours * HOUR_US)) & (created_us < bound)
    return near


def censoring_weights(delay_us: Int, follow_up_us: Int, clip: float = 5.0) -> Float:
    """Inverse probability of being observed: `1 / G(delay)`, (n,), at most `clip`, 0 if unseen.

    Quick verdicts are mostly negative ones, so the labels known on a given day are a biased
    sample of the tickets created before it. Each known label therefore stands for those of
    its delay that are not known yet: G(d) = P(follow-up >= d), by Kaplan and Meier (1958) with
    the censorings as events. Source: Robins and Rotnitzky (1992); Vock et al. (2016), *Adapting
    machine learning techniques to censored time-to-event health record data*.

    Args:
        delay_us: (n,) from creation to the verdict; beyond `follow_up_us` if not known yet.
        follow_up_us: (n,) from creation to the end of observation.
        clip: the largest weight, against a few late verdicts ruling the fit.

    >>> censoring_weights(np.array([1, 1, 9]), np.array([5, 2, 3])).tolist()
    [1.0, 1.0, 0.0]
    """
    observed = delay_us <= follow_up_us
    time = np.minimum(delay_us, follow_up_us)
    order = np.lexsort((~observed, time))  # at a tie the verdict comes before the censoring
    at_risk = time.size - np.arange(time.size)
    stays = np.where(observed[order], 1.0, 1.0 - 1.0 / at_risk)
    just_before = np.r_[1.0, np.cumprod(stays)[:-1]][: time.size]
    survival = np.empty(time.size)
    survival[order] = just_before
    weight = np.minimum(1.0 / np.maximum(survival, 1e-12), clip)
    return np.asarray(np.where(observed, weight, 0.0), dtype=np.float64)


def ripe_after(delay_us: Int, follow_up_us: Int, share: float) -> int:
    """The delay within which the share of the outcomes is known, by Kaplan and Meier.

    Outcomes that are known early are a biased sample of all; no weight can stand for late ones
    of which there is not one. So tickets younger than this are not learned from. At most
    `MOST_RIPENING` of the longest follow-up; 0 where nothing is known.

    >>> ripe_after(np.array([1, 2, 3, 4]), np.array([99, 99, 99, 99]), 0.75)
    3
    """
    if not np.any(delay_us <= follow_up_us):
        return 0
    found = known_after(delay_us, follow_up_us, share)
    return int(min(found, int(follow_up_us.max()) * MOST_RIPENING))


def known_after(delay_us: Int, follow_up_us: Int, share: float) -> int:
    """The delay within which the share of the outcomes is known; `NEVER` where fewer ever are.

    Kaplan and Meier (1958): outcomes still awaited count as long as they were watched.

    >>> known_after(np.array([1, 2, NEVER, NEVER]), np.array([9, 9, 9, 9]), 0.5)
    2
    """
    if not delay_us.size:
        return NEVER
    weight = censoring_weights(delay_us, follow_up_us, clip=np.inf)
    order = np.argsort(delay_us, kind="stable")
    row = int(np.searchsorted(np.cumsum(weight[order]) / delay_us.size, share - 1e-9))
    return int(delay_us[order][row]) if row < delay_us.size else NEVER
