"""A bundle with two hand-made forests over the real catalog, quick to make."""

from __future__ import annotations

import numpy as np

from features.catalog import fingerprint
from features.frame import Encoder, landmark_frame
from features.history import History
from model.bundle import Bundle, BundleInfo
from model.calibration import Calibration
from model.risk import Forest, RiskModel, lightgbm
from tests.builders import random_log


def tiny_bundle(seed: int = 1) -> tuple[Bundle, np.ndarray]:
    """The bundle, and a frame of its own history to score."""
    history = History.of(random_log(seed))
    row = history.timeline.first_rows()
    ids = history.names["ticket"].names(history.timeline.ticket[row]).tolist()
    times = history.timeline.time[row] + 1
    encoder = Encoder.learn(history, ids, times)
    x = landmark_frame(history, encoder, ids, times).values
    module = lightgbm()
    y = np.arange(len(ids)) % 2
    settings = {"objective": "binary", "min_data_in_leaf": 2, "verbosity": -1, "num_threads": 1}
    booster = module.train(settings, module.Dataset(x, y), 3)
    risk = RiskModel(
        names=encoder.names,
        categorical=encoder.categorical,
        timeout=Forest(booster.model_to_string()),
        escalation=Forest(constant=-2.0),
        eta_p50=Forest(constant=1.0),
        eta_p90=Forest(constant=2.0),
        timeout_calibration=Calibration("platt", (0.5, 0.1)),
        eta_shifts=(0.1, 0.2),
    )
    info = BundleInfo(fingerprint(), "data", "2026-03-09T00:00:00Z", metrics={"auc": 0.8})
    return Bundle(info, risk, encoder, history.events), x
