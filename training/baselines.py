"""What a forest must beat: rates and rules of the desk, a logistic regression, a plain forest."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from model.risk import Forest, lightgbm, log_odds, sigmoid
from training.fit import MIN_POSITIVES, Table
from training.moments import Float


@dataclass(frozen=True, slots=True, eq=False)
class CategoryRate:
    """The smoothed share of positives in each category; unseen ones get the overall share."""

    rates: pd.Series
    overall: float

    @classmethod
    def learn(
        cls, category: NDArray[Any], y: Float, w: Float, strength: float = 20.0
    ) -> CategoryRate:
        """(sum of w y + strength x overall) / (sum of w + strength), per category."""
        overall = float(np.average(y, weights=w)) if w.sum() > 0 else 0.5
        sums = pd.DataFrame({"wy": w * y, "w": w}).groupby(_names(category)).sum()
        return cls((sums["wy"] + strength * overall) / (sums["w"] + strength), overall)

    def predict(self, category: NDArray[Any]) -> Float:
        """(n,) the rate of each row's category."""
        found = pd.Series(_names(category)).map(self.rates).fillna(self.overall)
        return found.to_numpy(dtype=np.float64)


def _names(category: NDArray[Any]) -> NDArray[Any]:
    return pd.Series(category, dtype="object").fillna("").to_numpy()


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """Logistic regression: categories one-hot, numbers signed-log, scaled, median where missing."""

    pipeline: Any
    constant: float

    @classmethod
    def learn(cls, table: Table, seed: int, most_rows: int = 20_000) -> Logistic:
        """Fit on at most `most_rows` rows, drawn with the seed; constant if there is one class."""
        rows = np.flatnonzero(table.w > 0)
        if rows.size > most_rows:
            rows = np.sort(np.random.default_rng(seed).choice(rows, most_rows, replace=False))
        table = table.take(rows)
        if np.unique(table.y).size < 2:  # both classes are needed
            return cls(None, float(table.y.mean()) if len(table) else 0.0)
        pipeline = _pipeline(table)
        with warnings.catch_warnings():  # the last digits of a baseline are not worth more rounds
            warnings.simplefilter("ignore", ConvergenceWarning)
            pipeline.fit(table.x, table.y, model__sample_weight=table.w)
        return cls(pipeline, 0.0)

    def predict(self, x: Float) -> Float:
        """(n,) probabilities."""
        if self.pipeline is None or x.shape[0] == 0:
            return np.full(x.shape[0], self.constant)
        return np.asarray(self.pipeline.predict_proba(x)[:, 1], dtype=np.float64)


def _signed_log(x: Float) -> Float:
    return np.asarray(np.sign(x) * np.log1p(np.abs(x)), dtype=np.float64)


def _pipeline(table: Table) -> Any:  # noqa: ANN401  # of an untyped library
    codes = [i for i, name in enumerate(table.names) if name in table.categorical]
    numbers = [i for i in range(len(table.names)) if i not in set(codes)]
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=20, max_categories=60
    )
    scaled = make_pipeline(
        FunctionTransformer(_signed_log),
        SimpleImputer(strategy="median", keep_empty_features=True),
        StandardScaler(),
    )
    columns = ColumnTransformer([("codes", one_hot, codes), ("numbers", scaled, numbers)])
    return Pipeline(
        [("columns", columns), ("model", LogisticRegression(C=0.3, max_iter=200, tol=1e-3))]
    )


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """What a desk does without a model: the nearer the deadline, the likelier it is missed.

    The risk is the share of the promised time that is gone. Without a promise it is
    `age / (age + usual hours of the category)`: one half at the usual age. `names` are the
    columns of the matrices that it is asked about.
    """

    names: tuple[str, ...]

    def predict(self, x: Float) -> Float:
        """(n,) risks in [0, 1]."""
        left, age, usual = (
            x[:, self.names.index(name)]
            for name in ("due_share_left", "age_hours", "category_handling_hours")
        )
        usual = np.where(np.isnan(usual), 24.0, np.maximum(usual, 1e-3))  # a day, if nobody knows
        waited = age / (age + usual)
        return np.where(np.isnan(left), waited, 1.0 - np.clip(left, 0.0, 1.0))


RAW: Final = (
    "category", "subcategory", "region", "channel", "priority", "agent", "team", "hour",
    "weekday", "promised_hours",
)  # fmt: skip
"""The columns that a ticket has by itself, without a look at any other ticket."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainForest:
    """LightGBM as it comes, for raw columns: what an afternoon's work would give."""

    forest: Forest

    @classmethod
    def learn(cls, table: Table, seed: int, threads: int) -> PlainForest:
        """Fit with LightGBM's defaults; the base rate where one outcome is too rare."""
        if min(np.sum(table.y > 0), np.sum(table.y <= 0)) < MIN_POSITIVES:
            mean = float(np.average(table.y, weights=table.w)) if len(table) else 0.0
            return cls(Forest(constant=log_odds(mean)))
        columns = [table.names.index(name) for name in table.categorical]
        lgb = lightgbm()
        data = lgb.Dataset(table.x, table.y, weight=table.w, categorical_feature=columns)
        settings = {"objective": "binary", "seed": seed, "num_threads": threads, "verbosity": -1}
        return cls(Forest(lgb.train(settings, data).model_to_string()))

    def predict(self, x: Float) -> Float:
        """(n,) probabilities."""
        return sigmoid(self.forest.raw(x))
