"""The shapes of a gray release that is watched, and the answer as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # the client reads these shapes, and needs no store for that
    from serving.policy.watches import GrayRelease
    from serving.policy.watching import Figure, Watched

Json = dict[str, Any]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ReleaseFigureOut(_Shape):
    """One figure under both policies, and its change; shares are of 1, null is not known yet."""

    name: str
    en: str
    zh: str
    share: bool
    worse: Literal[1, -1] = Field(description="1 where more of it is worse, else -1.")
    margin: float | None = Field(
        description="By how much it may get worse; null for what shall get better."
    )
    old: float | None
    new: float | None
    change: float | None
    low: float | None = Field(description="With `high`, holds the change at every look, 95 %.")
    high: float | None
    state: Literal["kept", "broken", "open"]


class WatchedOut(_Shape):
    """Where a release stands by what has happened so far."""

    verdict: Literal["too_little", "go_on", "stop_harm", "ship", "no_difference"]
    stop_advised: bool
    why_en: str
    why_zh: str
    blocks_old: int
    blocks_new: int
    pairs: int = Field(description="Pairs of blocks, one of each policy, that were compared.")
    pairs_least: int
    days_more: int | None = Field(
        description="Days until there are figures, 0 from then on; null where that will never be."
    )
    days_needed: int | None = Field(
        description="Days that show a tenth fewer late tickets, or more, with 80 %."
    )
    figures: list[ReleaseFigureOut]


class GrayReleaseOut(_Shape):
    """A release that runs: `new` is the policy version of `share` of the blocks, `old` the rest's.

    `since` is its first refresh, `as_of` the last that was looked at, on the desk's clock; null,
    as `watched` is, before the first.
    """

    share: float
    block_hours: int
    old: int
    new: int
    since: datetime | None = Field(strict=False)
    as_of: datetime | None = Field(strict=False)
    watched: WatchedOut | None


class ReleaseOut(_Shape):
    """Whether a gray release runs, and how it does."""

    running: bool
    release: GrayReleaseOut | None


def release_answer(found: GrayRelease | None) -> Json:
    """The answer to how the release does."""
    return {"running": found is not None, "release": None if found is None else _release(found)}


def _release(found: GrayRelease) -> Json:
    return {
        "share": found.release.share,
        "block_hours": found.release.block_hours,
        "old": found.old.version,
        "new": found.new.version,
        "since": found.since,
        "as_of": found.as_of,
        "watched": None if found.watched is None else _watched(found.watched),
    }


def _watched(told: Watched) -> Json:
    figures = [_figure(each) for each in told.figures]
    return {**asdict(told), "figures": figures, "stop_advised": told.verdict == "stop_harm"}


def _figure(figure: Figure) -> Json:
    rounded = ("old", "new", "change", "low", "high")
    told = asdict(figure)
    return {**told, **{name: _rounded(told[name]) for name in rounded}}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
