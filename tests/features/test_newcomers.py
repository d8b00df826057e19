import numpy as np

from features.catalog import BY_NAME, TERMS
from features.frame import landmark_pairs
from features.history import History
from features.newcomers import (
    NEWCOMERS,
    new_agent,
    new_agent_of_a_known_team,
    new_category,
    new_in_the_category,
    new_to_closing,
    new_to_closing_in_a_known_team,
)
from tests.builders import assigned, created, event, log, resolved, us

DAYS = 24
LIVES = (
    event(0, "agent.status", agent_id="old", attributes={"team": "G1"}),
    event(0, "agent.status", agent_id="mate", attributes={"team": "G1"}),
    event(0, "agent.status", agent_id="lone", attributes={"team": "G2"}),
    created(1, "T1", due_at=9), assigned(2, "T1", "old"), resolved(5, "T1"),
    created(6, "T2"), assigned(7, "T2", "old"),
    created(6, "T3"), assigned(7, "T3", "mate"),
    created(6, "T4", category="invoice"), assigned(7, "T4", "lone"),
    created(6, "T5", category="invoice"), assigned(7, "T5", "old"),
    created(6, "T6"),
)  # fmt: skip


def new(which, tickets, hours=8.0, *more):
    pairs = landmark_pairs(
        history := History.of(log(*LIVES, *more)), tickets, np.full(len(tickets), us(hours))
    )
    return which(history, pairs).tolist()


def test_an_agent_is_new_until_the_first_verdict():
    assert new(new_agent, ["T2", "T3", "T4"]) == [False, True, True]


def test_a_ticket_that_nobody_has_has_no_new_agent():
    assert new(new_agent, ["T6"]) == new(new_in_the_category, ["T6"]) == [False]


def test_the_team_stands_in_for_a_newcomer_only_when_something_of_the_team_was_judged():
    assert new(new_agent_of_a_known_team, ["T2", "T3", "T4"]) == [False, True, False]


def test_the_usual_hours_of_an_agent_who_closed_none_are_the_team_s_or_the_desk_s():
    assert new(new_to_closing, ["T2", "T3", "T4", "T6"]) == [False, True, True, False]
    assert new(new_to_closing_in_a_known_team, ["T2", "T3", "T4"]) == [False, True, False]


def test_an_old_hand_can_be_new_in_a_category():
    assert new(new_in_the_category, ["T2", "T5"]) == [False, True]


def test_a_category_is_new_until_the_first_verdict():
    assert new(new_category, ["T2", "T4"]) == [False, True]


def test_after_90_days_without_a_verdict_everybody_is_new_again():
    assert new(new_agent, ["T2"], 5 + 90 * DAYS - 1) == [False]
    assert new(new_agent, ["T2"], 5 + 90 * DAYS) == [True]


def test_a_verdict_after_the_moment_makes_nobody_old():
    assert new(new_agent, ["T3"], 8, resolved(9, "T3", sla_met=True)) == [True]


def test_every_line_is_about_a_term_that_people_see():
    seen = {TERMS.get(name, name) for name in BY_NAME}
    assert {each.term for each in NEWCOMERS} <= seen
