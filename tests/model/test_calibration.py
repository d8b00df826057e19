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


def test_losses_are_in_units_of_the_raw_risk_and_those_of_a_fixed_map_are_of_the_later_slice():
    early, late = outcomes(1, shift=1.0), outcomes(2, shift=2.0)
    found = choose(early, late)
    assert found.log_loss["raw"] == found.brier["raw"] == 1.0
    q = fit("platt", early)(late.p)
    brier = np.mean((q - late.y) ** 2) / np.mean((late.p - late.y) ** 2)
    assert found.brier["platt"] == pytest.approx(brier)


def test_a_fixed_map_that_helps_later_is_kept_and_fitted_again_on_both_slices():
    early, late = outcomes(1, shift=2.0), outcomes(2, shift=2.0)
    found = choose(early, late)
    assert (found.live, found.kind) == (False, found.calibration.kind)
    assert found.calibration == fit(found.calibration.kind, early.join(late))


def test_a_level_that_follows_the_desk_is_kept_where_no_fixed_map_can_be_right():
    early, late = outcomes(1, shift=1.5), outcomes(2, shift=-1.5)  # too much, then too little
    truth = outcomes(1).join(outcomes(2))
    found = choose(early, late, live=(early.join(late), truth))
    assert (found.kind, found.live, found.calibration) == ("live", True, Calibration())
    assert found.log_loss["live"] < 1.0 < found.log_loss["platt"]


def test_a_level_that_follows_the_desk_must_be_right_in_both_slices_not_in_the_later_only():
    early, late = outcomes(1), outcomes(2, shift=1.0)
    lost = outcomes(1, shift=4.0).join(outcomes(2))
    assert choose(early, late, live=(early.join(late), lost)).kind == "raw"
    late_only = Outcomes(np.concatenate([early.p, lost.p[2000:]]), lost.y, lost.w)
    assert choose(early, late, live=(early.join(late), late_only)).kind == "live"


def test_a_level_that_follows_goes_before_a_fixed_map_that_wins_more_for_that_may_end_any_day():
    early, late = outcomes(1, shift=2.0), outcomes(2, shift=2.0)
    halfway = outcomes(1, shift=1.0).join(outcomes(2, shift=1.0))
    found = choose(early, late, live=(early.join(late), halfway))
    assert found.log_loss["platt"] < found.log_loss["live"] < 1.0
    assert found.live
    harmed = outcomes(1, shift=4.0).join(outcomes(2, shift=4.0))
    assert choose(early, late, live=(early.join(late), harmed)).calibration.kind != "raw"


def test_a_level_that_follows_is_kept_where_it_costs_next_to_nothing_and_not_where_it_costs_more():
    early, late = outcomes(1), outcomes(2)
    both = early.join(late)
    near, far = (outcomes(1, shift=off).join(outcomes(2, shift=off)) for off in (-0.1, -0.2))
    found = choose(early, late, live=(both, near))
    assert 1.0 < found.log_loss["live"] < 1.005
    assert (found.kind, found.calibration) == ("live", Calibration())
    assert choose(early, late, live=(both, far)).kind == "raw"
    assert choose(early, late, margin=0.0, live=(both, near)).kind == "raw"


def test_with_one_outcome_nothing_can_be_compared_and_raw_stays():
    one = Outcomes(np.full(5, 0.2), np.zeros(5), np.ones(5))
    assert choose(one, outcomes(1)).calibration == Calibration()


def test_an_object_that_is_no_calibration_is_refused():
    with pytest.raises(ModelError, match="unknown calibration 'magic'"):
        Calibration.from_json({"kind": "magic", "parameters": [], "x": [], "y": []})
    with pytest.raises(ModelError, match="not a calibration"):
        Calibration.from_json({})
