"""Load against capacity, agents × hours: where the floor will be too full.

The load of an agent at a moment is how many of their tickets are expected to be open still: the sum
of each one's chance. That chance follows the log-logistic survival curve through the ticket's two
estimates, `1 / (1 + (t / p50) ** k)` with `k = ln 9 / ln(p90 / p50)`: one half at p50, one tenth
at p90, and long tails as tickets have them. New arrivals are not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.stream import Floats, Ints
from serving.console.plan import Json
from serving.console.standing import Standing

HOURS_AHEAD: Final = 8
"""Working hours shown after the present one."""
_LOOKED_AT: Final = 7 * 24  # hours ahead in which working ones are looked for
_HOUR: Final = timedelta(hours=1)
_SHORTEST: Final = 1.0 / 60.0  # hours: nothing is closed sooner than in a minute
_STEEPEST: Final = 1.05  # p90 / p50 at least: two estimates that agree make a step, not a break

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Hour:
    """A column: its clock time, and its day where that is another than the column's before."""

    clock: str
    day: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A load in words and its class of colour: `h0` to `h9`, `over`, `off`, or none."""

    text: str
    look: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An agent: tickets held under the plan, how many may be, and how many will time out."""

    agent_id: str
    status: str
    open: int
    capacity: int | None
    expected: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class TeamRows:
    """The agents of a team, the most pressed first."""

    team: str
    rows: tuple[AgentRow, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """The map: the first column is the present hour, the others are the next working hours."""

    hours: tuple[Hour, ...]
    teams: tuple[TeamRows, ...]


def heat_of(standing: Standing) -> Heat:
    """The heat map of a decision. O(tickets × 9 + agents × 168), all of it in numpy."""
    starts, on = _columns(standing)
    ahead = np.array([(s - standing.as_of) / _HOUR for s in starts])
    open_then = still_open(standing.hours, np.maximum(ahead, 0.0))
    load = np.stack([standing.per_agent(chance) for chance in open_then.T], axis=1)
    share = load / np.where(standing.capacity > 0, standing.capacity, np.nan)[:, np.newaxis]
    pressure = np.where(on, np.nan_to_num(share), 0.0).max(axis=1)
    looks, expected = _looks(share, on), standing.per_agent(standing.risk)
    rows = [
        _row(agent, load[at], looks[at], float(expected[at]))
        for at, agent in enumerate(standing.agents)
    ]
    return Heat(tuple(_named(starts)), tuple(_by_team(standing, rows, pressure)))


def still_open(hours: Floats, ahead: Floats) -> Floats:
    """The chance (n, m) that each of n tickets is open still `ahead` (m,) hours from now.

    `hours` (n, 2) are those to the 50 % and the 90 % chance of being closed.

    >>> still_open(np.array([[2.0, 8.0]]), np.array([0.0, 2.0, 8.0])).round(3).tolist()
    [[1.0, 0.5, 0.1]]
    """
    half = np.maximum(hours[:, :1], _SHORTEST)
    steepness = np.log(9.0) / np.log(np.maximum(hours[:, 1:] / half, _STEEPEST))
    chance: Floats = 1.0 / (1.0 + (ahead[np.newaxis] / half) ** steepness)
    return chance


def on_shift(agents: Sequence[Json], at_work: Bools, starts: Floats, ends: Floats) -> Bools:
    """Whether each agent has working time in each span `[starts, ends)` (m,), in seconds; (n_a, m).

    By the windows sent; without any, whoever is at work now always is, and no one else ever.
    """
    sent = [
        (at, _seconds(w["start"]), _seconds(w["end"]))
        for at, agent in enumerate(agents)
        for w in agent.get("availability") or ()
    ]
    windows = np.array(sent, np.float64).reshape(-1, 3)
    untold = np.array([agent.get("availability") is None for agent in agents], np.bool_)
    found = np.repeat((untold & at_work)[:, np.newaxis], len(starts), axis=1)
    meets = (windows[:, 1:2] < ends) & (windows[:, 2:3] > starts)
    window, span = np.nonzero(meets)
    found[windows[window, 0].astype(np.int64), span] = True
    return found


def _columns(standing: Standing) -> tuple[list[datetime], Bools]:
    """When each column begins, and who works in it: the present hour, then working ones."""
    present = standing.as_of.replace(minute=0, second=0, microsecond=0)
    starts = [present + n * _HOUR for n in range(_LOOKED_AT + 1)]
    seconds = np.array([s.timestamp() for s in starts])
    begins = np.maximum(seconds, standing.as_of.timestamp())
    on = on_shift(standing.agents, standing.at_work, begins, seconds + _HOUR.total_seconds())
    working = np.flatnonzero(on[:, 1:].any(axis=0))[:HOURS_AHEAD] + 1
    shown: Ints = np.concatenate([np.zeros(1, np.int64), working])
    return [starts[n] for n in shown], on[:, shown]


def _looks(share: Floats, on: Bools) -> list[list[str]]:
    """The class of each cell (n_a, m): tenths of the capacity, and above all of it `over`."""
    tenths = np.nan_to_num(np.minimum(np.floor(share * 10.0 + 1e-9), 9.0)).astype(np.int64)
    looks = np.char.add("h", tenths.astype(str)).astype(object)
    looks[np.isnan(share)] = ""
    looks[share > 1.0 + 1e-9] = "over"
    looks[~on] = "off"
    found: list[list[str]] = looks.tolist()
    return found


def _row(agent: Json, load: Floats, looks: Sequence[str], expected: float) -> AgentRow:
    texts = [
        "–" if look == "off" else f"{each:.1f}" for each, look in zip(load, looks, strict=True)
    ]
    return AgentRow(
        agent_id=agent["agent_id"],
        status=agent["status"],
        open=round(float(load[0])),
        capacity=agent.get("capacity"),
        expected=expected,
        cells=tuple(map(Cell, texts, looks)),
    )


def _by_team(standing: Standing, rows: Sequence[AgentRow], pressure: Floats) -> Iterator[TeamRows]:
    """Teams and the agents in them by pressure, those who hold more first where it is the same."""
    places: dict[str, list[int]] = {}
    order = sorted(range(len(rows)), key=lambda n: (-pressure[n], -rows[n].open, rows[n].agent_id))
    for place in order:
        places.setdefault(standing.agents[place].get("team") or "", []).append(place)
    for team, own in places.items():
        yield TeamRows(team, tuple(rows[place] for place in own))


def _named(starts: Sequence[datetime]) -> Iterator[Hour]:
    day = starts[0].date()
    for start in starts:
        is_new = start.date() != day
        day = start.date()
        yield Hour(start.strftime("%H:%M"), start.strftime("%m-%d") if is_new else "")


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
