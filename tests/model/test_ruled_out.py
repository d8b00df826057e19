from model.dispatch import Options, refresh
from model.ruled_out import ruled_out_of
from tests.model.desks import FakeDesk, agent, snapshot, ticket

DESK = [agent("A", capacity=1), agent("B", skills=("invoice",), status="away"), agent("C")]


def test_every_rule_that_rules_an_agent_out_is_told_on_request():
    tickets = [ticket("T", agent_id="A", pinned=True), ticket("U", excluded_agents=("A", "C"))]
    decision = refresh(FakeDesk(), snapshot(tickets, DESK), Options(ruled_out=True))
    (one,), (other,) = decision.assignments, decision.unassigned
    assert one.ruled_out == {"B": ("pinned", "skills", "status"), "C": ("pinned",)}
    assert other.ruled_out == {
        "A": ("excluded", "at_capacity"),
        "B": ("skills", "status"),
        "C": ("excluded",),
    }


def test_nothing_is_told_unasked():
    decision = refresh(FakeDesk(), snapshot([ticket("T")], DESK))
    assert decision.assignments[0].ruled_out is None


def test_a_suggestion_without_its_team_stays_in_the_product_queue():
    desk = snapshot([ticket("T", category="建议"), ticket("U")], [agent("A", capacity=1)])
    decision = refresh(FakeDesk(), desk)
    assert [each.ticket_id for each in decision.assignments] == ["U"]
    (idea,) = decision.unassigned
    assert (idea.code, idea.blocked) == ("product_queue", {"product_queue": 1})


def test_one_ticket_is_asked_about_without_a_plan():
    tickets = [ticket("T", agent_id="A"), ticket("U", excluded_agents=("C",))]
    asked = snapshot(tickets, DESK)
    assert ruled_out_of(FakeDesk(), asked, "U") == {
        "A": ("at_capacity",),
        "B": ("skills", "status"),
        "C": ("excluded",),
    }
    assert ruled_out_of(FakeDesk(), asked, "T") == {"B": ("skills", "status")}  # A has it
    assert ruled_out_of(FakeDesk(), asked, "no-such") == {}
