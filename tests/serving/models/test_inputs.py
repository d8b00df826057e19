"""Have the inputs moved: on columns of which the index is known."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from model.drift import LOOK
from serving.models.alarm import Seen
from serving.models.inputs import FEWEST, LEAST_SPAN, Inputs, inputs_of
from serving.models.live_alarms import live_inputs
from tests.serving.builders import VERSIONS
from tests.serving.models.columns import NOW, RNG, column, reference, seen


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
