"""Versions of the policy: numbered, never changed, and one of them in force."""

import threading
from dataclasses import replace

import pytest

from features.errors import StoreError
from model.release import Release
from serving.audit import changes
from serving.policy.store import (
    NothingBeforeError,
    PolicyStore,
    StalePolicyError,
    UnknownVersionError,
    etag_of,
)
from serving.store import Store
from serving.tables import POLICY_DOCUMENTS
from tests.serving.policies import FIRST, OPS, opened, weighted


def test_nothing_is_in_force_before_something_is_published(url):
    assert opened(url).standing() is None


def test_what_is_published_is_there_for_whoever_opens_the_store_next(url):
    published = opened(url).publish(weighted(2), OPS, FIRST)
    standing = opened(url).standing()
    assert standing.policy == published.policy == replace(weighted(2), version=2)
    assert (published.changed, standing.changed, standing.before) == (True, False, None)


def test_the_first_publication_keeps_what_held_until_then_as_a_version(url):
    store = opened(url)
    store.publish(weighted(2), OPS, FIRST)
    second, first = store.versions()
    assert (first.policy, first.by.who, first.changes) == (FIRST, "fendan", ())
    assert (second.by, second.by.at.tzinfo is None) == (OPS, False)
    assert [change.words() for change in second.changes] == [
        '/name: "default" → "mine"',
        "/weights/value: 1.0 → 2.0",
    ]


def test_the_same_document_again_makes_no_version(url):
    store = opened(url)
    store.publish(weighted(2), OPS, FIRST)
    again = store.publish(weighted(2, version=77), OPS, FIRST)
    assert (again.changed, again.policy.version, len(store.versions())) == (False, 2, 2)
    assert store.publish(FIRST, OPS, FIRST).policy.version == 3


def test_the_shipped_policy_published_first_changes_nothing(url):
    store = opened(url)
    assert not store.publish(FIRST, OPS, FIRST).changed
    assert store.standing() is None


def test_a_new_name_is_a_new_version_of_the_same_document(url):
    store = opened(url)
    store.publish(weighted(2, "one"), OPS, FIRST)
    store.publish(weighted(2, "two"), OPS, FIRST)
    assert [each.policy.name for each in store.versions()] == ["two", "one", "default"]


def test_a_rollback_goes_back_step_by_step_and_says_so(url):
    store = opened(url)
    for value in (2, 3):
        store.publish(weighted(value), OPS, FIRST)
    assert store.rollback(None, OPS).policy.weights.value == 2
    assert store.rollback(None, OPS).policy == FIRST
    assert [(m.version, m.kind) for m in store.moves()] == [
        (1, "rollback"), (2, "rollback"), (3, "publish"), (2, "publish"), (1, "publish"),
    ]  # fmt: skip
    with pytest.raises(NothingBeforeError, match="version 1 is the first"):
        store.rollback(None, OPS)


def test_a_rollback_to_a_version_by_its_number(url):
    store = opened(url)
    for value in (2, 3, 4):
        store.publish(weighted(value), OPS, FIRST)
    assert store.rollback(2, OPS).policy.weights.value == 2
    assert not store.rollback(2, OPS).changed
    assert store.publish(weighted(5), OPS, FIRST).policy.version == 5
    assert store.rollback(None, OPS).policy.version == 2


def test_what_cannot_be_gone_back_to_changes_nothing(url):
    store = opened(url)
    with pytest.raises(NothingBeforeError, match="nothing was published"):
        store.rollback(None, OPS)
    store.publish(weighted(2), OPS, FIRST)
    with pytest.raises(UnknownVersionError, match="no version 9"):
        store.rollback(9, OPS)
    with pytest.raises(UnknownVersionError):
        store.version(9)
    assert (store.standing().policy.version, len(store.moves())) == (2, 2)


def test_a_stale_tag_changes_nothing(url):
    store, tag = opened(url), frozenset({etag_of(FIRST)})
    store.publish(weighted(2), OPS, FIRST, tag)
    before = (store.versions(), store.moves(), Store.open(url).marks())
    with pytest.raises(StalePolicyError, match="version 2"):
        store.publish(weighted(3), OPS, FIRST, tag)
    with pytest.raises(StalePolicyError):
        store.rollback(1, OPS, tag)
    assert (store.versions(), store.moves(), Store.open(url).marks()) == before


def test_of_many_who_change_the_same_policy_at_once_exactly_one_wins(url):
    Store.open(url).check()
    tag, ready, won, lost = frozenset({etag_of(FIRST)}), threading.Barrier(6), [], []

    def change(value):
        store = opened(url)
        ready.wait()
        try:
            won.append(store.publish(weighted(value), OPS, FIRST, tag).policy.weights.value)
        except StalePolicyError:
            lost.append(value)

    threads = [threading.Thread(target=change, args=(float(n),), daemon=True) for n in range(2, 8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(won), len(lost)) == (1, 5)
    assert [each.policy.weights.value for each in opened(url).versions()] == [*won, 1.0]


def test_every_change_is_audited_and_marked(url):
    store, raw = opened(url), Store.open(url)
    store.publish(weighted(2), OPS, FIRST)
    store.rollback(None, OPS)
    with raw.transaction() as connection:
        back, published = changes(connection)
    assert (published.who, published.what, back.what) == (
        "ops",
        "policy.publish",
        "policy.rollback",
    )
    assert published.about == {
        "version": 2,
        "fingerprint": weighted(2).fingerprint(),
        "why": "Monday is late",
    }
    assert raw.marks().policy == 2


def test_outside_of_its_blocks_the_last_policy_that_was_released_to_all_holds(url):
    store = opened(url)
    store.publish(weighted(2), OPS, FIRST)
    few = store.publish(weighted(3, release=Release(share=0.2)), OPS, FIRST)
    more = store.publish(weighted(3, release=Release(share=0.5)), OPS, FIRST)
    assert few.before.version == more.before.version == 2
    everybody = store.publish(weighted(3), OPS, FIRST)
    assert everybody.before is None
    assert store.rollback(None, OPS).before.version == 2
    assert store.rollback(2, OPS).before is None


def test_a_document_from_a_newer_fendan_is_told_and_not_guessed(url):
    store = opened(url)
    store.publish(weighted(2), OPS, FIRST)
    with Store.open(url).transaction() as connection:
        connection.execute(POLICY_DOCUMENTS.update().values(document='{"name": "n", "new": 1}'))
    with pytest.raises(StoreError, match="this Fendan cannot obey"):
        PolicyStore(Store.open(url)).standing()


def test_versions_come_page_by_page_with_what_each_changed(url):
    store = opened(url)
    for value in (2, 3, 4):
        store.publish(weighted(value), OPS, FIRST)
    page = store.versions(limit=2)
    assert [each.policy.version for each in page] == [4, 3]
    assert page[1].changes[0].words() == "/weights/value: 2.0 → 3.0"
    assert [each.policy.version for each in store.versions(limit=2, before=3)] == [2, 1]
    assert store.version(3) == page[1]
