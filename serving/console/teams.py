"""Risk and load by team and by shift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

import numpy as np

from features.stream import Floats, Ints
from serving.console.plan import Json
from serving.console.standing import ALERTS, Standing

Key = TypeVar("Key")

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """An agent's hours of today: `begin` is empty where they have begun and nobody told when.

    Both are empty without hours today; `told` is False where no hours were sent at all.
    """

    begin: str = ""
    end: str = ""
    told: bool = True


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """The agents of a team or a shift, and their tickets; None stands for nobody's tickets.

    `load` tickets of `capacity` are with those `at_work`; `open` are with all of the `agents`.
    """

    key: Key | None
    agents: int
    at_work: int
    open: int
    load: int
    capacity: int
    expected: float
    red: int
    warn: int

    @property
    def percent(self) -> int | None:
        """Load of those at work in per cent of their capacity; None where they have none."""
        return round(100 * self.load / self.capacity) if self.capacity else None


def by_team(standing: Standing) -> tuple[Group[str], ...]:
    """The teams, the one that expects most timeouts first; nobody's tickets among them."""
    teams = [agent.get("team") or "" for agent in standing.agents]
    return tuple(sorted(_grouped(standing, teams), key=lambda g: (-g.expected, g.key or "")))


def by_shift(standing: Standing) -> tuple[Group[Shift], ...]:
    """The shifts of today, in the order in which they end; then who is off, then the untold."""
    shifts = [shift_of(agent, standing.as_of) for agent in standing.agents]
    groups = (group for group in _grouped(standing, shifts) if group.key is not None)
    return tuple(sorted(groups, key=_in_order))


def shift_of(agent: Json, as_of: datetime) -> Shift:
    """From the first of today's windows to the end of the last; pauses do not part it.

    >>> at = datetime.fromisoformat("2026-03-02T10:05:00+08:00")
    >>> hours = ("2026-03-02T08:00:00+08:00", "2026-03-02T12:00:00+08:00",
    ...          "2026-03-02T13:00:00+08:00", "2026-03-02T17:00:00+08:00")
    >>> windows = [dict(zip(("start", "end"), pair)) for pair in (hours[:2], hours[2:])]
    >>> shift_of({"status": "available", "availability": windows}, at)
    Shift(begin='08:00', end='17:00', told=True)
    """
    if agent.get("availability") is None:
        return Shift(told=False)
    midnight = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    sent = [(_moment(w["start"], as_of), _moment(w["end"], as_of)) for w in agent["availability"]]
    today = [(a, b) for a, b in sent if a < midnight + _DAY and b > midnight]
    last = max((b for _, b in today), default=midnight)
    if last <= as_of:
        return Shift()
    first = min(a for a, _ in today)
    # windows that a desk cuts at the present do not tell when the shift began
    begun = first == as_of or (first > as_of and agent["status"] != "offline")
    return Shift("" if begun else first.strftime("%H:%M"), last.strftime("%H:%M"))


def _grouped(standing: Standing, keys: Sequence[Key]) -> Iterator[Group[Key]]:
    """A group for each key of an agent, (n_a,), and one for the tickets of nobody if there are."""
    places: dict[Key, int] = {}
    group = np.array([places.setdefault(key, len(places)) for key in keys], np.int64)
    names: list[Key | None] = [*places, None]
    ticket = np.append(group, len(places))[standing.holder]  # -1 is the last: nobody's
    load = np.where(standing.at_work, standing.per_agent(), 0.0)
    room = np.where(standing.at_work, np.nan_to_num(standing.capacity), 0.0)
    sums = zip(
        _sums(group, names),
        _sums(group[standing.at_work], names),
        _sums(ticket, names),
        _sums(group, names, load),
        _sums(group, names, room),
        _sums(ticket, names, standing.risk),
        _sums(ticket[standing.alert == ALERTS.index("red")], names),
        _sums(ticket[standing.alert == ALERTS.index("warn")], names),
        strict=True,
    )
    for key, (agents, at_work, held, own, most, expected, red, warn) in zip(
        names, sums, strict=True
    ):
        if key is not None or held:
            yield Group(
                key, int(agents), int(at_work), int(held), int(own), int(most), expected,
                int(red), int(warn),
            )  # fmt: skip


def _sums(of: Ints, names: Sequence[object], amounts: Floats | None = None) -> list[float]:
    """Of each group the count, or the sum of `amounts`."""
    counts: list[float] = np.bincount(of, amounts, minlength=len(names)).tolist()
    return counts


def _in_order(group: Group[Shift]) -> tuple[bool, bool, str, str]:
    shift = group.key or Shift()
    return not shift.told, not shift.end, shift.end, shift.begin


def _moment(text: str, as_of: datetime) -> datetime:
    return datetime.fromisoformat(text).astimezone(as_of.tzinfo)
