"""What became of the risks that were told: how the model does at this desk, these weeks.

A ticket counts once for a model, with the risk that was first told of it; it is judged by the
history as it is now (`features.outcomes`), and only once its promise has passed: of those before it
the kept ones are known sooner than the broken ones. The others are counted, not guessed. What was
told after the promise had passed foretold nothing, and does not count at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.history import History
from features.outcomes import lateness
from features.picture import micros_of, moment_of
from features.stream import DAY, NEVER, Floats, Ints
from model.assessment import Desk
from model.decision import Version
from model.desk import ServedDesk
from model.live import shifts
from model.reliability import calibration_by_chance, expected_calibration_error, reliability
from serving.models.cards import Bin, Week
from serving.store import Store
from serving.tables import DECISIONS, PLACEMENTS

WINDOW: Final = timedelta(days=28)
_MOST: Final = 50_000
"""Tickets that are looked at, the last ones: a quarter of a second."""
_SEED, _NOISE = 1, 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """First risks told of tickets, (n,) each, in the order of telling; `at_us` in µs, UTC."""

    ticket_id: NDArray[np.object_]
    risk: Floats
    at_us: Ints
    version: Ints

    def take(self, some: NDArray[np.bool_]) -> Told:
        """Those of a mask."""
        return Told(self.ticket_id[some], self.risk[some], self.at_us[some], self.version[some])


@dataclass(frozen=True, slots=True)
class Live:
    """How the risks told in `[since, until]` came true.

    `tickets` told by the model that serves have a verdict, `waiting` are not due or have none.
    `chance` is the calibration error that a perfect model may show on so few, `spread` the
    standard error of the mean risk. `weeks` are those of telling, whichever model told. `level` is
    what the last day adds to the log-odds (`model.live`), None where the model's level is fixed.
    """

    since: datetime
    until: datetime
    tickets: int
    waiting: int
    risk: float
    rate: float
    ece: float
    chance: float
    spread: float
    bins: tuple[Bin, ...]
    weeks: tuple[Week, ...]
    level: float | None = None


def told(store: Store, until_us: int) -> Told:
    """What was told in the `WINDOW` before a moment. Raises StoreError."""
    said, made = PLACEMENTS.c, DECISIONS.c
    recent = (said.at_us > micros_of(moment_of(until_us) - WINDOW)) & (said.at_us <= until_us)
    first = (
        sa.select(sa.func.min(said.seq))
        .join_from(PLACEMENTS, DECISIONS, said.refresh_id == made.refresh_id)
        .where(recent, said.risk_timeout.is_not(None))
        .group_by(said.ticket_id, made.model_version)
    )
    query = (
        sa.select(said.ticket_id, said.risk_timeout, said.at_us, made.model_version)
        .join_from(PLACEMENTS, DECISIONS, said.refresh_id == made.refresh_id)
        .where(said.seq.in_(first))
        .order_by(said.seq.desc())
        .limit(_MOST)
    )
    with store.transaction() as connection:
        rows = connection.execute(query).all()
    columns = list(zip(*reversed(rows), strict=True)) or [(), (), (), ()]
    return Told(
        np.array(columns[0], dtype=object),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.int64),
        np.array(columns[3], dtype=np.int64),
    )


def last_told(store: Store) -> int | None:
    """The desk's own moment of the last news, in µs; None before the first. Raises StoreError."""
    with store.transaction() as connection:
        found: int | None = connection.execute(sa.select(sa.func.max(PLACEMENTS.c.at_us))).scalar()
    return found


def live_of(said: Told, history: History, model: Version, until_us: int) -> Live:
    """How what was told came true, as the history knows at a moment."""
    said = foretold(said, history)
    known = known_by(said, history, until_us)
    judged = (known == 0.0) | (known == 1.0)
    own = said.version == model.version
    y, p = known[judged & own], said.risk[judged & own]
    some = y.size > 0
    return Live(
        since=moment_of(until_us) - WINDOW,
        until=moment_of(until_us),
        tickets=int(y.size),
        waiting=int((own & ~judged).sum()),
        risk=float(p.mean()) if some else 0.0,
        rate=float(y.mean()) if some else 0.0,
        ece=expected_calibration_error(y, p, np.ones(y.size)) if some else 0.0,
        chance=calibration_by_chance(p, _SEED, _NOISE) if some else 0.0,
        spread=float(np.sqrt((p * (1.0 - p)).sum()) / y.size) if some else 0.0,
        bins=_bins(y, p),
        weeks=_weeks(said, known, judged),
    )


def level_of(desk: Desk, at_us: int) -> float | None:
    """What the day of a moment adds to the log-odds of the timeout risk; None where none does."""
    if not isinstance(desk, ServedDesk) or not desk.bundle.risk.live:
        return None
    return float(shifts(desk.bundle, desk.history, np.array([at_us], np.int64))[0])


def foretold(said: Told, history: History) -> Told:
    """Without what was told of a ticket whose promise, as it stood then, had passed.

    To be late is no risk any more then; nor is it where the ticket had been resolved in time and
    came back later, which is kept and is told as certain to be late.
    """
    due = _due(said, history, said.at_us)
    return said.take((due == NEVER) | (due > said.at_us))


def known_by(said: Told, history: History, until_us: int) -> Floats:
    """(n,) 1 late, 0 kept, NaN or in between where the ticket is unknown, not due or not judged."""
    code = _codes(said, history)
    known = np.append(lateness(history, until_us), np.nan)[code]  # no such ticket: the last
    due = _due(said, history, np.full(code.size, until_us, np.int64))
    return np.where((due == NEVER) | (due <= until_us), known, np.nan)


def _codes(said: Told, history: History) -> Ints:
    return history.names["ticket"].codes(pd.Series(said.ticket_id, dtype="str"))


def _due(said: Told, history: History, at_us: Ints) -> Ints:
    """(n,) the promise of each ticket at a moment; `NEVER` without one, or without the ticket."""
    line, code = history.timeline, _codes(said, history)
    if not len(line):
        return np.full(code.size, NEVER, np.int64)
    row = np.where(code >= 0, history.row(np.maximum(code, 0), at_us), -1)
    return np.where(row >= 0, line.facts["due"][np.maximum(row, 0)], NEVER)


def _bins(y: Floats, p: Floats) -> tuple[Bin, ...]:
    if not y.size:
        return ()
    cells = reliability(y, p, np.ones(y.size))
    return tuple(
        Bin(float(risk), float(rate), float(tickets))
        for risk, rate, tickets in zip(cells.predicted, cells.observed, cells.weight, strict=True)
    )


def _weeks(said: Told, known: Floats, judged: NDArray[Any]) -> tuple[Week, ...]:
    """By the week of telling; of two models that told of a ticket, the first."""
    rows = np.flatnonzero(judged)
    rows = rows[~pd.Index(said.ticket_id[rows]).duplicated()]
    days = said.at_us[rows] // DAY
    monday = days - (days + 3) % 7  # 1 January 1970 was a Thursday
    return tuple(
        _week(int(each), known[rows[monday == each]], said.risk[rows[monday == each]])
        for each in np.unique(monday)
    )


def _week(day: int, y: Floats, p: Floats) -> Week:
    ece = expected_calibration_error(y, p, np.ones(y.size))
    name = str(np.datetime64(day, "D"))
    return Week(name, int(y.size), float(p.mean()), float(y.mean()), ece)
