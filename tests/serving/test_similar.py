"""Similar solved cases over HTTP."""

import json

import pytest

from features.history import History
from serving.answers import SimilarOut
from serving.similar import similar_table
from tests.builders import created, log, resolved
from tests.serving.builders import FakeDesk, body, fixed_edge, ticket

TEXT = "快递一直没有送到，电话13800138000"
EVENTS = log(
    created(-20, "late", text=TEXT, category="logistics"),
    resolved(-15, "late", attributes={"close_code": "resent"}),
    created(-20, "broken", text="手机屏幕坏了", category="quality"),
    resolved(-15, "broken"),
    created(-10, "later", text=TEXT, category="logistics"),
    resolved(500, "later"),
    created(-5, "now", text="快递没有送到", category="logistics"),
)


@pytest.fixture
def client(service):
    """Of a desk that remembers `EVENTS`, a few minutes past ten on Monday."""
    desk = FakeDesk()
    desk.history = History.of(EVENTS)
    return service(desk_factory=lambda: desk, edge=fixed_edge()).client


@pytest.fixture
def ask(client):
    return lambda **asked: client.get("/v1/similar", params=asked)


def test_a_ticket_is_answered_in_the_published_shape(ask):
    told = SimilarOut.model_validate_json(ask(ticket_id="now").content)
    assert [case.ticket_id for case in told.cases] == ["late"]
    assert told.cases[0].solution.hours_to_resolve == 5.0
    assert told.cases[0].solution.resolution == {"close_code": "resent"}
    assert told.cases[0].resolved_at < told.as_of


def test_a_text_is_answered_with_its_category_first(ask):
    plain = ask(text="快递坏了").json()["cases"]
    first = ask(text="快递坏了", category="quality").json()["cases"]
    assert {case["ticket_id"] for case in plain} == {"late", "broken"}
    assert first[0]["ticket_id"] == "broken"
    assert len(ask(text="快递坏了", limit=1).json()["cases"]) == 1


def test_no_text_and_no_number_leaves(ask):
    answer = ask(text=TEXT).text
    assert json.loads(answer)["cases"][0]["ticket_id"] == "late"
    for part in ("快递", "送到", "13800138000"):
        assert part not in answer


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, "/query/ticket_id"),
        ({"ticket_id": "now", "text": TEXT}, "/query/ticket_id"),
        ({"ticket_id": "now", "category": "quality"}, "/query/category"),
        ({"text": TEXT, "limit": 0}, "/query/limit"),
        ({"text": TEXT, "limit": 51}, "/query/limit"),
        ({"text": ""}, "/query/text"),
    ],
    ids=["neither", "both", "a ticket's category", "none", "too many", "empty"],
)
def test_what_is_asked_wrongly_is_refused_with_its_place(ask, asked, pointer):
    response = ask(**asked)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == pointer


def test_an_unknown_ticket_is_not_found(ask):
    response = ask(ticket_id="nobody")
    assert response.status_code == 404
    assert response.json()["type"] == "urn:fendan:problem:no-such-ticket"


def test_a_ticket_that_only_a_refresh_told_of_is_looked_for_by_what_was_sent(client, ask):
    sent = ticket("fresh", text="快递没有送到，手机坏了", category="quality")
    client.post("/v1/refresh", json=body(sent))
    cases = ask(ticket_id="fresh").json()["cases"]
    assert [case["ticket_id"] for case in cases] == ["broken", "late"]


def test_it_needs_the_key_as_all_others_do(service):
    client = service(api_key="k3y").client
    assert client.get("/v1/similar", params={"text": "x"}).status_code == 401


def test_the_example_of_openapi_has_the_published_shape(service):
    told = service().client.get("/openapi.json").json()["paths"]["/v1/similar"]["get"]
    example = told["responses"]["200"]["content"]["application/json"]["example"]
    SimilarOut.model_validate_json(json.dumps(example))
    assert list(told["responses"]["422"]["content"]) == ["application/problem+json"]


def test_people_read_a_table_or_that_there_is_nothing():
    assert "没有相似" in similar_table(())
