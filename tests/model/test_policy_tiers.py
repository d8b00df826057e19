import pytest

from model.policy_check import PolicyFaultsError
from model.policy_reader import loads
from model.policy_tiers import Route, Step, Tiers


def _faults(text):
    with pytest.raises(PolicyFaultsError) as refused:
        loads(text)
    return [(fault.pointer, fault.reason) for fault in refused.value.faults]


def test_a_category_cannot_be_urgent_and_a_suggestion():
    with pytest.raises(PolicyFaultsError, match="urgent category too"):
        Tiers(urgent_categories=("idea",), suggestion_categories=("idea",))


def test_a_ladder_must_rise():
    text = "{name: n, tiers: {ladder: [{after_minutes: 30, to: a}, {after_minutes: 30, to: b}]}}"
    assert _faults(text) == [
        ("/tiers/ladder/1/after_minutes", "30.0 is not above the step before (30.0)")
    ]


def test_a_ladder_names_each_once_and_somebody():
    steps = (Step(0, "a"), Step(5, "a"), Step(6, " "))
    with pytest.raises(PolicyFaultsError) as refused:
        Tiers(ladder=steps)
    assert [fault.pointer for fault in refused.value.faults] == ["/ladder/1/to", "/ladder/2/to"]


def test_an_empty_ladder_switches_the_escalation_off():
    assert Tiers(ladder=()).ladder == ()


def test_a_route_needs_a_mark_and_a_team():
    assert _faults("{name: n, tiers: {routes: [{team: duty}, {signals: [safety]}]}}") == [
        ("/tiers/routes/0", "no ticket ever takes this route"),
        ("/tiers/routes/1/team", "the route leads to no team"),
    ]


def test_a_route_by_an_unheard_of_signal_is_refused():
    ((pointer, reason),) = _faults("{name: n, tiers: {routes: [{team: duty, signals: [smoke]}]}}")
    assert (pointer, reason) == ("/tiers/routes/0/signals", "'smoke' is unknown")


def test_a_route_hidden_by_an_earlier_one_is_refused():
    wide = Route(team="duty", signals=("safety", "anger"))
    narrow = Route(team="experts", signals=("safety",))
    assert Tiers(routes=(narrow, wide)).routes[1] == wide
    with pytest.raises(PolicyFaultsError, match="never taken: route 0"):
        Tiers(routes=(wide, narrow))
