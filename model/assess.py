"""A snapshot assessed: the risk of every ticket as it is, and with every agent asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from features.effort import work_hours
from features.frame import Frame, pair_frame
from features.history import History
from features.newcomers import NEWCOMERS
from features.parts import HandOvers
from features.picture import agents_of, micros_of, tickets_of
from features.snapshot import Agent, Snapshot
from features.stream import Floats, Ints
from features.view import AgentView, PairView, TicketView
from features.waits import PRIOR_HOURS, Waits, wait_hours
from model import live
from model.assessment import RiskLike
from model.bundle import Bundle
from model.columns import Bools
from model.decision import Reason
from model.dimensions import Dimensions, dimensions_of
from model.explain import Note
from model.hand_over import HandOverRisk, PairRisk, Scorers, scorers_of
from model.retimed import Retimed
from model.risk import CERTAIN
from model.terms import explainer_of


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
        return PairRisk(self.bundle.risk, self._few[: len(self.tickets)])

    @cached_property
    def _few(self) -> Floats:
        """The frame of the tickets as they are, (n_t, p); on a desk of few pairs theirs follow.

        A frame of few rows costs hardly more than that of one, and less than its parts.
        """
        rows, everybody = np.arange(len(self.tickets)), np.arange(self.listed)
        if rows.size * everybody.size > FEW:
            return self._frame(rows, self.owner)
        t_idx, a_idx = np.repeat(rows, self.listed), np.tile(everybody, rows.size)
        return self._frame(np.append(rows, t_idx), np.append(self.owner, a_idx))

    def inputs(self, rows: Ints) -> Frame:
        """What the model sees of tickets as they are, columns as it was trained on."""
        return self._seen(rows, self.owner[rows])

    def pairs(self, t_idx: Ints, a_idx: Ints) -> RiskLike:
        """The risk of ticket `t_idx[i]` if it goes to (or stays with) agent `a_idx[i]`."""
        risk, moved, tickets = self.bundle.risk, a_idx != self.owner[t_idx], len(self.tickets)
        inside = (a_idx >= 0) & (a_idx < self.listed)
        if len(self._few) > tickets and inside.all():
            return PairRisk(risk, self._few[tickets + t_idx * self.listed + a_idx])
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
        if len(self._few) > len(self.tickets):
            return
        for scorer in self._scorers or ():
            if scorer is not None:
                scorer.prepare()

    @cached_property
    def _hand_overs(self) -> HandOvers:
        encoder, as_is = self.bundle.encoder, self._as_is.x
        return HandOvers(self.history, encoder, self.tickets, self.agents, as_is)

    @cached_property
    def _scorers(self) -> Scorers | None:
        pairs = len(self.tickets) * len(self.agents)
        return scorers_of(self.bundle.risk, self._hand_overs) if pairs else None

    def floor(self, t_rows: Ints) -> tuple[Floats, Floats]:
        """See `AssessorLike`: by `PairScorer.least`, as calibration never turns an order around.

        Where the forests are left to LightGBM, all that is known is that past its promise a ticket
        is late whoever has it.
        """
        risk = self.bundle.risk
        left = risk.hours_to_due(self._as_is.x)[t_rows]
        if self._scorers is None:
            return np.where(left <= 0.0, CERTAIN, 0.0), np.zeros(t_rows.size)
        timeout, escalation = (
            scorer.least(t_rows) if scorer else np.full(t_rows.size, forest.constant)
            for scorer, forest in zip(self._scorers, (risk.timeout, risk.escalation), strict=True)
        )
        return risk.timeout_of(timeout, left), risk.escalation_of(escalation)

    @property
    def _retimed(self) -> Retimed:
        return Retimed(self.bundle.risk, self.bundle.encoder, self.history, self.tickets)

    def delayed(self, hours: Floats) -> Floats:
        """See `AssessorLike`: the promised time comes nearer, all else stays as it is."""
        as_is = self._as_is
        return self._retimed.delayed(np.arange(len(as_is.x)), as_is.x, as_is.timeout, hours)

    def begun(self, t_idx: Ints, a_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`: in progress with the agent, and the promise nearer."""
        return self._retimed.begun(t_idx, self.rows(t_idx, a_idx), hours)

    def eased(self, t_idx: Ints, hours: Floats) -> Floats:
        """See `AssessorLike`: tickets past their promise are not asked about."""
        as_is = self._as_is
        return self._retimed.eased(t_idx, as_is.x[t_idx], as_is.timeout[t_idx], hours)

    def work_hours(self, t_idx: Ints, a_idx: Ints) -> Floats:
        """See `AssessorLike`; -1 is anybody."""
        agent = np.append(self.agents.agent, -1)[a_idx]
        category = self.tickets.named["category"][t_idx]
        hours: Floats = self._work_hours[agent + 1, category + 1]
        return hours

    @cached_property
    def _work_hours(self) -> Floats:
        """By agent and category of the history, the unknown ones first."""
        names, at = self.history.names, int(self.tickets.at.max(initial=0))
        shape = (len(names["agent"]) + 1, len(names["category"]) + 1)
        agent, category = np.indices(shape).reshape(2, -1) - 1
        return work_hours(self.history, agent, category, at).reshape(shape)

    def waits(self) -> Waits:
        """See `AssessorLike`."""
        categories, at = self.tickets.named["category"], self.tickets.at
        customer, departments = (
            wait_hours(self.history, state, categories, at) for state in PRIOR_HOURS
        )
        return Waits(customer, departments)

    def dimensions(self) -> Dimensions:
        """Value, urgency, skill and room of the tickets and the listed agents."""
        found = dimensions_of(self.history, self.tickets, self.agents, self.default_capacity)
        listed = self.listed
        return replace(found, skill=found.skill.first(listed), load=found.load[:listed])

    def changed_since(self, at_us: Ints) -> Bools:
        """See `AssessorLike`."""
        now = self.tickets.at
        return self.history.last_time("change", "ticket", self.tickets.ticket, now) > at_us

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
        return self._seen(t_idx, a_idx).values

    def _seen(self, t_idx: Ints, a_idx: Ints) -> Frame:
        return pair_frame(self.history, self.bundle.encoder, self._pairs(t_idx, a_idx))

    def _pairs(self, t_idx: Ints, a_idx: Ints) -> PairView:
        return PairView(self.tickets, self.agents, t_idx, a_idx, a_idx != self.owner[t_idx])


FEW: Final = 640
"""Pairs up to which they are rows of one frame: putting them together from parts costs more."""
