"""Small releases: a design, and logs in which every ticket's fate is written down."""

import pandas as pd

from experiments.rollout.design import Design
from model.decision import Version
from tests.builders import at, created, event, log, resolved

OLD, NEW = Version("default", 1), Version("default", 2)
MIDNIGHT = at(15)
"""The first midnight after Monday nine o'clock: Tuesday."""


def release(**changes: object) -> Design:
    """Four weeks of day blocks from the first midnight on, with no guardrails."""
    fields: dict[str, object] = {
        "name": "gold first", "salt": "s", "start": MIDNIGHT, "days": 28, "control": OLD,
        "treatment": NEW, "follow_up_hours": 24.0, "guardrails": (),
    }  # fmt: skip
    return Design(**{**fields, **changes})  # type: ignore[arg-type]


def tickets(hours: float, late: list[bool], **fields: object) -> list[dict[str, object]]:
    """Tickets created at one hour, promised within two: resolved after one, or after three."""
    made = []
    for number, is_late in enumerate(late):
        name = f"T{hours:.0f}-{number}-{fields.get('region', '')}"
        made.append(created(hours, name, due_at=hours + 2, **fields))
        made.append(resolved(hours + (3 if is_late else 1), name))
    return made


def until(hours: float) -> dict[str, object]:
    """Something that shows that the log was watched until then."""
    return event(hours, "agent.status", agent_id="A1")


def days(late: dict[int, list[bool]], end: int) -> pd.DataFrame:
    """A log with the tickets of each day (day 0 begins at `MIDNIGHT`), created at noon."""
    rows = [row for day, fates in late.items() for row in tickets(15 + 24 * day + 12, fates)]
    return log(*rows, until(15 + 24 * end))
