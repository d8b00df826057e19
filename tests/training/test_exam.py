from dataclasses import replace

import numpy as np
import pytest

from features.errors import ModelError
from tests.training.desk_log import busy_log
from tests.training.test_fit import PARAMS, table
from training.backtest import prepare
from training.config import TrainConfig
from training.exam import Exam, OutOfTimeError, exams


@pytest.fixture(scope="module")
def exam():
    return Exam("timeout", table(1), table(2), share=0.5)


def test_a_forest_that_learned_something_ranks_well(exam):
    assert 0.9 < exam.auc(PARAMS, seed=1, threads=1) < 1.0


def test_the_answer_does_not_hang_on_what_was_asked_before(exam):
    first = exam.auc(PARAMS, seed=1, threads=1)
    exam.auc(replace(PARAMS, leaves=3, min_rows_per_leaf=200, category_l2=1.0), seed=2, threads=1)
    assert exam.auc(PARAMS, seed=1, threads=1) == first


def test_a_thinned_row_stands_for_those_left_out():
    whole = table(1)
    half = whole.take(np.arange(len(whole)) % 2 == 0)
    doubled = replace(
        half, x=np.repeat(half.x, 2, 0), y=np.repeat(half.y, 2), w=np.ones(len(whole))
    )
    params = replace(PARAMS, row_share=1.0, min_rows_per_leaf=20)
    thin = Exam("timeout", half, table(2), share=0.5).auc(params, 1, 1)
    assert thin == pytest.approx(
        Exam("timeout", doubled, table(2), 1.0).auc(params, 1, 1), abs=0.01
    )


def test_a_forest_stops_growing_when_it_is_late(exam):
    with pytest.raises(OutOfTimeError):
        exam.auc(PARAMS, seed=1, threads=1, late=lambda: True)


def test_a_log_without_enough_outcomes_of_either_kind_is_refused():
    made = prepare(busy_log(24), TrainConfig())
    with pytest.raises(ModelError, match="too few"):
        exams(made.data, made.tested_from, TrainConfig())
