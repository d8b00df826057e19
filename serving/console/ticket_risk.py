"""The timeout risk of a ticket along its life: as decisions told it, and as the model sees it now.

The model is asked about each past moment with what had happened by then; nothing later is read.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from features.picture import moment_of
from features.stream import MICRO, Floats
from model.alert import desk_time, thresholds
from model.assessment import Desk
from model.desk import ServedDesk
from model.unmodelled import NO_MODEL
from serving.console.charts import Point
from serving.console.ticket_life import CLOSED, Life

MOMENTS: Final = 60
"""Moments of a life that the model is asked about; a longer one makes them sparser."""
_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Course:
    """Risks by moment (seconds since 1970): a piece for each time that the ticket was open.

    `levels` are the thresholds of watch, warn and red at the same moments, for its category.
    """

    pieces: tuple[tuple[Point, ...], ...] = ()
    levels: tuple[tuple[Point, ...], ...] = ()


def moments_of(life: Life, heard: float) -> list[Floats]:
    """The moments to ask about, for each time that the ticket was open: `[begin, end)` evenly.

    None is later than `heard`, when the desk's events end: of later ones nothing is known.
    """
    end = min(life.end, heard)
    whole = max(end - life.begin, 1.0)
    found = []
    for begin, stop in _open(life):
        stop_heard = min(stop, end)
        if stop_heard > begin:
            count = max(2, round(MOMENTS * (stop_heard - begin) / whole))
            found.append(np.linspace(begin, stop_heard, count, endpoint=stop_heard < stop))
    return found


def course_of(desk: Desk, ticket_id: str, life: Life) -> Course:
    """What the desk's model says of the ticket's past; nothing where there is no model or event.

    Raises:
        ModelError: the model was trained on other features.
    """
    if not life.told or not isinstance(desk, ServedDesk) or desk.bundle.info == NO_MODEL.info:
        return Course()
    pieces = moments_of(life, desk.history.span[1] / MICRO)
    if not pieces:
        return Course()
    at = np.concatenate(pieces)
    at_us = np.rint(at * MICRO).astype(np.int64)
    risk = desk.past_risks(ticket_id, at_us)
    cuts = np.cumsum([piece.size for piece in pieces])[:-1]
    split = zip(np.split(at, cuts), np.split(risk, cuts), strict=True)
    return Course(
        pieces=tuple(tuple(zip(x.tolist(), y.tolist(), strict=True)) for x, y in split),
        levels=_levels(desk, life.facts.get("category", ""), at),
    )


def _open(life: Life) -> list[tuple[float, float]]:
    """When the ticket was open, neighbouring states joined."""
    joined = list[tuple[float, float]]()
    for spell in life.states:
        if spell.name == CLOSED:
            continue
        if joined and joined[-1][1] == spell.begin:
            joined[-1] = joined[-1][0], spell.end
        else:
            joined.append((spell.begin, spell.end))
    return joined


def _levels(desk: ServedDesk, category: str, at: Floats) -> tuple[tuple[Point, ...], ...]:
    """Three lines that step: a threshold holds until the next moment with another."""
    policy = desk.policy
    clocks = [desk_time(moment_of(round(m * MICRO)), policy.timezone) for m in at.tolist()]
    found = np.concatenate(
        [thresholds([category], policy.alerts, now, desk.alert_table) for now in clocks]
    )
    return tuple(_steps(at.tolist(), level) for level in found.T.tolist())


def _steps(at: Sequence[float], levels: Sequence[float]) -> tuple[Point, ...]:
    """A line of steps, with points where it turns alone.

    >>> _steps([0.0, 1.0, 2.0], [0.5, 0.5, 0.7])
    ((0.0, 0.5), (2.0, 0.5), (2.0, 0.7))
    """
    points = list(zip(at, levels, strict=True))
    turns = [
        corner
        for (_, held), (moment, level) in pairwise(points)
        if held != level
        for corner in ((moment, held), (moment, level))
    ]
    ends = () if turns and turns[-1] == points[-1] else (points[-1],)
    return (points[0], *turns, *ends)


class Remembered:
    """What was worked out lately: the same question is asked of the model once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Course] = OrderedDict()

    def course(self, asked: Hashable, make: Callable[[], Course]) -> Course:
        """What `make` gives, or gave when the same was asked."""
        with self._lock:
            found = self._known.get(asked)
        if found is None:
            found = make()
            with self._lock:
                self._known[asked] = found
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
        return found
