"""What a watch of a gray release is asked, and what it tells: this side only knows the shapes.

The statistics belong to the experiments, which stand above; whoever starts the service hands them
in, as the simulated centre is (`serving.policy.simulation`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import pandas as pd

from model.decision import Version
from model.release import Release

State = Literal["kept", "broken", "open"]
"""Within what is allowed for certain, beyond it for certain, or not yet known."""
Verdict = Literal["too_little", "go_on", "stop_harm", "ship", "no_difference"]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refresh: as of when, and under which policy."""

    as_of: datetime
    policy: Version


@dataclass(frozen=True, slots=True)
class ReleaseAsk:
    """A release since its first refresh, on the desk's own clock.

    `new` holds in the blocks of `release`, `old` in the others; `events` is the log up to `now`,
    best from weeks before `since`; `refreshes` are those of `[since, now]`.
    """

    release: Release
    old: Version
    new: Version
    since: datetime
    now: datetime
    events: pd.DataFrame
    refreshes: tuple[Refreshed, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure under both policies, and its change with bounds that hold at every look.

    None where it is not known yet. `worse` is 1 where more of it is worse, else -1; `margin` by
    how much it may get worse (None: it is what shall get better); `share` marks a share of 1.
    """

    name: str
    en: str
    zh: str
    share: bool
    worse: int
    margin: float | None
    old: float | None
    new: float | None
    change: float | None
    low: float | None
    high: float | None
    state: State


@dataclass(frozen=True, slots=True)
class Watched:
    """Where a release stands: its verdict, and why in both languages.

    `blocks_old` and `blocks_new` are those with refreshes so far, `pairs` those that could be
    compared, of `pairs_least` without which nothing is said; `days_more` until then (0 from then
    on, None where that will never be). `days_needed` show a tenth fewer late tickets with a chance
    of 80 %, looked at daily; None where the past is too short to tell.
    """

    verdict: Verdict
    why_en: str
    why_zh: str
    blocks_old: int
    blocks_new: int
    pairs: int
    pairs_least: int
    days_more: int | None
    days_needed: int | None
    figures: tuple[Figure, ...] = ()


WatchRelease = Callable[[ReleaseAsk], Watched]
"""Where a release stands. It may take seconds, and says so where there is too little to judge."""
