from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.compare.load import Load, busier, changed, heads_of, staffed
from experiments.simulator import FIELD_DESK
from experiments.simulator.checks import WorldError
from experiments.simulator.roster import draw_roster

SHORT = replace(FIELD_DESK, days=14)


@given(st.integers(5, 90))
def test_a_desk_gets_the_people_it_is_told_and_every_team_keeps_somebody(heads):
    found = staffed(FIELD_DESK, heads)
    assert heads_of(found) == heads
    assert min(team.count for team in found.teams) >= 1


def test_a_desk_with_its_own_people_and_complaints_is_left_as_it_is():
    assert Load(45).on(FIELD_DESK) is FIELD_DESK


def test_who_stays_is_the_same_person():
    usual, fewer = draw_roster(SHORT, 11), draw_roster(staffed(SHORT, 40), 11)
    veterans = {
        (p.team.name, p.seat): usual.speed[i]
        for i, p in enumerate(usual.profiles)
        if p.joined_day < -100
    }
    same = [
        np.array_equal(fewer.speed[i], veterans[p.team.name, p.seat])
        for i, p in enumerate(fewer.profiles)
        if p.joined_day < -100 and (p.team.name, p.seat) in veterans
    ]
    assert len(same) > 25
    assert all(same)


def test_fewer_people_than_teams_are_refused():
    with pytest.raises(WorldError, match="5 teams"):
        staffed(FIELD_DESK, 4)


def test_more_demand_is_more_of_storms_too():
    found = busier(FIELD_DESK, 1.5).arrivals
    assert found.per_year == 1.5 * 18_427
    assert found.surges[0].per_day == 1.5 * FIELD_DESK.arrivals.surges[0].per_day


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("+5", (45,)),
        ("-5", (35,)),
        ("+10%", (44,)),
        ("-10%", (36,)),
        ("90%", (36,)),
        ("0.9, 1.0 ,1.1", (36, 40, 44)),
        ("1.1,0.9,1.1", (36, 44)),
    ],
)
def test_a_change_is_read_as_people_write_it(text, found):
    assert changed(text, 40) == found


@pytest.mark.parametrize("text", ["", "many", "+", "1e3", "-40", "-100%", "0", "0.9;1.1", "٣"])
def test_what_is_no_change_or_leaves_nothing_is_refused(text):
    with pytest.raises(ValueError, match=r"none of|leaves nothing"):
        changed(text, 40)
