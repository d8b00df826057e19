"""Rolling origins: the folds on which settings are compared, all before one moment.

The test slice must not choose the settings that it is to judge. So each fold stands at an
earlier origin, learns what was known then and is judged on the tickets created next, whose
verdicts count if they were known by the end of the training period (Tashman, 2000, *Out-of-sample
tests of forecasting accuracy*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.dataset import Dataset
from training.labels import Labels
from training.moments import NEVER
from training.splits import Slice, SplitParams, ripe_after, slices

FIRST_ORIGIN: Final = 0.7
"""Share of the ripe tickets before the first origin; the judged slices share the rest."""

KEPT: Final = (0, 1, 4, 16, 64, 256)


def ripening(labels: Labels, until_us: int, share: float) -> int:
    """Microseconds after which the share of the desk's own verdicts is known, as seen then.

    Over tickets without a promised time; 0 if none of them has a verdict. (With a promised
    time the verdict is ripe when that passes: `training.unripe`.)
    """
    mine = (labels.created_us < until_us) & (labels.due_us == NEVER)
    created, known = labels.created_us[mine], labels.timeout(until_us).known_us[mine]
    delay = np.where(known < NEVER, known - created, NEVER)
    return ripe_after(delay, until_us - created, share)


@dataclass(frozen=True, slots=True)
class Fold:
    """Learn from `past`, known at the origin where it ends, and answer for `judged`, after it."""

    past: Slice
    judged: Slice


def folds(data: Dataset, until_us: int, split: SplitParams, count: int) -> tuple[Fold, ...]:
    """The folds of the tickets created before `until_us`, the earliest origin first.

    Tickets too young for most verdicts to be known are not judged on.

    Raises:
        ModelError: too few tickets.
    """
    labels = data.labels
    ripe = ripening(labels, until_us, split.ripe_share)
    shares = (FIRST_ORIGIN, *[(1.0 - FIRST_ORIGIN) / count] * count)
    first, *judged = slices(labels.created_us, until_us - ripe, shares)
    origins = [part.start_us for part in judged]
    return tuple(
        Fold(Slice(first.start_us, origin, origin), Slice(origin, part.end_us, until_us))
        for part, origin in zip(judged, origins, strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    """A few landmarks of each ticket, and the share that they are of all."""

    data: Dataset
    share: float


def thinned(data: Dataset, until_us: int) -> Thinned:
    """Of the landmarks before `until_us`, each ticket's number 0, 1, 4, 16, 64 and 256.

    A ticket's moments resemble each other, and later ones weigh less: a few of each tell
    settings apart almost as well as all, in a fraction of the time. Which are kept does not hang
    on how many come later.
    """
    marks = data.landmarks
    _, start, size = np.unique(marks.ticket, return_index=True, return_counts=True)
    number = np.arange(len(marks)) - np.repeat(start, size)
    before = marks.time_us < until_us
    row = np.flatnonzero(before & np.isin(number, KEPT))
    few = Dataset(data.labels, marks.take(row), data.x[row], data.names, data.categorical)
    return Thinned(few, row.size / max(1, int(before.sum())))
