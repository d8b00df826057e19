import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.history import History
from features.outcomes import LateChance, lateness
from tests.builders import closed, created, event, log, random_log, resolved, us

JUDGED = (
    created(0, "quick"), resolved(1, "quick"), closed(2, "quick", sla_met=True),
    created(0, "slow"), resolved(10, "slow"), closed(12, "slow", sla_met=False),
)  # fmt: skip
"""A desk without promised times that judges after closing: quick tickets are kept."""


def late(events, name, hours):
    history = History.of(events)
    return float(lateness(history, us(hours))[history.names["ticket"].codes([name])[0]])


def test_what_the_desk_said_counts_once_it_was_said():
    events = log(*JUDGED)
    assert [late(events, "quick", h) for h in (2, 30)] == [0.0, 0.0]
    assert late(events, "slow", 12) == 1.0


def test_a_ticket_resolved_within_the_hour_counts_as_kept_where_quick_ones_always_were():
    events = log(*JUDGED, created(20, "new"), resolved(20.5, "new"))
    assert late(events, "new", 30) == 0.0


def test_one_that_took_as_long_as_a_late_one_counts_as_late_and_one_in_between_in_part():
    events = log(
        *JUDGED,
        created(20, "long"), resolved(32, "long"),
        created(20, "half"), resolved(25.5, "half"),
    )  # fmt: skip
    assert late(events, "long", 40) == 1.0
    assert late(events, "half", 40) == pytest.approx(0.5)  # 5.5 h lie midway of 1 and 10 h


def test_an_open_ticket_counts_as_those_that_took_longer():
    events = log(*JUDGED, created(20, "open"))
    assert late(events, "open", 20.5) == pytest.approx(0.5, abs=0.02)  # one of two was late
    assert late(events, "open", 25) == 1.0  # of those that took more than 5 h all were


def test_of_a_ticket_open_longer_than_any_judged_nothing_is_said():
    assert np.isnan(late(log(*JUDGED, created(20, "open")), "open", 31))


def test_a_verdict_counts_half_a_week_later():
    week = 7 * 24
    events = log(
        created(0, "kept"), resolved(6, "kept"), closed(12, "kept", sla_met=True),
        created(week, "late"), resolved(week + 10, "late"),
        closed(week + 12, "late", sla_met=False),
        created(week + 7, "open"),
    )  # fmt: skip
    assert late(events, "open", week + 12) == pytest.approx(1 / (1 + 0.5))


def test_before_a_desk_has_judged_anything_nothing_is_said():
    events = log(*JUDGED)
    assert np.isnan(late(events, "slow", 1.5))
    assert np.isnan(late(log(created(0, "T1"), resolved(1, "T1")), "T1", 5))


def test_a_ticket_that_has_not_arrived_is_not_spoken_of():
    assert np.isnan(late(log(*JUDGED, created(20, "new")), "new", 19))


def test_a_promise_that_is_not_due_says_nothing_not_even_when_it_was_kept_already():
    events = log(
        *JUDGED,
        created(20, "done", due_at=40), resolved(21, "done"),
        created(20, "open", due_at=40),
        event(60, "ticket.contact", ticket_id="open"),
    )  # fmt: skip
    assert np.isnan([late(events, name, 39) for name in ("done", "open")]).all()
    assert [late(events, name, 40) for name in ("done", "open")] == [0.0, 1.0]


def desk_that_judges_itself(seed: int) -> pd.DataFrame:
    """The random desk, where every second ticket has no promised time but a verdict at closing."""
    events, rng = random_log(seed), np.random.default_rng(seed)
    own = events["ticket_id"].str[1:].astype("Float64") % 2 == 0
    ends = own & (events["type"] == "ticket.closed")
    judged = pd.array(rng.random(len(events)) < 0.5, dtype="boolean")
    return events.assign(
        due_at=events["due_at"].mask(own.fillna(False)),
        sla_met=events["sla_met"].mask(ends.fillna(False), judged),
    )


@given(st.integers(0, 10_000), st.integers(5, 150))
@settings(max_examples=25)
def test_what_happens_later_changes_nothing(seed, hours):
    events = desk_that_judges_itself(seed)
    whole = History.of(events)
    early = History.of(events[events["time"] <= pd.Timestamp(us(hours), unit="us", tz="UTC")])
    names = list(early.names["ticket"].index)
    found = lateness(whole, us(hours))[whole.names["ticket"].codes(names)]
    assert found == pytest.approx(lateness(early, us(hours)), nan_ok=True)


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_every_guess_is_a_share(seed):
    found = lateness(History.of(desk_that_judges_itself(seed)), us(140))
    known = found[~np.isnan(found)]
    assert ((known >= 0) & (known <= 1)).all()


verdicts = st.lists(st.tuples(st.floats(0, 500), st.booleans(), st.floats(0.01, 5)), min_size=1)


@given(verdicts)
def test_the_more_hours_a_resolved_ticket_took_the_likelier_it_was_late(judged):
    hours, missed, weight = (np.array(column, float) for column in zip(*judged, strict=True))
    chance = LateChance.learn(hours, missed, weight)
    said = chance.of(np.linspace(0, 600, 200), np.full(200, True))
    assert (np.diff(said) >= -1e-12).all()
    assert ((said >= 0) & (said <= 1)).all()


def test_of_a_desk_without_verdicts_no_chance_is_learned():
    none = LateChance.learn(np.zeros(0), np.zeros(0), np.zeros(0))
    assert np.isnan(none.of(np.array([1.0, 2.0]), np.array([True, False]))).all()
