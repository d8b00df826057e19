"""How alarming a ticket is as it stands: its timeout risk against the policy's thresholds.

The thresholds go by category, weekday and time of day on the desk's clock, since a desk that is
swamped at ten on Monday must be warned earlier than one on a quiet afternoon. A rule of the
policy goes first; then, where a level is a target, what the model learned (`model.alert_table`).
Nothing is remembered between refreshes: a ticket that falls below a threshold is at once calmer.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from features.picture import micros_of
from model.alert_table import BLOCKS, AlertTable, blocks
from model.columns import Columns, Floats, Ints
from model.decision import Alert
from model.policy_alerts import WEEKDAYS, Alerts, Target

LEVELS: Final[tuple[Alert, ...]] = ("none", "watch", "warn", "red")
RED: Final = 3


def levels(
    timeout: Floats,
    categories: list[str],
    columns: Columns,
    alerts: Alerts,
    now: datetime,
    table: AlertTable | None = None,
) -> Ints:
    """The row in `LEVELS` of each ticket (n_t,); `now` is `as_of` on the desk's clock.

    A ticket reaches a level from its threshold on (`risk >= threshold`). One whose promised time
    has passed is red whatever its risk. `table` is what the model learned; None for nothing.
    """
    level = (timeout[:, None] >= thresholds(categories, alerts, now, table)).sum(axis=1)
    return np.where(columns.due_us <= columns.as_of_us, RED, level).astype(np.int64)


def thresholds(
    categories: list[str], alerts: Alerts, now: datetime, table: AlertTable | None = None
) -> Floats:
    """watch, warn and red for tickets of these categories at the moment: (n, 3), rising."""
    minute, weekday = now.hour * 60 + now.minute, WEEKDAYS[now.weekday()]
    valid = [
        rule
        for rule in alerts.rules
        if minute in rule.minutes and (rule.weekdays is None or weekday in rule.weekdays)
    ]
    chosen = {}
    for category in set(categories):
        fitting = (r for r in valid if r.categories is None or category in r.categories)
        rule = next(fitting, None)
        chosen[category] = rule.numbers if rule else _unruled(category, alerts, now, table)
    return np.array([chosen[name] for name in categories], dtype=float).reshape(-1, 3)


def desk_time(as_of: datetime, timezone: str) -> datetime:
    """The moment on the desk's clock."""
    return as_of.astimezone(ZoneInfo(timezone))


@lru_cache(maxsize=16)
def learned(alerts: Alerts, table: AlertTable) -> Floats:
    """(c + 1, BLOCKS, 3) watch, warn and red by row and block of the table, without rules.

    They rise: where a milder level asks for more risk than a graver one, that one waits for it.
    """
    found = [_of_level(level, table) for level in alerts.levels]
    return np.maximum.accumulate(np.stack(found, axis=-1), axis=-1)


def _unruled(
    category: str, alerts: Alerts, now: datetime, table: AlertTable | None
) -> tuple[float, ...]:
    row = None if table is None else table.row(category)
    if table is None or row is None:
        return alerts.numbers
    watch, warn, red = learned(alerts, table)[row, _block(micros_of(now), table.zone)].tolist()
    return watch, warn, red


@lru_cache(maxsize=16)
def _block(now_us: int, zone: str) -> int:
    (block,) = blocks(np.array([now_us]), zone)
    return int(block)


def _of_level(level: float | Target, table: AlertTable) -> Floats:
    """(c + 1, BLOCKS) the threshold of one level."""
    if not isinstance(level, Target):
        return np.full((len(table.categories) + 1, BLOCKS), level)
    if level.precision is not None:
        return table.at_precision(level.precision)
    assert level.per_day is not None  # a target has one of the two
    return table.at_per_day(level.per_day)
