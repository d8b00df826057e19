import pytest

from tests.training.study.small_study import small_study
from training.study.learning_curve import SHARES, learning_curve, parts_of
from training.study.refit import tasks


@pytest.fixture(scope="module")
def study():
    return small_study()


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
