"""What alerts would have brought on the test slice of the backtest: learned for `model.alert`.

Those tickets are the newest that forests were asked about without having seen them, at the level
and with the calibration that they would have been served with. The forests that are served grew on
more; that they are no worse is what every backtest assumes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.calendar import local_hour, local_weekday
from model.alert_table import BLOCKS, AlertTable, blocks
from model.live import shifts
from training.labels import UNKNOWN, Labels
from training.moments import HOUR_US, Bool, Float, Int
from training.splits import Slice
from training.study.study import Study
from training.unripe import expected_lateness, is_ripe

GRID: Final = np.array([0.02, 0.04, 0.06, 0.08, *(n / 100 for n in range(10, 100, 5))])
"""Finer where a little risk parts many tickets."""
MIN_TICKETS: Final = 50
"""A category with fewer tickets has no row of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Looks at open tickets that are not overdue, sorted by ticket and time, (m,) each.

    `ticket` is the row in the labels, `risk` the calibrated timeout risk then.
    """

    ticket: Int
    time_us: Int
    risk: Float


def alert_table(study: Study, zone: str) -> AlertTable:
    """The table of a backtest, its blocks on the clock of `zone`."""
    return counted(looks(study), study.data.labels, study.test, zone)


def looks(study: Study) -> Looks:
    """What the model said of its test tickets whenever they were looked at."""
    data, marks = study.data, study.data.landmarks
    tested = study.test.has(data.labels.created_us)[marks.ticket]
    row = np.flatnonzero(tested & ~marks.overdue)
    served = study.bench.bundle(study.risk, study.learned_from.known_by_us)
    shift = shifts(served, study.history, marks.time_us[row])
    risk = study.risk.timeout_risk(data.x[row], shift)
    return Looks(marks.ticket[row], marks.time_us[row], risk)


def counted(seen: Looks, labels: Labels, part: Slice, zone: str) -> AlertTable:
    """Who first reached each risk, where, and how many of them ended late.

    Tickets without a verdict count in part, as far as can be told (`training.unripe`).
    """
    tickets = np.unique(seen.ticket)
    rows, categories, others = _rows(labels.category[tickets])
    row = np.zeros(len(labels), dtype=np.int64)
    row[tickets] = rows
    late = _lateness(labels, part.known_by_us)[seen.ticket]
    cell = row[seen.ticket] * BLOCKS + blocks(seen.time_us, zone)
    before = _risk_before(seen)
    size = ((len(categories) + 1), BLOCKS, GRID.size)
    reached, judged, were_late = (np.zeros(size) for _ in range(3))
    risk = np.zeros(GRID.size)
    told = ~np.isnan(late)
    for k, least in enumerate(GRID):  # a few grid points, each over all looks at once
        first = (before < least) & (seen.risk >= least)
        reached[:, :, k] = _counts(cell[first], size)
        judged[:, :, k] = _counts(cell[first & told], size)
        were_late[:, :, k] = _counts(cell[first & told], size, late[first & told])
        risk[k] = seen.risk[first].mean() if first.any() else least
    for counts in (reached, judged, were_late):
        counts[-1] = counts.sum(axis=0)
    days = _days(labels.created_us[tickets], zone)
    told_late, mean = were_late.round(1), risk.round(4)
    return AlertTable(zone, categories, others, GRID, days, mean, reached, judged, told_late)


def _rows(category: np.ndarray) -> tuple[Int, tuple[str, ...], tuple[str, ...]]:
    """The table row of each ticket, the categories with one of their own, and the rare ones."""
    names, code, count = np.unique(category.astype(str), return_inverse=True, return_counts=True)
    common = count >= MIN_TICKETS
    place = np.where(common, np.cumsum(common) - 1, common.sum())
    return place[code], tuple(names[common].tolist()), tuple(names[~common].tolist())


def _lateness(labels: Labels, until_us: int) -> Float:
    """(n,) 1 late, 0 in time, a chance where only that can be told, NaN where not even that."""
    verdict = labels.timeout(until_us).value
    known = (verdict != UNKNOWN) & is_ripe(labels, until_us)
    return np.where(known, verdict, expected_lateness(labels, until_us))


def _risk_before(seen: Looks) -> Float:
    """(m,) the highest risk of the ticket at any earlier look, -1 at its first."""
    highest = pd.Series(seen.risk).groupby(seen.ticket).cummax().to_numpy()
    fresh: Bool = np.r_[True, seen.ticket[1:] != seen.ticket[:-1]][: seen.ticket.size]
    return np.where(fresh, -1.0, np.r_[-1.0, highest[:-1]][: highest.size])


def _counts(cell: Int, size: tuple[int, int, int], weight: Float | None = None) -> Float:
    rows, wide, _ = size
    return np.bincount(cell, weight, minlength=rows * wide).reshape(rows, wide).astype(np.float64)


def _days(created_us: Int, zone: str) -> Float:
    """(2,) how many weekdays and days of the weekend there were, as the tickets saw them.

    `(sum a)² / sum a²` over the arrivals a of each day (Kish's effective size): the number of
    days if all are alike, and a long tail of days with hardly a ticket counts for nothing.
    """
    weekend = local_weekday(created_us, zone) >= 5
    midnight = created_us // HOUR_US - local_hour(created_us, zone)
    found = []
    for part in (~weekend, weekend):
        arrivals = np.unique(midnight[part], return_counts=True)[1].astype(np.float64)
        found.append(arrivals.sum() ** 2 / np.sum(arrivals**2) if arrivals.size else 1.0)
    return np.array(found)
