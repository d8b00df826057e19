"""Decide at past moments of a real log as if they were now, and set the plan beside what was done.

    python -m experiments.replay EVENTS --model URI --from 2016-04-12T10:00:00-03:00
        --moments 50 --seed 0 --out replay.csv

At each moment the desk is put together from the events up to then, and nothing later reaches the
decision; the model must have been trained until the first moment at the latest. The moments beside
`--from` are times at which a ticket was created after it, drawn with equal chance.

The table says how long the plan took, how much dearer greedy is, how far the plan can be from the
best one, how much moves, how often the chosen agent is the one who was given the ticket next or
closed it, and, where not, what the model says of both. The last is the model's own judgement, not
what would have come of it: it has picked its agent by just that number.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from experiments.hindsight import Names, fates
from experiments.replay_table import Choices, Moment, summary_of, table_of
from features.errors import ModelError
from features.history import History
from features.picture import micros_of
from features.replay import snapshot_at
from features.snapshot import Snapshot
from model import policy_reader
from model.bundle import SECOND_US, Bundle
from model.columns import Floats
from model.deadline import Clock
from model.decision import Decision
from model.desk import ServedDesk
from model.dispatch import Options, refresh
from model.policy import Policy
from model.screen import screen
from model.terminal import loaded_from, time_of
from training.commands import events_in

PLAN_ALONE: Final = Options(explain=False, deadline_ms=float("inf"))
Tell = Callable[[str], None]


def moments_of(events: pd.DataFrame, first: datetime, count: int, seed: int) -> list[datetime]:
    """`first`, and `count` later moments at which a ticket was created, in order of time."""
    created = events.loc[events["type"] == "ticket.created", "time"]
    later = np.unique(created[created > pd.Timestamp(first)])
    drawn = np.random.default_rng(seed).choice(later, min(count, later.size), replace=False)
    times = pd.DatetimeIndex(np.sort(drawn), tz="UTC").tz_convert(first.tzinfo)
    return [first, *times.to_pydatetime()]


def replay(
    events: pd.DataFrame,
    bundle: Bundle,
    policy: Policy,
    moments: Sequence[datetime],
    tell: Tell = lambda _line: None,
    clock: Clock = time.process_time,
) -> tuple[list[Moment], Choices]:
    """The decision of each moment, timed by `clock`, and what was done instead.

    Raises:
        ModelError: the model has seen what came after the first moment.
    """
    if bundle.info.unseen_from_us > micros_of(min(moments)) + SECOND_US:
        raise ModelError(
            f"the model was trained until {bundle.info.trained_until}, after the first moment",
            where="--model",
            remedy="train one with --until that moment, or replay later moments",
        )
    found: list[Moment] = []
    choices: list[Choices] = []
    for at in moments:
        past = events[events["time"] <= pd.Timestamp(at)]
        desk = ServedDesk(bundle, History.of(past), policy)
        snapshot = snapshot_at(desk.history, at, texts=_texts(past), zone=at.tzinfo or UTC)
        moment, chosen = _decided(desk, snapshot, events, clock)
        found.append(moment)
        choices.append(chosen)
        tell(f"{at.isoformat()}: {moment.open} open, planned in {moment.plan_ms:.0f} ms")
    return found, Choices.joined(choices)


def _texts(past: pd.DataFrame) -> pd.Series:
    spoken = past[(past["type"] == "ticket.created") & past["text"].notna()]
    return spoken.drop_duplicates("ticket_id").set_index("ticket_id")["text"]


def _decided(
    desk: ServedDesk, snapshot: Snapshot, events: pd.DataFrame, clock: Clock
) -> tuple[Moment, Choices]:
    at, decision = snapshot.as_of, refresh(desk, snapshot, PLAN_ALONE, clock)
    summary, figures = decision.summary, decision.summary.plan
    if figures is None:
        raise ModelError("the plan has no figures", where=at.isoformat())
    moment = Moment(
        as_of=at,
        open=summary.open,
        agents=len(snapshot.agents),
        assigned=summary.assigned,
        reassigned=summary.reassigned,
        unassigned=len(decision.unassigned),
        plan_ms=decision.timings_ms["plan"],
        refresh_ms=sum(decision.timings_ms.values()),
        cost=figures.cost,
        greedy=figures.greedy,
        bound=figures.bound,
    )
    names = [each.ticket_id for each in decision.assignments]
    after = fates(events, pd.Timestamp(at), names)
    told = _risks_with(desk, snapshot, names, after.following)
    return moment, _choices(decision, names, after.following, after.closer, told)


def _risks_with(desk: ServedDesk, snapshot: Snapshot, tickets: list[str], agents: Names) -> Floats:
    """The timeout risk of tickets (n,) with agents (n,), NaN where one is not on the desk."""
    clean = desk.complete(screen(snapshot).snapshot)
    row = {ticket.ticket_id: i for i, ticket in enumerate(clean.tickets)}
    place = {agent.agent_id: i for i, agent in enumerate(clean.agents)}
    there = np.array([place.get(name, -1) for name in agents], dtype=np.int64)
    known = np.flatnonzero(there >= 0)
    told = np.full(len(tickets), np.nan)
    if known.size:
        rows = np.array([row[name] for name in tickets], dtype=np.int64)
        told[known] = desk.assess(clean).pairs(rows[known], there[known]).timeout
    return told


def _choices(
    decision: Decision, names: list[str], following: Names, closer: Names, told: Floats
) -> Choices:
    made = decision.assignments
    return Choices(
        ticket=np.array(names, dtype=object),
        fresh=np.array([each.action == "assign" for each in made], dtype=bool),
        moved=np.array([each.action == "reassign" for each in made], dtype=bool),
        chosen=np.array([each.agent_id for each in made], dtype=object),
        following=following,
        closer=closer,
        p_chosen=np.array([each.risk.timeout for each in made], dtype=np.float64),
        p_following=told,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay a log and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("events", type=Path)
    parser.add_argument("--model", required=True, help="MLflow URI, trained until --from")
    parser.add_argument("--from", required=True, dest="first", help="the first moment, RFC 3339")
    parser.add_argument("--moments", type=int, default=50, help="further moments after it")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--candidates", type=int, help="a ticket, if not as the policy says")
    parser.add_argument("--out", type=Path, help="a CSV with one row a moment")
    given = parser.parse_args(arguments)
    events, first = events_in(given.events), time_of(given.first, "--from")
    moments = moments_of(events, first, given.moments, given.seed)
    bundle = loaded_from(given.model).bundle
    policy = policy_reader.default()
    if given.candidates:
        policy = replace(policy, candidates_per_ticket=given.candidates)
    found, choices = replay(
        events, bundle, policy, moments, lambda line: print(line, file=sys.stderr)
    )
    if given.out:
        table_of(found).to_csv(given.out, index=False)
    print(summary_of(found, choices, given.seed))


if __name__ == "__main__":
    main()
