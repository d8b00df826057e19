import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import ModelError
from model.calibration import KINDS, Calibration, Outcomes, choose, fit


def outcomes(seed, n=2000, squeeze=1.0, shift=0.0):
    """Raw scores whose log-odds are `squeeze` times the truth's, plus `shift`."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0, 1.5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-z))).astype(float)
    return Outcomes(1 / (1 + np.exp(-(squeeze * z + shift))), y, np.ones(n))


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 5))
def test_every_calibration_is_monotone_stays_in_the_unit_interval_and_survives_json(kind, seed):
    found = fit(kind, outcomes(seed, n=300, squeeze=2.0))
    q = found(np.linspace(0, 1, 101))
    assert (np.diff(q) >= -1e-12).all()
    assert ((q > 0) & (q < 1)).all()
    again = Calibration.from_json(json.loads(json.dumps(found.to_json())))
    assert again == found


def test_overconfident_scores_are_calibrated():
    found = choose(outcomes(1, squeeze=3.0), outcomes(2, squeeze=3.0))
    assert found.calibration.kind != "raw"
    assert found.log_loss[found.calibration.kind] < found.log_loss["raw"]


def test_scores_that_are_right_already_stay_raw():
    assert choose(outcomes(1), outcomes(2), margin=0.003).calibration.kind == "raw"


def test_a_correction_that_the_later_slice_does_not_need_is_dropped():
    assert choose(outcomes(1, shift=2.0), outcomes(2)).calibration.kind == "raw"


def test_with_one_outcome_nothing_can_be_compared_and_raw_stays():
    one = Outcomes(np.full(5, 0.2), np.zeros(5), np.ones(5))
    assert choose(one, outcomes(1)).calibration == Calibration()


def test_an_object_that_is_no_calibration_is_refused():
    with pytest.raises(ModelError, match="unknown calibration 'magic'"):
        Calibration.from_json({"kind": "magic", "parameters": [], "x": [], "y": []})
    with pytest.raises(ModelError, match="not a calibration"):
        Calibration.from_json({})
