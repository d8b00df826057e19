"""What goes to the registry and comes from it, in plain records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pandas as pd

from model.bundle import Bundle

_REQUIREMENTS: Final = (
    "mlflow", "lightgbm", "numba", "numpy", "orjson", "pandas", "pyarrow", "scikit-learn", "scipy",
    "pyyaml",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class RunRecord:
    """What a training run leaves beside its model: settings, figures, files, an input example."""

    params: Mapping[str, str | int | float]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    files: Sequence[Path]
    example: pd.DataFrame
    backtest: Bundle | None = None


@dataclass(frozen=True, slots=True, eq=False)
class LoggedRun:
    """What a run holds, read back: tags, `config.json` ("" without one), the backtested model."""

    tags: Mapping[str, str]
    config: str
    backtest: Bundle | None


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a run holds besides its files: settings, figures, tags, and the experiment it is of."""

    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    experiment_id: str


@dataclass(frozen=True, slots=True)
class StudyRecord:
    """What a study of a model leaves: its figures, the page and the pictures."""

    metrics: Mapping[str, float]
    files: Sequence[Path]


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """One trial of a search for settings: what was tried, and how it did on each fold.

    `state` is "complete", "pruned" (worse than most after its first folds) or "failed" (no time
    left, or the process ended); `scores` gives the AUC of each outcome for every fold seen, `folds`
    their weighted means. `present` marks the settings that the search began with.
    """

    number: int
    state: str
    present: bool
    settings: Mapping[str, float]
    folds: tuple[float, ...]
    scores: tuple[Mapping[str, float], ...]

    @property
    def value(self) -> float:
        """The mean over the folds; NaN when none was seen."""
        return sum(self.folds) / len(self.folds) if self.folds else float("nan")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A registered version, the aliases that point to it, and its own tags."""

    version: int
    run_id: str
    aliases: tuple[str, ...]
    created_ms: int
    tags: Mapping[str, str]

    @property
    def created_at(self) -> datetime:
        """When it was registered, in UTC."""
        return datetime.fromtimestamp(self.created_ms / 1000, tz=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model ready to serve; `message` says why it came from the disk, "" if it did not."""

    bundle: Bundle
    folder: Path
    message: str = ""


def requirements() -> list[str]:
    """The pinned packages that a served model needs, as installed here."""
    pinned = []
    for name in _REQUIREMENTS:
        try:
            pinned.append(f"{name}=={version(name)}")
        except PackageNotFoundError:  # not needed for scoring, if it could train without
            continue
    return pinned
