"""The agents of a twin as the simulator knows people: profiles and teams."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.roster import Profile
from experiments.simulator.staff import ShiftParams, TeamParams
from experiments.twin.findings import Finding
from experiments.twin.people import LAST_WEEKS, Sheets
from experiments.twin.reading import Reading
from features.stream import DAY, NEVER, Floats, Ints
from features.words import Words

DESK: Final = "desk"
"""The team of those of whom no team is told."""
PART: Final = 0.02
"""The share of an agent's tickets from which a category counts as a skill of theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class Staffing:
    """The active agents: their codes in the log (n,), profiles, and teams."""

    agent: Ints
    profiles: tuple[Profile, ...]
    teams: tuple[TeamParams, ...]


def estimate(reading: Reading, sheets: Sheets) -> tuple[Staffing, tuple[Finding, ...]]:
    """Who was at work in the last weeks, with what was told of them or what they did."""
    recent = sheets.day >= -7 * LAST_WEEKS
    agents = np.unique(sheets.agent[recent & (sheets.status == 0)])
    staff = reading.history.staff
    row = staff.row(agents, np.full(agents.size, reading.end))
    told = [DESK if name is None else str(name) for name in staff.labels("team", row)]
    tier = np.nan_to_num(staff.numbers("tier", row), nan=1.0).astype(int)
    capacity = np.where(
        np.isnan(staff.numbers("capacity", row)),
        _held(reading)[agents],
        staff.numbers("capacity", row),
    )
    shift = _shift(sheets)
    teams = tuple(
        replace(
            FIELD_DESK.teams[0],
            name=name,
            tier=int(max(tier[[t == name for t in told]])),
            count=told.count(name),
            shifts=(shift,),
            capacity=int(max(1, np.ceil(capacity[[t == name for t in told]].max()))),
            newcomers=0,
            extra_skills=(),
        )
        for name in sorted(set(told))
    )
    by_name = {team.name: team for team in teams}
    names, skills, home = reading.names("agent"), _skills(reading, agents, row), _regions(reading)
    spoken = staff.labels("languages", row)
    joined = _joined(reading)
    profiles = tuple(
        Profile(
            agent_id=names[agent],
            team=by_name[told[place]],
            seat=told[:place].count(told[place]),
            shift=shift,
            region=int(home[agent]),
            skills=skills[place],
            languages=tuple(str(spoken[place] or "zh").split(",")),
            joined_day=int(joined[agent]),
        )
        for place, agent in enumerate(agents.tolist())
    )
    return Staffing(agents, profiles, teams), _findings(reading, row, teams)


def _shift(sheets: Sheets) -> ShiftParams:
    """The median day, as a description: the twin's people keep their own hours."""
    starts = sheets.second[sheets.status == 0]
    ends = sheets.second[sheets.status == 3]
    start = float(np.median(starts)) / 3600 if starts.size else 9.0
    end = float(np.median(ends)) / 3600 if ends.size else 18.0
    start, end = min(start, 20.0), max(end, min(start, 20.0) + 3)
    middle = (start + end) / 2
    return ShiftParams("own", start, end, (middle - 0.5, middle + 0.5), 0)


def _held(reading: Reading) -> Floats:
    """(agents,) the most tickets that each ever had at once."""
    load = reading.history.stream("load", "agent")
    keys = np.repeat(np.arange(load.starts.size - 1), np.diff(load.starts))
    most = np.ones(len(reading.names("agent")))
    np.maximum.at(most, keys, reading.history.most_held.astype(np.float64))
    return most


def _skills(reading: Reading, agents: Ints, row: Ints) -> list[tuple[str, ...]]:
    """What was told, else the categories that make up some part of an agent's tickets."""
    cases, kinds = reading.cases, reading.names("category")
    told = reading.history.staff.labels("skills", row)
    counts = np.zeros((len(reading.names("agent")), len(kinds)))
    owned = (cases.owner >= 0) & (cases.category >= 0)
    np.add.at(counts, (cases.owner[owned], cases.category[owned]), 1)
    seen = counts >= np.maximum(PART * counts.sum(axis=1, keepdims=True), 1)
    return [
        tuple(str(text).split(","))
        if text
        else tuple(k for k, s in zip(kinds, seen[a], strict=True) if s)
        for a, text in zip(agents.tolist(), told, strict=True)
    ]


def _regions(reading: Reading) -> Ints:
    """(agents,) the region that most of each agent's tickets came from."""
    cases, places = reading.cases, len(reading.names("region")) + 1
    counts = np.zeros((len(reading.names("agent")), places))
    owned = (cases.owner >= 0) & (cases.region >= 0)
    np.add.at(counts, (cases.owner[owned], cases.region[owned]), 1)
    return np.asarray(counts.argmax(axis=1), np.int64)


def _joined(reading: Reading) -> Floats:
    """(agents,) the day of each agent's first trace, relative to the end of the log (µs)."""
    cases = reading.cases
    first = np.full(len(reading.names("agent")), reading.end)
    owned = cases.assigned != NEVER
    np.minimum.at(first, cases.owner[owned], cases.assigned[owned])
    return np.asarray((first - reading.end) // DAY, np.float64)


def _findings(reading: Reading, row: Ints, teams: tuple[TeamParams, ...]) -> tuple[Finding, ...]:
    staff = reading.history.staff
    named = "team" in staff.attributes
    skilled = any(text for text in staff.labels("skills", row))
    return (
        Finding(
            Words("teams", "团队"), "estimated" if named else "unknown", f"{len(teams)}",
            Words("as told by agent.status events", "来自 agent.status 事件") if named
            else Words("no team is told; all are one desk", "日志没有团队；视为一个团队"),
            int(row.size),
        ),
        Finding(
            Words("skills", "技能"), "estimated" if skilled else "bound", "",
            Words("as told by agent.status events", "来自 agent.status 事件") if skilled
            else Words("categories somebody had tickets of; what else they could do is not seen",
                       "取实际处理过的类别；其他能力不可见"), int(row.size),
        ),
    )  # fmt: skip
