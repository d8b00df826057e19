import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.snapshot import Window
from model.columns import columns
from model.eligibility import judge
from model.policy import Policy
from model.policy_tiers import Route, Tiers
from model.rules import RULES, speaks
from model.screen import screen
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket

BURNING = "手机充电时起火了"
ON_SHIFT = (Window(NOW - HOUR, NOW + HOUR),)
TO_EXPERTS = Policy(name="p", tiers=Tiers(routes=(Route(team="experts", signals=("safety",)),)))


def _judged(one, agents, policy=None):
    policy = policy or plain()
    clean = screen(snapshot([one], agents)).snapshot
    return judge(clean, columns(clean, policy), policy, keep_all=True)


def _may(one, agents, policy=None):
    """Who may take the ticket, by name."""
    names = sorted(each.agent_id for each in agents)
    return [names[at] for at in np.flatnonzero(_judged(one, agents, policy).mask()[0])]


def test_every_rule_has_its_own_name():
    names = [name for name, _ in RULES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("offered", "wanted", "served"),
    [
        ("zh", "zh-CN", True),
        ("zh-CN", "zh", True),
        ("ZH-cn", "zh_CN", True),
        ("zh-Hans", "zh-Hans-CN", True),
        ("zh-TW", "zh-CN", False),
        ("z", "zh", False),
        ("en", "zh", False),
    ],
)
def test_a_language_serves_its_own_kinds(offered, wanted, served):
    assert speaks(offered, wanted) is served
    one = ticket("T", language=wanted)
    assert bool(_may(one, [agent("A", languages=("fr", offered))])) is served


@given(st.text("ab-_", max_size=5), st.text("ab-_", max_size=5))
def test_speaking_is_mutual(one, other):
    assert speaks(one, other) is speaks(other, one)


@pytest.mark.parametrize("name", ["about_agent", "complaint_about"])
def test_a_complaint_about_an_agent_never_goes_to_that_agent(name):
    one = ticket("T", agent_id="A", state="in_progress", attributes={name: "A"})
    assert _may(one, [agent("A", working_on="T"), agent("B")]) == ["B"]
    assert _judged(one, [agent("A")]).blocked(0, np.zeros(1, bool)) == {"about_agent": 1}


def test_a_ticket_that_its_agent_works_on_right_now_stays():
    one = ticket("T", agent_id="A", state="in_progress")
    desk = [agent("A", working_on="T"), agent("B")]
    assert _may(one, desk) == ["A"]
    assert _judged(one, desk).blocked(0, np.zeros(2, bool)) == {"locked": 1}
    assert _may(one, [agent("A"), agent("B")]) == ["A", "B"]


def test_an_agent_who_may_not_have_the_ticket_or_is_away_locks_nothing():
    one = ticket("T", agent_id="A", state="in_progress", category="quality")
    unskilled = agent("A", working_on="T", skills=("invoice",))
    assert _may(one, [unskilled, agent("B")]) == ["B"]
    assert _may(one, [agent("A", working_on="T", status="away"), agent("B")]) == ["B"]


def test_suggestions_wait_for_product_and_go_to_nobody_else():
    idea = ticket("T", category="建议")
    desk = [agent("A", team="frontline"), agent("B", team="product")]
    assert _may(idea, desk) == ["B"]
    assert _judged(idea, desk[:1]).blocked(0, np.zeros(1, bool)) == {"product_queue": 1}


def test_an_owner_keeps_a_suggestion_that_is_begun_or_pinned():
    desk = [agent("A", team="frontline"), agent("B", team="product"), agent("C")]
    begun = ticket("T", category="建议", agent_id="A", state="in_progress")
    pinned = ticket("T", category="建议", agent_id="A", pinned=True)
    assert (_may(begun, desk), _may(pinned, desk)) == (["A", "B"], ["A"])
    assert _may(ticket("T", category="建议", agent_id="A"), desk) == ["B"]


def test_without_a_suggestion_team_anybody_takes_suggestions():
    anybody = Policy(name="p", tiers=Tiers(suggestion_team=None))
    assert _may(ticket("T", category="建议"), [agent("A")], anybody) == ["A"]


def test_a_suggestion_of_danger_is_urgent():
    idea = ticket("T", category="建议", text=BURNING)
    desk = [agent("A", tier=2), agent("B", team="product", tier=1)]
    assert _may(idea, desk) == ["A"]


def test_a_route_leads_to_its_team():
    desk = [agent("A", tier=2), agent("B", tier=2, team="experts"), agent("C", tier=1)]
    assert _may(ticket("T", text=BURNING), desk, TO_EXPERTS) == ["B"]
    assert _may(ticket("T"), desk, TO_EXPERTS) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("known", "waits"),
    [
        ({"status": "offline"}, False),
        ({"availability": (Window(NOW + HOUR, NOW + 2 * HOUR),)}, False),
        ({"tier": 1}, False),
        ({"skills": ("invoice",)}, False),
        ({"status": "away"}, False),
        ({"status": "away", "availability": ON_SHIFT}, True),
    ],
)
def test_a_route_binds_only_while_somebody_of_the_team_is_there_for_the_ticket(known, waits):
    expert = agent("B", **({"tier": 2, "team": "experts"} | known))
    found = _may(ticket("T", text=BURNING), [agent("A", tier=2), expert], TO_EXPERTS)
    assert found == ([] if waits else ["A"])


def test_the_first_route_that_fits_is_taken():
    routes = (Route(team="duty", priorities=("1",)), Route(team="experts", signals=("safety",)))
    policy = Policy(name="p", tiers=Tiers(routes=routes))
    desk = [agent("A", team="experts"), agent("B", team="duty")]
    assert _may(ticket("T", text=BURNING), desk, policy) == ["A"]
    assert _may(ticket("T", text=BURNING, priority="1"), desk, policy) == ["B"]


def test_all_rules_are_told_where_all_verdicts_were_kept():
    desk = [agent("A", skills=("x",), status="away"), agent("B"), agent("C")]
    found = _judged(ticket("T"), desk).ruled_out(np.array([True, True, False]), ["A", "B", "C"])
    assert found == [{"A": ("skills", "status", "at_capacity"), "B": ("at_capacity",)}]
