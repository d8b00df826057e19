"""A desk whose assessor does not know something, or is wrong: what ablations put in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Final, TypeVar

import numpy as np

from features.snapshot import Snapshot
from features.stream import Floats, Ints
from model.assess import Assessor
from model.assessment import RiskLike
from model.calibration import RAW
from model.desk import ServedDesk
from model.hand_over import PairRisk
from model.risk import CERTAIN, RiskColumns, RiskModel

Doubt = Callable[[Assessor], Assessor]
SEED: Final = 0


@dataclass(frozen=True, slots=True, eq=False)
class DoubtedDesk(ServedDesk):
    """A desk that assesses as the served one does, and doubts it."""

    doubt: Doubt

    def assess(self, snapshot: Snapshot) -> Assessor:
        """The doubted assessor of a screened snapshot."""
        return self.doubt(self.seen(snapshot))


def with_doubt(desk: ServedDesk, doubt: Doubt) -> DoubtedDesk:
    """The desk with a doubt."""
    return DoubtedDesk(desk.bundle, desk.history, desk.policy, doubt)


def strangers_all(known: Assessor) -> Assessor:
    """Everybody is unknown to the history, so skill is the prior of the team."""
    nobody = np.full(len(known.agents), -1, np.int64)
    return replace(known, agents=replace(known.agents, agent=nobody))


@dataclass(frozen=True, eq=False)
class Indifferent(Assessor):
    """Says of every agent what it says of the ticket as it is."""

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:  # noqa: ARG002 - the seam's signature
        """The risk of ticket `t_idx[i]` as it is, whoever is asked about."""
        risk: PairRisk = self.as_is()
        return RiskColumns(
            timeout=risk.timeout[t_idx],
            escalation=risk.escalation[t_idx],
            eta_p50_hours=risk.eta_p50_hours[t_idx],
            eta_p90_hours=risk.eta_p90_hours[t_idx],
        )

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`: nobody brings less than it is."""
        risk = self.as_is()
        return risk.timeout[t_rows], risk.escalation[t_rows]

    def begun(self, t_idx: Ints, a_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`: begun by whoever has it."""
        return Assessor.begun(self, t_idx, np.full_like(a_idx, -1), hours)

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """See `AssessorLike`: what anybody needs."""
        return Assessor.work_hours(self, t_idx, np.full_like(a_idx, -1))


def risks_of_nobody_in_particular(known: Assessor) -> Assessor:
    """A ticket's risk and work are the same with everybody."""
    return _as(Indifferent, known)


def uncalibrated(desk: ServedDesk) -> ServedDesk:
    """The desk with the risk as its forests say it, on every day the same."""
    risk = replace(
        desk.bundle.risk, timeout_calibration=RAW, escalation_calibration=RAW, live=False
    )
    return replace(desk, bundle=replace(desk.bundle, risk=risk))


@dataclass(frozen=True, eq=False)
class Shuffled(RiskModel):
    """Gives every row the score of another; what is late stays late."""

    def timeout_of(self, raw: Floats, left: Floats, shift: Floats | None = None) -> Floats:
        """As `RiskModel`, of scores in another order, always the same for so many."""
        return RiskModel.timeout_of(self, _mixed(raw), left, shift)

    def escalation_of(self, raw: Floats) -> Floats:
        """As `RiskModel`, of scores in another order."""
        return RiskModel.escalation_of(self, _mixed(raw))


@dataclass(frozen=True, eq=False)
class Inverted(RiskModel):
    """Calls safe what is risky, and risky what is safe; what is late stays late."""

    def timeout_of(self, raw: Floats, left: Floats, shift: Floats | None = None) -> Floats:
        """1 less what `RiskModel` says."""
        said = RiskModel.timeout_of(self, raw, left, shift)
        return np.where(left <= 0.0, CERTAIN, 1.0 - said)

    def escalation_of(self, raw: Floats) -> Floats:
        """1 less what `RiskModel` says."""
        return 1.0 - RiskModel.escalation_of(self, raw)


@dataclass(frozen=True, eq=False)
class Unbounded(Assessor):
    """Knows no risk below which nobody comes: the order of the scores is lost."""

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`."""
        return np.zeros(t_rows.size), np.zeros(t_rows.size)


def shuffled(known: Assessor) -> Assessor:
    """The model has come to mix up its rows."""
    return _with_model(Shuffled, known)


def inverted(known: Assessor) -> Assessor:
    """The model has come to say the opposite."""
    return _with_model(Inverted, known)


Kind = TypeVar("Kind")


def _with_model(kind: type[RiskModel], known: Assessor) -> Assessor:
    bundle = replace(known.bundle, risk=_as(kind, known.bundle.risk))
    return _as(Unbounded, replace(known, bundle=bundle))


def _as(kind: type[Kind], whole: Assessor | RiskModel) -> Kind:
    """The same fields under another class."""
    return kind(*(getattr(whole, field.name) for field in fields(whole)))


def _mixed(raw: Floats) -> Floats:
    return np.random.default_rng(SEED).permutation(raw)
