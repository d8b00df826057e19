"""Splitting the tickets of one desk misleads: shown where the truth is known."""

from dataclasses import replace

import numpy as np
import pytest

from experiments.rollout.bias import (
    BiasParams,
    Estimates,
    Switchback,
    bias,
    late_tickets,
    table_of,
)
from experiments.rollout.errors import RolloutError
from experiments.rollout.toys import run_mixed
from experiments.simulator import FIELD_DESK, Engine, field_matrix, make_world
from experiments.simulator.params import DAY_S

WEEKS = Switchback(168, 48, 48)
FORTNIGHT = replace(FIELD_DESK, days=14, customers=replace(FIELD_DESK.customers, count=600))


def test_a_desk_without_new_tickets_is_the_desk_of_the_matrix():
    world = make_world(FORTNIGHT, 1)
    plain = Engine(world, field_matrix(FORTNIGHT, world.roster.profiles))
    plain.run(14 * DAY_S)
    rows = plain.take_rows()
    none = np.zeros(world.complaints.time.size, dtype=bool)
    for toy in ("least_loaded", "first_in_line"):
        assert run_mixed(world, toy, none, 14 * DAY_S).take_rows() == rows


def test_going_first_in_line_changes_nothing_if_everybody_does():
    world = make_world(FORTNIGHT, 1)
    size = world.complaints.time.size
    none, all_ = (
        late_tickets(run_mixed(world, "first_in_line", np.full(size, new), 14 * DAY_S))
        for new in (False, True)
    )
    assert (none == all_).mean() > 0.99  # some order at the same second differs
    half = np.arange(size) % 2 == 0
    mixed = late_tickets(run_mixed(world, "first_in_line", half, 14 * DAY_S))
    assert mixed[half].mean() < mixed[~half].mean() - 0.03


def test_the_table_says_by_how_much_each_split_is_wrong():
    found = Estimates("tickets at random", np.array([0.1, 0.3]), np.array([0.0, 0.0]))
    assert found.bias == pytest.approx(0.2)
    low, high = found.bias_interval
    assert (low + high) / 2 == pytest.approx(0.2)
    assert found.spread == pytest.approx(np.sqrt(0.05))
    assert "tickets at random" in table_of([found])


def test_a_toy_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(RolloutError, match="least_loaded, first_in_line"):
        BiasParams("best")


@pytest.mark.slow
def test_a_ticket_split_finds_an_effect_where_there_is_none_and_weeks_find_far_less():
    tickets, weeks = bias(BiasParams("first_in_line", weeks=2, seeds=8, switchbacks=(WEEKS,)))
    assert np.abs(tickets.true).max() < 0.01
    assert tickets.bias_interval[1] < -0.03
    assert abs(weeks.bias) < abs(tickets.bias) / 2
