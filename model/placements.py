"""The placed tickets of a decision as columns, made into records only where somebody reads them.

An answer to 10,000 tickets is 100,000 small records: making them, and reading every field of them
once, took longer than the plan. So the columns go to the answer as they are (`serving.answering`),
and who asks for `decision.assignments[0]` gets the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from model.alert import LEVELS
from model.columns import Floats, Ints
from model.decision import (
    Action,
    Alert,
    Assignment,
    Candidate,
    Eta,
    Explored,
    Reason,
    Scores,
    TicketRisk,
)
from model.listed import Listed
from model.whys import Whys


@dataclass(frozen=True, slots=True, eq=False)
class Etas(Listed[Eta]):
    """When tickets are closed with probability 0.5 and 0.9: microseconds after `as_of`, (n,)."""

    as_of: datetime
    p50_us: Ints
    p90_us: Ints

    def __len__(self) -> int:
        return self.p50_us.size

    def _record(self, row: int) -> Eta:
        p50, p90 = int(self.p50_us[row]), int(self.p90_us[row])
        return Eta(
            self.as_of + timedelta(microseconds=p50), self.as_of + timedelta(microseconds=p90)
        )

    def take(self, rows: Ints) -> Etas:
        """Those of some rows."""
        return Etas(self.as_of, self.p50_us[rows], self.p90_us[rows])


@dataclass(frozen=True, slots=True, eq=False)
class ScoreColumns(Listed[Scores]):
    """The four dimensions of pairs, (n,) each."""

    value: Floats
    urgency: Floats
    skill: Floats
    load: Floats

    def __len__(self) -> int:
        return self.value.size

    def _record(self, row: int) -> Scores:
        of = (self.value, self.urgency, self.skill, self.load)
        return Scores(*(float(column[row]) for column in of))


@dataclass(frozen=True, slots=True, eq=False)
class CandidateLists(Listed[tuple[Candidate, ...]]):
    """The candidates of tickets, best first: those of row i are `[starts[i], starts[i + 1])`."""

    starts: Ints
    agent_id: Sequence[str]
    score: Floats
    scores: ScoreColumns
    timeout: Floats

    def __len__(self) -> int:
        return self.starts.size - 1

    def _record(self, row: int) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(
                self.agent_id[at], float(self.score[at]), self.scores[at], float(self.timeout[at])
            )
            for at in range(int(self.starts[row]), int(self.starts[row + 1]))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Placements(Listed[Assignment]):
    """The tickets that the plan places or leaves with their agent, sorted by id, (n,) each."""

    ticket_id: Sequence[str]
    action: Sequence[Action]
    agent_id: Sequence[str]
    previous_agent_id: Sequence[str | None]
    score: Floats
    scores: ScoreColumns
    timeout: Floats
    timeout_if_kept: Floats
    escalation: Floats
    eta: Etas
    tier: Ints
    alert: Ints
    candidates: CandidateLists
    reasons: Sequence[tuple[Reason, ...]]
    why: Whys | None = None
    explored: Sequence[Explored | None] | None = None

    def __len__(self) -> int:
        return len(self.ticket_id)

    def _record(self, row: int) -> Assignment:
        risks = (self.timeout[row], self.timeout_if_kept[row], self.escalation[row])
        return Assignment(
            ticket_id=self.ticket_id[row],
            action=self.action[row],
            agent_id=self.agent_id[row],
            previous_agent_id=self.previous_agent_id[row],
            score=float(self.score[row]),
            scores=self.scores[row],
            risk=TicketRisk(*(float(risk) for risk in risks)),
            eta=self.eta[row],
            tier=int(self.tier[row]),
            alert=LEVELS[self.alert[row]],
            candidates=self.candidates[row],
            reasons=self.reasons[row],
            why=None if self.why is None else self.why[row],
            explored=None if self.explored is None else self.explored[row],
        )


def actions_of(assignments: Sequence[Assignment]) -> Sequence[Action]:
    """What is done with each; of columns no record is made for it."""
    if isinstance(assignments, Placements):
        return assignments.action
    return [each.action for each in assignments]


def briefly(assignments: Sequence[Assignment]) -> Iterator[tuple[str, str, float, Alert]]:
    """Ticket, agent, timeout risk and alert of each; of columns no record is made for it."""
    if isinstance(assignments, Placements):
        them = assignments
        alerts = (LEVELS[level] for level in them.alert.tolist())
        return zip(them.ticket_id, them.agent_id, them.timeout.tolist(), alerts, strict=True)
    return ((e.ticket_id, e.agent_id, e.risk.timeout, e.alert) for e in assignments)


def starts_of(group: Ints, groups: Ints) -> Ints:
    """Where each of the sorted `groups` begins in sorted `group`, and at last the end: (g + 1,).

    `group` holds nothing but members of `groups`.

    >>> starts_of(np.array([2, 2, 5]), np.array([2, 3, 5])).tolist()
    [0, 2, 2, 3]
    """
    return np.append(np.searchsorted(group, groups), group.size)
