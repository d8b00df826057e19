"""History as it happens: what is kept, what is refused, and who sees it when."""

import json

import pytest
import sqlalchemy as sa

from features.errors import StoreError
from serving.events import bodies as event_bodies
from serving.events import shapes as event_shapes
from serving.events.answers import EventsOut
from serving.events.log import EventLog
from serving.store import Store
from tests.serving.builders import FakeDesk, fixed_edge
from tests.serving.test_http import problem

TIME = "2026-03-02T10:00:00+08:00"


def contact(event_id: str = "e1", **more: object) -> dict:
    """A customer calls again."""
    return {
        "event_id": event_id,
        "time": TIME,
        "type": "ticket.contact",
        "ticket_id": "T1",
        "text": "请回电13800138000，再不处理我就找12315",
        **more,
    }


@pytest.fixture
def post(service, url):
    """Posts events to a service whose store is new."""
    client = service(store_url=url, edge=fixed_edge()).client

    def send(body: object, kind: str = "application/json"):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post("/v1/events", content=content, headers={"Content-Type": kind})

    send.client = client
    return send


def told(response) -> tuple[int, int, list[tuple[int, str]]]:
    """Accepted, duplicates, and (index, code) of what was rejected."""
    assert response.status_code == 200, response.text
    answer = EventsOut.model_validate_json(response.content)
    return answer.accepted, answer.duplicates, [(r.index, r.code) for r in answer.rejected]


def stored(url: str) -> list:
    store = Store.open(url)
    with store.transaction() as connection:
        rows = connection.execute(sa.text("select * from events order by seq")).mappings().all()
    store.close()
    return rows


def test_an_event_sent_again_changes_nothing(post, url):
    assert told(post([contact("e1"), contact("e2")])) == (2, 0, [])
    assert told(post([contact("e2", text="other words"), contact("e3")])) == (1, 1, [])
    assert [row["event_id"] for row in stored(url)] == ["e1", "e2", "e3"]


def test_two_of_one_id_in_one_body_are_one_event(post):
    assert told(post([contact("e1"), contact("e1")])) == (1, 1, [])


def test_an_id_is_no_duplicate_of_one_that_was_refused(post):
    late = contact("e1", time="2300-01-01T00:00:00Z")
    assert told(post([late, contact("e1")])) == (0, 0, [(0, "bad_time"), (1, "duplicate_event_id")])


def test_numbers_are_masked_and_signals_are_read_before(post, url):
    attributes = {"note": "mail a.b@example.com", "phone": 13800138000, "floor": 3}
    told(post([contact(attributes=attributes)]))
    (row,) = stored(url)
    assert row["text"] == "请回电〔电话〕，再不处理我就找12315"
    assert json.loads(row["attributes"]) == {"note": "mail [email]", "phone": None, "floor": 3}
    assert row["signals"] == 2  # the regulator
    assert len(row["wording"]) == 512


def test_an_event_that_makes_no_sense_is_rejected_and_the_others_are_kept(post, url):
    odd = [contact(surprise=1), contact(type="ticket.eaten"), contact(ticket_id="a\nb")]
    codes = [(1, "unknown_field"), (2, "unknown_type"), (3, "bad_ticket_id")]
    assert told(post([contact("before"), *odd, contact("after")])) == (2, 0, codes)
    assert [row["event_id"] for row in stored(url)] == ["before", "after"]


def test_values_are_taken_as_a_log_file_would_hold_them(post, url):
    sent = contact(
        7, ticket_id=12, priority=2, amount="12.5", sla_met="true", channel="", party=None
    )
    assert told(post([sent])) == (1, 0, [])
    (row,) = stored(url)
    assert (row["event_id"], row["ticket_id"], row["priority"]) == ("7", "12", "2")
    assert (row["amount"], bool(row["sla_met"]), row["channel"]) == (12.5, True, None)


def test_a_text_with_a_nul_or_without_end_is_kept_without_it(post, url):
    assert told(post([contact(text="a\0b"), contact("e2", text="好" * 30_000)])) == (2, 0, [])
    assert [len(row["text"]) for row in stored(url)] == [3, 20_000]


def test_an_empty_body_of_events_is_answered(post):
    assert told(post([])) == (0, 0, [])


def test_what_became_of_the_events_is_counted(post):
    post([contact("e1"), contact("e1"), contact(surprise=1)])
    told = post.client.get("/metrics").text
    for fate in ("accepted", "duplicate", "rejected"):
        assert f'fendan_events_total{{outcome="{fate}"}} 1.0' in told


