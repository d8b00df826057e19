"""Whether a model can be made again from what its run has logged."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import orjson
import pandas as pd

from features.errors import ModelError
from model.bundle import Bundle
from model.risk import FORESTS, RiskModel
from model.runs import LoggedRun
from training.config import TrainConfig, config_of
from training.moments import Float
from training.run import train

NEEDED: Final = (
    "data_fingerprint", "feature_fingerprint", "until", "seed", "libraries", "python", "forests",
)  # fmt: skip
"""The tags without which nobody could make the model again, or tell that they did."""

MOST_ROWS: Final = 5000


@dataclass(frozen=True, slots=True)
class Trace:
    """What the record of a run is good for.

    `absent` are the things that were not logged or are not what was used; `differs` are the
    predictions of the logged backtested model that are not those of the one in memory, of
    `rows`; -1 when there is no such model.
    """

    absent: tuple[str, ...]
    rows: int
    differs: int


def trace(backtest: Bundle, x: Float, config: TrainConfig, logged: LoggedRun) -> Trace:
    """Hold what was logged against what is in memory, on rows `x` (n, p) of the test slice."""
    absent = tuple(name for name in NEEDED if not logged.tags.get(name))
    if _config(logged) != config:
        absent = (*absent, "config.json")
    x = x[:MOST_ROWS]
    if logged.backtest is None:
        return Trace((*absent, "backtest"), len(x), -1)
    ours, theirs = (np.stack(_columns(bundle.risk, x)) for bundle in (backtest, logged.backtest))
    return Trace(absent, len(x), int((ours != theirs).any(axis=0).sum()))


def reproduces(events: pd.DataFrame, logged: LoggedRun, until: datetime | None = None) -> bool:
    """Whether training again from the logged config gives the very forests that were logged.

    The whole check, as long as a training: for a test or for a doubt, not for every gate.

    Args:
        events: the log that was trained on.
        logged: the record of the run.
        until: as the run was asked, if it was.

    Raises:
        ModelError: the config was not logged.
    """
    config = _config(logged)
    if config is None:
        raise ModelError("the run has logged no config that can be read", where="config.json")
    again = train(events, config, until=until)
    return forests_hash(again.bundle.risk) == logged.tags.get("forests")


def forests_hash(risk: RiskModel) -> str:
    """The SHA-256 of all that the forests and their calibrations learned."""
    parts = {name: astuple(getattr(risk, name)) for name in FORESTS}
    learned = {
        "names": risk.names,
        "forests": parts,
        "timeout_calibration": risk.timeout_calibration.to_json(),
        "escalation_calibration": risk.escalation_calibration.to_json(),
        "eta_shifts": risk.eta_shifts,
    }
    return hashlib.sha256(orjson.dumps(learned, option=orjson.OPT_SORT_KEYS)).hexdigest()


def made_from(data_fingerprint: str, features: str, until: str, config: TrainConfig) -> str:
    """A SHA-256 that two runs share when they would give the same model and the same verdict.

    The number of threads is no part of it: it changes nothing but the time.
    """
    recipe = (data_fingerprint, features, until, replace(config, threads=0))
    return hashlib.sha256(orjson.dumps(recipe)).hexdigest()


def _config(logged: LoggedRun) -> TrainConfig | None:
    try:
        return config_of(orjson.loads(logged.config))
    except (orjson.JSONDecodeError, ModelError):
        return None


def _columns(risk: RiskModel, x: Float) -> tuple[Float, Float, Float, Float]:
    said = risk.predict(x)
    return said.timeout, said.escalation, said.eta_p50_hours, said.eta_p90_hours
