"""The desk's figures: tiny lives with exact figures, and a plain count of a small random log."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from features.history import History
from features.picture import moment_of
from serving.pulse.alarms import alarms
from serving.pulse.answer import csv_text, rows
from serving.pulse.calendar import Span, span_before
from serving.pulse.causes import causes
from serving.pulse.facts import STAGE_NAMES, facts_of
from serving.pulse.figures import figures
from serving.pulse.pulse import Asked, UnknownNameError, pulse_of
from tests.builders import assigned, at, created, event, log, random_log, resolved, state, us

ZONE = "Asia/Shanghai"


def team(agent, name):
    return event(
        -1000, "agent.status", agent_id=agent, state="available", attributes={"team": name}
    )


LIVES = log(
    team("A1", "front"),
    team("A2", "back"),
    created(0, "kept", due_at=5, customer_id="C1"),
    assigned(1, "kept", "A1"),
    state(2, "kept", "in_progress"),
    resolved(4, "kept"),
    created(0, "late", due_at=6, category="quality"),
    assigned(1, "late", "A2"),
    state(3, "late", "waiting_customer"),
    event(7, "ticket.contact", ticket_id="late"),
    event(8, "ticket.contact", ticket_id="late"),
    event(8.5, "ticket.escalated", ticket_id="late"),
    resolved(10, "late"),
    created(1, "open", due_at=100),
    created(2, "after", due_at=3),
    resolved(2.5, "after"),
    event(11, "ticket.reopened", ticket_id="after"),
)


def facts_at(hours, events=LIVES, teams=None):
    return facts_of(History.of(events), us(hours), teams or {})


def monday(facts):
    return figures(facts, Span(np.array([us(-9), us(15)])))


def test_a_day_counts_what_became_known_on_it():
    found = monday(facts_at(14))
    told = {f.name: getattr(found, f.name)[0, 0] for f in fields(found)}
    assert {name: round(float(value), 6) for name, value in told.items()} == {
        "arrivals": 4, "resolved": 2, "response_p50": 2.0, "response_p90": 2.8,
        "close_p50": 7.0, "close_p90": 9.4, "judged": 3, "late": 1, "repeated": 1,
        "reopened": 1, "escalated": 1,
    }  # fmt: skip
    assert found.late_share[0, 0] == pytest.approx(1 / 3)


def test_nothing_after_the_present_is_counted():
    found = monday(facts_at(5))
    assert found.resolved[0, 0] == 2  # `after` is not yet reopened, `late` not yet closed
    assert (found.judged[0, 0], found.late[0, 0], found.reopened[0, 0]) == (2, 0, 0)
    until = LIVES[LIVES["time"] <= pd.Timestamp(at(5))]
    alone = monday(facts_at(5, until))
    for f in fields(found):
        np.testing.assert_array_equal(getattr(found, f.name), getattr(alone, f.name))


def test_a_ticket_is_late_in_the_stage_it_was_in_when_its_promise_passed():
    facts = facts_at(14)
    assert [STAGE_NAMES[n] for n in facts.stage] == ["waiting_customer"]
    assert [STAGE_NAMES[n] for n in facts.longest] == ["waiting_customer"]
    assert facts.spent.tolist() == [7.0]
    (cell,) = causes(facts, Span(np.array([us(-9), us(15)]))).cells
    assert (cell.stage, cell.category, cell.late, cell.vital) == (
        "waiting_customer", "quality", 1, True,
    )  # fmt: skip


def test_a_desk_that_judges_its_promises_itself_blames_the_longest_stage():
    told = log(
        created(0, "T"), state(1, "T", "in_progress"), resolved(9, "T", sla_met=False),
    )  # fmt: skip
    facts = facts_at(10, told)
    assert [STAGE_NAMES[n] for n in facts.stage] == ["in_progress"]
    assert facts.spent.tolist() == [8.0]


def test_a_teams_tickets_are_those_its_agents_held_then():
    facts = facts_at(14)
    found = figures(facts, Span(np.array([us(-9), us(15)])), "team")
    assert facts.teams.index.tolist() == ["back", "front"]
    assert found.late[:, 0].tolist() == [1, 0, 0]
    assert found.arrivals[:, 0].tolist() == [1, 1, 2]  # two never had anybody


def test_a_team_that_the_history_does_not_know_is_taken_from_the_last_snapshot():
    told = log(created(0, "T"), assigned(1, "T", "A9"), resolved(2, "T"))
    facts = facts_at(3, told, {"A9": "night", "stranger": "day"})
    found = figures(facts, Span(np.array([us(-9), us(15)])), "team")
    assert dict(zip(facts.teams.index, found.resolved[:, 0], strict=False)) == {
        "day": 0, "night": 1,
    }  # fmt: skip


@pytest.mark.parametrize("split", ["team", "category"])
@pytest.mark.parametrize("seed", range(5))
def test_the_parts_add_up_to_the_whole(seed, split):
    facts = facts_at(90, random_log(seed))
    span = span_before(at(90), ZONE, "day", 4)
    whole, parts = figures(facts, span), figures(facts, span, split)
    for f in fields(whole):
        if not f.name.endswith(("p50", "p90")):
            np.testing.assert_array_equal(
                getattr(parts, f.name).sum(axis=0), getattr(whole, f.name)[0]
            )


@pytest.mark.parametrize("seed", range(5))
def test_a_plain_count_of_the_log_finds_the_same(seed):
    events = random_log(seed)
    known = events[events["time"] <= pd.Timestamp(at(90))]
    facts = facts_at(90, events)
    span = Span(np.array([us(-9), us(90) + 1]))
    found = figures(facts, span)
    assert found.arrivals.sum() == (known["type"] == "ticket.created").sum()
    assert found.reopened.sum() == (known["type"] == "ticket.reopened").sum()
    first = known[known["type"] == "ticket.created"].set_index("ticket_id")["time"]
    turns = known[known["type"].isin(["ticket.resolved", "ticket.closed", "ticket.reopened"])]
    hours = []
    for name, own in turns.groupby("ticket_id"):
        closing = [t for t, k in zip(own["time"], own["type"], strict=True) if "reop" not in k]
        if own["type"].iloc[-1] != "ticket.reopened":
            begun = own["time"][own["type"] == "ticket.reopened"].max()
            last = min(t for t in closing if pd.isna(begun) or t > begun)
            hours.append((last - first[name]).total_seconds() / 3600)
    assert found.resolved[0, 0] == len(hours)
    assert found.close_p50[0, 0] == pytest.approx(np.median(hours))
    assert found.close_p90[0, 0] == pytest.approx(np.quantile(hours, 0.9))


def weekly(last_hours, seed=1, tickets=60):
    """Six weeks of one team, every ticket closed after about ten hours; the last week differs."""
    rng = np.random.default_rng(seed)
    events = [team("A1", "front")]
    for week in range(6):
        for n in range(tickets):
            begin = week * 168 + float(rng.uniform(0, 110))
            hours = float(rng.gamma(4, (last_hours if week == 5 else 10) / 4))
            name = f"T{week}-{n}"
            events += [
                created(begin, name), assigned(begin, name, "A1"), resolved(begin + hours, name),
            ]  # fmt: skip
    return facts_at(6 * 168 + 1, log(*events))


def test_a_planted_jump_alarms_the_desk_and_its_team():
    facts = weekly(20)
    found = alarms(facts, moment_of(facts.at), ZONE)
    assert {(a.figure, a.team) for a in found if a.figure == "close_hours"} == {
        ("close_hours", None), ("close_hours", "front"),
    }  # fmt: skip
    assert all(a.rise > 0.5 and a.chance < 0.001 for a in found)
    assert alarms(facts, moment_of(facts.at), ZONE, jump=5.0) == ()


def test_noise_alarms_nobody():
    found = [
        alarms(facts, moment_of(facts.at), ZONE)
        for facts in (weekly(10, seed) for seed in range(8))
    ]
    assert found == [()] * 8


def test_too_few_tickets_alarm_nobody():
    facts = weekly(40, tickets=20)
    assert alarms(facts, moment_of(facts.at), ZONE) == ()


def test_days_begin_at_the_desks_own_midnight_when_clocks_change():
    spring = pd.Timestamp("2026-03-30T12:00", tz="Europe/Berlin").to_pydatetime()
    hours = np.diff(span_before(spring, "Europe/Berlin", "day", 2).edges) / 3.6e9
    assert hours.tolist() == [24, 23]


def test_an_unknown_team_is_refused_with_those_there_are():
    with pytest.raises(UnknownNameError, match="back, front"):
        pulse_of(facts_at(14), ZONE, Asked(team="nobody's"))


def test_no_category_becomes_a_formula_in_a_spreadsheet():
    evil = '=cmd|" /C calc"!A0, "x"'
    told = log(created(-30, "T", category=evil), resolved(-29, "T"))
    pulse = pulse_of(facts_at(14, told), ZONE, Asked(days=7))
    lines = csv_text(rows(pulse, "category")).split("\r\n")
    assert len(lines) == 3
    assert '"\'=cmd|"" /C calc""!A0, ""x"""' in lines[1]
