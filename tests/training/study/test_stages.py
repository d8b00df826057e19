import numpy as np
import pytest

from training.dataset import Rows
from training.evaluate import Answers
from training.study.stages import estimates, named, stage_aucs


def answers():
    """Two tickets at creation and twice later on; the later moments are of one ticket only."""
    y = np.array([1.0, 0.0, 1.0, 1.0])
    ticket = np.array([0, 1, 0, 0])
    rows = Rows(np.arange(4), y, np.ones(4))
    return Answers("timeout", rows, np.array([0, 0, 2, 2]), ticket, {})


def test_the_k_th_look_at_a_ticket_weighs_one_k_th_and_a_stage_without_rows_is_unknown():
    p = np.array([0.4, 0.6, 0.7, 0.9])
    created, assigned, everything = estimates(stage_aucs(answers(), p, seed=1))
    assert created.value == 0.0
    assert np.isnan(assigned.value)
    # of the late ticket's three moments the second and the third, 1/2 + 1/3 of 11/6, are above
    assert everything.value == pytest.approx(5 / 11)
    assert dict(named("x", (created, assigned, everything))) == {
        "x.created": 0.0, "x.all": pytest.approx(5 / 11),
    }  # fmt: skip


def test_the_draws_of_a_seed_are_paired_whatever_is_said():
    once, again = (stage_aucs(answers(), p, seed=1) for p in (np.arange(4) / 4, np.arange(4) / 8))
    difference = (once - again)[2]
    assert np.nanmax(np.abs(difference)) == 0.0
