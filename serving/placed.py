"""The placed tickets' columns as JSON values: what `answering.assignment` says, column by column.

Rounding and formatting run once a column instead of once a value; only the dicts are made one by
one. A test holds the two to the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Any

import numpy as np

from features.picture import micros_of, moment_of
from model.alert import LEVELS
from model.columns import Ints
from model.placements import CandidateLists, Placements, ScoreColumns
from serving.explored import explored
from serving.rounding import shares
from serving.whys import whys

Json = dict[str, Any]


def placed(them: Placements, zone: tzinfo, reasons: list[list[Json]]) -> list[Json]:
    """Every placed ticket; moments in `zone`, `reasons` as they are."""
    made = _records(them, zone, reasons)
    if them.why is not None:
        for each, why in zip(made, whys(them.why), strict=True):
            each["why"] = why
    for each, lot in zip(made, them.explored or (), strict=False):
        if lot is not None:
            each["explored"] = explored(lot)
    return made


def _records(them: Placements, zone: tzinfo, reasons: list[list[Json]]) -> list[Json]:
    """What is told of every placed ticket, whether or not one asks why."""
    columns = zip(
        them.ticket_id, them.action, them.agent_id, them.previous_agent_id,
        shares(them.score), _scores(them.scores), _risks(them), _etas(them, zone),
        them.tier.tolist(), them.alert.tolist(), _candidates(them.candidates), reasons,
        strict=True,
    )  # fmt: skip
    return [
        {
            "ticket_id": ticket_id,
            "action": action,
            "agent_id": agent_id,
            "previous_agent_id": previous,
            "score": score,
            "scores": scores,
            "risk": risk,
            "eta": eta,
            "tier": tier,
            "alert": LEVELS[alert],
            "candidates": candidates,
            "reasons": told,
        }
        for (
            ticket_id, action, agent_id, previous, score, scores, risk, eta, tier, alert,
            candidates, told,
        ) in columns
    ]  # fmt: skip


def moments(micros: Ints, zone: tzinfo) -> list[str]:
    """Microseconds since 1970 as RFC 3339 times in `zone`, to the nearest second.

    >>> from datetime import timezone
    >>> moments(np.array([700_000, 0]), timezone(timedelta(hours=8)))
    ['1970-01-01T08:00:01+08:00', '1970-01-01T08:00:00+08:00']
    """
    offset = zone.utcoffset(None)
    if offset is None:  # a zone with summer time: each moment has its own offset
        return [_moment(each, zone) for each in (micros + 500_000).tolist()]
    local = (micros + offset // timedelta(microseconds=1) + 500_000) // 1_000_000
    written = np.datetime_as_string(local.astype("datetime64[s]")).tolist()
    suffix = datetime(1970, 1, 1, tzinfo=zone).isoformat()[19:]
    return [text + suffix for text in written]


def _moment(micros: int, zone: tzinfo) -> str:
    return moment_of(micros).astimezone(zone).isoformat(timespec="seconds")


def _scores(them: ScoreColumns) -> list[Json]:
    columns = (shares(them.value), shares(them.urgency), shares(them.skill), shares(them.load))
    return [
        {"value": value, "urgency": urgency, "skill": skill, "load": load}
        for value, urgency, skill, load in zip(*columns, strict=True)
    ]


def _risks(them: Placements) -> list[Json]:
    columns = (shares(them.timeout), shares(them.timeout_if_kept), shares(them.escalation))
    return [
        {"timeout": timeout, "timeout_if_kept": kept, "escalation": escalation}
        for timeout, kept, escalation in zip(*columns, strict=True)
    ]


def _etas(them: Placements, zone: tzinfo) -> list[Json]:
    begin = micros_of(them.eta.as_of)
    p50, p90 = (moments(begin + each, zone) for each in (them.eta.p50_us, them.eta.p90_us))
    return [{"p50": a, "p90": b} for a, b in zip(p50, p90, strict=True)]


def _candidates(them: CandidateLists) -> Iterator[list[Json]]:
    columns = (them.agent_id, shares(them.score), _scores(them.scores), shares(them.timeout))
    each = [
        {"agent_id": agent_id, "score": score, "scores": scores, "risk": {"timeout": timeout}}
        for agent_id, score, scores, timeout in zip(*columns, strict=True)
    ]
    return (each[start:end] for start, end in pairwise(them.starts.tolist()))
