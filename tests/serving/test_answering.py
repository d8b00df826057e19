"""The answers: every name of the contract, the same bytes for the same decision."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from model.decision import Explored, NearTie, PlanFigures
from serving.answering import refresh_answer, score_answer, to_bytes
from serving.answers import RefreshOut, ScoreOut
from serving.schemas import parse_refresh, parse_score
from tests.serving.builders import FakeDesk, body, plan, score_all, ticket

BAD = ticket("T6", due_at="2026-03-01T08:59:59+08:00")


def decision(*tickets: dict):
    snapshot, options = parse_refresh(json.dumps(body(*tickets)).encode())
    return plan(FakeDesk(), snapshot, options)


def answer(*tickets: dict) -> dict:
    return refresh_answer(decision(*tickets), "r1", 211.6)


def test_a_refresh_is_answered_in_the_contracts_names_and_order():
    told = answer(ticket("T1", agent_id="A3"), ticket("T8"), BAD)
    assert list(told) == [
        "refresh_id",
        "as_of",
        "policy",
        "model",
        "degraded",
        "assignments",
        "queues",
        "actions",
        "unassigned",
        "rejected",
        "agent_faults",
        "summary",
    ]
    assert told["policy"] == {"name": "default", "version": 7}
    assert told["model"] == {"name": "fendan-risk", "version": 4}
    scores = {"value": 0.7, "urgency": 0.94, "skill": 1.0, "load": 0.6}
    risk = {"timeout": 0.333333, "timeout_if_kept": 0.58, "escalation": 0.07}
    eta = {"p50": "2026-03-02T11:05:00+08:00", "p90": "2026-03-02T15:05:00+08:00"}
    reason = {
        "term": "contacts_72h",
        "value": 3,
        "effect": 0.12,
        "text": "3 contacts in 72 h",
        "text_zh": "72 小时内来电 3 次",
    }
    assert told["assignments"] == [
        {
            "ticket_id": "T1",
            "action": "reassign",
            "agent_id": "A7",
            "previous_agent_id": "A3",
            "score": 0.81,
            "scores": scores,
            "risk": risk,
            "eta": eta,
            "tier": 1,
            "alert": "warn",
            "candidates": [
                {
                    "agent_id": "A7",
                    "score": 0.81,
                    "scores": scores,
                    "risk": {"timeout": 0.31},
                }
            ],
            "reasons": [reason],
            "why": {
                "terms": [
                    {
                        "term": "timeout",
                        "amount": 0.527,
                        "text": "timeout risk 31 % × price 1.7",
                        "text_zh": "超时风险 31% × 价格 1.7",
                    }
                ],
                "runner_up": {
                    "agent_id": "A3",
                    "dearer": 0.05,
                    "text": "A3 would be first without it",
                    "text_zh": "否则 A3 将排第一",
                },
            },
        }
    ]
    assert told["queues"] == {"A7": ["T1"]}
    assert told["actions"] == [
        {
            "action": "nudge_party",
            "ticket_id": "T1",
            "party": "qc",
            "reason": "qc is late",
            "reason_zh": "质检已逾期",
        }
    ]
    assert told["unassigned"] == [
        {
            "ticket_id": "T8",
            "code": "no_eligible_agent",
            "blocked": {"off_shift": 12, "at_capacity": 3},
            "previous_agent_id": None,
            "risk": risk,
            "eta": eta,
            "tier": 2,
            "alert": "red",
            "reasons": [reason],
        }
    ]
    assert told["rejected"] == [
        {"ticket_id": "T6", "code": "due_before_created", "pointer": "/tickets/2/due_at"}
    ]
    assert told["summary"] == {
        "open": 3,
        "assigned": 1,
        "reassigned": 0,
        "expected_timeouts": 97.2,
        "expected_timeouts_if_kept": 121.543,
        "plan": None,
        "elapsed_ms": 212,
    }


def test_a_plan_is_answered_with_what_it_costs_and_what_no_plan_beats():
    made = decision(ticket("T1"))
    figures = PlanFigures(cost=7.12345649, greedy=7.5, bound=7.1)
    made = replace(made, summary=replace(made.summary, plan=figures))
    told = refresh_answer(made, "r1", 1.0)["summary"]["plan"]
    assert told == {"cost": 7.123456, "greedy": 7.5, "bound": 7.1}


def test_a_score_is_answered_in_the_published_shape():
    snapshot, options = parse_score(json.dumps(body(ticket())).encode())
    told = score_answer(score_all(FakeDesk(), snapshot, options))
    (only,) = told["tickets"]
    assert list(only) == [
        "ticket_id",
        "risk",
        "eta",
        "tier",
        "alert",
        "scores",
        "candidates",
        "reasons",
    ]
    assert only["scores"] == {"value": 0.7, "urgency": 0.94, "skill": None, "load": None}
    ScoreOut.model_validate_json(to_bytes(told))


def test_ruled_out_agents_are_written_where_they_were_asked_for():
    made = decision(ticket("T1", agent_id="A3"), ticket("T8"))
    assert "ruled_out" not in refresh_answer(made, "r1", 1.0)["assignments"][0]
    told = {"A1": ("skills", "status")}
    asked = replace(
        made,
        assignments=(replace(made.assignments[0], ruled_out=told),),
        unassigned=(replace(made.unassigned[0], ruled_out=told),),
        actions=(replace(made.actions[0], action="start_parties", saves=0.1234567),),
    )
    answered = refresh_answer(asked, "r1", 1.0)
    assert answered["assignments"][0]["ruled_out"] == {"A1": ["skills", "status"]}
    assert answered["unassigned"][0]["ruled_out"] == {"A1": ["skills", "status"]}
    assert answered["actions"][0]["saves"] == 0.123457
    RefreshOut.model_validate_json(to_bytes(answered))


def test_a_lot_keeps_the_published_shape():
    made = decision(ticket("T1", agent_id="A3"))
    given = made.assignments[0]
    tie = NearTie("A7", 0.01, 0.81, given.scores, 0.31)
    drawn = replace(given, explored=Explored(0.5, "A7", (tie,)))
    told = refresh_answer(replace(made, assignments=(drawn,)), "r1", 1.0)
    (said,) = told["assignments"][0]["explored"]["near_ties"]
    assert (said["agent_id"], said["dearer"], said["risk"]) == ("A7", 0.01, {"timeout": 0.31})
    RefreshOut.model_validate_json(to_bytes(told))


def test_the_answer_keeps_the_published_shape():
    told = answer(ticket("T1", agent_id="A3"), ticket("T8"), BAD)
    RefreshOut.model_validate_json(to_bytes(told))


def test_the_same_decision_gives_the_same_bytes():
    assert to_bytes(answer()) == to_bytes(answer())


def test_moments_are_written_in_the_offset_of_as_of():
    in_utc = replace(decision(), as_of=datetime(2026, 3, 2, 2, 5, tzinfo=UTC))
    told = refresh_answer(in_utc, "r1", 0)
    assert told["as_of"] == "2026-03-02T02:05:00+00:00"
    assert told["assignments"][0]["eta"]["p50"] == "2026-03-02T03:05:00+00:00"
