"""The log: what is written stays, to the byte, and holds no personal numbers."""

import json
import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from features.errors import StoreError
from model.decision import Version
from serving.decisions.log import DecisionLog, Entry, KeyReusedError
from serving.decisions.stored_body import redacted
from serving.store import Store
from tests.serving.builders import body, ticket

BODY = json.dumps(body(ticket(text="请回电13800138000"))).encode()


def entry(refresh_id: str = "r1", sent: bytes = BODY, answer: bytes = b'{"a":1}') -> Entry:
    return Entry(
        refresh_id,
        datetime(2026, 3, 2, 2, 5, tzinfo=UTC),
        Version("default", 7),
        Version("fendan-risk", 4),
        {"assess": 1.5},
        sent,
        answer,
    )


def test_a_decision_is_there_for_whoever_opens_the_store_next(url):
    DecisionLog(Store.open(url)).append(entry())
    logged = DecisionLog(Store.open(url)).get("r1")
    assert logged is not None
    assert (logged.policy, logged.model) == (Version("default", 7), Version("fendan-risk", 4))
    assert (logged.answer, logged.timings_ms) == (b'{"a":1}', {"assess": 1.5})
    assert logged.created_at == datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
    assert json.loads(logged.request)["tickets"][0]["ticket_id"] == "T1"


def test_an_empty_log_has_no_last_decision(url):
    log = DecisionLog(Store.open(url))
    assert (log.latest(), log.latest_id(), log.get("r1")) == (None, None, None)


def test_the_last_decision_is_the_one_written_last(url):
    log = DecisionLog(Store.open(url))
    for refresh_id in ("r2", "r1"):
        log.append(entry(refresh_id))
    assert log.latest().refresh_id == log.latest_id() == "r1"


def test_a_known_key_gives_the_stored_answer(url):
    log = DecisionLog(Store.open(url))
    assert log.answered("k", BODY) is None
    log.append(entry(answer=b"first"), "k")
    assert log.answered("k", BODY) == b"first"


def test_a_known_key_with_another_body_is_refused(url):
    log = DecisionLog(Store.open(url))
    log.append(entry(), "k")
    with pytest.raises(KeyReusedError):
        log.answered("k", BODY + b" ")
    with pytest.raises(KeyReusedError):
        log.append(entry("r2", BODY + b" "), "k")
    assert log.get("r2") is None


def test_of_many_writers_with_one_key_one_wins_and_all_give_its_answer(url):
    logs = [DecisionLog(Store.open(url)) for _ in range(6)]
    given = [b""] * len(logs)

    def write(i: int) -> None:
        given[i] = logs[i].append(entry(f"r{i}", answer=b"%d" % i), "k")

    threads = [threading.Thread(target=write, args=(i,), daemon=True) for i in range(len(logs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 1
    with Store.open(url).transaction() as connection:
        assert connection.execute(sa.text("select count(*) from decisions")).scalar() == 1


def test_the_same_decision_is_not_logged_twice(url):
    log = DecisionLog(Store.open(url))
    log.append(entry())
    with pytest.raises(StoreError, match="already logged"):
        log.append(entry())


def test_texts_and_attributes_lose_personal_numbers_and_ids_keep_theirs():
    sent = body(
        ticket(
            "13800138000", text="请回电13800138000", attributes={"mail": "a.b@example.com", "n": 2}
        ),
        ticket("T2"),
    )
    kept = json.loads(redacted(json.dumps(sent).encode()))
    first = kept["tickets"][0]
    assert first["ticket_id"] == "13800138000"
    assert "13800138000" not in first["text"]
    assert "b.com" not in first["attributes"]["mail"]
    assert first["attributes"]["n"] == 2
    assert kept["tickets"][1] == sent["tickets"][1]


def test_the_stored_request_holds_no_telephone_number(url):
    log = DecisionLog(Store.open(url))
    log.append(entry())
    assert b"13800138000" not in log.latest().request


def test_a_store_that_is_away_says_which_setting_and_not_where_it_lies_or_as_whom():
    pytest.importorskip("psycopg", reason="PostgreSQL's driver is not here")
    log = DecisionLog(Store.open("postgresql://u:secret@127.0.0.1:1/none"))
    with pytest.raises(StoreError, match=r"does not answer.*postgresql, FENDAN_STORE_URL") as away:
        log.append(entry())
    assert "127.0.0.1" not in str(away.value) + away.value.said.zh


@pytest.mark.parametrize("address", ["nonsense", "sqlite:////proc/none/x.db", "oracle9://x/y"])
def test_an_address_that_cannot_be_a_store_is_refused_in_words(address):
    with pytest.raises(StoreError, match=r"FENDAN_STORE_URL|store"):
        Store.open(address)


def test_a_damaged_database_is_a_store_that_does_not_answer(tmp_path):
    (tmp_path / "x.db").write_bytes(b"not a database at all, but long enough to be read as one")
    with pytest.raises(StoreError, match="does not answer"):
        Store.open(f"sqlite:///{tmp_path / 'x.db'}").check()
