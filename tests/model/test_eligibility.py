import numpy as np
import pytest

from features.snapshot import Window
from model.columns import columns
from model.eligibility import judge
from model.policy_tiers import Tiers
from model.screen import screen
from tests.model.desks import HOUR, NOW, agent, plain, snapshot, ticket


def _judged(one, agents, policy=None):
    policy = policy or plain()
    clean = screen(snapshot([one], agents)).snapshot
    return judge(clean, columns(clean, policy), policy)


def _ruled_out(one, other, policy=None):
    """The rules that keep ticket `one` from agent `other`, a free colleague standing by."""
    found = _judged(one, [other, agent("zz")], policy)
    return found.blocked(0, np.zeros(2, dtype=bool))


@pytest.mark.parametrize(
    ("of_ticket", "of_agent", "rule"),
    [
        ({}, {"status": "away"}, "status"),
        ({}, {"status": "offline"}, "status"),
        ({}, {"availability": ()}, "off_shift"),
        ({}, {"availability": (Window(NOW - HOUR, NOW),)}, "off_shift"),
        ({"category": "quality"}, {"skills": ("logistics",)}, "skills"),
        ({}, {"skills": ()}, "skills"),
        ({"language": "zh"}, {"languages": ("en",)}, "language"),
        ({"excluded_agents": ("A", "unheard of")}, {}, "excluded"),
        ({"region": "east", "attributes": {"region_required": True}}, {"region": "w"}, "region"),
        ({"priority": "1"}, {"tier": 1}, "tier"),
    ],
)
def test_a_rule_rules_out_the_agent_and_says_its_name(of_ticket, of_agent, rule):
    policy = plain()
    policy = type(policy)(name="p", tiers=Tiers(urgent_priorities=("1",)))
    assert _ruled_out(ticket("T", **of_ticket), agent("A", **of_agent), policy) == {rule: 1}


@pytest.mark.parametrize(
    ("of_ticket", "of_agent"),
    [
        ({}, {"status": "busy"}),
        ({}, {"availability": (Window(NOW, NOW + HOUR),)}),
        ({"category": "quality"}, {"skills": None}),
        ({"language": None}, {"languages": ("en",)}),
        ({"language": "zh"}, {"languages": None}),
        ({"region": "east"}, {"region": "west"}),
        ({"region": "east", "attributes": {"region_required": True}}, {"region": None}),
        ({"text": "手机充电时起火了"}, {"tier": 2}),
        ({"text": "手机充电时起火了"}, {"tier": None}),
    ],
)
def test_what_is_unknown_or_fits_rules_nobody_out(of_ticket, of_agent):
    assert _ruled_out(ticket("T", **of_ticket), agent("A", **of_agent)) == {}


def test_a_text_of_danger_needs_an_agent_of_tier_two():
    burning = ticket("T", text="手机充电时起火了")
    assert _ruled_out(burning, agent("A", tier=1)) == {"tier": 1}


def test_a_pinned_ticket_goes_to_its_owner_alone():
    found = _judged(ticket("T", agent_id="B", pinned=True), [agent("A"), agent("B")])
    assert found.mask().tolist() == [[False, True]]


def test_a_pin_on_an_owner_whom_the_desk_does_not_have_leaves_nobody():
    found = _judged(ticket("T", agent_id="gone", pinned=True), [agent("A"), agent("B")])
    assert found.blocked(0, np.zeros(2, dtype=bool)) == {"pinned": 2}


def test_a_pin_without_an_owner_binds_nobody():
    assert _judged(ticket("T", pinned=True), [agent("A")]).mask().tolist() == [[True]]


def test_an_agent_counts_once_under_the_first_rule_and_full_ones_last():
    desk = [agent("A", skills=("x",), status="away"), agent("B", status="away"), agent("C")]
    found = _judged(ticket("T"), desk)
    full = np.array([True, True, True])
    assert found.blocked(0, full) == {"skills": 1, "status": 1, "at_capacity": 1}


def test_an_owner_who_is_only_away_fits_but_is_not_allowed():
    found = _judged(ticket("T"), [agent("A", status="away")])
    row = np.array([0])
    assert found.fits(row, row).tolist() == [True]
    assert found.allows(row, row).tolist() == [False]
    assert found.fits(row, row - 1).tolist() == [False]


def test_alike_tickets_share_a_profile():
    clean = screen(snapshot([ticket(f"T{i}") for i in range(50)], [agent("A")])).snapshot
    found = judge(clean, columns(clean, plain()), plain())
    assert found.lasting.shape == (1, 1)
    assert found.mask().shape == (50, 1)


def test_a_desk_without_tickets_or_agents_has_no_pairs():
    for desk in (snapshot([], [agent("A")]), snapshot([ticket("T")], [])):
        clean = screen(desk).snapshot
        assert judge(clean, columns(clean, plain()), plain()).mask().size == 0
