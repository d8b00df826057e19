"""The intervals hold at every look: what `alpha` promises is counted in drawn runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from experiments.rollout.sequence import Path, one_sided, radius, sequence

RUNS, PAIRS, ALPHA = 1500, 120, 0.05
LIMIT = ALPHA + 3 * np.sqrt(ALPHA * (1 - ALPHA) / RUNS)
"""What a share of runs may reach by chance if the truth is `ALPHA`."""


def drawn(kind: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Differences and weights of runs in which nothing differs."""
    rng = np.random.default_rng(seed)
    size = (RUNS, PAIRS)
    even = np.ones(size)
    if kind == "normal":
        return rng.normal(size=size), even
    if kind == "heavy tails":
        return rng.standard_t(3, size), even
    if kind == "coins alone":
        return rng.choice([-1.0, 1.0], size), even
    if kind == "uneven pairs":
        return rng.normal(size=size), rng.exponential(size=size) + 0.01
    walk = np.cumsum(rng.normal(size=(RUNS, 2 * PAIRS)), axis=1)  # blocks drift
    return rng.choice([-1.0, 1.0], size) * (walk[:, ::2] - walk[:, 1::2]), even


@pytest.mark.parametrize(
    "kind", ["normal", "heavy tails", "coins alone", "uneven pairs", "drifting blocks"]
)
def test_without_an_effect_few_runs_ever_exclude_it(kind):
    path = sequence(*drawn(kind, 1), ALPHA, PAIRS)
    assert ((path.low > 0) | (path.high < 0)).any(axis=-1).mean() <= LIMIT
    bound = sequence(*drawn(kind, 2), one_sided(ALPHA), PAIRS)
    assert (bound.low > 0).any(axis=-1).mean() <= LIMIT


def test_looking_daily_with_the_usual_interval_would_mislead():
    difference, _ = drawn("normal", 1)
    n = np.arange(1, PAIRS + 1)
    mean = np.cumsum(difference, axis=1) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt((np.cumsum(difference**2, axis=1) - n * mean**2) / (n - 1) / n)
    usual = np.abs(mean) > stats.t.ppf(0.975, np.maximum(n - 1, 1)) * spread
    assert usual[:, 7:].any(axis=1).mean() > 4 * ALPHA


def test_a_true_effect_stays_inside_all_the_time():
    difference, weight = drawn("uneven pairs", 3)
    path = sequence(difference + 0.7, weight, ALPHA, PAIRS)
    assert ((path.low <= 0.7) & (path.high >= 0.7)).all(axis=-1).mean() >= 1 - LIMIT


def test_an_effect_half_again_as_large_as_planned_ends_the_release_sooner_than_a_fixed_one():
    fixed, rng = 50, np.random.default_rng(4)  # enough for 80 % power at `least`, looked at once
    least = 0.4045
    power = stats.nct.sf(stats.t.ppf(0.975, fixed - 1), fixed - 1, least * np.sqrt(fixed))
    assert power == pytest.approx(0.8, abs=0.005)
    runs = rng.normal(1.5 * least, 1.0, (RUNS, 2 * fixed))
    out = sequence(runs, np.ones(2 * fixed), ALPHA, fixed).low > 0
    assert out.any(axis=1).mean() > 0.99
    assert np.where(out.any(axis=1), out.argmax(axis=1) + 1, 2 * fixed).mean() < 0.7 * fixed


def test_the_first_pairs_say_nothing():
    path = sequence(np.full(20, 2.0), np.ones(20), ALPHA, 20)
    assert path.estimate.tolist() == [2.0] * 20
    assert np.isinf(path.low[:7]).all()
    assert path.low[7:].tolist() == pytest.approx([2.0] * 13)


def test_for_many_values_the_radius_is_that_of_the_asymptotic_sequence():
    n, planned = np.array([500.0, 5000.0]), 200
    rho2 = (-2 * np.log(ALPHA) + np.log(1 - 2 * np.log(ALPHA))) / (planned / 2)
    known = np.sqrt((n * rho2 + 1) / (n * rho2) * np.log((n * rho2 + 1) / ALPHA**2))
    assert radius(n, ALPHA, planned) == pytest.approx(known, rel=0.02)


def test_a_pair_without_cases_changes_nothing():
    rng = np.random.default_rng(5)
    difference, weight = rng.normal(size=30), np.ones(30)
    with_gap = sequence(np.insert(difference, 12, 0.0), np.insert(weight, 12, 0.0), ALPHA, 30)
    without = sequence(difference, weight, ALPHA, 30)
    for name in Path.__dataclass_fields__:
        gap = np.delete(getattr(with_gap, name), 12)
        np.testing.assert_allclose(gap, getattr(without, name))


@given(st.integers(0, 1000), st.floats(-5, 5), st.floats(0.1, 10), st.floats(0.1, 10))
def test_intervals_move_with_the_unit_and_with_the_effect(seed, shift, unit, weight):
    rng = np.random.default_rng(seed)
    difference, sizes = rng.normal(size=25), rng.uniform(0.5, 2, 25)
    plain = sequence(difference, sizes, ALPHA, 25)
    moved = sequence(unit * (difference + shift), weight * sizes, ALPHA, 25)
    for name in Path.__dataclass_fields__:
        expected = unit * (getattr(plain, name) + shift)
        np.testing.assert_allclose(getattr(moved, name), expected, rtol=1e-6, atol=1e-6)
