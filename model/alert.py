"""How alarming a ticket is as it stands: its timeout risk against the policy's thresholds.

The thresholds go by category, weekday and time of day on the desk's clock, since a desk that is
swamped at ten on Monday must be warned earlier than one on a quiet afternoon.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from model.columns import Columns, Floats, Ints
from model.decision import Alert
from model.policy_alerts import WEEKDAYS, Alerts

LEVELS: Final[tuple[Alert, ...]] = ("none", "watch", "warn", "red")
RED: Final = 3


def levels(
    timeout: Floats, categories: list[str], columns: Columns, alerts: Alerts, now: datetime
) -> Ints:
    """The row in `LEVELS` of each ticket (n_t,); `now` is `as_of` on the desk's clock.

    A ticket reaches a level from its threshold on (`risk >= threshold`). One whose promised time
    has passed is red whatever its risk.
    """
    thresholds = _thresholds(categories, alerts, now)
    level = (timeout[:, None] >= thresholds).sum(axis=1)
    return np.where(columns.due_us <= columns.as_of_us, RED, level).astype(np.int64)


def desk_time(as_of: datetime, timezone: str) -> datetime:
    """The moment on the desk's clock."""
    return as_of.astimezone(ZoneInfo(timezone))


def _thresholds(categories: list[str], alerts: Alerts, now: datetime) -> Floats:
    """watch, warn and red for each ticket (n_t, 3), by the first rule that holds."""
    minute, weekday = now.hour * 60 + now.minute, WEEKDAYS[now.weekday()]
    valid = [
        rule
        for rule in alerts.rules
        if minute in rule.minutes and (rule.weekdays is None or weekday in rule.weekdays)
    ]
    chosen = {}
    for category in set(categories):
        fitting = (r for r in valid if r.categories is None or category in r.categories)
        rule = next(fitting, alerts)
        chosen[category] = (rule.watch, rule.warn, rule.red)
    return np.array([chosen[name] for name in categories], dtype=float).reshape(-1, 3)
