"""Links of customers: what the store keeps of them, what they open, and when they stop."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from serving.access.answers import LinkOut
from serving.access.links import REMEMBERED, LinkBook
from serving.audit import changes
from serving.events.forgetting import forget
from serving.events.log import EventLog
from serving.store import Store
from serving.tables import LINKS, METADATA
from tests.builders import created, log
from tests.serving.builders import body, fixed_edge, ticket
from tests.serving.test_http import problem

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
NOT_A_LINK = "A" * 43


class World:
    """A store, its links, and a clock to turn."""

    def __init__(self, url):
        self.store, self.now = Store.open(url), NOON
        self.book = LinkBook(self.store, lambda: self.now)

    def rows(self, *tables):
        with self.store.transaction() as connection:
            return [
                str(row._mapping)
                for table in tables or METADATA.sorted_tables
                for row in connection.execute(sa.select(table))
            ]


@pytest.fixture
def world(url):
    opened = World(url)
    yield opened
    opened.store.close()


def test_a_link_leads_to_its_ticket_and_no_two_are_alike(world):
    made = [world.book.make(name, DAY, "desk") for name in ("T1", "T1", "T2")]
    assert [world.book.find(new.text).ticket_id for new in made] == ["T1", "T1", "T2"]
    assert len({new.text for new in made}) == 3
    assert {len(new.text) for new in made} == {43}  # 256 bits in base64
    assert made[0].path == f"/status/{made[0].text}"


def test_the_store_keeps_a_digest_and_the_audit_who_made_it(world):
    new = world.book.make("T1", DAY, "desk")
    rows = world.rows()
    assert not [row for row in rows if new.text in row]
    assert new.text not in repr(new)
    with world.store.transaction() as connection:
        (change,) = changes(connection)
    assert (change.who, change.what) == ("desk", "link.created")
    assert change.about == {"ticket_id": "T1", "expires_at": (NOON + DAY).isoformat()}


@pytest.mark.parametrize("text", ["", "x", NOT_A_LINK, "链" * 43, NOT_A_LINK + "A", "\x00" * 43])
def test_what_is_no_link_is_not_found(world, text):
    world.book.make("T1", DAY, "desk")
    assert world.book.find(text) is None


def test_an_expired_link_is_known_for_a_while_and_then_tidied_away(world):
    text = world.book.make("T1", DAY, "desk").text
    world.now = NOON + DAY + REMEMBERED - timedelta(seconds=1)
    world.book.make("T2", DAY, "desk")
    assert world.book.find(text).expires_at == NOON + DAY
    world.now += timedelta(seconds=1)
    world.book.make("T3", DAY, "desk")
    assert world.book.find(text) is None
    assert len(world.rows(LINKS)) == 2


def test_to_end_them_ends_all_of_the_ticket_and_of_no_other(world):
    first, second, other = (world.book.make(name, DAY, "desk").text for name in ("T1", "T1", "T2"))
    assert [world.book.end("T1", "ann") for _ in range(2)] == [2, 0]
    assert [world.book.find(text) is None for text in (first, second, other)] == [True, True, False]
    with world.store.transaction() as connection:
        last = changes(connection)[0]
    assert (last.who, last.what, last.about["links"]) == ("ann", "link.ended", 2)


def test_to_forget_a_customer_ends_the_links_of_the_tickets(world):
    rows = log(created(-20, "T1", customer_id="Wang"), created(-10, "T2", customer_id="Li"))
    EventLog(world.store).append(rows, NOON)
    theirs, other = (world.book.make(name, DAY, "desk").text for name in ("T1", "T2"))
    forget(world.store, "Wang", "ann", NOON)
    assert world.book.find(theirs) is None
    assert world.book.find(other) is not None


def test_so_it_does_where_requests_alone_tell_whose_ticket_it_is(service, world, url):
    client = service(store_url=url, edge=fixed_edge()).client
    client.post(
        "/v1/refresh", json=body(ticket("T7", customer_id="Wang"), ticket("T8", customer_id="Li"))
    )
    theirs, other = (world.book.make(name, DAY, "desk").text for name in ("T7", "T8"))
    client.delete("/v1/customers/Wang")
    assert world.book.find(theirs) is None
    assert world.book.find(other) is not None


@pytest.fixture
def desk(service):
    return service(edge=replace(fixed_edge(), now=lambda: NOON)).client


@pytest.mark.parametrize(
    ("sent", "days"),
    [({}, 14), ({"json": {}}, 14), ({"json": {"valid_days": 90}}, 90)],
    ids=["no body", "empty", "days"],
)
def test_a_link_made_over_http_holds_as_long_as_asked(desk, sent, days):
    answer = desk.post("/v1/tickets/T1/links", **sent)
    assert answer.status_code == 201
    new = LinkOut.model_validate_json(answer.content)
    assert (new.ticket_id, new.url_path) == ("T1", f"/status/{new.token}")
    assert new.expires_at == NOON + days * DAY
    assert new.token not in repr(new)
    assert desk.get(new.url_path).status_code == 200


@pytest.mark.parametrize("days", [0, 91, "14", 1.5, True])
def test_days_that_cannot_be_are_refused_with_their_place(desk, days):
    told = problem(desk.post("/v1/tickets/T1/links", json={"valid_days": days}), 422)
    assert [fault["pointer"] for fault in told["errors"]] == ["/valid_days"]


def test_links_ended_over_http_are_counted(desk):
    token = desk.post("/v1/tickets/T1/links").json()["token"]
    assert desk.delete("/v1/tickets/T1/links").json() == {"ticket_id": "T1", "ended": 1}
    assert desk.delete("/v1/tickets/T1/links").json() == {"ticket_id": "T1", "ended": 0}
    assert desk.get(f"/status/{token}").status_code == 404


def test_who_sees_a_status_may_hand_on_a_link_and_ops_alone_end_them(service):
    running = service(api_key="master")
    client, master = running.client, {"X-API-Key": "master"}
    keys = {
        scope: client.post("/v1/keys", json={"name": scope, "scopes": [scope]}, headers=master)
        for scope in ("read", "refresh", "ops")
    }
    sent = {scope: {"X-API-Key": made.json()["secret"]} for scope, made in keys.items()}
    path = "/v1/tickets/T1/links"
    made = {scope: client.post(path, headers=key).status_code for scope, key in sent.items()}
    assert made == {"read": 201, "refresh": 403, "ops": 403}
    ended = {scope: client.delete(path, headers=key).status_code for scope, key in sent.items()}
    assert ended == {"read": 403, "refresh": 403, "ops": 200}


def test_a_ticket_with_a_slash_in_its_id_has_links_and_a_status(service):
    client = service().client
    client.post("/v1/refresh", json=body(ticket("2026/31")))
    made = client.post("/v1/tickets/2026%2F31/links").json()
    assert made["ticket_id"] == "2026/31"
    assert client.get(made["url_path"]).status_code == 200
    assert client.get("/v1/tickets/2026%2F31/status").json()["ticket_id"] == "2026/31"
    assert client.delete("/v1/tickets/2026%2F31/links").json()["ended"] == 1
