import numpy as np
import pytest

from tests.training.study.small_study import small_study
from training.study.refit import answer, forest_of, regrow, training_rows


@pytest.fixture(scope="module")
def study():
    return small_study()


def test_a_forest_grown_again_has_as_many_trees_and_says_nearly_the_same(study):
    rows = training_rows(study, "timeout")
    again = regrow(study, "timeout", study.data.table(rows))
    assert again.booster.num_trees() == forest_of(study, "timeout").booster.num_trees()
    said = answer(again, study, "timeout", study.data)
    was = study.evaluation.answers["timeout"].said["uncalibrated"]
    assert np.corrcoef(said, was)[0, 1] > 0.99
