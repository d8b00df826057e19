from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.bound import _asked_again, _by_day, bound
from experiments.contender import contender
from experiments.outcome import figures
from experiments.play import PlayParams, play
from experiments.simulator import FIELD_DESK, LiveDesk, make_world
from experiments.simulator.params import DAY_S, HOUR_S
from model.desk import ServedDesk
from tests.model.tiny_bundle import tiny_bundle

DAYS = replace(FIELD_DESK, days=21, customers=replace(FIELD_DESK.customers, count=600))
BEGIN, EVERY = 7 * DAY_S + 10 * HOUR_S, 60
WEEK = PlayParams(days=7, every_minutes=EVERY, settle_days=0)


def bounded(params=DAYS, seed=5, **changed):
    world = make_world(params, seed)
    return bound(world, BEGIN, BEGIN + 7 * DAY_S, EVERY * 60, **changed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["matrix", "least_loaded", "default"])
def test_nobody_does_better_than_the_bound(name):
    who = contender(name)
    desk = LiveDesk(5, params=DAYS, begin=BEGIN, keep_matrix=who.decide is None)
    found = figures(play(desk, who, ServedDesk.of(tiny_bundle()[0], who.policy), WEEK))
    least = bounded()
    assert found.judged == least.judged
    assert 0 < least.late < found.late


def test_who_may_not_ask_again_avoids_less():
    assert bounded(actions=False).late > bounded().late


def test_what_cannot_be_avoided_alone_cannot_be_avoided_together():
    few = replace(DAYS, teams=tuple(replace(t, count=1, newcomers=0) for t in DAYS.teams))
    found = bounded(few)
    assert found.late > found.unavoidable + 0.1  # five people, and nobody is late for want of hours


def test_a_world_of_promises_that_all_can_keep_has_no_unavoidable_ticket():
    calm = tuple(
        replace(c, promise_hours=120.0, customer_share=0.0, party_share=0.0)
        for c in DAYS.categories
    )
    world = make_world(replace(DAYS, categories=calm), 5)
    found = bound(world, BEGIN, BEGIN + 7 * DAY_S, EVERY * 60)
    assert found.judged > 0
    assert found.late == pytest.approx(0, abs=1e-9)


def test_nothing_to_judge_is_nothing_late():
    assert bound(make_world(DAYS, 5), BEGIN, BEGIN + 60, EVERY * 60).judged == 0


@pytest.mark.parametrize(("hour", "then"), [(3, 8), (8, 8), (21.5, 21.5), (22, 32), (23, 32)])
def test_what_falls_into_the_night_waits_for_the_morning(hour, then):
    assert _by_day(np.array([hour * 3600.0]))[0] == then * 3600


hours = st.floats(0, 60)
shares = st.lists(st.floats(0, 1), min_size=3, max_size=3)


@given(hours, hours, hours, shares)
def test_a_wait_that_begins_later_never_ends_earlier(since, later, wait, keeps):
    begun = np.array([since, since + later]) * 3600
    lasts = _asked_again(begun, np.full(2, wait * 3600), np.array([keeps, keeps]), 4 * 3600.0)
    assert begun[1] + lasts[1] >= begun[0] + lasts[0] - 1e-6


@given(hours, hours, shares)
def test_without_nights_waits_are_shortest(since, wait, keeps):
    given_, table = np.full(1, wait * 3600), np.array([keeps])
    by_day = _asked_again(np.array([since * 3600]), given_, table, 4 * 3600.0)
    assert _asked_again(None, given_, table, 4 * 3600.0)[0] <= by_day[0] + 1e-6 <= given_[0] + 2e-6
