"""What the model learns from: the frame at the landmarks, and the labels known at a cut."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from features.catalog import BY_NAME
from model.eta import to_target
from training.fit import Table
from training.labels import UNKNOWN, Labels, Verdict
from training.landmarks import Landmarks, landmark_weights
from training.moments import HOUR_US, NEVER, Bool, Float, Int
from training.splits import Slice, censoring_weights, ripe_after
from training.unripe import expected_lateness, is_ripe

ETA_RIPE: Final = 0.7
"""Share of the tickets that must be resolved by the age of the youngest one learned from."""

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

    def only(self, names: Collection[str]) -> Dataset:
        """The same landmarks with these columns only, in the order they have."""
        keep = [i for i, name in enumerate(self.names) if name in names]
        kept = tuple(self.names[i] for i in keep)
        codes = tuple(name for name in self.categorical if name in kept)
        return replace(self, x=self.x[:, keep], names=kept, categorical=codes)

    def without(self, names: Collection[str]) -> Dataset:
        """The same landmarks with all columns but these."""
        return self.only([name for name in self.names if name not in names])


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Landmarks with a known outcome: `row` (k,) into the dataset, target `y`, weight `w`.

    The target is 1 or 0, for eta the log of 1 + remaining hours.
    """

    row: Int
    y: Float
    w: Float


def rises(task: Task, names: Sequence[str]) -> tuple[int, ...]:
    """(p,) the known sign of each column's effect on the outcome's risk, 0 where unknown."""
    if task != "timeout":
        return (0,) * len(names)
    return tuple(BY_NAME[name].rises if name in BY_NAME else 0 for name in names)


def known_rows(
    labels: Labels,
    marks: Landmarks,
    task: Task,
    part: Slice,
    *,
    clip: float | None = 5.0,
    guess: bool = False,
    left_out: Bool | None = None,
) -> Rows:
    """The landmarks of a slice before its cut whose outcome was known by then.

    Looks at a ticket weigh as `landmark_weights` says, times (unless `clip` is None) the inverse
    probability that its outcome is known already. A moment at which the outcome was known is not
    asked about. With `guess` a ticket without a verdict counts in part as late, as far as can be
    told (`training.unripe`): such a landmark stands twice, once with either target. Otherwise,
    and where nothing can be told, a promise that is not due by the cut is left out. Hours are
    learned from tickets old enough for `ETA_RIPE` of them to be resolved.

    Args:
        labels: the outcomes of the log.
        marks: its landmarks.
        task: which outcome.
        part: tickets created in this slice, labels known by `part.known_by_us`.
        clip: largest censoring weight; None for no such weights.
        guess: whether tickets without a verdict count in part.
        left_out: (n,) tickets that belong to no slice (embargo).
    """
    inside = part.has(labels.created_us)
    if left_out is not None:
        inside &= ~left_out
    if task == "eta":
        inside &= labels.created_us < part.known_by_us - _eta_ripening(labels, part.known_by_us)
    row = np.flatnonzero(inside[marks.ticket] & (marks.time_us < part.known_by_us))
    ticket, time = marks.ticket[row], marks.time_us[row]
    verdict, target = _outcome(labels, task, ticket, time, part.known_by_us)
    asked = verdict.known_us > time
    chance = np.full(row.size, np.nan)
    if task == "timeout":
        ripe = is_ripe(labels, part.known_by_us)[ticket]
        if guess:
            chance = expected_lateness(labels, part.known_by_us)[ticket]
        asked &= ~marks.overdue[row] & (ripe | ~np.isnan(chance))
    row, ticket, target, chance = row[asked], ticket[asked], target[asked], chance[asked]
    value, known = verdict.value[asked], verdict.known_us[asked]
    waits = ~np.isnan(chance)
    observed = (value != UNKNOWN) & ~waits
    share = landmark_weights(marks.number[row])
    weight = np.where(observed, share, 0.0)
    if clip is not None and not np.all(observed | waits):
        created, told = labels.created_us[ticket], ~waits
        delay = np.where(known < NEVER, known - created, NEVER)
        follow_up = part.known_by_us - created
        weight[told] *= censoring_weights(delay[told], follow_up[told], clip)
    return _joined(
        (row[observed], target[observed], weight[observed]),
        (row[waits], np.ones(int(waits.sum())), (share * chance)[waits]),
        (row[waits], np.zeros(int(waits.sum())), (share * (1.0 - chance))[waits]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Looks at open tickets: `row` (k,) into the dataset, the log of 1 + hours that were left.

    Where the ticket had not ended (`ended` false) the hours are those so far. `w` as
    `landmark_weights`.
    """

    row: Int
    y: Float
    ended: Bool
    w: Float


def waits(labels: Labels, marks: Landmarks, part: Slice) -> Waits:
    """Every look at the open tickets of a slice, and how long it went on, as known by its cut."""
    until = part.known_by_us
    row = np.flatnonzero(part.has(labels.created_us)[marks.ticket] & (marks.time_us < until))
    time, resolved = marks.time_us[row], labels.resolved(until)[marks.ticket[row]]
    ended = resolved <= until
    hours = (np.where(ended, resolved, until) - time) / HOUR_US
    return Waits(row, to_target(hours), ended, landmark_weights(marks.number[row]))


def _eta_ripening(labels: Labels, until_us: int) -> int:
    before = labels.created_us < until_us
    created, resolved = labels.created_us[before], labels.resolved(until_us)[before]
    delay = np.where(resolved <= until_us, resolved - created, NEVER)
    return ripe_after(delay, until_us - created, ETA_RIPE)


def _joined(*parts: tuple[Int, Float, Float]) -> Rows:
    """Rows, targets and weights one after the other; weights of mean 1, none of them 0."""
    row, y, w = (np.concatenate(column) for column in zip(*parts, strict=True))
    some = w > 0
    row, y, w = row[some], y[some], w[some]
    return Rows(row.astype(np.int64), y, w / w.mean() if w.size else w)


def _outcome(
    labels: Labels, task: Task, ticket: Int, time: Int, until_us: int
) -> tuple[Verdict, Float]:
    if task == "timeout":
        all_of_them = labels.timeout(until_us)
        verdict = Verdict(all_of_them.value[ticket], all_of_them.known_us[ticket])
    elif task == "escalation":
        verdict = labels.escalation(ticket, time, until_us)
    else:
        resolved = labels.resolved(until_us)[ticket]
        known = resolved <= until_us
        verdict = Verdict(
            np.where(known, 1, UNKNOWN).astype(np.int8), np.where(known, resolved, NEVER)
        )
        hours = np.where(known, resolved - time, 0) / HOUR_US
        return verdict, to_target(hours)
    return verdict, verdict.value.astype(np.float64)
