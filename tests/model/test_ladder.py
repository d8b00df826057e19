"""The ladder of simpler answers: whatever part breaks, a whole plan comes that keeps every rule."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.history import History
from features.replay import snapshot_at
from model import in_time, policy_reader
from model.desk import ServedDesk
from model.dispatch import Options, refresh, score
from model.risk import CERTAIN
from tests.builders import at, random_log
from tests.model.desks import HOUR, NOW, Columns4, FakeDesk, agent, placed, snapshot, ticket
from tests.model.test_dispatch_laws import check_rules, desks

EVENTS = random_log(7, tickets=60)
LONG = Options(deadline_ms=float("inf"))
ASKED = ("as_is", "pairs", "delayed", "begun", "reasons")


class OddError(Exception):
    """What no library is expected to throw."""


def throws(*_args, **_kwargs):
    raise OddError


def says_no_number(answer):
    """The same shape, full of NaN."""

    def told(*args, **kwargs):
        found = answer(*args, **kwargs)
        if isinstance(found, Columns4):
            return Columns4(*(np.full_like(each, np.nan) for each in vars(found).values()))
        return np.full_like(found, np.nan)

    return told


@dataclass
class Breaking:
    """A desk in whose assessor one method is broken, in one of two ways."""

    inner: FakeDesk
    part: str
    by_throwing: bool = True

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def assess(self, clean):
        known = self.inner.assess(clean)
        sound = getattr(known, self.part)
        setattr(known, self.part, throws if self.by_throwing else says_no_number(sound))
        return known


def listed(decision):
    """Every ticket told of, once for each time."""
    parts = (decision.assignments, decision.unassigned, decision.rejected)
    return sorted(each.ticket_id for part in parts for each in part)


def check_whole(asked, decision):
    check_rules(asked, decision)
    assert listed(decision) == sorted(t.ticket_id for t in asked.tickets)


@given(desks(), st.sampled_from([*ASKED, "ready", "floor", "eased"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_whatever_of_the_model_breaks_every_ticket_is_in_one_place_and_no_rule_is_broken(
    case, part, by_throwing
):
    desk, asked = case
    throwing = by_throwing or part in ("reasons", "ready", "floor")
    decision = refresh(Breaking(desk, part, throwing), asked, LONG)
    check_whole(asked, decision)
    assert set(decision.degraded) <= {"risk_model"}


@pytest.mark.parametrize("part", ASKED)
@pytest.mark.parametrize("by_throwing", [True, False])
def test_a_broken_model_is_named(part, by_throwing):
    if part == "reasons" and not by_throwing:
        return  # reasons are words
    two = snapshot([ticket("x"), ticket("y", agent_id="A")], [agent("A"), agent("B")])
    found = refresh(Breaking(FakeDesk(), part, by_throwing), two, LONG)
    assert found.degraded == ("risk_model",)
    assert listed(found) == ["x", "y"]


@given(desks())
@settings(max_examples=25, deadline=None)
def test_an_optimiser_that_throws_anything_gives_way_to_the_greedy_plan(case):
    desk, asked = case
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(in_time, "optimal", throws)
        decision = refresh(desk, asked, LONG)
    check_whole(asked, decision)
    assert set(decision.degraded) <= {"optimiser"}


def bare(events=None):
    return ServedDesk.without_model(policy_reader.default(), events)


def test_without_any_model_a_refresh_is_answered_by_the_time_left():
    tickets = [
        ticket("soon", due_at=NOW + HOUR), ticket("later", due_at=NOW + 100 * HOUR),
        ticket("late", due_at=NOW - HOUR), ticket("owned", agent_id="A", due_at=NOW + 50 * HOUR),
    ]  # fmt: skip
    asked = snapshot(tickets, [agent("A", capacity=4)])
    found = refresh(bare(), asked, LONG)
    assert found.degraded == ("risk_model",)
    assert (found.model.name, found.model.version) == ("none", 0)
    assert set(placed(found)) == {"soon", "later", "late", "owned"}
    kept = {each.ticket_id: each.risk.timeout_if_kept for each in found.assignments}
    assert kept["late"] == CERTAIN
    assert kept["late"] > kept["soon"] > kept["owned"] > kept["later"]
    assert found == replace(refresh(bare(), asked, LONG), timings_ms=found.timings_ms)


def test_without_a_model_the_most_urgent_promise_is_worked_on_first():
    tickets = [ticket(f"in{h}", due_at=NOW + h * HOUR) for h in (40, 1, 90, 5)]
    found = refresh(bare(), snapshot(tickets, [agent("A", capacity=4)]), LONG)
    assert found.queues["A"] == ("in1", "in5", "in40", "in90")


@given(desks())
@settings(max_examples=40, deadline=None)
def test_without_a_model_no_rule_is_broken_either(case):
    desk, asked = case
    decision = refresh(ServedDesk.without_model(desk.policy), asked, LONG)
    check_whole(asked, decision)
    assert set(decision.degraded) <= {"risk_model"}


def test_a_desk_without_a_model_still_knows_its_history_and_scores():
    asked = snapshot_at(History.of(EVENTS), at(60))
    known, told = bare(EVENTS), refresh(bare(EVENTS), asked, LONG)
    assert listed(told) == sorted(t.ticket_id for t in asked.tickets)
    assert known.warm().assess(asked).dimensions().value.shape == (len(asked.tickets),)
    sheet = score(known, asked, LONG)
    assert sheet.degraded == ("risk_model",)
    assert len(sheet.tickets) == len(asked.tickets)
