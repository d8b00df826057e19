"""LightGBM forests on plain matrices: outcome, quantile, and how many trees is enough.

Trees stay ones that another scorer can read exactly: at most 63 leaves, no linear leaves, no
zero-as-missing. Same data, parameters and seed give the same text, on any number of threads.
"""

from __future__ import annotations

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
    """How a forest grows. `trees` is the most; early stopping usually ends before."""

    trees: int = 400
    learning_rate: float = 0.06
    leaves: int = 31
    min_rows_per_leaf: int = 50
    feature_share: float = 0.3
    row_share: float = 0.8
    l2: float = 20.0
    category_smooth: float = 20.0
    category_l2: float = 20.0
    patience: int = 50

    def __post_init__(self) -> None:
        if not 2 <= self.leaves <= MAX_LEAVES:
            raise ModelError(
                f"leaves must be between 2 and {MAX_LEAVES}, not {self.leaves}",
                where="forest",
                remedy="a bit-vector scorer keeps one bit per leaf in 64",
            )


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """A forest and the number of its trees."""

    forest: Forest
    trees: int


def fit_outcome(
    train: Table, stop: Table | None, params: ForestParams, seed: int, threads: int
) -> Grown:
    """A forest for P(y = 1); with `stop`, a later slice, as many trees as rank best there.

    Trees are counted by AUC, not by log loss: where the base rate drifts, the log loss of a
    later slice is best before anything was learned, while the order goes on improving.
    Without enough of both outcomes the forest is the constant base rate.
    """
    positives = float(np.sum((train.y > 0) & (train.w > 0)))
    negatives = float(np.sum((train.y <= 0) & (train.w > 0)))
    if min(positives, negatives) < MIN_POSITIVES:
        mean = float(np.average(train.y, weights=train.w)) if train.w.sum() > 0 else 0.0
        return Grown(Forest(constant=log_odds(mean)), 0)
    objective: dict[str, object] = {"objective": "binary", "metric": "auc"}
    return _grow(train, stop, params, objective, seed, threads)


def fit_quantile(
    train: Table, stop: Table | None, level: float, params: ForestParams, seed: int, threads: int
) -> Grown:
    """A forest for the `level` quantile of y (Koenker's pinball loss)."""
    if np.sum(train.w > 0) < 2 * params.min_rows_per_leaf:
        known = train.y[train.w > 0]
        return Grown(Forest(constant=float(np.quantile(known, level)) if known.size else 0.0), 0)
    objective: dict[str, object] = {"objective": "quantile", "metric": "quantile", "alpha": level}
    return _grow(train, stop, params, objective, seed, threads)


def _grow(
    train: Table,
    stop: Table | None,
    params: ForestParams,
    objective: dict[str, object],
    seed: int,
    threads: int,
) -> Grown:
    lgb = lightgbm()
    columns = [i for i, name in enumerate(train.names) if name in train.categorical]
    settings = objective | growth_settings(params, seed, threads)
    train = train.take(train.w > 0)
    data = lgb.Dataset(train.x, train.y, weight=train.w, categorical_feature=columns)
    valid, callbacks = [], []
    if stop is not None and np.any(stop.w > 0):
        stop = stop.take(stop.w > 0)
        valid = [lgb.Dataset(stop.x, stop.y, weight=stop.w, reference=data)]
        callbacks = [lgb.early_stopping(params.patience, verbose=False)]
    booster = lgb.train(settings, data, params.trees, valid_sets=valid, callbacks=callbacks)
    best = booster.best_iteration if valid else booster.current_iteration()
    best = max(1, int(best))
    return Grown(Forest(booster.model_to_string(num_iteration=best)), best)


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
