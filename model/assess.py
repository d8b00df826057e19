"""A snapshot assessed: the risk of every ticket as it is, and with every agent asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from features.catalog import BY_NAME, TERMS
from features.frame import HOURS, LATE, Encoder, pair_frame
from features.history import History
from features.ledger import ATTRIBUTE
from features.newcomers import NEWCOMERS
from features.parts import HandOvers
from features.picture import agents_of, micros_of, tickets_of
from features.snapshot import Agent, Snapshot
from features.stream import Floats, Ints
from features.view import AgentView, PairView, TicketView
from model import live
from model.assessment import RiskLike
from model.bundle import Bundle
from model.decision import Reason
from model.dimensions import Dimensions, dimensions_of
from model.explain import Explainer, Note, Words
from model.hand_over import HandOverRisk, PairRisk, Scorers, scorers_of
from model.risk import DUE

UNKNOWN_WORK_HOURS: Final = 1.0
"""The working time of a ticket of which nothing is known."""


@dataclass(frozen=True, eq=False)
class Assessor:
    """Assesses one snapshot; rows are its tickets and agents, in its order.

    `owner` is the row of each ticket's owner, -1 with nobody. Owners whom the snapshot does
    not list have rows after its agents: they can keep a ticket's risk, not be given one.
    """

    bundle: Bundle
    history: History
    tickets: TicketView
    agents: AgentView
    owner: Ints
    listed: int
    default_capacity: float

    @classmethod
    def of(
        cls, bundle: Bundle, history: History, snapshot: Snapshot, default_capacity: float = 8.0
    ) -> Assessor:
        """Assess a snapshot with a model and the history up to its moment or before.

        The level of the risk is that of the snapshot's day (`model.live`).
        """
        known = {agent.agent_id for agent in snapshot.agents}
        owners = [t.agent_id for t in snapshot.tickets]
        strangers = sorted({a for a in owners if a is not None and a not in known})
        everyone = (*snapshot.agents, *(Agent(name, "available") for name in strangers))
        whole = replace(snapshot, agents=everyone)
        tickets = tickets_of(whole, history)
        place = {agent.agent_id: row for row, agent in enumerate(everyone)}
        return cls(
            bundle=live.as_of(bundle, history, micros_of(snapshot.as_of)),
            history=history,
            tickets=tickets,
            agents=agents_of(whole, history, tickets),
            owner=np.array([place.get(a, -1) if a else -1 for a in owners], np.int64),
            listed=len(snapshot.agents),
            default_capacity=default_capacity,
        )

    def as_is(self) -> PairRisk:
        """The risk of every ticket left with its owner, or with nobody, shape (n_t,)."""
        return self._as_is

    @cached_property
    def _as_is(self) -> PairRisk:
        return PairRisk(self.bundle.risk, self._frame(np.arange(len(self.tickets)), self.owner))

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """The risk of ticket `t_idx[i]` if it goes to (or stays with) agent `a_idx[i]`."""
        risk, moved = self.bundle.risk, a_idx != self.owner[t_idx]
        if self._scorers is None or not moved.any() or (moved & (a_idx < 0)).any():
            return PairRisk(risk, self._frame(t_idx, a_idx))
        return HandOverRisk(risk, self._as_is, self._scorers, t_idx, a_idx, moved)

    def matrix(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`."""
        everybody = np.arange(self.listed)
        found = self.pairs(np.repeat(t_rows, self.listed), np.tile(everybody, t_rows.size))
        shape = (t_rows.size, self.listed)
        return found.timeout.reshape(shape), found.escalation.reshape(shape)

    def ready(self) -> None:
        """See `AssessorLike`."""
        for scorer in self._scorers or ():
            if scorer is not None:
                scorer.prepare()

    @cached_property
    def _hand_overs(self) -> HandOvers:
        encoder, as_is = self.bundle.encoder, self._as_is.x
        return HandOvers(self.history, encoder, self.tickets, self.agents, as_is)

    @cached_property
    def _scorers(self) -> Scorers | None:
        return scorers_of(self.bundle.risk, self._hand_overs) if len(self.agents) else None

    def delayed(self, hours: Floats) -> Floats:
        """See `AssessorLike`: the promised time comes nearer, all else stays as it is."""
        risk, x = self.bundle.risk, self._as_is.x
        left = risk.names.index(DUE)
        found = np.empty((len(x), hours.size))
        for place, wait in enumerate(hours.tolist()):
            later = x.copy()
            later[:, left] -= wait
            found[:, place] = risk.timeout_risk(later)
        return np.maximum.accumulate(found, axis=1)

    def work_hours(self, t_idx: Ints, _a_idx: Ints) -> Floats:
        """See `AssessorLike`."""
        return np.full(t_idx.size, UNKNOWN_WORK_HOURS)

    def dimensions(self) -> Dimensions:
        """Value, urgency, skill and room of the tickets and the listed agents."""
        found = dimensions_of(self.history, self.tickets, self.agents, self.default_capacity)
        return replace(found, skill=found.skill[:, : self.listed], load=found.load[: self.listed])

    def reasons(self, t_idx: Ints, a_idx: Ints, top: int) -> list[tuple[Reason, ...]]:
        """The strongest terms of the timeout risk of each pair; agent -1: as it is."""
        pairs, x = self._asked(t_idx, a_idx), self.rows(t_idx, a_idx)
        explained = self.bundle.risk.explained(x)
        shown = np.column_stack([x, np.zeros(len(x))])  # the level has no value of its own
        notes = [
            Note(each.term, each.new(self.history, pairs), each.words, each.words_zh)
            for each in NEWCOMERS
        ]
        return explainer_of(self.bundle.encoder).reasons(shown, explained, top, notes)

    def rows(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """(n, p) the frame of the pairs, put together from what is known; agent -1: as it is."""
        pairs = self._asked(t_idx, a_idx)
        x, moved = self._as_is.x[t_idx], pairs.moved
        if moved.any():
            x[moved] = self._hand_overs.rows(t_idx[moved], pairs.a[moved])
        return x

    def _asked(self, t_idx: Ints, a_idx: Ints) -> PairView:
        return self._pairs(t_idx, np.where(a_idx >= 0, a_idx, self.owner[t_idx]))

    def _frame(self, t_idx: Ints, a_idx: Ints) -> Floats:
        pairs = self._pairs(t_idx, a_idx)
        return pair_frame(self.history, self.bundle.encoder, pairs).values

    def _pairs(self, t_idx: Ints, a_idx: Ints) -> PairView:
        return PairView(self.tickets, self.agents, t_idx, a_idx, a_idx != self.owner[t_idx])


def explainer_of(encoder: Encoder) -> Explainer:
    """Names terms and categories with the catalog's words; the last term is the level."""
    words = {
        name: Words(spec.label, spec.label_zh, "" if spec.unit in _PLAIN else spec.unit)
        for name, spec in BY_NAME.items()
    }
    words |= {
        name: Words(name.removeprefix(ATTRIBUTE), name.removeprefix(ATTRIBUTE))
        for name in encoder.names
        if name.startswith(ATTRIBUTE)
    }
    words[LEVEL] = Words("level of the desk today", "全台当前水平", shown=False)
    words["wording"] = Words("wording of the complaint", "投诉措辞", shown=False)

    def decode(column: str, code: float) -> str | None:
        known: Sequence[str] = encoder.categories[column]
        return known[int(code)] if 0 <= code < len(known) else None

    precedents = {
        name: ATTRIBUTE + name.partition(":")[2]
        for name in encoder.names
        if name.startswith((LATE, HOURS))
    }
    groups = {**TERMS, **precedents, **dict.fromkeys(encoder.axes.names, "wording")}
    names = (*encoder.names, LEVEL)
    return Explainer(names, frozenset(encoder.categorical), words, decode, groups)


LEVEL: Final = "level"
"""The term of what calibration and the desk's level of the day bring."""
_PLAIN = {"name", "share", "flag", "state", "times", "currency", "h (UTC)"}
"""Units that the words of the label already say."""
