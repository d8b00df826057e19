"""A desk without a risk model: none was ever trained, or the registry is gone and nothing kept.

Its history and policy are as good as ever; only the model says nothing. Every decision of it
names `risk_model` as what gave way, and the ladder of `model.in_time` puts the urgency of a
ticket, which is first of all the time left to its promise, in the place of its risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from features.errors import ModelError
from features.frame import Encoder
from features.waits import Waits
from model.assess import Assessor
from model.assessment import DimensionsLike, RiskLike
from model.bundle import Bundle, BundleInfo
from model.columns import Bools, Floats, Ints
from model.decision import Reason
from model.risk import Forest, RiskModel

_NOTHING: Final = Forest()

NO_MODEL: Final = Bundle(
    info=BundleInfo("", "", "1970-01-01T00:00:00+00:00", name="none", version=0),
    risk=RiskModel((), (), *(_NOTHING,) * 4),
    encoder=Encoder({}, ()),
)
"""Stands for a model where there is none; told as `none`, version 0."""


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """An `AssessorLike` that knows the desk and its history, and no risk."""

    seen: Assessor

    def as_is(self) -> RiskLike:
        """Raises ModelError, as all here that would ask the model."""
        return _absent()

    def pairs(self, _t_idx: Ints, _a_idx: Ints) -> RiskLike:
        """Raises ModelError."""
        return _absent()

    def matrix(self, _t_rows: Ints) -> tuple[Floats, Floats]:
        """Raises ModelError."""
        return _absent()

    def ready(self) -> None:
        """Raises ModelError."""
        _absent()

    def floor(self, _t_rows: Ints) -> tuple[Floats, Floats]:
        """Raises ModelError."""
        return _absent()

    def delayed(self, _hours: Floats) -> Floats:
        """Raises ModelError."""
        return _absent()

    def begun(self, _t_idx: Ints, _a_idx: Ints, _hours: Floats) -> Floats:
        """Raises ModelError."""
        return _absent()

    def eased(self, _t_idx: Ints, _hours: Floats) -> Floats:
        """Raises ModelError."""
        return _absent()

    def reasons(self, _t_idx: Ints, _a_idx: Ints, _top: int) -> Sequence[tuple[Reason, ...]]:
        """Raises ModelError."""
        return _absent()

    def waits(self) -> Waits:
        """See `AssessorLike`."""
        return self.seen.waits()

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """See `AssessorLike`."""
        return self.seen.work_hours(t_idx, a_idx)

    def changed_since(self, at_us: Ints) -> Bools:
        """See `AssessorLike`."""
        return self.seen.changed_since(at_us)

    def dimensions(self) -> DimensionsLike:
        """See `AssessorLike`."""
        return self.seen.dimensions()


def _absent() -> NoReturn:
    raise ModelError("there is no risk model", remedy="train one with `fendan train EVENTS`")
