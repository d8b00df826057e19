"""The settings of a training run: dataclasses, or the same names in a YAML file."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from features.errors import ModelError
from model.runs import TrialRecord
from training.fit import ForestParams
from training.gate.params import GateParams
from training.landmarks import LandmarkParams
from training.splits import SplitParams


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How to train. `threads` 0 means one per core; `seed` fixes every draw.

    `censoring_clip` bounds the weight of one known label (`training.splits`);
    `calibration_margin` is the share of log loss that a fixed calibration must win to be kept,
    and that the level which follows the desk may lose;
    `recency_half_life_days` makes the outcomes of tickets that are older by so much teach half as
    much (0: age does not matter). `timezone` is the clock by which alerts learn the time of day.
    """

    landmarks: LandmarkParams = field(default_factory=LandmarkParams)
    split: SplitParams = field(default_factory=SplitParams)
    forest: ForestParams = field(default_factory=ForestParams)
    eta_forest: ForestParams = field(
        default_factory=lambda: ForestParams(trees=60, learning_rate=0.2, leaves=15)
    )
    gate: GateParams = field(default_factory=GateParams)
    seed: int = 20260301
    threads: int = 0
    censoring_clip: float = 5.0
    calibration_margin: float = 0.005
    recency_half_life_days: float = 0.0
    timezone: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise ModelError(
                f"{self.timezone!r} is no time zone",
                where="timezone",
                remedy='name one as "Asia/Shanghai"',
            ) from error


@dataclass(frozen=True, slots=True)
class Tuned:
    """The settings that a search chose, its trials, and what came of it in words."""

    config: TrainConfig
    trials: tuple[TrialRecord, ...] = ()
    words: str = ""


_SECTIONS: Final = {
    "landmarks": LandmarkParams,
    "split": SplitParams,
    "forest": ForestParams,
    "eta_forest": ForestParams,
    "gate": GateParams,
}


def load_config(path: Path) -> TrainConfig:
    """The settings in a YAML file; what it does not name keeps its default.

    Raises:
        ModelError: the file cannot be read, names an unknown setting or gives a wrong value.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ModelError(
            f"the training config cannot be read: {error}",
            where=str(path),
            remedy="give a YAML file, or leave --config away for the defaults",
        ) from error
    return config_of({} if data is None else data, str(path))


def config_of(data: object, where: str = "config") -> TrainConfig:
    """The settings in a nested mapping, as YAML gives it.

    >>> config_of({"forest": {"trees": 10}}).forest.trees
    10
    """
    default = TrainConfig()
    given = _checked(data, default, where)
    for name in set(_SECTIONS) & set(given):
        part = getattr(default, name)
        given[name] = dataclasses.replace(part, **_checked(given[name], part, f"{where}: {name}"))
    return dataclasses.replace(default, **given)


def to_yaml(config: TrainConfig) -> str:
    """The settings that differ from the defaults, as `load_config` reads them.

    >>> print(to_yaml(TrainConfig(seed=7)), end="")
    seed: 7
    """
    return str(yaml.safe_dump(_differences(config, TrainConfig()), sort_keys=False))


def _differences(given: Any, default: Any) -> dict[str, Any]:  # noqa: ANN401  # any of our dataclasses
    found: dict[str, Any] = {}
    for each in dataclasses.fields(given):
        value, usual = getattr(given, each.name), getattr(default, each.name)
        if value != usual:
            nested = dataclasses.is_dataclass(value)
            found[each.name] = _differences(value, usual) if nested else value
    return found


def _checked(data: object, default: object, where: str) -> dict[str, Any]:
    """The mapping, once its names are fields of `default` and its values of their types."""
    if not isinstance(data, dict):
        raise ModelError("settings must be names with values", where=where)
    known = {f.name: getattr(default, f.name) for f in dataclasses.fields(default)}  # type: ignore[arg-type]  # always a dataclass
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name not in known:
            raise ModelError(
                f"unknown setting {name!r}", where=where, remedy=f"one of {', '.join(known)}"
            )
        values[name] = value if name in _SECTIONS else _scalar(name, value, known[name], where)
    return values


def _scalar(name: str, value: object, default: object, where: str) -> int | float | str:
    if not isinstance(default, str):
        return _number(name, value, default, where)
    if not isinstance(value, str):
        raise ModelError(f"{name} must be a text, not {value!r}", where=where)
    return value


def _number(name: str, value: object, default: object, where: str) -> int | float:
    whole = isinstance(default, int)
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if not fits or isinstance(value, bool):
        kind = "a whole number" if whole else "a number"
        raise ModelError(f"{name} must be {kind}, not {value!r}", where=where)
    assert isinstance(value, int | float)
    return value if whole else float(value)
