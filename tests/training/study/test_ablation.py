import pytest

from tests.training.study.small_study import small_study
from training.study.ablation import KINDS, ablation


@pytest.fixture(scope="module")
def study():
    return small_study()


def test_every_column_belongs_to_a_dimension_or_to_the_desk(study):
    kinds = {kind.key: set(kind.of(study.data)) for kind in KINDS}
    five = [kinds[key] for key in ("value", "urgency", "skill", "load", "own")]
    assert sum(len(names) for names in five) == len(study.data.names)
    assert kinds["name"] < kinds["agent"] < kinds["skill"] | kinds["load"]
    assert "status" not in kinds["agent"]


def test_where_lateness_hangs_on_the_agent_the_agent_is_missed(study):
    metrics = dict(ablation(study).metrics)
    assert metrics["timeout.without_agent.assigned"] < -0.02
    assert abs(metrics["timeout.without_value.assigned"]) < 0.02
    assert metrics["timeout.only_agent.assigned"] > 0.6
    assert metrics["timeout.only_value.assigned"] < metrics["timeout.everything.assigned"]
