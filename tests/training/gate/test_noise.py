import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.reliability import calibration_by_chance
from tests.training.gate.trials import outcomes, spread
from training.gate.noise import (
    chance_of_worse,
    compare_calibration,
    holm,
)

CHANCES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20).map(np.array)


@given(CHANCES)
def test_holm_accuses_all_that_bonferroni_does_and_none_that_a_single_test_would_not(chances):
    accused = holm(chances, 0.05)
    assert accused[chances <= 0.05 / chances.size].all()
    assert not accused[chances > 0.05].any()


def test_perfect_probabilities_stay_within_what_chance_gives_them_nearly_always():
    p = spread(300)
    bound = calibration_by_chance(p, seed=1, noise=2.0)
    again = calibration_by_chance(p, seed=2, noise=2.0)
    assert bound == pytest.approx(again, rel=0.15)
    assert 0.03 < bound < 0.12


def test_the_shifted_one_of_two_models_is_the_worse_calibrated():
    p = spread(500)
    y = outcomes(p)
    gap = compare_calibration(y, np.clip(p + 0.1, 0, 1), p, seed=1)
    assert gap.value > 2 * gap.error > 0
    assert compare_calibration(y, p, p, seed=1).value == 0.0


def test_a_loss_within_the_margin_is_no_evidence_and_one_beyond_it_is():
    p = spread(500)
    y, shifted = outcomes(p), np.clip(p + 0.1, 0, 1)
    mean, strict = chance_of_worse(shifted, p, y)
    assert mean > 0
    assert strict < 0.01 < chance_of_worse(shifted, p, y, margin=mean)[1]
