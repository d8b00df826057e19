"""An agent hands a ticket back: others get it, and the agent does not get it again."""

import threading

import pytest

from serving.access.keys import KeyBook
from serving.audit import changes
from serving.decisions import overrides
from serving.decisions.answers import OverrideOut
from serving.decisions.log import DecisionLog
from tests.serving.builders import ticket
from tests.serving.decisions.conftest import AGENTS

ON_ONE_STORE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
"""What no database decides is tried on one."""


def key(at_work, name, *scopes, agent_id=None):
    book = KeyBook(at_work.store)
    return book.create(name, frozenset(scopes), None, "ops", agent_id).text


def take_back(at_work, override_id, key):
    sent = {"X-API-Key": key}
    return at_work.client.delete(f"/v1/overrides/{override_id}", headers=sent).status_code


def replays_alike(at_work) -> bool:
    """Whether every decision, made again, is the one that was logged."""
    found = at_work.client.get("/v1/decisions").json()["decisions"]
    ids = [each["refresh_id"] for each in found]
    told = [at_work.client.post(f"/v1/decisions/{each}/replay").json() for each in ids]
    return told == [{"refresh_id": each, "same": True} for each in ids]


def test_the_next_plans_give_it_to_somebody_else(at_work):
    assert at_work.refresh(ticket(agent_id="A3")) == {"T1": ("keep", "A3")}
    made = OverrideOut.model_validate(at_work.hand_back(), strict=False)
    assert (made.handed_back, made.agent_id, made.previous_agent_id) == (True, None, "A3")
    action, other = at_work.refresh(ticket(agent_id="A3"))["T1"]
    assert (action, other != "A3") == ("reassign", True)
    assert at_work.refresh(ticket(agent_id="A3"))["T1"] == ("reassign", other)  # not yet moved
    assert at_work.standing() == [made.override_id]


@pytest.mark.parametrize("since", [None, "2026-03-02T10:11:00+08:00"])
def test_once_somebody_else_had_it_no_plan_gives_it_to_them_again(at_work, since):
    """A3 is by far the safest: without their word the plan takes it back to them."""
    at_work.refresh(ticket(agent_id="A3"))
    made = at_work.hand_back()
    at_work.refresh(ticket(agent_id="A3"))
    for shown in ({"agent_id": "A7"}, {"agent_id": "A7"}, {}, {"agent_id": "A9"}):
        at = {"assigned_at": since} if since and shown else {}
        assert at_work.refresh(ticket(**shown, **at))["T1"][1] != "A3"
    assert at_work.standing() == [made["override_id"]]
    at_work.client.delete(f"/v1/overrides/{made['override_id']}")
    assert at_work.refresh(ticket())["T1"] == ("assign", "A3")
    assert replays_alike(at_work)


