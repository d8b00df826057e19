import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.landmarks import look_weights
from training.metrics import score
from training.study.intervals import Cases, Interval, draw, measure, share_of

TWO_AND_TWO = Cases(
    np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.1, 0.4, 0.6]), np.array([1, 2, 3, 4])
)


def test_the_figures_of_four_tickets_are_those_worked_out_by_hand():
    found = measure(TWO_AND_TWO, seed=1)
    assert (found.tickets, found.rate.value, found.risk.value) == (4, 0.5, 0.5)
    assert found.auc.value == 0.75  # of four pairs only (0.4, 0.6) is the wrong way round
    assert found.brier.value == pytest.approx((0.01 + 0.01 + 0.36 + 0.36) / 4)


def test_the_second_look_at_a_ticket_weighs_half_whether_its_risk_rose_or_fell():
    late, ticket = np.array([1.0, 1.0, 0.0]), np.array([1, 1, 2])
    rose = measure(Cases(late, np.array([0.2, 0.8, 0.5]), ticket), seed=1)
    fell = measure(Cases(late, np.array([0.8, 0.2, 0.5]), ticket), seed=1)
    assert rose.auc.value == pytest.approx(1 / 3)  # only the second look lies above: 1/2 of 3/2
    assert fell.auc.value == pytest.approx(2 / 3)
    assert fell.risk.value == pytest.approx((0.8 + 0.2 / 2 + 0.5) / 2.5)


@given(st.integers(0, 1000))
@settings(max_examples=30)
def test_each_figure_is_the_one_that_the_metrics_give(seed):
    rng = np.random.default_rng(seed)
    y, p = rng.integers(0, 2, 60).astype(float), rng.random(60).round(1)
    y[:2], ticket = [0, 1], rng.integers(0, 20, 60)
    found, expected = measure(Cases(y, p, ticket), 1, 2), score(y, p, look_weights(ticket))
    assert found.auc.value == pytest.approx(expected.auc)
    assert found.brier.value == pytest.approx(expected.brier)
    assert found.ece.value == pytest.approx(expected.ece)
    assert found.log_loss.value == pytest.approx(expected.log_loss)
    assert found.rate.value == pytest.approx(expected.base_rate)


def test_a_ticket_looked_at_ten_times_tells_no_more_than_one_looked_at_once():
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, 80).astype(float)
    once = Cases(y, np.clip(0.3 * y + 0.7 * rng.random(80), 0, 1), np.arange(80))
    often = once.take(np.repeat(np.arange(80), 10))
    one, ten = measure(once, seed=1).auc, measure(often, seed=1).auc
    assert (ten.low, ten.high) == pytest.approx((one.low, one.high))


def test_the_interval_holds_the_figure_and_narrows_with_more_tickets():
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 2000).astype(float)
    many = Cases(y, np.clip(0.3 * y + 0.7 * rng.random(2000), 0, 1), np.arange(2000))
    wide, narrow = measure(many.take(np.arange(100)), 1).auc, measure(many, 1).auc
    assert wide.low < wide.value < wide.high
    assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low)


def test_the_same_seed_draws_the_same_interval():
    assert measure(TWO_AND_TWO, 7) == measure(TWO_AND_TWO, 7)


def test_in_blocks_or_at_once_the_interval_is_the_same(monkeypatch):
    at_once = measure(TWO_AND_TWO, 7)
    monkeypatch.setattr("training.study.intervals._CELLS", 40)
    assert measure(TWO_AND_TWO, 7).auc == at_once.auc


def test_with_one_outcome_only_there_is_a_rate_but_no_auc():
    found = measure(Cases(np.zeros(3), np.full(3, 0.2), np.arange(3)), seed=1)
    assert found.rate == Interval(0.0, 0.0, 0.0)
    assert str(found.auc) == "–"


def test_a_risk_has_no_lead_over_itself_and_a_coin_trails_it():
    rng = np.random.default_rng(1)
    y, ticket = rng.integers(0, 2, 300).astype(float), np.arange(300)
    good = draw(Cases(y, np.clip(0.5 * y + 0.5 * rng.random(300), 0, 1), ticket), seed=1)
    coin = draw(Cases(y, rng.random(300), ticket), seed=1)
    assert good.lead(good) == Interval(0.0, 0.0, 0.0)
    assert coin.lead(good).high < 0.0 < good.lead(coin).low


def test_of_nothing_there_are_no_figures():
    empty = np.zeros(0)
    assert measure(Cases(empty, empty, empty.astype(np.int64)), seed=1).tickets == 0
    assert np.isnan(share_of(np.zeros(0, dtype=bool), seed=1).value)
