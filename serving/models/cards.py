"""What the registry keeps of a version, as plain records: a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from features.words import Words
from model.drift import Bins
from model.registry.champions import Shelf
from model.runs import ModelVersion, RunFigures
from serving.models.files import Unread


class Registered(Shelf, Protocol):
    """What the service asks of a registry; `model.registry.Registry` is one."""

    def figures(self, wanted: ModelVersion) -> RunFigures:
        """Settings, figures and tags of a version's run."""

    def text(self, wanted: ModelVersion, name: str) -> str:
        """A text file of a version's run, "" where it has none."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check of the gate found; it `blocks` where it keeps the champion in its place.

    `outcome` is `pass`, `fail` or `unjudged`.
    """

    name: str
    title: Words
    outcome: str
    said: Words
    remedy: Words | None
    blocks: bool
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's verdict; `against` is the version of the champion then, 0 for none."""

    passed: bool
    against: int
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the backtest; 95 % of its resamples lie in [low, high] where that is known."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """Tickets of like risk: its mean, the share of them that came true, their number."""

    risk: float
    rate: float
    tickets: float


@dataclass(frozen=True, slots=True)
class Week:
    """The tickets of a week (its Monday, UTC): mean risk, rate, and calibration error."""

    week: str
    tickets: int
    risk: float
    rate: float
    ece: float


@dataclass(frozen=True, slots=True)
class Moved:
    """A feature, and its population stability index from the training to the test tickets."""

    name: str
    words: Words
    psi: float


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A feature as it was when the model learned: its bins, and how far it moved week by week.

    `usual` is None where the log had no two weeks.
    """

    name: str
    words: Words
    bins: Bins
    usual: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The model's inputs in the last weeks it learned from, of so many tickets."""

    until: datetime | None
    tickets: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A version with all that its run tells; what an older run does not have is empty.

    `facts` say when and on what it was trained. `unread` is what the run has and is not what is
    expected: it is left out everywhere else.
    """

    version: ModelVersion
    experiment_id: str
    facts: Mapping[str, str | int]
    figures: tuple[Figure, ...]
    verdict: Verdict | None
    bins: tuple[Bin, ...]
    weeks: tuple[Week, ...]
    moved: tuple[Moved, ...]
    unread: tuple[Unread, ...] = ()
    reference: Reference | None = None

    @property
    def limit(self) -> float | None:
        """The calibration error that the gate allows; None where it did not say."""
        checks = () if self.verdict is None else self.verdict.checks
        return next((c.numbers["limit"] for c in checks if "limit" in c.numbers), None)
