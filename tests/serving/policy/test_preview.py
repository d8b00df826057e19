"""A policy is looked at on the last desk seen: which tickets move, and what the plans bring."""

from dataclasses import replace

import pytest

from features.history import History
from model import dispatch
from model.policy_actions import Actions, Escalate
from model.policy_alerts import Alerts
from model.policy_reader import default
from model.spent import Spent
from serving.policy import preview as preview_room
from serving.policy import previews
from serving.policy.at_risk import margins
from serving.policy.preview import Present, preview
from serving.policy.preview_answers import PreviewOut
from serving.policy.simulation import Effect, Simulated
from tests.builders import at, event, log
from tests.model.desks import FakeDesk, agent, plain, snapshot, ticket
from tests.serving.builders import body as refresh_body
from tests.serving.builders import ticket as sent_ticket
from tests.serving.policies import weighted
from tests.serving.test_http import problem

REFRESH = dispatch.refresh  # before a fixture puts another one in its place
LATER = "2026-03-02T10:06:00+08:00"
RISK = {("T1", "A3"): 0.5, ("T1", "A7"): 0.4}


def nothing_done(_policy):
    return Spent()


def small_desk(**known):
    """T1 is with A3; with A7 it is late a little less often, which a hand-over of 0.3 outweighs."""
    return FakeDesk(**({"policy": plain(hand_over=0.3), "risk": RISK} | known))


def looked_at(desk, proposed, seen, spent=nothing_done):
    return preview(Present.of(desk, seen, spent(desk.policy)), proposed, spent)


def two(**known):
    mine = ticket("T1", agent_id="A3", **known)
    return snapshot([mine], [agent("A3"), agent("A7")])


def test_a_ticket_that_moves_is_told_with_who_has_it_and_who_would():
    found = looked_at(small_desk(), plain(hand_over=0.01), two(), nothing_done)
    (moved,) = found.moves
    assert (moved.ticket_id, moved.now, moved.before, moved.after) == ("T1", "A3", "A3", "A7")
    assert [change.pointer for change in found.changes] == ["/prices/hand_over"]
    assert (found.before.expected_timeouts, found.after.expected_timeouts) == (0.5, 0.4)
    assert (found.before.reassigned, found.after.reassigned) == (0, 1)


def test_the_same_policy_moves_nothing():
    found = looked_at(small_desk(), plain(hand_over=0.3), two(), nothing_done)
    assert (found.moved, found.moves, found.changes) == (0, (), ())
    assert found.before == found.after


def test_alerts_are_counted_under_both_policies():
    calm = replace(plain(hand_over=0.3), alerts=Alerts(watch=0.6, warn=0.7, red=0.8))
    found = looked_at(small_desk(kept={"T1": 0.55}), calm, two(), nothing_done)
    assert found.before.alerts == {"none": 0, "watch": 0, "warn": 1, "red": 0}
    assert found.after.alerts == {"none": 1, "watch": 0, "warn": 0, "red": 0}


def test_actions_are_counted_by_kind_and_what_was_done_before_counts():
    late = small_desk(kept={"T1": 0.9})
    none = replace(late.policy, actions=Actions(escalate=Escalate(per_day=0, per_refresh=0)))
    asked = []

    def spent(policy):
        asked.append(policy)
        return Spent()

    found = looked_at(late, none, two(due_at=None), spent)
    assert set(found.before.actions) == set(found.after.actions) >= {"escalate", "warn_manager"}
    assert found.after.actions["escalate"] == 0
    assert asked == [late.policy, none]


def test_the_value_at_risk_is_the_margin_behind_each_ticket_times_its_risk():
    mine, other = (
        ticket("T1", agent_id="A3", customer_margin_90d=100.0),
        ticket("T2", agent_id="A3", customer_margin_90d=-40.0),  # a loss is nothing to lose
    )
    desk = small_desk(risk={**RISK, ("T2", "A3"): 0.9, ("T2", "A7"): 0.9})
    seen = snapshot([mine, other], [agent("A3"), agent("A7")])
    found = looked_at(desk, plain(hand_over=0.01), seen)
    assert found.before.value_at_risk == pytest.approx(50.0)
    assert found.after.value_at_risk == pytest.approx(40.0)


