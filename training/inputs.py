"""What the model's inputs looked like when it learned: `inputs.json` of the run.

The open tickets of the last weeks at the moments of refreshes, as a refresh would have shown them
to the model; a served desk holds what it scores against this (`model.drift`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import orjson

from features.frame import landmark_frame
from features.history import History
from features.picture import moment_of
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from model.bundle import Bundle
from model.drift import LONGEST, Bins
from training.study.drift import meaning

WEEK: Final = 7 * DAY
WINDOW: Final = 4 * WEEK
STEP: Final = HOUR
"""Between the moments at which the desk is looked at."""
MOST: Final = 4_000
"""Looks: a second of work, and some tens of kilobytes."""


def inputs(history: History, bundle: Bundle) -> str:
    """The bins of each column of the model, over the last `WINDOW` of its history."""
    ticket, at = looks(history, MOST)
    ids = history.names["ticket"].names(ticket).tolist()
    frame = landmark_frame(history, bundle.encoder, ids, at)
    week = np.minimum((history.span[1] - at) // WEEK, WINDOW // WEEK - 1)

    def told(n: int, name: str) -> dict[str, Any]:
        column, category = frame.values[:, n], name in frame.categorical
        bins, words = Bins.of(column, category=category), meaning(name)
        weekly = usual(column, week, category=category)
        return {"name": name, "en": words.en, "zh": words.zh, "usual": weekly, **bins.to_json()}

    return orjson.dumps(
        {
            "since": moment_of(int(at.min())) if at.size else None,
            "until": moment_of(int(at.max())) if at.size else None,
            "tickets": int(np.unique(ticket).size),
            "features": [told(n, name) for n, name in enumerate(frame.names)],
        }
    ).decode()


def usual(column: Floats, week: Ints, *, category: bool) -> float | None:
    """The largest index of a week against the other weeks; None where there are no two.

    What a desk counts of itself (late shares, loads, tenure) moves from week to week while
    nothing is wrong: how far, only its own weeks can tell.
    """
    weeks = np.unique(week).tolist()
    if len(weeks) < 2:
        return None
    return max(
        Bins.of(column[week != each], category=category).moved(column[week == each])
        for each in weeks
    )


def looks(history: History, most: int) -> tuple[Ints, Ints]:
    """Tickets (codes) and moments (µs), (n,) each: of all looks at open ones, every so many.

    A look is an open ticket, no older than `LONGEST`, at a full `STEP` of the last `WINDOW`.
    """
    line, end = history.timeline, history.span[1]
    if end == NEVER or not len(line):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    goes_on = np.r_[line.ticket[1:] == line.ticket[:-1], False]
    until = np.where(goes_on, np.r_[line.time[1:], end], end)
    until = np.minimum(until, line.facts["created"] + LONGEST)
    since = np.maximum(line.time, end - WINDOW)
    first, last = -(-since // STEP), -(-until // STEP)
    count = np.where(line.open, np.maximum(last - first, 0), 0)
    ends = np.cumsum(count)
    place = np.unique(
        np.linspace(0, max(ends[-1] - 1, 0), min(most, int(ends[-1])), dtype=np.int64)
    )
    row = np.searchsorted(ends, place, side="right")
    nth = place - (ends[row] - count[row])
    return line.ticket[row], (first[row] + nth) * STEP
