import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import LogError
from features.frame import Encoder, landmark_frame
from features.history import History
from features.kinds import KEYS, KINDS
from features.stream import DAY, HOUR, NEVER
from features.timeline import STATUS
from tests.builders import (
    assigned,
    closed,
    created,
    event,
    log,
    random_log,
    resolved,
    state,
    us,
)


def ticket(history: History, name: str, hours: float, fact: str) -> int:
    row = history.row(history.names["ticket"].codes([name]), np.array([us(hours)]))[0]
    return int(history.timeline.facts[fact][row])


def status(history: History, name: str, hours: float) -> str:
    code = ticket(history, name, hours, "status")
    return next(key for key, value in STATUS.items() if value == code)


def owner(history: History, name: str, hours: float) -> str | None:
    return history.names["agent"].names(np.array([ticket(history, name, hours, "owner")]))[0]


def level(history: History, value: str, agent: str, hours: float) -> int:
    who = history.names["agent"].codes([agent])
    return int(history.total("load", value, "agent", who, np.array([us(hours)]))[0])


def test_a_ticket_is_known_as_of_each_moment_of_its_life():
    history = History.of(
        log(
            created(0, "T1"), assigned(1, "T1", "A1"), state(2, "T1", "in_progress"),
            assigned(3, "T1", "A2"), resolved(5, "T1"), closed(6, "T1"),
        )
    )  # fmt: skip
    assert [status(history, "T1", h) for h in (0, 1, 2, 3, 4.9, 5, 7)] == [
        "unassigned", "assigned", "in_progress", "assigned", "assigned", "closed", "closed",
    ]  # fmt: skip
    assert [owner(history, "T1", h) for h in (0.5, 1, 3)] == [None, "A1", "A2"]
    assert ticket(history, "T1", 4, "assigned_at") == us(3)


def test_a_hand_over_does_not_end_a_wait_for_the_customer():
    history = History.of(
        log(created(0, "T1"), state(1, "T1", "waiting_customer"), assigned(2, "T1", "A1"))
    )
    assert status(history, "T1", 2) == "waiting_customer"
    assert ticket(history, "T1", 2, "state_since") == us(1)


def test_an_agents_load_rises_and_falls_with_the_tickets_it_holds():
    history = History.of(
        log(
            created(0, "T1"), created(0, "T2"), assigned(1, "T1", "A1"), assigned(2, "T2", "A1"),
            state(3, "T1", "in_progress"), assigned(4, "T2", "A2"), resolved(5, "T1"),
            event(6, "ticket.reopened", ticket_id="T1"),
        )
    )  # fmt: skip
    assert [level(history, "open", "A1", h) for h in (0, 1, 2, 4, 5, 6)] == [0, 1, 2, 1, 0, 1]
    assert [level(history, "started", "A1", h) for h in (2, 3, 5)] == [0, 1, 0]
    assert level(history, "open", "A2", 9) == 1


def judged(history: History, agent: str, hours: float) -> tuple[int, int]:
    who, when = history.names["agent"].codes([agent]), np.array([us(hours)])
    return tuple(
        int(history.total("verdict", value, "agent", who, when)[0]) for value in ("tickets", "late")
    )  # type: ignore[return-value]


def test_a_promise_is_broken_when_its_time_passes_not_when_the_ticket_is_closed():
    history = History.of(
        log(created(0, "T1", due_at=10), assigned(1, "T1", "A1"), resolved(20, "T1"))
    )
    assert [judged(history, "A1", h) for h in (9.9, 10, 25)] == [(0, 0), (1, 1), (1, 1)]


def test_a_promise_kept_to_the_minute_is_kept():
    history = History.of(
        log(created(0, "T1", due_at=10), assigned(1, "T1", "A1"), resolved(10, "T1"))
    )
    assert judged(history, "A1", 30) == (1, 0)


@pytest.mark.parametrize(("done", "late"), [(8, 0), (12, 1)])
def test_a_ticket_that_comes_back_after_its_time_is_not_judged_again(done, late):
    history = History.of(
        log(
            created(0, "T1", due_at=10), assigned(1, "T1", "A1"), resolved(done, "T1"),
            event(13, "ticket.reopened", ticket_id="T1"), resolved(15, "T1"),
        )
    )  # fmt: skip
    assert judged(history, "A1", 30) == (1, late)


def test_a_ticket_that_came_back_in_time_must_be_solved_in_time_again():
    history = History.of(
        log(
            created(0, "T1", due_at=10), assigned(1, "T1", "A1"), resolved(5, "T1"),
            event(7, "ticket.reopened", ticket_id="T1"), resolved(15, "T1"),
        )
    )  # fmt: skip
    assert judged(history, "A1", 30) == (1, 1)


def test_a_desks_own_verdict_corrects_the_one_from_the_due_time_once():
    history = History.of(
        log(
            created(0, "T1", due_at=10), assigned(1, "T1", "A1"), resolved(20, "T1"),
            closed(30, "T1", sla_met=True),
        )
    )  # fmt: skip
    assert [judged(history, "A1", h) for h in (25, 30)] == [(1, 1), (1, 0)]


def test_a_fact_changes_when_the_customer_calls_or_what_it_is_about_moves_not_by_assigning():
    history = History.of(
        log(
            created(0, "x", priority="2", due_at=48),
            assigned(1, "x", "A1"),
            state(2, "x", "in_progress"),
            event(3, "ticket.updated", ticket_id="x", priority="2"),
            event(4, "ticket.contact", ticket_id="x"),
            event(5, "ticket.updated", ticket_id="x", priority="1"),
            event(6, "ticket.updated", ticket_id="x", due_at=24),
            assigned(7, "x", "A2"),
        )
    )
    times = np.array([us(hours) for hours in (3, 4, 5, 6, 8)])
    found = history.count("change", "ticket", np.zeros(5, np.int64), times)
    assert found.tolist() == [0, 1, 2, 3, 3]


