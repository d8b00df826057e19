"""A customer who asks to be forgotten is: in events, logged requests, memory, and later ones."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from features.history import History
from serving.audit import changes
from serving.decisions.log import DecisionLog
from serving.desks import Current
from serving.events.forgetting import forget
from serving.events.forgotten import digest
from serving.events.live_history import LiveHistory
from serving.events.log import EventLog
from serving.events.retention import Dropped, Limits, drop_old
from serving.store import Store
from serving.tables import FORGOTTEN
from tests.builders import created, event, log, resolved
from tests.serving.builders import FakeDesk, body, fixed_edge, ticket

NOW = datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC)
ZH = "快递一直没有送到，王先生"
EVENTS = log(
    created(-20, "T1", customer_id="Wang", text=ZH, attributes={"name": "王先生", "floor": 3}),
    event(-19, "ticket.contact", ticket_id="T1", text="王先生又来电"),
    event(-18, "customer.margin", customer_id="Wang", amount=5.0),
    resolved(-15, "T1"),
    created(-10, "T2", customer_id="Li", text="李女士的手机坏了"),
)


@pytest.fixture
def store(url):
    opened = Store.open(url)
    EventLog(opened).append(EVENTS, NOW)
    yield opened
    opened.close()


def everything(store: Store) -> str:
    """All that the store holds, as one text; blobs unpacked."""
    said = []
    with store.transaction() as connection:
        for name in sa.inspect(connection).get_table_names():
            rows = connection.execute(sa.text(f'select * from "{name}"')).all()
            said += [str(tuple(row)) for row in rows]
    said += [str(each) for each in DecisionLog(store).between(datetime(1970, 1, 1, tzinfo=UTC))]
    return " ".join(said)


def test_events_keep_their_facts_and_lose_the_customer_and_all_words(store):
    told = forget(store, "Wang", "ann", NOW)
    assert (told.events, told.tickets) == (4, 1)
    left = EventLog(store).since().events.set_index("event_id")
    assert left["customer_id"].dropna().tolist() == ["Li"]
    assert left["wording"].dropna().index.tolist() == ["e0004"]
    assert left["attributes"].dropna().tolist() == ['{"floor":3}']
    assert left.loc["e0002", "amount"] == 5.0
    assert "Wang" not in everything(store)
    assert "王先生" not in everything(store)
    assert "李女士" in everything(store)


def test_it_is_audited_by_digest_and_once_more_does_nothing(store):
    forget(store, "Wang", "ann", NOW)
    again = forget(store, "Wang", "ann", NOW)
    assert (again.events, again.tickets, again.requests) == (0, 0, 0)
    with store.transaction() as connection:
        last, first = changes(connection)
        known = set(connection.execute(sa.select(FORGOTTEN.c.digest)).scalars())
    assert (first.who, first.what, first.about["events"]) == ("ann", "customer.forget", 4)
    assert last.about["events"] == 0
    assert known == {digest("customer_id", "Wang"), digest("ticket_id", "T1")}


def test_later_events_of_the_customer_or_the_tickets_are_nameless_too(store):
    forget(store, "Wang", "ann", NOW)
    later = log(
        created(1, "T9", customer_id="Wang", text=ZH),
        event(2, "ticket.contact", ticket_id="T1", text=ZH),
    )
    EventLog(store).append(later.assign(event_id=["l1", "l2"]), NOW)
    assert "Wang" not in everything(store)
    assert "王先生" not in everything(store)


def test_every_worker_forgets_also_what_its_model_knew(store):
    history = LiveHistory(EventLog(store))
    own = created(-40, "T0", customer_id="Wang", text=ZH)
    desk = FakeDesk(history=History.of(log(own).assign(event_id=["own"])))
    before = history.fresh(Current(desk), store.marks())
    assert "Wang" in before.desk.history.names["customer"].index
    forget(store, "Wang", "ann", NOW)
    for known in (before, Current(desk)):  # one that served, and one that is made anew
        after = history.fresh(known, store.marks())
        assert after.desk.history.names["customer"].index.tolist() == ["Li"]
        assert len(after.desk.history.events) == len(EVENTS) + 1
        assert history.fresh(after, store.marks()).desk is after.desk


def test_logged_requests_lose_them_and_answers_stay(service, store, url):
    here = service(store_url=url, edge=fixed_edge())
    client, audited = here.client, everything(store)
    sent = body(
        ticket("T1", text=ZH, attributes={"name": "王先生", "floor": 3}),
        ticket("T7", customer_id="Wang", text=ZH),
        ticket("T2", customer_id="Li", text="手机坏了"),
    )
    answer = client.post("/v1/refresh", json=sent)
    client.post("/v1/refresh", json=body(ticket("T2", customer_id="Li")))
    assert client.delete("/v1/customers/Wang").json() == {"events": 4, "tickets": 1, "requests": 1}
    logged = DecisionLog(store).get(answer.json()["refresh_id"])
    assert logged.answer == answer.content
    assert json.loads(logged.request)["tickets"] == [
        ticket("T1", attributes={"floor": 3}), ticket("T7"),
        ticket("T2", customer_id="Li", text="手机坏了"),
    ]  # fmt: skip
    assert "王先生" in audited
    assert "王先生" not in everything(store)


def test_later_requests_are_logged_without_them(service, store, url):
    client = service(store_url=url, edge=fixed_edge()).client
    client.delete("/v1/customers/Wang")
    sent = body(ticket("T1", text=ZH), ticket("T7", customer_id="Wang", text=ZH))
    assert client.post("/v1/refresh", json=sent).status_code == 200
    assert "Wang" not in everything(store)
    assert "王先生" not in everything(store)


def test_a_name_that_no_customer_can_have_is_refused(service):
    client = service().client
    assert client.delete("/v1/customers/%00").status_code == 422
    assert client.delete("/v1/customers/").status_code == 422
    assert client.delete("/v1/customers/a%2Fb").json()["events"] == 0


def test_old_texts_and_old_decisions_go_and_it_is_said_how_many(service, store, url):
    client = service(store_url=url, edge=fixed_edge()).client
    keys = {"Idempotency-Key": "once"}
    client.post("/v1/refresh", json=body(ticket("T1", text=ZH)), headers=keys)
    client.post("/v1/refresh", json=body(ticket("T2")))
    early, late = NOW - timedelta(days=1), NOW + timedelta(days=1)
    assert drop_old(store, Limits(early, early), "ann", NOW) == Dropped(0, 0, 0)
    assert drop_old(store, Limits(texts_before=late), "ann", NOW) == Dropped(3, 1, 0)
    assert "王先生" not in everything(store).replace('"name":"王先生"', "")
    assert EventLog(store).since().events["wording"].notna().sum() == 3
    assert drop_old(store, Limits(decisions_before=late), "ann", NOW) == Dropped(0, 0, 2)
    assert DecisionLog(store).latest() is None
    with store.transaction() as connection:
        assert changes(connection)[0].about == {"texts": 0, "requests": 0, "decisions": 2}
