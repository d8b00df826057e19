"""LightGBM forests on plain matrices: for an outcome, and for a quantile.

Trees stay ones that another scorer can read exactly: at most 63 leaves, no linear leaves, no
zero-as-missing. Same data, parameters and seed give the same text, on any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError
from model.risk import Forest, lightgbm, log_odds
from training.moments import Float

MAX_LEAVES: Final = 63
MIN_POSITIVES: Final = 10
"""With fewer outcomes of either class than this, the base rate is all that can be learned."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows to learn from: `x` (n, p) float64 with NaN missing, target `y` (n,), weight `w` (n,).

    `names` (p) name the columns; those in `categorical` hold codes, NaN for unknown ones.
    """

    x: Float
    names: tuple[str, ...]
    categorical: tuple[str, ...]
    y: Float
    w: Float

    def __len__(self) -> int:
        return int(self.y.size)

    def take(self, rows: NDArray[Any]) -> Table:
        """The rows of a mask or of row numbers."""
        return Table(self.x[rows], self.names, self.categorical, self.y[rows], self.w[rows])


@dataclass(frozen=True, slots=True)
class ForestParams:
    """How a forest grows, by `trees` trees.

    Their number is a setting and not found by stopping early: where the base rate drifts, the
    slice that would have to stop the growth says something between 1 and 300.
    """

    trees: int = 160
    learning_rate: float = 0.04
    leaves: int = 31
    min_rows_per_leaf: int = 80
    feature_share: float = 0.3
    row_share: float = 0.8
    l2: float = 10.0
    category_smooth: float = 200.0
    category_l2: float = 100.0

    def __post_init__(self) -> None:
        if not 2 <= self.leaves <= MAX_LEAVES:
            raise ModelError(
                f"leaves must be between 2 and {MAX_LEAVES}, not {self.leaves}",
                where="forest",
                remedy="a bit-vector scorer keeps one bit per leaf in 64",
            )
        for name in ("trees", "learning_rate", "min_rows_per_leaf", "feature_share", "row_share"):
            value = getattr(self, name)
            if value <= 0 or (name.endswith("_share") and value > 1):
                most = " and at most 1" if name.endswith("_share") else ""
                raise ModelError(f"{name} must be above 0{most}, not {value}", where="forest")


def fit_outcome(
    table: Table, params: ForestParams, seed: int, threads: int, rises: Sequence[int] = ()
) -> Forest:
    """A forest for P(y = 1); without enough of both outcomes the constant base rate.

    `rises` (p,) says of each column whether the risk may only rise (1) or fall (-1) with it.
    """
    positives = float(np.sum((table.y > 0) & (table.w > 0)))
    negatives = float(np.sum((table.y <= 0) & (table.w > 0)))
    if min(positives, negatives) < MIN_POSITIVES:
        mean = float(np.average(table.y, weights=table.w)) if table.w.sum() > 0 else 0.0
        return Forest(constant=log_odds(mean))
    objective: dict[str, object] = {"objective": "binary"}
    if any(rises):
        objective |= {"monotone_constraints": list(rises)}
    return _grow(table, params, objective, seed, threads)


def fit_quantile(
    table: Table, level: float, params: ForestParams, seed: int, threads: int
) -> Forest:
    """A forest for the `level` quantile of y (Koenker's pinball loss)."""
    if np.sum(table.w > 0) < 2 * params.min_rows_per_leaf:
        known = table.y[table.w > 0]
        return Forest(constant=float(np.quantile(known, level)) if known.size else 0.0)
    return _grow(table, params, {"objective": "quantile", "alpha": level}, seed, threads)


def _grow(
    table: Table, params: ForestParams, objective: Mapping[str, object], seed: int, threads: int
) -> Forest:
    lgb = lightgbm()
    columns = [i for i, name in enumerate(table.names) if name in table.categorical]
    table = table.take(table.w > 0)
    data = lgb.Dataset(table.x, table.y, weight=table.w, categorical_feature=columns)
    booster = lgb.train({**objective, **growth_settings(params, seed, threads)}, data, params.trees)
    return Forest(booster.model_to_string())


def growth_settings(params: ForestParams, seed: int, threads: int) -> dict[str, object]:
    """The parameters in LightGBM's own words, without an objective."""
    return {
        "learning_rate": params.learning_rate,
        "num_leaves": params.leaves,
        "min_data_in_leaf": params.min_rows_per_leaf,
        "feature_fraction": params.feature_share,
        "bagging_fraction": params.row_share,
        "bagging_freq": 1,
        "lambda_l2": params.l2,
        "cat_smooth": params.category_smooth,
        "cat_l2": params.category_l2,
        "max_cat_to_onehot": 4,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbosity": -1,
        "linear_tree": False,
        "zero_as_missing": False,
    }
