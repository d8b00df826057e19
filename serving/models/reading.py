"""A card read from the registry, whatever stands there: what is not as expected is told in words.

A run's files never change once its gate has judged, so a card is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from model.drift import Bins
from model.runs import ModelVersion, RunFigures
from serving.models.cards import (
    Bin,
    Card,
    Check,
    Column,
    Figure,
    Moved,
    Reference,
    Registered,
    Verdict,
    Week,
)
from serving.models.files import (
    CalibrationShape,
    DriftShape,
    GateShape,
    InputsShape,
    RulingShape,
    Shape,
    Unread,
    file_read,
    unread,
)
from serving.models.tags import LONGEST, moment

FIGURES: Final = (
    ("auc", "timeout.assigned.auc"),
    ("ece", "timeout.assigned.ece"),
    ("brier", "timeout.assigned.brier"),
    ("escalation_auc", "escalation.assigned.auc"),
    ("eta_p50", "eta.coverage_p50"),
    ("eta_p90", "eta.coverage_p90"),
)
"""The figures of a card, and what training logs them as."""
GATE: Final = "gate.json"
_WITH_INTERVAL: Final = {
    "auc": ("timeout", "auc"),
    "ece": ("timeout", "ece"),
    "brier": ("timeout", "brier"),
    "escalation_auc": ("escalation", "auc"),
}
_TIMES: Final = ("until", "tested_from")
_FACTS: Final = ("until", "tested_from", "data_fingerprint", "feature_fingerprint", "seed")
_DIGITS: Final = 15
_COUNTS: Final = ("events", "tickets", "landmarks", "features")


def read(registry: Registered, version: ModelVersion) -> Card:
    """The card of a version.

    Raises:
        ModelError: the registry cannot be reached.
    """
    run = registry.figures(version)
    files = _Files(registry, version, [])
    gate = files.read(GATE, GateShape)
    calibration = files.read("calibration.json", CalibrationShape) or CalibrationShape()
    drift = files.read("drift.json", DriftShape) or DriftShape()
    inputs = files.read("inputs.json", InputsShape)
    told = list(_facts(run))
    figures = list(_figures(run.metrics, calibration))
    return Card(
        version=version,
        experiment_id=run.experiment_id,
        facts=dict(each for each in told if not isinstance(each, Unread)),
        figures=tuple(each for each in figures if not isinstance(each, Unread)),
        verdict=None if gate is None else _verdict(gate),
        bins=tuple(
            Bin(each.risk, each.rate, each.tickets)
            for each in (calibration.timeout.bins if calibration.timeout else ())
        ),
        weeks=tuple(_weeks(drift)),
        moved=tuple(Moved(each.name, each.words, each.psi) for each in drift.features),
        unread=tuple(each for each in (*told, *figures, *files.unread) if isinstance(each, Unread)),
        reference=None if inputs is None else _reference(inputs),
    )


@dataclass(frozen=True, slots=True)
class _Files:
    """The files of a version's run, and those that could not be read, as they come."""

    registry: Registered
    version: ModelVersion
    unread: list[Unread]

    def read(self, name: str, shape: type[Shape]) -> Shape | None:
        found = file_read(name, self.registry.text(self.version, name), shape)
        if isinstance(found, Unread):
            self.unread.append(found)
            return None
        return found


def _facts(run: RunFigures) -> Iterator[tuple[str, str | int] | Unread]:
    for name in _FACTS:
        text = run.tags.get(name)
        if text is None:
            continue
        if len(text) > LONGEST:
            yield unread(name, f"it has {len(text):,} characters", f"有 {len(text):,} 个字符")
        elif name in _TIMES and moment(text) is None:
            yield unread(name, f"{text!r} is no time with a zone", f"{text!r} 不是带时区的时间")
        else:
            yield name, text
    for name in _COUNTS:
        text = run.params.get(name)
        if text is None:
            continue
        if text.isascii() and text.isdigit() and len(text) <= _DIGITS:
            yield name, int(text)
        else:
            yield unread(name, f"{text[:LONGEST]!r} is no count", f"{text[:LONGEST]!r} 不是计数")


def _figures(
    metrics: Mapping[str, float], calibration: CalibrationShape
) -> Iterator[Figure | Unread]:
    curves = {"timeout": calibration.timeout, "escalation": calibration.escalation}
    for name, logged in FIGURES:
        if logged not in metrics:
            continue
        value, (task, figure) = metrics[logged], _WITH_INTERVAL.get(name, ("", ""))
        curve = curves.get(task)
        bounds = None if curve is None else curve.figures.get(figure)
        if not 0 <= value <= 1:  # as for NaN
            yield unread(logged, f"{value} is not in [0, 1]", f"{value} 不在 [0, 1] 内")
        elif bounds is None:
            yield Figure(name, value)
        else:
            yield Figure(name, value, bounds.low, bounds.high)


def _weeks(drift: DriftShape) -> Iterator[Week]:
    """The weeks that could be measured."""
    for each in drift.weeks.get("timeout", ()):
        if each.risk is not None and each.rate is not None and each.ece is not None:
            yield Week(each.week, each.tickets, each.risk, each.rate, each.ece)


def _reference(inputs: InputsShape) -> Reference:
    columns = (
        Column(
            each.name,
            each.words,
            Bins(np.array(each.cuts), each.exact, np.array(each.shares)),
            each.usual,
        )
        for each in inputs.features
    )
    return Reference(moment(inputs.until), inputs.tickets, tuple(columns))


def _verdict(gate: GateShape) -> Verdict:
    return Verdict(gate.passed, gate.against, tuple(map(_check, gate.rulings)))


def _check(ruling: RulingShape) -> Check:
    found = ruling.finding
    return Check(
        name=ruling.name,
        title=ruling.title.words,
        outcome=found.outcome,
        said=found.said.words,
        remedy=None if found.remedy is None else found.remedy.words,
        blocks=found.blocks,
        numbers={name: value for name, value in found.numbers.items() if value is not None},
    )
