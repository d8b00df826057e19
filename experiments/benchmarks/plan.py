"""The plan alone: shortlist, prices, flow, bound, on desks of any size; the risks are drawn.

    python -m experiments.benchmarks.plan [--desk 10000x500x60 ...] [--runs 5]

A desk is tickets x agents x candidates a ticket. Printed are the process seconds without the
drawing of risks, the median of the runs; what one flow over the same edges costs alone (the
floor); how much dearer the greedy plan is; and the certified gap, which is sharp only where
every pair is a candidate.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model import cost
from model.assessment import AssessorLike
from model.assignment import optimal
from model.calibration import logit
from model.columns import IN_PROGRESS, READY, Columns, Floats, Ints
from model.dimensions import Dimensions, Skill
from model.draft import drafted
from model.eligibility import Eligibility
from model.look import Look
from model.moves import Moves, churn
from model.pairs import PairRisks
from model.plan import candidates, make
from model.policy import Policy
from model.risk import sigmoid
from model.score import Edges
from model.waits import GRID_HOURS, waits

KINDS, PROFILES = 40, 30
DESKS = ("2000x200x16", "10000x500x60", "10000x500x500", "100000x5000x20")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Risks out of nothing: `odds` (n_t,) of each ticket, made better by skill."""

    odds: Floats
    slope: Floats
    dimensions: Dimensions

    def of(self, ticket: Ints, agent: Ints) -> PairRisks:
        """The risks of pairs."""
        skill = self.dimensions.skill(ticket, agent)
        late = sigmoid(self.odds[ticket] - 2.0 * (skill - 0.5))
        return PairRisks(late, 0.1 * late)

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """The risks with an agent of the best skill there is."""
        late = sigmoid(self.odds[t_rows] - 1.0)
        return late, 0.1 * late

    def work_hours(self, t_idx: Ints, _a_idx: Ints) -> Floats:
        """Half an hour each."""
        return np.full(t_idx.size, 0.5)


@dataclass(frozen=True, slots=True)
class AlwaysThere:
    """Agents who work without a break."""

    def begins(self, _agents: Ints, work_hours: Floats) -> Floats:
        """As many hours from now as were worked."""
        return work_hours


def look_of(tickets: int, agents: int, count: int, seed: int = 0) -> tuple[Look, Drawn]:
    """A desk a third of whose tickets have an owner, with a quarter more places than tickets."""
    rng = np.random.default_rng(seed)
    owner = np.where(rng.random(tickets) < 1 / 3, rng.integers(0, agents, tickets), -1)
    begun = (owner >= 0) & (rng.random(tickets) < 0.2)
    policy = Policy("benchmark", candidates_per_ticket=count)
    table = Columns(
        ticket_ids=np.arange(tickets).astype(object),
        agent_ids=np.arange(agents).astype(object),
        owner=owner,
        owned=owner >= 0,
        pinned=np.zeros(tickets, dtype=bool),
        started=begun,
        stage=np.where(begun, IN_PROGRESS, READY),
        tier=np.ones(tickets, dtype=np.int64),
        route=np.full(tickets, -1, dtype=np.int64),
        created_us=np.zeros(tickets, dtype=np.int64),
        due_us=rng.integers(0, 48 * 3_600_000_000, tickets),
        as_of_us=0,
        capacity=np.full(agents, -(-tickets * 5 // (agents * 4))),
        taken=np.zeros(agents, dtype=np.int64),
    )
    rules = Eligibility(
        lasting=rng.random((PROFILES, agents)) < 0.7,
        ready=np.ones(agents, dtype=bool),
        first=np.zeros((PROFILES, agents), dtype=np.int8),
        profile=rng.integers(0, PROFILES, tickets),
    )
    known = Dimensions(
        rng.random(tickets),
        rng.random(tickets),
        Skill(rng.random((KINDS, agents)), rng.integers(0, KINDS, tickets)),
        rng.random(agents),
    )
    drawn = Drawn(logit(rng.beta(2, 4, tickets)), 0.2 * rng.random(tickets), known)
    late = sigmoid(drawn.odds)
    as_is = PairRisks(late, 0.1 * late)
    nobody = np.zeros(tickets, dtype=bool)
    kept = begun & rules.allows(np.arange(tickets), owner)
    movable = Moves(nobody, nobody, kept, churn(table, policy.prices))
    weight = cost.worth(known, policy)
    later = sigmoid(drawn.odds[:, None] + drawn.slope[:, None] * GRID_HOURS)
    assessor: AssessorLike = drawn  # type: ignore[assignment]  # a plan asks no more of it
    waited = waits(assessor, as_is, later, table, weight, policy.prices, AlwaysThere())
    look = Look(table, rules, assessor, as_is, known, weight, movable, waited, policy)  # type: ignore[arg-type]  # as above
    return look, drawn


def measure(desk: str, runs: int) -> str:
    """One line of the table."""
    tickets, agents, count = (int(number) for number in desk.split("x"))
    look, drawn = look_of(tickets, agents, count)
    drawing = [0.0]

    def risks(edges: Edges) -> PairRisks:
        begun = time.process_time()
        found = drawn.of(edges.ticket, edges.agent)
        drawing[0] += time.process_time() - begun
        return found

    plan, seconds = make(look, risks, optimal, 3), []
    for _ in range(runs):
        drawing[0], begun = 0.0, time.process_time()
        plan = make(look, risks, optimal, 3)
        seconds.append(time.process_time() - begun - drawing[0])
    edges = candidates(look, 3)
    part = drafted(look, edges, drawn.of(edges.ticket, edges.agent), optimal)
    problem = part.problem.part(np.flatnonzero(part.kept))
    begun = time.process_time()
    optimal(problem)
    floor = time.process_time() - begun
    told, memory = plan.figures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    assert told is not None
    return (
        f"{desk:>16} {statistics.median(seconds):8.3f} s  floor {floor:7.3f} s  greedy "
        f"+{told.greedy / told.cost - 1:.2%}  gap {1 - told.bound / told.cost:.4%}  "
        f"peak {memory:.2f} GiB"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--desk", nargs="*", default=DESKS)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args(arguments)
    for desk in given.desk:
        print(measure(desk, given.runs), flush=True)


if __name__ == "__main__":
    main()
