from features.complete import complete
from features.history import History
from features.snapshot import Agent, Snapshot, Ticket
from tests.builders import assigned, at, created, event, log, state

PAST = History.of(
    log(
        created(0, "T1", customer_id="C1", due_at=20, priority="2", region="east",
                attributes={"customer_level": "gold", "language": "zh"}),
        event(0, "agent.status", agent_id="A1", state="available",
              attributes={"team": "G1", "capacity": 5, "tier": 2, "languages": "zh,en",
                          "skills": "logistics,invoice"}),
        assigned(1, "T1", "A1"),
        state(2, "T1", "internal_collaboration", party="qc", due_at=4),
    )
)  # fmt: skip


A1 = Agent("A1", "available")


def completed(ticket: Ticket, agent: Agent = A1) -> Snapshot:
    return complete(Snapshot(at(3), (ticket,), (agent,)), PAST)


def test_what_was_not_sent_is_what_the_history_knows():
    (ticket,) = completed(Ticket("T1", "logistics", at(0), "internal_collaboration")).tickets
    assert (ticket.agent_id, ticket.due_at, ticket.priority) == ("A1", at(20), "2")
    assert (ticket.customer_level, ticket.language, ticket.region) == ("gold", "zh", "east")
    assert ticket.parties is not None
    assert ticket.parties[0].party == "qc"


def test_what_was_sent_stays():
    sent = Ticket("T1", "logistics", at(0), "assigned", agent_id="A9", due_at=at(7), parties=())
    (ticket,) = completed(sent).tickets
    assert (ticket.agent_id, ticket.due_at, ticket.parties) == ("A9", at(7), ())


def test_a_ticket_that_is_said_to_be_unassigned_gets_no_owner():
    (ticket,) = completed(Ticket("T1", "logistics", at(0), "unassigned")).tickets
    assert ticket.agent_id is None


def test_agents_get_the_tier_team_and_capacity_that_the_desk_last_stated():
    bare = Ticket("T9", "logistics", at(0), "unassigned")
    (agent,) = completed(bare).agents
    assert (agent.team, agent.tier, agent.capacity, agent.languages) == ("G1", 2, 5, ("zh", "en"))
    (agent,) = completed(bare, Agent("A1", "available", capacity=1, tier=1)).agents
    assert (agent.tier, agent.capacity) == (1, 1)


def test_an_empty_history_adds_nothing():
    snapshot = Snapshot(at(3), (Ticket("T1", "logistics", at(0), "assigned"),))
    assert complete(snapshot, History.empty()) is snapshot


def test_skills_that_were_not_sent_are_the_historys_but_null_means_any_category():
    bare = Ticket("T9", "logistics", at(0), "unassigned")
    (silent,) = completed(bare, Agent("A1", "available", skills_sent=False)).agents
    assert silent.skills == ("logistics", "invoice")
    (any_category,) = completed(bare, Agent("A1", "available", skills=None)).agents
    assert any_category.skills is None
    (none,) = completed(bare, Agent("A1", "available", skills=())).agents
    assert none.skills == ()
    (stranger,) = completed(bare, Agent("A9", "available", skills_sent=False)).agents
    assert stranger.skills is None
