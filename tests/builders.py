"""Tiny event logs for tests, written the way people say them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import numpy as np
import pandas as pd

from features.events import conform

ZONE = timezone(timedelta(hours=8))
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
"""Nine in the morning of the day on which most tiny logs begin."""


def at(hours: float) -> datetime:
    """That many hours after Monday nine o'clock."""
    return MONDAY + timedelta(hours=hours)


def us(hours: float) -> int:
    """The same moment in microseconds."""
    return int(at(hours).timestamp()) * 1_000_000


def event(hours: float, kind: str, **fields: object) -> dict[str, object]:
    """One event; `attributes` may be a dict, `due_at` a number of hours after Monday nine."""
    if "attributes" in fields:
        fields["attributes"] = json.dumps(fields["attributes"])
    if isinstance(fields.get("due_at"), (int, float)):
        fields["due_at"] = pd.Timestamp(at(float(fields["due_at"])))  # type: ignore[arg-type]
    return {"time": pd.Timestamp(at(hours)), "type": kind, **fields}


def log(*events: dict[str, object]) -> pd.DataFrame:
    """An event log; ids number the events in the order given."""
    frame = pd.DataFrame([{"event_id": f"e{i:04d}", **e} for i, e in enumerate(events)])
    for column in ("time", "due_at"):
        if column in frame:
            frame[column] = pd.to_datetime(frame[column], utc=True)
    return conform(frame)


def created(hours: float, ticket: str, **fields: object) -> dict[str, object]:
    """A complaint about logistics arrives."""
    return event(
        hours, "ticket.created", **{"ticket_id": ticket, "category": "logistics", **fields}
    )


def assigned(hours: float, ticket: str, agent: str) -> dict[str, object]:
    """The ticket goes to the agent."""
    return event(hours, "ticket.assigned", ticket_id=ticket, agent_id=agent)


def state(hours: float, ticket: str, name: str, **fields: object) -> dict[str, object]:
    """The ticket is now in the state."""
    return event(hours, "ticket.state", ticket_id=ticket, state=name, **fields)


def resolved(hours: float, ticket: str, **fields: object) -> dict[str, object]:
    """The ticket is resolved."""
    return event(hours, "ticket.resolved", ticket_id=ticket, **fields)


def closed(hours: float, ticket: str, **fields: object) -> dict[str, object]:
    """The ticket is closed."""
    return event(hours, "ticket.closed", ticket_id=ticket, **fields)


def random_log(seed: int, tickets: int = 30, agents: int = 4, customers: int = 6) -> pd.DataFrame:
    """A small busy desk: lives of tickets in a plausible order, at times that often collide."""
    rng = np.random.default_rng(seed)
    events = [
        event(0, "agent.status", agent_id=f"A{a}", state="available",
              attributes={"team": f"G{a % 2}", "capacity": 5 + a})
        for a in range(agents)
    ]  # fmt: skip
    for t in range(tickets):
        name, begin = f"T{t:02d}", int(rng.integers(0, 100))
        customer = f"C{rng.integers(customers)}"
        category = str(rng.choice(["logistics", "quality", "invoice"]))
        events.append(
            created(begin, name, customer_id=customer, category=category,
                    due_at=begin + int(rng.integers(4, 60)),
                    attributes={"store": str(rng.choice(["north", "south"])), "items": int(t)}),
        )  # fmt: skip
        events += _life(rng, name, customer, begin, agents)
    for c in range(customers):
        for hours in rng.integers(0, 150, 4):
            events.append(
                event(int(hours), "customer.margin", customer_id=f"C{c}",
                      amount=float(np.round(rng.normal(100, 80), 2))),
            )  # fmt: skip
    return log(*events)


TOPICS = {
    "logistics": (
        "快递一直没有送到",
        "物流信息不更新",
        "包裹丢了",
        "the parcel never came",
        "配送太慢",
    ),
    "quality": ("手机屏幕坏了", "电池鼓包充不进电", "it broke after a day", "质量太差要求退货"),
    "invoice": ("发票抬头开错了", "两个月没收到发票", "the invoice is wrong", "税号不对"),
}


def complaint(rng: np.random.Generator, topic: str) -> str:
    """What a customer writes about a topic, in the words of a few customers before."""
    return "，".join(str(part) for part in rng.choice(TOPICS[topic], 2)) + str(
        rng.choice([chr(0x4E00 + n) for n in range(400)], 6)
    )


def wordy_log(seed: int, tickets: int = 600) -> pd.DataFrame:
    """Complaints in words of their own, one an hour; every tenth customer writes again."""
    rng = np.random.default_rng(seed)
    events = []
    for t in range(tickets):
        topic = str(rng.choice(list(TOPICS)))
        name = f"T{t:03d}"
        events.append(created(t, name, category=topic, text=complaint(rng, topic)))
        if t % 10 == 0:
            again = complaint(rng, topic)
            events.append(event(t + 5, "ticket.contact", ticket_id=name, text=again))
    return log(*events)


def _life(
    rng: np.random.Generator, name: str, customer: str, begin: int, agents: int
) -> list[dict[str, object]]:
    now = begin
    life: list[dict[str, object]] = []
    for _ in range(int(rng.integers(0, 6))):
        now += int(rng.integers(0, 12))
        what = rng.choice(["assign", "work", "wait", "party", "contact", "escalate"])
        life.append(
            {
                "assign": assigned(now, name, f"A{rng.integers(agents)}"),
                "work": state(now, name, "in_progress"),
                "wait": state(now, name, "waiting_customer"),
                "party": state(now, name, "internal_collaboration", party="qc", due_at=now + 2),
                "contact": event(
                    now, "ticket.contact", ticket_id=name, customer_id=customer, text="我要曝光你们"
                ),
                "escalate": event(now, "ticket.escalated", ticket_id=name),
            }[str(what)]
        )
    if rng.random() < 0.7:
        now += int(rng.integers(0, 20))
        life.append(resolved(now, name))
        if rng.random() < 0.2:
            life.append(event(now + 1, "ticket.reopened", ticket_id=name))
        else:
            life.append(closed(now + 1, name))
    return life
