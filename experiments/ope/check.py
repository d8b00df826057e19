"""The estimates beside the truth: what comes out when a choice is really played.

In the simulated centre a log is made with lots among near-ties. Then the same world (the same
arrivals, the same work for the same pair) is played once more for each evaluation policy, which
chooses where lots were drawn before. The truth is the on-time share, in that world, of the very
tickets for which lots were drawn in the log; so an estimate's error is paired ticket by ticket.

The estimators take it that a ticket's end hangs on its own agent alone. But tickets share queues:
if *all* lots fall the same way, some agents get longer queues than they had in the log. How far off
that is shows in tickets whose lot fell on the very agent that the policy would have taken: nothing
of their own was changed, so without interference they would end alike in both worlds. `shaken` is
the share of them that do not, `shift` by how much their on-time share moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from experiments.contender import Contender
from experiments.ope.estimators import (
    ESTIMATORS,
    Estimate,
    Estimator,
    Ratio,
    Rounds,
    estimate,
    gain,
    on_policy,
)
from experiments.ope.feedback import Feedback, Lot, lots_in, on_time
from experiments.ope.judge import rounds_of
from experiments.ope.overlap import Overlap
from experiments.ope.reward_model import modelled
from experiments.ope.ties import EVALUATED, EvaluationPolicy, ties_in
from experiments.outcome import Figures, figures
from experiments.play import PlayParams, play
from experiments.simulator import FIELD_DESK, LiveDesk
from experiments.simulator.params import WorldParams
from experiments.simulator.run import SAMPLE_END_S
from features.snapshot import Snapshot
from model import in_time
from model.assessment import Desk
from model.columns import Floats, Ints
from model.deadline import Watch
from model.decision import Decision
from model.desk import ServedDesk
from model.dispatch import Options, refresh
from model.explore import Choice, by_lot, explored
from model.plan import Look, Lots, Plan, make
from model.policy import Explore, Policy
from model.spent import Spent
from model.strategy import SHIPPED, Strategy
from training.labels import label

PLAYED: Final = ("planned", "dearest", "most_skilled", "safest", "emptiest")
"""The evaluation policies that always choose alike: those that can be played."""
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckParams:
    """How long to play, and of which share of the new tickets lots are drawn.

    `within` (price units) is larger than a desk would choose: the near-ties shall differ, so that
    an error shows. `world` and `begin` (seconds) are those of the simulated centre.
    """

    days: int = 28
    every_minutes: int = 15
    share: float = 1.0
    within: float = 0.2
    among: int = 3
    world: WorldParams = FIELD_DESK
    begin: int = SAMPLE_END_S

    def policy(self, policy: Policy) -> Policy:
        """The policy with lots, and hand-overs dear enough that the plan leaves them alone."""
        prices = replace(policy.prices, hand_over=max(policy.prices.hand_over, self.within))
        return replace(policy, prices=prices, explore=Explore(self.share, self.within, self.among))


class Taped(LiveDesk):
    """A live desk that keeps its own log."""

    def __init__(self, seed: int, params: CheckParams) -> None:
        super().__init__(seed, params=params.world, begin=params.begin)
        self._parts = [self.history]

    def step(self, minutes: int = 5) -> pd.DataFrame:
        """As `LiveDesk.step`, kept."""
        fresh = super().step(minutes)
        self._parts.append(fresh)
        return fresh

    @property
    def events(self) -> pd.DataFrame:
        """Everything that has happened."""
        return pd.concat(self._parts, ignore_index=True)


@dataclass(slots=True)
class Recorder:
    """A decision path that makes a choice among near-ties, and keeps the lots."""

    choice: Choice
    lots: list[Lot] = field(default_factory=list)

    def __call__(
        self,
        desk: Desk,
        snapshot: Snapshot,
        options: Options,
        _seed: int,
        /,
        spent: Spent | None = None,
    ) -> Decision:
        """Decide as served, but for the choice."""
        strategy = Strategy(partial(_planned, self.choice), SHIPPED.order)
        decision = refresh(desk, snapshot, options, spent=spent, strategy=strategy)
        self.lots += lots_in(decision)
        return decision


def _planned(choice: Choice, look: Look, _snapshot: Snapshot, watch: Watch, top: int) -> Plan:
    plan = make(look, in_time.risks(look, watch), in_time.solver(watch), top)
    return explored(look, plan, choice)


def choosing(policy: EvaluationPolicy) -> Choice:
    """The choice of an evaluation policy while lots would be drawn: its likeliest near-tie."""

    def choice(look: Look, plan: Plan, lots: Lots) -> Ints:
        ties = ties_in(look, plan, lots)
        return ties.highest(policy(ties))

    return choice


@dataclass(frozen=True, slots=True, eq=False)
class Lived:
    """A world as it was played: its lots, its log, and what became of all its tickets."""

    lots: tuple[Lot, ...]
    events: pd.DataFrame
    played: Figures


def live(served: ServedDesk, seed: int, params: CheckParams, choice: Choice = by_lot) -> Lived:
    """Play a world with a choice among near-ties."""
    desk, recorder = Taped(seed, params), Recorder(choice)
    who = Contender("lots", recorder, params.policy(served.policy))
    played = play(desk, who, served, PlayParams(params.days, params.every_minutes), seed=seed)
    return Lived(tuple(recorder.lots), desk.events, figures(played))


@dataclass(frozen=True, slots=True)
class Checked:
    """An evaluation policy in one world: the truth, and the error of each estimator, paired.

    `gain` is what it truly brings beyond the lots, on the tickets for which they were drawn; `both`
    the share of these for which near-ties were found in the played world too. `shaken` and `shift`
    tell of interference, see the module.
    """

    policy: str
    truth: Estimate
    gain: Estimate
    errors: Mapping[str, Estimate]
    overlap: Overlap
    both: float
    shaken: float
    shift: float
    played: Figures


@dataclass(frozen=True, slots=True)
class World:
    """One seed: what was logged, and each evaluation policy beside its truth."""

    seed: int
    rounds: int
    logged: Estimate
    played: Figures
    checked: tuple[Checked, ...]


def check(
    served: ServedDesk,
    seed: int,
    params: CheckParams,
    names: Sequence[str] = PLAYED,
    tell: Tell = lambda _line: None,
) -> World:
    """Log a world with lots, play it again by each policy, and set estimates beside the truth."""
    log = live(served, seed, params)
    feedback = Feedback.of(log.lots, log.events)
    model = modelled(feedback, seed)
    tell(f"seed {seed}: {len(feedback)} lots")
    checked = []
    for name in names:
        other = live(served, seed, params, choosing(EVALUATED[name]))
        rounds, missing = rounds_of(feedback, EVALUATED[name](feedback.ties), model)
        checked.append(_beside(name, feedback, rounds, Overlap.of(rounds, missing), other))
        tell(f"seed {seed}: {name} played")
    return World(seed, len(feedback), estimate(rounds, on_policy), log.played, tuple(checked))


def _beside(
    name: str, feedback: Feedback, rounds: Rounds, overlap: Overlap, other: Lived
) -> Checked:
    reward = on_time(label(other.events), feedback.ticket_id.tolist())
    truth, moved = _true(reward), (reward - feedback.reward)[rounds.chance == 1]
    return Checked(
        policy=name,
        truth=estimate(rounds, truth),
        gain=gain(rounds, truth),
        errors={way: gain(rounds, each, truth) for way, each in ESTIMATORS.items()},
        overlap=overlap,
        both=float(np.isin(feedback.ticket_id, [lot.ticket_id for lot in other.lots]).mean()),
        shaken=float(np.mean(moved != 0)) if moved.size else np.nan,
        shift=float(moved.mean()) if moved.size else np.nan,
        played=other.played,
    )


def _true(reward: Floats) -> Estimator:
    """The mean of what really came, (n,): the value that the others estimate."""
    return lambda _rounds: Ratio(reward, np.ones(reward.size))
