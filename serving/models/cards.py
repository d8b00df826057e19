"""What the registry keeps of a version, read into plain records: a card.

A run's files never change once its gate has judged, so a card is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import orjson

from features.words import Words
from model.registry.champions import Shelf
from model.runs import ModelVersion, RunFigures

Json = Mapping[str, Any]

FIGURES: Final = (
    ("auc", "timeout.assigned.auc"),
    ("ece", "timeout.assigned.ece"),
    ("brier", "timeout.assigned.brier"),
    ("escalation_auc", "escalation.assigned.auc"),
    ("eta_p50", "eta.coverage_p50"),
    ("eta_p90", "eta.coverage_p90"),
)
"""The figures of a card, and what training logs them as."""
_WITH_INTERVAL: Final = {
    "auc": ("timeout", "auc"),
    "ece": ("timeout", "ece"),
    "brier": ("timeout", "brier"),
    "escalation_auc": ("escalation", "auc"),
}
_FACTS: Final = ("until", "tested_from", "data_fingerprint", "feature_fingerprint", "seed")
_COUNTS: Final = ("events", "tickets", "landmarks", "features")


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


@dataclass(frozen=True, slots=True)
class Card:
    """A version with all that its run tells; what an older run does not have is empty."""

    version: ModelVersion
    experiment_id: str
    tags: Mapping[str, str]
    counts: Mapping[str, int]
    figures: tuple[Figure, ...]
    verdict: Verdict | None
    bins: tuple[Bin, ...]
    weeks: tuple[Week, ...]
    moved: tuple[Moved, ...]

    @property
    def facts(self) -> dict[str, str | int]:
        """When and on what it was trained, as far as its run tells."""
        told = {name: self.tags[name] for name in _FACTS if name in self.tags}
        return {**told, **self.counts}

    @property
    def limit(self) -> float | None:
        """The calibration error that the gate allows; None where it did not say."""
        checks = () if self.verdict is None else self.verdict.checks
        return next((c.numbers["limit"] for c in checks if "limit" in c.numbers), None)


def read(registry: Registered, version: ModelVersion) -> Card:
    """The card of a version.

    Raises:
        ModelError: the registry cannot be reached.
    """
    run = registry.figures(version)
    names = ("gate", "calibration", "drift")
    gate, calibration, drift = (_json(registry.text(version, f"{name}.json")) for name in names)
    timeout = calibration.get("timeout", {})
    return Card(
        version=version,
        experiment_id=run.experiment_id,
        tags=run.tags,
        counts={name: int(run.params[name]) for name in _COUNTS if name in run.params},
        figures=tuple(_figures(run.metrics, calibration)),
        verdict=_verdict(gate) if gate else None,
        bins=tuple(Bin(**each) for each in timeout.get("bins", ())),
        weeks=tuple(Week(**each) for each in drift.get("weeks", {}).get("timeout", ())),
        moved=tuple(
            Moved(each["name"], Words(each["en"], each["zh"]), each["psi"])
            for each in drift.get("features", ())
        ),
    )


def _json(text: str) -> Json:
    told: Json = orjson.loads(text) if text else {}
    return told


def _figures(metrics: Mapping[str, float], calibration: Json) -> list[Figure]:
    found = []
    for name, logged in FIGURES:
        if logged in metrics:
            task, figure = _WITH_INTERVAL.get(name, ("", ""))
            told = calibration.get(task, {}).get("figures", {}).get(figure, {})
            found.append(Figure(name, metrics[logged], told.get("low"), told.get("high")))
    return found


def _verdict(gate: Json) -> Verdict:
    return Verdict(gate["passed"], gate["against"], tuple(map(_check, gate["rulings"])))


def _check(ruling: Json) -> Check:
    found = ruling["finding"]
    return Check(
        name=ruling["name"],
        title=Words(**ruling["title"]),
        outcome=found["outcome"],
        said=Words(**found["said"]),
        remedy=None if found["remedy"] is None else Words(**found["remedy"]),
        blocks=found["blocks"],
        numbers=found["numbers"],
    )
