"""What was scored lately, read again from logged requests."""

from datetime import timedelta

import numpy as np
import orjson
import pytest

from features.history import History
from model.desk import ServedDesk
from model.policy import Policy
from serving.decisions.log import DecisionLog, Entry
from serving.models.scored import MOST_REFRESHES, scored
from serving.store import Store
from tests.builders import assigned, created, log
from tests.model.grown_bundle import grown_bundle
from tests.serving.builders import VERSIONS, body, ticket
from tests.serving.models.columns import NOW

EVENTS = log(
    *(created(n / 10, f"T{n}", due_at=40 + n % 30) for n in range(60)),
    *(assigned(n / 10 + 1, f"T{n}", f"A{n % 4}") for n in range(60)),
)


@pytest.fixture(scope="module")
def desk():
    bundle = grown_bundle(EVENTS)
    return ServedDesk(bundle, History.of(bundle.events), Policy("default"))


@pytest.fixture
def store(tmp_path):
    return Store.open(f"sqlite:///{tmp_path / 'fendan.db'}")


def decided(store, *requests, begin=NOW):
    """Log requests as if decided, five minutes apart."""
    logbook = DecisionLog(store)
    for n, sent in enumerate(requests):
        at = begin + timedelta(minutes=5 * n)
        raw = orjson.dumps({**sent, "as_of": at.isoformat()})
        answer = b'{"refresh_id":"r","as_of":"' + at.isoformat().encode() + b'",'
        logbook.append(
            Entry(f"r{n}-{begin}", at, VERSIONS["policy"], VERSIONS["model"], {}, raw, answer)
        )


def test_nothing_decided_is_nothing_seen(store, desk):
    found = scored(store, desk, NOW)
    assert (found.x.shape, found.since) == ((0, len(desk.bundle.encoder.names)), None)


def test_rows_are_what_the_model_saw_of_tickets_at_their_refresh(store, desk):
    decided(store, body(ticket("T1"), ticket("T2")), body(ticket("T1")))
    found = scored(store, desk, NOW + timedelta(hours=1))
    assert (len(found.x), sorted(found.refresh.tolist())) == (3, [0, 0, 1])
    assert np.unique(found.ticket).size == 2
    age = found.x[:, found.names.index("age_hours")]
    assert len(set(age.round(6).tolist())) == 2  # five minutes lie between
    assert (found.since, found.until) == (NOW, NOW + timedelta(minutes=5))


def test_what_is_older_than_a_week_or_cannot_be_read_is_not_looked_at(store, desk):
    decided(store, body(ticket("T1")), begin=NOW - timedelta(days=9))
    decided(store, body(ticket("T1")), {"tickets": [{"ticket_id": "T1"}]}, body(ticket("T2")))
    assert len(scored(store, desk, NOW + timedelta(hours=1)).x) == 2


def test_many_refreshes_are_read_evenly_and_not_all(store, desk):
    decided(store, *[body(ticket("T1"))] * (MOST_REFRESHES * 2))
    found = scored(store, desk, NOW + timedelta(days=1))
    assert np.unique(found.refresh).size == MOST_REFRESHES
    assert found.until == NOW + timedelta(minutes=5 * (MOST_REFRESHES * 2 - 1))


def test_a_ticket_that_everybody_forgot_is_not_looked_at(store, desk):
    old = {**ticket("T9"), "created_at": (NOW - timedelta(days=91)).isoformat()}
    decided(store, body(old, ticket("T1")))
    assert len(scored(store, desk, NOW + timedelta(hours=1)).x) == 1
