"""What was decided stands beside what became of it."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from experiments.decided import COLUMNS, decided
from features.errors import LogError
from features.events import conform
from model.decision import Version
from serving.decisions.placement_log import Placement, Told

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def hour(count):
    return NINE + timedelta(hours=count)


def told(ticket_id, agent_id="A3", at=1, **known):
    placed = Placement(ticket_id, "assign", agent_id, None, 0.4, **known)
    return Told("r1", hour(at), Version("default", 7), Version("fendan-risk", 4), placed)


def happened(*rows):
    named = [{"event_id": f"e{at}", **row} for at, row in enumerate(rows)]
    return conform(pd.DataFrame(named))


def event(kind, ticket_id, at, **known):
    return {"type": f"ticket.{kind}", "ticket_id": ticket_id, "time": hour(at), **known}


LOG = happened(
    event("created", "late", 0, due_at=hour(3)),
    event("assigned", "late", 2, agent_id="A3"),
    event("escalated", "late", 4),
    event("resolved", "late", 5),
    event("created", "soon", 0, due_at=hour(9)),
    event("assigned", "soon", 2, agent_id="A9"),
    event("resolved", "soon", 3),
    event("created", "open", 0, due_at=hour(90)),
)


def of(*them):
    return decided(them, LOG).set_index("ticket_id")


def test_each_row_has_its_decision_and_its_outcome():
    found = of(told("late", propensity=0.5), told("soon"))
    assert found["late"].tolist() == [1.0, 0.0]
    assert found["escalated"].tolist() == [1.0, 0.0]
    assert found["hours_to_resolve"].tolist() == [4.0, 2.0]
    assert found["next_agent_id"].tolist() == ["A3", "A9"]
    assert found["propensity"].tolist()[0] == 0.5
    assert found.loc["soon", "model_version"] == 4


def test_what_nobody_can_know_yet_is_null_and_censored():
    found = of(told("open"), told("unheard of"), told("soon"))
    assert found["late"].isna().tolist() == [True, True, False]
    assert found["censored"].tolist() == [True, True, False]
    assert found["next_agent_id"].isna().tolist() == [True, True, False]


def test_an_escalation_before_the_decision_is_not_its_outcome():
    assert of(told("late", at=4.5))["escalated"].tolist() == [0.0]


def test_without_events_every_row_is_censored():
    found = decided([told("soon")], LOG[:0])
    assert list(found) == list(COLUMNS)
    assert found["propensity"].dtype == float
    assert (found["censored"].all(), found["late"].isna().all()) == (True, True)


def test_nothing_decided_is_said_in_words():
    with pytest.raises(LogError, match="no decision"):
        decided([], LOG)
