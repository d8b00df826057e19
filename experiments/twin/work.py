"""The hands-on work of a ticket and the pace of each agent, as far as a log shows them.

A log shows hands where each agent has one ticket in progress at a time. Where tickets stay "in
progress" side by side for days, or no such state is written, only the span to the resolution is
known. The twin then plays that span as it was (`Work.unseen`), hands take no time, and people are
always there: more people, or other ones, change nothing in it, because the log cannot say what
they would change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.twin.durations import GRID, Duration, learn, pooled
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.effort import work_hours
from features.hands import in_progress
from features.stream import DAY, HOUR, NEVER, Floats, Ints
from features.timeline import FOREVER, STATUS
from features.words import Words

ONE_AT_A_TIME: Final = 1.5
"""Tickets in progress at once, of those who have any, up to which a spell is hands-on work."""
NOW_WEEKS: Final = 4
"""Spans to the resolution are those of so many last weeks: desks change."""
UNSEEN: Final = "unseen"
"""The department that stands for the time that no state of the log explains."""
NO_TIME_HOURS: Final = 1 / 3600
"""What the hands take of a span that is played as a whole."""
USUAL_SHARE: Final = (0.25, 0.6)
"""Of the work that comes before a wait, where no log tells (as the default desk has it)."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What is to be done: hours of average hands by category, and who is how slow.

    `pace` (agents, categories) multiplies the work; `first` (k,) are shares of the work that came
    before the first wait; `rework` of the work that a reopened ticket takes again. `unseen` by
    subcategory: hours between creation and resolution, with all waits; empty where hands were
    seen.
    """

    seen: bool
    lasts: Sequence[Duration]
    pace: Floats
    first: Floats
    rework: float
    unseen: Sequence[Duration]

    def spans(self, group: Ints, chance: Floats, elapsed: Floats | None = None) -> Floats:
        """(m,) hours to the resolution of tickets of `unseen` groups, or what is left of them."""
        hours = np.zeros(group.size)
        for code in np.unique(group):
            rows, lasts = np.flatnonzero(group == code), self.unseen[code]
            rest = None if elapsed is None else lasts.left(chance[rows], elapsed[rows])
            hours[rows] = lasts.at(chance[rows]) if rest is None else rest
        return hours


def estimate(reading: Reading, hours_at_work: float) -> tuple[Work, tuple[Finding, ...]]:
    """The work by category and agent; `hours_at_work` are those of all agents up to the end."""
    at_once = concurrency(reading)
    cases, kinds = reading.cases, len(reading.names("category"))
    done = np.zeros(len(cases), bool)
    done[reading.visits.case[reading.visits.done]] = True
    solved = cases.solved != NEVER
    if at_once <= ONE_AT_A_TIME and done[solved].mean() > 0.5:
        return _seen(reading, solved & done, kinds, at_once)
    return _bounded(reading, solved, kinds, at_once, hours_at_work)


def concurrency(reading: Reading) -> float:
    """How many tickets somebody has in progress at once, of the time with any; inf if never.

    >>> from experiments.simulator import FIELD_DESK, desk_log, make_world
    >>> from experiments.twin.reading import read
    >>> concurrency(read(desk_log(make_world(FIELD_DESK, 1), 3 * 86_400), "Asia/Shanghai"))
    1.0
    """
    line = reading.history.timeline
    rows, _, end = in_progress(line)
    over = end != FOREVER
    agent, begin, end = line.facts["owner"][rows][over], line.time[rows][over], end[over]
    who, time = np.tile(agent, 2), np.concatenate([begin, end])
    step = np.repeat([1, -1], agent.size)
    order = np.lexsort((time, who))
    who, time, level = who[order], time[order], np.cumsum(step[order])
    gap = np.where(np.append(np.diff(who) == 0, False)[: who.size], np.append(np.diff(time), 0), 0)
    busy = float(gap[level > 0].sum())
    return float((gap * level).sum()) / busy if busy else float("inf")


def _seen(
    reading: Reading, solved: NDArray[np.bool_], kinds: int, at_once: float
) -> tuple[Work, tuple[Finding, ...]]:
    cases, visits = reading.cases, reading.visits
    pace = _pace(reading, kinds)
    level = visits.hours / pace[visits.agent, cases.category[visits.case]]
    again = (cases.back[visits.case] != NEVER) & (visits.end > cases.back[visits.case])
    n = len(cases)
    work = np.bincount(visits.case[~again], level[~again], n).astype(np.float64)
    more = np.bincount(visits.case[again], level[again], n).astype(np.float64)
    of = [solved & (cases.category == kind) & (work > 0) for kind in range(kinds)]
    desk = learn(work[solved & (work > 0)], np.ones(int((solved & (work > 0)).sum()), bool))
    lasts = [pooled(learn(work[one], np.ones(int(one.sum()), bool)), desk) for one in of]
    back = more > 0
    rework = float(more[back].sum() / work[back].sum()) if back.sum() >= 10 else 0.5
    first = _first(reading, work, level, again)
    return Work(True, lasts, pace, first, rework, ()), (
        Finding(
            Words("hands-on work", "实际处理工时"), "estimated", about(desk.mean, desk.error, "h"),
            Words(f"visits in progress within working time; {at_once:.1f} at once",
                  f"工作时间内的处理时段；同时处理 {at_once:.1f} 单"), desk.ended,
        ),
        Finding(
            Words("pace of agent and category", "坐席×类别的速度"), "estimated",
            f"{np.quantile(pace, 0.1):.2f} to {np.quantile(pace, 0.9):.2f}",
            Words("visits of the last 56 days, shrunk to the category, the team and the desk",
                  "近 56 天的处理时段，向类别、团队和全台收缩"), int(visits.done.sum()),
        ),
        Finding(
            Words("rework after reopening", "重开后的返工"),
            "estimated" if back.sum() >= 10 else "borrowed", f"{rework:.2f}",
            Words("of the first work, again", "占首次工时的比例"), int(back.sum()),
        ),
    )  # fmt: skip


def _pace(reading: Reading, kinds: int) -> Floats:
    """(agents, categories) hours of a visit over those of anybody's visit in the category."""
    agents = len(reading.names("agent"))
    who, kind = np.repeat(np.arange(agents), kinds), np.tile(np.arange(kinds), agents)
    own = work_hours(reading.history, who, kind, reading.end)
    anybody = work_hours(reading.history, np.full(kinds, -1), np.arange(kinds), reading.end)
    return np.asarray((own / anybody[kind]).reshape(agents, kinds), np.float64)


