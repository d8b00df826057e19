"""A study of a busy desk of four agents, in a moment; every third ticket is handed over."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from features.events import conform
from features.history import History
from tests.training.desk_log import busy_log
from training.config import TrainConfig, config_of
from training.evaluate import evaluate
from training.labels import label
from training.landmarks import landmarks
from training.recipe import learn
from training.run import _dataset
from training.splits import Slice, boundary
from training.study.study import Study

SMALL = {
    "threads": 1,
    "seed": 7,
    "forest": {"trees": 20, "min_rows_per_leaf": 10, "feature_share": 0.7},
    "eta_forest": {"trees": 5, "min_rows_per_leaf": 10},
}


def with_hand_overs(events: pd.DataFrame, every: int = 3) -> pd.DataFrame:
    """Two hours after it was assigned, each `every`-th ticket goes to the next agent."""
    given = events[events["type"] == "ticket.assigned"].iloc[::every].copy()
    given["time"] += pd.Timedelta(hours=2)
    given["agent_id"] = [f"A{(int(name[1:]) + 1) % 4}" for name in given["agent_id"]]
    given["event_id"] = given["event_id"] + "x"
    return conform(pd.concat([events, given], ignore_index=True))


def study_of(events: pd.DataFrame, config: TrainConfig | None = None) -> Study:
    """The backtest of `training.run`, without the final fit."""
    config = config or config_of(SMALL)
    history, labels = History.of(events), label(events)
    marks = landmarks(events, labels, config.landmarks)
    begin, end = boundary(labels.created_us, 0.7), labels.end_us + 1
    data, encoder = _dataset(history, labels, marks, begin)
    learned = learn(data, begin, config)
    test = Slice(begin, end, end)
    found = evaluate(data, learned.risk, learned.learned_from, test, config)
    return Study(history, data, encoder, learned.risk, learned.learned_from, test, found, config)


@lru_cache(maxsize=2)  # frozen, so that tests may share it
def small_study(*, hand_overs: bool = True) -> Study:
    """Lateness hangs on category and agent."""
    events = busy_log(900)
    return study_of(with_hand_overs(events) if hand_overs else events)


def names_of(study: Study, agents: np.ndarray) -> list[str | None]:
    """Agents by name, None for nobody."""
    return study.history.names["agent"].names(agents).tolist()
