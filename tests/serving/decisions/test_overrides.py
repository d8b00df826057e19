"""A person's choice holds in the plans that follow, until it is ended or overtaken."""

import pytest

from serving.audit import changes
from serving.decisions.answers import TriedMoveOut
from serving.decisions.log import DecisionLog
from tests.serving.builders import ticket
from tests.serving.decisions.conftest import AGENTS

ON_ONE_STORE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""What no database decides is tried on one."""


def test_the_next_plans_keep_to_a_choice_until_it_is_ended(at_work):
    assert at_work.refresh(ticket(agent_id="A3")) == {"T1": ("keep", "A3")}
    made = at_work.override()
    assert (made["previous_agent_id"], made["refresh_id"], made["against"]) == ("A3", "i1", [])
    assert at_work.refresh(ticket(agent_id="A3")) == {"T1": ("reassign", "A7")}
    assert at_work.refresh(ticket(agent_id="A7")) == {"T1": ("keep", "A7")}
    gone = at_work.client.delete(f"/v1/overrides/{made['override_id']}")
    assert (gone.status_code, at_work.standing()) == (204, [])
    at_work.refresh(ticket(agent_id="A7"))
    log = DecisionLog(at_work.store)
    assert log.spent(log.latest_id()).underway.chosen == {}


@ON_ONE_STORE
def test_a_choice_of_nobody_leaves_the_ticket_out_of_the_plan(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override(agent_id=None)
    assert at_work.refresh(ticket(agent_id="A3")) == {}


@ON_ONE_STORE
@pytest.mark.parametrize(
    "shown", [{"agent_id": "A9"}, {"agent_id": "A3", "assigned_at": "2026-03-02T10:08:00+08:00"}]
)
def test_what_the_ticket_system_moved_afterwards_ends_the_choice(at_work, shown):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    assert at_work.refresh(ticket(**shown))["T1"][1] != "A7"
    assert at_work.standing() == []


@ON_ONE_STORE
def test_a_ticket_that_is_gone_ends_the_choice(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    at_work.refresh(ticket("T2"))
    assert at_work.standing() == []


def test_the_plan_s_own_move_arriving_late_does_not_end_the_choice(at_work):
    assert at_work.refresh(ticket())["T1"][0] == "assign"
    plan = at_work.client.get("/v1/decisions/i1").json()["answer"]["assignments"][0]["agent_id"]
    other = next(a for a in ("A3", "A7", "A9") if a != plan)
    at_work.override(agent_id=other)
    arrived = ticket(agent_id=plan, assigned_at="2026-03-02T10:07:00+08:00")
    assert at_work.refresh(arrived) == {"T1": ("reassign", other)}
    assert len(at_work.standing()) == 1


@ON_ONE_STORE
def test_hard_rules_hold_for_people_too(at_work):
    at_work.refresh(ticket(agent_id="A3", excluded_agents=["A7"]))
    refused = at_work.override(409)
    assert refused["errors"] == [{"pointer": "/agent_id", "reason": "excluded"}]
    assert "excluded" in refused["detail"]
    assert at_work.standing() == []


@ON_ONE_STORE
def test_a_full_agent_takes_no_more(at_work):
    full = [AGENTS[0], AGENTS[1] | {"capacity": 1}, AGENTS[2]]
    at_work.refresh(ticket(agent_id="A3"), ticket("T2", agent_id="A7", pinned=True), agents=full)
    assert at_work.override(409)["errors"][0]["reason"] == "at_capacity"


@ON_ONE_STORE
def test_who_is_not_at_work_may_be_chosen_and_the_ticket_waits(at_work):
    away = [AGENTS[0], AGENTS[1] | {"status": "away"}]
    at_work.refresh(ticket(agent_id="A3"), agents=away)
    assert at_work.override(409, pinned=False)["errors"][0]["reason"] == "status"
    assert at_work.override()["against"] == ["status"]
    assert at_work.refresh(ticket(agent_id="A3"), agents=away)["T1"][1] == "A7"


@ON_ONE_STORE
@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"ticket_id": "T99"}, "/ticket_id"),
        ({"refresh_id": "nobody's"}, "/refresh_id"),
        ({"agent_id": None, "pinned": False}, "/pinned"),
        ({"reason": "  "}, "/reason"),
        ({"force": True}, "/force"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(at_work, changed, pointer):
    at_work.refresh(ticket(agent_id="A3"))
    assert at_work.override(422, **changed)["errors"][0]["pointer"] == pointer


@ON_ONE_STORE
def test_an_agent_nobody_sent_is_refused(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    assert "A99" in at_work.override(422, agent_id="A99")["detail"]


@ON_ONE_STORE
def test_before_the_first_refresh_there_is_nothing_to_overrule(at_work):
    at_work.override(409)


def test_the_same_key_makes_one_override_and_another_body_is_refused(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    one, again = at_work.override(key="k"), at_work.override(key="k")
    assert one["override_id"] == again["override_id"]
    at_work.override(422, key="k", agent_id="A9")
    assert len(at_work.standing()) == 1


def test_a_second_choice_takes_the_place_of_the_first(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    second = at_work.override(agent_id="A9")
    assert at_work.standing() == [second["override_id"]]


def test_taken_back_the_choice_before_it_holds_again(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    first, second = at_work.override(), at_work.override(agent_id="A9")
    third = at_work.override(agent_id=None)
    for gone, holds in ((third, [second]), (second, [first]), (first, [])):
        at_work.client.delete(f"/v1/overrides/{gone['override_id']}")
        assert at_work.standing() == [each["override_id"] for each in holds]
    with at_work.store.transaction() as connection:
        told = [change.what.removeprefix("override.") for change in changes(connection)]
    assert told[:5] == ["end", "revive", "end", "revive", "end"]


def test_a_choice_that_holds_again_is_obeyed_until_the_ticket_system_has_moved_the_ticket(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    for shown, then in (("A3", ("reassign", "A7")), ("A9", ("keep", "A9"))):
        second = at_work.override(agent_id="A9")
        at_work.client.delete(f"/v1/overrides/{second['override_id']}")
        assert at_work.refresh(ticket(agent_id=shown))["T1"] == then
    assert at_work.standing() == []


@ON_ONE_STORE
def test_what_was_taken_back_itself_does_not_come_again_with_what_came_after_it(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    for agent_id in ("A7", "A9"):
        made = at_work.override(agent_id=agent_id)
        at_work.client.delete(f"/v1/overrides/{made['override_id']}")
    assert at_work.standing() == []


@ON_ONE_STORE
def test_nobody_is_chosen_again_who_does_not_want_it_by_now(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override(agent_id="A3", pinned=False)
    second = at_work.override(agent_id="A9")
    back = at_work.hand_back()
    at_work.client.delete(f"/v1/overrides/{second['override_id']}")
    assert at_work.standing() == [back["override_id"]]


@ON_ONE_STORE
def test_an_unpinned_choice_rests_as_a_move_of_the_plan_does(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override(pinned=False)
    assert at_work.refresh(ticket(agent_id="A3")) == {"T1": ("reassign", "A7")}


def test_every_change_is_audited_and_reasons_carry_no_numbers(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    made = at_work.override(reason="call 13800138000")
    assert made["reason"] == "call [phone]"
    at_work.client.delete(f"/v1/overrides/{made['override_id']}")
    with at_work.store.transaction() as connection:
        told = [(change.who, change.what) for change in changes(connection)]
    assert told == [("local", "override.end"), ("local", "override.make")]


def test_a_choice_is_stored_with_the_decision_that_obeyed_it(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    at_work.refresh(ticket(agent_id="A3"))
    last = DecisionLog(at_work.store).latest()
    chosen = DecisionLog(at_work.store).spent(last.refresh_id).underway.chosen
    assert (chosen["T1"].agent_id, chosen["T1"].source) == ("A7", "A3")


def tried(at_work, status=200, **changed):
    answer = at_work.client.post(
        "/v1/overrides/preview", json={"ticket_id": "T1", "agent_id": "A7"} | changed
    )
    assert answer.status_code == status, answer.text
    return answer.json()


@ON_ONE_STORE
def test_a_move_is_tried_on_both_queues_and_changes_nothing(at_work):
    at_work.refresh(ticket(agent_id="A3"), ticket("T2", agent_id="A7", pinned=True))
    told = TriedMoveOut.model_validate(tried(at_work))
    assert (told.refresh_id, told.previous_agent_id) == ("i1", "A3")
    assert [(q.agent_id, q.open.before, q.open.after) for q in told.queues] == [
        ("A3", 1, 0),
        ("A7", 1, 2),
    ]
    assert [t.ticket_id for t in told.queues[1].tickets] == ["T2"]
    assert at_work.standing() == []


@ON_ONE_STORE
def test_a_move_is_tried_on_what_people_chose_since(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.override()
    assert tried(at_work, agent_id="A9")["previous_agent_id"] == "A7"


@ON_ONE_STORE
def test_a_forbidden_move_is_answered_with_the_rules_against_it(at_work):
    at_work.refresh(ticket(agent_id="A3", excluded_agents=["A7"]))
    assert tried(at_work)["objections"] == {"lasting": ["excluded"], "passing": []}


@ON_ONE_STORE
def test_a_move_of_what_the_last_refresh_did_not_see_is_refused(at_work):
    assert tried(at_work, 409)["type"].endswith("no-decision-yet")
    at_work.refresh(ticket(agent_id="A3"))
    assert "T99" in tried(at_work, 422, ticket_id="T99")["detail"]
    assert "A99" in tried(at_work, 422, agent_id="A99")["detail"]
    assert tried(at_work, 422, refresh_id="nobody's")["errors"][0]["pointer"] == "/refresh_id"
    assert tried(at_work, 422, agent_id=None)["errors"][0]["pointer"] == "/agent_id"
