import numpy as np
import pytest
from scipy import stats

from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid
from experiments.rollout.power import Noise, detectable, needed, noise_of
from experiments.rollout.units import Units

DAYS = Grid(24, 0.0, 0)
QUIET = Noise(
    level=0.37, deviation=0.1, pairs=20, per_day=0.5, cases=50.0, icc=0.0, design_effect=1.0,
    autocorrelation=0.0,
)  # fmt: skip


def past(rates: np.ndarray, cases: int, seed: int) -> Units:
    """Blocks in which tickets are late with these chances."""
    late = np.random.default_rng(seed).binomial(cases, rates).astype(float)
    size = rates.size
    return Units(np.zeros(size, int), np.arange(size), np.full(size, cases), late, late)


def test_independent_tickets_give_the_noise_of_the_textbook():
    found = noise_of(past(np.full(1400, 0.37), 50, 1), 1, DAYS)
    textbook = np.sqrt(2 * 0.37 * 0.63 / 50)
    assert found.deviation == pytest.approx(textbook, rel=0.06)
    assert found.level == pytest.approx(0.37, abs=0.01)
    assert found.icc < 0.003
    assert abs(found.autocorrelation) < 0.1
    assert (found.per_day, found.cases) == (0.5, 50)


def test_tickets_that_share_the_fate_of_their_day_count_for_fewer():
    rng = np.random.default_rng(2)
    rates = rng.beta(4, 6, 1400)  # an intraclass correlation of 1 / (4 + 6 + 1)
    found = noise_of(past(rates, 50, 3), 1, DAYS)
    assert found.icc == pytest.approx(1 / 11, abs=0.01)
    assert found.design_effect == pytest.approx(1 + 49 / 11, rel=0.1)
    alone = noise_of(past(np.full(1400, 0.4), 50, 3), 1, DAYS)
    ratio = (found.deviation / alone.deviation) ** 2
    assert ratio == pytest.approx(found.design_effect, rel=0.15)


def test_days_that_follow_one_another_help_their_pair():
    rng, n = np.random.default_rng(4), 1400
    drift = np.zeros(n)
    for day in range(1, n):
        drift[day] = 0.9 * drift[day - 1] + rng.normal(0, 0.04)
    rates = np.clip(0.4 + drift, 0.02, 0.98)
    together = noise_of(past(rates, 200, 5), 1, DAYS)
    apart = noise_of(past(rng.permutation(rates), 200, 5), 1, DAYS)
    assert together.autocorrelation > 0.5 > abs(apart.autocorrelation)
    assert together.deviation < 0.7 * apart.deviation


def test_the_days_of_a_single_look_are_those_of_the_t_test():
    found = needed(QUIET, 0.04, 0.8, 0.05)
    pairs = found.once / 2
    push = 0.4 * np.sqrt(pairs)
    assert stats.nct.sf(stats.t.ppf(0.975, pairs - 1), pairs - 1, push) >= 0.8
    push = 0.4 * np.sqrt(pairs - 1)
    assert stats.nct.sf(stats.t.ppf(0.975, pairs - 2), pairs - 2, push) < 0.8
    assert found.on_average < found.always
    assert found.once < found.always < 2.2 * found.once


def test_what_can_be_seen_and_how_long_it_takes_are_each_others_inverse():
    least = detectable(QUIET, 100, 0.8, 0.05)
    assert needed(QUIET, least * 1.001, 0.8, 0.05).once == 100
    assert detectable(QUIET, 400, 0.8, 0.05) == pytest.approx(least / 2, rel=0.03)


def test_what_no_release_could_show_is_said():
    with pytest.raises(RolloutError, match="more than 5000 pairs"):
        needed(QUIET, 0.0001, 0.8, 0.05)
    with pytest.raises(RolloutError, match="above 0"):
        needed(QUIET, 0.0, 0.8, 0.05)
    with pytest.raises(RolloutError, match="only 2 pairs"):
        noise_of(past(np.full(6, 0.4), 5, 1), 1, DAYS)
    with pytest.raises(RolloutError, match="3 days hold 1 pairs"):
        detectable(QUIET, 3, 0.8, 0.05)
