"""A snapshot is planned as it will be when all that was told has arrived."""

from dataclasses import replace

import pytest

from model.amended import is_given_again
from model.dispatch import refresh
from model.policy import Moves
from model.spent import Spent
from model.underway import Move, Underway
from tests.model.desks import HOUR, NOW, FakeDesk, agent, placed, plain, snapshot, ticket

MINUTE = HOUR / 60
PEOPLE = (agent("A"), agent("B"), agent("C"))
TO_B = Move("B", "A", NOW - 5 * MINUTE)


def told(underway, *tickets, people=PEOPLE, risk=None, **known):
    desk = FakeDesk(replace(plain(), moves=Moves(rest_minutes=60)), risk=risk or {}, **known)
    return refresh(desk, snapshot(tickets, people), spent=Spent(underway=underway))


def sent(move=TO_B):
    return Underway(sent={"x": move})


BACK = {("x", "A"): 0.1, ("x", "B"): 0.9, ("x", "C"): 0.1}
"""The plan would rather have it anywhere but with B."""


def test_a_ticket_still_shown_with_its_earlier_owner_is_sent_to_the_same_agent_again():
    found = told(sent(), ticket("x", agent_id="A"), risk=BACK, kept={"x": 0.9})
    assert placed(found) == {"x": ("reassign", "B")}
    assert found.assignments[0].previous_agent_id == "A"
    assert found.queues == {"B": ("x",)}


def test_without_that_memory_the_plan_moves_it_again():
    found = told(Underway(), ticket("x", agent_id="A"), risk=BACK, kept={"x": 0.9})
    assert placed(found) == {"x": ("reassign", "C")}


def test_a_first_owner_who_has_not_got_it_yet_gets_it_again():
    one = ticket("x", state="unassigned")
    found = told(sent(Move("B", None, NOW - 5 * MINUTE)), one, risk=BACK)
    assert placed(found) == {"x": ("assign", "B")}


@pytest.mark.parametrize(
    "shown",
    [
        {"agent_id": "C"},  # somebody else has it: a person dragged it there
        {"agent_id": "A", "assigned_at": NOW - MINUTE},  # it came back
        {"agent_id": "B"},  # it has arrived
    ],
)
def test_what_the_ticket_system_moved_itself_is_planned_as_it_is_shown(shown):
    risk = {("x", "A"): 0.1, ("x", "B"): 0.9, ("x", "C"): 0.9}
    found = told(sent(), ticket("x", **shown), risk=risk, kept={"x": 0.9})
    assert placed(found)["x"][1] == "A"


def test_who_works_on_it_at_this_moment_keeps_it():
    one = ticket("x", agent_id="A", state="in_progress")
    people = (agent("A", working_on="x"), agent("B"))
    assert placed(told(sent(), one, people=people)) == {"x": ("keep", "A")}


def test_an_agent_who_may_not_have_it_any_more_does_not_get_it_again():
    people = (agent("A"), agent("B", status="offline"), agent("C"))
    found = told(sent(), ticket("x", agent_id="A"), people=people, risk={("x", "C"): 0.1})
    assert placed(found) == {"x": ("reassign", "C")}


def test_a_full_agent_does_not_get_one_more_for_a_move_that_has_not_arrived():
    full = (agent("A"), agent("B", capacity=1, queue=("y",)), agent("C"))
    pinned = ticket("y", agent_id="B", pinned=True)
    found = told(sent(), ticket("x", agent_id="A"), pinned, people=full)
    assert placed(found)["y"] == ("keep", "B")
    assert placed(found)["x"][1] != "B"


def test_a_choice_is_placed_and_pinned():
    chosen = Underway(chosen={"x": Move("B", "A", NOW - HOUR)})
    for shown in ("A", "B"):  # before and after the ticket system carried it out
        found = told(chosen, ticket("x", agent_id=shown), risk=BACK, kept={"x": 0.9})
        assert placed(found)["x"][1] == "B"


def test_a_choice_for_an_agent_who_is_not_there_leaves_the_plan_free():
    chosen = Underway(chosen={"x": Move("Z", "A", NOW - HOUR)})
    assert placed(told(chosen, ticket("x", agent_id="A"), kept={"x": 0.1})) == {"x": ("keep", "A")}


def test_a_choice_of_nobody_leaves_the_ticket_with_nobody():
    chosen = Underway(chosen={"x": Move(None, "A", NOW - HOUR)})
    (left,) = told(chosen, ticket("x", agent_id="A")).unassigned
    assert (left.code, left.previous_agent_id) == ("no_eligible_agent", "A")
    assert left.blocked == {"excluded": 3}


def test_a_choice_that_the_ticket_system_overruled_holds_no_longer():
    chosen = Underway(chosen={"x": Move("B", "A", NOW - HOUR)})
    moved = ticket("x", agent_id="A", assigned_at=NOW - MINUTE)
    found = told(chosen, moved, risk=BACK, kept={"x": 0.1})
    assert placed(found) == {"x": ("keep", "A")}


