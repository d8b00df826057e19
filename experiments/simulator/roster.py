"""The agents, their working windows, and their hidden skill."""

from __future__ import annotations

import zlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.simulator.draws import Floats, Ints, stream
from experiments.simulator.params import DAY_S, HOUR_S, WorldParams
from experiments.simulator.staff import ShiftParams, TeamParams

FAR: Final = 2**60
"""A second that never comes."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What everybody may know of an agent. `joined_day` is relative to the world's start.

    `seat` is the place in the team: who sits there is the same person whatever the team's size.
    """

    agent_id: str
    team: TeamParams
    seat: int
    shift: ShiftParams
    region: int
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    joined_day: int


@dataclass(frozen=True, slots=True)
class Windows:
    """One agent's time at tickets: sorted, disjoint `[start, end)` seconds, and running sums."""

    start: list[int]
    end: list[int]
    worked: list[int]

    @classmethod
    def of(cls, start: Ints, end: Ints) -> Windows:
        """Windows from sorted starts and ends.

        >>> Windows.of(np.array([0, 100]), np.array([10, 200])).finish(5, 10)
        105
        """
        worked = np.concatenate([[0], np.cumsum(end - start)])
        return cls(start.tolist(), end.tolist(), worked.tolist())

    def total(self, time: int) -> int:
        """Seconds worked before `time`."""
        i = bisect_right(self.start, time) - 1
        if i < 0:
            return 0
        return self.worked[i] + min(time, self.end[i]) - self.start[i]

    def finish(self, time: int, work: int) -> int:
        """When `work` seconds begun at `time` are done; `FAR` beyond the roster."""
        goal = self.total(time) + work
        i = bisect_left(self.worked, goal) - 1
        if i < 0:
            i = 0
        if i >= len(self.start):
            return FAR
        return max(time, self.start[i] + goal - self.worked[i])

    def opens(self, time: int) -> int:
        """The first moment at or after `time` inside a window; `FAR` if there is none."""
        i = bisect_right(self.end, time)
        return FAR if i >= len(self.start) else max(time, self.start[i])

    def between(self, start: int, end: int) -> list[tuple[int, int]]:
        """The windows cut to `[start, end)`."""
        first, last = bisect_right(self.end, start), bisect_left(self.start, end)
        return [(max(self.start[i], start), min(self.end[i], end)) for i in range(first, last)]


@dataclass(frozen=True, slots=True)
class Statuses:
    """(k,) sorted by time: who changes to which status, and when the shift ends (-1: none)."""

    time: Ints
    agent: Ints
    status: Ints  # positions in AGENT_STATUSES
    shift_end: Ints


@dataclass(frozen=True, slots=True)
class Roster:
    """The people. `speed` (agents, categories, weeks) and `slips` (agents, categories) are latent.

    Work takes `speed` times as long as for an average agent; a solution comes back `slips`
    times as often.
    """

    profiles: tuple[Profile, ...]
    windows: tuple[Windows, ...]
    statuses: Statuses
    speed: Floats
    slips: Floats


def draw_roster(params: WorldParams, seed: int) -> Roster:
    """Everybody's shifts and skills for the whole world, drawn before the first complaint.

    Each person has streams of their own, so that one more or less leaves the others as they are.
    """
    profiles = draw_profiles(params, seed)
    windows, parts = [], []
    for agent, profile in enumerate(profiles):
        rng = _own(seed, "roster", profile.team, profile.seat)
        days = _working_days(params, profile, rng)
        time, status, shift_end = _day_plan(profile.shift, days, rng)
        parts.append((time, np.full(time.size, agent), status, shift_end))
        ends = np.append(time[1:], FAR)
        free = status == 0
        windows.append(Windows.of(time[free], ends[free]))
    time, who, status, shift_end = (np.concatenate(c) for c in zip(*parts, strict=True))
    order = np.lexsort((who, time))
    statuses = Statuses(time[order], who[order], status[order], shift_end[order])
    skills = [_skill(params, p, _own(seed, "skill", p.team, p.seat)) for p in profiles]
    speed, slips = (np.stack(part) for part in zip(*skills, strict=True))
    return Roster(profiles, tuple(windows), statuses, speed, slips)


def _own(seed: int, name: str, team: TeamParams, seat: int) -> np.random.Generator:
    return stream(seed, name, zlib.crc32(team.name.encode()), seat)


