import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.twin.durations import GRID, Duration, learn, pooled

hours = st.lists(st.floats(0.1, 500), min_size=2, max_size=40)


def test_waits_that_still_run_lengthen_the_mean():
    seen, over = np.array([1.0, 2.0, 3.0, 3.0]), np.array([True, True, True, False])
    assert learn(seen, over).mean > learn(seen[:3], over[:3]).mean


def test_exponential_waits_that_were_cut_off_keep_their_mean():
    drawn = np.random.default_rng(1).exponential(10, 20_000)
    cut = np.minimum(drawn, 12)
    assert learn(cut, drawn < 12).mean == pytest.approx(10, rel=0.05)


def test_old_tickets_that_are_watched_late_do_not_hide_the_young():
    """Watched from age 50 on, they say nothing of what ends before."""
    young, old = np.full(50, 2.0), np.full(50, 60.0)
    entry = np.repeat([0.0, 50.0], 50)
    found = learn(np.concatenate([young, old]), np.ones(100, bool), entry)
    assert found.at(np.array([0.5]))[0] == 2.0


@given(hours, st.integers(0, 1))
def test_quantiles_never_fall(values, running):
    over = np.ones(len(values), bool)
    over[:running] = False
    assert (np.diff(learn(np.array(values), over).quantiles) >= 0).all()


@given(hours, st.floats(0, 0.99), st.floats(0, 600))
def test_what_is_left_of_a_wait_is_never_negative(values, chance, elapsed):
    found = learn(np.array(values), np.ones(len(values), bool))
    assert found.left(np.array([chance]), np.array([elapsed]))[0] >= 0


def test_a_group_without_waits_of_its_own_takes_the_desk_s():
    desk = Duration(np.linspace(1, 9, GRID), 30)
    none = Duration(np.full(GRID, np.nan), 0)
    assert pooled(none, desk).mean == pytest.approx(5)


def test_few_waits_are_drawn_towards_the_desk_s_mean():
    desk = Duration(np.full(GRID, 10.0), 100)
    few = Duration(np.full(GRID, 20.0), 10)
    assert pooled(few, desk, strength=10).mean == pytest.approx(15, rel=0.01)


def test_a_long_tail_of_the_desk_s_does_not_move_a_quick_group_s_median():
    desk = Duration(np.geomspace(1, 1000, GRID), 1000)
    quick = Duration(np.full(GRID, 1.0), 90)
    assert pooled(quick, desk).at(np.array([0.5]))[0] == pytest.approx(1)
