"""The risk of pairs: from rows of a frame, or from the parts of tickets that change hands."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from features.parts import HandOvers
from features.stream import Floats, Ints
from model.columns import Bools
from model.pair_scorer import PairScorer, score
from model.risk import Forest, RiskModel

Scorers = tuple[PairScorer | None, PairScorer | None]
"""Of the timeout and the escalation; None for a forest that is a constant."""


class _Hours(ABC):
    """The two quantiles of the hours, computed together when either is read."""

    @cached_property
    @abstractmethod
    def _hours(self) -> tuple[Floats, Floats]:
        """(n,) each, with probability 0.5 and 0.9."""

    @property
    def eta_p50_hours(self) -> Floats:
        """Hours from now by which the ticket is resolved with probability 0.5."""
        return self._hours[0]

    @property
    def eta_p90_hours(self) -> Floats:
        """Hours from now by which the ticket is resolved with probability 0.9."""
        return self._hours[1]


@dataclass(frozen=True, eq=False)
class PairRisk(_Hours):
    """Risk of the rows of a frame, each forest asked only when its column is read."""

    model: RiskModel
    x: Floats

    @cached_property
    def timeout(self) -> Floats:
        """Probability that the promised time is missed."""
        return self.model.timeout_risk(self.x)

    @cached_property
    def escalation(self) -> Floats:
        """Probability that the ticket is escalated from now on."""
        return self.model.escalation_risk(self.x)

    @cached_property
    def _hours(self) -> tuple[Floats, Floats]:
        return self.model.hours(self.x)


@dataclass(frozen=True, eq=False)
class HandOverRisk(_Hours):
    """Risk of tickets `t` (n,) with agents `a` (n,): one that is not `moved` (n,) stays as it is.

    Timeout and escalation come from the parts, together, when either is read; the hours, read of
    few pairs, from rows. Both say the same to the bit.
    """

    model: RiskModel
    as_is: PairRisk
    scorers: Scorers
    t: Ints
    a: Ints
    moved: Bools

    @property
    def timeout(self) -> Floats:
        """Probability that the promised time is missed."""
        return self._chances[0]

    @property
    def escalation(self) -> Floats:
        """Probability that the ticket is escalated from now on."""
        return self._chances[1]

    @cached_property
    def _chances(self) -> tuple[Floats, Floats]:
        model, t = self.model, self.t[self.moved]
        said = iter(score([s for s in self.scorers if s], t, self.a[self.moved], model.threads))
        timeout, escalation = (
            next(said) if scorer else np.full(t.size, forest.constant)
            for scorer, forest in zip(self.scorers, (model.timeout, model.escalation), strict=True)
        )
        left = model.hours_to_due(self.as_is.x)[t]
        return (
            self._filled(self.as_is.timeout, model.timeout_of(timeout, left)),
            self._filled(self.as_is.escalation, model.escalation_of(escalation)),
        )

    @cached_property
    def _hours(self) -> tuple[Floats, Floats]:
        parts = next(scorer.parts for scorer in self.scorers if scorer)
        p50, p90 = self.model.hours(parts.rows(self.t[self.moved], self.a[self.moved]))
        as_is = self.as_is
        return self._filled(as_is.eta_p50_hours, p50), self._filled(as_is.eta_p90_hours, p90)

    def _filled(self, as_is: Floats, moved: Floats) -> Floats:
        """What was found of the moved, and of the others what they have as they are."""
        found = as_is[self.t]
        found[self.moved] = moved
        return found


def scorers_of(model: RiskModel, parts: HandOvers) -> Scorers | None:
    """The scorers of a desk's hand-overs; None where a forest must be left to LightGBM."""
    forests = (model.timeout, model.escalation)
    if any(forest.text and forest.scorer is None for forest in forests):
        return None
    timeout, escalation = (_scorer(forest, parts) for forest in forests)
    return (timeout, escalation) if timeout or escalation else None


def _scorer(forest: Forest, parts: HandOvers) -> PairScorer | None:
    return None if forest.scorer is None else PairScorer(forest.scorer, parts)
