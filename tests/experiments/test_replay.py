from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from experiments.replay import moments_of, replay
from experiments.replay_table import Choices, mean_of, summary_of, table_of
from features.errors import ModelError
from tests.builders import at, created, log
from tests.model.desks import plain
from tests.model.tiny_bundle import tiny_bundle
from tests.training.desk_log import START, afterwards, busy_log

EVENTS = busy_log(tickets=200, days=20)
FIRST = (START + pd.Timedelta(days=10)).to_pydatetime()


def a_bundle(trained_until="2026-01-10T00:00:00Z"):
    bundle, _ = tiny_bundle()
    return replace(bundle, info=replace(bundle.info, trained_until=trained_until))


def test_moments_are_the_first_and_drawn_arrivals_after_it():
    events = log(*(created(hour, f"t{hour}") for hour in range(10)))
    assert moments_of(events, at(6), 9, seed=0) == [at(6), at(7), at(8), at(9)]
    drawn = moments_of(events, at(2), 3, seed=1)
    assert drawn == sorted(drawn) == moments_of(events, at(2), 3, seed=1)
    assert set(drawn[1:]) < {at(hour) for hour in range(3, 10)}


def test_no_decision_reads_what_comes_after_its_moment():
    moments = [FIRST, FIRST + timedelta(days=1)]
    for moment in moments:
        (found,), choices = replay(EVENTS, a_bundle(), plain(), [moment])
        worst = afterwards(EVENTS, pd.Timestamp(moment))
        (other,), again = replay(worst, a_bundle(), plain(), [moment])
        timeless = {"plan_ms": 0.0, "refresh_ms": 0.0}
        assert found.open > 0
        assert replace(other, **timeless) == replace(found, **timeless)
        assert again.ticket.tolist() == choices.ticket.tolist()
        assert again.chosen.tolist() == choices.chosen.tolist()
        assert again.p_chosen.tolist() == choices.p_chosen.tolist()
        assert again.following.tolist() != choices.following.tolist()  # hindsight alone may look


def test_where_the_plan_agrees_with_history_so_do_the_risks():
    _, choices = replay(EVENTS, a_bundle(), plain(), [FIRST])
    same = choices.chosen == choices.following
    assert same.any()
    np.testing.assert_allclose(choices.p_following[same], choices.p_chosen[same], atol=1e-12)


def test_a_model_that_has_seen_later_moments_is_refused():
    with pytest.raises(ModelError, match="after the first moment"):
        replay(EVENTS, a_bundle("2026-01-16T00:00:00Z"), plain(), [FIRST])


def test_the_mean_draws_tickets_and_not_their_looks():
    values = np.array([0.0] * 50 + [1.0] * 50)
    once = mean_of(values, np.array([f"t{at}" for at in range(100)], dtype=object), 0)
    often = mean_of(values, np.repeat(np.array(["a", "b", "c", "d"], dtype=object), 25), 0)
    assert once.value == often.value == 0.5
    assert often.high - often.low > 2 * (once.high - once.low)
    assert np.isnan(mean_of(np.empty(0), np.empty(0, dtype=object), 0).value)


def test_the_summary_and_the_table_tell_what_was_found():
    found, choices = replay(EVENTS, a_bundle(), plain(), moments_of(EVENTS, FIRST, 2, seed=0))
    text = summary_of(found, choices, seed=0)
    assert f"3 moments, {len(choices.ticket):,} placed tickets" in text
    table = table_of(found)
    assert list(table["as_of"]) == sorted(table["as_of"])
    assert (table["gap"] >= 0).all()
    assert (table["dearer"] >= -1e-9).all()


def test_agreement_leaves_out_what_the_log_does_not_tell():
    names = np.array(["A", "B", "A"], dtype=object)
    choices = Choices(
        ticket=np.array(["x", "y", "z"], dtype=object),
        fresh=np.array([True, True, False]),
        moved=np.array([False, False, True]),
        chosen=names,
        following=np.array(["A", "A", None], dtype=object),
        closer=np.array([None, None, None], dtype=object),
        p_chosen=np.array([0.1, 0.2, 0.3]),
        p_following=np.array([0.1, 0.5, np.nan]),
    )
    lines = summary_of(replay(EVENTS, a_bundle(), plain(), [FIRST])[0], choices, 0).splitlines()
    (all_placed,) = (line for line in lines if line.startswith("all placed") and "/" in line)
    assert "0.500 (" in all_placed
    assert all_placed.endswith("/ –")
    assert any("chosen 0.200" in line and "historical 0.500" in line for line in lines)
