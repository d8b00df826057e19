"""The watch of a release that a service runs: its policy's own release as a design, and judged."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import timedelta
from typing import Final

import numpy as np

from experiments.rollout import words
from experiments.rollout.decisions import Decided
from experiments.rollout.design import Design
from experiments.rollout.errors import RolloutError
from experiments.rollout.exposure import Calendar
from experiments.rollout.grid import Grid
from experiments.rollout.judge import Standing
from experiments.rollout.metrics import METRICS
from experiments.rollout.outcomes import Desk
from experiments.rollout.power import needed, noise_of
from experiments.rollout.sequence import radius
from experiments.rollout.tickets import tickets_of
from experiments.rollout.watch import Levels, Watch, watch
from features.errors import LogError
from features.picture import micros_of
from features.words import Words
from model.decision import Version
from serving.policy.watching import Figure, ReleaseAsk, State, Watched

PLANNED_DAYS: Final = 56
"""How long a release is planned to run: whole fortnights, over which its blocks are balanced."""
WORTH_SEEING: Final = 0.1
"""The share of the late tickets less, or more, for which `days_needed` is reckoned."""
POWER: Final = 0.8
HOURS_A_DAY: Final = 24
_MOST: Final = 200
"""Pairs among which the fewest that say something are looked for; a dozen are enough by far."""


def watch_release(ask: ReleaseAsk) -> Watched:
    """Where the release stands; too little to judge is a verdict, not an error.

    Any share of the blocks will do: only pairs of which each policy had one block are compared,
    and which of the two it was is a fair coin (`model.release`).
    """
    design, found = design_of(ask), None
    with suppress(RolloutError, LogError):  # no pair yet, or no ticket: too little
        decided = (Decided(each.as_of, each.policy, False, ()) for each in ask.refreshes)
        found = watch(design, ask.events, decided)
    last = None if found is None else found.looks[-1]
    says = last is not None and (last.verdict != "go_on" or math.isfinite(last.metric.low))
    days_more = 0 if says else _days_more(ask, design)
    why = last.why if last is not None and says else _too_little(ask, days_more)
    return Watched(
        verdict=last.verdict if last is not None and says else "too_little",
        why_en=why.en,
        why_zh=why.zh,
        blocks_old=_blocks(ask, design.grid, ask.old),
        blocks_new=_blocks(ask, design.grid, ask.new),
        pairs=0 if last is None else last.metric.pairs,
        pairs_least=_pairs_least(design),
        days_more=days_more,
        days_needed=_days_needed(ask, design),
        figures=() if found is None else _figures(found),
    )


def design_of(ask: ReleaseAsk) -> Design:
    """The release as a design: of the whole desk, in blocks on its own clock."""
    return Design(
        name=ask.new.name,
        salt=str(ask.release.seed),
        start=ask.since,
        days=PLANNED_DAYS,
        control=ask.old,
        treatment=ask.new,
        block_hours=ask.release.block_hours,
    )


def _too_little(ask: ReleaseAsk, days_more: int | None) -> Words:
    times = ask.events["time"]
    if days_more is None:
        return words.never()
    begun = ask.now - ask.since >= timedelta(days=1)  # by then something has happened at any desk
    if begun and (times.empty or times.max() < ask.since):
        return words.no_events()
    return words.too_little(days_more)


def _blocks(ask: ReleaseAsk, grid: Grid, policy: Version) -> int:
    """How many blocks have had a refresh under a policy."""
    times = [micros_of(each.as_of) for each in ask.refreshes if each.policy == policy]
    return int(np.unique(grid.block_of(np.array(times, dtype=np.int64))).size)


def _pairs_least(design: Design) -> int:
    """The fewest pairs of which an interval has ends."""
    n = np.arange(1, _MOST + 1, dtype=np.float64)
    planned = Calendar.of(design).pairs(design.grid)
    return int(n[np.isfinite(radius(n, design.alpha, planned))][0])


def _pairs_a_day(ask: ReleaseAsk) -> float:
    """Pairs a day of which each policy has one block: a share far from a half leaves few."""
    mixed = 2 * min(ask.release.share, 1 - ask.release.share)
    return mixed * HOURS_A_DAY / (2 * ask.release.block_hours)


def _days_more(ask: ReleaseAsk, design: Design) -> int | None:
    """Days until the first interval has ends; None where no pair will ever have both policies."""
    a_day = _pairs_a_day(ask)
    if not a_day:
        return None
    gone = (ask.now - ask.since) / timedelta(days=1)
    whole = _pairs_least(design) / a_day + design.follow_up_hours / HOURS_A_DAY
    return max(math.ceil(whole - gone), 1)


def _days_needed(ask: ReleaseAsk, design: Design) -> int | None:
    """By what the desk was like before the release; None where the past does not tell."""
    events = ask.events[ask.events["time"] < ask.since]
    a_day = _pairs_a_day(ask)
    if events.empty or not a_day:
        return None
    try:
        desk = Desk.of(tickets_of(events, design.grid, design.follow_up_hours), design.grid, ())
        noise = noise_of(desk.units(design.metric), 1, design.grid)
        days = needed(noise, WORTH_SEEING * noise.level, POWER, design.alpha).always
    except (RolloutError, LogError):
        return None
    return math.ceil(days * noise.per_day / a_day)


def _figures(found: Watch) -> tuple[Figure, ...]:
    last = found.looks[-1]
    standings = (last.metric, *last.guardrails)
    return tuple(_figure(*each) for each in zip(standings, found.levels, strict=True))


def _figure(standing: Standing, levels: Levels) -> Figure:
    kind = METRICS[standing.metric]
    state: State = "broken" if standing.broken else "kept" if standing.kept else "open"
    low, high = standing.low, standing.high
    if kind.worse < 0:
        low, high = -high, -low
    return Figure(
        name=standing.metric,
        en=kind.en,
        zh=kind.zh,
        share=kind.share,
        worse=kind.worse,
        margin=_known(standing.margin),
        old=_known(levels.control),
        new=_known(levels.treatment),
        change=_known(kind.worse * standing.worse),
        low=_known(low),
        high=_known(high),
        state=state,
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
