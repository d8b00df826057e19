"""The history in the store is the one that was told, in the order in which it became durable."""

import json
from datetime import UTC, datetime
from threading import Thread

import pandas as pd
import pytest
import sqlalchemy as sa

from features.errors import StoreError
from features.events import TEXT_COLUMNS
from features.history import History
from features.ledger import without_texts
from serving.events import log as event_log
from serving.events.bodies import parse_events
from serving.events.gate import admitted
from serving.events.log import EventLog
from serving.events.masking import masked_objects
from serving.events.rows import COLUMNS
from serving.store import Store
from tests.builders import assigned, created, event, log, resolved, state

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
TOLD = log(
    created(0, "T1", customer_id="C1", due_at=8.5, text="快递丢了", attributes={"vip": True}),
    assigned(0.25, "T1", "A1"),
    state(1, "T1", "internal_collaboration", party="qc", due_at=3),
    event(1.5, "customer.margin", customer_id="C1", amount=-12.25),
    event(2, "agent.status", agent_id="A1", state="busy", attributes={"skills": ["a", "b"]}),
    resolved(4, "T1", sla_met=False),
)


@pytest.fixture
def kept(url):
    events = EventLog(Store.open(url))
    yield events
    events.store.close()


def test_what_comes_out_is_what_a_history_would_have_made_of_it(kept):
    assert kept.append(TOLD, NOW).all()
    found = kept.since()
    pd.testing.assert_frame_equal(found.events, without_texts(TOLD)[list(COLUMNS)])
    assert found.seq >= len(TOLD)
    assert History.of(found.events).events.equals(History.of(TOLD).events)


def test_only_what_came_since_is_read(kept, monkeypatch):
    monkeypatch.setattr(event_log, "AT_ONCE", 2)
    kept.append(TOLD.iloc[:3].reset_index(drop=True), NOW)
    first = kept.since()
    kept.append(TOLD.iloc[3:].reset_index(drop=True), NOW)
    then = kept.since(first.seq)
    assert then.events["event_id"].tolist() == ["e0003", "e0004", "e0005"]
    assert kept.since(then.seq).seq == then.seq
    assert kept.since(until=first.seq).events["event_id"].tolist() == ["e0000", "e0001", "e0002"]


def test_an_event_that_is_there_is_told_apart_from_a_new_one(kept):
    kept.append(TOLD.iloc[[1]].reset_index(drop=True), NOW)
    assert kept.append(TOLD, NOW).tolist() == [True, False, True, True, True, True]
    assert kept.count() == len(TOLD)


def test_a_log_is_loaded_in_steps_and_again_without_harm(kept, monkeypatch):
    monkeypatch.setattr(event_log, "AT_ONCE", 4)
    steps = []
    assert kept.load(TOLD, NOW, lambda *step: steps.append(step)) == (6, 0)
    assert steps == [("store", 4, 6), ("store", 6, 6)]
    assert kept.load(TOLD, NOW, lambda *_: None) == (0, 6)


def test_of_many_who_tell_the_same_one_is_heard(kept, url):
    heard = []

    def tell() -> None:
        own = EventLog(Store.open(url))
        heard.append(int(own.append(TOLD, NOW).sum()))
        own.store.close()

    threads = [Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(heard) == [0, 0, 0, 6]
    assert kept.count() == 6


def test_what_breaks_off_leaves_nothing(kept, monkeypatch):
    def full(*_args: object) -> None:
        raise sa.exc.OperationalError("insert", None, OSError("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(event_log, "_write", full)
        with pytest.raises(StoreError):
            kept.append(TOLD, NOW)
    assert (kept.count(), kept.store.marks().events) == (0, 0)


NASTY = ("\0", "\n\t\\N", "\\", "'", '"', "\u2028\uffff", "𝒳" * 40, "x" * 41, "x" * 201, " ", "")


def test_whatever_passes_the_gate_can_be_kept_and_comes_back(kept):
    """One event no database can take would keep all that came with it out."""
    plain = {"time": "2026-03-02T10:00:00+08:00", "type": "ticket.closed", "ticket_id": "T"}
    odd = [
        {**plain, name: {value: value} if name == "attributes" else value}
        for name in (*TEXT_COLUMNS, "time", "due_at", "amount", "sla_met")
        for value in NASTY
    ]
    rows = [{"event_id": f"e{place}", **row} for place, row in enumerate(odd)]
    events = admitted(parse_events(json.dumps(rows).encode(), "rows").rows).events
    assert len(events) > 70
    kept.append(events, NOW)
    left = without_texts(events).drop(columns="wording")
    pd.testing.assert_frame_equal(kept.since().events.drop(columns="wording"), left)


def test_texts_in_attributes_are_masked_however_they_are_written():
    told = [
        '{"mail": "a\\u0040b.example.com, 1380013\\u0038000"}',
        '{"tags": ["13800138000", {"deep": "call 13800138000"}], "n": 4}',
        '{"plain": "as it was", "x": 1.50}',
        None,
    ]
    assert masked_objects(pd.Series(told, dtype="str")).tolist()[:3] == [
        '{"mail":"[email], [phone]"}',
        '{"tags":["[phone]",{"deep":"call [phone]"}],"n":4}',
        '{"plain": "as it was", "x": 1.50}',
    ]
