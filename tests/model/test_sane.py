"""What is held against a new model's first predictions."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from model.sane import FEW, objection
from tests.model.desks import HOUR, NOW, FakeDesk, agent, snapshot, ticket

TICKETS = [ticket(f"T{n}") for n in range(FEW)]
DESK = snapshot(TICKETS, [agent("A", capacity=5), agent("B", capacity=5)])


def says(low, high):
    """A desk whose tickets' risks run from `low` to `high`."""
    risks = np.linspace(low, high, FEW).tolist()
    return FakeDesk(kept=dict(zip((t.ticket_id for t in TICKETS), risks, strict=True)))


def test_predictions_like_the_old_ones_are_fit_to_be_served():
    assert objection(says(0.25, 0.45), says(0.2, 0.4), DESK) == ""
    assert objection(says(0.4, 0.8), says(0.2, 0.4), DESK) == ""  # 0.6 after 0.3: odds 3.5 times


def test_one_risk_for_everybody_is_held_against_a_model():
    assert (
        objection(says(0.3, 0.3), says(0.2, 0.4), DESK)
        == "the same risk of 0.300 for all 20 tickets"
    )


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.8), (0.01, 0.12)])
def test_a_mean_far_from_the_old_one_is_held_against_a_model(low, high):
    told = objection(says(low, high), says(0.2, 0.4), DESK)
    assert told.endswith("where the model served says 0.300")


def test_few_tickets_and_those_past_their_promise_say_nothing_of_the_mean():
    few = replace(DESK, tickets=DESK.tickets[: FEW - 1])
    assert objection(says(0.9, 0.9), says(0.2, 0.4), few) == ""
    late = tuple(replace(t, due_at=NOW - HOUR) for t in DESK.tickets)
    assert objection(says(0.9, 0.9), says(0.2, 0.4), replace(DESK, tickets=late)) == ""


@pytest.mark.parametrize("odd", [1.5, -0.2])
def test_a_probability_out_of_bounds_is_held_against_a_model(odd):
    new = says(0.2, 0.4)
    new.kept["T3"] = odd
    assert "outside [0, 1]" in objection(new, says(0.2, 0.4), DESK)


def test_what_is_no_number_is_held_against_a_model():
    new = says(0.2, 0.4)
    new.kept["T3"] = float("nan")
    assert objection(new, says(0.2, 0.4), DESK) == "the model failed on the latest snapshot"


@dataclass
class Silent(FakeDesk):
    """A desk without a model."""

    def assess(self, clean):
        known = super().assess(clean)

        def fail():
            raise RuntimeError

        known.as_is = fail
        return known


def test_a_desk_without_a_model_is_nothing_to_compare_with():
    assert objection(says(0.6, 0.9), Silent(), DESK) == ""