def draw_profiles(params: WorldParams, seed: int) -> tuple[Profile, ...]:
    """The agents of each team: shifts in turn, regions by the (stale) matrix plan."""
    profiles: list[Profile] = []
    shares = np.array([share for _, share in params.regions])
    shares = (1 - params.staleness) * shares / shares.sum() + params.staleness / shares.size
    for team in params.teams:
        home = tuple(c.code for c in params.categories if c.home_team == team.name)
        regions = apportion(shares, team.count)
        for seat in range(team.count):
            rng = _own(seed, "agents", team, seat)
            newcomer = seat >= team.count - team.newcomers
            joined = -int(rng.integers(5, 40)) if newcomer else -int(rng.integers(200, 2000))
            profiles.append(
                Profile(
                    agent_id=f"A{len(profiles) + 1:02d}",
                    team=team,
                    seat=seat,
                    shift=team.shifts[seat % len(team.shifts)],
                    region=int(regions[seat]),
                    skills=home + team.extra_skills,
                    languages=("zh", "en") if rng.random() < team.second_language else ("zh",),
                    joined_day=joined,
                )
            )
    return tuple(profiles)


def apportion(shares: Floats, seats: int) -> Ints:
    """(seats,) positions, spread by largest remainder and dealt out in turn.

    >>> apportion(np.array([0.6, 0.4]), 5).tolist()
    [0, 0, 0, 1, 1]
    """
    exact = shares / shares.sum() * seats
    count = np.floor(exact).astype(int)
    rest = np.argsort(count - exact, kind="stable")[: seats - count.sum()]
    count[rest] += 1
    return np.repeat(np.arange(shares.size), count).astype(np.int64)


def _working_days(params: WorldParams, profile: Profile, rng: np.random.Generator) -> Ints:
    """Days at work: five of seven, less leave, one to three days at a time, less absence."""
    day = np.arange(params.days)
    weekday = (params.start.weekday() + day) % 7
    off = (profile.seat * 3) % 7 if profile.team.weekends else 5
    at_work = (weekday != off) & (weekday != (off + 1) % 7)
    blocks = rng.poisson(params.skill.leave_days / 2 * params.days / 365)
    for start in rng.integers(0, params.days, blocks):
        at_work[start : start + int(rng.integers(1, 4))] = False
    for absence in params.absences:
        if int((profile.seat + 1) * absence.part) > int(profile.seat * absence.part):
            at_work[absence.first_day : absence.first_day + absence.days] = False
    return np.asarray(day[at_work], np.int64)


def _day_plan(shift: ShiftParams, days: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Status changes of each day: 0 available, 1 busy (hotline), 2 away (pause), 3 offline."""
    late = rng.random(days.size) < 0.5
    jitter = rng.integers(1, 7, days.size) * 300  # never at the very moment a pause ends
    hotline = int(shift.hotline_hours * HOUR_S)
    start, end = int(shift.start * HOUR_S), int(shift.end * HOUR_S)
    pause = (int(shift.pause[0] * HOUR_S), int(shift.pause[1] * HOUR_S))
    latest = np.where(late, end, pause[0]) - hotline
    duty = np.minimum(np.where(late, pause[1], start) + jitter, latest)
    columns: tuple[tuple[Ints, int], ...] = (
        (np.full(days.size, start), 0),
        (duty, 1),
        (duty + hotline, 0),
        (np.full(days.size, pause[0]), 2),
        (np.full(days.size, pause[1]), 0),
        (np.full(days.size, end), 3),
    )
    if not hotline:
        columns = (columns[0], *columns[3:])
    offset = np.stack([column for column, _ in columns], axis=1)
    status = np.broadcast_to([code for _, code in columns], offset.shape)
    order = np.argsort(offset, axis=1, kind="stable")
    offset = np.take_along_axis(offset, order, axis=1)
    status = np.take_along_axis(status, order, axis=1)
    time = (days[:, None] * DAY_S + offset).ravel()
    shift_end = np.repeat(days * DAY_S + end, offset.shape[1])
    keep = np.append(np.diff(time) > 0, True)  # of two changes at once the last one holds
    status = status.ravel()
    shift_end = np.where(status == 3, -1, shift_end)
    return time[keep].astype(np.int64), status[keep].astype(np.int64), shift_end[keep]


def _skill(
    params: WorldParams, profile: Profile, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """The hidden speed (categories, weeks) and slips (categories,) of one person."""
    weeks, skill, kinds = params.days // 7 + 2, params.skill, len(params.categories)
    base = rng.normal(0, skill.spread, kinds)
    trained = np.array([c.code in profile.skills for c in params.categories])
    strange = np.where(trained, 0.0, np.log(skill.unskilled))
    slips = np.exp(rng.normal(0, 0.4, kinds) + 0.5 * strange)
    drift = np.cumsum(rng.normal(0, skill.weekly_drift, (weeks, kinds)), axis=0).T
    tenure = np.arange(weeks) * 7 - profile.joined_day
    green = np.log(skill.newcomer) * np.exp(-tenure / skill.learning_days)
    return np.exp(np.clip((base + strange)[:, None] + drift + green, -1.0, 1.2)), slips
