"""A small desk that decides at once, and the bodies that are sent to it."""

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

from features.history import History
from features.snapshot import Snapshot
from model.decision import (
    Assignment,
    Candidate,
    CostTerm,
    Decision,
    Eta,
    NextAction,
    Reason,
    Rejected,
    RunnerUp,
    Scores,
    ScoreSheet,
    Summary,
    TicketRisk,
    TicketScore,
    TicketScores,
    Unassigned,
    Version,
    Why,
)
from model.policy import Policy
from serving.decisions.log import DecisionLog
from serving.service import Edge
from serving.settings import Settings

VERSIONS = {"policy": Version("default", 7), "model": Version("fendan-risk", 4)}
RISK = TicketRisk(timeout=1 / 3, timeout_if_kept=0.58, escalation=0.07)
SCORES = Scores(value=0.7, urgency=0.94, skill=1.0000000000000002, load=0.6)
WHY = Reason("contacts_72h", 3.0, 0.12, "3 contacts in 72 h", "72 小时内来电 3 次")

CONTRAST = Why(
    (
        CostTerm(
            "timeout", 0.52700000001, "timeout risk 31 % × price 1.7", "超时风险 31% × 价格 1.7"
        ),
    ),
    RunnerUp("A3", 0.05, "A3 would be first without it", "否则 A3 将排第一"),
)
"""Why A7."""


@dataclass
class FakeDesk:
    """Gives every other ticket to A7, cannot place the rest; counts what it was asked."""

    asked: list[Snapshot] = field(default_factory=list)
    policy: Policy = field(default_factory=lambda: Policy("default", version=7))
    model: Version = VERSIONS["model"]
    alert_table: None = None
    history: History = field(default_factory=History.empty)

    def with_history(self, history: History) -> "FakeDesk":
        return replace(self, history=history)

    def with_policy(self, policy: Policy) -> "FakeDesk":
        return replace(self, policy=policy)

    def complete(self, snapshot: Snapshot) -> Snapshot:
        return snapshot


def plan(desk: FakeDesk, snapshot: Snapshot, *_: object, **__: object) -> Decision:
    getattr(desk, "desk", desk).asked.append(snapshot)  # a service plans with one that remembers
    eta = Eta(snapshot.as_of + timedelta(hours=1), snapshot.as_of + timedelta(hours=5))
    bad = {t.ticket_id for t in snapshot.tickets if t.due_at and t.due_at < t.created_at}
    good = [t for t in snapshot.tickets if t.ticket_id not in bad]
    placed, left = good[::2], good[1::2]
    candidates = (Candidate("A7", 0.81, SCORES, 0.31),)
    return Decision(
        as_of=snapshot.as_of,
        **VERSIONS,
        assignments=tuple(
            Assignment(
                t.ticket_id,
                "reassign" if t.agent_id else "assign",
                "A7",
                t.agent_id,
                0.81,
                SCORES,
                RISK,
                eta,
                1,
                "warn",
                candidates,
                (WHY,),
                CONTRAST,
            )
            for t in placed
        ),
        queues={"A7": tuple(t.ticket_id for t in placed)},
        actions=tuple(
            NextAction("nudge_party", t.ticket_id, "qc is late", "质检已逾期", party="qc")
            for t in placed[:1]
        ),
        unassigned=tuple(
            Unassigned(
                t.ticket_id,
                "no_eligible_agent",
                {"off_shift": 12, "at_capacity": 3},
                t.agent_id,
                RISK,
                eta,
                2,
                "red",
                (WHY,),
            )
            for t in left
        ),
        rejected=tuple(
            Rejected(t.ticket_id, "due_before_created", f"/tickets/{i}/due_at")
            for i, t in enumerate(snapshot.tickets)
            if t.ticket_id in bad
        ),
        summary=Summary(len(snapshot.tickets), len(placed), 0, 97.2, 121.54321),
        timings_ms={"assess": 3.0},
    )


def score_all(desk: FakeDesk, snapshot: Snapshot, *_: object, **__: object) -> ScoreSheet:
    desk.asked.append(snapshot)
    eta = Eta(snapshot.as_of + timedelta(hours=1), snapshot.as_of + timedelta(hours=5))
    agents = tuple(Candidate(a.agent_id, 0.81, SCORES, 0.31) for a in snapshot.agents)
    return ScoreSheet(
        as_of=snapshot.as_of,
        **VERSIONS,
        tickets=tuple(
            TicketScore(
                t.ticket_id,
                RISK,
                eta,
                1,
                "watch",
                TicketScores(0.7, 0.94, None, None),
                agents,
                (WHY,),
            )
            for t in snapshot.tickets
        ),
        rejected=(),
    )


def body(*tickets: dict, **more: object) -> dict:
    """A refresh body of 10:05 in Shanghai; each ticket as `ticket` makes it, or two of them."""
    return {
        "as_of": "2026-03-02T10:05:00+08:00",
        "tickets": list(tickets) or [ticket("T1", agent_id="A3"), ticket("T2")],
        "agents": [{"agent_id": "A3", "status": "busy"}, {"agent_id": "A7", "status": "available"}],
        **more,
    }


def ticket(ticket_id: str = "T1", **more: object) -> dict:
    """The least that a ticket needs, and more."""
    return {
        "ticket_id": ticket_id,
        "category": "logistics",
        "created_at": "2026-03-01T09:00:00+08:00",
        "state": "assigned" if "agent_id" in more else "unassigned",
        **more,
    }


def fixed_edge() -> Edge:
    """A world where ids count up and no time passes."""
    ids = count(1)
    return Edge(
        now=lambda: datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC),
        clock=lambda: 1.0,
        new_id=lambda: f"r{next(ids)}",
    )


@dataclass
class Desk:
    """A service under test: its client, the desk behind it, its log and settings."""

    client: httpx.Client
    desk: FakeDesk
    log: DecisionLog
    settings: Settings


def eventually(holds):
    """Whether it comes to hold within a minute."""
    until = time.monotonic() + 60
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()
