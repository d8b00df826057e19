"""The risk of a ticket: calibrated timeout and escalation, and the hours to its resolution.

Boosters are kept as LightGBM's own text, which can be read without pickle (and by another,
faster scorer). LightGBM is loaded on first use: it costs a second that `--help` need not pay.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError
from model import eta
from model.calibration import EDGE, RAW, Calibration, logit
from model.scorer import Scorer, checked
from model.shapley import Shapley
from model.shapley import checked as checked_shapley

Float = NDArray[np.float64]

FORESTS: Final = ("timeout", "escalation", "eta_p50", "eta_p90")


DUE: Final = "hours_to_due"
"""The feature that holds the promised time left, NaN without a promise."""

CERTAIN: Final = 1.0 - EDGE
ROUNDING: Final = 1e-9
"""A difference of log-odds below this comes from adding in another order."""


def lightgbm() -> Any:  # noqa: ANN401  # an untyped module
    """The LightGBM module, loaded so that its idle threads sleep instead of spinning."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import lightgbm  # noqa: PLC0415  # a second that `--help` need not pay

    return lightgbm


@dataclass(frozen=True, eq=False)
class Forest:
    """A booster as text, or (`text` empty) a constant raw score where nothing could be learned.

    A timeout or escalation forest gives log-odds, an eta forest `log(1 + hours)`.
    """

    text: str = ""
    constant: float = 0.0

    @cached_property
    def booster(self) -> Any:  # noqa: ANN401  # of an untyped library
        """The LightGBM booster.

        Raises:
            ModelError: the text is not a booster.
        """
        module = lightgbm()
        try:
            return module.Booster(model_str=self.text)
        except module.basic.LightGBMError as error:
            raise ModelError(
                "a booster cannot be read", where=str(error), remedy="load another model version"
            ) from error

    def raw(self, x: Float, threads: int = 1) -> Float:
        """(n,) raw scores of the rows of `x` (n, p)."""
        if not self.text:
            return np.full(x.shape[0], self.constant)
        if x.shape[0] == 0:
            return np.zeros(0)
        return self._by_booster(x, threads) if self.scorer is None else self.scorer.raw(x, threads)

    @cached_property
    def scorer(self) -> Scorer | None:
        """The fast exact scorer; None where it is not LightGBM's equal, which then scores."""
        if not self.text:
            return None
        return checked(self.text, self.booster.num_feature(), self._by_booster)

    def _by_booster(self, x: Float, threads: int = 1) -> Float:
        score = self.booster.predict(x, raw_score=True, num_threads=threads)
        return cast("Float", np.asarray(score, dtype=np.float64))

    def contributions(self, x: Float, threads: int = 1) -> Float:
        """(n, p + 1) exact SHAP contributions, the last column the base; rows add up to `raw`.

        By `model.shapley`, and by LightGBM where that is not its equal.
        """
        if not self.text or x.shape[0] == 0:
            flat = np.zeros((x.shape[0], x.shape[1] + 1))
            flat[:, -1] = self.constant
            return flat
        if self._shapley is None:
            return self._shapley_by_booster(x, threads)
        return self._shapley.contributions(x, threads)

    @cached_property
    def _shapley(self) -> Shapley | None:
        """The fast exact contributions of a forest that the fast scorer follows, too."""
        if self.scorer is None:
            return None
        columns = self.booster.num_feature()
        return checked_shapley(self.scorer.trees, columns, self._shapley_by_booster)

    def _shapley_by_booster(self, x: Float, threads: int = 1) -> Float:
        parts = self.booster.predict(x, pred_contrib=True, num_threads=threads)
        return cast("Float", np.asarray(parts, dtype=np.float64))


@dataclass(frozen=True, slots=True, eq=False)
class RiskColumns:
    """Per row (n,): two calibrated probabilities in [0, 1] and two ETA quantiles in hours."""

    timeout: Float
    escalation: Float
    eta_p50_hours: Float
    eta_p90_hours: Float