def _first(reading: Reading, work: Floats, level: Floats, again: NDArray[np.bool_]) -> Floats:
    """The shares of the work that came before the first wait, of those that had one."""
    spells, visits = reading.spells, reading.visits
    waits = np.isin(spells.state, [STATUS["waiting_customer"], STATUS["internal_collaboration"]])
    start = np.full(len(reading.cases), np.iinfo(np.int64).max)
    np.minimum.at(start, spells.case[waits], spells.begin[waits])
    early = (visits.end <= start[visits.case]) & ~again
    before = np.bincount(visits.case[early], level[early], len(work))
    split = (start < np.iinfo(np.int64).max) & (reading.cases.solved != NEVER) & (before < work)
    if split.sum() < 10:
        return np.linspace(*USUAL_SHARE, 8)
    return np.asarray(before[split] / work[split], np.float64)


def _bounded(
    reading: Reading, solved: NDArray[np.bool_], kinds: int, at_once: float, hours_at_work: float
) -> tuple[Work, tuple[Finding, ...]]:
    bound = hours_at_work / max(int(solved.sum()), 1)
    nothing = Duration(np.full(GRID, NO_TIME_HOURS), 0)
    desk, unseen = _unseen(reading)
    pace = np.ones((len(reading.names("agent")), kinds))
    work = Work(False, [nothing] * kinds, pace, np.array([0.5]), 0.5, unseen)
    return work, (
        Finding(
            Words("hands-on work", "实际处理工时"), "bound", f"below {bound:.2f} h",
            Words(f"{_why(at_once)}; time at work over tickets solved. Hands take no time in the "
                  "twin: headcount and dispatch cannot be tried on it",
                  "由在岗时长除以解决量得上限；孪生台的处理不占时间：不能用来试人数与派单"),
            int(solved.sum()),
        ),
        Finding(
            Words("time from creation to resolution", "创建到解决的时长"),
            "estimated", about(desk.mean, desk.error, "h"),
            Words("played whole, named waits included, as a wait that no dispatch rule changes",
                  "整段播放（含已知等待），不受派单影响"), desk.ended,
        ),
        Finding(
            Words("pace of agent and category", "坐席×类别的速度"), "unknown", "all alike 一律相同",
            Words(_why(at_once) + ": who is fast and whose tickets lay in a queue look the same",
                  "看不到实际处理，无法区分速度快与排队短"),
        ),
        Finding(
            Words("rework after reopening", "重开后的返工"), "borrowed", "0.50",
            Words("no hands-on work is seen", "看不到实际处理工时"),
        ),
    )  # fmt: skip


def _why(at_once: float) -> str:
    if at_once == float("inf"):
        return "no ticket is ever said to be in progress"
    return f"{at_once:.1f} tickets are in progress at once"


def _unseen(reading: Reading) -> tuple[Duration, list[Duration]]:
    """Hours to the first resolution: of the desk (last of the list, too), and by subcategory code.

    A subcategory is shrunk to the category it is mostly in, that to the desk. Named waits are
    part of the span: who waits is who takes long anyway, so drawing both apart lengthened it.
    """
    cases = reading.cases
    over = cases.solved != NEVER
    hours = (np.where(over, cases.solved, reading.end) - cases.created) / HOUR
    entry = np.clip((reading.end - NOW_WEEKS * 7 * DAY - cases.created) / HOUR, 0, None)

    def of(here: NDArray[np.bool_]) -> Duration:
        return learn(hours[here], over[here], entry[here])

    desk = of(np.ones(len(cases), bool))
    kinds = [
        pooled(of(cases.category == kind), desk) for kind in range(len(reading.names("category")))
    ]
    return desk, [
        pooled(of(here), kinds[_mostly(cases.category[here])] if here.any() else desk)
        for here in (cases.subcategory == s for s in range(len(reading.names("subcategory"))))
    ] + [desk]


def _mostly(codes: Ints) -> int:
    return int(np.bincount(codes[codes >= 0]).argmax()) if (codes >= 0).any() else -1