def test_what_is_no_array_of_objects_is_refused_whole(post):
    faults = problem(post(b"[{}, 1, []]"), 422)["errors"]
    assert [fault["pointer"] for fault in faults] == ["/1", "/2"]
    problem(post(b"["), 400)


def test_more_events_than_a_body_may_bring_are_refused(post, monkeypatch, url):
    monkeypatch.setattr(event_bodies, "MAX_EVENTS", 2)
    said = problem(post([contact(f"e{i}") for i in range(3)]), 413)
    assert "several bodies" in said["detail"]
    problem(post(b"[" + b"{}," * 1_000_001 + b"{}]"), 413)
    assert stored(url) == []


def test_a_batch_of_cloud_events_fills_the_rows_from_the_envelopes(post, url):
    bare = {"specversion": "1.0", "source": "/desk", "id": "c1", "type": "ticket.closed"}
    batch = [
        {**bare, "time": TIME, "data": {"ticket_id": "T1"}},
        {**bare, "id": "c2", "type": "a.desk.event", "data": contact("e7")},
        {**bare, "id": "c3", "specversion": "0.3", "data": contact()},
        {**bare, "id": "c4"},
    ]
    answer = post(batch, "application/cloudevents-batch+json; charset=UTF-8")
    assert told(answer) == (2, 0, [(2, "bad_specversion"), (3, "bad_data")])
    assert [row["event_id"] for row in stored(url)] == ["c1", "e7"]
    assert [r["event_id"] for r in answer.json()["rejected"]] == ["c3", "c4"]


def test_one_cloud_event_may_come_alone(post):
    assert told(post(event_shapes.CLOUD_EVENT, "application/cloudevents+json")) == (1, 0, [])
    problem(post([event_shapes.CLOUD_EVENT], "application/cloudevents+json"), 422)


def test_lines_of_json_are_taken_and_a_broken_one_is_rejected(post):
    lines = [json.dumps(contact("e1")), '{"event_id": ', "", "[]", json.dumps(contact("e2"))]
    answer = post("\n".join(lines).encode(), "application/x-ndjson")
    assert told(answer) == (2, 0, [(1, "bad_json"), (2, "bad_json")])


def test_another_type_is_refused(post):
    problem(post([], "text/csv"), 415)


def test_while_the_store_is_away_nothing_is_half_kept(post, monkeypatch):
    def away(*_args: object) -> None:
        raise StoreError("the store does not answer", where="here")

    with monkeypatch.context() as broken:
        broken.setattr(EventLog, "append", away)
        response = post([contact()])
        problem(response, 503)
        assert response.headers["retry-after"] == "10"
    assert told(post([contact()])) == (1, 0, [])


def test_an_event_is_seen_at_once_by_every_worker(service, url):
    one, other = (
        service(store_url=url, edge=fixed_edge(), desk_factory=FakeDesk).client for _ in range(2)
    )
    lost = {"event_id": "a1", "time": "2026-03-01T09:00:00+08:00", "type": "ticket.created",
            "ticket_id": "lost", "category": "logistics", "text": "快递一直没有送到"}  # fmt: skip
    done = contact("a2", type="ticket.resolved", ticket_id="lost", text=None)

    def seen(client) -> list[str]:
        found = client.get("/v1/similar", params={"text": "快递没有送到"}).json()["cases"]
        return [case["ticket_id"] for case in found]

    assert seen(other) == []
    one.post("/v1/events", json=[done, lost])
    assert seen(other) == ["lost"]
    assert seen(one) == ["lost"]
    twin = (
        {**lost, "event_id": "a3", "ticket_id": "again"},
        {**done, "event_id": "a4", "ticket_id": "again"},
    )
    other.post("/v1/events", json=list(twin))
    assert sorted(seen(one)) == ["again", "lost"]


def test_the_next_decision_says_which_event_it_knew(service, url):
    from tests.serving.builders import body

    here = service(store_url=url, edge=fixed_edge())
    here.client.post("/v1/events", json=[contact("e1"), contact("e2")])
    refreshed = here.client.post("/v1/refresh", json=body()).json()
    assert here.log.get(refreshed["refresh_id"]).events_seq == stored(url)[-1]["seq"]


def test_the_examples_of_openapi_are_taken(post):
    said = post.client.get("/openapi.json").json()["paths"]["/v1/events"]["post"]
    for kind, content in said["requestBody"]["content"].items():
        answer = post(content["example"], kind)
        assert answer.json()["rejected"] == []
    EventsOut.model_validate(said["responses"]["200"]["content"]["application/json"]["example"])
