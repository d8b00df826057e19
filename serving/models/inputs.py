"""Have the model's inputs moved since it learned? What was scored lately, against `inputs.json`.

A feature is judged where it lay still while the model learned: what moves from week to week by
itself (loads, tenure) tells nothing, nor does what became of earlier tickets, and what all tickets
of a refresh share (the hour) would need more refreshes than are read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import numpy as np

from features.catalog import BY_NAME
from features.frame import HOURS, LATE
from features.stream import Floats, Ints
from features.words import Words
from model.drift import LOOK, WATCH
from serving.models.cards import Column, Reference
from serving.models.looked import Looked

State = Literal["told", "few", "brief", "pending", "no_reference", "failed"]
Level = Literal["none", "watch", "warn"]

_ALL_BUT: Final = 0.99
FEWEST: Final = 100
"""Tickets, or refreshes of what they share, below which nothing is judged."""
LEAST_SPAN: Final = timedelta(days=5)
"""Of what was scored: a feature's usual move is one from week to week, and a day is no week."""
TIMES_USUAL: Final = 3.0
"""A feature alarms once it moved so many times further than in any week of training."""


@dataclass(frozen=True, slots=True)
class MovedInput:
    """A feature, its index from training to what was scored lately, and from where on it alarms."""

    name: str
    words: Words
    psi: float
    limit: float
    level: Level


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the inputs stand: `state` says why nothing is told, where nothing is.

    `judged` features lay still in training, `left_out` did not or are shared by all tickets of a
    refresh. `moved` are the judged ones, the worst first.
    """

    state: State
    since: datetime | None = None
    until: datetime | None = None
    learned_until: datetime | None = None
    refreshes: int = 0
    tickets: int = 0
    judged: int = 0
    left_out: int = 0
    moved: tuple[MovedInput, ...] = ()

    @property
    def alarming(self) -> tuple[MovedInput, ...]:
        """Those somebody should look at."""
        return tuple(each for each in self.moved if each.level == "warn")


def inputs_of(seen: Looked, reference: Reference) -> Inputs:
    """How far each judged feature has moved; features that the model does not know are passed."""
    places = {name: n for n, name in enumerate(seen.names)}
    known = [each for each in reference.columns if each.name in places]
    columns = [(each, seen.x[:, places[each.name]]) for each in known]
    tickets = int(np.unique(seen.ticket).size)
    found = Inputs(
        state="few",
        since=seen.since,
        until=seen.until,
        learned_until=reference.until,
        refreshes=int(np.unique(seen.refresh).size),
        tickets=tickets,
    )
    if min(tickets, reference.tickets) < FEWEST:
        return found
    if seen.since is None or seen.until is None or seen.until - seen.since < LEAST_SPAN:
        return replace(found, state="brief")
    told = [
        _moved(column, values, reference.tickets, cases)
        for column, values in columns
        if (cases := _cases(values, seen)) >= FEWEST and _lay_still(column)
    ]
    told.sort(key=lambda each: (-_RANK[each.level], -each.psi))
    return replace(
        found,
        state="told",
        judged=len(told),
        left_out=len(columns) - len(told),
        moved=tuple(told),
    )


def _lay_still(column: Column) -> bool:
    """While the model learned; of what hardly ever changed then it could learn nothing."""
    spec = BY_NAME.get(column.name)
    if column.name.startswith((LATE, HOURS)) or (spec is not None and spec.dimension == "skill"):
        return False  # the desk's own record: it moves with the desk, whatever is sent
    changed = column.bins.shares.max(initial=0.0) < _ALL_BUT
    return changed and column.usual is not None and column.usual <= LOOK


def _cases(values: Floats, seen: Looked) -> int:
    """How many cases the rows are: tickets, or refreshes where all tickets of each say the same."""
    group = seen.refresh
    return int(np.unique(group if _is_shared(values, group) else seen.ticket).size)


def _is_shared(values: Floats, group: Ints) -> bool:
    """Whether rows of one group always have one value, and there is more than one value."""
    told = np.unique(np.column_stack([group, np.nan_to_num(values, nan=np.inf)]), axis=0)
    return bool(len(told) == np.unique(group).size and np.unique(told[:, 1]).size > 1)


def _moved(column: Column, values: Floats, before: int, now: int) -> MovedInput:
    psi = column.bins.moved(values)
    usual, chance = column.usual or 0.0, column.bins.by_chance(before, now)
    limit = max(LOOK, chance, TIMES_USUAL * usual)
    level: Level = "warn" if psi > limit else "watch" if psi > max(WATCH, chance, usual) else "none"
    return MovedInput(column.name, column.words, psi, limit, level)


_RANK: Final = {"none": 0, "watch": 1, "warn": 2}