RATHER_A = {("x", "A"): 0.1, ("x", "B"): 0.6, ("x", "C"): 0.9}
"""Left to itself the plan keeps it with A."""


def back(*tickets, moves=None, people=PEOPLE, earlier=(), chosen=None, more=()):
    """The plan after A handed x back, half an hour ago, and `more` agents after them."""
    gone = Move(None, "A", NOW - 30 * MINUTE, earlier)
    others = (Move(None, name, NOW - 20 * MINUTE) for name in more)
    known = Underway(moves or {}, chosen or {}, {"x": (gone, *others)})
    return told(known, *tickets, people=people, risk=RATHER_A, kept={"x": 0.1})


@pytest.mark.parametrize("state", ["assigned", "in_progress", "waiting_customer"])
def test_a_ticket_handed_back_goes_to_the_best_of_the_others(state):
    one = ticket("x", agent_id="A", state=state)
    people = (agent("A", working_on="x", queue=("x",)), agent("B"), agent("C"))
    found = back(one, people=people)
    assert placed(found) == {"x": ("reassign", "B")}
    assert found.assignments[0].previous_agent_id == "A"


@pytest.mark.parametrize("shown", [{"agent_id": "A", "pinned": True}, {"state": "unassigned"}])
def test_a_ticket_handed_back_that_nobody_else_can_have_is_left_with_nobody_and_says_so(shown):
    (left,) = back(ticket("x", **shown), people=(agent("A"), agent("B", status="off"))).unassigned
    assert (left.code, left.blocked["excluded"]) == ("no_eligible_agent", 1)


def test_where_a_ticket_handed_back_was_sent_it_rests_until_it_arrives():
    onward = {"x": Move("C", "A", NOW - 5 * MINUTE)}
    assert placed(back(ticket("x", agent_id="A"), moves=onward)) == {"x": ("reassign", "C")}


@pytest.mark.parametrize(
    ("shown", "earlier"), [({}, ("A", "C")), ({"assigned_at": NOW - 31 * MINUTE}, ())]
)
def test_what_the_plan_alone_gave_them_is_not_sent_to_them_again(shown, earlier):
    never_arrived = {"x": Move("A", "C", NOW - 35 * MINUTE)}
    one = ticket("x", agent_id="C", **shown)
    assert placed(back(one, moves=never_arrived, earlier=earlier))["x"][1] != "A"


def test_a_ticket_that_somebody_else_has_by_now_does_not_come_to_them_again():
    moved = ticket("x", agent_id="C", assigned_at=NOW - 29 * MINUTE)
    found = back(moved)
    assert placed(found)["x"][1] != "A"
    assert placed(told(Underway(), moved, risk=RATHER_A)) == {"x": ("reassign", "A")}


def test_with_somebody_else_it_is_planned_as_any_other():
    at_work = (agent("A"), agent("B"), agent("C", working_on="x", queue=("x",)))
    moved = ticket("x", agent_id="C", assigned_at=NOW - 29 * MINUTE)
    onward = {"x": Move("B", "C", NOW - 5 * MINUTE)}
    assert placed(back(moved, moves=onward)) == {"x": ("reassign", "B")}
    assert placed(back(moved, moves=onward, people=at_work))["x"] == ("keep", "C")


def test_of_two_who_handed_it_back_neither_gets_it():
    shown = ticket("x", agent_id="A")
    assert placed(back(shown, more=["B"])) == {"x": ("reassign", "C")}
    (left,) = back(shown, more=["B", "C"]).unassigned
    assert left.blocked == {"excluded": 3}


def test_a_person_s_choice_of_another_goes_before_it():
    choice = {"x": Move("C", "A", NOW - 10 * MINUTE)}
    assert placed(back(ticket("x", agent_id="A"), chosen=choice)) == {"x": ("reassign", "C")}


@pytest.mark.parametrize(
    ("shown", "again"),
    [
        ({"pinned": True, "assigned_at": NOW - 29 * MINUTE}, True),
        ({"pinned": True, "assigned_at": NOW - 31 * MINUTE}, False),  # it was before
        ({"pinned": True}, False),  # since when is not told
        ({"assigned_at": NOW - 29 * MINUTE}, False),  # a late move of the plan looks the same
        ({"pinned": True, "assigned_at": NOW - 29 * MINUTE, "agent_id": "B"}, False),
    ],
)
def test_only_who_pins_it_to_them_afterwards_gives_it_to_them_again(shown, again):
    one = ticket("x", **{"agent_id": "A", **shown})
    assert is_given_again(Move(None, "A", NOW - 30 * MINUTE), one) is again


def test_an_earlier_move_that_arrives_after_a_later_one_was_told_is_no_news():
    risk = {("x", "A"): 0.1, ("x", "B"): 0.1, ("x", "C"): 0.9}
    move = Move("C", "A", NOW - 5 * MINUTE, earlier=("B",))
    late = ticket("x", agent_id="B", assigned_at=NOW - MINUTE)
    assert placed(told(sent(move), late, risk=risk, kept={"x": 0.9})) == {"x": ("reassign", "C")}
