import pytest

from model.columns import columns
from model.profiles import demands_region, profiles_of
from model.screen import screen
from tests.model.desks import agent, plain, snapshot, ticket


def _profiles(*tickets):
    clean = screen(snapshot(tickets, [agent("A", working_on="W")])).snapshot
    return profiles_of(clean.tickets, columns(clean, plain()))


@pytest.mark.parametrize(
    ("said", "demanded"), [(True, True), (1, True), ("Yes", True), (False, False), ("no", False)]
)
def test_a_region_binds_only_where_the_ticket_demands_it(said, demanded):
    assert demands_region(ticket("T", attributes={"region_required": said})) is demanded


def test_tickets_alike_in_what_the_rules_read_share_a_profile():
    found, rows = _profiles(
        ticket("T1", text="one", agent_id="A"), ticket("T2"), ticket("T3", language="zh")
    )
    assert (len(found), rows.tolist()) == (2, [0, 0, 1])


def test_a_profile_names_the_owner_only_where_the_owner_matters():
    pinned = ticket("P", agent_id="A", pinned=True)
    worked = ticket("W", agent_id="A", state="in_progress")
    begun = ticket("X", agent_id="A", state="paused", category="建议")
    (one, two, three), _ = _profiles(pinned, worked, begun)
    assert (one.pinned_to, one.worked_by, one.kept_by) == ("A", None, None)
    assert (two.pinned_to, two.worked_by, two.kept_by) == (None, "A", None)
    assert (three.pinned_to, three.worked_by, three.kept_by) == (None, None, "A")


def test_the_agents_complained_about_are_named_whatever_they_are():
    told = ticket("T", attributes={"about_agent": 17, "complaint_about": "A", "other": "B"})
    ((one,), _) = _profiles(told)
    assert one.about == ("17", "A")
