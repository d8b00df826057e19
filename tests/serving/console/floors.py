"""Logged decisions for the manager's page: a small desk with hours, teams and estimates."""

from datetime import UTC, datetime, timedelta

import orjson

from serving.answering import refresh_answer, to_bytes
from serving.console.plan import Plan
from serving.decisions.log import Logged
from serving.schemas import parse_refresh
from tests.serving.builders import FakeDesk, body, plan

MADE = datetime(2026, 3, 2, 2, 5, 1, tzinfo=UTC)
AS_OF = datetime.fromisoformat("2026-03-02T10:05:00+08:00")


def logged(*tickets: dict, **more) -> Plan:
    """What the small desk of `builders` decides."""
    sent = orjson.dumps(body(*tickets, **more))
    decision = plan(FakeDesk(), *parse_refresh(sent))
    answer = to_bytes(refresh_answer(decision, "r1", 212))
    return Plan.of(Logged("r1", MADE, decision.policy, decision.model, {}, sent, answer))


def agent(agent_id: str, team: str = "", status: str = "available", *windows: str, **more) -> dict:
    """An agent; each window is written "10:00-12:00", of the day, or None sent without any."""
    told = {"availability": [_window(w) for w in windows]} if windows else {}
    return {"agent_id": agent_id, "status": status, "team": team, **told, **more}


def has(
    agent_id: str | None, half: float, most: float, risk: float = 0.5, alert: str = "warn"
) -> dict:
    """A record: who has it, and hours to the 50 % and the 90 % chance of being closed."""
    moments = (AS_OF + timedelta(hours=h) for h in (half, most))
    eta = dict(zip(("p50", "p90"), (m.isoformat() for m in moments), strict=True))
    about = {"eta": eta, "risk": {"timeout": risk}, "alert": alert}
    return about if agent_id is None else {**about, "agent_id": agent_id}


def decision(agents: list[dict], *records: dict, as_of: datetime = AS_OF) -> Plan:
    """A decision of which only who has what matters."""
    tickets = {f"T{n}": {**record, "ticket_id": f"T{n}"} for n, record in enumerate(records)}
    return Plan("r1", as_of, MADE, {}, tickets, {a["agent_id"]: a for a in agents}, tickets)


def _window(text: str) -> dict:
    start, end = (f"2026-03-02T{clock}:00+08:00" for clock in text.split("-"))
    return {"start": start, "end": end}
