"""A bundle with small but real forests, grown on a tiny log's own frame."""

from __future__ import annotations

import lightgbm
import numpy as np
import pandas as pd

from features.catalog import fingerprint
from features.frame import Encoder, landmark_frame
from features.history import History
from model.bundle import Bundle, BundleInfo
from model.risk import Forest, RiskModel
from tests.builders import us

PARAMS = {"num_leaves": 7, "min_data_in_leaf": 5, "verbosity": -1, "num_threads": 1, "seed": 1}


def grown_bundle(
    events: pd.DataFrame, hours: tuple[float, float, float, float] = (20, 50, 80, 110)
) -> Bundle:
    """Forests that learned whether, and how long after, tickets are late: enough to vary.

    They look at every ticket at four moments, `hours` after Monday nine.
    """
    history = History.of(events)
    ids = list(history.names["ticket"].index) * 4
    times = np.repeat([us(h) for h in hours], len(ids) // 4)
    encoder = Encoder.learn(history, ids, times)
    frame = landmark_frame(history, encoder, ids, times)
    left = np.nan_to_num(frame.column("hours_to_due"))
    load = np.nan_to_num(frame.column("agent_open"))
    late = (left - 4 * load < 10).astype(float)

    def grow(target: np.ndarray, objective: str) -> Forest:
        data = lightgbm.Dataset(frame.values, target, params={"verbosity": -1})
        grown = lightgbm.train({**PARAMS, "objective": objective}, data, 10)
        return Forest(grown.model_to_string())

    hours = np.log1p(np.maximum(left, 0))
    risk = RiskModel(
        frame.names,
        frame.categorical,
        timeout=grow(late, "binary"),
        escalation=grow((load > 2).astype(float), "binary"),
        eta_p50=grow(hours, "regression"),
        eta_p90=grow(hours + 1, "regression"),
    )
    return Bundle(BundleInfo(fingerprint(), "tiny", "2026-03-06"), risk, encoder, history.events)
