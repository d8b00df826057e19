"""What follows a resolution or a contact: reopening, closing for good, escalation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import orjson

from experiments.simulator.desk import FIELD_DESK
from experiments.simulator.params import OutcomeParams
from experiments.twin.findings import Finding, about
from experiments.twin.reading import Reading
from features.history import shrunk_rate
from features.stream import HOUR, NEVER, Floats, Ints
from features.timeline import TYPE
from features.words import Words

SEEN_DAYS: Final = 7
"""After so long a solution that has not come back is taken to hold."""
STRENGTH: Final = 50.0
"""How many solutions the desk's share of reopenings weighs against an agent's."""
ENOUGH: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Aftermath:
    """Parameters of what follows; `slips` (agents,) times the desk's share; `after` (k,) hours."""

    params: OutcomeParams
    slips: Floats
    after: Floats


def estimate(reading: Reading) -> tuple[Aftermath, tuple[Finding, ...]]:
    """Reopening by agent, hours to it, hours to the closing, and escalation by contact."""
    cases, usual = reading.cases, FIELD_DESK.outcome
    held = (cases.solved != NEVER) & reading.ripe(cases.solved, SEEN_DAYS)
    back = held & (cases.back != NEVER)
    share = float(back.sum() / max(held.sum(), 1))
    row = reading.history.row(cases.ticket, np.where(held, cases.solved, reading.end))
    agent = reading.history.timeline.facts["owner"][np.maximum(row, 0)]
    known = held & (agent >= 0)
    agents = len(reading.names("agent"))
    tries = np.bincount(agent[known], minlength=agents)
    hits = np.bincount(agent[known & back], minlength=agents)
    slips = (
        shrunk_rate(hits, tries, share, STRENGTH) / max(share, 1e-9) if share else np.ones(agents)
    )
    after = (cases.back[back] - cases.solved[back]) / HOUR
    outcome = replace(usual, reopen_share=share, close_hours=_closing(reading, usual.close_hours))
    outcome, escalated = _escalation(reading, outcome)
    error = float(np.sqrt(max(share * (1 - share), 1e-9) / max(held.sum(), 1)))
    return Aftermath(outcome, slips, after if after.size >= ENOUGH else np.linspace(2, 40, 39)), (
        Finding(
            Words("share that is reopened", "重开占比"), "estimated", about(share, error),
            Words("of solutions at least a week old", "取解决满一周者"), int(held.sum()),
        ),
        escalated,
        Finding(
            Words("what escalates: threats in the text, tiers", "升级诱因：文本威胁、层级"),
            "borrowed", "",
            Words("the factors for overdue tickets and voiced threats are the default desk's",
                  "逾期与威胁的倍数取默认工单台"),
        ),
    )  # fmt: skip


def _closing(reading: Reading, usual: float) -> float:
    """Hours from the first resolution to the closing for good."""
    line, cases = reading.history.timeline, reading.cases
    rows = np.flatnonzero(line.type == TYPE["ticket.closed"])
    case = np.minimum(np.searchsorted(cases.ticket, line.ticket[rows]), len(cases) - 1)
    hours = (line.time[rows] - cases.solved[case]) / HOUR
    ok = (cases.ticket[case] == line.ticket[rows]) & (cases.back[case] == NEVER) & (hours > 0)
    return float(hours[ok].mean()) if ok.sum() >= ENOUGH else usual


def _escalation(reading: Reading, outcome: OutcomeParams) -> tuple[OutcomeParams, Finding]:
    """The chance at a first contact, so that the expected number is the one in the log.

    Contact k (from 0) escalates with `e (1 + k)`, times the factor past the promise: `e` is the
    count of escalations over the sum of the rest.
    """
    line = reading.history.timeline
    name = Words("escalation at a contact", "联系时升级概率")
    rows = np.flatnonzero(line.type == TYPE["ticket.contact"])
    found = np.flatnonzero(line.type == TYPE["ticket.escalated"])
    if not rows.size or found.size < ENOUGH:
        silent = replace(outcome, escalate_at_contact=0.0)
        return (outcome if found.size else silent), Finding(
            name, "unknown", f"{found.size} escalations, {rows.size} contacts",
            Words("the twin escalates at contacts only, and there is too little of both",
                  "孪生台仅在客户再次联系时升级；数据太少"),
        )  # fmt: skip
    number = np.arange(rows.size) - np.searchsorted(line.ticket[rows], line.ticket[rows])
    due = line.facts["due"][rows]
    late = (due != NEVER) & (line.time[rows] > due)
    weight = (1 + number) * np.where(late, outcome.overdue_factor, 1.0)
    voiced = 1 - np.prod(1 - np.array(outcome.signal_shares))
    weight = weight * (1 + voiced * (outcome.signal_factor - 1))
    chance = float(np.clip(found.size / weight.sum(), 0, 1))
    to = _targets(reading, found)
    told = {kind: sum(t == kind for t in to) / max(len(to), 1) for kind in ("public", "regulator")}
    fitted = replace(
        outcome,
        escalate_at_contact=chance,
        public_share=max(told["public"], 0.0),
        regulator_share=max(told["regulator"], 0.0),
    )
    return fitted, Finding(
        name, "estimated", about(chance * 100, chance * 100 / np.sqrt(found.size), "%"),
        Words("escalations over contacts, weighted by number and lateness",
              "升级数除以按次数与逾期加权的联系数"), int(found.size),
    )  # fmt: skip


def _targets(reading: Reading, rows: Ints) -> list[str]:
    """To whom each escalation went, where it is said."""
    line = reading.history.timeline
    said = reading.history.events["attributes"].iloc[line.event[rows]].dropna()
    return [str(orjson.loads(text).get("to", "")) for text in said]
