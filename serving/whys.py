"""Why and why not as JSON values: of one record, and of columns to the same bytes but sooner."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from model.columns import Floats
from model.decision import RunnerUp, Why
from model.whys import Whys

Json = dict[str, Any]


def why(told: Why) -> Json:
    """One record: what the choice costs, and who came second (null where nobody could)."""
    terms = [
        {"term": t.term, "amount": price(t.amount), "text": t.text, "text_zh": t.text_zh}
        for t in told.terms
    ]
    return {"terms": terms, "runner_up": _runner_up(told.runner_up)}


def _runner_up(r: RunnerUp | None) -> Json | None:
    if r is None:
        return None
    about = {"agent_id": r.agent_id, "dearer": price(r.dearer)}
    return {**about, "text": r.text, "text_zh": r.text_zh}


def price(amount: float) -> float:
    """An amount in price units, to a millionth.

    >>> price(0.12345649), price(-1e-9)
    (0.123456, 0.0)
    """
    return round(float(amount) * 1e6) / 1e6 + 0.0  # as `prices` does; never -0.0


def whys(them: Whys) -> Iterator[Json]:
    """`why` of every row."""
    costs, second = them.terms, them.runner_up
    columns = zip(costs.term, prices(costs.amount), costs.texts(), strict=True)
    terms = [
        {"term": term, "amount": amount, "text": text, "text_zh": text_zh}
        for term, amount, (text, text_zh) in columns
    ]
    runners = zip(second.agent_id, prices(second.dearer), second.texts(), strict=True)
    bounds = pairwise(costs.starts.tolist())
    for (start, end), (agent_id, dearer, said) in zip(bounds, runners, strict=True):
        runner_up = None
        if said is not None:
            text, text_zh = said
            runner_up = {"agent_id": agent_id, "dearer": dearer, "text": text, "text_zh": text_zh}
        yield {"terms": terms[start:end], "runner_up": runner_up}


def prices(column: Floats) -> list[float]:
    """`price` of a column.

    >>> prices(np.array([0.12345649, -1e-9]))
    [0.123456, 0.0]
    """
    found: list[float] = (np.rint(column * 1e6) / 1e6 + 0.0).tolist()
    return found
