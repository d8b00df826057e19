"""What the model learns from: the frame at the landmarks, and the labels known at a cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.eta import to_target
from training.fit import Table
from training.labels import UNKNOWN, Labels, Verdict
from training.landmarks import Landmarks, ticket_weights
from training.moments import HOUR_US, NEVER, Bool, Float, Int
from training.splits import Slice, censoring_weights

Task = Literal["timeout", "escalation", "eta"]


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """Row i of `x` (m, p) is landmark i; `names` (p) are its columns, `categorical` hold codes."""

    labels: Labels
    landmarks: Landmarks
    x: Float
    names: tuple[str, ...]
    categorical: tuple[str, ...]

    def table(self, rows: Rows) -> Table:
        """The matrix, targets and weights of chosen rows."""
        return Table(self.x[rows.row], self.names, self.categorical, rows.y, rows.w)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Landmarks with a known outcome: `row` (k,) into the dataset, target `y`, weight `w`.

    The target is 1 or 0, for eta the log of 1 + remaining hours.
    """

    row: Int
    y: Float
    w: Float


def known_rows(
    labels: Labels,
    marks: Landmarks,
    task: Task,
    part: Slice,
    *,
    clip: float | None = 5.0,
    left_out: Bool | None = None,
) -> Rows:
    """The landmarks of a slice before its cut whose outcome was known by then.

    Every ticket weighs the same, times (unless `clip` is None) the inverse probability that
    its outcome is known already. A moment at which the outcome was known is not asked about,
    and a promise that is not due by the cut does not count as kept: it could not yet be broken.

    Args:
        labels: the outcomes of the log.
        marks: its landmarks.
        task: which outcome.
        part: tickets created in this slice, labels known by `part.known_by_us`.
        clip: largest censoring weight.
        left_out: (n,) tickets that belong to no slice (embargo).
    """
    inside = part.has(labels.created_us) & ~(False if left_out is None else left_out)
    row = np.flatnonzero(inside[marks.ticket] & (marks.time_us < part.known_by_us))
    ticket, time = marks.ticket[row], marks.time_us[row]
    verdict, target = _outcome(labels, task, ticket, time, part.known_by_us)
    asked = verdict.known_us > time
    if task == "timeout":
        asked &= ~marks.overdue[row] & _due(labels, ticket, part.known_by_us)
    row, ticket, target = row[asked], ticket[asked], target[asked]
    value, known = verdict.value[asked], verdict.known_us[asked]
    observed = value != UNKNOWN
    weight = np.where(observed, ticket_weights(ticket), 0.0)
    if clip is not None and row.size:
        created = labels.created_us[ticket]
        delay = np.where(known < NEVER, known - created, NEVER)
        weight = weight * censoring_weights(delay, part.known_by_us - created, clip)
    weight = weight[observed]
    if weight.size:
        weight = weight / weight.mean()
    return Rows(row[observed].astype(np.int64), target[observed], weight)


def _due(labels: Labels, ticket: Int, until_us: int) -> Bool:
    """Whether the promise of each ticket is due by then, or there is none to wait for."""
    due = labels.due_us[ticket]
    return np.asarray((due <= until_us) | (due == NEVER), dtype=np.bool_)


def _outcome(
    labels: Labels, task: Task, ticket: Int, time: Int, until_us: int
) -> tuple[Verdict, Float]:
    if task == "timeout":
        all_of_them = labels.timeout(until_us)
        verdict = Verdict(all_of_them.value[ticket], all_of_them.known_us[ticket])
    elif task == "escalation":
        verdict = labels.escalation(ticket, time, until_us)
    else:
        resolved = labels.resolved_us[ticket]
        known = resolved <= until_us
        verdict = Verdict(
            np.where(known, 1, UNKNOWN).astype(np.int8), np.where(known, resolved, NEVER)
        )
        hours = np.where(known, resolved - time, 0) / HOUR_US
        return verdict, to_target(hours)
    return verdict, verdict.value.astype(np.float64)
