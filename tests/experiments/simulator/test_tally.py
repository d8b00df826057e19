import pandas as pd
import pytest

from experiments.simulator.tally import STAGES, outcomes_of

START = pd.Timestamp("2026-03-02T00:00+08:00")


def hours(count):
    return START + pd.Timedelta(hours=count)


def log(*rows, until=500):
    """An event log of `(hour, ticket, type, state)` rows; the promise is ten hours."""
    rows = [*rows, (until, "last", "ticket.created", None)]
    table = pd.DataFrame(rows, columns=["hour", "ticket_id", "type", "state"])
    created = table["type"] == "ticket.created"
    return pd.DataFrame(
        {
            "event_id": range(len(table)),
            "time": table["hour"].map(hours),
            "type": table["type"],
            "ticket_id": table["ticket_id"],
            "state": table["state"],
            "due_at": (table["hour"] + 10).map(hours).where(created),
            "category": "quality",
            "subcategory": "defect",
        }
    )


def one(*rows):
    """What became of the one ticket of `(hour, type, state)` rows, created at hour 0."""
    named = [(hour, "T", kind, state) for hour, kind, state in rows]
    return outcomes_of(log((0, "T", "ticket.created", None), *named)).tickets.loc["T"]


@pytest.mark.parametrize(("resolved", "late"), [(9, False), (10, False), (11, True)])
def test_a_ticket_is_late_if_it_is_open_when_its_promise_passes(resolved, late):
    assert one((resolved, "ticket.resolved", None))["late"] == late


def test_what_came_back_before_the_promise_and_is_open_then_is_late():
    assert one((5, "ticket.resolved", None), (9, "ticket.reopened", None))["late"]


def test_what_came_back_after_the_promise_was_in_time():
    assert not one((5, "ticket.resolved", None), (12, "ticket.reopened", None))["late"]


def test_hours_are_counted_by_stage_until_first_resolved():
    ticket = one(
        (2, "ticket.state", "in_progress"),
        (3, "ticket.state", "waiting_customer"),
        (15, "ticket.state", "internal_collaboration"),
        (18, "ticket.state", "internal_collaboration"),
        (22, "ticket.state", "returned"),
        (23, "ticket.state", "in_progress"),
        (24, "ticket.resolved", None),
        (30, "ticket.reopened", None),
        (60, "ticket.state", "waiting_customer"),
        (90, "ticket.resolved", None),
    )
    assert ticket[list(STAGES)].tolist() == [2, 12, 7]
    assert ticket["stage"] == "customer"


def test_a_ticket_whose_promise_has_not_passed_is_left_out():
    rows = [(0, "due", "ticket.created", None), (5, "not_yet", "ticket.created", None)]
    assert outcomes_of(log(*rows, until=12)).tickets.index.tolist() == ["due"]


@pytest.mark.parametrize(("third", "often"), [(72, True), (73, False)])
def test_three_contacts_in_72_hours_count_the_complaint_itself(third, often):
    ticket = one((7, "ticket.contact", None), (third, "ticket.contact", None))
    assert ticket["often"] == often
    assert ticket["first_contact_hours"] == 7
