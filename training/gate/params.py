"""The limits of the gate: a section of the training config."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from features.errors import ModelError


@dataclass(frozen=True, slots=True)
class GateParams:
    """What a new model must hold to take the champion's place.

    Tickets younger than the delay after which `ripe_share` of the verdicts are known are not
    asked about: the verdicts that come first are those of the quick ones. A difference within
    `noise` standard errors is noise. On fewer than `min_tickets` tickets nothing is compared; a
    segment needs `min_segment`. `max_ece` bounds the expected calibration
    error. A segment is hurt when its Brier score is worse by more than `segment_margin` (0.005 is
    what shifting every probability by 7 points costs); all are tested together at
    `segment_alpha`, the chance to accuse any of them wrongly. Latency is the median of `repeats`
    predictions of `batch` rows, at most `max_slowdown` times the champion's in the same run, or
    under `quick_us` microseconds a row: a champion that says the same of all is quicker than any.
    `max_megabytes` bounds the files of the bundle, `max_trees` all of its forests together.
    """

    ripe_share: float = 0.5
    noise: float = 2.0
    min_tickets: int = 100
    max_ece: float = 0.05
    min_segment: int = 100
    segment_margin: float = 0.005
    segment_alpha: float = 0.05
    max_slowdown: float = 2.0
    quick_us: float = 50.0
    batch: int = 2000
    repeats: int = 7
    max_megabytes: float = 512.0
    max_trees: int = 4000

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not value > 0:
                raise ModelError(f"{field.name} must be above 0, not {value}", where="gate")
        for name in ("ripe_share", "segment_alpha"):
            if not getattr(self, name) < 1.0:
                raise ModelError(f"{name} must be below 1, not {getattr(self, name)}", where="gate")
