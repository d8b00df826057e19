"""One small desk, asked and answered: the examples that OpenAPI shows."""

from __future__ import annotations

from typing import Any, Final

_RISK: Final = {"timeout": 0.31, "timeout_if_kept": 0.58, "escalation": 0.07}
_ETA: Final = {"p50": "2026-03-02T11:10:00+08:00", "p90": "2026-03-02T14:40:00+08:00"}
_SCORES: Final = {"value": 0.7, "urgency": 0.94, "skill": 0.88, "load": 0.6}
_CANDIDATE: Final = {
    "agent_id": "A7",
    "score": 0.81,
    "scores": _SCORES,
    "risk": {"timeout": 0.31},
}
_WHY: Final[dict[str, Any]] = {
    "terms": [
        {
            "term": "timeout",
            "amount": 0.527,
            "text": "timeout risk 31 % × price 1.7",
            "text_zh": "超时风险 31% × 价格 1.7",
        },
        {"term": "hand_over", "amount": 0.05, "text": "hand-over", "text_zh": "转手"},
    ],
    "runner_up": {
        "agent_id": "A3",
        "dearer": 0.12,
        "text": "A3 would be first with a timeout risk below 23.9 % (now 31 %)",
        "text_zh": "若超时风险低于 23.9%（现为 31%），A3 将排第一",
    },
}
_REASON: Final = {
    "term": "contacts_72h",
    "value": 3,
    "effect": 0.12,
    "text": "3 contacts in 72 h",
    "text_zh": "72 小时内来电 3 次",
}
_VERSIONS: Final = {
    "policy": {"name": "default", "version": 1},
    "model": {"name": "fendan-risk", "version": 4},
}

_TICKET: Final = {
    "ticket_id": "T1",
    "customer_id": "C9",
    "category": "logistics",
    "subcategory": "late",
    "region": "east",
    "channel": "phone",
    "priority": "2",
    "language": "zh",
    "created_at": "2026-03-01T09:00:00+08:00",
    "due_at": "2026-03-02T12:00:00+08:00",
    "state": "assigned",
    "state_since": "2026-03-01T09:05:00+08:00",
    "agent_id": "A3",
    "assigned_at": "2026-03-01T09:05:00+08:00",
    "contacts_72h": 3,
    "customer_margin_90d": 812.5,
    "customer_level": "gold",
    "text": "第三次来电，包裹仍未送达",
}
_AGENTS: Final = [
    {
        "agent_id": "A3",
        "status": "busy",
        "team": "frontline",
        "tier": 1,
        "capacity": 8,
        "skills": ["logistics", "invoice"],
        "queue": ["T1"],
    },
    {
        "agent_id": "A7",
        "status": "available",
        "team": "frontline",
        "tier": 1,
        "capacity": 8,
        "skills": None,
    },
]

REFRESH: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T10:05:00+08:00",
    "tickets": [_TICKET],
    "agents": _AGENTS,
    "options": {"top_k": 3, "explain": True, "deadline_ms": 2000},
}
SCORE: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T10:05:00+08:00",
    "tickets": [_TICKET],
    "agents": _AGENTS,
}

REFRESHED: Final[dict[str, Any]] = {
    "refresh_id": "6a0c9d0e-6f0b-4a53-9a53-0d3f6d7f6f11",
    "as_of": "2026-03-02T10:05:00+08:00",
    **_VERSIONS,
    "degraded": [],
    "assignments": [
        {
            "ticket_id": "T1",
            "action": "reassign",
            "agent_id": "A7",
            "previous_agent_id": "A3",
            "score": 0.81,
            "scores": _SCORES,
            "risk": _RISK,
            "eta": _ETA,
            "tier": 1,
            "alert": "warn",
            "candidates": [_CANDIDATE],
            "reasons": [_REASON],
            "why": _WHY,
        }
    ],
    "queues": {"A7": ["T1"]},
    "actions": [
        {
            "action": "chase_customer",
            "ticket_id": "T1",
            "saves": 0.21,
            "reason": "waiting for the customer for 14.0 h; expected to lower the timeout risk"
            " from 62% to 41%",
            "reason_zh": "已等待客户 14.0 小时；预计超时风险由 62% 降至 41%",
        }
    ],
    "unassigned": [
        {
            "ticket_id": "T8",
            "code": "no_eligible_agent",
            "blocked": {"off_shift": 12},
            "previous_agent_id": None,
            "risk": _RISK,
            "eta": _ETA,
            "tier": 2,
            "alert": "red",
            "reasons": [],
        }
    ],
    "rejected": [{"ticket_id": "T6", "code": "due_before_created", "pointer": "/tickets/5/due_at"}],
    "agent_faults": [],
    "summary": {
        "open": 3,
        "assigned": 0,
        "reassigned": 1,
        "expected_timeouts": 0.89,
        "expected_timeouts_if_kept": 1.16,
        "plan": {"cost": 7.1213, "greedy": 7.3408, "bound": 7.1213},
        "elapsed_ms": 212,
    },
}

SCORED: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T10:05:00+08:00",
    **_VERSIONS,
    "degraded": [],
    "tickets": [
        {
            "ticket_id": "T1",
            "risk": {**_RISK, "timeout": 0.58},
            "eta": _ETA,
            "tier": 1,
            "alert": "warn",
            "scores": _SCORES,
            "candidates": [_CANDIDATE],
            "reasons": [_REASON],
        }
    ],
    "rejected": [],
    "agent_faults": [],
}

SIMILAR: Final[dict[str, Any]] = {
    "as_of": "2026-03-02T10:05:00+08:00",
    "cases": [
        {
            "ticket_id": "T0417",
            "category": "logistics",
            "similarity": 0.7312,
            "resolved_at": "2026-02-26T16:40:00+08:00",
            "solution": {
                "agent_id": "A7",
                "hours_to_resolve": 5.25,
                "hand_overs": 1,
                "reopenings": 0,
                "parties": ["warehouse"],
                "path": [
                    "unassigned",
                    "assigned",
                    "in_progress",
                    "internal_collaboration",
                    "in_progress",
                    "closed",
                ],
                "sla_met": True,
                "resolution": {"close_code": "resent"},
                "text": "solved by A7 in 5.2 h, 1 hand-over, with the warehouse, in time",
                "text_zh": "由 A7 解决，用时 5.2 小时，转交 1 次，协同部门：仓库，按时",
            },
        }
    ],
}

PROBLEM: Final[dict[str, Any]] = {
    "type": "urn:fendan:problem:invalid-body",
    "title": "Unprocessable Entity",
    "status": 422,
    "detail": "1 fault in the body, the first: this field is required (/tickets/5/category); "
    "mend what `errors` lists and send it again",
    "instance": "urn:uuid:0b0a5a3e-6c5e-4a59-9d0b-9e7b0b0c6a55",
    "errors": [{"pointer": "/tickets/5/category", "reason": "this field is required"}],
}
