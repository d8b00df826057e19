"""Desks that are not the default one: their words and their places are unknown to us."""

from dataclasses import replace

import numpy as np

from experiments.simulator import FIELD_DESK, make_world
from experiments.simulator.texts import complaint


def test_a_complaint_of_a_kind_without_phrases_names_its_kind():
    quiet = (False, False, False, False)
    assert "Pothole {repair" not in complaint("Pothole {repair", True, quiet, [0] * 10)
    assert "Pothole (repair" in complaint("Pothole {repair", True, quiet, [0] * 10)


def test_a_region_too_small_for_a_customer_of_its_own_still_complains():
    params = replace(
        FIELD_DESK,
        days=28,
        arrivals=replace(FIELD_DESK.arrivals, surges=()),
        customers=replace(FIELD_DESK.customers, count=3),
        regions=tuple((f"r{i}", 1.0) for i in range(9)),
    )
    seen = make_world(params, 1).complaints
    assert set(np.unique(seen.region)) == set(range(9))
    assert seen.customer.max() < 3
