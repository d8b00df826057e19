"""A snapshot assessed: the risk of every ticket as it is, and with every agent asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from features.catalog import BY_NAME, TERMS
from features.easing import Standing, eased
from features.frame import HOURS, LATE, Encoder, pair_frame
from features.history import History
from features.ledger import ATTRIBUTE
from features.newcomers import NEWCOMERS
from features.picture import agents_of, micros_of, tickets_of
from features.snapshot import Agent, Snapshot
from features.stream import NEVER, Floats, Ints
from features.view import AgentView, PairView, TicketView
from features.waits import PRIOR_HOURS, Waits, wait_hours
from model import live
from model.bundle import Bundle
from model.decision import Reason
from model.dimensions import Dimensions, dimensions_of
from model.explain import Explainer, Note, Words
from model.risk import DUE, RiskModel

UNKNOWN_WORK_HOURS: Final = 1.0
"""The working time of a ticket of which nothing is known."""


@dataclass(frozen=True, eq=False)
class PairRisk:
    """Risk of the rows of a frame, each forest asked only when its column is read."""

    model: RiskModel
    x: Floats

    @cached_property
    def timeout(self) -> Floats:
        """Probability that the promised time is missed."""
        return self.model.timeout_risk(self.x)

    @cached_property
    def escalation(self) -> Floats:
        """Probability that the ticket is escalated from now on."""
        return self.model.escalation_risk(self.x)

    @cached_property
    def _hours(self) -> tuple[Floats, Floats]:
        return self.model.hours(self.x)

    @property
    def eta_p50_hours(self) -> Floats:
        """Hours from now by which the ticket is resolved with probability 0.5."""
        return self._hours[0]

    @property
    def eta_p90_hours(self) -> Floats:
        """Hours from now by which the ticket is resolved with probability 0.9."""
        return self._hours[1]


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

    def pairs(self, t_idx: Ints, a_idx: Ints) -> PairRisk:
        """The risk of ticket `t_idx[i]` if it goes to (or stays with) agent `a_idx[i]`."""
        return PairRisk(self.bundle.risk, self._frame(t_idx, a_idx))

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

    def eased(self, t_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`: tickets past their promise are not asked about."""
        risk, found = self.bundle.risk, self._as_is.timeout[t_idx]
        at, due = self.tickets.at[t_idx], self.tickets.times["due"][t_idx]
        rows = np.flatnonzero((due == NEVER) | (due > at))
        if len(rows):
            t, names = t_idx[rows], risk.names
            standing = Standing(at[rows], due[rows], self.tickets.status[t])
            x = eased(self.history, names, self._as_is.x[t], standing, hours[rows])
            found[rows] = np.minimum(risk.timeout_risk(x), found[rows])
        return found

    def waits(self) -> Waits:
        """See `AssessorLike`."""
        categories, at = self.tickets.named["category"], self.tickets.at
        customer, departments = (
            wait_hours(self.history, state, categories, at) for state in PRIOR_HOURS
        )
        return Waits(customer, departments)

    def work_hours(self, t_idx: Ints, _a_idx: Ints) -> Floats:
        """See `AssessorLike`."""
        return np.full(t_idx.size, UNKNOWN_WORK_HOURS)

    def dimensions(self) -> Dimensions:
        """Value, urgency, skill and room of the tickets and the listed agents."""
        found = dimensions_of(self.history, self.tickets, self.agents, self.default_capacity)
        return replace(found, skill=found.skill[:, : self.listed], load=found.load[: self.listed])

    def reasons(self, t_idx: Ints, a_idx: Ints, top: int) -> list[tuple[Reason, ...]]:
        """The strongest terms of the timeout risk of each pair; agent -1: as it is."""
        pairs = self._pairs(t_idx, np.where(a_idx >= 0, a_idx, self.owner[t_idx]))
        x = pair_frame(self.history, self.bundle.encoder, pairs).values
        explained = self.bundle.risk.explained(x)
        shown = np.column_stack([x, np.zeros(len(x))])  # the level has no value of its own
        notes = [
            Note(each.term, each.new(self.history, pairs), each.words, each.words_zh)
            for each in NEWCOMERS
        ]
        return explainer_of(self.bundle.encoder).reasons(shown, explained, top, notes)

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
