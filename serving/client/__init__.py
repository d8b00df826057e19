"""The client of the service: typed, patient, and the same whether it blocks or awaits.

    from serving.client import Fendan

    with Fendan("https://desk.example", key="fd_…") as fendan:
        plan = fendan.refresh(body)
        for placed in plan.assignments:
            print(placed.ticket_id, placed.agent_id, placed.risk.timeout)

What may be repeated without harm is tried again when the service is away, busy or restarting, a
refresh always with the same `Idempotency-Key`; see `Retries`. Nothing of the model is imported.
"""

from serving.client.calls import Override
from serving.client.clients import AsyncFendan, Fendan
from serving.client.exchange import Retries
from serving.client.ops_calls import HeldPolicy
from serving.client.problem import (
    FendanProblem,
    ProblemFault,
    StrangeAnswerError,
    UnreachableError,
)

__all__ = [
    "AsyncFendan",
    "Fendan",
    "FendanProblem",
    "HeldPolicy",
    "Override",
    "ProblemFault",
    "Retries",
    "StrangeAnswerError",
    "UnreachableError",
]
