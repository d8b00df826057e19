"""An assessor whose model may fail in any way: every failure of it is a `ModelError`.

So that `model.in_time` has one thing to catch: whatever a library throws, and every answer that
is no number, is told in one word. What is read off the history alone is passed on as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from features.errors import ModelError
from features.waits import Waits
from model.assessment import AssessorLike, DimensionsLike, RiskLike
from model.columns import Bools, Floats, Ints
from model.decision import Reason

Told = TypeVar("Told")


def told_by(ask: Callable[[], Told], who: str) -> Told:
    """What `ask` gives.

    Raises:
        ModelError: it raised anything; the cause is kept.
    """
    try:
        return ask()
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"{who} failed ({type(error).__name__})") from error


def numbers(ask: Callable[[], Floats], who: str) -> Floats:
    """The finite numbers that `ask` gives.

    Raises:
        ModelError: it raised anything, or gave what is no number.

    >>> numbers(lambda: np.array([0.5, np.nan]), "the model")
    Traceback (most recent call last):
    features.errors.ModelError: the model gave what is no number
    """
    found = told_by(ask, who)
    if not np.isfinite(found).all():
        raise ModelError(f"{who} gave what is no number")
    return found


@dataclass(frozen=True, slots=True)
class GuardedRisk:
    """Risks that are looked at when they are read, as they may be computed only then."""

    risk: RiskLike

    @property
    def timeout(self) -> Floats:
        """Raises ModelError, as all here."""
        return numbers(lambda: self.risk.timeout, "the timeout risk")

    @property
    def escalation(self) -> Floats:
        """As `timeout`."""
        return numbers(lambda: self.risk.escalation, "the escalation risk")

    @property
    def eta_p50_hours(self) -> Floats:
        """As `timeout`."""
        return numbers(lambda: self.risk.eta_p50_hours, "the ETA")

    @property
    def eta_p90_hours(self) -> Floats:
        """As `timeout`."""
        return numbers(lambda: self.risk.eta_p90_hours, "the ETA")


@dataclass(frozen=True, slots=True)
class Guarded:
    """An `AssessorLike` that raises nothing but ModelError where the model is asked."""

    inner: AssessorLike

    def as_is(self) -> RiskLike:
        """See `AssessorLike`. Raises ModelError, as all here that ask the model."""
        return GuardedRisk(told_by(self.inner.as_is, "the risk model"))

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """See `AssessorLike`."""
        return GuardedRisk(told_by(lambda: self.inner.pairs(t_idx, a_idx), "the risk model"))

    def matrix(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`."""
        return told_by(lambda: self.inner.matrix(t_rows), "the risk model")

    def ready(self) -> None:
        """See `AssessorLike`."""
        told_by(self.inner.ready, "the risk model")

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`: a model that fails knows of none, and the plan stands as it is."""
        try:
            timeout, escalation = told_by(lambda: self.inner.floor(t_rows), "the risk model")
        except ModelError:
            return np.zeros(t_rows.size), np.zeros(t_rows.size)
        return np.nan_to_num(timeout), np.nan_to_num(escalation)

    def delayed(self, hours: Floats) -> Floats:
        """See `AssessorLike`."""
        return numbers(lambda: self.inner.delayed(hours), "the risk of waiting")

    def begun(self, t_idx: Ints, a_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`."""
        return numbers(lambda: self.inner.begun(t_idx, a_idx, hours), "the risk once begun")

    def eased(self, t_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`."""
        return numbers(lambda: self.inner.eased(t_idx, hours), "the risk if eased")

    def reasons(self, t_idx: Ints, a_idx: Ints, top: int) -> Sequence[tuple[Reason, ...]]:
        """See `AssessorLike`."""
        return told_by(lambda: self.inner.reasons(t_idx, a_idx, top), "the explanation")

    def waits(self) -> Waits:
        """See `AssessorLike`."""
        return self.inner.waits()

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """See `AssessorLike`."""
        return self.inner.work_hours(t_idx, a_idx)

    def changed_since(self, at_us: Ints) -> Bools:
        """See `AssessorLike`."""
        return self.inner.changed_since(at_us)

    def dimensions(self) -> DimensionsLike:
        """See `AssessorLike`."""
        return self.inner.dimensions()
