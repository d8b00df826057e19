"""Play the simulated centre on from where the sample log ends, and count what became of it.

    python -m experiments.play --days 14 --every 15 --policy default

A policy sees what a ticket system sends (snapshots) and what it wrote down (events), nothing
latent. `--policy` is a name in `experiments.policies`, a document in `model/policies`, a file, or
`matrix`: the desk without Fendan.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.demo import CHAMPION, demo_environment, ensure_model
from experiments.policies import POLICIES
from experiments.simulator import LiveDesk
from experiments.simulator.run import SAMPLE_SEED
from features.catalog import fingerprint
from features.history import History
from features.snapshot import Snapshot
from features.stream import HOUR, Ints
from model import dispatch, policy_reader
from model.deadline import Clock
from model.decision import Decision
from model.desk import ServedDesk
from model.policy import POLICY_FOLDER, Policy
from model.registry import Registry

MATRIX: Final = "matrix"
Refresh = Callable[[ServedDesk, Snapshot], Decision]
Tell = Callable[[str], None]
PLAN_ALONE: Final = dispatch.Options(top_k=1, explain=False, deadline_ms=float("inf"))
"""Nothing is explained, and no stage gives way."""
PLANNED: Final[Refresh] = partial(dispatch.refresh, options=PLAN_ALONE)


@dataclass(frozen=True, slots=True)
class PlayParams:
    """How long to play, minutes between refreshes, and hours between appends of the history."""

    days: int = 14
    every_minutes: int = 15
    append_hours: int = 24


@dataclass(frozen=True, slots=True)
class Played:
    """What became of the tickets that were created while it was played.

    `late_share` is of those whose promise fell due by the end, so that early closings do not
    count sooner than late ones; `judged` is their number. `hand_overs` are changes of owner
    after the first per ticket created, `close_hours` the mean of those closed.
    """

    created: int
    judged: int
    late_share: float
    close_hours: float
    hand_overs: float
    escalated_share: float
    seconds_per_refresh: float

    def text(self) -> str:
        """One line for people."""
        return (
            f"{self.created} created, {self.judged} fell due, late {self.late_share:.1%}, "
            f"closed after {self.close_hours:.1f} h, hand-overs {self.hand_overs:.2f}, "
            f"escalated {self.escalated_share:.1%}, {self.seconds_per_refresh:.3f} s a refresh"
        )


def play(
    desk: LiveDesk,
    served: ServedDesk | None,
    params: PlayParams,
    refresh: Refresh = PLANNED,
    clock: Clock = time.process_time,
    tell: Tell = lambda _line: None,
) -> Played:
    """Play with a served desk that decides; None where the live desk keeps its static matrix.

    The policy's history is the live desk's own, whatever the model learned from. `refresh` is
    the decision path, exchanged by who tries another; `clock` times it.
    """
    if served is not None:
        served = replace(served, history=History.of(desk.history))
    begun = pd.Timestamp(desk.snapshot().as_of)
    parts, fresh, spent, refreshes = [desk.history], [desk.history[:0]], 0.0, 0
    for step in range(params.days * 1440 // params.every_minutes):
        if served is not None:
            started = clock()
            decision = refresh(served, desk.snapshot())
            spent, refreshes = spent + clock() - started, refreshes + 1
            owners = {a.ticket_id: a.agent_id for a in decision.assignments}
            desk.apply(owners, decision.queues)
        fresh.append(desk.step(params.every_minutes))
        if (step + 1) * params.every_minutes % (params.append_hours * 60) == 0:
            grown = pd.concat(fresh, ignore_index=True)
            parts, fresh = [*parts, grown], [desk.history[:0]]
            if served is not None:
                served = served.with_events(grown)
            tell(f"{(step + 1) * params.every_minutes / 1440:.0f} days")
    log = pd.concat([*parts, *fresh], ignore_index=True)
    return count(History.of(log), begun, spent / max(refreshes, 1))


def count(history: History, begun: pd.Timestamp, seconds: float) -> Played:
    """Count what the log tells of the tickets created after `begun`."""
    start, end = begun.value // 1000, history.span[1]
    line = history.timeline
    first = line.first_rows() & (line.time > start)
    tickets, due = line.ticket[first], line.facts["due"][first]
    at = np.full(tickets.size, end, np.int64)
    fell = due <= end
    late = history.total("verdict", "late", "ticket", tickets, at)[fell] > 0
    owners = history.count("assignment", "ticket", tickets, at)
    closed = history.last_time("closure", "ticket", tickets, at)
    hours = (closed - line.time[first])[closed > start] / HOUR
    return Played(
        created=int(tickets.size),
        judged=int(fell.sum()),
        late_share=_mean(late),
        close_hours=_mean(hours),
        hand_overs=_mean(np.maximum(owners - 1, 0)),
        escalated_share=_mean(history.count("escalation", "ticket", tickets, at) > 0),
        seconds_per_refresh=seconds,
    )


def _mean(values: Ints | np.ndarray[tuple[int], np.dtype[np.bool_ | np.float64]]) -> float:
    return float(values.mean()) if values.size else float("nan")


def refresh_of(name: str, seed: int) -> Refresh:
    """How a policy decides: by name in `experiments.policies`, else the shipped way."""
    if name not in POLICIES:
        return PLANNED
    return lambda desk, snapshot: POLICIES[name](desk, snapshot, PLAN_ALONE, seed)


def policy_of(name: str) -> Policy:
    """The document of a name in `model/policies`, or of a file; the default of a function."""
    if name in POLICIES:
        return policy_reader.default()
    shipped = POLICY_FOLDER / f"{name}.yaml"
    return policy_reader.load(shipped if shipped.exists() else Path(name))


def demo_desk(policy: Policy) -> ServedDesk:
    """The desk with the demo's model, trained on the sample log where there is none."""
    registry = Registry.of(demo_environment(os.environ, 0))
    ensure_model(registry, lambda *_: None, lambda line: print(line, file=sys.stderr))
    return ServedDesk.of(registry.load(CHAMPION, fingerprint()).bundle, policy)


def main(arguments: Sequence[str] | None = None) -> None:
    """Play once and print what became of the tickets."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--every", type=int, default=15, help="minutes between refreshes")
    parser.add_argument("--policy", default="default")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED)
    given = parser.parse_args(arguments)
    served = None if given.policy == MATRIX else demo_desk(policy_of(given.policy))
    desk = LiveDesk(given.seed, keep_matrix=served is None)
    played = play(
        desk,
        served,
        PlayParams(given.days, given.every),
        refresh_of(given.policy, given.seed),
        tell=lambda line: print(line, file=sys.stderr),
    )
    print(f"{given.policy}: {played.text()}")


if __name__ == "__main__":
    main()
