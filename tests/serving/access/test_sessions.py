"""A session lasts a shift, and no longer than the key or the token it was opened with."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from serving.access.keys import KeyBook
from serving.access.sessions import LASTING, LASTING_OF_TOKENS, MOST, Sessions
from serving.principal import LOCAL, MASTER_TAG, TOKEN_TAG, Principal
from serving.store import Store
from serving.tables import SESSIONS

NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)
MASTER = Principal(MASTER_TAG, LOCAL.scopes, MASTER_TAG)
TOKEN = Principal("token:li", frozenset({"read"}), TOKEN_TAG, until=NOW + timedelta(minutes=20))
ALMOST = timedelta(seconds=1)


@pytest.fixture
def store(url):
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def book(store):
    return KeyBook(store, lambda: NOW)


def keys(book):
    return {key.key_id: key for key in book.all()}


def held(store) -> int:
    with store.transaction() as connection:
        return len(connection.execute(sa.select(SESSIONS)).all())


def test_the_store_keeps_a_digest_and_never_what_the_cookie_holds(store, book):
    key = book.create("li", frozenset({"read"}), None, "test", agent_id="A3").key
    text = Sessions(store, None).open(key.holder, NOW)
    with store.transaction() as connection:
        (row,) = connection.execute(sa.select(SESSIONS))
    assert text not in str(row)
    assert Sessions(store, None).holder(text, keys(book), NOW) == key.holder


def test_no_two_sessions_have_the_same_name(store, book):
    key = book.create("li", frozenset({"read"}), None, "test").key
    assert len({Sessions(store, None).open(key.holder, NOW) for _ in range(20)}) == 20


def test_a_session_ends_after_its_time_and_is_tidied_away(store, book):
    key = book.create("li", frozenset({"read"}), None, "test").key
    sessions = Sessions(store, None)
    text = sessions.open(key.holder, NOW)
    assert sessions.holder(text, keys(book), NOW + LASTING - ALMOST) is not None
    assert sessions.holder(text, keys(book), NOW + LASTING) is None
    sessions.open(key.holder, NOW + LASTING)
    assert held(store) == 1


def test_a_session_that_is_shown_too_late_is_removed_at_once(store, book):
    key = book.create("li", frozenset({"read"}), None, "test").key
    sessions = Sessions(store, None)
    text = sessions.open(key.holder, NOW)
    assert sessions.holder(text, keys(book), NOW + LASTING) is None
    assert held(store) == 0


def test_of_one_key_the_newest_sessions_hold_and_those_of_others_are_left_alone(store, book):
    li, wang = (book.create(name, frozenset({"read"}), None, "test").key for name in ("li", "wang"))
    sessions = Sessions(store, None)
    other = sessions.open(wang.holder, NOW)
    texts = [sessions.open(li.holder, NOW + n * ALMOST) for n in range(MOST + 3)]
    then = NOW + (MOST + 3) * ALMOST
    alive = [sessions.holder(text, keys(book), then) is not None for text in texts]
    assert alive == [False] * 3 + [True] * MOST
    assert sessions.holder(other, keys(book), then) == wang.holder


def test_two_holders_of_tokens_do_not_end_each_others_sessions(store):
    sessions = Sessions(store, None)
    wang = Principal("token:wang", frozenset({"read"}), TOKEN_TAG)
    theirs = sessions.open(wang, NOW)
    for n in range(MOST + 1):
        sessions.open(TOKEN, NOW + timedelta(milliseconds=n))
    assert sessions.holder(theirs, {}, NOW + ALMOST) == wang


def test_sign_ins_at_once_leave_no_session_too_many(store, book):
    key = book.create("li", frozenset({"read"}), None, "test").key
    sessions = Sessions(store, None)
    for n in range(MOST):
        sessions.open(key.holder, NOW + timedelta(milliseconds=n))
    with ThreadPoolExecutor(4) as pool:
        moments = [NOW + ALMOST + timedelta(milliseconds=n) for n in range(8)]
        texts = list(pool.map(lambda at: sessions.open(key.holder, at), moments))
    assert held(store) == MOST
    assert all(sessions.holder(text, keys(book), NOW + ALMOST) for text in texts)


def test_a_session_may_what_its_key_may_and_ends_with_it(store, book):
    key = book.create("li", frozenset({"read", "work"}), None, "test").key
    sessions = Sessions(store, None)
    text = sessions.open(key.holder, NOW)
    assert sessions.holder(text, keys(book), NOW).scopes == {"read", "work"}
    book.revoke("li", "test")
    assert sessions.holder(text, keys(book), NOW) is None


def test_a_key_that_is_not_there_opens_nothing(store):
    sessions = Sessions(store, None)
    text = sessions.open(Principal("key:li", frozenset({"read"}), "0a1b2c3d"), NOW)
    assert sessions.holder(text, {}, NOW) is None


@pytest.mark.parametrize("other", ["another-master-key", None])
def test_another_master_key_ends_the_sessions_of_the_one_before(store, other):
    text = Sessions(store, "the-master-key").open(MASTER, NOW)
    assert Sessions(store, "the-master-key").holder(text, {}, NOW) == MASTER
    assert Sessions(store, other).holder(text, {}, NOW) is None


def test_a_session_of_a_token_ends_no_later_than_the_token(store):
    sessions = Sessions(store, None)
    text = sessions.open(TOKEN, NOW)
    assert sessions.holder(text, {}, TOKEN.until - ALMOST) == TOKEN
    assert sessions.holder(text, {}, TOKEN.until) is None


def test_a_token_that_holds_for_a_day_opens_an_hour(store):
    sessions = Sessions(store, None)
    day = Principal("token:li", frozenset({"read"}), TOKEN_TAG, until=NOW + timedelta(days=1))
    text = sessions.open(day, NOW)
    assert sessions.holder(text, {}, NOW + LASTING_OF_TOKENS - ALMOST) is not None
    assert sessions.holder(text, {}, NOW + LASTING_OF_TOKENS) is None


def test_who_signs_out_is_out(store):
    sessions = Sessions(store, None)
    text = sessions.open(TOKEN, NOW)
    sessions.close(text)
    assert sessions.holder(text, {}, NOW) is None
