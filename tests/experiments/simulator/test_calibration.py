from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.simulator.assumed import assumptions
from experiments.simulator.calibration import AT_ONCE, TARGETS, table
from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.tally import Outcomes


def figure(name, tickets, **events):
    """One figure of hand-made outcomes."""
    target = next(t for t in TARGETS if t.name == name)
    return target.got(Outcomes(pd.DataFrame(tickets), pd.DataFrame(events)))


def test_the_odds_of_those_who_ask_often_are_set_against_the_others():
    often = [True] * 4 + [False] * 8
    late = [True, True, True, False] + [True] * 2 + [False] * 6
    tickets = {"often": often, "late": late}
    assert figure("their risk of timing out", tickets) == pytest.approx(0.75 / 0.25)
    assert figure("their odds of timing out", tickets) == pytest.approx(3 / (1 / 3))


def test_stages_are_shares_and_hours_of_the_late_tickets_alone():
    tickets = {
        "late": [True, True, True, False],
        "stage": ["customer", "customer", "before_work", "before_work"],
        "before_work": [1.0, 2.0, 30.0, 99.0],
        "customer": [10.0, 20.0, 0.0, 0.0],
    }
    assert figure("late, mostly at the customer", tickets) == pytest.approx(200 / 3)
    assert figure("hours there: customer", tickets) == 15
    assert figure("hours there: before work", tickets) == 30


def test_escalations_are_counted_by_whom_they_went_to():
    kinds = ["ticket.escalated", "ticket.escalated", "ticket.contact"]
    to = ['{"to": "public"}', '{"to": "regulator"}', None]
    assert figure("public escalations", {}, type=kinds, attributes=to) == 1
    assert figure("all escalations", {}, type=kinds, attributes=to) == 2


def test_a_dispute_is_a_quality_ticket_that_three_departments_had():
    tickets = pd.DataFrame(
        {"category": ["quality", "quality", "logistics"], "departments": [50.0, 9.0, 9.0]},
        index=["A", "B", "C"],
    )
    asked = pd.DataFrame(
        {"ticket_id": [*"AAABC"], "party": ["qc", "warehouse", "supplier"] + ["qc"] * 2}
    )
    target = next(t for t in TARGETS if t.name == "quality dispute in 3 departments")
    assert target.got(Outcomes(tickets, asked)) == 50


def test_the_table_tells_the_mean_and_the_range_of_its_worlds():
    rows = table([np.zeros(len(TARGETS)), np.full(len(TARGETS), 3.0)])
    assert rows[["got", "lowest", "highest"]].drop_duplicates().to_numpy().tolist() == [[1.5, 0, 3]]
    assert set(rows["standing"]) == {"put in", "tuned on", "predicted"}


def test_only_what_is_asked_at_once_runs_on_another_desk():
    assert replace(AT_ONCE, at_once=False) == FIELD_DESK
    assert [t.name for t in TARGETS if t.desk is AT_ONCE] == ["the same, asked at once"]
    assert all(t.standing == "predicted" for t in TARGETS if t.desk is AT_ONCE)


def test_the_assumptions_are_told_with_the_numbers_of_the_desk():
    told = assumptions(replace(FIELD_DESK, staleness=0.77))
    assert "77%" in told
    assert "logistics" in told
    assert max(len(line) for line in told.splitlines()) <= 100
