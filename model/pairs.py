"""The risk of each pair that is looked at: from the model, or without it when time is short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from features.errors import ModelError
from model.assessment import AssessorLike, DimensionsLike, RiskLike
from model.columns import Columns, Floats, Ints
from model.score import Edges

SKILL_SHIFT: Final = 2.0
"""Log-odds that the whole range of skill is worth where the model is not asked."""

CHUNK: Final = 32_768
"""Pairs asked for at a time; the clock is looked at in between."""


@dataclass(frozen=True, slots=True)
class PairRisks:
    """Probabilities of timeout and escalation of edges, arrays (n_e,)."""

    timeout: Floats
    escalation: Floats


def kept(as_is: RiskLike, ticket: Ints) -> PairRisks:
    """The risk of each ticket as it is: by definition also that of staying with its owner."""
    return PairRisks(as_is.timeout[ticket], as_is.escalation[ticket])


def shifted(
    as_is: RiskLike, dimensions: DimensionsLike, columns: Columns, edges: Edges
) -> PairRisks:
    """The stand-in for the model: the risk as it is, moved by the difference in skill.

    `logit P_ij = logit P_i - 2 * (skill_ij - skill_i)`, where `skill_i` is the owner's, or the
    desk's mean where the ticket has no owner; the same for escalation.
    """
    same = kept(as_is, edges.ticket)
    if not len(edges):
        return same
    owner = columns.owner[edges.ticket]
    skill = dimensions.skill
    usual = np.where(owner >= 0, skill(edges.ticket, owner), skill.mean(edges.ticket))
    push = SKILL_SHIFT * (usual - skill(edges.ticket, edges.agent))
    return PairRisks(_pushed(same.timeout, push), _pushed(same.escalation, push))


def modelled(
    assessor: AssessorLike,
    as_is: RiskLike,
    columns: Columns,
    edges: Edges,
    in_time: Callable[[float], bool],
) -> PairRisks:
    """The model's risks of the edges.

    It is all or nothing, never some pairs by the model and some without it: the two would not
    compare, and a decision could not be replayed. `in_time(share)` is told which share of the
    pairs is done and says whether the rest can be waited for.

    Raises:
        ModelError: it would not be done in time, the model refuses, or says what is no number.
    """
    found = kept(as_is, edges.ticket)  # fancy indexing: copies, free to be written to
    away = np.flatnonzero(columns.owner[edges.ticket] != edges.agent)
    for start in range(0, len(away), CHUNK):
        if not in_time(start / len(away)):
            raise ModelError("the pairs take too long", where=f"{len(away)} pairs")
        rows = away[start : start + CHUNK]
        part = assessor.pairs(edges.ticket[rows], edges.agent[rows])
        found.timeout[rows], found.escalation[rows] = part.timeout, part.escalation
    if not (np.isfinite(found.timeout).all() and np.isfinite(found.escalation).all()):
        raise ModelError("a risk is no number", where=f"{len(away)} pairs")
    return found


def hours(
    assessor: AssessorLike, as_is: RiskLike, columns: Columns, agent: Ints
) -> tuple[Floats, Floats]:
    """Hours until each ticket (n_t,) is closed with probability 0.5 and 0.9 under a plan.

    The model is asked only about tickets that change hands.

    Raises:
        ModelError: the model refuses.
    """
    p50, p90 = as_is.eta_p50_hours.copy(), as_is.eta_p90_hours.copy()
    moved = np.flatnonzero((agent >= 0) & (agent != columns.owner))
    if len(moved):
        told = assessor.pairs(moved, agent[moved])
        p50[moved], p90[moved] = told.eta_p50_hours, told.eta_p90_hours
    return p50, p90


def spread(risks: PairRisks, rows: Ints, length: int) -> PairRisks:
    """The risks at `rows` of arrays (length,), NaN elsewhere."""
    found = PairRisks(np.full(length, np.nan), np.full(length, np.nan))
    found.timeout[rows], found.escalation[rows] = risks.timeout, risks.escalation
    return found


def picked(risks: PairRisks, rows: Ints) -> PairRisks:
    """The risks at `rows`."""
    return PairRisks(risks.timeout[rows], risks.escalation[rows])


def stacked(first: PairRisks, second: PairRisks, rows: Ints) -> PairRisks:
    """Both after one another, then their elements at `rows`."""
    return PairRisks(
        np.concatenate([first.timeout, second.timeout])[rows],
        np.concatenate([first.escalation, second.escalation])[rows],
    )


def _pushed(probability: Floats, push: Floats) -> Floats:
    safe = np.clip(probability, 1e-9, 1 - 1e-9)
    odds = np.log(safe / (1 - safe)) + push
    moved: Floats = 1 / (1 + np.exp(-odds))
    return moved
