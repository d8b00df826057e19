"""The people of a desk: who there is, and on which days and hours they were at work.

Where `agent.status` events tell of coming and going, they are the shifts. Else an agent is taken
to be at work from the first to the last thing that happened to their tickets on a day. The weeks
to come repeat the last ones: each agent's day is one of their own days of that weekday.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.simulator.params import DAY_S
from experiments.simulator.roster import FAR, Statuses, Windows
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.stream import Floats, Ints
from features.timeline import TYPE
from features.words import Words

LAST_WEEKS: Final = 6
"""How many of an agent's weeks the days to come are drawn from."""
LONGEST_S: Final = 16 * 3600
"""Nobody is at work longer than that without a word."""
MARGIN_S: Final = 900
"""How long before their first and after their last trace somebody is taken to be at work."""
_AVAILABLE: Final = 0
_OFFLINE: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Sheets:
    """(m,) status changes of the past: of which agent (code), on which day, second of day.

    Days count from the end of the log (-1 is the last whole one); `status` as in
    `AGENT_STATUSES`. `told` says whether the log itself told, or they were guessed from traces.
    """

    agent: Ints
    day: Ints
    second: Ints
    status: Ints
    agents: int
    told: bool

    def hours(self) -> Floats:
        """(agents,) hours at work in all days seen."""
        start, end, who = _free(self.agent, self.day * DAY_S + self.second, self.status)
        return np.bincount(who, (end - start) / 3600, self.agents).astype(np.float64)

    def weeks_ahead(
        self, days: int, rng: np.random.Generator
    ) -> tuple[Statuses, tuple[Windows, ...]]:
        """Everybody's changes and windows on days `[0, days)`, day 0 being the log's last.

        Each day copies what the agent did on the same weekday of one of the last weeks, so leave
        and part time come as often as they did.
        """
        back = 7 * rng.integers(1, LAST_WEEKS + 1, (self.agents, days))
        seen = -int(self.day.min()) if self.day.size else 7
        back = np.minimum(back, max(seen // 7, 1) * 7)
        day = np.arange(days)
        donor = day % 7 - back  # the weekday is the same: `back` is whole weeks
        plan = pd.DataFrame(
            {
                "agent": np.repeat(np.arange(self.agents), days),
                "day": np.tile(day, self.agents),
                "donor": donor.ravel(),
            }
        )
        past = pd.DataFrame(
            {"agent": self.agent, "donor": self.day, "second": self.second, "status": self.status}
        )
        rows = plan.merge(past, on=["agent", "donor"])
        time = (rows["day"] * DAY_S + rows["second"]).to_numpy(np.int64)
        return _roster(
            rows["agent"].to_numpy(np.int64), time, rows["status"].to_numpy(np.int64), self.agents
        )


def always(agents: int, days: int) -> tuple[Statuses, tuple[Windows, ...]]:
    """Everybody available from the first second to the last day's end."""
    zero, end = np.zeros(agents, np.int64), np.full(agents, days * DAY_S)
    whole = Windows.of(zero[:1], end[:1])
    return Statuses(zero, np.arange(agents), zero, end), (whole,) * agents


def _roster(
    agent: Ints, time: Ints, status: Ints, agents: int
) -> tuple[Statuses, tuple[Windows, ...]]:
    start, end, who = _free(agent, time, status)
    windows = tuple(Windows.of(start[who == a], end[who == a]) for a in range(agents))
    order = np.lexsort((agent, time))
    agent, time, status = agent[order], time[order], status[order]
    home = np.where(status == _OFFLINE, time, -1)
    table = pd.DataFrame({"agent": agent, "day": time // DAY_S, "home": home})
    leaves = table.groupby(["agent", "day"])["home"].transform("max").to_numpy(np.int64)
    return Statuses(time, agent, status, np.where(status == _OFFLINE, -1, leaves)), windows


def _free(agent: Ints, time: Ints, status: Ints) -> tuple[Ints, Ints, Ints]:
    """Starts, ends and agents of the stretches in which somebody is available."""
    order = np.lexsort((time, agent))
    agent, time, status = agent[order], time[order], status[order]
    same = np.append(np.diff(agent) == 0, False)[: agent.size]
    end = np.where(same, np.append(time[1:], FAR)[: agent.size], FAR)
    end = np.minimum(end, time + LONGEST_S)
    free = (status == _AVAILABLE) & (end > time)
    return time[free], end[free], agent[free]


def estimate(reading: Reading) -> tuple[Sheets, tuple[Finding, ...]]:
    """The sheets of all days of the log, from what was told or from traces."""
    staff, agents = reading.history.staff, len(reading.names("agent"))
    leaving = np.bincount(staff.told.agent[staff.status >= 2], minlength=agents) > 1
    told = bool(agents and leaving.mean() > 0.5)
    if told:
        day, second = _days(reading, staff.told.time)
        sheets = Sheets(staff.told.agent, day, second, staff.status, agents, told)
    else:
        sheets = _from_traces(reading, agents)
    return sheets, (_finding(sheets),)


def _days(reading: Reading, times: Ints) -> tuple[Ints, Ints]:
    """The local day, counted from the log's end, and the second of it."""
    clock = reading.local(times)
    last = reading.local(np.array([reading.end]))[0].normalize()
    day = ((clock.normalize() - last) // pd.Timedelta(days=1)).to_numpy(np.int64)
    return day, ((clock - clock.normalize()) // pd.Timedelta(seconds=1)).to_numpy(np.int64)


def traces(reading: Reading) -> tuple[Ints, Ints]:
    """Who did something when: what happened to a ticket while they had it, but its coming."""
    line = reading.history.timeline
    owner = np.where(line.facts["owner"] >= 0, line.facts["owner"], line.before("owner"))
    nobody = np.isin(
        line.type, [TYPE[t] for t in ("ticket.created", "ticket.assigned", "ticket.contact")]
    )
    own = (owner >= 0) & ~nobody
    return owner[own], line.time[own]


def _from_traces(reading: Reading, agents: int) -> Sheets:
    agent, time = traces(reading)
    day, second = _days(reading, time)
    table = pd.DataFrame({"agent": agent, "day": day, "second": second})
    span = table.groupby(["agent", "day"])["second"].agg(["min", "max"]).reset_index()
    start = np.maximum(span["min"].to_numpy(np.int64) - MARGIN_S, 0)
    end = np.minimum(span["max"].to_numpy(np.int64) + MARGIN_S, DAY_S - 1)
    end = np.minimum(end, start + LONGEST_S - 1)
    who, when = (np.tile(span[name].to_numpy(np.int64), 2) for name in ("agent", "day"))
    status = np.repeat([_AVAILABLE, _OFFLINE], len(span))
    return Sheets(who, when, np.concatenate([start, end]), status, agents, told=False)


def _finding(sheets: Sheets) -> Finding:
    recent: NDArray[np.bool_] = sheets.day >= -7 * LAST_WEEKS
    last = Sheets(sheets.agent[recent], sheets.day[recent], sheets.second[recent],
                  sheets.status[recent], sheets.agents, sheets.told)  # fmt: skip
    hours = last.hours() / min(LAST_WEEKS, max(-int(sheets.day.min(initial=-7)) / 7, 1))
    here = hours[hours > 0]
    error = float(here.std() / np.sqrt(max(here.size, 1)))
    value = f"{here.size} people 人, {about(float(here.mean()), error, 'h/week')}"
    if sheets.told:
        return Finding(
            Words("people and hours at tickets", "人员与在岗工时"), "estimated", value,
            Words("agent.status events of the last weeks, repeated by weekday",
                  "近数周的 agent.status 事件，按星期重复"), int(recent.sum()),
        )  # fmt: skip
    return Finding(
        Words("people and hours at tickets", "人员与在岗工时"), "bound", value,
        Words("no coming and going is told: from the first to the last trace of each day; "
              "pauses and other duties are not seen",
              "日志没有上下班事件：取每天首末痕迹之间；看不到休息与其他工作"), int(recent.sum()),
    )  # fmt: skip
