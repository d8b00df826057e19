import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.rollout.calendar import held_out, treated
from experiments.rollout.design import Holdout, Team
from experiments.rollout.errors import RolloutError
from experiments.rollout.grid import Grid, Pairing
from tests.builders import us
from tests.experiments.rollout.releases import release

LENGTHS = [hours for hours in range(1, 169) if 168 % hours == 0]
TEAMS = tuple(Team(name, "region", (name,)) for name in ("north", "east", "south", "west"))


@pytest.mark.parametrize("hours", [5, 0, 200])
def test_a_block_that_does_not_fit_into_a_week_is_refused_with_those_that_do(hours):
    with pytest.raises(RolloutError, match="take one of 1, 2, 3, 4, 6"):
        Grid(hours, 0.0, 0)


def test_a_wash_out_that_eats_its_block_is_refused():
    with pytest.raises(RolloutError, match="leave nothing"):
        Grid(4, 4.0, 0)


def test_blocks_lie_on_the_clock_of_the_desk():
    grid = Grid(24, 2.0, 8 * 3_600_000_000)
    midnight = us(15)
    block = grid.block_of(np.array([midnight - 1, midnight, us(38), us(39)]))
    assert np.diff(block).tolist() == [1, 0, 1]
    assert grid.start_of(block[1:2]).tolist() == [midnight]
    assert grid.start_at(grid.block_at(midnight)) == midnight
    washed = grid.washed(np.array([midnight - 1, midnight, us(17) - 1, us(17)]))
    assert washed.tolist() == [False, True, True, False]
    cooled = Grid(24, 2.0, 8 * 3_600_000_000, cooldown_hours=1.0)
    times = np.array([midnight, us(17), us(38) - 1, us(38), us(39) - 1])
    assert cooled.washed(times).tolist() == [True, False, False, True, True]
    assert cooled.changing(times).tolist() == [True, False, False, False, False]


@given(st.sampled_from(LENGTHS), st.text(max_size=4), st.integers(-300, 300))
def test_of_each_pair_one_block_gets_the_new_policy(hours, salt, fortnight):
    grid = Grid(hours, 0.0, 0)
    pairing = Pairing.of(grid, np.arange(2 * grid.per_week) + fortnight * 2 * grid.per_week)
    new = treated(release(salt=salt, block_hours=hours), "desk", pairing)
    pairs, place = np.unique(pairing.pair, return_inverse=True)
    assert pairs.size == grid.per_week
    assert np.bincount(place).tolist() == [2] * pairs.size
    assert np.bincount(place, new).tolist() == [1] * pairs.size


@given(st.sampled_from(LENGTHS), st.text(max_size=4))
def test_weeks_and_hours_of_the_week_are_balanced(hours, salt):
    grid = Grid(hours, 0.0, 0)
    n = grid.per_week
    new = treated(
        release(salt=salt, block_hours=hours), "desk", Pairing.of(grid, np.arange(6 * n))
    ).reshape(6, n)
    assert (abs(new.sum(axis=1) * 2 - n) <= 1).all()  # each week, but for an odd block
    assert (new[::2] ^ new[1::2]).all()  # each hour of the week, within a fortnight


def test_the_calendar_hangs_on_the_salt_the_team_and_the_block_alone():
    pairing = Pairing.of(Grid(24, 0.0, 0), np.arange(280))
    first = treated(release(), "desk", pairing)
    later = release(start=release().start.replace(month=5), days=3)
    assert (treated(later, "desk", pairing) == first).all()
    for other in (treated(release(salt="t"), "desk", pairing), treated(release(), "x", pairing)):
        assert 0.3 < (other == first).mean() < 0.7


def test_the_coins_of_a_calendar_are_fair_and_do_not_follow_one_another():
    pairing = Pairing.of(Grid(4, 0.0, 0), np.arange(84 * 400))
    week = treated(release(block_hours=4), "desk", pairing)[pairing.first & ~pairing.turned]
    coins = week.astype(float)
    assert abs(coins.mean() - 0.5) < 4 * 0.5 / np.sqrt(coins.size)
    assert abs(np.corrcoef(coins[1:], coins[:-1])[0, 1]) < 4 / np.sqrt(coins.size)


def test_the_holdout_never_gets_anything_new_whatever_the_release():
    pairing = Pairing.of(Grid(24, 0.0, 0), np.arange(14 * 200))
    one, two = (release(salt=salt, holdout=Holdout(0.2)) for salt in ("one", "two"))
    held = held_out(one, "desk", pairing)
    assert 0.12 < held.mean() < 0.28
    assert (held == held_out(two, "desk", pairing)).all()
    for design in (one, two):
        assert not (treated(design, "desk", pairing) & held).any()
    twice = np.bincount(pairing.pair, held)
    assert set(twice.tolist()) == {0.0, 2.0}  # whole pairs


def test_of_teams_a_share_is_held_out_whole():
    pairing = Pairing.of(Grid(24, 0.0, 0), np.arange(28))
    design = release(teams=TEAMS, holdout=Holdout(0.25))
    held = [held_out(design, team.name, pairing) for team in TEAMS]
    assert sorted(each.mean() for each in held) == [0, 0, 0, 1]
