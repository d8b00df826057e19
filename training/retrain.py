"""Training on a timetable: whether there is anything new to learn."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from features.catalog import fingerprint
from features.picture import micros_of
from model.registry import CHALLENGER, CHAMPION, Registry
from model.runs import ModelVersion
from training.backtest import cut
from training.config import TrainConfig
from training.gate.reproduce import made_from
from training.labels import micros
from training.moments import rfc3339
from training.run import data_fingerprint


def made_already(
    registry: Registry, events: pd.DataFrame, config: TrainConfig, until: datetime | None
) -> ModelVersion | None:
    """The champion or challenger that was made from the same events in the same way, if any.

    The same way: the same features, settings (but for threads), and end of the log.

    Raises:
        ModelError: the registry cannot be reached, or `until` has no zone.
    """
    seen = cut(events, until)
    if seen.empty:
        return None
    last = int(micros(seen["time"]).max())
    end = last if until is None else max(micros_of(until), last)
    wanted = made_from(data_fingerprint(seen), fingerprint(), rfc3339(end), config)
    return next(
        (
            version
            for version in registry.versions()
            if {CHAMPION, CHALLENGER} & set(version.aliases)
            and version.tags.get("made_from") == wanted
        ),
        None,
    )
