"""The simulated centre, small: what is logged can be played, and what is played is compared."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.ope.check import CheckParams, check, choosing, live
from experiments.ope.tables import worlds_text
from experiments.ope.ties import EVALUATED, ties_of
from experiments.simulator import FIELD_DESK
from experiments.simulator.params import DAY_S, HOUR_S
from model.desk import ServedDesk
from model.policy_reader import default
from tests.model.tiny_bundle import tiny_bundle

WORLD = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))
BRIEF = CheckParams(
    days=2, every_minutes=240, within=0.5, world=WORLD, begin=7 * DAY_S + 10 * HOUR_S
)


@pytest.fixture(scope="module")
def served():
    return ServedDesk.of(tiny_bundle()[0], default())


@pytest.fixture(scope="module")
def logged(served):
    return live(served, 1, BRIEF)


def test_the_same_world_with_the_same_lots_comes_out_the_same(served, logged):
    again = live(served, 1, BRIEF)
    assert again.lots == logged.lots
    assert again.events.equals(logged.events)


def test_a_policy_is_played_as_it_is_judged(served, logged):
    played = live(served, 1, BRIEF, choosing(EVALUATED["most_skilled"]))
    ties = ties_of([lot.explored for lot in played.lots])
    names = np.array([tie.agent_id for lot in played.lots for tie in lot.explored.near_ties])
    taken = [lot.agent_id for lot in played.lots]
    assert taken == names[ties.highest(ties.skill)].tolist()
    assert taken != names[ties.planned].tolist()
    first = {lot.ticket_id: lot.explored for lot in logged.lots if lot.as_of_us == _begun(logged)}
    assert first == {
        lot.ticket_id: lot.explored for lot in played.lots if lot.as_of_us == _begun(played)
    }  # before anything was chosen both worlds are one


def _begun(lived):
    return min(lot.as_of_us for lot in lived.lots)


def test_estimates_stand_beside_the_truth(served):
    world = check(served, 1, BRIEF, ["dearest"])
    text = worlds_text([world, world])
    assert f"seed 1: {world.rounds} lots" in text
    for each in world.checked:
        assert 0 <= each.truth.value <= 1
        assert 0 < each.both <= 1
        assert 0 <= abs(each.shift) <= each.shaken <= 1
        assert each.gain.value == pytest.approx(each.truth.value - world.logged.value)
    assert text.splitlines()[-1].split()[0] == "dearest"


def test_hand_overs_are_dear_enough_that_the_plan_leaves_the_lots_alone():
    policy = BRIEF.policy(default())
    assert policy.explore.within <= policy.prices.hand_over == 0.5
    assert policy.explore.share == 1.0
