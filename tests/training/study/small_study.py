"""A study of a busy desk of four agents, in a moment; every third ticket is handed over."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from features.events import conform
from tests.training.desk_log import SMALL, busy_log
from training.backtest import backtest
from training.config import config_of
from training.study.study import Study

SETTINGS = {**SMALL, "seed": 7, "split": {"train": 0.525, "calibrate": 0.175}}


def with_hand_overs(events: pd.DataFrame, every: int = 3) -> pd.DataFrame:
    """Two hours after it was assigned, each `every`-th ticket goes to the next agent."""
    given = events[events["type"] == "ticket.assigned"].iloc[::every].copy()
    given["time"] += pd.Timedelta(hours=2)
    given["agent_id"] = [f"A{(int(name[1:]) + 1) % 4}" for name in given["agent_id"]]
    given["event_id"] = given["event_id"] + "x"
    return conform(pd.concat([events, given], ignore_index=True))


def study_of(events: pd.DataFrame) -> Study:
    """The backtest of a log, tested on its last 30 %."""
    return backtest(events, config_of(SETTINGS))


@lru_cache(maxsize=2)  # frozen, so that tests may share it
def small_study(*, hand_overs: bool = True) -> Study:
    """Lateness hangs on category and agent."""
    events = busy_log(900)
    return study_of(with_hand_overs(events) if hand_overs else events)


def names_of(study: Study, agents: np.ndarray) -> list[str | None]:
    """Agents by name, None for nobody."""
    return study.history.names["agent"].names(agents).tolist()
