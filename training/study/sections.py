"""The sections of the study, in the order of the page. A new one is one function and one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from training.study.ablation import ablation
from training.study.agents import agents
from training.study.baselines import baselines
from training.study.calibration import calibration
from training.study.discrimination import discrimination
from training.study.drift import drift
from training.study.eta import eta
from training.study.learning_curve import learning_curve
from training.study.section import Section, SectionOf
from training.study.segments import segments
from training.study.study import Study
from training.study.workload import workload

SECTIONS: Final[tuple[SectionOf, ...]] = (
    discrimination,
    baselines,
    calibration,
    segments,
    workload,
    eta,
    drift,
)
"""Those of every study, seconds each."""

FULL: Final[tuple[SectionOf, ...]] = (agents, ablation, learning_curve)
"""Those that fit models anew, minutes each: only in a full study."""


def study_sections(
    study: Study, *, full: bool = False, progress: Callable[[str], None] = lambda _: None
) -> tuple[Section, ...]:
    """Every section of the study; `full` adds the slow ones; `progress` hears their names."""
    chosen = (*SECTIONS, *FULL) if full else SECTIONS
    found: list[Section] = []
    for section in chosen:
        progress(section.__name__)
        found.append(section(study))
    return tuple(found)
