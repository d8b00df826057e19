"""What is tried in the simulated centre: how it decides, by which document, and what it is told.

A contender sees what a ticket system sends (snapshots) and what it wrote down (events), nothing
latent. By name: `matrix` is the desk without Fendan; a name of `experiments.policies` decides as
that policy; a document of `model/policies` or a file is the shipped way with those weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from experiments.policies import POLICIES, DispatchPolicy
from features.errors import PolicyError
from features.snapshot import Snapshot
from model import policy_reader
from model.desk import ServedDesk
from model.policy import POLICY_FOLDER, Policy
from model.policy_actions import Actions

Thing = TypeVar("Thing")

MATRIX: Final = "matrix"
SHIPPED: Final = "default"


def as_it_is(desk: ServedDesk) -> ServedDesk:
    """A desk of which nothing is changed."""
    return desk


def as_sent(snapshot: Snapshot) -> Snapshot:
    """A snapshot of which nothing is changed."""
    return snapshot


@dataclass(frozen=True, slots=True)
class Contender:
    """`decide` None leaves the desk to its own matrix.

    `desk` changes what it knows, once, at the begin; `seen` what it is sent at each refresh;
    what it decides on is `stale` refreshes old.
    """

    name: str
    decide: DispatchPolicy | None
    policy: Policy
    desk: Callable[[ServedDesk], ServedDesk] = as_it_is
    seen: Callable[[Snapshot], Snapshot] = as_sent
    stale: int = 0


def contender(name: str) -> Contender:
    """The contender of a name.

    Raises:
        PolicyError: nothing is called so, or the document cannot be obeyed.

    >>> contender("longest_idle").policy.actions.chase_customer.per_day
    0
    """
    if name == MATRIX:
        return Contender(name, None, policy_reader.default())
    if name == SHIPPED:
        return Contender(name, POLICIES[name], policy_reader.default())
    if name in POLICIES:  # desks as they are: nobody tells them whom to chase
        return Contender(name, POLICIES[name], without_actions(policy_reader.default()))
    shipped = POLICY_FOLDER / f"{name}.yaml"
    path = shipped if shipped.exists() else Path(name)
    if not path.exists():
        raise PolicyError(
            f"no policy {name!r}",
            where="--policy",
            remedy=f"one of {', '.join([MATRIX, *POLICIES])}, or a policy file",
        )
    return Contender(path.stem, POLICIES[SHIPPED], policy_reader.load(path))


def told(who: Contender, change: Callable[[Snapshot], Snapshot]) -> Contender:
    """The contender with one change more to what it is sent at each refresh."""
    return replace(who, seen=partial(_in_turn, who.seen, change))


def knowing(who: Contender, change: Callable[[ServedDesk], ServedDesk]) -> Contender:
    """The contender with one change more to what it knows at the begin."""
    return replace(who, desk=partial(_in_turn, who.desk, change))


def _in_turn(
    first: Callable[[Thing], Thing], second: Callable[[Thing], Thing], thing: Thing
) -> Thing:
    return second(first(thing))


def without_actions(policy: Policy) -> Policy:
    """The same document with every day's budget of every action at 0."""
    told = policy.actions
    return replace(
        policy,
        actions=Actions(
            escalate=replace(told.escalate, per_day=0),
            chase_customer=replace(told.chase_customer, per_day=0),
            nudge_party=replace(told.nudge_party, per_day=0),
            start_parties=replace(told.start_parties, per_day=0),
            warn_manager=replace(told.warn_manager, per_day=0),
        ),
    )