def test_with_the_ticket_it_is_over(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.hand_back()
    at_work.refresh(ticket("T2"))
    assert at_work.standing() == []


def test_two_agents_hand_it_back_one_after_the_other_and_neither_gets_it_again(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    made = [at_work.hand_back()]
    at_work.refresh(ticket(agent_id="A3"))
    at_work.refresh(ticket(agent_id="A7"))
    made.append(at_work.hand_back(agent_id="A7"))
    assert at_work.refresh(ticket(agent_id="A7"))["T1"] == ("reassign", "A9")
    assert at_work.standing() == [each["override_id"] for each in made]
    assert replays_alike(at_work)


def test_the_same_agent_hands_it_back_once(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.hand_back()
    again = at_work.hand_back(reason="I know the customer")
    assert at_work.standing() == [again["override_id"]]


@ON_ONE_STORE
def test_a_person_gives_it_to_them_all_the_same_and_taken_back_they_still_do_not_want_it(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    back = at_work.hand_back()
    at_work.refresh(ticket(agent_id="A7"))
    tried = at_work.client.post("/v1/overrides/preview", json={"ticket_id": "T1", "agent_id": "A3"})
    assert tried.json()["objections"] == {"lasting": [], "passing": []}
    choice = at_work.override(agent_id="A3")
    assert at_work.standing() == [choice["override_id"]]
    assert at_work.refresh(ticket(agent_id="A7"))["T1"] == ("reassign", "A3")
    at_work.client.delete(f"/v1/overrides/{choice['override_id']}")
    assert at_work.standing() == [back["override_id"]]
    assert at_work.refresh(ticket(agent_id="A7"))["T1"][1] != "A3"
    assert replays_alike(at_work)


@ON_ONE_STORE
def test_the_ticket_system_gives_it_to_them_again_by_pinning_it(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.hand_back()
    late = {"agent_id": "A3", "assigned_at": "2026-03-02T10:08:00+08:00"}
    assert at_work.refresh(ticket(**late))["T1"][1] != "A3"
    pinned = late | {"pinned": True, "assigned_at": "2026-03-02T10:12:00+08:00"}
    assert at_work.refresh(ticket(**pinned))["T1"] == ("keep", "A3")
    assert at_work.standing() == []


@ON_ONE_STORE
def test_what_a_person_chose_for_somebody_else_holds_beside_it(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    choice = at_work.override(agent_id="A9")
    back = at_work.hand_back()
    assert at_work.standing() == [choice["override_id"], back["override_id"]]
    assert at_work.refresh(ticket(agent_id="A3"))["T1"] == ("reassign", "A9")
    assert at_work.refresh(ticket(agent_id="A9"))["T1"] == ("keep", "A9")
    assert replays_alike(at_work)


def test_it_is_kept_with_the_decision_so_that_a_replay_obeys_it_too(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    at_work.hand_back()
    at_work.refresh(ticket(agent_id="A3"))
    log = DecisionLog(at_work.store)
    refresh_id = log.latest_id()
    (back,) = log.spent(refresh_id).underway.handed_back["T1"]
    assert (back.agent_id, back.source) == (None, "A3")
    replayed = at_work.client.post(f"/v1/decisions/{refresh_id}/replay").json()
    assert replayed == {"refresh_id": refresh_id, "same": True}


@ON_ONE_STORE
def test_what_nobody_else_can_have_is_not_given_back_to_them(at_work):
    alone = AGENTS[:1]
    at_work.refresh(ticket(agent_id="A3"), agents=alone)
    at_work.hand_back()
    assert at_work.refresh(ticket(agent_id="A3"), agents=alone) == {}
    last = at_work.client.get(f"/v1/decisions/{DecisionLog(at_work.store).latest_id()}").json()
    (left,) = last["answer"]["unassigned"]
    assert (left["code"], left["blocked"]) == ("no_eligible_agent", {"excluded": 1})


@ON_ONE_STORE
def test_what_only_the_plan_gave_them_can_be_handed_back_before_it_arrives(at_work):
    agent_id = at_work.refresh(ticket())["T1"][1]
    at_work.hand_back(agent_id=agent_id)
    late = ticket(agent_id=agent_id, assigned_at="2026-03-02T10:07:00+08:00")
    assert at_work.refresh(late)["T1"][1] != agent_id
    assert len(at_work.standing()) == 1


@ON_ONE_STORE
def test_taken_back_the_plan_decides_as_before(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    made = at_work.hand_back()
    at_work.client.delete(f"/v1/overrides/{made['override_id']}")
    assert at_work.refresh(ticket(agent_id="A3")) == {"T1": ("keep", "A3")}


@ON_ONE_STORE
def test_an_agent_hands_back_and_takes_back_their_own_only(at_work):
    own = key(at_work, "li", "work", "refresh", agent_id="A3")
    other = key(at_work, "wang", "work", "refresh", agent_id="A7")
    boss = key(at_work, "boss", "ops", "read", "refresh")
    at_work.client.headers["X-API-Key"] = boss
    at_work.refresh(ticket(agent_id="A3"), ticket("T2", agent_id="A7"))
    at_work.hand_back(403, key=other)
    made = at_work.hand_back(key=own)
    assert made["who"] == "key:li"
    assert [take_back(at_work, made["override_id"], each) for each in (other, own)] == [403, 204]
    assert take_back(at_work, at_work.override()["override_id"], own) == 403
    any_agent = key(at_work, "erp", "work")
    assert at_work.hand_back(key=any_agent, ticket_id="T2", agent_id="A7")["who"] == "key:erp"


@ON_ONE_STORE
def test_what_a_person_pinned_to_them_only_such_a_person_releases(at_work):
    own = key(at_work, "li", "work", agent_id="A3")
    at_work.client.headers["X-API-Key"] = key(at_work, "boss", "ops", "read", "refresh")
    at_work.refresh(ticket(agent_id="A3"), ticket("T2", agent_id="A3", pinned=True))
    at_work.override(agent_id="A3")
    for ticket_id in ("T1", "T2"):
        refused = at_work.hand_back(409, ticket_id=ticket_id, key=own)
        assert refused["errors"] == [{"pointer": "/agent_id", "reason": "pinned"}]
    at_work.hand_back()
    assert len(at_work.standing()) == 1


@ON_ONE_STORE
@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"agent_id": "A9"}, 409, "T1 is not with A9"),
        ({"ticket_id": "T99"}, 404, "no open ticket of this id"),
        ({"reason": " "}, 422, "1 faults in the body"),
        ({"agent_id": None}, 422, "1 faults in the body"),
        ({"pinned": True}, 422, "1 faults in the body"),
    ],
)
def test_what_cannot_be_handed_back_is_refused_in_words(at_work, changed, status, told):
    at_work.refresh(ticket(agent_id="A3"))
    assert told in at_work.hand_back(status, **changed)["detail"]
    assert at_work.standing() == []


@ON_ONE_STORE
def test_before_the_first_refresh_there_is_nothing_to_hand_back(at_work):
    at_work.hand_back(409)


def test_it_is_audited_and_its_reason_carries_no_numbers(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    assert at_work.hand_back(reason="call 13800138000")["reason"] == "call [phone]"
    with at_work.store.transaction() as connection:
        change = changes(connection)[0]
    assert (change.what, change.about["handed_back_by"]) == ("override.hand_back", "A3")


def test_the_same_request_twice_is_one_hand_back(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    sent = {"agent_id": "A3", "reason": "no time"}
    once = {"Idempotency-Key": "k"}
    path = "/v1/tickets/T1/hand-back"
    first, again = (at_work.client.post(path, json=sent, headers=once) for _ in range(2))
    assert first.json()["override_id"] == again.json()["override_id"]


@ON_ONE_STORE
def test_the_same_key_for_another_agent_is_another_request(at_work):
    at_work.refresh(ticket(agent_id="A3"))
    once = {"Idempotency-Key": "k"}
    path = "/v1/tickets/T1/hand-back"
    said = [
        at_work.client.post(path, json={"agent_id": who, "reason": "no time"}, headers=once)
        for who in ("A3", "A7")
    ]
    assert [answer.status_code for answer in said] == [201, 422]


@ON_ONE_STORE
def test_a_ticket_with_a_slash_in_its_id_can_be_handed_back(at_work):
    at_work.refresh(ticket("2026/31", agent_id="A3"))
    assert at_work.hand_back(ticket_id="2026%2F31")["ticket_id"] == "2026/31"


def test_who_pins_it_meanwhile_is_not_overruled_by_who_hands_it_back(at_work, monkeypatch):
    """With `work` nobody lifts a person's pin, however close the two come."""
    at_work.refresh(ticket(agent_id="A3"))
    agents_own = key(at_work, "li", "work", agent_id="A3")
    ops = key(at_work, "wang", "ops", "read")
    pins = []

    def pinned():
        sent = {"ticket_id": "T1", "agent_id": "A3", "reason": "knows the customer"}
        path, headers = "/v1/overrides", {"X-API-Key": ops}
        pins.append(at_work.client.post(path, json=sent, headers=headers).status_code)

    meanwhile, refuse = threading.Thread(target=pinned), overrides.refuse_hand_back

    def looked_and_then(*asked):
        refuse(*asked)
        meanwhile.start()
        meanwhile.join(0.5)  # as long as it takes, were it let

    monkeypatch.setattr(overrides, "refuse_hand_back", looked_and_then)
    at_work.hand_back(key=agents_own)
    meanwhile.join(20)
    assert pins == [201]
    found = at_work.client.get("/v1/overrides", headers={"X-API-Key": ops}).json()["overrides"]
    assert [(each["pinned"], each["handed_back"]) for each in found] == [(True, False)]
