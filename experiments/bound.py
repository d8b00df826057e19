"""The hindsight bound: how few promises anybody could have broken who knew all that is latent.

No policy can do better, because the bound asks less of a plan than the world does. It knows every
ticket's work, waits and what each asking again would do; it may cut work into pieces, share a
ticket among agents and change hands at no price; it has no other tickets to serve than those that
are judged; departments are asked at once, and they and all customers are asked again as early and
as often as they hear it, whatever their budgets; nothing comes back. What it keeps to: who may
take what (skills, languages), when agents are at work, how fast each is, that a ticket's waits
come after its first stretch of work, and that nothing is given out before the next refresh.

Two parts: tickets that could not be in time even if everybody stood ready (`unavoidable`), and
sharing out the hours of all agents to as many of the others as possible (`experiments.hours`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.hours import WEEK_S, Bools, Jobs, shared
from experiments.simulator.draws import Floats, Ints
from experiments.simulator.params import DAY_S, EVENING_S, HOUR_S, MORNING_S
from experiments.simulator.roster import FAR, Windows
from experiments.simulator.world import World


@dataclass(frozen=True, slots=True)
class Bound:
    """Shares in [0, 1] of the `judged` tickets that nobody could have closed in time."""

    judged: int
    unavoidable: float
    late: float


def bound(world: World, begin_s: int, end_s: int, every_s: int, *, actions: bool = True) -> Bound:
    """The bound for the tickets created in `(begin_s, end_s]` whose promise falls due by `end_s`.

    Raises:
        FendanError: the linear programme was not solved.
    """
    jobs = _jobs(world, begin_s, end_s, every_s, actions=actions)
    possible = _alone(world, jobs, actions=actions)
    n = max(len(jobs.ticket), 1)
    in_time = shared(world, jobs, np.flatnonzero(possible), begin_s, end_s)
    return Bound(len(jobs.ticket), 1 - float(possible.sum()) / n, 1 - in_time / n)


def _jobs(world: World, begin_s: int, end_s: int, every_s: int, *, actions: bool) -> Jobs:
    seen, latent = world.complaints, world.latent
    rows = np.flatnonzero((seen.time > begin_s) & (seen.time <= end_s) & (seen.due <= end_s))
    wait = _waited(world, rows, None, actions=actions)
    waits, work = wait > 0, latent.work[rows].astype(float)
    first = np.where(waits, latent.first_share[rows] * work, work)
    return Jobs(
        ticket=rows,
        begin=begin_s + -(-(seen.time[rows] - begin_s) // every_s) * every_s,
        due=seen.due[rows],
        first=first,
        wait=wait,
        second=work - first,
        able=_able(world, rows),
    )


def _waited(world: World, rows: Ints, since: Ints | None, *, actions: bool) -> Floats:
    """(n,) seconds that tickets wait for customer and departments from `since` on.

    Asked again as early as it is heard, every time; None for `since` leaves out the nights, which
    is the least for any moment. Beginning later never ends earlier.
    """
    latent, rules = world.latent, world.params.help
    customer, parties = latent.customer_wait[rows].astype(float), latent.party_wait[rows]
    if not actions:
        return np.asarray(customer + parties.sum(axis=1), np.float64)
    begun = None if since is None else since.astype(float)
    customer = _asked_again(begun, customer, latent.chase_keeps[rows], rules.chase_apart * HOUR_S)
    then = None if begun is None else np.repeat((begun + customer)[:, None], parties.shape[1], 1)
    apart = rules.nudge_apart * HOUR_S
    asked = _asked_again(then, parties.astype(float), latent.nudge_keeps[rows], apart)
    return np.asarray(customer + asked.max(axis=1, initial=0), np.float64)


def _asked_again(since: Floats | None, wait: Floats, keeps: Floats, apart: float) -> Floats:
    """(*shape,) how long waits that begin at `since` last, asked again each `apart` seconds.

    `keeps` (*shape, tries) is the share of what is left that each asking leaves. What would be
    asked by night is asked in the morning; None for `since` knows no night.

    >>> _asked_again(None, np.array([10.0, 3.0]), np.array([[0.5, 1.0], [0.5, 1.0]]), 4.0).tolist()
    [7.0, 3.0]
    """
    zero = np.zeros_like(wait)
    begun = zero if since is None else since
    ends, at = begun + wait, begun + zero
    for n in range(keeps.shape[-1]):
        at = at + apart if since is None else _by_day(at + apart)
        ends = np.where(at < ends, at + keeps[..., n] * (ends - at), ends)
    return np.asarray(ends - begun, np.float64)


def _by_day(second: Floats) -> Floats:
    """The moment, or the morning after it if it lies in the night (`waits.asleep`)."""
    clock = second % DAY_S
    early = np.where(clock < MORNING_S, second - clock + MORNING_S, second)
    return np.where(clock >= EVENING_S, second - clock + DAY_S + MORNING_S, early)


def _able(world: World, rows: Ints) -> Bools:
    """(n, agents) whether skills and languages allow it."""
    profiles, kinds = world.roster.profiles, world.params.categories
    skilled = np.array([[kind.code in p.skills for p in profiles] for kind in kinds])
    speaks = np.array(
        [["zh" in p.languages for p in profiles], ["en" in p.languages for p in profiles]]
    )
    seen = world.complaints
    return np.asarray(skilled[seen.category[rows]] & speaks[seen.english[rows].astype(int)])


def _alone(world: World, jobs: Jobs, *, actions: bool) -> Bools:
    """(n,) whether a ticket would be in time if all who may take it had nothing else to do."""
    begun = _ends(world, jobs, jobs.begin, jobs.first)
    back = begun + np.ceil(_waited(world, jobs.ticket, begun, actions=actions)).astype(np.int64)
    return np.asarray(_ends(world, jobs, back, jobs.second) <= jobs.due)


def _ends(world: World, jobs: Jobs, at: Ints, work: Floats) -> Ints:
    """(n,) when the quickest agent is done with the work of each ticket begun at `at`."""
    return np.array(
        [
            _soonest(world, jobs, i, int(at[i]), float(work[i])) if work[i] > 0 else at[i]
            for i in range(at.size)
        ],
        np.int64,
    )


def _soonest(world: World, jobs: Jobs, i: int, at: int, work: float) -> int:
    """When the quickest agent is done with work begun at `at`."""
    kind = world.complaints.category[jobs.ticket[i]]
    ends = FAR
    for agent in np.flatnonzero(jobs.able[i]).tolist():
        windows: Windows = world.roster.windows[agent]
        begun = windows.opens(at)
        if begun < ends:
            speed = world.roster.speed[agent, kind, begun // WEEK_S]
            ends = min(ends, windows.finish(begun, max(1, int(work * speed))))
    return ends
