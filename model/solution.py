"""How a solved ticket was solved: who, through whose hands, with whom, how long, and how it ended.

Told from the events alone. What the desk noted when it closed the ticket (the attributes of
`ticket.resolved` and `ticket.closed`, a code or a remedy) is told too, personal numbers masked.
The complaint itself is not: the history keeps no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

import numpy as np

from features.attributes import read_objects
from features.history import History
from features.names import party_of
from features.picture import moment_of
from features.stream import HOUR, Ints
from features.text import redact
from features.timeline import STATUSES, TYPE

LONGEST_PATH: Final = 8
"""States of a path; of a longer one the middle is left out."""
LEFT_OUT: Final = "…"
_ENDS: Final = (TYPE["ticket.resolved"], TYPE["ticket.closed"])


@dataclass(frozen=True, slots=True)
class Solution:
    """The course of a solved ticket, as of a moment.

    `agent_id` had it last. `path` are the states it went through, each as often as it was
    entered; `parties` the departments asked, in order. `sla_met` is None where nobody has
    judged. `resolution` is what the desk noted at the end.
    """

    agent_id: str | None
    resolved_at: datetime
    hours: float
    hand_overs: int
    reopenings: int
    parties: tuple[str, ...]
    path: tuple[str, ...]
    sla_met: bool | None
    resolution: Mapping[str, str | float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """One sentence in English.

        >>> now = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
        >>> Solution("A7", now, 5.25, 1, 0, ("qc",), (), True).text
        'solved by A7 in 5.2 h, 1 hand-over, with quality control, in time'
        """
        who = f" by {self.agent_id}" if self.agent_id else ""
        parts = [f"solved{who} in {self.hours:.1f} h"]
        if self.hand_overs:
            parts.append(f"{self.hand_overs} hand-over{'s' * (self.hand_overs > 1)}")
        if self.parties:
            parts.append("with " + " and ".join(party_of(each).en for each in self.parties))
        if self.reopenings:
            parts.append("reopened" + f" {self.reopenings} times" * (self.reopenings > 1))
        if self.sla_met is not None:
            parts.append("in time" if self.sla_met else "late")
        return ", ".join(parts)

    @property
    def text_zh(self) -> str:
        """The same in Chinese.

        >>> now = datetime.fromisoformat("2026-03-02T10:00:00+08:00")
        >>> Solution("A7", now, 5.25, 1, 0, ("qc",), (), False).text_zh
        '由 A7 解决，用时 5.2 小时，转交 1 次，协同部门：质检部门，超时'
        """
        parts = [f"由 {self.agent_id} 解决" if self.agent_id else "已解决"]
        parts.append(f"用时 {self.hours:.1f} 小时")
        if self.hand_overs:
            parts.append(f"转交 {self.hand_overs} 次")
        if self.parties:
            parts.append("协同部门：" + "、".join(party_of(each).zh for each in self.parties))
        if self.reopenings:
            parts.append(f"重开 {self.reopenings} 次")
        if self.sla_met is not None:
            parts.append("按时" if self.sla_met else "超时")
        return "，".join(parts)


def solution_of(history: History, ticket: int, at_us: int, zone: tzinfo) -> Solution:
    """How a ticket that is solved as of `at_us` was solved; reads nothing later.

    Args:
        history: what happened.
        ticket: its code in `History.names`.
        at_us: microseconds since 1970 in UTC.
        zone: of the times told.

    Raises:
        LogError: what was noted at the end is not a JSON object.
    """
    line = history.timeline
    rows = _rows(history, ticket, at_us)
    last = rows[-1]
    resolved = int(line.facts["state_since"][last])
    key, now = np.array([ticket]), np.array([at_us])
    judged = history.total("verdict", "tickets", "ticket", key, now)[0] > 0
    late = history.total("verdict", "late", "ticket", key, now)[0] > 0
    agents = history.names["agent"].names(line.facts["owner"][[last]])
    return Solution(
        agent_id=agents[0],
        resolved_at=moment_of(resolved).astimezone(zone),
        hours=(resolved - int(line.facts["created"][last])) / HOUR,
        hand_overs=int(history.count("hand_over", "ticket", key, now)[0]),
        reopenings=int(history.count("reopening", "ticket", key, now)[0]),
        parties=_parties(history, rows),
        path=_path(line.facts["status"][rows]),
        sla_met=bool(not late) if judged else None,
        resolution=_noted(history, rows),
    )


def _rows(history: History, ticket: int, at_us: int) -> Ints:
    stream = history.stream("event", "ticket")
    begin, end = stream.span(np.array([ticket]), np.array([at_us]))
    return stream.rows[begin[0] : end[0]]


def _parties(history: History, rows: Ints) -> tuple[str, ...]:
    asked = history.timeline.facts["party"][rows]
    codes, first = np.unique(asked[asked >= 0], return_index=True)
    return tuple(history.names["party"].names(codes[np.argsort(first)]))


def _path(status: Ints) -> tuple[str, ...]:
    entered = status[np.diff(status, prepend=-1) != 0].tolist()
    names = [STATUSES[code] for code in entered]
    if len(names) > LONGEST_PATH:
        half = LONGEST_PATH // 2
        names = [*names[:half], LEFT_OUT, *names[-half:]]
    return tuple(names)


def _noted(history: History, rows: Ints) -> dict[str, str | float]:
    """The attributes of the events that ended the ticket, the last word on each counting."""
    line = history.timeline
    ends = line.event[rows[np.isin(line.type[rows], _ENDS)]]
    texts = history.ledger.pile.rows(ends)["attributes"].dropna()
    if texts.empty:
        return {}
    table = read_objects(texts).table
    found: dict[str, str | float] = {}
    for name in sorted(table.columns):
        said = table[name].dropna()
        if not said.empty:
            value = said.iloc[-1]
            found[name] = str(redact([value])[0]) if isinstance(value, str) else float(value)
    return found
