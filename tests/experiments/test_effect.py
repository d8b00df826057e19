"""What a change would bring in the simulated centre: the same worlds under both policies."""

import pickle

import pytest

from experiments import effect
from experiments.compare.comparison import Comparison
from experiments.effect import CentreSimulation
from model.policy_reader import default
from serving.policy.simulation import SimulationAsk
from tests.experiments.compare.small import played
from tests.serving.policies import weighted


@pytest.fixture
def plans(monkeypatch):
    """What is played is written down; the proposed policy is late in fewer of ten tickets."""
    asked = []

    def compared(plan, source):
        asked.append((plan, source.uri))
        late = {"in force": [True] * 4 + [False] * 6, "proposed": [True] * 3 + [False] * 7}
        rows = [played(who.name, seed, late[who.name]) for seed in plan.seeds
                for who in plan.contenders]  # fmt: skip
        return Comparison(plan, tuple(rows))

    monkeypatch.setattr(effect, "compare", compared)
    return asked


def found(ask):
    told = CentreSimulation("models:/m@champion")(default(), weighted(2), ask)
    return told, {each.figure: each for each in told.effects}


def test_both_policies_play_the_same_worlds_with_the_model_that_is_served(plans):
    found(SimulationAsk(days=3, seeds=2))
    ((plan, model),) = plans
    assert [who.policy for who in plan.contenders] == [default(), weighted(2)]
    assert (len(plan.seeds), plan.baseline, model) == (2, "in force", "models:/m@champion")
    assert plan.setting.play.days - plan.setting.play.settle_days == 3


@pytest.mark.usefixtures("plans")
def test_the_difference_is_told_with_its_interval_over_worlds():
    told, effects = found(SimulationAsk(seeds=2))
    late = effects["late"]
    assert told.tickets == 20
    assert (late.before, late.after) == (0.4, 0.3)
    assert late.difference == pytest.approx(-0.1)
    assert late.low <= late.difference <= late.high


@pytest.mark.usefixtures("plans")
def test_of_one_world_only_the_late_share_has_an_interval_over_its_days():
    _, effects = found(SimulationAsk(seeds=1))
    assert effects["late"].low is not None
    assert (effects["loss"].low, effects["loss"].high) == (None, None)
    assert all(each.before is None or each.before == each.before for each in effects.values())


def test_it_crosses_to_another_process():
    assert pickle.loads(pickle.dumps(CentreSimulation("m"))) == CentreSimulation("m")
