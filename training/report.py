"""The report of a training run: facts as a record, and as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.calibration import Choice
from training.evaluate import ALL, Evaluation
from training.landmarks import STAGES


@dataclass(frozen=True, slots=True)
class Facts:
    """What was learned from: counts, the data's SHA-256, and the times (RFC 3339) of the cuts."""

    events: int
    tickets: int
    landmarks: int
    features: int
    data_fingerprint: str
    first: str
    tested_from: str
    until: str


@dataclass(frozen=True, slots=True, eq=False)
class TrainReport:
    """A training run. Metrics are the backtest's: tickets created in `[tested_from, until)`.

    `calibrated` names the calibrations of the registered model, timeout and escalation, which had
    newer tickets to be chosen by. `seconds` per step in order; `importance` is each feature's
    share of gain; `gate` says in words why the model was or was not made champion, `tuning` what
    a search for settings found;
    `version` is 0 without a registry.
    """

    facts: Facts
    evaluation: Evaluation
    timeout_choice: Choice
    escalation_choice: Choice
    calibrated: tuple[str, str]
    trees: tuple[int, int, int, int]
    importance: Mapping[str, float]
    seconds: Mapping[str, float]
    version: int = 0
    run_id: str = ""
    aliases: tuple[str, ...] = ()
    gate: str = ""
    tuning: str = ""

    def metrics(self) -> dict[str, float]:
        """Flat numbers, as `timeout.assigned.auc`; those that are NaN are left out."""
        flat = {
            f"{s.task}.{s.stage}.{name}": float(getattr(s.score, name))
            for s in self.evaluation.scores
            if s.contender == "model"
            for name in _COLUMNS
        }
        flat["eta.coverage_p50"] = self.evaluation.eta.p50
        flat["eta.coverage_p90"] = self.evaluation.eta.p90
        flat |= {f"seconds.{step}": value for step, value in self.seconds.items()}
        return {name: value for name, value in flat.items() if not math.isnan(value)}

    def text(self) -> str:
        """The report as people read it in a terminal."""
        facts, found = self.facts, self.evaluation
        lines = [
            (
                f"{facts.tickets:,} tickets, {facts.events:,} events, "
                f"{facts.landmarks:,} landmarks, {facts.features} features, "
                f"{facts.first} to {facts.until}"
            ),
            f"data {facts.data_fingerprint[:16]}",
            (
                f"tested on {found.test_tickets:,} tickets created from {facts.tested_from} on; "
                f"{found.censored:,} of them have no verdict yet and are not counted"
            ),
            *([_BIASED] if found.censored > MOST_CENSORED * found.test_tickets else []),
            "",
            *self._tables(),
            *_choice_lines("timeout", self.timeout_choice),
            *_choice_lines("escalation", self.escalation_choice),
            (
                f"eta: {found.eta.p50:.1%} resolved by p50 (nominal 50 %), "
                f"{found.eta.p90:.1%} by p90 (nominal 90 %), {found.eta.rows:,} moments"
            ),
            "trees: " + ", ".join(str(n) for n in self.trees),
            "strongest features: " + _top(self.importance),
            "seconds: " + ", ".join(f"{k} {v:.1f}" for k, v in self.seconds.items()),
            (
                "The figures are the backtest's: the registered model was made by the same recipe "
                f"from all that was known by {facts.until} (its calibrations: timeout "
                f"{self.calibrated[0]}, escalation {self.calibrated[1]})."
            ),
        ]
        if self.tuning:
            lines.append(self.tuning)
        if self.version:
            names = ", ".join(self.aliases) or "no alias"
            lines.append(f"registered as fendan-risk version {self.version} ({names})")
        return "\n".join([*lines, self.gate]).rstrip() + "\n"

    def _tables(self) -> list[str]:
        head = f"{'':28}" + "".join(f"{name:>9}" for name in _COLUMNS.values())
        lines: list[str] = []
        for task in self.evaluation.answers:
            lines.append(f"{task:28}" + head[28:])
            for stage in (ALL, *STAGES):
                for entry in self.evaluation.scores:
                    if entry.task == task and entry.stage == stage:
                        first = entry.contender == "model"
                        name = stage if first else f"  {entry.contender}"
                        cells = (getattr(entry.score, column) for column in _COLUMNS)
                        lines.append(f"  {name:26}" + "".join(_cell(value) for value in cells))
            lines.append("")
        return lines


MOST_CENSORED: Final = 0.2
"""With a larger share of test tickets without a verdict, the others say little of all."""

_BIASED: Final = (
    "CAUTION: so many verdicts are still to come that those there are, the quick and mostly kept "
    "ones, stand for nobody else; read rates, ECE and Brier below with care, or give a longer log"
)

_COLUMNS = {
    "rows": "rows",
    "base_rate": "rate",
    "auc": "AUC",
    "average_precision": "AP",
    "brier": "Brier",
    "log_loss": "log loss",
    "ece": "ECE",
}


def _cell(value: float) -> str:
    return f"{value:>9,}" if isinstance(value, int) else f"{value:>9.4f}"


def _choice_lines(task: str, choice: Choice) -> list[str]:
    losses = ", ".join(f"{kind} {loss:.4f}" for kind, loss in choice.log_loss.items())
    beside = f" (log loss out of time, raw = 1: {losses})" if losses else ""
    return [f"{task} calibration: {choice.kind}{beside}"]


def _top(importance: Mapping[str, float], most: int = 8) -> str:
    used = [(name, share) for name, share in importance.items() if share > 0.0]
    return ", ".join(f"{name} {share:.0%}" for name, share in used[:most]) or "none"
