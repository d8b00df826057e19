"""Load by hour: how many tickets are open still, in which hours, with whom."""

import numpy as np
import pytest

from serving.console.heat import heat_of, still_open
from serving.console.standing import Standing
from tests.serving.console.floors import agent, decision, has

MORNING = "09:00-12:00"
DAY = (MORNING, "13:00-16:00")


def heat(agents, *records):
    return heat_of(Standing.of(decision(agents, *records)))


def rows(found):
    return {row.agent_id: row for team in found.teams for row in team.rows}


def test_a_ticket_is_open_half_the_times_at_p50_and_one_in_ten_at_p90():
    chance = still_open(np.array([[1.0, 24.0], [0.0, 0.0]]), np.array([0.0, 1.0, 24.0]))
    assert chance[0] == pytest.approx([1.0, 0.5, 0.1])
    assert chance[1] == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)


def test_the_columns_are_the_present_and_the_hours_in_which_anybody_works():
    found = heat([agent("A3", "", "available", *DAY), agent("A7", "", "offline", "15:00-18:00")])
    clocks = [hour.clock for hour in found.hours]
    assert clocks == ["10:00", "11:00", "13:00", "14:00", "15:00", "16:00", "17:00"]


def test_another_day_is_named_where_it_begins():
    windows = [{"start": f"2026-03-0{d}T10:00:00+08:00", "end": f"2026-03-0{d}T12:00:00+08:00"}
               for d in (2, 3)]  # fmt: skip
    found = heat([{**agent("A3"), "availability": windows}])
    assert [(h.clock, h.day) for h in found.hours][1:] == [
        ("11:00", ""), ("10:00", "03-03"), ("11:00", ""),
    ]  # fmt: skip


def test_the_load_of_an_hour_is_the_sum_of_the_chances_against_capacity():
    row = rows(
        heat(
            [agent("A3", "", "available", *DAY, capacity=2)],
            has("A3", 55 / 60, 24.0),  # half a chance at eleven
            has("A3", 55 / 60, 24.0),
            has("A3", 500.0, 900.0),
        )
    )["A3"]
    assert (row.open, row.capacity, row.expected) == (3, 2, 1.5)
    assert [(c.text, c.look) for c in row.cells[:2]] == [("3.0", "over"), ("2.0", "h9")]


def test_an_hour_off_shift_is_empty_and_one_without_a_capacity_has_no_colour():
    found = rows(heat([agent("A3", "", "offline", "11:00-12:00"), agent("A7")], has("A7", 1, 2)))
    assert [c.look for c in found["A3"].cells][:3] == ["off", "", "off"]
    assert found["A3"].cells[0].text == "–"
    assert found["A7"].cells[0].text == "1.0"


def test_somebody_at_work_without_hours_works_in_all_and_somebody_away_from_work_in_none():
    found = rows(heat([agent("A3"), agent("A7", "", "offline")]))
    assert {c.look for c in found["A3"].cells} == {""}
    assert {c.look for c in found["A7"].cells} == {"off"}
    assert len(found["A3"].cells) == 9


def test_the_most_pressed_stand_first_in_their_teams():
    agents = [
        agent("A1", "calm", capacity=9), agent("A2", "hot", capacity=9),
        agent("A3", "hot", capacity=1), agent("A4", "hot", "offline", MORNING[:-5] + "09:30"),
    ]  # fmt: skip
    found = heat(agents, has("A1", 9, 20), has("A3", 9, 20), has("A4", 9, 20))
    assert [(t.team, [r.agent_id for r in t.rows]) for t in found.teams] == [
        ("hot", ["A3", "A4", "A2"]), ("calm", ["A1"]),
    ]  # fmt: skip


def test_a_desk_that_named_no_agents_has_an_empty_map():
    assert heat([], has(None, 1, 2)).teams == ()
