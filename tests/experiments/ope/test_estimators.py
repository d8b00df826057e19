"""The estimators against everything that could have been logged, counted by hand."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from experiments.ope.estimators import (
    ESTIMATORS,
    FeedbackError,
    Rounds,
    clipped,
    dm,
    dr,
    estimate,
    gain,
    ips,
    on_policy,
    snips,
    switch_dr,
)
from experiments.ope.overlap import Overlap, bias_of_clipping

# Two rounds, two agents each: what would come of each, and who chooses how.
REWARD = np.array([[1.0, 0.0], [0.5, 1.0]])
LOGGING = np.array([[0.25, 0.75], [0.5, 0.5]])
OTHER = np.array([[0.9, 0.1], [0.0, 1.0]])
TRUTH = ((0.9 * 1.0 + 0.1 * 0.0) + (0.0 * 0.5 + 1.0 * 1.0)) / 2


def rounds(actions, logging=LOGGING, model=None):
    """What is logged when these agents are drawn."""
    at = np.arange(len(actions)), np.array(actions)
    model = np.zeros_like(REWARD) if model is None else model
    return Rounds(
        reward=REWARD[at],
        pscore=logging[at],
        chance=OTHER[at],
        modelled=model[at],
        planned=(OTHER * model).sum(axis=1),
        unit=np.arange(len(actions)),
    )


def expected(estimator, chance=LOGGING, logging=LOGGING, model=None):
    """The mean of an estimator over all four logs, each as likely as it is."""
    logs = list(product((0, 1), repeat=2))
    weight = [chance[0, a] * chance[1, b] for a, b in logs]
    found = [estimate(rounds(log, logging, model), estimator).value for log in logs]
    return float(np.dot(weight, found))


def test_ips_is_right_on_average_over_all_logs():
    assert expected(ips) == pytest.approx(TRUTH)


WRONG = np.array([[0.3, 0.6], [0.2, 0.1]])


def test_dr_is_right_on_average_though_its_model_is_wrong():
    assert expected(dr, model=WRONG) == pytest.approx(TRUTH)
    assert expected(dm, model=WRONG) != pytest.approx(TRUTH)


def test_dr_and_dm_are_right_in_every_log_if_the_model_is_though_propensities_are_wrong():
    believed = np.array([[0.6, 0.4], [0.9, 0.1]])
    for log in product((0, 1), repeat=2):
        for estimator in (dr, dm, switch_dr):
            assert estimate(rounds(log, believed, REWARD), estimator).value == pytest.approx(TRUTH)
    assert expected(ips, logging=believed) != pytest.approx(TRUTH)


def test_the_behaviour_policy_itself_is_judged_by_its_mean_reward():
    logged = replace(rounds((0, 1)), chance=rounds((0, 1)).pscore)
    for estimator in (ips, snips, clipped):
        assert estimate(logged, estimator).value == estimate(logged, on_policy).value == 1.0
    assert gain(logged, ips) == gain(logged, snips)
    assert gain(logged, ips).value == gain(logged, ips).high == 0.0


shares = st.floats(0.05, 1.0)


@st.composite
def logs(draw):
    """Any logged rounds, the evaluation policy taking at least one of them."""
    n = draw(st.integers(2, 12))
    column = lambda of: draw(arrays(float, n, elements=of))  # noqa: E731  # said once, used six times
    unit = st.floats(0.0, 1.0, width=32)
    chance = column(unit)
    chance[0] = 0.5
    return Rounds(column(unit), column(shares), chance, column(unit), column(unit), np.arange(n))


@given(logs(), st.floats(-3, 3))
def test_adding_a_constant_to_all_rewards_adds_it_to_snips(log, more):
    there = estimate(log, snips)
    moved = estimate(replace(log, reward=log.reward + more), snips)
    assert moved.value == pytest.approx(there.value + more, abs=1e-9)
    assert moved.error == pytest.approx(there.error, abs=1e-9)


@given(logs())
def test_snips_lies_within_the_rewards(log):
    value = estimate(log, snips).value
    assert log.reward.min() - 1e-9 <= value <= log.reward.max() + 1e-9


@given(logs())
def test_clipping_lowers_ips_by_at_most_what_it_says(log):
    lost = estimate(log, ips).value - estimate(log, clipped).value
    assert -1e-12 <= lost <= bias_of_clipping(log) + 1e-9


@given(logs())
def test_dr_without_a_model_is_ips(log):
    nothing = np.zeros(len(log))
    bare = replace(log, modelled=nothing, planned=nothing)
    assert estimate(bare, dr) == estimate(bare, ips)


@given(logs())
def test_a_round_logged_twice_as_one_unit_says_no_more_than_once(log):
    def twice(values):
        return np.concatenate([values, values])

    names = ("reward", "pscore", "chance", "modelled", "planned", "unit")
    doubled = Rounds(*(twice(getattr(log, name)) for name in names))
    for estimator in (ips, snips, dm, dr):
        one, two = estimate(log, estimator), estimate(doubled, estimator)
        assert (two.value, two.error) == (
            pytest.approx(one.value, abs=1e-9), pytest.approx(one.error, abs=1e-9),
        )  # fmt: skip


def drawn(random, count):
    """A log of a random world of three agents in which the model knows nothing."""
    luck, agent = random.random((count, 3)), random.integers(0, 3, count)
    right = np.array([0.3, 0.6, 0.9])
    reward = (luck < right).astype(float)[np.arange(count), agent]
    nothing = np.zeros(count)
    third = np.full(count, 1 / 3)
    chance = (agent == 2).astype(float)
    return Rounds(reward, third, chance, nothing, nothing, np.arange(count))


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_the_interval_holds_the_truth_in_95_of_100_logs(name):
    random = np.random.default_rng(1)
    found = [estimate(drawn(random, 300), ESTIMATORS[name]) for _ in range(600)]
    held = np.mean([each.low <= 0.9 <= each.high for each in found])
    assert 0.92 <= held <= 0.98


def test_one_round_has_no_spread_and_so_no_bounds():
    one = Rounds(*(np.array([0.5]) for _ in range(5)), np.array([0]))
    assert estimate(one, ips).high == np.inf


def test_a_propensity_of_nothing_is_refused():
    with pytest.raises(FeedbackError, match="propensity"):
        replace(rounds((0, 1)), pscore=np.array([0.0, 0.5]))


def test_a_policy_that_takes_nothing_of_what_was_logged_has_no_snips():
    nothing = replace(rounds((0, 1)), chance=np.zeros(2))
    assert str(estimate(nothing, snips)) == "–"
    assert estimate(nothing, ips).value == 0


# Whether the log can tell at all.


def overlap(weight, missing=0.0, pscore=0.01):
    weight = np.array(weight)
    nothing = np.zeros(weight.size)
    log = Rounds(nothing, np.full(weight.size, pscore), weight * pscore, nothing, nothing,
                 np.arange(weight.size))  # fmt: skip
    return Overlap.of(log, np.full(weight.size, missing))


def test_effective_rounds_are_those_that_count_alike():
    assert overlap([1.0] * 200).effective == pytest.approx(200)
    assert overlap([2.0, 0.0] * 200).effective == pytest.approx(200)
    assert overlap([3.0, 1.0]).effective == pytest.approx(1.6)


def test_a_log_that_covers_the_policy_gives_no_warning():
    assert overlap([2.0, 0.0] * 200).warnings() == ()


@pytest.mark.parametrize(
    ("weight", "missing", "word"),
    [
        ([1.0] * 20, 0.0, "only 20 effective rounds of 20"),
        ([1.0] * 150 + [30.0], 0.0, "one round has 17% of all weight"),
        ([0.8] * 200, 0.2, "20% of its choices were never possible"),
        ([1.5] * 200, 0.0, "are the propensities true?"),
    ],
)
def test_what_speaks_against_an_estimate_is_said(weight, missing, word):
    said = overlap(weight, missing).warnings()
    assert any(word in english for english, _ in said)
    assert all(chinese for _, chinese in said)
