"""Nothing latent reaches a policy, and no policy changes what is latent."""

import gc
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import partial
from types import BuiltinFunctionType, FunctionType, ModuleType

import numpy as np
import pytest

from experiments.contender import Contender, contender
from experiments.play import PLAN_ALONE, play
from experiments.policies import POLICIES
from experiments.simulator import LiveDesk
from experiments.simulator.state import Step
from features.history import History
from model.desk import ServedDesk
from model.spent import spent_on
from tests.experiments.compare.small import SETTING, tiny
from tests.model.desks import plain

SEED = 11
TWICE = replace(SETTING.play, every_minutes=720)


def desk(**changed):
    return LiveDesk(SEED, params=SETTING.params, begin=SETTING.begin_s, **changed)


def served(at_work):
    known = ServedDesk.of(tiny(), contender("default").policy)
    return replace(known, history=History.of(at_work.history))


# ------------------------------------------------------------------ nothing latent is handed over


def reached(*roots: object) -> Iterator[object]:
    """Every object that can be got hold of from some: fields, items, closures, what is bound.

    Modules and classes belong to everybody, and are left out.
    """
    waiting, seen = list(roots), set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | BuiltinFunctionType):
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, FunctionType):  # but not the globals of its module
            waiting += [one.__closure__, one.__defaults__, one.__kwdefaults__, one.__dict__]
        else:
            waiting += gc.get_referents(one)


def simulated(*roots: object) -> list[str]:
    """The names of what is the simulator's among all that is reached."""
    kinds = {type(one) for one in reached(*roots)}
    return [kind.__qualname__ for kind in kinds if within(kind.__module__)]


def within(module: str) -> bool:
    return module.startswith("experiments.simulator")


class Searched:
    """A policy that looks through all it is handed, and decides as the shipped one."""

    def __init__(self):
        self.found, self.times = [], 0

    def __call__(self, desk, snapshot, options, seed, /, spent=None):
        self.found += simulated(desk, snapshot, options, seed, spent)
        self.times += 1
        return contender("default").decide(desk, snapshot, options, seed, spent=spent)


def test_nothing_of_the_simulator_can_be_reached_from_what_a_policy_is_handed():
    policy, at_work = Searched(), desk()
    who = Contender("searched", policy, plain())
    play(at_work, who, served(at_work), TWICE)
    assert policy.times == 2
    assert policy.found == []


SECRET = Step("work", 60.0)


def closed_over(secret):
    return lambda: secret


@pytest.mark.parametrize(
    "planted",
    [
        replace(contender("default"), seen=SECRET),
        closed_over(SECRET),
        partial(print, SECRET),
        {"a": ({"b": [SECRET]},)},
    ],
    ids=["field", "closure", "partial", "item"],
)
def test_the_search_finds_what_is_hidden(planted):
    assert simulated(planted) == ["Step"]


# ------------------------------------------------------------------ what is latent changes nothing


def scramble(at_work: LiveDesk) -> None:
    """Make all that is still to come another: work, waits, answers, luck, speed."""
    engine, rng = at_work._engine, np.random.default_rng(5)
    for case in engine.cases.values():
        for step in case.steps:
            step.seconds = step.seconds * rng.uniform(2, 9) + 60
        case.ends += int(rng.integers(1, 10**6))
        case.needed += int(rng.integers(1, 10**4))
        for asked in case.pending:
            asked.ends += int(rng.integers(1, 10**6))
    for agent in engine._speed:
        for weeks in agent:
            weeks[:] = [speed * 3 for speed in weeks]
    shown = {"world", "category", "due", "signals"}  # seen when a ticket comes, in its text
    for field in fields(engine.fate):
        if field.name not in shown:
            rng.shuffle(getattr(engine.fate, field.name))
    for field in fields(engine.world.latent):
        rng.shuffle(getattr(engine.world.latent, field.name))
    rng.shuffle(engine.world.roster.speed)
    rng.shuffle(engine.world.roster.slips)


@pytest.fixture(scope="module")
def pair():
    """Two desks that look alike and of which all that is latent is different."""
    one, other = desk(), desk()
    scramble(other)
    return one, other


def test_worlds_that_differ_in_what_is_latent_go_on_differently():
    one, other = desk(keep_matrix=True), desk(keep_matrix=True)
    scramble(other)
    ours, theirs = one.step(1440), other.step(1440)
    assert ours["type"].tolist() != theirs["type"].tolist()


@pytest.mark.parametrize("name", POLICIES)
def test_worlds_that_differ_in_what_is_latent_are_decided_alike(pair, name):
    who = contender(name)
    one, other = pair
    found = [
        who.decide(
            replace(served(each), policy=who.policy),
            each.snapshot(),
            PLAN_ALONE,
            SEED,
            spent=spent_on((), who.policy, each.snapshot().as_of),
        )
        for each in (one, other)
    ]
    assert found[0].assignments
    assert found[0] == found[1]


# ------------------------------------------------------------------ no policy changes the world


def columns(record: object) -> Iterator[tuple[str, object]]:
    """Every array and value of nested records, by its path."""
    if is_dataclass(record):
        for field in fields(record):
            for path, value in columns(getattr(record, field.name)):
                yield f"{field.name}.{path}", value
    elif isinstance(record, tuple):
        for place, one in enumerate(record):
            for path, value in columns(one):
                yield f"{place}.{path}", value
    else:
        yield "", record


def test_the_same_seed_makes_the_same_world_whoever_plays():
    desks = {}
    for name in ("matrix", "least_loaded", "default"):
        who = contender(name)
        desks[name] = desk(keep_matrix=who.decide is None)
        play(desks[name], who, served(desks[name]), TWICE, seed=SEED)
    first = dict(columns(desks["matrix"].world))
    for name in ("least_loaded", "default"):
        for path, value in columns(desks[name].world):
            np.testing.assert_array_equal(value, first[path], err_msg=f"{name}: {path}")
    ways = [
        [each._engine.fate.way(ticket) for ticket in range(len(each.world.complaints))]
        for each in desks.values()
    ]
    assert ways[0] == ways[1] == ways[2]
