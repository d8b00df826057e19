import numpy as np
import pytest

from tests.training.study.small_study import small_study
from training.study.ablation import KINDS, ablation
from training.study.learning_curve import SHARES, learning_curve, parts_of
from training.study.refit import answer, forest_of, regrow, tasks, training_rows


@pytest.fixture(scope="module")
def study():
    return small_study()


def test_every_column_belongs_to_a_dimension_or_to_the_desk(study):
    kinds = {kind.key: set(kind.of(study.data)) for kind in KINDS}
    five = [kinds[key] for key in ("value", "urgency", "skill", "load", "own")]
    assert sum(len(names) for names in five) == len(study.data.names)
    assert kinds["name"] < kinds["agent"] < kinds["skill"] | kinds["load"]
    assert "status" not in kinds["agent"]


def test_a_forest_grown_again_has_as_many_trees_and_says_nearly_the_same(study):
    rows = training_rows(study, "timeout")
    again = regrow(study, "timeout", study.data.table(rows))
    assert again.booster.num_trees() == forest_of(study, "timeout").booster.num_trees()
    said = answer(again, study, "timeout", study.data)
    was = study.evaluation.answers["timeout"].said["uncalibrated"]
    assert np.corrcoef(said, was)[0, 1] > 0.99


def test_where_lateness_hangs_on_the_agent_the_agent_is_missed(study):
    metrics = dict(ablation(study).metrics)
    assert metrics["timeout.without_agent.assigned"] < -0.02
    assert abs(metrics["timeout.without_value.assigned"]) < 0.02
    assert metrics["timeout.only_agent.assigned"] > 0.6
    assert metrics["timeout.only_value.assigned"] < metrics["timeout.everything.assigned"]


def test_the_newest_and_the_oldest_part_are_as_large_and_do_not_overlap(study):
    created = study.data.labels.created_us
    for share in SHARES:
        newest, oldest = (part.has(created) for part in parts_of(study, share))
        assert abs(int(newest.sum()) - int(oldest.sum())) <= 1
        assert not (newest & oldest).any()
        assert (study.learned_from.has(created) | ~newest).all()


def test_a_learning_curve_ends_with_all_tickets_and_is_the_same_again(study):
    once, again = learning_curve(study), learning_curve(study)
    assert once.metrics == again.metrics
    assert len(once.sheets) == len(tasks(study)) == len(once.pictures)
    assert once.sheets[0].rows[-1][1] == "100.0%"
    metrics = dict(once.metrics)
    assert metrics["timeout.all_100.auc.assigned"] >= metrics["timeout.oldest_12.5.auc.assigned"]
