from dataclasses import replace

import numpy as np
import pytest

from features.snapshot import Window
from model.columns import columns
from model.dispatch import refresh
from model.eligibility import judge
from model.moves import moves
from model.policy import Moves
from tests.model.desks import HOUR, NOW, FakeDesk, agent, placed, plain, snapshot, ticket

MINUTE = HOUR / 60


def moved(name, minutes_ago, **known):
    """A ticket that was handed over to A so many minutes ago."""
    facts = {"agent_id": "A", "reassignments": 1, "assigned_at": NOW - minutes_ago * MINUTE}
    return ticket(name, **(facts | known))


def moves_of(tickets, people, changed=()):
    snap, policy = snapshot(tickets, people), replace(plain(), moves=Moves(rest_minutes=60))
    table = columns(snap, policy)
    news = np.isin([t.ticket_id for t in tickets], changed)
    return moves(snap, table, judge(snap, table, policy), policy, lambda _since: news)


def fixed(*tickets, people=(), changed=()):
    return moves_of(tickets, people or [agent("A"), agent("B")], changed).fixed.tolist()


def test_a_ticket_just_handed_over_rests_with_its_owner():
    desk = FakeDesk(kept={"x": 0.9}, risk={("x", "B"): 0.1})
    people = [agent("A"), agent("B")]
    assert placed(refresh(desk, snapshot([moved("x", 10)], people))) == {"x": ("keep", "A")}
    assert placed(refresh(desk, snapshot([moved("x", 70)], people))) == {"x": ("reassign", "B")}


def test_the_first_owner_s_ticket_does_not_rest_nor_one_of_unknown_age():
    assert fixed(moved("x", 10, reassignments=0)) == [False]
    assert fixed(moved("x", 10, reassignments=None)) == [False]
    assert fixed(moved("x", 10, assigned_at=None)) == [False]


@pytest.mark.parametrize(
    "known",
    [
        {"state": "returned", "state_since": NOW - 5 * MINUTE},
        {"excluded_agents": ("A",)},
        {"agent_id": "gone"},
    ],
)
def test_a_changed_fact_or_an_owner_who_may_not_ends_the_rest(known):
    assert fixed(moved("x", 10, **known)) == [False]


def test_a_state_from_before_the_hand_over_is_no_news():
    assert fixed(moved("x", 10, state="paused", state_since=NOW - 30 * MINUTE)) == [True]


def test_what_the_history_knows_to_have_changed_ends_the_rest():
    assert fixed(moved("x", 10), moved("y", 10), changed=("x",)) == [False, True]
    desk = FakeDesk(kept={"x": 0.9}, risk={("x", "B"): 0.1}, changed={"x"})
    one = snapshot([moved("x", 10)], [agent("A"), agent("B")])
    assert placed(refresh(desk, one)) == {"x": ("reassign", "B")}


@pytest.mark.parametrize("away", [{"status": "away"}, {"capacity": 0}])
def test_an_owner_away_or_over_capacity_ends_the_rest(away):
    assert fixed(moved("x", 10), people=[agent("A", **away), agent("B")]) == [False]


def test_what_an_agent_works_on_now_stays_whatever_it_costs():
    desk = FakeDesk(kept={"x": 0.9}, risk={("x", "B"): 0.1})
    one = ticket("x", agent_id="A", state="in_progress")
    people = [agent("A", working_on="x"), agent("B")]
    assert placed(refresh(desk, snapshot([one], people))) == {"x": ("keep", "A")}
    people[0] = agent("A")
    assert placed(refresh(desk, snapshot([one], people))) == {"x": ("reassign", "B")}


def test_a_parked_ticket_is_taken_over_from_an_absent_owner_only_when_that_pays():
    def told(hand_over, slope=0.05):
        policy = plain(hand_over_started=hand_over)
        desk = FakeDesk(policy, kept={"x": 0.2}, risk={("x", "B"): 0.2}, slope={"x": slope})
        back = (Window(NOW + 14 * HOUR, NOW + 20 * HOUR),)
        one = ticket("x", agent_id="A", state="paused")
        return placed(refresh(desk, snapshot([one], [agent("A", availability=back), agent("B")])))

    assert told(hand_over=0.3) == {"x": ("reassign", "B")}  # overnight its risk grows to 0.9
    assert told(hand_over=0.9) == {"x": ("hold", "A")}
    assert told(hand_over=0.3, slope=0.0) == {"x": ("hold", "A")}


def test_a_pinned_ticket_never_moves():
    one = ticket("x", agent_id="A", pinned=True)
    desk = FakeDesk(kept={"x": 0.9}, risk={("x", "B"): 0.0}, slope={"x": 0.1})
    people = [agent("A", status="away"), agent("B")]
    assert placed(refresh(desk, snapshot([one], people))) == {"x": ("hold", "A")}