def test_margin_adds_up_over_the_window_negative_bookings_too():
    history = History.of(
        log(
            event(0, "customer.margin", customer_id="C1", amount=100.25),
            event(48, "customer.margin", customer_id="C1", amount=-0.75),
        )
    )
    who = history.names["customer"].codes(["C1", "C1", "nobody"])
    when = np.array([us(1), us(48), us(48)])
    assert history.total("margin", "amount", "customer", who, when).tolist() == [
        100_250_000, 99_500_000, 0,
    ]  # fmt: skip
    assert history.total("margin", "amount", "customer", who, when, 2 * DAY).tolist() == [
        100_250_000, -750_000, 0,
    ]  # fmt: skip


def everything(history: History, until: int) -> dict[str, object]:
    """Every kind by every key at many moments, by name so that codes do not matter."""
    answers: dict[str, object] = {}
    moments = np.arange(us(0), until, 7 * HOUR)
    for kind in KINDS:
        for by in sorted(KEYS):
            if kind == "margin" and by != "customer":
                continue
            if by == "agent_category":
                continue
            names = {"desk": ["-"], "team": list(history.ledger.team_names.index)}.get(
                by, list(history.names[by].index) if by in history.names else []
            )
            stream = history.stream(kind, by)
            for code, name in enumerate(names):
                keys = np.full(moments.size, code)
                for value in stream.sums:
                    total = stream.total(value, keys, moments)
                    if total.any():
                        answers[f"{kind}/{by}/{name}/{value}"] = total.tolist()
                count = stream.count(keys, moments, DAY)
                if count.any():
                    answers[f"{kind}/{by}/{name}"] = count.tolist()
    return answers


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=7)
def test_appending_in_any_order_gives_what_building_at_once_gives(seed, shuffle):
    events = random_log(seed, tickets=12)
    order = list(range(len(events)))
    shuffle.shuffle(order)
    cut = shuffle.randrange(len(order) + 1)
    at_once = History.of(events)
    in_parts = History.of(events.iloc[order[:cut]]).append(events.iloc[order[cut:]])
    pd.testing.assert_frame_equal(at_once.events, in_parts.events)
    assert everything(at_once, us(150)) == everything(in_parts, us(150))


@given(st.integers(0, 10_000), st.integers(1, 120))
@settings(max_examples=7)
def test_appending_events_after_a_moment_changes_no_answer_at_or_before_it(seed, hours):
    events = random_log(seed, tickets=12)
    past = events[events["time"] <= pd.Timestamp(us(hours), unit="us", tz="UTC")]
    assert everything(History.of(past), us(hours) + 1) == everything(
        History.of(events), us(hours) + 1
    )


@given(st.integers(0, 10_000), st.integers(30, 120))
@settings(max_examples=5)
def test_the_future_changes_no_feature(seed, hours):
    events = random_log(seed)
    moment = us(hours)
    past = History.of(events[events["time"] <= pd.Timestamp(moment, unit="us", tz="UTC")])
    whole = History.of(events)
    ids = list(past.names["ticket"].index)
    times = np.full(len(ids), moment)
    encoder = Encoder.learn(whole, ids * 3, np.tile(times, 3))
    before = landmark_frame(past, encoder, ids, times)
    after = landmark_frame(whole, encoder, ids, times)
    assert np.array_equal(before.values, after.values, equal_nan=True)


def test_repeated_event_ids_count_once():
    events = log(created(0, "T1"), assigned(1, "T1", "A1"))
    history = History.of(pd.concat([events, events]))
    assert len(history.events) == 2


def test_texts_are_not_kept_only_what_they_signal():
    history = History.of(log(created(0, "T1", text="我要找媒体曝光你们")))
    assert history.events["text"].isna().all()
    who = history.names["ticket"].codes(["T1"])
    found = history.total("signal", "public_exposure", "ticket", who, np.array([us(0)]))
    assert found.tolist() == [1]


def test_a_history_built_from_its_own_events_is_the_same():
    history = History.of(log(created(0, "T1", text="手机起火"), created(1, "T2")))
    again = History.of(history.events)
    pd.testing.assert_frame_equal(again.events, history.events)
    assert again.timeline.facts["wording"].tolist() == [0, -1]
    assert np.array_equal(again.timeline.sketches, history.timeline.sketches)


def test_an_empty_history_answers_with_nothing():
    history = History.empty()
    assert history.span == (NEVER, NEVER)
    none = np.array([-1])
    assert history.count("arrival", "customer", none, np.array([us(0)])).tolist() == [0]


def test_attributes_that_are_no_objects_are_refused_with_the_remedy():
    broken = log(created(0, "T1")).assign(attributes=pd.Series(["[1, 2"], dtype="str"))
    with pytest.raises(LogError, match="fendan import"):
        History.of(broken)


def test_an_attribute_with_numbers_and_words_is_a_category():
    history = History.of(
        log(created(0, "T1", attributes={"code": 7}), created(1, "T2", attributes={"code": "x7"}))
    )
    assert not history.timeline.attributes["code"].numeric


def test_an_attribute_that_looks_like_a_date_stays_as_it_was_written():
    events = log(
        created(0, "T1", attributes={"bought": "2026-02-01", "n": 1}),
        created(1, "T2", attributes={"bought": "2026-02-01T10:00:00"}),
    )
    names = History.of(events).timeline.attributes["bought"].names
    assert names is not None
    assert list(names.index) == ["2026-02-01", "2026-02-01T10:00:00"]