def test_a_margin_that_was_not_sent_is_taken_from_the_history():
    booked = {"kind": "customer.margin", "customer_id": "C1"}
    history = History.of(log(event(1, amount=200.0, **booked), event(2, amount=50.0, **booked)))
    seen = snapshot(
        [ticket("T1", customer_id="C1"), ticket("T2", customer_id="C2"), ticket("T3")], as_of=at(3)
    )
    assert margins(history, seen) == {"T1": 250.0, "T2": 0.0, "T3": 0.0}


def test_trying_one_policy_after_the_other_plans_the_present_once(client, monkeypatch):
    planned = []

    def counted(desk, *rest, **more):
        planned.append(desk.policy.prices.hand_over)
        return REFRESH(desk, *rest, **more)

    client.post("/v1/refresh", json=refresh_body(sent_ticket("T1", agent_id="A3")))
    monkeypatch.setattr(dispatch, "refresh", counted)
    for price in (0.01, 0.02):
        told = client.post("/v1/policy/preview", json=plain(hand_over=price).document())
        assert told.status_code == 200
    assert planned == [0.3, 0.01, 0.02]
    client.post("/v1/refresh", json=refresh_body(sent_ticket("T1", agent_id="A3")))
    client.post("/v1/policy/preview", json=plain(hand_over=0.02).document())
    assert planned[-2:] == [0.3, 0.02]  # another desk was seen


def test_what_the_refresh_asked_of_the_model_is_not_asked_again(service, url, monkeypatch):
    desk, sent = small_desk(), refresh_body(sent_ticket("T1", agent_id="A3"))
    running = service(desk_factory=lambda: desk, store_url=url).client
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    running.post("/v1/refresh", json=sent)
    asked = len(desk.pairs_asked)
    told = running.post("/v1/policy/preview", json=plain(hand_over=0.3).document())
    assert len(desk.pairs_asked) == asked
    anew = {"policy": plain(hand_over=0.3).document(), "snapshot": {**sent, "as_of": LATER}}
    assert running.post("/v1/policy/preview", json=anew).json()["after"] == told.json()["after"]
    assert len(desk.pairs_asked) > asked


def test_the_load_counts_agents_with_nothing():
    found = looked_at(small_desk(), plain(hand_over=0.01), two(), nothing_done)
    load = found.after.load
    assert (load.mean, load.deviation, load.most) == (0.5, 0.5, 1)


def test_a_desk_without_agents_can_be_previewed():
    found = looked_at(small_desk(), plain(), snapshot([ticket("T1")]), nothing_done)
    assert (found.before.unassigned, found.before.load.most) == (1, 0)


def test_not_more_tickets_are_named_than_fit(monkeypatch):
    monkeypatch.setattr(preview_room, "MOST_MOVES", 2)
    free = {"waiting": 0, "late_hour": 0}
    names = ["T1", "T2", "T3"]
    desk = small_desk(
        policy=plain(hand_over=0.3, **free), risk={(name, "A7"): 0.4 for name in names}
    )
    many = snapshot([ticket(name, agent_id="A3") for name in names], [agent("A3"), agent("A7")])
    found = looked_at(desk, plain(hand_over=0.01, **free), many, nothing_done)
    assert (found.moved, [each.ticket_id for each in found.moves]) == (3, ["T1", "T2"])


@pytest.fixture
def client(service, url, monkeypatch):
    running = service(desk_factory=small_desk, store_url=url)
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    return running.client


DOCUMENT = plain(hand_over=0.01).document()


def test_over_http_the_last_desk_seen_is_looked_at(client):
    sent = refresh_body(sent_ticket("T1", agent_id="A3"), agents=[
        {"agent_id": name, "status": "available"} for name in ("A3", "A7")])  # fmt: skip
    assert client.post("/v1/refresh", json=sent).status_code == 200
    told = client.post("/v1/policy/preview", json=DOCUMENT)
    assert told.status_code == 200
    answer = PreviewOut.model_validate_json(told.content)
    assert [(m.ticket_id, m.before, m.after) for m in answer.moves] == [("T1", "A3", "A7")]
    assert (answer.moved, answer.simulated) == (1, None)
    assert client.get("/v1/policy/versions").json()["versions"] == []


