"""The settings that a search may change, and how far. A new one is one line of `SPACE`.

Only settings that leave the landmarks and the slices as they are stand here: the folds are cut
once and serve every trial.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from training.config import TrainConfig
from training.fit import MAX_LEAVES


@dataclass(frozen=True, slots=True)
class Range:
    """A setting by its path in the config, from `low` to `high`, both included.

    Whole numbers if both bounds are; on a `log` scale every doubling is as likely as another.
    """

    setting: str
    low: float
    high: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def around(self, value: float) -> Range:
        """The range, widened to hold a value; on a log scale only as long as all is above 0.

        >>> Range("forest.l2", 0.5, 8.0, log=True).around(0.0)
        Range(setting='forest.l2', low=0.0, high=8.0, log=False)
        """
        low, high = min(self.low, value), max(self.high, value)
        return Range(self.setting, low, high, self.log and low > 0)


SPACE: Final = (
    Range("forest.learning_rate", 0.02, 0.2, log=True),
    Range("forest.leaves", 7, MAX_LEAVES),
    Range("forest.min_rows_per_leaf", 10, 500, log=True),
    Range("forest.feature_share", 0.1, 1.0),
    Range("forest.row_share", 0.4, 1.0),
    Range("forest.l2", 0.1, 200.0, log=True),
    Range("forest.category_smooth", 1.0, 200.0, log=True),
    Range("forest.category_l2", 1.0, 200.0, log=True),
)


def present(config: TrainConfig, space: tuple[Range, ...] = SPACE) -> dict[str, float]:
    """What the config says of every setting of the space."""
    return {entry.setting: _at(config, entry.setting) for entry in space}


def changed(config: TrainConfig, settings: Mapping[str, float]) -> TrainConfig:
    """The config with other values, by path.

    >>> changed(TrainConfig(), {"forest.leaves": 12, "seed": 1}).forest.leaves
    12
    """
    for path, value in settings.items():
        section, _, name = path.rpartition(".")
        part: Any = getattr(config, section) if section else config
        part = dataclasses.replace(part, **{name: value})
        config = dataclasses.replace(config, **{section: part}) if section else part
    return config


def _at(config: TrainConfig, path: str) -> float:
    found: Any = config
    for name in path.split("."):
        found = getattr(found, name)
    return float(found) if isinstance(found, float) else int(found)
