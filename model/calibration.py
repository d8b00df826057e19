"""From scores to probabilities that mean what they say.

Four families of fixed maps: `raw` (leave it), `platt` (Platt, 1999), `beta` (Kull, Silva Filho
and Flach, 2017) and `isotonic` (Zadrozny and Elkan, 2002); beside them `live`, whose level is
learned anew every day (`model.live`). A map is kept only if it beats raw on a slice that is *later*
than the one it was fitted on: under drift, calibration can do harm. The daily level goes before
any map unless it costs something there: what it is for, a plan that begins to serve, is in no log
yet, and what a map learned under the old rule is wrong from that day on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

Float = NDArray[np.float64]
Kind = Literal["raw", "platt", "beta", "isotonic"]

KINDS: Final[tuple[Kind, ...]] = ("raw", "platt", "beta", "isotonic")
LIVE: Final = "live"
"""The name of the calibration that is no fixed map."""
MIN_OUTCOMES: Final = 50
"""With fewer outcomes of either class no map is fitted: it would follow the few there are."""
EDGE: Final = 1e-6
"""No probability is nearer to 0 or 1 than this."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """A non-decreasing map from raw to calibrated probability.

    `platt`: parameters (a, b), logit q = a logit p + b, a >= 0. `beta`: (a, b, c), logit q =
    a ln p - b ln(1 - p) + c, a, b >= 0. `isotonic`: knots (x, y), linear in between.
    """

    kind: Kind = "raw"
    parameters: tuple[float, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def __call__(self, p: Float) -> Float:
        """Calibrated probabilities, same shape, within `[EDGE, 1 - EDGE]`.

        >>> Calibration("platt", (1.0, 0.0))(np.array([0.2, 0.7])).round(6).tolist()
        [0.2, 0.7]
        """
        p = np.clip(np.asarray(p, dtype=np.float64), EDGE, 1.0 - EDGE)
        if self.kind == "platt":
            slope, shift = self.parameters
            p = _sigmoid(slope * logit(p) + shift)
        elif self.kind == "beta":
            low, high, shift = self.parameters
            p = _sigmoid(low * np.log(p) - high * np.log1p(-p) + shift)
        elif self.kind == "isotonic":
            p = np.interp(p, self.x, self.y)
        return cast("Float", np.clip(p, EDGE, 1.0 - EDGE))

    def to_json(self) -> dict[str, object]:
        """The map as a JSON object."""
        return {
            "kind": self.kind,
            "parameters": list(self.parameters),
            "x": list(self.x),
            "y": list(self.y),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Calibration:
        """The map again.

        Raises:
            ModelError: the object is not one that `to_json` makes.
        """
        try:
            kind = data["kind"]
            numbers = [tuple(float(v) for v in data[name]) for name in ("parameters", "x", "y")]
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError("not a calibration", where=str(error), remedy="train again") from error
        if kind not in KINDS:
            raise ModelError(f"unknown calibration {kind!r}", remedy=f"one of {', '.join(KINDS)}")
        return cls(kind, *numbers)


RAW: Final = Calibration()
"""No calibration: the raw probability."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Raw probabilities `p`, outcomes `y` in {0, 1} and weights `w`, each (n,)."""

    p: Float
    y: Float
    w: Float

    def join(self, other: Outcomes) -> Outcomes:
        """Both, one after the other."""
        return Outcomes(
            np.concatenate([self.p, other.p]),
            np.concatenate([self.y, other.y]),
            np.concatenate([self.w, other.w]),
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The calibration that is kept, and what each family scored out of time.

    `log_loss` and `brier` by family, in units of what the raw risk scored on the same rows.
    `live`: the level follows the desk from day to day (`model.live`), the map stays raw.
    """

    calibration: Calibration
    log_loss: dict[str, float]
    brier: dict[str, float]
    live: bool = False

    @property
    def kind(self) -> str:
        """The name of what is kept."""
        return LIVE if self.live else self.calibration.kind


def fit(kind: Kind, data: Outcomes) -> Calibration:
    """The calibration of one family with the least weighted log loss (isotonic: least squares)."""
    if kind == "raw":
        return Calibration()
    if kind == "isotonic":
        return _fit_isotonic(data)
    p = np.clip(data.p, EDGE, 1.0 - EDGE)
    if kind == "platt":
        design, bounds = np.column_stack([logit(p), np.ones_like(p)]), [(0.0, None), (None, None)]
        start = [1.0, 0.0]
    else:
        design = np.column_stack([np.log(p), -np.log1p(-p), np.ones_like(p)])
        bounds, start = [(0.0, None), (0.0, None), (None, None)], [1.0, 1.0, 0.0]
    return Calibration(kind, _logistic(design, data, start, bounds))


def choose(
    early: Outcomes,
    late: Outcomes,
    margin: float = 0.005,
    live: tuple[Outcomes, Outcomes] | None = None,
) -> Choice:
    """Fit each family on `early`, compare on `late`, keep one only if it beats raw there.

    `live` is what the raw risk and the one that follows the desk said of every slice there is: it
    learns from none, so all are out of time for it. A family beats raw if its Brier score is
    lower than raw's on the same rows and its log loss lower by the share `margin`; the one with
    the largest share is fitted again on both slices. `live` goes before all of them unless it
    loses more than `margin` to raw in either. With fewer than two outcomes in a slice
    nothing can be compared and raw stays; with fewer than `MIN_OUTCOMES` of either no map is
    fitted.
    """
    if min(np.unique(early.y).size, np.unique(late.y).size) < 2:
        return Choice(Calibration(), {}, {})
    enough = min(np.sum(early.y > 0.0), np.sum(early.y <= 0.0)) >= MIN_OUTCOMES
    kinds: tuple[Kind, ...] = KINDS if enough else ("raw",)
    trials = {str(kind): (late, fit(kind, early)(late.p)) for kind in kinds}
    if live is not None:
        raw, followed = live
        trials[LIVE] = (raw, np.clip(followed.p, EDGE, 1.0 - EDGE))
    losses = {kind: _relative(_log_loss, q, data) for kind, (data, q) in trials.items()}
    briers = {kind: _relative(_brier, q, data) for kind, (data, q) in trials.items()}
    better = [kind for kind in kinds if briers[kind] < 1.0 and losses[kind] < 1.0 - margin]
    best: Kind = min(better, key=losses.__getitem__) if better else "raw"
    if live is not None and max(losses[LIVE], briers[LIVE]) <= 1.0 + margin:
        return Choice(RAW, losses, briers, live=True)
    return Choice(fit(best, early.join(late)), losses, briers)


def _relative(loss: Callable[[Float, Outcomes], float], q: Float, data: Outcomes) -> float:
    """A loss in units of the raw risk's on the same rows."""
    return loss(q, data) / max(loss(np.clip(data.p, EDGE, 1.0 - EDGE), data), 1e-12)


def _brier(q: Float, data: Outcomes) -> float:
    return float(np.average((q - data.y) ** 2, weights=data.w))


def _log_loss(q: Float, data: Outcomes) -> float:
    loss = -(data.y * np.log(q) + (1.0 - data.y) * np.log1p(-q))
    return float(np.average(loss, weights=data.w))


def _logistic(
    design: Float, data: Outcomes, start: list[float], bounds: list[tuple[float | None, None]]
) -> tuple[float, ...]:
    from scipy.optimize import minimize  # noqa: PLC0415  # serving need not load it

    weight = data.w / data.w.sum()

    def loss(theta: Float) -> tuple[float, Float]:
        z = design @ theta
        value = float(np.sum(weight * (np.logaddexp(0.0, z) - data.y * z)))
        return value, design.T @ (weight * (_sigmoid(z) - data.y))

    found = minimize(loss, np.asarray(start), jac=True, method="L-BFGS-B", bounds=bounds)
    return tuple(float(value) for value in found.x)


def _fit_isotonic(data: Outcomes) -> Calibration:
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415  # nor this

    p = np.clip(data.p, EDGE, 1.0 - EDGE)
    model = IsotonicRegression(y_min=EDGE, y_max=1.0 - EDGE, out_of_bounds="clip")
    model.fit(p, data.y, sample_weight=data.w)
    x, y = model.X_thresholds_.tolist(), model.y_thresholds_.tolist()
    return Calibration("isotonic", (), tuple(x), tuple(y))


def logit(p: Float) -> Float:
    """The log-odds of probabilities strictly between 0 and 1.

    >>> logit(np.array([0.5])).tolist()
    [0.0]
    """
    return cast("Float", np.log(p) - np.log1p(-p))


def _sigmoid(z: Float) -> Float:
    return 0.5 * (1.0 + np.tanh(0.5 * z))