def test_a_desk_may_be_sent_along(client):
    sent = refresh_body(sent_ticket("T1", agent_id="A3"))
    told = client.post("/v1/policy/preview", json={"policy": DOCUMENT, "snapshot": sent})
    assert told.json()["moved"] == 1
    del sent["as_of"]
    sent["tickets"][0]["state"] = 3
    refused = client.post("/v1/policy/preview", json={"policy": DOCUMENT, "snapshot": sent})
    pointers = [fault["pointer"] for fault in problem(refused, 422)["errors"]]
    assert pointers == ["/snapshot/as_of", "/snapshot/tickets/0/state"]


def test_before_the_first_refresh_there_is_nothing_to_look_at(client):
    told = problem(client.post("/v1/policy/preview", json=DOCUMENT), 409)
    assert "no refresh was logged yet" in told["detail"]


@pytest.mark.parametrize(
    ("sent", "pointers"),
    [
        ({"policy": {"name": "n", "weights": {"load": -1}}}, ["/policy/weights/load"]),
        ({"name": "n", "weights": {"load": -1}}, ["/weights/load"]),
        ({"policy": {"name": "n"}, "simulate": {"days": 0, "sedes": 1}},
         ["/simulate/days", "/simulate/sedes"]),
        ({"policy": {"name": "n"}, "snapshto": 1}, ["/snapshto"]),
        ([], [""]),
    ],
)  # fmt: skip
def test_what_cannot_be_previewed_is_told_with_its_place(client, sent, pointers):
    told = problem(client.post("/v1/policy/preview", json=sent), 422)
    assert [fault["pointer"] for fault in told["errors"]] == pointers


def test_without_a_simulated_centre_nothing_is_simulated(client):
    sent = {"policy": DOCUMENT, "snapshot": refresh_body(), "simulate": {}}
    assert "without a simulated centre" in problem(
        client.post("/v1/policy/preview", json=sent), 501
    )["detail"]  # fmt: skip


def centre(before, after, ask):
    """A centre in which it matters how much load weighs."""
    lead = after.weights.load - before.weights.load
    return Simulated(10 * ask.days, (Effect("late", 0.3, 0.3 + lead, lead, None, lead + 0.1),))


def test_the_simulated_effect_comes_with_its_interval(service, url, monkeypatch):
    running = service(desk_factory=small_desk, store_url=url, simulate=centre)
    monkeypatch.setattr(dispatch, "refresh", REFRESH)
    monkeypatch.setattr(previews, "run_aside", lambda work, *_: work())
    light = {**DOCUMENT, "weights": {"load": 0.5}}
    sent = {"policy": light, "snapshot": refresh_body(), "simulate": {"days": 3}}
    told = running.client.post("/v1/policy/preview", json=sent)
    PreviewOut.model_validate_json(told.content)
    assert told.json()["simulated"] == {
        "tickets": 30,
        "effects": [
            {"figure": "late", "before": 0.3, "after": -0.2, "difference": -0.5, "low": None,
             "high": -0.4}
        ],
    }  # fmt: skip


def test_what_is_published_is_warned_of(service, url):
    client = service(store_url=url).client
    document = weighted(2).document()
    document["prices"]["unplaced"] = 0
    told = client.put("/v1/policy", json=document, headers={"If-Match": "*"}).json()
    assert [each["pointer"] for each in told["warnings"]] == ["/prices/unplaced"]
    client.post("/v1/refresh", json=refresh_body(agents=[
        {"agent_id": "A1", "status": "available", "tier": 1}]))  # fmt: skip
    told = client.post("/v1/policy/rollback", json={}).json()
    assert [each["pointer"] for each in told["warnings"]] == ["/tiers"]
    assert default().tiers.urgent_signals
