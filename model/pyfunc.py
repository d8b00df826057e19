"""The registered model as MLflow serves it: rows of the contract in, risks out.

MLflow runs this file itself ("models from code"), with the packages `features` and `model`
beside it, so that a registered model needs nothing but itself and its pinned requirements.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel
from mlflow.types.schema import AnyType, ColSpec, DataType, Schema

from features.catalog import fingerprint
from features.history import History
from features.picture import micros_of
from features.snapshot import Agent, Snapshot
from model import eta, rows
from model.assess import Assessor
from model.bundle import Bundle, load
from model.rows import Asked, asked

OUTPUT = (
    "ticket_id", "as_of", "agent_id", "risk_timeout", "risk_escalation", "eta_p50", "eta_p90",
)  # fmt: skip


class FendanRisk(PythonModel):  # type: ignore[misc]  # MLflow is untyped
    """Scores rows: each a ticket's fields and `as_of`, and perhaps a `candidate_agent_id`."""

    def load_context(self, context: Any) -> None:  # noqa: ANN401  # MLflow's own
        """Read the bundle and build its history, once."""
        bundle = load(Path(context.artifacts["bundle"]), fingerprint())
        self.bundle_ = bundle
        self.history_ = History.empty() if bundle.events is None else History.of(bundle.events)

    def predict(
        self,
        context: Any,  # noqa: ANN401, ARG002  # MLflow's own
        model_input: pd.DataFrame,
        params: Any = None,  # noqa: ANN401, ARG002  # MLflow's own
    ) -> pd.DataFrame:
        """One row of `OUTPUT` for each input row, in order."""
        return predict_rows(self.bundle_, self.history_, asked(model_input))


def predict_rows(bundle: Bundle, history: History, wanted: tuple[Asked, ...]) -> pd.DataFrame:
    """Risks of rows; `agent_id` is the candidate, else the owner, else missing.

    Rows of one moment are assessed together; what a row does not say comes from the history.
    """
    at_us = np.array([micros_of(row.as_of) for row in wanted], np.int64)
    n = len(wanted)
    columns = {name: np.empty(n) for name in ("timeout", "escalation", "p50", "p90")}
    for moment in np.unique(at_us):
        place = np.flatnonzero(at_us == moment)
        risk = _at_one_moment(bundle, history, [wanted[i] for i in place])
        columns["timeout"][place] = risk.timeout
        columns["escalation"][place] = risk.escalation
        columns["p50"][place] = risk.eta_p50_hours
        columns["p90"][place] = risk.eta_p90_hours
    values = (
        [row.ticket.ticket_id for row in wanted],
        eta.moments(at_us),
        [row.candidate or row.ticket.agent_id for row in wanted],
        columns["timeout"],
        columns["escalation"],
        eta.moments(at_us, columns["p50"]),
        eta.moments(at_us, columns["p90"]),
    )
    return pd.DataFrame(dict(zip(OUTPUT, values, strict=True)))


def _at_one_moment(bundle: Bundle, history: History, wanted: list[Asked]) -> Any:  # noqa: ANN401  # risk columns
    candidates = sorted({row.candidate for row in wanted if row.candidate is not None})
    snapshot = Snapshot(
        as_of=wanted[0].as_of,
        tickets=tuple(row.ticket for row in wanted),
        agents=tuple(Agent(name, "available") for name in candidates),
        complete=False,
    )
    assessor = Assessor.of(bundle, history, snapshot)
    place = {name: i for i, name in enumerate(candidates)}
    agent = [
        assessor.owner[i] if row.candidate is None else place[row.candidate]
        for i, row in enumerate(wanted)
    ]
    return assessor.pairs(np.arange(len(wanted)), np.array(agent, np.int64))


def signature() -> Any:  # noqa: ANN401  # of an untyped library
    """The columns in and out; all but `rows.REQUIRED` may be absent."""
    kinds = dict.fromkeys((*rows.TEXTS, *rows.TIMES, "candidate_agent_id"), DataType.string)
    kinds |= dict.fromkeys((*rows.COUNTS, "customer_margin_90d"), DataType.double)
    kinds |= dict.fromkeys(("pinned", "excluded_agents", "parties", "attributes"), AnyType())
    needed = [ColSpec(DataType.string, name) for name in rows.REQUIRED]
    optional = [ColSpec(kind, name, required=False) for name, kind in kinds.items()]
    numbers = ("risk_timeout", "risk_escalation")
    out = [
        ColSpec(DataType.double if name in numbers else DataType.string, name) for name in OUTPUT
    ]
    return mlflow.models.ModelSignature(inputs=Schema([*needed, *optional]), outputs=Schema(out))


mlflow.models.set_model(FendanRisk())