@dataclass(frozen=True, eq=False)
class RiskModel:
    """Four forests over one list of features, their calibrations and conformal shifts.

    `names` and `categorical` are the columns that the forests were trained on, in order.
    Where `live`, the level of the timeout risk follows the desk (`model.live`): `shift` is what
    is added to its log-odds on the day at hand.
    `threads` is per call: one, because a served process has other work for its cores.
    """

    names: tuple[str, ...]
    categorical: tuple[str, ...]
    timeout: Forest
    escalation: Forest
    eta_p50: Forest
    eta_p90: Forest
    timeout_calibration: Calibration = RAW
    escalation_calibration: Calibration = RAW
    eta_shifts: tuple[float, float] = (0.0, 0.0)
    live: bool = False
    shift: float = 0.0
    threads: int = 1

    def check(self, names: Sequence[str]) -> None:
        """Refuse columns other than those the model was trained on.

        Raises:
            ModelError: another number, name or order of columns.
        """
        if tuple(names) != self.names:
            strange = sorted(set(names) ^ set(self.names)) or ["the order of the columns"]
            raise ModelError(
                f"the model was trained on other features: {', '.join(strange[:3])}",
                remedy="train again with this version of the features",
            )

    def predict(self, x: Float, shift: Float | None = None) -> RiskColumns:
        """Risk and ETA of the rows of `x` (n, p), columns as `names`; `shift` as for the risk."""
        p50, p90 = self.hours(x)
        return RiskColumns(
            timeout=self.timeout_risk(x, shift),
            escalation=self.escalation_risk(x),
            eta_p50_hours=p50,
            eta_p90_hours=p90,
        )

    def timeout_risk(self, x: Float, shift: Float | None = None) -> Float:
        """(n,) calibrated probability that the promise is broken; `CERTAIN` once it is.

        Past its promised time a ticket is late whatever becomes of it, and no forest is asked.
        `shift` (n,) stands for the model's own where the rows are of many days.
        """
        return self.timeout_of(self.timeout.raw(x, self.threads), self.hours_to_due(x), shift)

    def timeout_of(self, raw: Float, left: Float, shift: Float | None = None) -> Float:
        """The same of what the forest says, `raw` (n,), with `left` (n,) hours to the promise."""
        level = self.shift if shift is None else shift
        return np.where(left <= 0.0, CERTAIN, self.timeout_calibration(sigmoid(raw + level)))

    def hours_to_due(self, x: Float) -> Float:
        """(n,) the hours left of the promised time, NaN without a promise."""
        return x[:, self.names.index(DUE)] if DUE in self.names else np.full(len(x), np.nan)

    def escalation_risk(self, x: Float) -> Float:
        """(n,) calibrated probability of an escalation from now on."""
        return self.escalation_of(self.escalation.raw(x, self.threads))

    def escalation_of(self, raw: Float) -> Float:
        """The same of what the forest says, `raw` (n,)."""
        return self.escalation_calibration(sigmoid(raw))

    def hours(self, x: Float) -> tuple[Float, Float]:
        """(n,) each: hours from now by which the ticket is resolved, with 0.5 and 0.9."""
        return eta.to_hours(self.log_hours(x), self.eta_shifts)

    def log_hours(self, x: Float) -> tuple[Float, Float]:
        """(n,) each: the quantiles of log(1 + hours) as the forests give them."""
        return self.eta_p50.raw(x, self.threads), self.eta_p90.raw(x, self.threads)

    def contributions(self, x: Float) -> Float:
        """(n, p + 1) contributions to the timeout log-odds before calibration; last is the base."""
        return self.timeout.contributions(x, self.threads)

    def explained(self, x: Float) -> Float:
        """(n, p + 2) what makes the timeout risk: its columns, the level, and last the base.

        A row adds up to the log-odds of `timeout_risk`. The level is what calibration and the
        shift of the day bring; what an overdue promise makes certain stands at `DUE`.
        """
        parts = self.contributions(x)
        raw = parts.sum(axis=1)
        level = logit(self.timeout_calibration(sigmoid(raw + self.shift))) - raw
        level = np.where(np.abs(level) < ROUNDING, 0.0, level)
        if DUE in self.names:
            due = self.names.index(DUE)
            certain = logit(np.array([CERTAIN]))[0] - raw - level
            parts[:, due] += np.where(x[:, due] <= 0.0, certain, 0.0)
        return np.column_stack([parts[:, :-1], level, parts[:, -1]])


def sigmoid(z: Float) -> Float:
    """`1 / (1 + exp(-z))`, without overflow.

    >>> sigmoid(np.array([0.0, 1000.0])).tolist()
    [0.5, 1.0]
    """
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def log_odds(share: float) -> float:
    """The log-odds of a share, kept off 0 and 1."""
    share = min(max(share, 1e-4), 1.0 - 1e-4)
    return float(np.log(share) - np.log1p(-share))
