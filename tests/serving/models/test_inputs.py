"""Have the inputs moved: on columns of which the index is known, and on logged requests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest

from features.history import History
from features.words import Words
from model.desk import ServedDesk
from model.drift import LOOK, Bins
from model.policy import Policy
from serving.decisions.log import DecisionLog, Entry
from serving.models import input_watch
from serving.models.cards import Column, Reference
from serving.models.input_watch import AGAIN_SECONDS, KEPT_SECONDS, InputWatch
from serving.models.inputs import FEWEST, LEAST_SPAN, Inputs, inputs_of
from serving.models.live_alarms import live_inputs
from serving.models.looked import MOST_REFRESHES, Looked, looked
from serving.models.seen import Seen
from serving.store import Store
from tests.builders import assigned, created, log
from tests.model.grown_bundle import grown_bundle
from tests.serving.builders import VERSIONS, body, ticket

NOW = datetime(2026, 3, 9, 10, tzinfo=UTC)
RNG = np.random.default_rng(1)
LEARNED = RNG.normal(size=2000)


def column(name="margin", values=LEARNED, usual=0.05, *, category=False):
    return Column(name, Words(name, f"{name}（中）"), Bins.of(values, category=category), usual)


def reference(*columns, tickets=1000):
    return Reference(NOW, tickets, columns)


def seen(tickets=400, refreshes=20, **columns):
    """One row a ticket, spread over the refreshes."""
    rows = np.arange(tickets)
    x = np.column_stack(list(columns.values()))
    return Looked(tuple(columns), x, rows % refreshes, rows, NOW - timedelta(days=7), NOW)


def test_what_is_as_it_was_has_not_moved():
    found = inputs_of(seen(margin=RNG.normal(size=400)), reference(column()))
    assert (found.state, found.judged, found.alarming) == ("told", 1, ())
    assert found.moved[0].level == "none"


def test_a_moved_feature_alarms_and_stands_before_those_that_lay_still():
    moved = seen(still=RNG.normal(size=400), margin=RNG.normal(2.0, size=400))
    found = inputs_of(moved, reference(column("still"), column()))
    assert [(each.name, each.level) for each in found.moved] == [
        ("margin", "warn"),
        ("still", "none"),
    ]
    assert found.alarming[0].psi > found.alarming[0].limit == LOOK


def test_what_moved_by_itself_in_training_is_held_to_a_wider_limit_or_left_out():
    moved = seen(margin=RNG.normal(0.7, size=400))
    assert inputs_of(moved, reference(column())).alarming
    wider = inputs_of(moved, reference(column(usual=0.25)))
    assert (wider.moved[0].limit, wider.alarming) == (0.75, ())
    for usual in (0.3, None):
        left = inputs_of(moved, reference(column(usual=usual)))
        assert (left.judged, left.left_out, left.moved) == (0, 1, ())


@pytest.mark.parametrize("name", ["subcategory_late_rate", "late_share:product", "tenure_days"])
def test_what_became_of_earlier_tickets_moves_with_the_desk_and_is_not_judged(name):
    left = inputs_of(seen(**{name: RNG.normal(2.0, size=400)}), reference(column(name)))
    assert (left.judged, left.left_out) == (0, 1)


def test_what_had_hardly_another_value_in_training_says_nothing():
    missing = np.full(2000, np.nan)
    missing[:10] = 1.0
    left = inputs_of(seen(margin=np.ones(400)), reference(column(values=missing)))
    assert (left.left_out, left.moved) == (1, ())


def test_what_all_tickets_of_a_refresh_share_needs_many_refreshes():
    hour = np.arange(400) % 20 * 1.0
    found = inputs_of(seen(hour=hour), reference(column("hour", np.arange(2000) % 24 * 1.0)))
    assert (found.judged, found.left_out) == (0, 1)
    own = inputs_of(
        seen(refreshes=200, hour=np.arange(400) % 200 % 24 * 1.0), reference(column("hour"))
    )
    assert own.judged == 1


def test_a_day_is_not_held_against_weeks():
    moved = seen(margin=RNG.normal(2.0, size=400))
    day = replace(moved, since=NOW - timedelta(days=1))
    found = inputs_of(day, reference(column()))
    assert (found.state, found.since, found.alarming) == ("brief", day.since, ())
    assert inputs_of(replace(moved, since=NOW - LEAST_SPAN), reference(column())).alarming


def test_few_tickets_on_either_side_are_not_judged():
    few = seen(tickets=FEWEST - 1, margin=np.zeros(FEWEST - 1))
    assert inputs_of(few, reference(column())).state == "few"
    assert inputs_of(seen(margin=np.zeros(400)), reference(column(), tickets=9)).state == "few"
    assert inputs_of(replace(few, x=few.x[:0], refresh=few.refresh[:0], ticket=few.ticket[:0]),
                     reference(column())).tickets == 0  # fmt: skip


def test_a_feature_that_the_model_does_not_have_is_passed_over():
    found = inputs_of(seen(margin=np.zeros(400)), reference(column(), column("gone")))
    assert found.judged + found.left_out == 1


def test_the_alarm_names_the_worst_three_in_both_languages():
    names = ("a", "b", "c", "d")
    moved = seen(**{name: RNG.normal(2.0, size=400) for name in names})
    found = inputs_of(moved, reference(*(column(name) for name in names)))
    nobody = Seen(NOW, VERSIONS["model"], {}, {}, inputs=found)
    (alarm,) = live_inputs(nobody)
    assert "and 1 more" in alarm.said.en
    assert "（中）" in alarm.said.zh
    assert list(live_inputs(replace(nobody, inputs=Inputs("pending")))) == []


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
    found = looked(store, desk, NOW)
    assert (found.x.shape, found.since) == ((0, len(desk.bundle.encoder.names)), None)


def test_rows_are_what_the_model_saw_of_tickets_at_their_refresh(store, desk):
    decided(store, body(ticket("T1"), ticket("T2")), body(ticket("T1")))
    found = looked(store, desk, NOW + timedelta(hours=1))
    assert (len(found.x), sorted(found.refresh.tolist())) == (3, [0, 0, 1])
    assert np.unique(found.ticket).size == 2
    age = found.x[:, found.names.index("age_hours")]
    assert len(set(age.round(6).tolist())) == 2  # five minutes lie between
    assert (found.since, found.until) == (NOW, NOW + timedelta(minutes=5))


def test_what_is_older_than_a_week_or_cannot_be_read_is_not_looked_at(store, desk):
    decided(store, body(ticket("T1")), begin=NOW - timedelta(days=9))
    decided(store, body(ticket("T1")), {"tickets": [{"ticket_id": "T1"}]}, body(ticket("T2")))
    assert len(looked(store, desk, NOW + timedelta(hours=1)).x) == 2


def test_many_refreshes_are_read_evenly_and_not_all(store, desk):
    decided(store, *[body(ticket("T1"))] * (MOST_REFRESHES * 2))
    found = looked(store, desk, NOW + timedelta(days=1))
    assert np.unique(found.refresh).size == MOST_REFRESHES
    assert found.until == NOW + timedelta(minutes=5 * (MOST_REFRESHES * 2 - 1))


def test_a_ticket_that_everybody_forgot_is_not_looked_at(store, desk):
    old = {**ticket("T9"), "created_at": (NOW - timedelta(days=91)).isoformat()}
    decided(store, body(old, ticket("T1")))
    assert len(looked(store, desk, NOW + timedelta(hours=1)).x) == 1


def test_it_is_worked_out_once_and_kept_for_a_while(store, desk, monkeypatch):
    made, clock = [], [0.0]
    monkeypatch.setattr(
        input_watch, "looked", lambda *asked: made.append(asked) or seen(margin=LEARNED[:400])
    )
    watch = InputWatch(store, lambda: clock[0])
    assert watch.tell(desk, None, NOW).state == "no_reference"
    assert watch.tell(desk, reference(column()), NOW).state == "told"
    clock[0] = KEPT_SECONDS - 1
    assert watch.tell(desk, reference(column()), NOW).state == "told"
    assert len(made) == 1
    clock[0] = KEPT_SECONDS
    watch.tell(desk, reference(column()), NOW)
    assert len(made) == 2


def test_what_cannot_be_worked_out_says_so_and_is_soon_tried_again(store, desk, monkeypatch):
    def broken(*_):
        raise OSError("the store is away")

    clock = [0.0]
    watch = InputWatch(store, lambda: clock[0])
    monkeypatch.setattr(input_watch, "looked", broken)
    assert watch.tell(desk, reference(column()), NOW).state == "failed"
    monkeypatch.setattr(input_watch, "looked", lambda *_: seen(margin=LEARNED[:400]))
    assert watch.tell(desk, reference(column()), NOW).state == "failed"
    clock[0] = AGAIN_SECONDS
    assert watch.tell(desk, reference(column()), NOW).state == "told"
