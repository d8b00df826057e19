"""Appending gives what building at once gives: every table, every stream, to the bit."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.history import History
from features.kinds import KEYS, KINDS
from features.timeline import Timeline
from tests.builders import assigned, closed, created, event, log, random_log, us

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # a smaller seed is no smaller log

SECRETS = [  # what a desk may write into its own columns, and what makes a column something else
    {"items": 3}, {"items": 4.5}, {"items": "many"}, {"items": None}, {"items": True},
    {"store": "north"}, {"store": 7}, {"seen": "2026-02-01"}, {"seen": "2026-02-01T10:00:00"},
    {"marks": ["a", "b"]}, {"marks": []}, {"marks": [1, 2]}, {"vip": True}, {"vip": None},
    {"place": {"x": 1}}, {"place": {"y": "2"}}, {},
]  # fmt: skip


def busy_log(seed: int, tickets: int = 8) -> pd.DataFrame:
    """Lives of tickets, agents with skills, words, and columns whose values do not agree."""
    rng = np.random.default_rng(seed)
    extra = []
    for number in range(30):
        hours, name = int(rng.integers(0, 150)), f"T{rng.integers(tickets):02d}"
        own = {k: v for one in rng.choice(SECRETS, 2).tolist() for k, v in one.items()}
        extra.append(
            [
                event(hours, "ticket.updated", ticket_id=name, attributes=own),
                event(hours, "ticket.contact", ticket_id=name, text=f"再说一遍{number % 5}"),
                event(hours, "agent.status", agent_id=f"A{rng.integers(5)}", state="busy",
                      attributes={"team": f"G{rng.integers(3)}", **own}),
                event(hours, "agent.status", state="away"),
                closed(hours, name, sla_met=bool(rng.integers(2))),
            ][int(rng.integers(5))]
        )  # fmt: skip
    more = log(*extra).assign(event_id=[f"x{i:03d}" for i in range(len(extra))])
    return pd.concat([random_log(seed, tickets), more.astype({"event_id": "str"})])


def same(one: History, other: History) -> None:
    """Both hold the same events and read the same off them, array by array."""
    pd.testing.assert_frame_equal(one.events, other.events)
    assert np.array_equal(one.ledger.pile.time, other.ledger.pile.time)
    for name, names in one.names.items():
        assert names.index.equals(other.names[name].index)
    _same_timeline(one.timeline, other.timeline)
    _same_attributes(one.staff.attributes, other.staff.attributes)
    assert np.array_equal(one.staff.status, other.staff.status)
    for column in ("agent", "time", "event", "said"):
        assert np.array_equal(getattr(one.staff.told, column), getattr(other.staff.told, column))
    for column in fields(one.ledger.bookings):
        mine, others = (getattr(h.ledger.bookings, column.name) for h in (one, other))
        assert np.array_equal(mine, others)
    for kind in KINDS:
        for by in KEYS:
            if kind == "margin" and by != "customer":
                continue
            mine, others = one.stream(kind, by), other.stream(kind, by)
            for column in ("starts", "times", "rows"):
                assert np.array_equal(getattr(mine, column), getattr(others, column)), (kind, by)
            assert all(np.array_equal(mine.sums[n], others.sums[n]) for n in others.sums)


def _same_timeline(one: Timeline, other: Timeline) -> None:
    for column in ("time", "end", "ticket", "type", "event", "signals", "sla_met"):
        assert np.array_equal(getattr(one, column), getattr(other, column)), column
    for name, values in one.facts.items():
        if name != "wording":
            assert np.array_equal(values, other.facts[name]), name
    _same_attributes(one.attributes, other.attributes)
    said, also = (line.facts["wording"] for line in (one, other))
    assert np.array_equal(said >= 0, also >= 0)
    assert np.array_equal(one.sketches[said[said >= 0]], other.sketches[also[also >= 0]])
    assert len(np.unique(one.sketches, axis=0)) == len(one.sketches) == len(one.marks)


def _same_attributes(one: dict, other: dict) -> None:
    assert list(one) == list(other)
    for name, column in one.items():
        assert column.numeric == other[name].numeric, name
        assert np.array_equal(column.values, other[name].values, equal_nan=column.numeric), name
        if column.names is not None:
            assert column.names.index.equals(other[name].names.index), name


@given(st.integers(0, 10_000), st.integers(1, 8), st.randoms(use_true_random=False))
@settings(max_examples=8, deadline=None, phases=UNSHRUNK)
def test_any_chain_of_appends_in_any_order_gives_what_building_at_once_gives(seed, parts, shuffle):
    events = busy_log(seed)
    order = list(range(len(events)))
    shuffle.shuffle(order)
    cuts = sorted(shuffle.randrange(len(order) + 1) for _ in range(parts))
    history = History.empty()
    for begin, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
        again = order[max(begin - 5, 0) : end]  # the last ones come twice
        history = history.append(events.iloc[again])
    same(history, History.of(events))


@given(st.integers(0, 10_000), st.integers(8, 40))
@settings(max_examples=3, deadline=None, phases=UNSHRUNK)
def test_events_that_come_as_they_happen_a_few_at_a_time_give_the_same(seed, few):
    events = busy_log(seed).sort_values("time", kind="stable")
    history = History.of(events.iloc[:60])
    for begin in range(60, len(events), few):
        history = history.append(events.iloc[begin : begin + few])
    same(history, History.of(events))


def renamed(events: pd.DataFrame, *ids: str) -> pd.DataFrame:
    return events.assign(event_id=pd.Series(ids, events.index, dtype="str"))


def test_what_is_known_already_leaves_the_history_as_it_is():
    events = log(created(0, "T1"), assigned(1, "T1", "A1"))
    history = History.of(events)
    assert history.append(events.iloc[[1]]) is history
    assert history.append(events.iloc[:0]) is history
    nothing = History.empty()
    assert nothing.append(events.iloc[:0]) is nothing


@pytest.mark.parametrize("hours", [0.5, 2])
def test_of_an_event_that_comes_again_with_another_time_the_earlier_one_counts(hours):
    first = log(created(0, "T1"), closed(1, "T1"), created(1, "T2"))
    again = renamed(log(closed(hours, "T1")), "e0001")
    history = History.of(first).append(again)
    same(history, History.of(pd.concat([first, again])))
    assert int(history.last_time("closure", "ticket", np.zeros(1, np.int64), us_of(9))[0]) == us(
        min(hours, 1)
    )


def us_of(*hours: float) -> np.ndarray:
    return np.array([us(h) for h in hours], np.int64)


def test_at_one_instant_new_events_stand_where_their_ids_say():
    old = renamed(log(created(0, "T1"), assigned(1, "T1", "A1"), closed(1, "T1")), "a", "c", "a2")
    new = renamed(log(assigned(1, "T1", "A2"), assigned(1, "T1", "A3"), created(0, "T0")),
                  "b", "d", "z")  # fmt: skip
    history = History.of(old).append(new)
    assert history.events["event_id"].tolist() == ["a", "z", "b", "c", "d", "a2"]
    same(history, History.of(pd.concat([old, new])))


@pytest.mark.parametrize(
    ("before", "after"),
    [(3, 4.5), (3, "many"), (3, None), (3, True), ("x", "y"), (None, 3), (["a"], []), ([], ["a"]),
     ([1], [2.5]), ({"x": 1}, {"y": None}), (True, None), ("2026-02-01", "yesterday")],
)  # fmt: skip
def test_what_a_column_is_follows_from_old_and_new_values_alike(before, after):
    old = log(created(0, "T1", attributes={"own": before, "a": "n"}), created(1, "T2"))
    new = log(created(2, "T3", attributes={"own": after, "b": 1}), created(3, "T2"))
    new = renamed(new, "n1", "n2")
    later = renamed(log(created(4, "T1", attributes={"own": before})), "n3")
    chain = History.of(old).append(new).append(later)
    same(chain, History.of(pd.concat([old, new, later])))


def test_who_holds_the_old_history_sees_nothing_of_the_new_one():
    events = busy_log(5)
    history, untouched = History.of(events.iloc[:90]), History.of(events.iloc[:90])
    longer = history.append(events.iloc[90:])
    other = history.append(events.iloc[100:])
    same(history, untouched)
    same(longer, History.of(events))
    same(other, History.of(pd.concat([events.iloc[:90], events.iloc[100:]])))


def test_a_status_of_nobody_says_nothing():
    history = History.of(log(event(0, "agent.status", state="away"), created(1, "T1")))
    assert history.staff.row(np.array([0, -1]), us_of(2, 2)).tolist() == [-1, -1]


def test_what_was_found_out_of_the_past_stays_until_the_past_changes():
    history, owner = History.of(log(created(5, "T1"))), test_a_status_of_nobody_says_nothing
    history.shelf.of(owner).update({us(4): "four", us(6): "six"})
    after = history.append(renamed(log(created(6, "T2")), "n1"))
    assert after.shelf.of(owner) == {us(4): "four", us(6): "six"}
    late = after.append(renamed(log(created(5, "T3")), "n2"))
    assert late.shelf.of(owner) == {us(4): "four"}
    assert after.shelf.of(owner) == {us(4): "four", us(6): "six"}
