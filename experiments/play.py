"""Play the simulated centre on from a moment, decided by a contender, and say what became of it.

    python -m experiments.play --days 14 --every 15 --policy default

Until the moment the desk's own matrix deals tickets out; then the contender does.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from experiments.contender import Contender, contender, strangers
from experiments.demo import CHAMPION, demo_environment, ensure_model
from experiments.outcome import Outcome, figures, lives
from experiments.simulator import LiveDesk
from experiments.simulator.draws import Floats, Ints
from experiments.simulator.names import ticket_of
from experiments.simulator.params import HOUR_S
from experiments.simulator.population import live_margins
from experiments.simulator.run import SAMPLE_SEED
from experiments.simulator.world import World
from features.catalog import fingerprint
from features.history import History
from features.snapshot import Snapshot
from model.bundle import Bundle
from model.deadline import Clock
from model.decision import Decision
from model.desk import ServedDesk
from model.dispatch import Options
from model.registry import Registry
from model.spent import Deed, deed, spent_on
from model.underway import Move, new_moves, rest_began

Tell = Callable[[str], None]
PLAN_ALONE: Final = Options(top_k=1, explain=False, deadline_ms=float("inf"))
"""Nothing is explained, and no stage gives way."""


@dataclass(frozen=True, slots=True)
class PlayParams:
    """Days to play, minutes between refreshes, and hours between appends of the history.

    Tickets of the first `settle_days` are not judged: they meet the queues of the matrix.
    """

    days: int = 14
    every_minutes: int = 15
    append_hours: int = 24
    settle_days: int = 2


@dataclass(slots=True)
class Player:
    """A contender at a desk: what it has seen and done so far."""

    who: Contender
    served: ServedDesk
    seed: int
    clock: Clock
    seconds: float = 0.0
    decisions: int = 0
    deeds: list[tuple[Deed, datetime]] = field(default_factory=list)
    moves: list[tuple[str, Move]] = field(default_factory=list)
    _sent: list[Snapshot] = field(default_factory=list)

    def decide(self, snapshot: Snapshot) -> Decision | None:
        """What is decided on the snapshot that has reached it; None while none has."""
        self._sent = [*self._sent, snapshot][-1 - self.who.stale :]
        if self.who.decide is None or len(self._sent) <= self.who.stale:
            return None
        asked = self.who.seen(self._sent[0])
        spent = spent_on(self.deeds, self.who.policy, asked.as_of, self.moves)
        begun = self.clock()
        decision = self.who.decide(self.served, asked, PLAN_ALONE, self.seed, spent=spent)
        self.seconds, self.decisions = self.seconds + self.clock() - begun, self.decisions + 1
        self.deeds += [(deed(action), asked.as_of) for action in decision.actions]
        self._remember(decision, spent.underway.sent)
        return decision

    def _remember(self, decision: Decision, known: Mapping[str, Move]) -> None:
        """Keep where tickets were sent, once: a move that is told again rests no longer."""
        since = rest_began(self.who.policy, decision.as_of)
        self.moves = [(ticket, move) for ticket, move in self.moves if move.at > since]
        self.moves += new_moves(decision, known)

    def learn(self, events: pd.DataFrame) -> None:
        """Take in what was written down since."""
        self.served = self.served.with_events(events)


def play(
    desk: LiveDesk,
    who: Contender,
    served: ServedDesk,
    params: PlayParams,
    *,
    seed: int = 0,
    clock: Clock = time.process_time,
    tell: Tell = lambda _line: None,
) -> Outcome:
    """Let the contender decide at a desk; its history is the desk's own.

    `served` brings the model, whatever desk it learned from; `clock` times the decisions.
    """
    desk_of_it = replace(served, history=History.of(desk.history), policy=who.policy)
    player = Player(who, who.desk(desk_of_it), seed, clock)
    begun, begun_s, worked = desk.snapshot().as_of, desk.second, desk.worked()
    parts, fresh, heard = [desk.history], [desk.history[:0]], Counter[str]()
    for step in range(1, params.days * 1440 // params.every_minutes + 1):
        if (decision := player.decide(desk.snapshot())) is not None:
            owners = {a.ticket_id: a.agent_id for a in decision.assignments}
            desk.apply(owners, decision.queues)
            desk.act(deed(action) for action in decision.actions)
            heard.update(action.action for action in decision.actions)
        fresh.append(desk.step(params.every_minutes))
        if step * params.every_minutes % (params.append_hours * 60) == 0:
            grown = pd.concat(fresh, ignore_index=True)
            parts, fresh = [*parts, grown], [desk.history[:0]]
            player.learn(grown)
            tell(f"{step * params.every_minutes / 1440:.0f} days")
    log = pd.concat([*parts, *fresh], ignore_index=True)
    start_us = (pd.Timestamp(begun) + pd.Timedelta(days=params.settle_days)).value // 1000
    lived = lives(History.of(log), start_us)
    return Outcome(
        **{name: getattr(lived, name) for name in lived.__slots__},
        weight=_weights(desk.world, lived.ticket_ids.tolist()),
        busy=desk.worked() - worked,
        at_work=_hours_at_work(desk.world, begun_s, desk.second),
        refreshes=player.decisions,
        seconds=player.seconds,
        deeds=dict(heard),
    )


def _weights(world: World, ticket_ids: Sequence[str]) -> Floats:
    """(n,) 1 and the rank in [0, 1] of each customer's live margin among all complaints'."""
    seen = world.complaints
    margins = live_margins(world.orders, seen.customer, seen.time)
    tickets: Ints = np.array([ticket_of(name) for name in ticket_ids], np.int64)
    rank = np.searchsorted(np.sort(margins), margins[tickets], side="right") / margins.size
    return np.asarray(1 + rank, np.float64)


def _hours_at_work(world: World, start: int, end: int) -> Floats:
    windows = world.roster.windows
    return np.array([each.total(end) - each.total(start) for each in windows]) / HOUR_S


def demo_bundle() -> Bundle:
    """The demo's model, trained on the sample log where there is none."""
    registry = Registry.of(demo_environment(os.environ, 0))
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    return registry.load(CHAMPION, fingerprint()).bundle


def main(arguments: Sequence[str] | None = None) -> None:
    """Play once and print what became of the tickets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--every", type=int, default=15, help="minutes between refreshes")
    parser.add_argument("--policy", default="default")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED)
    given = parser.parse_args(arguments)
    who, bundle = contender(given.policy), demo_bundle()
    if given.seed != SAMPLE_SEED:  # people of other worlds only have the same names
        bundle = strangers(bundle)
    outcome = play(
        LiveDesk(given.seed, keep_matrix=who.decide is None),
        who,
        ServedDesk.of(bundle, who.policy),
        PlayParams(given.days, given.every),
        seed=given.seed,
        tell=lambda line: print(line, file=sys.stderr),
    )
    print(f"{who.name}: {figures(outcome).text()}")


if __name__ == "__main__":
    main()
